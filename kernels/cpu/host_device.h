#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kernels/api/op_table.h"
#include "kernels/base/thread_pool.h"
#include "kernels/cpu/row_kernels.h"

namespace hearth {

/// The CPU as a device: the pool that the caller passed in, and the row kernels of one ISA.
struct OpDevice {
    ThreadPool* pool = nullptr;  ///< never null; `ownPool` where the caller gave none
    std::unique_ptr<ThreadPool> ownPool;
    const RowKernels* kernels = nullptr;  ///< null: the reference
};

/// A stream of the CPU: runs each operation at once and owns the scratch.
struct OpStream {
    OpDevice* device = nullptr;
    std::byte* scratch = nullptr;
    std::size_t scratchBytes = 0;

    ThreadPool& pool() const noexcept { return *device->pool; }
    const RowKernels& kernels() const noexcept { return *device->kernels; }
};

namespace host {

/// At least `bytes` of scratch at a multiple of 64, the same memory for each call; null when the
/// system has no more. Contents are undefined.
std::byte* reserveScratch(OpStream& stream, std::size_t bytes) noexcept;

/// Returns `status` after leaving `message` (a literal) for lastError().
OpStatus fail(OpStatus status, const char* message) noexcept;

/// The sentence that belongs to a status that an operation returned.
OpStatus reportArgs(OpStatus status) noexcept;

const char* lastError() noexcept;
std::int32_t deviceCount() noexcept;
OpStatus deviceInfo(std::int32_t index, OpDeviceInfo* info) noexcept;
/// Opens device 0 with `kernels` (null for the reference).
OpStatus deviceOpen(std::int32_t index, const OpDeviceOptions* options, const RowKernels* kernels,
                    OpDevice** device) noexcept;

/// Fills everything but name, operations and deviceOpen.
void fillHostFunctions(OpTable& table) noexcept;

}  // namespace host
}  // namespace hearth
