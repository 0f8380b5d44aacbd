#pragma once

#include <cstdint>

#include "kernels/api/paged_rows.h"
#include "kernels/base/status.h"
#include "kernels/dispatch/device.h"

namespace hearth {

/// What the rows of a pool are, which says how they grow and when they may be overwritten.
enum class CacheEntryKind {
    Full,        ///< one row a token, kept for good
    Window,      ///< a ring: row p overwrites row p - capacity
    Compressed,  ///< one row a block of tokens
    Media,       ///< one row a media vector
};

/// Pages of cached rows for several sequences on one device. Each sequence has a slot with room for
/// `rowsPerSlot` rows; memory that no row was written to is not touched. The page table is
/// [numSlots, pages of a slot], so that operations name a slot as their sequence. One thread at a
/// time.
class PagePool {
public:
    PagePool() noexcept = default;

    /// Errors: OutOfMemory, Device.
    static Result<PagePool> create(const UniqueDevice& device, OpStream* stream,
                                   CacheEntryKind kind, DType type, std::int64_t numSlots,
                                   std::int64_t rowsPerSlot, std::int64_t numHeads,
                                   std::int64_t dim);

    /// Memory of a pool of these sizes without its page table.
    static std::uint64_t bytesFor(DType type, std::int64_t numSlots, std::int64_t rowsPerSlot,
                                  std::int64_t numHeads, std::int64_t dim) noexcept;

    /// For argument structs; rowSequence is the slot.
    PagedRows rows() const noexcept { return m_rows; }
    CacheEntryKind kind() const noexcept { return m_kind; }
    std::int64_t rowsPerSlot() const noexcept { return m_rows.tablePages * kPageRows; }
    std::uint64_t bytes() const noexcept { return m_bytes; }

private:
    UniqueBuffer m_data;
    UniqueBuffer m_table;
    PagedRows m_rows;
    CacheEntryKind m_kind = CacheEntryKind::Full;
    std::uint64_t m_bytes = 0;
};

}  // namespace hearth
