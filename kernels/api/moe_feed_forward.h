#pragma once

#include <cstdint>

#include "kernels/api/types.h"

namespace hearth {

/// The feed-forward part of a Mixture-of-Experts layer: routed SwiGLU experts and an optional
/// shared one.
///   ffn(W; h) = W.down * (silu(W.gate * h) .* (W.up * h))
///   y[r] = (accumulate ? y[r] : 0) + ffn(shared; x[r])
///        + sum_j weights[r, j] * ffn(expert experts[r, j]; x[r])     over the j with experts >= 0
/// The sum starts with the shared expert; the order of the others depends on the indices alone.
/// x and y do not overlap. Precision as in linear.h; the hidden row is rounded again before `down`.
/// Errors: InvalidArgument where shapes disagree; Unsupported weight type.
struct MoeFeedForwardArgs {
    const float* x = nullptr;  ///< [rows, dim]
    std::int64_t xStride = 0;
    ExpertMatrix gate{};                    ///< [numExperts, hidden, dim]
    ExpertMatrix up{};                      ///< [numExperts, hidden, dim]
    ExpertMatrix down{};                    ///< [numExperts, dim, hidden]
    const std::int32_t* experts = nullptr;  ///< [rows, numSlots], -1 = skipped
    const float* weights = nullptr;         ///< [rows, numSlots]
    std::int64_t numSlots = 0;              ///< 0: the shared expert alone, a dense SwiGLU layer
    WeightMatrix sharedGate{};              ///< [sharedHidden, dim]; data null: no shared expert
    WeightMatrix sharedUp{};                ///< [sharedHidden, dim]
    WeightMatrix sharedDown{};              ///< [dim, sharedHidden]
    float* y = nullptr;                     ///< [rows, dim]
    std::int64_t yStride = 0;
    std::int64_t rows = 0;
    bool accumulate = false;
};

}  // namespace hearth
