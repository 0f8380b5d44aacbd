#include "inference/cache/page_pool.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/api/kv_rows.h"
#include "kernels/base/dtype.h"
#include "kernels/dispatch/cpu_ops.h"

namespace hearth {
namespace {

class PagePoolTest : public testing::Test {
protected:
    static constexpr std::int64_t kHeads = 2;
    static constexpr std::int64_t kDim = 4;

    PagePoolTest()
        : m_ops(selectCpuOps(IsaRequest::Reference).value()),
          m_device(openDevice(*m_ops, 0, nullptr).value()),
          m_stream(createStream(m_device).value()) {}

    PagePool create(CacheEntryKind kind, DType type, std::int64_t slots, std::int64_t rows) {
        auto pool =
            PagePool::create(m_device, m_stream.get(), kind, type, slots, rows, kHeads, kDim);
        EXPECT_TRUE(pool.has_value()) << pool.error().message();
        return std::move(pool).value();
    }

    /// Row `position` of `slot` gets the values `first`, first + 1, ...
    void store(const PagePool& pool, std::int32_t slot, std::int32_t position, float first) {
        std::vector<float> row;
        for (std::int64_t i = 0; i < kHeads * kDim; ++i) {
            row.push_back(first + static_cast<float>(i));
        }
        const StoreRowsArgs args{.x = row.data(),
                                 .xStride = kHeads * kDim,
                                 .positions = &position,
                                 .rowSequence = &slot,
                                 .cache = pool.rows(),
                                 .rows = 1,
                                 .numHeads = kHeads,
                                 .dim = kDim};
        ASSERT_TRUE(opStatus(*m_ops, m_ops->storeRows(m_stream.get(), &args), "storing").isOk());
    }

    /// The first value of row `position` of `slot`.
    float load(const PagePool& pool, std::int32_t slot, std::int32_t position) {
        std::vector<float> row(kHeads * kDim);
        const LoadRowsArgs args{.cache = pool.rows(),
                                .positions = &position,
                                .rowSequence = &slot,
                                .out = row.data(),
                                .outStride = kHeads * kDim,
                                .rows = 1,
                                .numHeads = kHeads,
                                .dim = kDim};
        EXPECT_TRUE(opStatus(*m_ops, m_ops->loadRows(m_stream.get(), &args), "loading").isOk());
        for (std::size_t i = 1; i < row.size(); ++i) {
            EXPECT_EQ(row[i], row[0] + static_cast<float>(i));
        }
        return row[0];
    }

    const OpTable* m_ops;
    UniqueDevice m_device;
    UniqueStream m_stream;
};

TEST_F(PagePoolTest, RowsAreRoundedUpToPages) {
    struct Case {
        std::int64_t rows;
        std::int64_t rounded;
    };
    for (const Case& c : {Case{1, 32}, Case{32, 32}, Case{33, 64}, Case{352, 352}}) {
        const PagePool pool = create(CacheEntryKind::Full, DType::F32, 3, c.rows);
        EXPECT_EQ(pool.rowsPerSlot(), c.rounded);
        EXPECT_EQ(pool.bytes(), static_cast<std::uint64_t>(3 * c.rounded * kHeads * kDim * 4));
        EXPECT_EQ(pool.bytes(), PagePool::bytesFor(DType::F32, 3, c.rows, kHeads, kDim));
        EXPECT_EQ(PagePool::bytesFor(DType::F16, 3, c.rows, kHeads, kDim), pool.bytes() / 2);
        EXPECT_EQ(pool.kind(), CacheEntryKind::Full);
    }
}

TEST_F(PagePoolTest, SlotsDoNotOverlap) {
    for (const DType type : {DType::F32, DType::F16}) {
        const PagePool pool = create(CacheEntryKind::Full, type, 3, 70);
        for (std::int32_t slot = 0; slot < 3; ++slot) {
            for (std::int32_t row = 0; row < 96; ++row) {
                store(pool, slot, row, static_cast<float>(100 * slot + row));
            }
        }
        for (std::int32_t slot = 0; slot < 3; ++slot) {
            for (std::int32_t row = 0; row < 96; ++row) {
                ASSERT_EQ(load(pool, slot, row), static_cast<float>(100 * slot + row));
            }
        }
    }
}

TEST_F(PagePoolTest, ARingKeepsTheNewestRows) {
    const PagePool pool = create(CacheEntryKind::Window, DType::F32, 2, 64);
    store(pool, 1, 3, 7.0F);
    for (std::int32_t row = 0; row < 200; ++row) {
        store(pool, 0, row, static_cast<float>(row));
    }
    for (std::int32_t row = 200 - 64; row < 200; ++row) {
        ASSERT_EQ(load(pool, 0, row), static_cast<float>(row));
    }
    EXPECT_EQ(load(pool, 0, 10), 138.0F) << "row 10 is where row 138 is";
    EXPECT_EQ(load(pool, 1, 3), 7.0F);
}

TEST_F(PagePoolTest, APoolThatIsMovedKeepsItsRows) {
    PagePool first = create(CacheEntryKind::Media, DType::F32, 1, 32);
    store(first, 0, 5, 3.0F);
    const PagePool second = std::move(first);
    EXPECT_EQ(load(second, 0, 5), 3.0F);
}

}  // namespace
}  // namespace hearth
