#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "kernels/base/status.h"

namespace hearth {

/// A file that appears under its name only when it is complete. Bytes go to a temporary file in the
/// same folder, which is gone unless commit() succeeds, also when the program is killed where the
/// file system has files without names (O_TMPFILE). One thread at a time.
class AtomicFile {
public:
    explicit AtomicFile(std::filesystem::path path);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// Whether a file may be put at `path`: nothing or a regular file is there, links followed.
    /// Anything else, a device or a folder, would be replaced. Errors: InvalidArgument.
    static Status checkTarget(const std::filesystem::path& path);

    /// Creates the temporary file. Errors: those of checkTarget, Io.
    Status open();
    /// Requires a successful open(). Errors: Io.
    Status write(std::span<const std::byte> bytes);
    /// Syncs the bytes, renames the file to its name and syncs the folder. Errors: as open().
    Status commit();

private:
    Status failure(const char* action, int error) const;

    std::filesystem::path folder() const;
    /// The path under which /proc has the open file.
    std::string ownLink() const;
    /// Calls `make` with names beside the file until it succeeds or sets errno to other than
    /// EEXIST.
    template <class Make>
    Status makeTemporaryName(Make make);

    std::filesystem::path m_path;
    std::string m_temporary;  ///< empty while the temporary file has no name
    int m_fd = -1;
};

}  // namespace hearth
