#pragma once

#include <cstdint>

#include "kernels/api/paged_rows.h"

namespace hearth {

/// A set of keys that queries attend to. Either a range of rows
///   begin[r] <= i < end[r]        (begin null means 0)
/// or, where `blocks` is set, the rows 32e .. 32e + 31 of the blocks e = blocks[r, g, :] (>= 0).
struct AttentionSegment {
    const float* query = nullptr;  ///< [rows, numHeads, keyDim]; segments may share it
    std::int64_t queryStride = 0;
    PagedRows keys{};                      ///< [.., numKvHeads, keyDim]
    PagedRows values{};                    ///< [.., numKvHeads, valueDim]
    const std::int32_t* begin = nullptr;   ///< [rows] or null
    const std::int32_t* end = nullptr;     ///< [rows]; unused with blocks
    const std::int32_t* blocks = nullptr;  ///< [rows, numKvHeads, blocksPerRow], -1 = none
    std::int64_t blocksPerRow = 0;
    const float* bias = nullptr;  ///< [numHeads], added to the logits of this segment, or null
};

inline constexpr std::int64_t kMaxAttentionSegments = 4;

/// Attention with one softmax over all segments, grouped queries (head h uses KV head
/// h / (numHeads / numKvHeads)).
///   logit_{s,i} = scale * query_s[r, h] . keys_s[i, g] + bias_s[h]
///   out[r, h]   = sum_{s,i} exp(logit_{s,i}) values_s[i, g] / (sum_{s,i} exp(logit_{s,i}) +
///   exp(sink[h]))
/// The sink term is left out where `sink` is null. A row that sees nothing gives zeros. The ranges
/// differ from row to row: causal prefill sets end[r] = position + 1 after the keys of the whole
/// chunk were stored. Cross-attention sets end[r] to the number of visible media vectors. `out`
/// must not overlap the queries. A NaN in a visible key, value or query gives NaN in the rows that
/// see it. Backends sum in f32 in an order that depends on the shapes alone.
/// Errors: InvalidArgument if numHeads is no multiple of numKvHeads a dim exceeds
/// kMaxHeadDim, or a group exceeds kMaxGroupHeads (select_blocks.h); Unsupported cache type.
/// Source: online softmax as in Milakov and Gimelshein 2018, arXiv:1805.02867, algorithm 3.
struct AttentionArgs {
    AttentionSegment segments[kMaxAttentionSegments] = {};
    std::int64_t numSegments = 0;
    const std::int32_t* rowSequence = nullptr;  ///< [rows], or null: all rows in sequence 0
    const float* sink = nullptr;                ///< [numHeads] or null
    float* out = nullptr;                       ///< [rows, numHeads, valueDim]
    std::int64_t outStride = 0;
    std::int64_t rows = 0;
    std::int64_t numHeads = 0;
    std::int64_t numKvHeads = 0;
    std::int64_t keyDim = 0;
    std::int64_t valueDim = 0;
    float scale = 1.0F;
};

inline constexpr std::int64_t kMaxHeadDim = 512;

}  // namespace hearth
