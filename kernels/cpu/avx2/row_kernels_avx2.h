#pragma once

#include <cstdint>

#include "kernels/cpu/row_kernels.h"

// Contracts are with the members of RowKernels that these fill.

namespace hearth::avx2 {

void linearTileF32(const LinearTileArgs& args);
void linearTileF16(const LinearTileArgs& args);
void linearTileBF16(const LinearTileArgs& args);
void linearTileQ8_0(const LinearTileArgs& args);
void linearTileQ5_0(const LinearTileArgs& args);
void linearTileQ4_0(const LinearTileArgs& args);
void linearTileQ4_K(const LinearTileArgs& args);
void linearTileQ5_K(const LinearTileArgs& args);
void linearTileQ6_K(const LinearTileArgs& args);

void quantizeRow(const float* x, std::int64_t cols, const ActivationLayout& layout,
                 std::uint8_t* slice);
void rmsNormRow(const float* x, const float* gain, float* out, std::int64_t dim, float eps);
void siluMultiplyRow(const float* gate, const float* up, float* out, std::int64_t dim);
void geluRow(const float* x, float* out, std::int64_t dim);
void addScaledRow(const float* x, float* y, std::int64_t dim, float scale);
void ropeRow(const float* x, const float* table, float* out, std::int64_t half);
void toHalfRow(const float* x, std::uint16_t* out, std::int64_t count);
void fromHalfRow(const std::uint16_t* x, float* out, std::int64_t count);

void attendPage(const AttentionTile& tile, const AttentionPage& page);
void scorePage(const AttentionTile& tile, const AttentionPage& page, float* logits,
               std::int64_t logitStride);
float softmaxNumerators(float* x, std::int64_t count);

}  // namespace hearth::avx2
