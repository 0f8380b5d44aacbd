#include "kernels/dispatch/cpu_ops.h"

#include "kernels/cpu/host_device.h"
#include "kernels/ref/ref_ops.h"

namespace hearth {
namespace {

/// Runs a reference operation, which needs no stream, as an operation of a table.
template <class Args, OpStatus (*operation)(const Args&) noexcept>
OpStatus runReference(OpStream*, const Args* args) noexcept {
    return host::reportArgs(operation(*args));
}

OpTable makeReferenceTable() noexcept {
    OpTable table{};
    host::fillHostFunctions(table);
    table.name = "cpu-ref";
    table.deviceOpen = [](std::int32_t index, const OpDeviceOptions* options, OpDevice** device) {
        return host::deviceOpen(index, options, nullptr, device);
    };
    table.embedRows = runReference<EmbedRowsArgs, ref::embedRows>;
    table.gatherRows = runReference<GatherRowsArgs, ref::gatherRows>;
    table.rmsNorm = runReference<RmsNormArgs, ref::rmsNorm>;
    table.linear = runReference<LinearArgs, ref::linear>;
    table.expertLinear = runReference<ExpertLinearArgs, ref::expertLinear>;
    table.moeFeedForward = runReference<MoeFeedForwardArgs, ref::moeFeedForward>;
    table.routerTopK = runReference<RouterTopKArgs, ref::routerTopK>;
    table.siluMultiply = runReference<SiluMultiplyArgs, ref::siluMultiply>;
    table.gelu = runReference<GeluArgs, ref::gelu>;
    table.addScaled = runReference<AddScaledArgs, ref::addScaled>;
    table.ropeTable = runReference<RopeTableArgs, ref::ropeTable>;
    table.rope = runReference<RopeArgs, ref::rope>;
    table.storeRows = runReference<StoreRowsArgs, ref::storeRows>;
    table.loadRows = runReference<LoadRowsArgs, ref::loadRows>;
    table.compressBlocks = runReference<CompressBlocksArgs, ref::compressBlocks>;
    table.selectBlocks = runReference<SelectBlocksArgs, ref::selectBlocks>;
    table.attention = runReference<AttentionArgs, ref::attention>;
    table.encoderAttention = runReference<EncoderAttentionArgs, ref::encoderAttention>;
    return table;
}

}  // namespace

std::optional<IsaRequest> isaRequestFromName(std::string_view name) noexcept {
    if (name == "auto") {
        return IsaRequest::Auto;
    }
    if (name == "reference") {
        return IsaRequest::Reference;
    }
    if (name == "avx2") {
        return IsaRequest::Avx2;
    }
    if (name == "avx512") {
        return IsaRequest::Avx512;
    }
    return std::nullopt;
}

Result<const OpTable*> selectCpuOps(IsaRequest request) {
    static const OpTable referenceTable = makeReferenceTable();
    static_cast<void>(request);
    return &referenceTable;
}

}  // namespace hearth
