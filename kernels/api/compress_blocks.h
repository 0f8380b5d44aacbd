#pragma once

#include <cstdint>

#include "kernels/api/paged_rows.h"

namespace hearth {

/// Compresses complete blocks of 32 keys and values into memory entries. For each listed block e
/// and KV head g, with k, v the rows 32e .. 32e + 31:
///   a = softmax_i(query[g] . k_i + position[g, i])
///   entryKeys[e, g] = rms(sum_i a_i k_i; gain)      entryValues[e, g] = sum_i a_i v_i
/// The sums are f32 and are rounded to the type of the entries once. Errors: Unsupported cache
/// type. Source: docs/adr/0001-hearth-mini-model.md, "Memory branch"; after arXiv:2502.11089,
/// section 3.3.
struct CompressBlocksArgs {
    const std::int32_t* blocks = nullptr;         ///< [numBlocks], -1 = nothing to do
    const std::int32_t* blockSequence = nullptr;  ///< [numBlocks], or null: all in sequence 0
    PagedRows keys{};                             ///< normalised, not rotated
    PagedRows values{};
    const float* query = nullptr;     ///< [numKvHeads, dim]
    const float* position = nullptr;  ///< [numKvHeads, 32]
    const float* gain = nullptr;      ///< [dim]
    PagedRows entryKeys{};            ///< written at row e
    PagedRows entryValues{};          ///< written at row e
    std::int64_t numBlocks = 0;
    std::int64_t numKvHeads = 0;
    std::int64_t dim = 0;
    float eps = 1e-6F;
};

}  // namespace hearth
