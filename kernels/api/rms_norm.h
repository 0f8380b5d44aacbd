#pragma once

#include <cstdint>

namespace hearth {

/// Scales each group of `dim` elements to unit root mean square, then applies a per-channel gain.
///   out[r, g, c] = x[r, g, c] * gain[c] / sqrt(mean_c(x[r, g, c]^2) + eps)
/// `groups` is 1 for a whole row, or the number of heads for a norm per head. Strides are in
/// elements, at least groups * dim. `out` may be `x` (with equal strides), but must not
/// half-overlap. Errors: none. Source: Zhang and Sennrich 2019, arXiv:1910.07467, eq. 4; we add
/// eps.
struct RmsNormArgs {
    const float* x = nullptr;  ///< [rows, groups, dim]
    std::int64_t xStride = 0;
    const float* gain = nullptr;  ///< [dim]; null means 1
    float* out = nullptr;         ///< [rows, groups, dim]
    std::int64_t outStride = 0;
    std::int64_t rows = 0;
    std::int64_t groups = 1;
    std::int64_t dim = 0;
    float eps = 1e-6F;
};

}  // namespace hearth
