#include <cuda_runtime_api.h>

#include <cstdio>
#include <cstring>
#include <new>

#include "kernels/api/op_table.h"

// The CUDA backend as a plug-in: devices, memory, streams, events and graphs. Operations are null
// until they are written; isComplete() tells the program so. Nothing here throws, and no STL type
// crosses.

namespace hearth {

struct OpDevice {
    int index;
};

struct OpBuffer {
    void* data;
};

struct OpStream {
    OpDevice* device;
    cudaStream_t handle;
};

struct OpEvent {
    cudaEvent_t handle;
};

struct OpGraph {
    cudaGraphExec_t handle;
};

namespace cuda {
namespace {

thread_local char lastMessage[256] = "";

OpStatus fail(OpStatus status, const char* message) noexcept {
    std::snprintf(lastMessage, sizeof(lastMessage), "%s", message);
    return status;
}

/// Turns a runtime error into a status with a sentence; clears it, so that the next call starts
/// afresh.
OpStatus check(cudaError_t error, const char* attempt) noexcept {
    if (error == cudaSuccess) {
        return OpStatus::Ok;
    }
    static_cast<void>(cudaGetLastError());
    std::snprintf(lastMessage, sizeof(lastMessage), "%s failed: %s", attempt,
                  cudaGetErrorString(error));
    return error == cudaErrorMemoryAllocation ? OpStatus::OutOfMemory : OpStatus::Device;
}

/// The runtime's current device is a property of the calling thread, so each call sets it.
OpStatus select(const OpDevice& device) noexcept {
    return check(cudaSetDevice(device.index), "choosing the GPU");
}

const char* lastError() noexcept {
    return lastMessage;
}

std::int32_t deviceCount() noexcept {
    int driverVersion = 0;
    if (cudaDriverGetVersion(&driverVersion) != cudaSuccess || driverVersion == 0) {
        static_cast<void>(cudaGetLastError());
        fail(OpStatus::Device, "no NVIDIA driver is installed");
        return 0;
    }
    int count = 0;
    const cudaError_t error = cudaGetDeviceCount(&count);
    if (error == cudaErrorNoDevice || (error == cudaSuccess && count == 0)) {
        static_cast<void>(cudaGetLastError());
        fail(OpStatus::Device, "the NVIDIA driver is installed but finds no GPU");
        return 0;
    }
    if (error == cudaErrorInsufficientDriver) {
        static_cast<void>(cudaGetLastError());
        fail(OpStatus::Device, "the NVIDIA driver is older than this version of Hearth needs");
        return 0;
    }
    if (check(error, "looking for GPUs") != OpStatus::Ok) {
        return 0;
    }
    return count;
}

OpStatus checkIndex(std::int32_t index) noexcept {
    const std::int32_t count = deviceCount();
    if (count == 0) {
        return OpStatus::Device;
    }
    if (index < 0 || index >= count) {
        return fail(OpStatus::InvalidArgument, "there is no GPU of that number");
    }
    return OpStatus::Ok;
}

OpStatus deviceInfo(std::int32_t index, OpDeviceInfo* info) noexcept {
    if (const OpStatus status = checkIndex(index); status != OpStatus::Ok) {
        return status;
    }
    cudaDeviceProp properties{};
    if (const OpStatus status =
            check(cudaGetDeviceProperties(&properties, index), "asking the GPU what it is");
        status != OpStatus::Ok) {
        return status;
    }
    *info = {};
    std::snprintf(info->name, sizeof(info->name), "%.127s", properties.name);
    info->totalBytes = properties.totalGlobalMem;
    info->major = properties.major;
    info->minor = properties.minor;
    info->numUnits = properties.multiProcessorCount;
    std::size_t freeBytes = 0;
    std::size_t totalBytes = 0;
    if (const OpStatus status = select({index}); status != OpStatus::Ok) {
        return status;
    }
    if (const OpStatus status =
            check(cudaMemGetInfo(&freeBytes, &totalBytes), "asking for free GPU memory");
        status != OpStatus::Ok) {
        return status;
    }
    info->freeBytes = freeBytes;
    return OpStatus::Ok;
}

OpStatus deviceOpen(std::int32_t index, const OpDeviceOptions*, OpDevice** device) noexcept {
    if (const OpStatus status = checkIndex(index); status != OpStatus::Ok) {
        return status;
    }
    // Creates the context, so that a broken driver shows here and not in the first operation.
    if (const OpStatus status = select({index}); status != OpStatus::Ok) {
        return status;
    }
    *device = new (std::nothrow) OpDevice{index};
    return *device != nullptr ? OpStatus::Ok
                              : fail(OpStatus::OutOfMemory, "the system is out of memory");
}

void deviceClose(OpDevice* device) noexcept {
    delete device;
}

OpStatus bufferCreate(OpDevice* device, std::uint64_t bytes, OpBuffer** buffer) noexcept {
    if (const OpStatus status = select(*device); status != OpStatus::Ok) {
        return status;
    }
    void* data = nullptr;
    if (const OpStatus status =
            check(cudaMalloc(&data, bytes > 0 ? bytes : 1), "allocating GPU memory");
        status != OpStatus::Ok) {
        return status;
    }
    *buffer = new (std::nothrow) OpBuffer{data};
    if (*buffer == nullptr) {
        static_cast<void>(cudaFree(data));
        return fail(OpStatus::OutOfMemory, "the system is out of memory");
    }
    return OpStatus::Ok;
}

void bufferDestroy(OpBuffer* buffer) noexcept {
    if (buffer != nullptr) {
        static_cast<void>(cudaFree(buffer->data));
        delete buffer;
    }
}

void* bufferData(OpBuffer* buffer) noexcept {
    return buffer->data;
}

OpStatus streamCreate(OpDevice* device, OpStream** stream) noexcept {
    if (const OpStatus status = select(*device); status != OpStatus::Ok) {
        return status;
    }
    cudaStream_t handle = nullptr;
    // Non-blocking: other libraries' work on the default stream must not order ours.
    if (const OpStatus status = check(cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking),
                                      "creating a GPU stream");
        status != OpStatus::Ok) {
        return status;
    }
    *stream = new (std::nothrow) OpStream{device, handle};
    if (*stream == nullptr) {
        static_cast<void>(cudaStreamDestroy(handle));
        return fail(OpStatus::OutOfMemory, "the system is out of memory");
    }
    return OpStatus::Ok;
}

void streamDestroy(OpStream* stream) noexcept {
    if (stream != nullptr) {
        static_cast<void>(cudaStreamDestroy(stream->handle));
        delete stream;
    }
}

OpStatus streamSynchronize(OpStream* stream) noexcept {
    return check(cudaStreamSynchronize(stream->handle), "waiting for the GPU");
}

OpStatus copy(OpStream* stream, void* to, const void* from, std::uint64_t bytes,
              cudaMemcpyKind kind) noexcept {
    if (bytes == 0) {
        return OpStatus::Ok;
    }
    return check(cudaMemcpyAsync(to, from, bytes, kind, stream->handle), "copying GPU memory");
}

OpStatus copyToDevice(OpStream* stream, void* to, const void* from, std::uint64_t bytes) noexcept {
    return copy(stream, to, from, bytes, cudaMemcpyHostToDevice);
}

OpStatus copyToHost(OpStream* stream, void* to, const void* from, std::uint64_t bytes) noexcept {
    return copy(stream, to, from, bytes, cudaMemcpyDeviceToHost);
}

OpStatus copyOnDevice(OpStream* stream, void* to, const void* from, std::uint64_t bytes) noexcept {
    return copy(stream, to, from, bytes, cudaMemcpyDeviceToDevice);
}

OpStatus fillZero(OpStream* stream, void* to, std::uint64_t bytes) noexcept {
    if (bytes == 0) {
        return OpStatus::Ok;
    }
    return check(cudaMemsetAsync(to, 0, bytes, stream->handle), "clearing GPU memory");
}

OpStatus eventCreate(OpDevice* device, OpEvent** event) noexcept {
    if (const OpStatus status = select(*device); status != OpStatus::Ok) {
        return status;
    }
    cudaEvent_t handle = nullptr;
    if (const OpStatus status =
            check(cudaEventCreateWithFlags(&handle, cudaEventDisableTiming), "creating an event");
        status != OpStatus::Ok) {
        return status;
    }
    *event = new (std::nothrow) OpEvent{handle};
    if (*event == nullptr) {
        static_cast<void>(cudaEventDestroy(handle));
        return fail(OpStatus::OutOfMemory, "the system is out of memory");
    }
    return OpStatus::Ok;
}

void eventDestroy(OpEvent* event) noexcept {
    if (event != nullptr) {
        static_cast<void>(cudaEventDestroy(event->handle));
        delete event;
    }
}

OpStatus eventRecord(OpStream* stream, OpEvent* event) noexcept {
    return check(cudaEventRecord(event->handle, stream->handle), "recording an event");
}

OpStatus eventWait(OpStream* stream, OpEvent* event) noexcept {
    return check(cudaStreamWaitEvent(stream->handle, event->handle, 0), "waiting for an event");
}

OpStatus captureBegin(OpStream* stream) noexcept {
    // Thread-local: another thread's allocations must not invalidate the capture.
    return check(cudaStreamBeginCapture(stream->handle, cudaStreamCaptureModeThreadLocal),
                 "recording a graph");
}

OpStatus captureEnd(OpStream* stream, OpGraph** graph) noexcept {
    cudaGraph_t recorded = nullptr;
    if (const OpStatus status =
            check(cudaStreamEndCapture(stream->handle, &recorded), "recording a graph");
        status != OpStatus::Ok) {
        return status;
    }
    cudaGraphExec_t handle = nullptr;
    const OpStatus status = check(cudaGraphInstantiate(&handle, recorded, 0), "preparing a graph");
    static_cast<void>(cudaGraphDestroy(recorded));
    if (status != OpStatus::Ok) {
        return status;
    }
    *graph = new (std::nothrow) OpGraph{handle};
    if (*graph == nullptr) {
        static_cast<void>(cudaGraphExecDestroy(handle));
        return fail(OpStatus::OutOfMemory, "the system is out of memory");
    }
    return OpStatus::Ok;
}

OpStatus graphLaunch(OpStream* stream, OpGraph* graph) noexcept {
    return check(cudaGraphLaunch(graph->handle, stream->handle), "launching a graph");
}

void graphDestroy(OpGraph* graph) noexcept {
    if (graph != nullptr) {
        static_cast<void>(cudaGraphExecDestroy(graph->handle));
        delete graph;
    }
}

OpTable makeTable() noexcept {
    OpTable table{};
    table.version = kOpTableVersion;
    table.structBytes = sizeof(OpTable);
    table.name = "cuda";
    table.lastError = lastError;
    table.deviceCount = deviceCount;
    table.deviceInfo = deviceInfo;
    table.deviceOpen = deviceOpen;
    table.deviceClose = deviceClose;
    table.bufferCreate = bufferCreate;
    table.bufferDestroy = bufferDestroy;
    table.bufferData = bufferData;
    table.streamCreate = streamCreate;
    table.streamDestroy = streamDestroy;
    table.streamSynchronize = streamSynchronize;
    table.copyToDevice = copyToDevice;
    table.copyToHost = copyToHost;
    table.copyOnDevice = copyOnDevice;
    table.fillZero = fillZero;
    table.eventCreate = eventCreate;
    table.eventDestroy = eventDestroy;
    table.eventRecord = eventRecord;
    table.eventWait = eventWait;
    table.captureBegin = captureBegin;
    table.captureEnd = captureEnd;
    table.graphLaunch = graphLaunch;
    table.graphDestroy = graphDestroy;
    return table;
}

}  // namespace
}  // namespace cuda
}  // namespace hearth

extern "C" __attribute__((visibility("default"))) const hearth::OpTable* hearthOpTable(
    std::uint32_t version) {
    static const hearth::OpTable table = hearth::cuda::makeTable();
    return version == hearth::kOpTableVersion ? &table : nullptr;
}
