#include "app/storage/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "kernels/base/scoped_fd.h"

namespace hearth::storage {

Status fileError(std::string_view action, const std::filesystem::path& path, int error) {
    const std::string reason = error == ENOSPC || error == EDQUOT
                                   ? "no space is left on the disk; free some and try again"
                                   : std::strerror(error);
    return {error == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
            "cannot " + std::string(action) + " " + path.string() + ": " + reason};
}

Status makePrivateFolder(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        return {};
    }
    if (path.has_parent_path() && path.parent_path() != path) {
        HEARTH_RETURN_IF_ERROR(makePrivateFolder(path.parent_path()));
    }
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return fileError("make the folder", path, errno);
    }
    return path.has_parent_path() ? syncFolder(path.parent_path()) : Status();
}

Status writeAll(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return fileError("write", path, errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

namespace {

Status syncPath(const std::filesystem::path& path, int flags) {
    const ScopedFd file(::open(path.c_str(), flags | O_RDONLY | O_CLOEXEC));
    if (!file.isValid()) {
        return fileError("open", path, errno);
    }
    // Some file systems cannot sync a folder and say so with EINVAL; there is nothing to be done.
    if (::fsync(file.get()) != 0 && errno != EINVAL) {
        return fileError("sync", path, errno);
    }
    return {};
}

}  // namespace

Status syncFile(const std::filesystem::path& path) {
    return syncPath(path, 0);
}

Status syncFolder(const std::filesystem::path& path) {
    return syncPath(path, O_DIRECTORY);
}

Status renameSynced(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) {
        return fileError("rename", from, errno);
    }
    return syncFolder(to.parent_path());
}

Status removeFile(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return fileError("remove", path, errno);
    }
    return {};
}

bool isFile(const std::filesystem::path& path) noexcept {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
}

std::vector<std::filesystem::path> filesIn(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (isFile(entry->path())) {
            files.push_back(entry->path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace hearth::storage
