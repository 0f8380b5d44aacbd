#include "kernels/base/dtype.h"
#include "kernels/ref/dequantize_row.h"
#include "kernels/ref/ref_ops.h"

namespace hearth::ref {
namespace {

OpStatus checkMatrix(DType type, std::int64_t cols) noexcept {
    if (!isWeightType(type)) {
        return OpStatus::Unsupported;
    }
    const auto blockElements = static_cast<std::int64_t>(dtypeInfo(type).blockElements);
    return cols % blockElements == 0 ? OpStatus::Ok : OpStatus::InvalidArgument;
}

}  // namespace

bool isCacheType(DType type) noexcept {
    return type == DType::F32 || type == DType::F16;
}

OpStatus checkWeights(const WeightMatrix& weight) noexcept {
    return checkMatrix(weight.type, weight.cols);
}

OpStatus checkWeights(const ExpertMatrix& weight) noexcept {
    return checkMatrix(weight.type, weight.cols);
}

OpStatus checkArgs(const MoeFeedForwardArgs& args) noexcept {
    if (args.numSlots > 0) {
        if (args.gate.rows != args.up.rows || args.gate.cols != args.up.cols ||
            args.down.cols != args.gate.rows || args.down.rows != args.gate.cols ||
            args.gate.numExperts != args.up.numExperts ||
            args.gate.numExperts != args.down.numExperts) {
            return OpStatus::InvalidArgument;
        }
        for (const ExpertMatrix* matrix : {&args.gate, &args.up, &args.down}) {
            if (const OpStatus status = checkWeights(*matrix); status != OpStatus::Ok) {
                return status;
            }
        }
    }
    if (args.sharedGate.data != nullptr) {
        if (args.sharedGate.rows != args.sharedUp.rows ||
            args.sharedGate.cols != args.sharedUp.cols ||
            args.sharedDown.cols != args.sharedGate.rows ||
            args.sharedDown.rows != args.sharedGate.cols ||
            (args.numSlots > 0 && args.sharedGate.cols != args.gate.cols)) {
            return OpStatus::InvalidArgument;
        }
        for (const WeightMatrix* matrix : {&args.sharedGate, &args.sharedUp, &args.sharedDown}) {
            if (const OpStatus status = checkWeights(*matrix); status != OpStatus::Ok) {
                return status;
            }
        }
    }
    return args.numSlots > 0 || args.sharedGate.data != nullptr ? OpStatus::Ok
                                                                : OpStatus::InvalidArgument;
}

OpStatus checkArgs(const SelectBlocksArgs& args) noexcept {
    if (!isCacheType(args.entryKeys.type)) {
        return OpStatus::Unsupported;
    }
    const bool isValid = args.numSelected >= 0 && args.numSelected <= kMaxSelectedBlocks &&
                         args.numKvHeads > 0 && args.numHeads % args.numKvHeads == 0 &&
                         args.dim <= kMaxHeadDim &&
                         args.numHeads / args.numKvHeads <= kMaxGroupHeads;
    return isValid ? OpStatus::Ok : OpStatus::InvalidArgument;
}

OpStatus checkArgs(const AttentionArgs& args) noexcept {
    if (args.numSegments < 0 || args.numSegments > kMaxAttentionSegments || args.numKvHeads <= 0 ||
        args.numHeads % args.numKvHeads != 0 || args.keyDim > kMaxHeadDim ||
        args.valueDim > kMaxHeadDim || args.numHeads / args.numKvHeads > kMaxGroupHeads) {
        return OpStatus::InvalidArgument;
    }
    for (std::int64_t s = 0; s < args.numSegments; ++s) {
        if (!isCacheType(args.segments[s].keys.type) ||
            !isCacheType(args.segments[s].values.type)) {
            return OpStatus::Unsupported;
        }
    }
    return OpStatus::Ok;
}

}  // namespace hearth::ref
