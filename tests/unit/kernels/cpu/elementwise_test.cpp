#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/ref/ref_ops.h"
#include "tests/unit/kernels/support/compare.h"
#include "tests/unit/kernels/support/op_fixture.h"

namespace hearth::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::int64_t kDims[] = {0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 64, 515};

class ElementwiseTest : public OpTest {};

TEST_P(ElementwiseTest, RmsNormMatchesTheReference) {
    for (const std::int64_t dim : kDims) {
        for (const std::int64_t groups : {1, 3}) {
            const std::int64_t stride = groups * dim + 5;
            const std::vector<float> x = randomFloats(4 * stride + 1);
            const std::vector<float> gain = randomFloats(dim);
            std::vector<float> expected(x.size(), 2.0F);
            std::vector<float> actual(x.size(), 2.0F);
            RmsNormArgs args{.x = x.data() + 1,
                             .xStride = stride,
                             .gain = gain.data(),
                             .out = expected.data() + 1,
                             .outStride = stride,
                             .rows = 4,
                             .groups = groups,
                             .dim = dim};
            ASSERT_EQ(ref::rmsNorm(args), OpStatus::Ok);
            args.out = actual.data() + 1;
            ASSERT_EQ(ops().rmsNorm(stream(), &args), OpStatus::Ok);
            // The sum of squares has dim / 8 steps, halved by the root; four more roundings.
            const double steps = static_cast<double>(dim) / 16.0 + 5.0;
            EXPECT_EQ(compareElements(expected, actual, Tolerance{.relative = steps * 0x1p-23},
                                      seedText() + " dim " + std::to_string(dim)),
                      "");
        }
    }
}

TEST_P(ElementwiseTest, RmsNormWorksInPlaceAndKeepsNanInItsRow) {
    std::vector<float> x = randomFloats(3 * 20);
    x[25] = kNan;
    RmsNormArgs args{.x = x.data(),
                     .xStride = 20,
                     .gain = nullptr,
                     .out = x.data(),
                     .outStride = 20,
                     .rows = 3,
                     .dim = 20};
    ASSERT_EQ(ops().rmsNorm(stream(), &args), OpStatus::Ok);
    for (std::size_t i = 0; i < x.size(); ++i) {
        EXPECT_EQ(std::isnan(x[i]), i / 20 == 1);
    }
}

TEST_P(ElementwiseTest, SiluAndGeluMatchTheReference) {
    for (const std::int64_t dim : kDims) {
        std::vector<float> x = randomFloats(3 * dim + 1, 8.0F);
        const std::vector<float> special = {0.0F,   -0.0F,     100.0F, -100.0F, -88.5F,
                                            1e-30F, kInfinity, kNan,   5000.0F, -5000.0F};
        for (std::size_t i = 0; i < special.size() && i + 1 < x.size(); ++i) {
            x[i + 1] = special[i];
        }
        const std::vector<float> up = randomFloats(3 * dim + 1);
        std::vector<float> expected(x.size());
        std::vector<float> actual(x.size());
        SiluMultiplyArgs silu{.gate = x.data() + 1,
                              .gateStride = dim,
                              .up = up.data() + 1,
                              .upStride = dim,
                              .out = expected.data() + 1,
                              .outStride = dim,
                              .rows = 3,
                              .dim = dim};
        ASSERT_EQ(ref::siluMultiply(silu), OpStatus::Ok);
        silu.out = actual.data() + 1;
        ASSERT_EQ(ops().siluMultiply(stream(), &silu), OpStatus::Ok);
        // exp to 2 units in the last place, a sum, a quotient, two products; results below 2^-100
        // of tiny inputs may be flushed.
        EXPECT_EQ(compareElements(expected, actual,
                                  Tolerance{.absolute = 1e-30, .relative = 10 * 0x1p-24},
                                  seedText() + " silu " + std::to_string(dim)),
                  "");
        GeluArgs gelu{.x = x.data() + 1,
                      .xStride = dim,
                      .out = expected.data() + 1,
                      .outStride = dim,
                      .rows = 3,
                      .dim = dim};
        ASSERT_EQ(ref::gelu(gelu), OpStatus::Ok);
        gelu.out = actual.data() + 1;
        ASSERT_EQ(ops().gelu(stream(), &gelu), OpStatus::Ok);
        // The exponent, up to 20 where the result still counts, carries 4 roundings into exp. The
        // reference itself cancels in 1 + tanh for negative x: 2^-53 of |x|.
        EXPECT_EQ(
            compareElements(expected, actual, Tolerance{.absolute = 1e-7, .relative = 80 * 0x1p-24},
                            seedText() + " gelu " + std::to_string(dim)),
            "");
    }
}

TEST_P(ElementwiseTest, AddScaledRepeatsShortInputs) {
    for (const std::int64_t dim : kDims) {
        const std::vector<float> x = randomFloats(2 * dim);
        const std::vector<float> start = randomFloats(5 * dim);
        std::vector<float> expected = start;
        std::vector<float> actual = start;
        AddScaledArgs args{.x = x.data(),
                           .xStride = dim,
                           .xRows = 2,
                           .y = expected.data(),
                           .yStride = dim,
                           .rows = 5,
                           .dim = dim,
                           .scale = -0.7F};
        ASSERT_EQ(ref::addScaled(args), OpStatus::Ok);
        args.y = actual.data();
        ASSERT_EQ(ops().addScaled(stream(), &args), OpStatus::Ok);
        EXPECT_EQ(
            compareElements(expected, actual, Tolerance{.absolute = 0x1p-22, .relative = 0x1p-23},
                            seedText() + " dim " + std::to_string(dim)),
            "");
    }
}

TEST_P(ElementwiseTest, RopeMatchesTheReference) {
    for (const std::int64_t rotaryDim : {0, 2, 6, 18, 32, 64}) {
        constexpr std::int64_t kHeads = 3;
        constexpr std::int64_t kDim = 66;
        const std::vector<std::int32_t> positions = {0, 1, 131071};
        std::vector<float> table(static_cast<std::size_t>(3 * rotaryDim) + 1);
        const RopeTableArgs tableArgs{.positions = positions.data(),
                                      .table = table.data(),
                                      .rows = 3,
                                      .rotaryDim = rotaryDim};
        ASSERT_EQ(ops().ropeTable(stream(), &tableArgs), OpStatus::Ok);
        for (std::int64_t i = 0; i < rotaryDim / 2; ++i) {
            const double angle = 131071.0 * std::pow(10000.0, -2.0 * static_cast<double>(i) /
                                                                  static_cast<double>(rotaryDim));
            const auto at = static_cast<std::size_t>((rotaryDim + i) * 2);
            EXPECT_NEAR(table[at], std::cos(angle), 1e-6);
            EXPECT_NEAR(table[at + 1], std::sin(angle), 1e-6);
        }
        const std::vector<float> x = randomFloats(3 * kHeads * kDim);
        std::vector<float> expected(x.size());
        std::vector<float> actual = x;
        RopeArgs args{.x = x.data(),
                      .xStride = kHeads * kDim,
                      .table = table.data(),
                      .out = expected.data(),
                      .outStride = kHeads * kDim,
                      .rows = 3,
                      .numHeads = kHeads,
                      .dim = kDim,
                      .rotaryDim = rotaryDim};
        ASSERT_EQ(ref::rope(args), OpStatus::Ok);
        args.x = actual.data();
        args.out = actual.data();
        ASSERT_EQ(ops().rope(stream(), &args), OpStatus::Ok);
        EXPECT_EQ(
            compareElements(expected, actual, Tolerance{.absolute = 0x1p-21, .relative = 0x1p-22},
                            seedText() + " rotary " + std::to_string(rotaryDim)),
            "");
    }
}

TEST_P(ElementwiseTest, RopeRefusesOddDims) {
    RopeTableArgs table{.rotaryDim = 3};
    EXPECT_EQ(ops().ropeTable(stream(), &table), OpStatus::InvalidArgument);
    RopeArgs args{.dim = 4, .rotaryDim = 6};
    EXPECT_EQ(ops().rope(stream(), &args), OpStatus::InvalidArgument);
}

TEST_P(ElementwiseTest, GatherAndEmbedRows) {
    const std::vector<float> x = randomFloats(4 * 7);
    const std::vector<std::int32_t> index = {3, -1, 0};
    std::vector<float> out(3 * 7, 9.0F);
    const GatherRowsArgs args{.x = x.data(),
                              .xStride = 7,
                              .index = index.data(),
                              .out = out.data(),
                              .outStride = 7,
                              .rows = 3,
                              .dim = 7};
    ASSERT_EQ(ops().gatherRows(stream(), &args), OpStatus::Ok);
    for (std::size_t c = 0; c < 7; ++c) {
        EXPECT_EQ(out[c], x[21 + c]);
        EXPECT_EQ(out[7 + c], 0.0F);
        EXPECT_EQ(out[14 + c], x[c]);
    }
    for (const DType type : kWeightTypes) {
        const TestWeights table(type, randomFloats(5 * 256), 5, 256);
        const std::vector<std::int32_t> ids = {4, 5, -1, 0};
        std::vector<float> rows(4 * 256, 9.0F);
        const EmbedRowsArgs embed{.table = table.matrix,
                                  .ids = ids.data(),
                                  .out = rows.data(),
                                  .outStride = 256,
                                  .rows = 4};
        ASSERT_EQ(ops().embedRows(stream(), &embed), OpStatus::Ok);
        std::vector<float> expected = table.dequantizedRow(4);
        expected.resize(3 * 256, 0.0F);
        const std::vector<float> first = table.dequantizedRow(0);
        expected.insert(expected.end(), first.begin(), first.end());
        EXPECT_EQ(rows, expected) << dtypeInfo(type).name;
    }
}

TEST_P(ElementwiseTest, RouterChoosesTheHighestAndSkips) {
    const std::vector<float> logits = {0.0F, 2.0F, 2.0F, 1.0F,  // a tie: the lower index first
                                       9.0F, 0.0F, 0.0F, 0.0F,  // sure enough to skip
                                       kNan, 0.0F, 0.0F, 0.0F};
    std::vector<std::int32_t> experts(6);
    std::vector<float> weights(6);
    std::vector<float> probabilities(12);
    RouterTopKArgs args{.logits = logits.data(),
                        .logitsStride = 4,
                        .experts = experts.data(),
                        .weights = weights.data(),
                        .probabilities = probabilities.data(),
                        .rows = 3,
                        .numExperts = 4,
                        .numSlots = 2,
                        .skipThreshold = 0.9F};
    ASSERT_EQ(ops().routerTopK(stream(), &args), OpStatus::Ok);
    EXPECT_EQ(experts, (std::vector<std::int32_t>{1, 2, 0, -1, 0, 1}));
    EXPECT_FLOAT_EQ(weights[0], 0.5F);
    EXPECT_FLOAT_EQ(weights[1], 0.5F);
    EXPECT_EQ(weights[2], 1.0F);
    EXPECT_EQ(weights[3], 0.0F);
    EXPECT_TRUE(std::isnan(weights[4]));
    EXPECT_NEAR(probabilities[0] + probabilities[1] + probabilities[2] + probabilities[3], 1.0F,
                1e-6F);

    args.renormalize = false;
    args.skipThreshold = 1.0F;
    ASSERT_EQ(ops().routerTopK(stream(), &args), OpStatus::Ok);
    EXPECT_EQ(weights[2], probabilities[4]);
    EXPECT_EQ(experts[3], 1);
    args.numSlots = 5;
    EXPECT_EQ(ops().routerTopK(stream(), &args), OpStatus::InvalidArgument);
}

HEARTH_INSTANTIATE_FOR_ISAS(ElementwiseTest);

}  // namespace
}  // namespace hearth::testing
