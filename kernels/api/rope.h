#pragma once

#include <cstdint>

namespace hearth {

/// Fills the table of rotations that all layers of a step share.
///   table[r, i] = magnitude * (cos, sin)(positions[r] * frequency_i)
///   frequency_i = frequencies ? frequencies[i] : base^(-2i / rotaryDim),    i < rotaryDim / 2
/// Angles are reduced in f64: in f32 a position of 131,072 would be wrong by 0.008 rad.
/// Errors: InvalidArgument if rotaryDim is odd.
struct RopeTableArgs {
    const std::int32_t* positions = nullptr;  ///< [rows]
    const float* frequencies = nullptr;       ///< [rotaryDim / 2] or null
    float* table = nullptr;                   ///< [rows, rotaryDim / 2, 2]: cosine, sine
    std::int64_t rows = 0;
    std::int64_t rotaryDim = 0;
    double base = 10000.0;
    float magnitude = 1.0F;
};

/// Rotates the first `rotaryDim` elements of each head; element i pairs with i + rotaryDim / 2
/// ("NeoX" halves), the elements after them are copied.
///   out[i]     = x[i] * cos_i - x[i + half] * sin_i
///   out[i + half] = x[i + half] * cos_i + x[i] * sin_i
/// `out` may be `x` (equal strides). Errors: InvalidArgument if rotaryDim is odd or exceeds dim.
/// Source: Su et al. 2021, arXiv:2104.09864, eq. 34, with halves in place of neighbours.
struct RopeArgs {
    const float* x = nullptr;  ///< [rows, numHeads, dim]
    std::int64_t xStride = 0;
    const float* table = nullptr;  ///< [rows, rotaryDim / 2, 2] of ropeTable
    float* out = nullptr;          ///< [rows, numHeads, dim]
    std::int64_t outStride = 0;
    std::int64_t rows = 0;
    std::int64_t numHeads = 0;
    std::int64_t dim = 0;
    std::int64_t rotaryDim = 0;
};

}  // namespace hearth
