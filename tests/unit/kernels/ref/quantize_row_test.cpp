#include "kernels/ref/quantize_row.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "kernels/base/half.h"
#include "kernels/ref/block_layout.h"
#include "kernels/ref/dequantize_row.h"

namespace hearth {
namespace {

constexpr std::int64_t kCount = 256 * 64;

std::vector<float> normalFloats(std::int64_t count, float scale, float mean = 0.0F) {
    std::mt19937 random(7);
    std::normal_distribution<float> normal(mean, scale);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) {
        value = normal(random);
    }
    return values;
}

std::vector<float> roundTrip(DType type, const std::vector<float>& x) {
    std::vector<std::uint8_t> bytes(rowBytes(type, x.size()));
    const auto count = static_cast<std::int64_t>(x.size());
    const Status status = quantizeRow(type, x.data(), bytes.data(), count);
    EXPECT_TRUE(status.isOk()) << status.message();
    std::vector<float> out(x.size());
    dequantizeRow(type, bytes.data(), out.data(), count);
    return out;
}

double relativeError(const std::vector<float>& x, const std::vector<float>& y) {
    double difference = 0;
    double total = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        difference += std::pow(static_cast<double>(x[i]) - static_cast<double>(y[i]), 2);
        total += std::pow(static_cast<double>(x[i]), 2);
    }
    return std::sqrt(difference / total);
}

struct ErrorCase {
    DType type;
    double bound;  ///< relative error of normally distributed weights
};

// A uniform quantiser of 2^b levels over +-c deviations leaves a step of 2c / 2^b and an error of a
// step / sqrt(12). With c of 2.2 (32 elements) this is 0.08 at 4 bits, halved by each further bit;
// mins and searched scales gain, 6-bit scales lose a little.
class QuantizeError : public ::testing::TestWithParam<ErrorCase> {};

TEST_P(QuantizeError, StaysBelowItsBound) {
    const auto [type, bound] = GetParam();
    for (const float scale : {1e-3F, 1.0F, 100.0F}) {
        const std::vector<float> x = normalFloats(kCount, scale);
        const double error = relativeError(x, roundTrip(type, x));
        EXPECT_LT(error, bound) << dtypeInfo(type).name << " scale " << scale;
        EXPECT_GT(error, bound / 3) << "the bound says nothing";
    }
}

TEST_P(QuantizeError, KeepsZeroRowsZero) {
    const std::vector<float> x(512, 0.0F);
    EXPECT_EQ(roundTrip(GetParam().type, x), x);
}

TEST_P(QuantizeError, SurvivesTinyAndOneSidedBlocks) {
    std::vector<float> x(512, 1e-38F);
    for (const float value : roundTrip(GetParam().type, x)) {
        EXPECT_NEAR(value, 0.0F, 1e-6F);
    }
    std::fill(x.begin(), x.end(), 0.5F);
    for (const float value : roundTrip(GetParam().type, x)) {
        EXPECT_NEAR(value, 0.5F, 0.01F);
    }
    std::fill(x.begin(), x.end(), -0.5F);
    for (const float value : roundTrip(GetParam().type, x)) {
        EXPECT_NEAR(value, -0.5F, 0.01F);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Types, QuantizeError,
    ::testing::Values(ErrorCase{DType::Q4_0, 0.095}, ErrorCase{DType::Q5_0, 0.048},
                      ErrorCase{DType::Q8_0, 0.007}, ErrorCase{DType::Q4_K, 0.075},
                      ErrorCase{DType::Q5_K, 0.038}, ErrorCase{DType::Q6_K, 0.021}),
    [](const auto& test) { return std::string(dtypeInfo(test.param.type).name); });

TEST(QuantizeRow, MinsKeepWhatAScaleAloneCannot) {
    // All weights near 1: the K types with a min spend their levels on the spread.
    const std::vector<float> x = normalFloats(kCount, 0.01F, -1.0F);
    EXPECT_LT(relativeError(x, roundTrip(DType::Q4_K, x)), 0.012);
    EXPECT_GT(relativeError(x, roundTrip(DType::Q4_0, x)), 0.005);
}

TEST(QuantizeRow, ImportanceMovesTheError) {
    const std::vector<float> x = normalFloats(256, 1.0F);
    std::vector<float> importance(256, 1e-4F);
    for (std::size_t i = 0; i < 256; i += 8) {
        importance[i] = 1.0F;
    }
    for (const DType type : {DType::Q4_0, DType::Q4_K, DType::Q6_K}) {
        std::vector<std::uint8_t> bytes(rowBytes(type, 256));
        std::vector<float> out(256);
        const auto importantError = [&](const float* weights) {
            EXPECT_TRUE(quantizeRow(type, x.data(), bytes.data(), 256, weights).isOk());
            dequantizeRow(type, bytes.data(), out.data(), 256);
            double error = 0;
            for (std::size_t i = 0; i < 256; i += 8) {
                error += std::pow(static_cast<double>(x[i] - out[i]), 2);
            }
            return error;
        };
        EXPECT_LT(importantError(importance.data()), importantError(nullptr))
            << dtypeInfo(type).name;
    }
}

TEST(QuantizeRow, PlainTypesRoundToNearest) {
    const std::vector<float> x = normalFloats(33, 3.0F);
    const std::vector<float> half = roundTrip(DType::F16, x);
    const std::vector<float> bf16 = roundTrip(DType::BF16, x);
    EXPECT_EQ(roundTrip(DType::F32, x), x);
    for (std::size_t i = 0; i < x.size(); ++i) {
        EXPECT_NEAR(half[i], x[i], std::fabs(x[i]) * 0x1p-11F);
        EXPECT_NEAR(bf16[i], x[i], std::fabs(x[i]) * 0x1p-8F);
    }
}

TEST(QuantizeRow, RefusesWhatItCannotHold) {
    std::vector<float> x(256, 0.0F);
    std::vector<std::uint8_t> bytes(1024);
    x[9] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(quantizeRow(DType::Q4_K, x.data(), bytes.data(), 256).code(),
              ErrorCode::InvalidArgument);
    EXPECT_FALSE(quantizeRow(DType::F32, x.data(), bytes.data(), 256).isOk());
    for (const float large : {1e8F, 1e30F}) {
        x[9] = large;
        for (const DType type : {DType::F16, DType::Q8_0, DType::Q4_0, DType::Q4_K}) {
            EXPECT_FALSE(quantizeRow(type, x.data(), bytes.data(), 256).isOk())
                << dtypeInfo(type).name << " " << large;
        }
    }
    x[9] = 0;
    EXPECT_EQ(quantizeRow(DType::I32, x.data(), bytes.data(), 256).code(), ErrorCode::Unsupported);
    EXPECT_TRUE(quantizeRow(DType::Q4_K, x.data(), bytes.data(), 0).isOk());
}

// Blocks written by hand from the description of the format, so that a mistake which quantizing and
// dequantizing share shows.
TEST(DequantizeRow, ReadsTheBitsOfEachBlockType) {
    float out[256];
    BlockQ4_0 q40{.d = f32ToF16(0.5F), .quants = {}};
    q40.quants[3] = 0x1F;
    dequantizeRow(DType::Q4_0, &q40, out, 32);
    EXPECT_EQ(out[3], 0.5F * 7);
    EXPECT_EQ(out[19], 0.5F * -7);
    EXPECT_EQ(out[0], 0.5F * -8);

    BlockQ5_0 q50{.d = f32ToF16(2.0F), .highBits = {0, 0x02, 0, 0x80}, .quants = {}};
    q50.quants[9] = 0x03;
    q50.quants[15] = 0x40;
    dequantizeRow(DType::Q5_0, &q50, out, 32);
    EXPECT_EQ(out[9], 2.0F * (16 + 3 - 16));
    EXPECT_EQ(out[31], 2.0F * (16 + 4 - 16));

    BlockQ8_0 q80{.d = f32ToF16(0.25F), .quants = {}};
    q80.quants[31] = -128;
    dequantizeRow(DType::Q8_0, &q80, out, 32);
    EXPECT_EQ(out[31], -32.0F);

    BlockQ4_K q4{};
    q4.d = f32ToF16(1.0F);
    q4.dMin = f32ToF16(0.5F);
    q4.scales[1] = 5 | (2 << 6);     // scale of part 1, upper bits of the scale of part 5
    q4.scales[5] = 3 | (1 << 6);     // min of part 1, upper bits of the min of part 5
    q4.scales[9] = 0x07 | (9 << 4);  // lower bits of scale and min of part 5
    q4.quants[2] = 0xA0;             // element 34, part 1
    q4.quants[64 + 4] = 0xC0;        // element 128 + 32 + 4, part 5
    dequantizeRow(DType::Q4_K, &q4, out, 256);
    EXPECT_EQ(out[34], 5.0F * 10 - 0.5F * 3);
    EXPECT_EQ(out[164], (7.0F + 32) * 12 - 0.5F * (9 + 16));

    BlockQ5_K q5{};
    q5.d = f32ToF16(1.0F);
    q5.scales[3] = 2;
    q5.highBits[6] = 1 << 3;
    q5.quants[32 + 6] = 0x90;  // element 96 + 6, part 3
    dequantizeRow(DType::Q5_K, &q5, out, 256);
    EXPECT_EQ(out[102], 2.0F * (16 + 9));

    BlockQ6_K q6{};
    q6.d = f32ToF16(0.5F);
    q6.scales[15] = -3;
    q6.lowBits[64 + 32 + 20] = 0x50;  // second half, s = 3, l = 20: element 128 + 96 + 20
    q6.highBits[32 + 20] = 0xC0;
    dequantizeRow(DType::Q6_K, &q6, out, 256);
    EXPECT_EQ(out[244], 0.5F * -3 * (48 + 5 - 32));
}

}  // namespace
}  // namespace hearth
