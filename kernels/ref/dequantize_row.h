#pragma once

#include <cstdint>

#include "kernels/base/dtype.h"

namespace hearth {

/// Whether `type` can hold weights: every DType but I32.
bool isWeightType(DType type) noexcept;

/// Expands `count` elements, a whole number of blocks, of any weight type. The block layouts are
/// those of the GGUF format. `blocks` needs no alignment.
void dequantizeRow(DType type, const void* blocks, float* out, std::int64_t count) noexcept;

}  // namespace hearth
