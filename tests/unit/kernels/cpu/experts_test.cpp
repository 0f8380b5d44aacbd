#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/ref/ref_ops.h"
#include "tests/unit/kernels/support/compare.h"
#include "tests/unit/kernels/support/op_fixture.h"

namespace hearth::testing {
namespace {

/// Rounding a row of unit deviation to 8 bits moves a product by about 1 / 254 of 3 deviations for
/// each element, at random: 4 deviations of the sum over `cols` weights of deviation `scale` bound
/// it.
double roundingBound(std::int64_t cols, double weightScale, double xMax) {
    return 6.0 * xMax / 254.0 * weightScale * std::sqrt(static_cast<double>(cols)) + 1e-5;
}

class ExpertsTest : public OpTest {
protected:
    /// Slots of distinct experts, a third of them skipped.
    std::vector<std::int32_t> chooseExperts(std::int64_t rows, std::int64_t numSlots,
                                            std::int64_t numExperts) {
        std::vector<std::int32_t> experts;
        for (std::int64_t r = 0; r < rows; ++r) {
            const std::int64_t first = randomInt(0, numExperts - 1);
            for (std::int64_t j = 0; j < numSlots; ++j) {
                const bool isSkipped = randomInt(0, 2) == 0;
                experts.push_back(isSkipped ? -1
                                            : static_cast<std::int32_t>((first + j) % numExperts));
            }
        }
        return experts;
    }
};

TEST_P(ExpertsTest, ExpertLinearMatchesTheReference) {
    constexpr std::int64_t kExperts = 5;
    constexpr std::int64_t kOutputs = 19;
    constexpr std::int64_t kCols = 256;
    for (const DType type : {DType::F32, DType::Q8_0, DType::Q4_K, DType::Q6_K}) {
        const TestWeights weights(type, randomFloats(kExperts * kOutputs * kCols, 0.1F),
                                  kExperts * kOutputs, kCols);
        for (const bool xPerSlot : {false, true}) {
            for (const std::int64_t rows : {0, 1, 2, 30}) {
                constexpr std::int64_t kSlots = 3;
                const std::int64_t xStride = (xPerSlot ? kSlots : 1) * kCols + 8;
                const std::int64_t yStride = kSlots * kOutputs + 1;
                const std::vector<float> x = randomFloats(rows * xStride);
                const auto experts = chooseExperts(rows, kSlots, kExperts);
                std::vector<float> expected(static_cast<std::size_t>(rows * yStride), 7.0F);
                std::vector<float> actual = expected;
                ExpertLinearArgs args{.x = x.data(),
                                      .xStride = xStride,
                                      .weight = weights.asExperts(kExperts),
                                      .experts = experts.data(),
                                      .y = expected.data(),
                                      .yStride = yStride,
                                      .rows = rows,
                                      .numSlots = kSlots,
                                      .xPerSlot = xPerSlot};
                ASSERT_EQ(ref::expertLinear(args), OpStatus::Ok);
                args.y = actual.data();
                ASSERT_EQ(ops().expertLinear(stream(), &args), OpStatus::Ok);
                EXPECT_EQ(compareElements(expected, actual,
                                          Tolerance{.absolute = roundingBound(kCols, 0.1, 3.5)},
                                          seedText() + " " + std::string(dtypeInfo(type).name) +
                                              " rows " + std::to_string(rows)),
                          "");
            }
        }
    }
}

struct MoeCase {
    DType type;
    std::int64_t rows;
    std::int64_t numSlots = 2;
    bool hasShared = true;
    bool accumulate = false;
};

class MoeTest : public ExpertsTest {
protected:
    static constexpr std::int64_t kDim = 256;
    static constexpr std::int64_t kHidden = 256;
    static constexpr std::int64_t kSharedHidden = 512;
    static constexpr std::int64_t kExperts = 6;

    void check(const MoeCase& c) {
        const TestWeights gate(c.type, randomFloats(kExperts * kHidden * kDim, 0.06F),
                               kExperts * kHidden, kDim);
        const TestWeights up(c.type, randomFloats(kExperts * kHidden * kDim, 0.06F),
                             kExperts * kHidden, kDim);
        const TestWeights down(c.type, randomFloats(kExperts * kDim * kHidden, 0.06F),
                               kExperts * kDim, kHidden);
        const TestWeights sharedGate(DType::Q6_K, randomFloats(kSharedHidden * kDim, 0.06F),
                                     kSharedHidden, kDim);
        const TestWeights sharedUp(DType::F16, randomFloats(kSharedHidden * kDim, 0.06F),
                                   kSharedHidden, kDim);
        const TestWeights sharedDown(DType::Q8_0, randomFloats(kDim * kSharedHidden, 0.06F), kDim,
                                     kSharedHidden);
        const std::vector<float> x = randomFloats(c.rows * kDim);
        const auto experts = chooseExperts(c.rows, c.numSlots, kExperts);
        const std::vector<float> weights = randomFloats(c.rows * c.numSlots);
        const std::vector<float> start = randomFloats(c.rows * (kDim + 1));
        std::vector<float> expected = start;
        std::vector<float> actual = start;
        MoeFeedForwardArgs args{.x = x.data(),
                                .xStride = kDim,
                                .gate = gate.asExperts(kExperts),
                                .up = up.asExperts(kExperts),
                                .down = down.asExperts(kExperts),
                                .experts = experts.data(),
                                .weights = weights.data(),
                                .numSlots = c.numSlots,
                                .y = expected.data(),
                                .yStride = kDim + 1,
                                .rows = c.rows,
                                .accumulate = c.accumulate};
        if (c.hasShared) {
            args.sharedGate = sharedGate.matrix;
            args.sharedUp = sharedUp.matrix;
            args.sharedDown = sharedDown.matrix;
        }
        ASSERT_EQ(ref::moeFeedForward(args), OpStatus::Ok);
        args.y = actual.data();
        ASSERT_EQ(ops().moeFeedForward(stream(), &args), OpStatus::Ok);
        // Hidden values have deviation about 0.5; two roundings, up to three networks, weights of
        // up to 3.
        const double bound =
            8.0 * (roundingBound(kDim, 0.06, 4.0) + roundingBound(kSharedHidden, 0.06, 6.0));
        EXPECT_EQ(compareElements(expected, actual, Tolerance{.absolute = bound},
                                  seedText() + " " + std::string(dtypeInfo(c.type).name) +
                                      " rows " + std::to_string(c.rows)),
                  "");
        double difference = 0;
        double total = 0;
        for (std::size_t i = 0; i < actual.size(); ++i) {
            difference += std::pow(static_cast<double>(actual[i] - expected[i]), 2);
            total += std::pow(static_cast<double>(expected[i]), 2);
        }
        // 8-bit rows keep two digits: the error of a whole output stays below 1.5 % of it.
        EXPECT_LE(std::sqrt(difference), 0.015 * std::sqrt(total) + 1e-6) << seedText();
    }
};

TEST_P(MoeTest, MatchesTheReference) {
    for (const std::int64_t rows : {0, 1, 3}) {
        check({.type = DType::Q4_K, .rows = rows});
        check({.type = DType::F32, .rows = rows, .accumulate = true});
        check({.type = DType::Q5_K, .rows = rows, .numSlots = 1, .hasShared = false});
    }
    check({.type = DType::Q8_0, .rows = 2, .numSlots = 0});
    check({.type = DType::Q4_K, .rows = 9, .accumulate = true});
}

TEST_P(MoeTest, GivesTheSameBitsOnAnyNumberOfThreads) {
    if (GetParam() == IsaRequest::Reference) {
        GTEST_SKIP() << "the reference has one thread";
    }
    const TestWeights weights(DType::Q4_K, randomFloats(kExperts * 256 * 256, 0.06F),
                              kExperts * 256, 256);
    const std::vector<float> x = randomFloats(40 * 256);
    const auto experts = chooseExperts(40, 2, kExperts);
    const std::vector<float> mix = randomFloats(80);
    std::vector<std::vector<float>> results;
    for (const int numThreads : {1, 2, 5}) {
        std::vector<float> y(40 * 256);
        const MoeFeedForwardArgs args{.x = x.data(),
                                      .xStride = 256,
                                      .gate = weights.asExperts(kExperts),
                                      .up = weights.asExperts(kExperts),
                                      .down = weights.asExperts(kExperts),
                                      .experts = experts.data(),
                                      .weights = mix.data(),
                                      .numSlots = 2,
                                      .y = y.data(),
                                      .yStride = 256,
                                      .rows = 40};
        ASSERT_EQ(ops().moeFeedForward(streamWith(numThreads), &args), OpStatus::Ok);
        results.push_back(y);
    }
    EXPECT_EQ(results[0], results[1]);
    EXPECT_EQ(results[0], results[2]);
}

TEST_P(MoeTest, RefusesMatricesThatDoNotFit) {
    const TestWeights weights(DType::Q4_K, randomFloats(kExperts * 256 * 256), kExperts * 256, 256);
    float x[256] = {};
    const std::int32_t expert = 0;
    MoeFeedForwardArgs args{.x = x,
                            .xStride = 256,
                            .experts = &expert,
                            .weights = x,
                            .y = x,
                            .yStride = 256,
                            .rows = 1};
    EXPECT_EQ(ops().moeFeedForward(stream(), &args), OpStatus::InvalidArgument);
    args.numSlots = 1;
    args.gate = weights.asExperts(kExperts);
    args.up = weights.asExperts(kExperts / 2);
    args.down = weights.asExperts(kExperts);
    EXPECT_EQ(ops().moeFeedForward(stream(), &args), OpStatus::InvalidArgument);
}

HEARTH_INSTANTIATE_FOR_ISAS(ExpertsTest);
HEARTH_INSTANTIATE_FOR_ISAS(MoeTest);

}  // namespace
}  // namespace hearth::testing
