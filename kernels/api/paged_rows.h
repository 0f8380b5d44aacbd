#pragma once

#include <cstdint>

#include "kernels/api/types.h"

namespace hearth {

/// Rows in a page. Equal to the memory block of Hearth Mini, so that a block is one page.
inline constexpr std::int64_t kPageRows = 32;

/// A growing or ring-shaped list of rows, each [numHeads, dim] f32 or f16: cached keys, cached
/// values, compressed entries. Element c of head h of row i of sequence s is at element
///   page(s, i / 32) * pageStride + h * headStride + (i % 32) * rowStride + c
/// of `data`, where
///   page(s, p) = pageTable ? pageTable[s * pageTableStride + p % tablePages] : p % tablePages.
/// A ring is a table shorter than the list: rows are addressed by their position in the text, and
/// position i overwrites position i - 32 * tablePages. A dense matrix is the case without a table
/// (pageStride = 32 * rowStride). Strides are in elements; all pointers are device addresses.
struct PagedRows {
    void* data = nullptr;
    DType type{};                             ///< F32 or F16
    const std::int32_t* pageTable = nullptr;  ///< [numSequences, pageTableStride], or null
    std::int64_t pageTableStride = 0;
    std::int64_t tablePages = 0;  ///< > 0; pages after which the table repeats
    std::int64_t pageStride = 0;  ///< for pages of [numHeads, 32, dim]: numHeads * 32 * dim
    std::int64_t headStride = 0;  ///< 32 * dim
    std::int64_t rowStride = 0;   ///< dim
};

/// Pages of [numHeads, 32, dim], the layout that the caches use: one head of a block is contiguous.
/// `numPages` pages at `data`; give a table and its length afterwards where pages are not in order.
constexpr PagedRows headMajorPages(void* data, DType type, std::int64_t numPages,
                                   std::int64_t numHeads, std::int64_t dim) noexcept {
    return {.data = data,
            .type = type,
            .tablePages = numPages,
            .pageStride = numHeads * kPageRows * dim,
            .headStride = kPageRows * dim,
            .rowStride = dim};
}

/// A dense matrix [numRows, numHeads * dim] with `rowStride` elements from row to row.
constexpr PagedRows denseRows(void* data, DType type, std::int64_t numRows, std::int64_t dim,
                              std::int64_t rowStride) noexcept {
    return {.data = data,
            .type = type,
            .tablePages = numRows / kPageRows + 1,
            .pageStride = kPageRows * rowStride,
            .headStride = dim,
            .rowStride = rowStride};
}

}  // namespace hearth
