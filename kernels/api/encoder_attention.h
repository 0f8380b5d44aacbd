#pragma once

#include <cstdint>

namespace hearth {

/// Bidirectional attention inside each item of a batch (a Swin window, a sound chunk).
///   out[b, i, h] = sum_j softmax_j(scale * q[b, i, h] . k[b, j, h] + bias[h, i, j]) v[b, j, h]
/// over the j with regions[b % numRegionMaps, j] = regions[b % numRegionMaps, i]. Row (b, i) of q,
/// k and v is at (b * length + i) * stride, so that one packed matrix can serve all three. `out`
/// must not overlap them. Errors: InvalidArgument if dim exceeds kMaxHeadDim (attention.h). Source:
/// Liu et al. 2021, arXiv:2103.14030, eq. 4 and "Efficient batch computation".
struct EncoderAttentionArgs {
    const float* q = nullptr;               ///< [batch, length, numHeads, dim]
    const float* k = nullptr;               ///< [batch, length, numHeads, dim]
    const float* v = nullptr;               ///< [batch, length, numHeads, dim]
    std::int64_t stride = 0;                ///< elements from row to row of q, k and v
    const float* bias = nullptr;            ///< [numHeads, length, length] or null
    const std::int32_t* regions = nullptr;  ///< [numRegionMaps, length] or null
    std::int64_t numRegionMaps = 0;
    float* out = nullptr;  ///< [batch, length, numHeads, dim]
    std::int64_t outStride = 0;
    std::int64_t batch = 0;
    std::int64_t length = 0;
    std::int64_t numHeads = 0;
    std::int64_t dim = 0;
    float scale = 1.0F;
};

}  // namespace hearth
