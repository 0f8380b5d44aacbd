#include "kernels/base/half.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace hearth {
namespace {

TEST(Half, EveryF16RoundTrips) {
    for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const float value = f16ToF32(half);
        if (std::isnan(value)) {
            EXPECT_TRUE(std::isnan(f16ToF32(f32ToF16(value))));
        } else {
            EXPECT_EQ(f32ToF16(value), half) << bits;
        }
    }
}

TEST(Half, RoundsToNearestEven) {
    EXPECT_EQ(f32ToF16(1.0F + 0x1p-11F), 0x3C00);             // half a step: to even
    EXPECT_EQ(f32ToF16(1.0F + 3 * 0x1p-11F), 0x3C02);         // to even, up
    EXPECT_EQ(f32ToF16(1.0F + 0x1p-11F + 0x1p-20F), 0x3C01);  // above half
    EXPECT_EQ(f32ToF16(65519.0F), 0x7BFF);
    EXPECT_EQ(f32ToF16(65520.0F), 0x7C00);
    EXPECT_EQ(f32ToF16(-1e30F), 0xFC00);
    EXPECT_EQ(f32ToF16(0x1p-25F), 0x0000);
    EXPECT_EQ(f32ToF16(0x1.8p-25F), 0x0001);
    EXPECT_EQ(f32ToF16(-0.0F), 0x8000);
}

TEST(Half, Bf16RoundsToNearestEvenAndKeepsNan) {
    EXPECT_EQ(bf16ToF32(0x3F80), 1.0F);
    EXPECT_EQ(f32ToBf16(1.0F + 0x1p-8F), 0x3F80);
    EXPECT_EQ(f32ToBf16(1.0F + 3 * 0x1p-8F), 0x3F82);
    EXPECT_EQ(f32ToBf16(std::numeric_limits<float>::infinity()), 0x7F80);
    EXPECT_TRUE(std::isnan(bf16ToF32(f32ToBf16(std::bit_cast<float>(0x7F800001U)))));
}

}  // namespace
}  // namespace hearth
