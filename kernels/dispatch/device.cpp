#include "kernels/dispatch/device.h"

namespace hearth {

Status opStatus(const OpTable& ops, OpStatus status, std::string_view what) {
    ErrorCode code = ErrorCode::Internal;
    switch (status) {
        case OpStatus::Ok:
            return {};
        case OpStatus::InvalidArgument:
            code = ErrorCode::InvalidArgument;
            break;
        case OpStatus::Unsupported:
            code = ErrorCode::Unsupported;
            break;
        case OpStatus::OutOfMemory:
            code = ErrorCode::OutOfMemory;
            break;
        case OpStatus::Device:
            code = ErrorCode::Device;
            break;
        case OpStatus::Internal:
            break;
    }
    return Status(code, ops.lastError()).withContext(what);
}

Result<UniqueDevice> openDevice(const OpTable& ops, std::int32_t index, ThreadPool* pool) {
    const OpDeviceOptions options{.threadPool = pool};
    OpDevice* device = nullptr;
    HEARTH_RETURN_IF_ERROR(
        opStatus(ops, ops.deviceOpen(index, &options, &device), "opening the device"));
    return UniqueDevice(ops, device);
}

Result<UniqueStream> createStream(const UniqueDevice& device) {
    OpStream* stream = nullptr;
    HEARTH_RETURN_IF_ERROR(opStatus(device.ops(), device.ops().streamCreate(device.get(), &stream),
                                    "creating a stream"));
    return UniqueStream(device.ops(), stream);
}

Result<UniqueBuffer> createBuffer(const UniqueDevice& device, std::uint64_t bytes) {
    OpBuffer* buffer = nullptr;
    HEARTH_RETURN_IF_ERROR(opStatus(device.ops(),
                                    device.ops().bufferCreate(device.get(), bytes, &buffer),
                                    "allocating " + std::to_string(bytes) + " bytes"));
    return UniqueBuffer(device.ops(), buffer);
}

}  // namespace hearth
