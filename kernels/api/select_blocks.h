#pragma once

#include <cstdint>

#include "kernels/api/paged_rows.h"

namespace hearth {

/// Chooses the blocks that are read back exactly. For each row r and KV head g:
///   score_e = sum over the heads h of group g of softmax_e(scale * query[r, h] . entryKeys[e, g]),
///             the softmax over the entries e < numVisible[r]
///   blocks[r, g, :] = the numSelected entries of highest score (ties: the lower), in ascending
///             order of e, then -1 where fewer are visible
/// Head h belongs to group h / (numHeads / numKvHeads). Errors: InvalidArgument if numSelected
/// exceeds kMaxSelectedBlocks, dim kMaxHeadDim (attention.h) or a group kMaxGroupHeads; Unsupported
/// cache type.
/// Source: docs/adr/0001-hearth-mini-model.md, "Memory branch"; after arXiv:2502.11089, eq. 8-10.
struct SelectBlocksArgs {
    const float* query = nullptr;  ///< [rows, numHeads, dim], not rotated
    std::int64_t queryStride = 0;
    PagedRows entryKeys{};
    const std::int32_t* numVisible = nullptr;   ///< [rows]
    const std::int32_t* rowSequence = nullptr;  ///< [rows], or null: all rows in sequence 0
    std::int64_t maxVisible = 0;                ///< no numVisible exceeds it; sizes the scratch
    std::int32_t* blocks = nullptr;             ///< [rows, numKvHeads, numSelected]
    std::int64_t rows = 0;
    std::int64_t numHeads = 0;
    std::int64_t numKvHeads = 0;
    std::int64_t dim = 0;
    std::int64_t numSelected = 0;
    float scale = 1.0F;
};

inline constexpr std::int64_t kMaxSelectedBlocks = 64;
inline constexpr std::int64_t kMaxGroupHeads = 64;

}  // namespace hearth
