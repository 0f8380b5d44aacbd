#include "kernels/base/dtype.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(DType, NamesAndDiskValuesRoundTrip) {
    for (const DType type : {DType::F32, DType::F16, DType::BF16, DType::Q4_0, DType::Q5_0,
                             DType::Q8_0, DType::Q4_K, DType::Q5_K, DType::Q6_K, DType::I32}) {
        EXPECT_EQ(dtypeFromDisk(static_cast<std::uint32_t>(type)), type);
        EXPECT_EQ(dtypeFromName(dtypeInfo(type).name), type);
    }
    EXPECT_EQ(dtypeFromName("q4_k"), DType::Q4_K);
    EXPECT_EQ(dtypeFromName("q4"), std::nullopt);
    EXPECT_EQ(dtypeFromDisk(9999), std::nullopt);
}

TEST(DType, RowBytesCountWholeBlocks) {
    EXPECT_EQ(rowBytes(DType::F32, 3), 12U);
    EXPECT_EQ(rowBytes(DType::Q8_0, 64), 68U);
    EXPECT_EQ(rowBytes(DType::Q6_K, 512), 420U);
    EXPECT_EQ(rowBytes(DType::Q4_K, 0), 0U);
}

}  // namespace
}  // namespace hearth
