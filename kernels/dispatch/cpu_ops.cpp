#include "kernels/dispatch/cpu_ops.h"

#include "kernels/cpu/cpu_ops.h"
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

/// The operations of the CPU over the row kernels that `open` gives the device.
OpTable makeTable(const char* name,
                  OpStatus (*open)(std::int32_t, const OpDeviceOptions*, OpDevice**)) noexcept {
    OpTable table{};
    host::fillHostFunctions(table);
    table.name = name;
    table.deviceOpen = open;
    table.embedRows = cpu::embedRows;
    table.gatherRows = cpu::gatherRows;
    table.rmsNorm = cpu::rmsNorm;
    table.linear = cpu::linear;
    table.linearGroup = cpu::linearGroup;
    table.expertLinear = cpu::expertLinear;
    table.moeFeedForward = cpu::moeFeedForward;
    table.routerTopK = cpu::routerTopK;
    table.siluMultiply = cpu::siluMultiply;
    table.gelu = cpu::gelu;
    table.addScaled = cpu::addScaled;
    table.ropeTable = cpu::ropeTable;
    table.rope = cpu::rope;
    table.storeRows = cpu::storeRows;
    table.loadRows = cpu::loadRows;
    table.compressBlocks = cpu::compressBlocks;
    table.selectBlocks = cpu::selectBlocks;
    table.attention = cpu::attention;
    table.encoderAttention = cpu::encoderAttention;
    return table;
}

OpStatus openAvx2(std::int32_t index, const OpDeviceOptions* options, OpDevice** device) noexcept {
    return host::deviceOpen(index, options, &avx2RowKernels(), device);
}

OpStatus openAvx512(std::int32_t index, const OpDeviceOptions* options,
                    OpDevice** device) noexcept {
    return host::deviceOpen(index, options, &avx512RowKernels(), device);
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
    static const OpTable avx2Table = makeTable("cpu-avx2", openAvx2);
    static const OpTable avx512Table = makeTable("cpu-avx512", openAvx512);

    const CpuFeatures features = detectCpuFeatures();
    switch (request) {
        case IsaRequest::Auto:
            if (features.hasAvx512) {
                return &avx512Table;
            }
            return features.hasAvx2 ? &avx2Table : &referenceTable;
        case IsaRequest::Reference:
            return &referenceTable;
        case IsaRequest::Avx2:
            if (!features.hasAvx2) {
                return Status(ErrorCode::Unsupported,
                              "this CPU has no AVX2 with FMA and F16C; choose \"auto\"");
            }
            return &avx2Table;
        case IsaRequest::Avx512:
            if (!features.hasAvx512) {
                return Status(ErrorCode::Unsupported,
                              "this CPU has no AVX-512 with VNNI; choose \"auto\"");
            }
            return &avx512Table;
    }
    return Status(ErrorCode::InvalidArgument, "unknown instruction set");
}

}  // namespace hearth
