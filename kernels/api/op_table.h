#pragma once

#include <cstdint>

#include "kernels/api/attention.h"
#include "kernels/api/compress_blocks.h"
#include "kernels/api/elementwise.h"
#include "kernels/api/embed_rows.h"
#include "kernels/api/encoder_attention.h"
#include "kernels/api/expert_linear.h"
#include "kernels/api/gather_rows.h"
#include "kernels/api/kv_rows.h"
#include "kernels/api/linear.h"
#include "kernels/api/moe_feed_forward.h"
#include "kernels/api/rms_norm.h"
#include "kernels/api/rope.h"
#include "kernels/api/router_top_k.h"
#include "kernels/api/select_blocks.h"
#include "kernels/api/types.h"

namespace hearth {

/// Raised whenever a struct under kernels/api changes its layout or its meaning.
inline constexpr std::uint32_t kOpTableVersion = 1;

/// What a device is, for choosing one and for telling the user.
struct OpDeviceInfo {
    char name[128];            ///< zero-terminated UTF-8
    std::uint64_t totalBytes;  ///< memory of the device; 0 where unknown
    std::uint64_t freeBytes;   ///< at the time of the call
    std::int32_t major;        ///< compute capability of a GPU, 0 for a CPU
    std::int32_t minor;
    std::int32_t numUnits;  ///< multiprocessors of a GPU, hardware threads of a CPU
    std::int32_t reserved;
};

/// How a device is opened.
struct OpDeviceOptions {
    /// A hearth::ThreadPool that outlives the device. The CPU needs it; others ignore it. Null: the
    /// CPU computes on the calling thread alone.
    void* threadPool = nullptr;
};

/// One backend: its devices, memory and operations, as plain functions. The CPU's table comes from
/// selectCpuOps(), a plug-in's from its entry point; both are immutable and live as long as the
/// process (the plug-in: as long as it is loaded).
///
/// Handles. A device owns nothing that outlives it: close streams, buffers, events and graphs
/// first. A stream and what runs on it belong to one thread at a time; different streams are
/// independent. Pointers in argument structs are addresses of the device's memory (from bufferData,
/// or any host memory on the CPU); the structs themselves are host memory and are read before the
/// call returns.
///
/// Order. Operations of a stream run in the order of the calls and may return before they ran;
/// streamSynchronize waits. On the CPU they have run when they return. Everything that changes from
/// step to step (ids, positions, ranges, expert and block indices) is read through device pointers
/// when the operation runs, so that a captured step can be launched again.
///
/// Scratch. A stream owns scratch memory that grows to the largest shape it has seen and is never
/// shrunk: a decode loop allocates nothing after its first step. While a graph is captured growth
/// fails with OutOfMemory, so a step runs once before it is captured.
///
/// Errors. Shapes with a count of 0 are valid and do nothing. Any status but Ok means that outputs
/// hold anything; lastError() has one English sentence for the calling thread until its next call.
struct OpTable {
    std::uint32_t version;      ///< kOpTableVersion of the backend
    std::uint32_t structBytes;  ///< sizeof(OpTable) of the backend
    const char* name;           ///< "cpu-ref", "cpu-avx2", "cpu-avx512" or "cuda"

    const char* (*lastError)();

    // Devices.
    /// 0 where there is none, with the reason in lastError().
    std::int32_t (*deviceCount)();
    OpStatus (*deviceInfo)(std::int32_t index, OpDeviceInfo* info);
    OpStatus (*deviceOpen)(std::int32_t index, const OpDeviceOptions* options, OpDevice** device);
    void (*deviceClose)(OpDevice* device);

    // Memory, aligned to 256 bytes, contents undefined.
    OpStatus (*bufferCreate)(OpDevice* device, std::uint64_t bytes, OpBuffer** buffer);
    void (*bufferDestroy)(OpBuffer* buffer);
    void* (*bufferData)(OpBuffer* buffer);

    // Streams. Copies are ordered like operations; a host side that is written or read by a copy
    // stays alive and untouched until the stream was synchronised.
    OpStatus (*streamCreate)(OpDevice* device, OpStream** stream);
    void (*streamDestroy)(OpStream* stream);
    OpStatus (*streamSynchronize)(OpStream* stream);
    OpStatus (*copyToDevice)(OpStream* stream, void* to, const void* from, std::uint64_t bytes);
    OpStatus (*copyToHost)(OpStream* stream, void* to, const void* from, std::uint64_t bytes);
    OpStatus (*copyOnDevice)(OpStream* stream, void* to, const void* from, std::uint64_t bytes);
    OpStatus (*fillZero)(OpStream* stream, void* to, std::uint64_t bytes);

    // Events: `record` marks a point of one stream, `wait` makes another stream wait for it. Null
    // on the CPU, where every call is finished when it returns.
    OpStatus (*eventCreate)(OpDevice* device, OpEvent** event);
    void (*eventDestroy)(OpEvent* event);
    OpStatus (*eventRecord)(OpStream* stream, OpEvent* event);
    OpStatus (*eventWait)(OpStream* stream, OpEvent* event);

    // Graphs: the operations between begin and end are recorded, not run. Null on the CPU.
    OpStatus (*captureBegin)(OpStream* stream);
    OpStatus (*captureEnd)(OpStream* stream, OpGraph** graph);
    OpStatus (*graphLaunch)(OpStream* stream, OpGraph* graph);
    void (*graphDestroy)(OpGraph* graph);

    // Operations. A backend that is complete sets all of them; see isComplete().
    OpStatus (*embedRows)(OpStream* stream, const EmbedRowsArgs* args);
    OpStatus (*gatherRows)(OpStream* stream, const GatherRowsArgs* args);
    OpStatus (*rmsNorm)(OpStream* stream, const RmsNormArgs* args);
    OpStatus (*linear)(OpStream* stream, const LinearArgs* args);
    OpStatus (*expertLinear)(OpStream* stream, const ExpertLinearArgs* args);
    OpStatus (*moeFeedForward)(OpStream* stream, const MoeFeedForwardArgs* args);
    OpStatus (*routerTopK)(OpStream* stream, const RouterTopKArgs* args);
    OpStatus (*siluMultiply)(OpStream* stream, const SiluMultiplyArgs* args);
    OpStatus (*gelu)(OpStream* stream, const GeluArgs* args);
    OpStatus (*addScaled)(OpStream* stream, const AddScaledArgs* args);
    OpStatus (*ropeTable)(OpStream* stream, const RopeTableArgs* args);
    OpStatus (*rope)(OpStream* stream, const RopeArgs* args);
    OpStatus (*storeRows)(OpStream* stream, const StoreRowsArgs* args);
    OpStatus (*loadRows)(OpStream* stream, const LoadRowsArgs* args);
    OpStatus (*compressBlocks)(OpStream* stream, const CompressBlocksArgs* args);
    OpStatus (*selectBlocks)(OpStream* stream, const SelectBlocksArgs* args);
    OpStatus (*attention)(OpStream* stream, const AttentionArgs* args);
    OpStatus (*encoderAttention)(OpStream* stream, const EncoderAttentionArgs* args);

    // Fused operations, optional. Call them through kernels/dispatch/fused_ops.h, which falls back.
    OpStatus (*linearGroup)(OpStream* stream, const LinearGroupArgs* args);
};

/// The name of a plug-in's entry point, and its type. It returns null for a version that it does
/// not implement.
inline constexpr const char* kOpTableEntryName = "hearthOpTable";
using OpTableEntry = const OpTable* (*)(std::uint32_t version);

}  // namespace hearth
