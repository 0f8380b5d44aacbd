#pragma once

#include <cstdint>

#include "kernels/api/types.h"

namespace hearth {

/// Multiplies rows by a weight matrix.
///   y[r, o] = (accumulate ? y[r, o] : 0) + (bias ? bias[o] : 0) + sum_i x[r, i] * W[o, i]
/// x and y do not overlap. The reference multiplies the dequantised weights. Backends may round x
/// to 8 bits per block of 32 where W is of a quantised type; the error bound is in linear_test.
/// A row of x that holds a NaN or an infinity gives a row of y without a finite element, and leaves
/// the other rows alone.
/// Errors: InvalidArgument if cols is no whole number of blocks; Unsupported weight type.
struct LinearArgs {
    const float* x = nullptr;  ///< [rows, weight.cols]
    std::int64_t xStride = 0;
    WeightMatrix weight{};
    const float* bias = nullptr;  ///< [weight.rows] or null
    float* y = nullptr;           ///< [rows, weight.rows]
    std::int64_t yStride = 0;
    std::int64_t rows = 0;
    bool accumulate = false;
};

inline constexpr std::int64_t kMaxLinearGroup = 4;

/// Several products of the same x, as the query, key and value of a layer. Optional in the table:
/// where it is absent, `linear` is called for each item. All items have equal x, xStride, rows and
/// weight.cols, and outputs that do not overlap.
struct LinearGroupArgs {
    LinearArgs items[kMaxLinearGroup] = {};
    std::int64_t numItems = 0;
};

}  // namespace hearth
