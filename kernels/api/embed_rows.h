#pragma once

#include <cstdint>

#include "kernels/api/types.h"

namespace hearth {

/// Looks up and dequantises rows of an embedding table.
///   out[r, :] = table[ids[r], :]; an id outside [0, table.rows) gives a row of zeros.
/// Errors: Unsupported for a type that is no weight type.
struct EmbedRowsArgs {
    WeightMatrix table{};
    const std::int32_t* ids = nullptr;  ///< [rows]
    float* out = nullptr;               ///< [rows, table.cols]
    std::int64_t outStride = 0;
    std::int64_t rows = 0;
};

}  // namespace hearth
