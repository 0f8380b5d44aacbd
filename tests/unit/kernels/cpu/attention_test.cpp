#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/base/half.h"
#include "kernels/ref/ref_ops.h"
#include "tests/unit/kernels/support/compare.h"
#include "tests/unit/kernels/support/op_fixture.h"

namespace hearth::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Pages of random rows in a shuffled order, with a page table for each sequence.
class TestPages {
public:
    TestPages(DType type, std::int64_t numSequences, std::int64_t pagesPerSequence,
              std::int64_t numHeads, std::int64_t dim, const std::vector<float>& values,
              std::int64_t rotation)
        : m_table(static_cast<std::size_t>(numSequences * pagesPerSequence)) {
        const std::int64_t numPages = numSequences * pagesPerSequence;
        const auto count = static_cast<std::size_t>(numPages * numHeads * kPageRows * dim);
        if (type == DType::F32) {
            m_floats.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
        } else {
            m_halves.resize(count);
            std::transform(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count),
                           m_halves.begin(), f32ToF16);
        }
        void* data = type == DType::F32 ? static_cast<void*>(m_floats.data())
                                        : static_cast<void*>(m_halves.data());
        m_rows = headMajorPages(data, type, numPages, numHeads, dim);
        std::iota(m_table.begin(), m_table.end(), 0);
        std::rotate(m_table.begin(), m_table.begin() + rotation % numPages, m_table.end());
        m_rows.pageTable = m_table.data();
        m_rows.pageTableStride = pagesPerSequence;
        m_rows.tablePages = pagesPerSequence;
    }
    TestPages(const TestPages&) = delete;
    TestPages& operator=(const TestPages&) = delete;

    const PagedRows& rows() const { return m_rows; }
    static std::int64_t numElements(std::int64_t pages, std::int64_t numHeads, std::int64_t dim) {
        return pages * numHeads * kPageRows * dim;
    }

private:
    std::vector<float> m_floats;
    std::vector<std::uint16_t> m_halves;
    std::vector<std::int32_t> m_table;
    PagedRows m_rows;
};

struct AttentionCase {
    std::int64_t rows;
    std::int64_t numHeads = 8;
    std::int64_t numKvHeads = 2;
    std::int64_t keyDim = 64;
    std::int64_t valueDim = 64;
    DType type = DType::F16;
    std::int64_t numPages = 5;
    bool hasWindowBegin = true;
    bool hasEntries = true;  ///< a second segment with a bias
    bool hasBlocks = true;   ///< a third segment of listed blocks
    bool hasSink = false;
    std::int64_t numSequences = 1;
};

class AttentionTest : public OpTest {
protected:
    void check(const AttentionCase& c) {
        const auto pages = [&](std::int64_t dim) {
            return randomFloats(
                TestPages::numElements(c.numPages * c.numSequences, c.numKvHeads, dim));
        };
        const TestPages keys(c.type, c.numSequences, c.numPages, c.numKvHeads, c.keyDim,
                             pages(c.keyDim), 2);
        const TestPages values(c.type, c.numSequences, c.numPages, c.numKvHeads, c.valueDim,
                               pages(c.valueDim), 3);
        const TestPages plainKeys(DType::F32, c.numSequences, c.numPages, c.numKvHeads, c.keyDim,
                                  pages(c.keyDim), 1);
        const std::vector<float> query = randomFloats(c.rows * c.numHeads * c.keyDim);
        const std::vector<float> plainQuery = randomFloats(c.rows * c.numHeads * c.keyDim);
        const std::vector<float> bias = randomFloats(c.numHeads);
        const std::vector<float> sink = randomFloats(c.numHeads);
        constexpr std::int64_t kBlocksPerRow = 3;
        std::vector<std::int32_t> begin;
        std::vector<std::int32_t> end;
        std::vector<std::int32_t> numEntries;
        std::vector<std::int32_t> blocks;
        std::vector<std::int32_t> sequence;
        for (std::int64_t r = 0; r < c.rows; ++r) {
            const std::int64_t last = randomInt(0, c.numPages * kPageRows);
            begin.push_back(static_cast<std::int32_t>(randomInt(0, last)));
            end.push_back(static_cast<std::int32_t>(last));
            numEntries.push_back(static_cast<std::int32_t>(randomInt(0, c.numPages * kPageRows)));
            sequence.push_back(static_cast<std::int32_t>(randomInt(0, c.numSequences - 1)));
            for (std::int64_t b = 0; b < c.numKvHeads * kBlocksPerRow; ++b) {
                blocks.push_back(static_cast<std::int32_t>(randomInt(-1, c.numPages - 1)));
            }
        }

        AttentionArgs args{.rowSequence = c.numSequences > 1 ? sequence.data() : nullptr,
                           .sink = c.hasSink ? sink.data() : nullptr,
                           .outStride = c.numHeads * c.valueDim + 3,
                           .rows = c.rows,
                           .numHeads = c.numHeads,
                           .numKvHeads = c.numKvHeads,
                           .keyDim = c.keyDim,
                           .valueDim = c.valueDim,
                           .scale = 1.0F / std::sqrt(static_cast<float>(c.keyDim))};
        const std::int64_t queryStride = c.numHeads * c.keyDim;
        args.segments[args.numSegments++] = {.query = query.data(),
                                             .queryStride = queryStride,
                                             .keys = keys.rows(),
                                             .values = values.rows(),
                                             .begin = c.hasWindowBegin ? begin.data() : nullptr,
                                             .end = end.data()};
        if (c.hasEntries) {
            args.segments[args.numSegments++] = {.query = plainQuery.data(),
                                                 .queryStride = queryStride,
                                                 .keys = plainKeys.rows(),
                                                 .values = values.rows(),
                                                 .end = numEntries.data(),
                                                 .bias = bias.data()};
        }
        if (c.hasBlocks) {
            args.segments[args.numSegments++] = {.query = plainQuery.data(),
                                                 .queryStride = queryStride,
                                                 .keys = keys.rows(),
                                                 .values = values.rows(),
                                                 .blocks = blocks.data(),
                                                 .blocksPerRow = kBlocksPerRow,
                                                 .bias = bias.data()};
        }
        std::vector<float> expected(static_cast<std::size_t>(c.rows * args.outStride), 5.0F);
        std::vector<float> actual = expected;
        args.out = expected.data();
        ASSERT_EQ(ref::attention(args), OpStatus::Ok);
        args.out = actual.data();
        ASSERT_EQ(ops().attention(stream(), &args), OpStatus::Ok);
        // Logits of up to 6 with keyDim / 2^24 relative error of their parts; the weights' errors
        // and the sums over up to 32 * (2 * numPages + 3) keys act on values of up to 5.
        const double keysSeen = static_cast<double>(kPageRows * (2 * c.numPages + kBlocksPerRow));
        const double bound = 5.0 * (6.0 * static_cast<double>(c.keyDim) + keysSeen) * 0x1p-24;
        EXPECT_EQ(compareElements(expected, actual, Tolerance{.absolute = bound},
                                  seedText() + " rows " + std::to_string(c.rows) + " heads " +
                                      std::to_string(c.numHeads) + "/" +
                                      std::to_string(c.numKvHeads) + " dims " +
                                      std::to_string(c.keyDim) + "/" + std::to_string(c.valueDim)),
                  "");
    }
};

TEST_P(AttentionTest, MatchesTheReference) {
    for (const std::int64_t rows : {0, 1, 2, 8, 9, 19}) {
        check({.rows = rows});
        check({.rows = rows, .type = DType::F32, .hasEntries = false, .hasSink = true});
        check({.rows = rows, .hasWindowBegin = false, .hasBlocks = false});
    }
}

TEST_P(AttentionTest, AcceptsEveryHeadShape) {
    for (const DType type : {DType::F16, DType::F32}) {
        check(
            {.rows = 11, .numHeads = 3, .numKvHeads = 3, .keyDim = 1, .valueDim = 1, .type = type});
        check(
            {.rows = 11, .numHeads = 6, .numKvHeads = 2, .keyDim = 7, .valueDim = 9, .type = type});
        check({.rows = 5,
               .numHeads = 16,
               .numKvHeads = 1,
               .keyDim = 128,
               .valueDim = 72,
               .type = type});
        check({.rows = 3,
               .numHeads = 33,
               .numKvHeads = 1,
               .keyDim = 16,
               .valueDim = 33,
               .type = type});
        check({.rows = 2,
               .numHeads = 2,
               .numKvHeads = 1,
               .keyDim = 512,
               .valueDim = 512,
               .type = type});
    }
}

TEST_P(AttentionTest, SplitsLongRowsAndBatchesSequences) {
    check({.rows = 1, .numPages = 100});
    check({.rows = 3, .numPages = 70, .hasSink = true});
    check({.rows = 5, .numPages = 4, .numSequences = 3});
    check({.rows = 20, .numPages = 4, .numSequences = 3});
}

TEST_P(AttentionTest, ARowThatSeesNothingGivesZeros) {
    std::vector<float> memory(kPageRows * 8, kNan);
    const float query[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const std::int32_t end[1] = {0};
    float out[8];
    std::fill_n(out, 8, 3.0F);
    const PagedRows rows = headMajorPages(memory.data(), DType::F32, 1, 1, 8);
    AttentionArgs args{.numSegments = 1,
                       .out = out,
                       .outStride = 8,
                       .rows = 1,
                       .numHeads = 1,
                       .numKvHeads = 1,
                       .keyDim = 8,
                       .valueDim = 8};
    args.segments[0] = {.query = query, .queryStride = 8, .keys = rows, .values = rows, .end = end};
    ASSERT_EQ(ops().attention(stream(), &args), OpStatus::Ok);
    EXPECT_TRUE(std::all_of(out, out + 8, [](float v) { return v == 0.0F; }));
}

TEST_P(AttentionTest, NanReachesTheRowsThatSeeItAlone) {
    for (const bool isInValues : {false, true}) {
        std::vector<float> keyMemory = randomFloats(2 * kPageRows * 16);
        std::vector<float> valueMemory = randomFloats(2 * kPageRows * 16);
        (isInValues ? valueMemory : keyMemory)[10 * 16 + 3] = kNan;
        const std::vector<float> query = randomFloats(12 * 16);
        std::vector<std::int32_t> end(12);
        std::iota(end.begin(), end.end(), 5);
        std::vector<float> out(12 * 16);
        AttentionArgs args{.numSegments = 1,
                           .out = out.data(),
                           .outStride = 16,
                           .rows = 12,
                           .numHeads = 1,
                           .numKvHeads = 1,
                           .keyDim = 16,
                           .valueDim = 16};
        args.segments[0] = {.query = query.data(),
                            .queryStride = 16,
                            .keys = headMajorPages(keyMemory.data(), DType::F32, 2, 1, 16),
                            .values = headMajorPages(valueMemory.data(), DType::F32, 2, 1, 16),
                            .end = end.data()};
        ASSERT_EQ(ops().attention(stream(), &args), OpStatus::Ok);
        for (std::size_t r = 0; r < 12; ++r) {
            // Row r sees keys 0 .. r + 4.
            EXPECT_EQ(std::isnan(out[r * 16 + 3]), r + 5 > 10) << "row " << r;
        }
    }
}

TEST_P(AttentionTest, GivesTheSameBitsOnAnyNumberOfThreads) {
    std::vector<float> memory = randomFloats(80 * 2 * kPageRows * 32);
    const std::vector<float> query = randomFloats(20 * 8 * 32);
    for (const std::int64_t rows : {1, 20}) {
        std::vector<std::int32_t> end(static_cast<std::size_t>(rows), 80 * 32 - 1);
        std::vector<std::vector<float>> results;
        for (const int numThreads : {1, 2, 5}) {
            std::vector<float> out(static_cast<std::size_t>(rows * 8 * 32));
            const PagedRows pages = headMajorPages(memory.data(), DType::F32, 80, 2, 32);
            AttentionArgs args{.numSegments = 1,
                               .out = out.data(),
                               .outStride = 8 * 32,
                               .rows = rows,
                               .numHeads = 8,
                               .numKvHeads = 2,
                               .keyDim = 32,
                               .valueDim = 32,
                               .scale = 0.2F};
            args.segments[0] = {.query = query.data(),
                                .queryStride = 8 * 32,
                                .keys = pages,
                                .values = pages,
                                .end = end.data()};
            ASSERT_EQ(ops().attention(streamWith(numThreads), &args), OpStatus::Ok);
            results.push_back(out);
        }
        EXPECT_EQ(results[0], results[1]);
        EXPECT_EQ(results[0], results[2]);
    }
}

TEST_P(AttentionTest, RefusesWhatTheContractExcludes) {
    AttentionArgs args{.numHeads = 3, .numKvHeads = 2};
    EXPECT_EQ(ops().attention(stream(), &args), OpStatus::InvalidArgument);
    args.numKvHeads = 1;
    args.keyDim = kMaxHeadDim + 1;
    EXPECT_EQ(ops().attention(stream(), &args), OpStatus::InvalidArgument);
    args.keyDim = 8;
    args.numSegments = 1;
    args.segments[0].keys.type = DType::Q8_0;
    EXPECT_EQ(ops().attention(stream(), &args), OpStatus::Unsupported);
}

TEST_P(AttentionTest, EncoderAttentionMatchesTheReference) {
    for (const std::int64_t length : {0, 1, 16, 31, 33, 64, 75}) {
        for (const std::int64_t dim : {32, 64, 5}) {
            for (const bool hasBias : {false, true}) {
                constexpr std::int64_t kBatch = 4;
                constexpr std::int64_t kHeads = 2;
                const std::int64_t stride = 3 * kHeads * dim;
                const std::vector<float> qkv = randomFloats(kBatch * length * stride);
                const std::vector<float> bias = randomFloats(kHeads * length * length);
                std::vector<std::int32_t> regions(static_cast<std::size_t>(2 * length));
                for (std::int32_t& region : regions) {
                    region = static_cast<std::int32_t>(randomInt(0, 2));
                }
                std::vector<float> expected(
                    static_cast<std::size_t>(kBatch * length * kHeads * dim));
                std::vector<float> actual = expected;
                EncoderAttentionArgs args{.q = qkv.data(),
                                          .k = qkv.data() + kHeads * dim,
                                          .v = qkv.data() + 2 * kHeads * dim,
                                          .stride = stride,
                                          .bias = hasBias ? bias.data() : nullptr,
                                          .regions = hasBias ? regions.data() : nullptr,
                                          .numRegionMaps = 2,
                                          .out = expected.data(),
                                          .outStride = kHeads * dim,
                                          .batch = kBatch,
                                          .length = length,
                                          .numHeads = kHeads,
                                          .dim = dim,
                                          .scale = 1.0F / std::sqrt(static_cast<float>(dim))};
                ASSERT_EQ(ref::encoderAttention(args), OpStatus::Ok);
                args.out = actual.data();
                ASSERT_EQ(ops().encoderAttention(stream(), &args), OpStatus::Ok);
                const double bound = 5.0 * static_cast<double>(6 * dim + length) * 0x1p-24;
                EXPECT_EQ(compareElements(expected, actual, Tolerance{.absolute = bound},
                                          seedText() + " length " + std::to_string(length)),
                          "");
            }
        }
    }
}

TEST_P(AttentionTest, CompressBlocksMatchesTheReference) {
    for (const DType type : {DType::F32, DType::F16}) {
        for (const std::int64_t dim : {64, 13}) {
            const auto elements = TestPages::numElements(6, 2, dim);
            const TestPages keys(type, 2, 3, 2, dim, randomFloats(elements), 1);
            const TestPages values(type, 2, 3, 2, dim, randomFloats(elements), 4);
            const std::vector<float> query = randomFloats(2 * dim, 0.3F);
            const std::vector<float> position = randomFloats(2 * kPageRows);
            const std::vector<float> gain = randomFloats(dim);
            const std::vector<std::int32_t> blocks = {2, -1, 0, 1};
            const std::vector<std::int32_t> sequence = {1, 0, 0, 1};
            const std::vector<float> empty(static_cast<std::size_t>(elements), 0.0F);
            std::vector<std::vector<float>> results;
            for (const bool isReference : {true, false}) {
                const TestPages entryKeys(type, 2, 1, 2, dim, empty, 0);
                const TestPages entryValues(type, 2, 1, 2, dim, empty, 0);
                const CompressBlocksArgs args{.blocks = blocks.data(),
                                              .blockSequence = sequence.data(),
                                              .keys = keys.rows(),
                                              .values = values.rows(),
                                              .query = query.data(),
                                              .position = position.data(),
                                              .gain = gain.data(),
                                              .entryKeys = entryKeys.rows(),
                                              .entryValues = entryValues.rows(),
                                              .numBlocks = 4,
                                              .numKvHeads = 2,
                                              .dim = dim};
                ASSERT_EQ(
                    isReference ? ref::compressBlocks(args) : ops().compressBlocks(stream(), &args),
                    OpStatus::Ok);
                std::vector<float> both;
                for (const PagedRows& rows : {entryKeys.rows(), entryValues.rows()}) {
                    std::vector<float> out(static_cast<std::size_t>(4 * 2 * dim));
                    const LoadRowsArgs load{.cache = rows,
                                            .positions = blocks.data(),
                                            .rowSequence = sequence.data(),
                                            .out = out.data(),
                                            .outStride = 2 * dim,
                                            .rows = 4,
                                            .numHeads = 2,
                                            .dim = dim};
                    ASSERT_EQ(ops().loadRows(stream(), &load), OpStatus::Ok);
                    both.insert(both.end(), out.begin(), out.end());
                }
                results.push_back(both);
            }
            // f16 entries may round to the neighbour: 2^-10 of the value.
            const double relative = type == DType::F16 ? 0x1p-10 : 0x1p-17;
            EXPECT_EQ(compareElements(results[0], results[1],
                                      Tolerance{.absolute = 2e-5, .relative = relative},
                                      seedText() + " dim " + std::to_string(dim)),
                      "");
        }
    }
}

TEST_P(AttentionTest, SelectBlocksChoosesWhatTheReferenceChooses) {
    for (const std::int64_t rows : {0, 1, 2, 13}) {
        constexpr std::int64_t kPages = 4;
        const TestPages keys(DType::F16, 1, kPages, 2, 64,
                             randomFloats(TestPages::numElements(kPages, 2, 64)), 1);
        const std::vector<float> query = randomFloats(rows * 8 * 64);
        std::vector<std::int32_t> numVisible(static_cast<std::size_t>(rows));
        for (std::int32_t& count : numVisible) {
            count = static_cast<std::int32_t>(randomInt(0, kPages * kPageRows));
        }
        if (rows > 0) {
            numVisible[0] = 7;
        }
        std::vector<std::int32_t> expected(static_cast<std::size_t>(rows * 2 * 16), 99);
        std::vector<std::int32_t> actual = expected;
        SelectBlocksArgs args{.query = query.data(),
                              .queryStride = 8 * 64,
                              .entryKeys = keys.rows(),
                              .numVisible = numVisible.data(),
                              .maxVisible = kPages * kPageRows,
                              .blocks = expected.data(),
                              .rows = rows,
                              .numHeads = 8,
                              .numKvHeads = 2,
                              .dim = 64,
                              .numSelected = 16,
                              .scale = 0.125F};
        ASSERT_EQ(ref::selectBlocks(args), OpStatus::Ok);
        args.blocks = actual.data();
        ASSERT_EQ(ops().selectBlocks(stream(), &args), OpStatus::Ok);
        // Random scores differ by far more than f32 rounds them.
        EXPECT_EQ(actual, expected) << seedText() << " rows " << rows;
    }
}

TEST_P(AttentionTest, SelectBlocksBreaksTiesToTheLowerBlock) {
    const std::vector<float> zeros(2 * kPageRows * 8, 0.0F);
    const TestPages keys(DType::F32, 1, 2, 1, 8, zeros, 0);
    const std::vector<float> query(16, 1.0F);
    const std::int32_t numVisible[1] = {40};
    std::int32_t blocks[3];
    const SelectBlocksArgs args{.query = query.data(),
                                .queryStride = 16,
                                .entryKeys = keys.rows(),
                                .numVisible = numVisible,
                                .maxVisible = 64,
                                .blocks = blocks,
                                .rows = 1,
                                .numHeads = 2,
                                .numKvHeads = 1,
                                .dim = 8,
                                .numSelected = 3};
    ASSERT_EQ(ops().selectBlocks(stream(), &args), OpStatus::Ok);
    EXPECT_EQ(blocks[0], 0);
    EXPECT_EQ(blocks[1], 1);
    EXPECT_EQ(blocks[2], 2);
}

TEST_P(AttentionTest, StoredRowsComeBackThroughRingsAndTables) {
    for (const DType type : {DType::F32, DType::F16}) {
        for (const std::int64_t dim : {64, 9}) {
            const std::vector<float> empty(
                static_cast<std::size_t>(TestPages::numElements(4, 2, dim)));
            const TestPages pages(type, 2, 2, 2, dim, empty, 3);
            const std::vector<float> x = randomFloats(5 * 2 * dim);
            // 64 + 3 shares the slot of 3 in a ring of two pages; the negative one is skipped.
            const std::vector<std::int32_t> positions = {0, 67, -5, 31, 40};
            const std::vector<std::int32_t> sequence = {0, 0, 1, 1, 1};
            const StoreRowsArgs store{.x = x.data(),
                                      .xStride = 2 * dim,
                                      .positions = positions.data(),
                                      .rowSequence = sequence.data(),
                                      .cache = pages.rows(),
                                      .rows = 5,
                                      .numHeads = 2,
                                      .dim = dim};
            ASSERT_EQ(ops().storeRows(stream(), &store), OpStatus::Ok);
            const std::vector<std::int32_t> slots = {0, 3, -5, 31, 40};
            std::vector<float> actual(x.size(), 8.0F);
            const LoadRowsArgs load{.cache = pages.rows(),
                                    .positions = slots.data(),
                                    .rowSequence = sequence.data(),
                                    .out = actual.data(),
                                    .outStride = 2 * dim,
                                    .rows = 5,
                                    .numHeads = 2,
                                    .dim = dim};
            ASSERT_EQ(ops().loadRows(stream(), &load), OpStatus::Ok);
            std::vector<float> expected = x;
            for (std::size_t i = 0; i < expected.size(); ++i) {
                const bool isSkipped = i / static_cast<std::size_t>(2 * dim) == 2;
                expected[i] = isSkipped            ? 0.0F
                              : type == DType::F16 ? f16ToF32(f32ToF16(expected[i]))
                                                   : expected[i];
            }
            EXPECT_EQ(actual, expected);
        }
    }
}

HEARTH_INSTANTIATE_FOR_ISAS(AttentionTest);

}  // namespace
}  // namespace hearth::testing
