#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "kernels/api/op_table.h"
#include "kernels/base/status.h"
#include "kernels/base/thread_pool.h"

namespace hearth {

/// The outcome of a table's function as a Status; `what` names the attempt ("allocating the
/// cache").
Status opStatus(const OpTable& ops, OpStatus status, std::string_view what);

/// Owns a handle of a backend. Movable; a moved-from or default object is empty. The table, and the
/// device that the handle came from, must outlive it. One thread at a time.
template <class Handle, void (*OpTable::*destroy)(Handle*)>
class UniqueOpHandle {
public:
    UniqueOpHandle() noexcept = default;
    UniqueOpHandle(const OpTable& ops, Handle* handle) noexcept : m_ops(&ops), m_handle(handle) {}
    UniqueOpHandle(UniqueOpHandle&& other) noexcept
        : m_ops(other.m_ops), m_handle(std::exchange(other.m_handle, nullptr)) {}
    UniqueOpHandle& operator=(UniqueOpHandle&& other) noexcept {
        std::swap(m_ops, other.m_ops);
        std::swap(m_handle, other.m_handle);
        return *this;
    }
    ~UniqueOpHandle() {
        if (m_handle != nullptr) {
            (m_ops->*destroy)(m_handle);
        }
    }

    Handle* get() const noexcept { return m_handle; }
    /// Requires a handle.
    const OpTable& ops() const noexcept { return *m_ops; }

private:
    const OpTable* m_ops = nullptr;
    Handle* m_handle = nullptr;
};

using UniqueDevice = UniqueOpHandle<OpDevice, &OpTable::deviceClose>;
using UniqueStream = UniqueOpHandle<OpStream, &OpTable::streamDestroy>;
using UniqueBuffer = UniqueOpHandle<OpBuffer, &OpTable::bufferDestroy>;
using UniqueGraph = UniqueOpHandle<OpGraph, &OpTable::graphDestroy>;

/// Opens device `index`. The pool must outlive the device; null computes on the calling thread.
Result<UniqueDevice> openDevice(const OpTable& ops, std::int32_t index, ThreadPool* pool);
Result<UniqueStream> createStream(const UniqueDevice& device);
Result<UniqueBuffer> createBuffer(const UniqueDevice& device, std::uint64_t bytes);

/// The address of a buffer's memory, for argument structs.
template <class T>
T* bufferAs(const UniqueBuffer& buffer) noexcept {
    return static_cast<T*>(buffer.ops().bufferData(buffer.get()));
}

}  // namespace hearth
