#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/dispatch/fused_ops.h"
#include "kernels/ref/ref_ops.h"
#include "tests/unit/kernels/support/compare.h"
#include "tests/unit/kernels/support/op_fixture.h"

namespace hearth::testing {
namespace {

bool isBlockType(DType type) {
    return dtypeInfo(type).blockElements > 1;
}

/// What one output may differ from the reference by.
/// Rounding x to 8 bits moves an element by at most half a step, max|x| of its block of 32 / 254,
/// which its weight scales. The f32 sums add, for each of their cols / 16 + 4 steps (float types:
/// cols), 2^-24 of the sum of magnitudes; the terms of a block type are a scaled quant and an
/// offset, each at most twice the largest weight of the row.
double linearBound(DType type, const std::vector<float>& weights, const float* x) {
    double rounding = 0;
    double magnitude = 0;
    double largest = 0;
    for (const float w : weights) {
        largest = std::max(largest, std::fabs(static_cast<double>(w)));
    }
    const std::size_t cols = weights.size();
    for (std::size_t block = 0; block < cols; block += 32) {
        double maxX = 0;
        double sumW = 0;
        for (std::size_t i = block; i < std::min(block + 32, cols); ++i) {
            maxX = std::max(maxX, std::fabs(static_cast<double>(x[i])));
            sumW += std::fabs(static_cast<double>(weights[i]));
            magnitude += std::fabs(static_cast<double>(x[i])) * 4.0 * largest;
        }
        rounding += maxX / 254.0 * 1.001 * sumW;
    }
    const double steps = isBlockType(type) ? static_cast<double>(cols) / 16.0 + 4.0
                                           : static_cast<double>(cols) + 4.0;
    return (isBlockType(type) ? rounding : 0.0) + steps * 0x1p-24 * magnitude + 1e-30;
}

struct LinearCase {
    DType type;
    std::int64_t rows;
    std::int64_t outputs;
    std::int64_t cols;
    std::int64_t misalignment = 0;  ///< bytes for the weights, floats for x and y
    bool accumulate = false;
    bool hasBias = false;
};

std::string describe(const LinearCase& c) {
    return std::string(dtypeInfo(c.type).name) + " rows " + std::to_string(c.rows) + " outputs " +
           std::to_string(c.outputs) + " cols " + std::to_string(c.cols) + " misaligned " +
           std::to_string(c.misalignment);
}

class LinearTest : public OpTest {
protected:
    void check(const LinearCase& c) {
        const TestWeights weights(c.type, randomFloats(c.outputs * c.cols, 0.1F), c.outputs, c.cols,
                                  c.misalignment);
        const std::int64_t xStride = c.cols + 3;
        const std::int64_t yStride = c.outputs + 5;
        const std::vector<float> x = randomFloats(c.rows * xStride + c.misalignment);
        const std::vector<float> bias = randomFloats(c.outputs);
        const std::vector<float> start = randomFloats(c.rows * yStride + c.misalignment);
        std::vector<float> expected = start;
        std::vector<float> actual = start;
        LinearArgs args{.x = x.data() + c.misalignment,
                        .xStride = xStride,
                        .weight = weights.matrix,
                        .bias = c.hasBias ? bias.data() : nullptr,
                        .y = expected.data() + c.misalignment,
                        .yStride = yStride,
                        .rows = c.rows,
                        .accumulate = c.accumulate};
        ASSERT_EQ(ref::linear(args), OpStatus::Ok);
        args.y = actual.data() + c.misalignment;
        ASSERT_EQ(ops().linear(stream(), &args), OpStatus::Ok);

        std::vector<double> bounds(expected.size(), 0.0);
        for (std::int64_t o = 0; o < c.outputs; ++o) {
            const std::vector<float> row = weights.dequantizedRow(o);
            for (std::int64_t r = 0; r < c.rows; ++r) {
                const auto at = static_cast<std::size_t>(c.misalignment + r * yStride + o);
                bounds[at] = linearBound(c.type, row, args.x + r * xStride) +
                             0x1p-22 * (std::fabs(static_cast<double>(start[at])) +
                                        std::fabs(static_cast<double>(expected[at])) + 4.0);
            }
        }
        EXPECT_EQ(compareElements(
                      expected, actual, [&](std::size_t i) { return bounds[i]; },
                      seedText() + " " + describe(c)),
                  "");
    }
};

TEST_P(LinearTest, MatchesTheReferenceForEveryTypeAndShape) {
    for (const DType type : kWeightTypes) {
        const auto block = static_cast<std::int64_t>(dtypeInfo(type).blockElements);
        std::vector<std::int64_t> widths = {block, 2 * block, 3 * block};
        if (block == 1) {
            widths = {1, 7, 8, 9, 48, 129, 512};
        } else if (block == 32) {
            widths = {32, 64, 96, 256, 288, 544};
        }
        for (const std::int64_t cols : widths) {
            for (const std::int64_t rows : {0, 1, 2, 3, 4, 7, 8, 9, 17}) {
                for (const std::int64_t outputs : {1, 7, 16, 17, 33}) {
                    check({.type = type, .rows = rows, .outputs = outputs, .cols = cols});
                }
            }
        }
    }
}

TEST_P(LinearTest, AcceptsMisalignedMemoryBiasAndAccumulation) {
    for (const DType type : kWeightTypes) {
        for (const std::int64_t rows : {1, 11}) {
            check({.type = type,
                   .rows = rows,
                   .outputs = 19,
                   .cols = 512,
                   .misalignment = 1,
                   .accumulate = true,
                   .hasBias = true});
            check({.type = type,
                   .rows = rows,
                   .outputs = 16,
                   .cols = 256,
                   .misalignment = 2,
                   .hasBias = true});
        }
    }
}

TEST_P(LinearTest, HandlesMoreRowsThanATileTakes) {
    check({.type = DType::Q4_K, .rows = 515, .outputs = 17, .cols = 256});
    check({.type = DType::F16, .rows = 515, .outputs = 17, .cols = 64});
}

TEST_P(LinearTest, HandlesZeroOutputsAndZeroColumns) {
    float y = 3;
    const float x = 1;
    LinearArgs args{
        .x = &x, .xStride = 1, .weight = {.type = DType::Q8_0}, .y = &y, .yStride = 1, .rows = 1};
    EXPECT_EQ(ops().linear(stream(), &args), OpStatus::Ok);
    EXPECT_EQ(y, 3);
    args.weight.rows = 1;
    args.weight.data = &x;
    EXPECT_EQ(ops().linear(stream(), &args), OpStatus::Ok);
    EXPECT_EQ(y, 0);
}

TEST_P(LinearTest, KeepsNanAndInfinityInTheirRows) {
    for (const DType type : kWeightTypes) {
        for (const float bad :
             {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
            constexpr std::int64_t kCols = 256;
            constexpr std::int64_t kOutputs = 18;
            const TestWeights weights(type, randomFloats(kOutputs * kCols), kOutputs, kCols);
            std::vector<float> x = randomFloats(9 * kCols);
            x[3 * kCols + 77] = bad;
            std::vector<float> y(9 * kOutputs);
            const LinearArgs args{.x = x.data(),
                                  .xStride = kCols,
                                  .weight = weights.matrix,
                                  .y = y.data(),
                                  .yStride = kOutputs,
                                  .rows = 9};
            ASSERT_EQ(ops().linear(stream(), &args), OpStatus::Ok);
            for (std::size_t i = 0; i < y.size(); ++i) {
                EXPECT_EQ(std::isfinite(y[i]), i / kOutputs != 3)
                    << dtypeInfo(type).name << " element " << i;
            }
        }
    }
}

TEST_P(LinearTest, ZeroAndTinyRowsGiveZero) {
    const TestWeights weights(DType::Q4_K, randomFloats(16 * 256), 16, 256);
    std::vector<float> x(2 * 256, 0.0F);
    std::fill(x.begin() + 256, x.end(), 1e-42F);
    std::vector<float> y(2 * 16, 1.0F);
    const LinearArgs args{.x = x.data(),
                          .xStride = 256,
                          .weight = weights.matrix,
                          .y = y.data(),
                          .yStride = 16,
                          .rows = 2};
    ASSERT_EQ(ops().linear(stream(), &args), OpStatus::Ok);
    for (const float value : y) {
        EXPECT_NEAR(value, 0.0F, 1e-37F);
    }
}

TEST_P(LinearTest, RefusesWhatTheContractExcludes) {
    float x[256] = {};
    float y[1] = {};
    LinearArgs args{.x = x,
                    .xStride = 256,
                    .weight = {.data = x, .type = DType::I32, .rows = 1, .cols = 32},
                    .y = y,
                    .yStride = 1,
                    .rows = 1};
    EXPECT_EQ(ops().linear(stream(), &args), OpStatus::Unsupported);
    EXPECT_STRNE(ops().lastError(), "");
    args.weight.type = DType::Q4_K;
    EXPECT_EQ(ops().linear(stream(), &args), OpStatus::InvalidArgument);
}

TEST_P(LinearTest, GivesTheSameBitsOnAnyNumberOfThreads) {
    const TestWeights weights(DType::Q5_K, randomFloats(100 * 512), 100, 512);
    const std::vector<float> x = randomFloats(37 * 512);
    std::vector<std::vector<float>> results;
    for (const int numThreads : {1, 2, 5}) {
        std::vector<float> y(37 * 100);
        const LinearArgs args{.x = x.data(),
                              .xStride = 512,
                              .weight = weights.matrix,
                              .y = y.data(),
                              .yStride = 100,
                              .rows = 37};
        ASSERT_EQ(ops().linear(streamWith(numThreads), &args), OpStatus::Ok);
        results.push_back(y);
    }
    EXPECT_EQ(results[0], results[1]);
    EXPECT_EQ(results[0], results[2]);
}

TEST_P(LinearTest, AGroupEqualsItsItems) {
    const std::vector<float> x = randomFloats(5 * 512);
    const TestWeights first(DType::Q6_K, randomFloats(40 * 512), 40, 512);
    const TestWeights second(DType::F32, randomFloats(16 * 512), 16, 512);
    const TestWeights third(DType::Q8_0, randomFloats(17 * 512), 17, 512);
    std::vector<float> together(5 * 73);
    std::vector<float> alone(5 * 73);
    LinearGroupArgs group{.numItems = 3};
    std::int64_t at = 0;
    for (const auto* weights : {&first, &second, &third}) {
        LinearArgs item{.x = x.data(),
                        .xStride = 512,
                        .weight = weights->matrix,
                        .y = together.data() + at,
                        .yStride = 73,
                        .rows = 5};
        group.items[weights == &first ? 0 : weights == &second ? 1 : 2] = item;
        item.y = alone.data() + at;
        ASSERT_EQ(ops().linear(stream(), &item), OpStatus::Ok);
        at += weights->matrix.rows;
    }
    ASSERT_EQ(linearGroup(ops(), stream(), group), OpStatus::Ok);
    EXPECT_EQ(together, alone);
}

HEARTH_INSTANTIATE_FOR_ISAS(LinearTest);

}  // namespace
}  // namespace hearth::testing
