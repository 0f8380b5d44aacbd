#pragma once

#include <cstdint>

namespace hearth {

/// Copies rows by index: window partition and merging of pictures, the rows whose logits are
/// wanted.
///   out[r, :] = index[r] < 0 ? 0 : x[index[r], :]
/// `x` and `out` do not overlap. Indices are the caller's duty. Errors: none.
struct GatherRowsArgs {
    const float* x = nullptr;  ///< [.., dim]
    std::int64_t xStride = 0;
    const std::int32_t* index = nullptr;  ///< [rows]
    float* out = nullptr;                 ///< [rows, dim]
    std::int64_t outStride = 0;
    std::int64_t rows = 0;
    std::int64_t dim = 0;
};

}  // namespace hearth
