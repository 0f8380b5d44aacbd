#include "kernels/cpu/host_device.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

namespace hearth {

struct OpBuffer {
    void* data = nullptr;
};

namespace host {
namespace {

constexpr std::size_t kBufferAlignment = 256;

thread_local const char* lastMessage = "";

void* allocateAligned(std::size_t bytes) noexcept {
    // aligned_alloc wants a multiple of the alignment; 0 bytes still get an address.
    const std::size_t rounded = (bytes / kBufferAlignment + 1) * kBufferAlignment;
    return rounded > bytes ? std::aligned_alloc(kBufferAlignment, rounded) : nullptr;
}

void deviceClose(OpDevice* device) noexcept {
    delete device;
}

OpStatus bufferCreate(OpDevice*, std::uint64_t bytes, OpBuffer** buffer) noexcept {
    auto* created = new (std::nothrow) OpBuffer;
    if (created != nullptr) {
        created->data = allocateAligned(bytes);
    }
    if (created == nullptr || created->data == nullptr) {
        delete created;
        return fail(OpStatus::OutOfMemory, "the system has not enough memory for a buffer");
    }
    *buffer = created;
    return OpStatus::Ok;
}

void bufferDestroy(OpBuffer* buffer) noexcept {
    if (buffer != nullptr) {
        std::free(buffer->data);
        delete buffer;
    }
}

void* bufferData(OpBuffer* buffer) noexcept {
    return buffer->data;
}

OpStatus streamCreate(OpDevice* device, OpStream** stream) noexcept {
    auto* created = new (std::nothrow) OpStream;
    if (created == nullptr) {
        return fail(OpStatus::OutOfMemory, "the system has not enough memory for a stream");
    }
    created->device = device;
    *stream = created;
    return OpStatus::Ok;
}

void streamDestroy(OpStream* stream) noexcept {
    if (stream != nullptr) {
        std::free(stream->scratch);
        delete stream;
    }
}

OpStatus streamSynchronize(OpStream*) noexcept {
    return OpStatus::Ok;
}

OpStatus copy(OpStream*, void* to, const void* from, std::uint64_t bytes) noexcept {
    if (bytes > 0) {
        std::memmove(to, from, bytes);
    }
    return OpStatus::Ok;
}

OpStatus fillZero(OpStream*, void* to, std::uint64_t bytes) noexcept {
    if (bytes > 0) {
        std::memset(to, 0, bytes);
    }
    return OpStatus::Ok;
}

}  // namespace

std::byte* reserveScratch(OpStream& stream, std::size_t bytes) noexcept {
    if (bytes > stream.scratchBytes || stream.scratch == nullptr) {
        void* grown = allocateAligned(bytes);
        if (grown == nullptr) {
            return nullptr;
        }
        std::free(stream.scratch);
        stream.scratch = static_cast<std::byte*>(grown);
        stream.scratchBytes = bytes;
    }
    return stream.scratch;
}

OpStatus fail(OpStatus status, const char* message) noexcept {
    lastMessage = message;
    return status;
}

OpStatus reportArgs(OpStatus status) noexcept {
    switch (status) {
        case OpStatus::Ok:
            break;
        case OpStatus::InvalidArgument:
            return fail(status, "an operation was called with shapes that do not fit together");
        case OpStatus::Unsupported:
            return fail(status, "an operation does not know this element type");
        case OpStatus::OutOfMemory:
            return fail(status, "the system has not enough memory for an operation's scratch");
        default:
            return fail(status, "an operation failed");
    }
    return status;
}

const char* lastError() noexcept {
    return lastMessage;
}

std::int32_t deviceCount() noexcept {
    return 1;
}

OpStatus deviceInfo(std::int32_t index, OpDeviceInfo* info) noexcept {
    if (index != 0) {
        return fail(OpStatus::InvalidArgument, "there is one CPU device, number 0");
    }
    *info = {};
    std::snprintf(info->name, sizeof(info->name), "CPU");
    const auto pageBytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    info->totalBytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * pageBytes;
    info->freeBytes = static_cast<std::uint64_t>(::sysconf(_SC_AVPHYS_PAGES)) * pageBytes;
    info->numUnits = static_cast<std::int32_t>(std::thread::hardware_concurrency());
    return OpStatus::Ok;
}

OpStatus deviceOpen(std::int32_t index, const OpDeviceOptions* options, const RowKernels* kernels,
                    OpDevice** device) noexcept {
    if (index != 0) {
        return fail(OpStatus::InvalidArgument, "there is one CPU device, number 0");
    }
    try {
        auto created = std::make_unique<OpDevice>();
        created->kernels = kernels;
        if (options != nullptr && options->threadPool != nullptr) {
            created->pool = static_cast<ThreadPool*>(options->threadPool);
        } else {
            created->ownPool = std::make_unique<ThreadPool>(1);
            created->pool = created->ownPool.get();
        }
        *device = created.release();
    } catch (const std::bad_alloc&) {
        return fail(OpStatus::OutOfMemory, "the system has not enough memory for a device");
    }
    return OpStatus::Ok;
}

void fillHostFunctions(OpTable& table) noexcept {
    table.version = kOpTableVersion;
    table.structBytes = sizeof(OpTable);
    table.lastError = lastError;
    table.deviceCount = deviceCount;
    table.deviceInfo = deviceInfo;
    table.deviceClose = deviceClose;
    table.bufferCreate = bufferCreate;
    table.bufferDestroy = bufferDestroy;
    table.bufferData = bufferData;
    table.streamCreate = streamCreate;
    table.streamDestroy = streamDestroy;
    table.streamSynchronize = streamSynchronize;
    table.copyToDevice = copy;
    table.copyToHost = copy;
    table.copyOnDevice = copy;
    table.fillZero = fillZero;
}

}  // namespace host
}  // namespace hearth
