#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "kernels/base/status.h"

namespace hearth {

/// A file mapped read-only for the lifetime of the object. Views into it must not outlive it. Const
/// after open, so any thread may read. A file that is shortened by somebody else while mapped makes
/// reads fail with SIGBUS, as for any map.
class MappedFile {
public:
    /// Maps the whole of `path`. Errors: NotFound, Io (a folder, no permission), InvalidArgument
    /// (empty file).
    static Result<std::unique_ptr<MappedFile>> open(const std::filesystem::path& path);

    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const noexcept { return {m_data, m_size}; }

private:
    MappedFile(const std::byte* data, std::size_t size) noexcept : m_data(data), m_size(size) {}

    const std::byte* m_data;
    std::size_t m_size;
};

}  // namespace hearth
