#pragma once

#include <cstdint>

#include "kernels/api/types.h"

namespace hearth {

/// Multiplies rows by the matrices of the experts that were chosen for them.
///   y[r, j, :] = W[experts[r, j]] * (xPerSlot ? x[r, j, :] : x[r, :])    for experts[r, j] >= 0
/// Slots with experts[r, j] = -1 are skipped and leave y as it was; indices lie in
/// [-1, numExperts). Precision and errors as in linear.h.
struct ExpertLinearArgs {
    const float* x = nullptr;  ///< [rows, cols], or [rows, numSlots, cols] with xPerSlot
    std::int64_t xStride = 0;  ///< from row to row; slots of a row are cols apart
    ExpertMatrix weight{};
    const std::int32_t* experts = nullptr;  ///< [rows, numSlots]
    float* y = nullptr;                     ///< [rows, numSlots, weight.rows]
    std::int64_t yStride = 0;               ///< from row to row; slots are weight.rows apart
    std::int64_t rows = 0;
    std::int64_t numSlots = 0;
    bool xPerSlot = false;
};

}  // namespace hearth
