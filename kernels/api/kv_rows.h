#pragma once

#include <cstdint>

#include "kernels/api/paged_rows.h"

namespace hearth {

/// Rounds rows to the type of a cache and writes them at their positions.
///   cache(sequence of r)[positions[r], h, :] = x[r, h, :]     (f16: to nearest, ties to even)
/// A negative position skips its row. Two rows of a call never meet in one slot, also not through a
/// ring: a ring that is filled by chunks has room for the window and one chunk.
/// Errors: Unsupported cache type.
struct StoreRowsArgs {
    const float* x = nullptr;  ///< [rows, numHeads, dim]
    std::int64_t xStride = 0;
    const std::int32_t* positions = nullptr;    ///< [rows]
    const std::int32_t* rowSequence = nullptr;  ///< [rows], or null: all rows in sequence 0
    PagedRows cache{};
    std::int64_t rows = 0;
    std::int64_t numHeads = 0;
    std::int64_t dim = 0;
};

/// Reads rows of a cache back as f32; the inverse of StoreRowsArgs. A negative position gives
/// zeros.
struct LoadRowsArgs {
    PagedRows cache{};
    const std::int32_t* positions = nullptr;    ///< [rows]
    const std::int32_t* rowSequence = nullptr;  ///< [rows], or null
    float* out = nullptr;                       ///< [rows, numHeads, dim]
    std::int64_t outStride = 0;
    std::int64_t rows = 0;
    std::int64_t numHeads = 0;
    std::int64_t dim = 0;
};

}  // namespace hearth
