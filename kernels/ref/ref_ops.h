#pragma once

#include "kernels/api/op_table.h"

namespace hearth::ref {

/// The specification of every operation: scalar, sums in f64, on the calling thread. Contracts are
/// with the argument structs in kernels/api.
OpStatus embedRows(const EmbedRowsArgs& args) noexcept;
OpStatus gatherRows(const GatherRowsArgs& args) noexcept;
OpStatus rmsNorm(const RmsNormArgs& args) noexcept;
OpStatus linear(const LinearArgs& args) noexcept;
OpStatus expertLinear(const ExpertLinearArgs& args) noexcept;
OpStatus moeFeedForward(const MoeFeedForwardArgs& args) noexcept;
OpStatus routerTopK(const RouterTopKArgs& args) noexcept;
OpStatus siluMultiply(const SiluMultiplyArgs& args) noexcept;
OpStatus gelu(const GeluArgs& args) noexcept;
OpStatus addScaled(const AddScaledArgs& args) noexcept;
OpStatus ropeTable(const RopeTableArgs& args) noexcept;
OpStatus rope(const RopeArgs& args) noexcept;
OpStatus storeRows(const StoreRowsArgs& args) noexcept;
OpStatus loadRows(const LoadRowsArgs& args) noexcept;
OpStatus compressBlocks(const CompressBlocksArgs& args) noexcept;
OpStatus selectBlocks(const SelectBlocksArgs& args) noexcept;
OpStatus attention(const AttentionArgs& args) noexcept;
OpStatus encoderAttention(const EncoderAttentionArgs& args) noexcept;

/// What the operations' contracts exclude, checked once for all backends of the CPU: Ok, or the
/// status to return.
OpStatus checkWeights(const WeightMatrix& weight) noexcept;
OpStatus checkWeights(const ExpertMatrix& weight) noexcept;
OpStatus checkArgs(const MoeFeedForwardArgs& args) noexcept;
OpStatus checkArgs(const SelectBlocksArgs& args) noexcept;
OpStatus checkArgs(const AttentionArgs& args) noexcept;
bool isCacheType(DType type) noexcept;

}  // namespace hearth::ref
