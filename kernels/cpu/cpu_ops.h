#pragma once

#include "kernels/api/op_table.h"

namespace hearth::cpu {

/// The operations of the CPU with any RowKernels (those of the stream's device): they share the
/// work over the pool, and leave the arithmetic to the kernels. Contracts are in kernels/api.
OpStatus embedRows(OpStream* stream, const EmbedRowsArgs* args) noexcept;
OpStatus gatherRows(OpStream* stream, const GatherRowsArgs* args) noexcept;
OpStatus rmsNorm(OpStream* stream, const RmsNormArgs* args) noexcept;
OpStatus linear(OpStream* stream, const LinearArgs* args) noexcept;
OpStatus linearGroup(OpStream* stream, const LinearGroupArgs* args) noexcept;
OpStatus expertLinear(OpStream* stream, const ExpertLinearArgs* args) noexcept;
OpStatus moeFeedForward(OpStream* stream, const MoeFeedForwardArgs* args) noexcept;
OpStatus routerTopK(OpStream* stream, const RouterTopKArgs* args) noexcept;
OpStatus siluMultiply(OpStream* stream, const SiluMultiplyArgs* args) noexcept;
OpStatus gelu(OpStream* stream, const GeluArgs* args) noexcept;
OpStatus addScaled(OpStream* stream, const AddScaledArgs* args) noexcept;
OpStatus ropeTable(OpStream* stream, const RopeTableArgs* args) noexcept;
OpStatus rope(OpStream* stream, const RopeArgs* args) noexcept;
OpStatus storeRows(OpStream* stream, const StoreRowsArgs* args) noexcept;
OpStatus loadRows(OpStream* stream, const LoadRowsArgs* args) noexcept;
OpStatus compressBlocks(OpStream* stream, const CompressBlocksArgs* args) noexcept;
OpStatus selectBlocks(OpStream* stream, const SelectBlocksArgs* args) noexcept;
OpStatus attention(OpStream* stream, const AttentionArgs* args) noexcept;
OpStatus encoderAttention(OpStream* stream, const EncoderAttentionArgs* args) noexcept;

}  // namespace hearth::cpu
