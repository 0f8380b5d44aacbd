#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/base/status.h"

namespace hearth::media {

/// The bytes of one file, at any offset. One thread at a time.
class ByteSource {
public:
    virtual ~ByteSource() = default;

    virtual std::uint64_t size() const noexcept = 0;
    /// Fills `out` from `offset` on; fewer bytes only at the end. Errors: Io.
    virtual Result<std::size_t> readAt(std::uint64_t offset, std::span<std::byte> out) = 0;
    /// All bytes, as a private copy that the caller may change; valid while the source lives.
    /// Errors: OutOfMemory, Io.
    virtual Result<std::span<std::byte>> whole() = 0;
};

/// A file by its descriptor, which stays the caller's.
class FdSource final : public ByteSource {
public:
    FdSource(int fd, std::uint64_t size) noexcept : m_fd(fd), m_size(size) {}
    ~FdSource() override;
    FdSource(const FdSource&) = delete;
    FdSource& operator=(const FdSource&) = delete;

    std::uint64_t size() const noexcept override { return m_size; }
    Result<std::size_t> readAt(std::uint64_t offset, std::span<std::byte> out) override;
    /// Maps the file; changed pages are private to this process.
    Result<std::span<std::byte>> whole() override;

private:
    int m_fd;
    std::uint64_t m_size;
    void* m_map = nullptr;
};

/// Bytes in memory.
class MemorySource final : public ByteSource {
public:
    explicit MemorySource(std::span<const std::byte> bytes) : m_bytes(bytes.begin(), bytes.end()) {}

    std::uint64_t size() const noexcept override { return m_bytes.size(); }
    Result<std::size_t> readAt(std::uint64_t offset, std::span<std::byte> out) override;
    Result<std::span<std::byte>> whole() override { return std::span<std::byte>(m_bytes); }

private:
    std::vector<std::byte> m_bytes;
};

}  // namespace hearth::media
