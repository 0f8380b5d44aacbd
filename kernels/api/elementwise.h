#pragma once

#include <cstdint>

namespace hearth {

/// out[r, c] = silu(gate[r, c]) * up[r, c],  silu(x) = x / (1 + exp(-x)).
/// `out` may be `gate` or `up` (equal strides). Errors: none.
struct SiluMultiplyArgs {
    const float* gate = nullptr;  ///< [rows, dim]
    std::int64_t gateStride = 0;
    const float* up = nullptr;  ///< [rows, dim]
    std::int64_t upStride = 0;
    float* out = nullptr;  ///< [rows, dim]
    std::int64_t outStride = 0;
    std::int64_t rows = 0;
    std::int64_t dim = 0;
};

/// out[r, c] = gelu(x[r, c]),  gelu(x) = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))).
/// `out` may be `x` (equal strides). Errors: none. Source: Hendrycks and Gimpel 2016,
/// arXiv:1606.08415, section 2.
struct GeluArgs {
    const float* x = nullptr;  ///< [rows, dim]
    std::int64_t xStride = 0;
    float* out = nullptr;  ///< [rows, dim]
    std::int64_t outStride = 0;
    std::int64_t rows = 0;
    std::int64_t dim = 0;
};

/// y[r, c] += scale * x[r, c]. With xRows < rows, x repeats: row r uses x[r % xRows], as learned
/// positions and biases need. x and y do not overlap. Errors: none.
struct AddScaledArgs {
    const float* x = nullptr;  ///< [xRows, dim]
    std::int64_t xStride = 0;
    std::int64_t xRows = 0;
    float* y = nullptr;  ///< [rows, dim]
    std::int64_t yStride = 0;
    std::int64_t rows = 0;
    std::int64_t dim = 0;
    float scale = 1.0F;
};

}  // namespace hearth
