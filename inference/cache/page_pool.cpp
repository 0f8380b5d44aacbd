#include "inference/cache/page_pool.h"

#include <numeric>
#include <vector>

#include "kernels/base/dtype.h"

namespace hearth {

namespace {

std::int64_t pagesOf(std::int64_t rows) {
    return (rows + kPageRows - 1) / kPageRows;
}

}  // namespace

std::uint64_t PagePool::bytesFor(DType type, std::int64_t numSlots, std::int64_t rowsPerSlot,
                                 std::int64_t numHeads, std::int64_t dim) noexcept {
    return static_cast<std::uint64_t>(pagesOf(rowsPerSlot) * numSlots) *
           rowBytes(type, static_cast<std::size_t>(numHeads * kPageRows * dim));
}

Result<PagePool> PagePool::create(const UniqueDevice& device, OpStream* stream, CacheEntryKind kind,
                                  DType type, std::int64_t numSlots, std::int64_t rowsPerSlot,
                                  std::int64_t numHeads, std::int64_t dim) {
    HEARTH_CHECK(type == DType::F32 || type == DType::F16);
    HEARTH_CHECK(numSlots > 0 && rowsPerSlot > 0 && numHeads > 0 && dim > 0);
    const std::int64_t pagesPerSlot = pagesOf(rowsPerSlot);
    const std::int64_t numPages = pagesPerSlot * numSlots;
    PagePool pool;
    pool.m_kind = kind;
    pool.m_bytes = bytesFor(type, numSlots, rowsPerSlot, numHeads, dim);
    HEARTH_ASSIGN_OR_RETURN(pool.m_data, createBuffer(device, pool.m_bytes));
    std::vector<std::int32_t> table(static_cast<std::size_t>(numPages));
    std::iota(table.begin(), table.end(), 0);
    const std::uint64_t tableBytes = table.size() * sizeof(std::int32_t);
    HEARTH_ASSIGN_OR_RETURN(pool.m_table, createBuffer(device, tableBytes));
    const OpTable& ops = device.ops();
    HEARTH_RETURN_IF_ERROR(opStatus(
        ops, ops.copyToDevice(stream, bufferAs<void>(pool.m_table), table.data(), tableBytes),
        "filling a page table"));
    HEARTH_RETURN_IF_ERROR(opStatus(ops, ops.streamSynchronize(stream), "filling a page table"));
    pool.m_rows = headMajorPages(bufferAs<void>(pool.m_data), type, pagesPerSlot, numHeads, dim);
    pool.m_rows.pageTable = bufferAs<std::int32_t>(pool.m_table);
    pool.m_rows.pageTableStride = pagesPerSlot;
    return pool;
}

}  // namespace hearth
