#pragma once

#include <cstdint>

namespace hearth {

/// Chooses the experts of each row.
///   p = softmax(logits[r, :]);  the numSlots experts of highest p, highest first, ties to the
///   lower index;  weights p_i, divided by their sum with `renormalize`
/// Dynamic inference: where p_1 / sum_i p_i > skipThreshold, slots 2.. get expert -1 and weight 0,
/// and the first gets the whole sum of the weights. A row that holds a NaN or
/// +infinity, or only -infinity, chooses experts 0.. with weights NaN. Errors: InvalidArgument if
/// numSlots is outside [1, min(numExperts, kMaxRouterSlots)] or numExperts exceeds
/// kMaxRouterExperts.
struct RouterTopKArgs {
    const float* logits = nullptr;  ///< [rows, numExperts]
    std::int64_t logitsStride = 0;
    std::int32_t* experts = nullptr;  ///< [rows, numSlots]
    float* weights = nullptr;         ///< [rows, numSlots]
    float* probabilities = nullptr;   ///< [rows, numExperts] or null: the softmax, for read-out
    std::int64_t rows = 0;
    std::int64_t numExperts = 0;
    std::int64_t numSlots = 0;
    float skipThreshold = 1.0F;  ///< 1: never skips
    bool renormalize = true;
};

inline constexpr std::int64_t kMaxRouterSlots = 16;
inline constexpr std::int64_t kMaxRouterExperts = 1024;

}  // namespace hearth
