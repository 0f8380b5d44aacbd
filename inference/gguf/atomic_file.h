#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "kernels/base/status.h"

namespace hearth {

/// A file that appears under its name only when it is complete. Bytes go to a temporary file in the
/// same folder, which is removed unless commit() succeeds. One thread at a time.
class AtomicFile {
public:
    explicit AtomicFile(std::filesystem::path path);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// Creates the temporary file.
    Status open();
    /// Requires a successful open().
    Status write(std::span<const std::byte> bytes);
    /// Syncs the bytes, renames the file to its name and syncs the folder.
    Status commit();

private:
    Status failure(const char* action, int error) const;

    std::filesystem::path m_path;
    std::string m_temporary;
    int m_fd = -1;
};

}  // namespace hearth
