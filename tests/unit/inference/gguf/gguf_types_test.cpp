#include "inference/gguf/gguf_types.h"

#include <gtest/gtest.h>

#include "kernels/base/dtype.h"

namespace hearth {
namespace {

TEST(GgufTypes, AgreeWithTheTypesThatHearthComputesWith) {
    int numShared = 0;
    for (std::uint32_t id = 0; id < 64; ++id) {
        const auto dtype = dtypeFromDisk(id);
        const GgufTensorType* type = ggufTensorType(id);
        if (!dtype) {
            continue;
        }
        ++numShared;
        ASSERT_NE(type, nullptr);
        EXPECT_EQ(type->name, dtypeInfo(*dtype).name);
        EXPECT_EQ(type->blockElements, dtypeInfo(*dtype).blockElements);
        EXPECT_EQ(type->blockBytes, dtypeInfo(*dtype).blockBytes);
    }
    EXPECT_GE(numShared, 10);
}

TEST(GgufTypes, WithdrawnAndUndefinedTypesAreUnknown) {
    for (const std::uint32_t id : {4U, 5U, 31U, 36U, 42U, 0xffffffffU}) {
        EXPECT_EQ(ggufTensorType(id), nullptr) << id;
    }
    EXPECT_EQ(ggufTensorTypeName(39), "MXFP4");
    EXPECT_EQ(ggufTensorTypeName(4), "type 4");
    EXPECT_FALSE(ggufValueTypeFromDisk(13).has_value());
    EXPECT_EQ(ggufValueTypeFromDisk(12), GgufValueType::F64);
    EXPECT_EQ(ggufValueTypeName(GgufValueType::F64), "f64");
    EXPECT_EQ(ggufValueBytes(GgufValueType::F64), 8U);
    EXPECT_EQ(ggufValueBytes(GgufValueType::String), 0U);
}

}  // namespace
}  // namespace hearth
