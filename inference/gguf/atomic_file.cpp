#include "inference/gguf/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

namespace hearth {

AtomicFile::AtomicFile(std::filesystem::path path) : m_path(std::move(path)) {}

AtomicFile::~AtomicFile() {
    if (m_fd >= 0) {
        ::close(m_fd);
        if (!m_temporary.empty()) {
            ::unlink(m_temporary.c_str());
        }
    }
}

Status AtomicFile::failure(const char* action, int error) const {
    return {ErrorCode::Io,
            std::string("cannot ") + action + " " + m_path.string() + ": " + std::strerror(error)};
}

Status AtomicFile::checkTarget(const std::filesystem::path& path) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status)) {
        return {};
    }
    return {ErrorCode::InvalidArgument,
            "cannot write " + path.string() + ": it is " +
                (std::filesystem::is_directory(status) ? "a folder" : "not a regular file") +
                "; name another output"};
}

std::filesystem::path AtomicFile::folder() const {
    return m_path.has_parent_path() ? m_path.parent_path() : std::filesystem::path(".");
}

std::string AtomicFile::ownLink() const {
    return "/proc/self/fd/" + std::to_string(m_fd);
}

template <class Make>
Status AtomicFile::makeTemporaryName(Make make) {
    // A counter instead of mkstemp, whose files nobody else may read.
    constexpr int kMaxAttempts = 100;
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
        std::string name = m_path.string() + "." + std::to_string(::getpid()) + "-" +
                           std::to_string(attempt) + ".part";
        if (make(name.c_str())) {
            m_temporary = std::move(name);
            return {};
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return failure("create a file beside", errno);
}

Status AtomicFile::open() {
    HEARTH_RETURN_IF_ERROR(checkTarget(m_path));
    // A file without a name leaves nothing behind, however the program ends.
    m_fd = ::open(folder().c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (m_fd >= 0 && ::access(ownLink().c_str(), F_OK) == 0) {
        return {};
    }
    // Not every file system can do that, and naming the file later takes /proc.
    if (m_fd >= 0) {
        ::close(std::exchange(m_fd, -1));
    }
    return makeTemporaryName([this](const char* name) {
        m_fd = ::open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        return m_fd >= 0;
    });
}

Status AtomicFile::write(std::span<const std::byte> bytes) {
    // The kernel writes at most 2 GiB a call.
    constexpr std::size_t kMaxWrite = std::size_t{1} << 30;
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_fd, bytes.data(), std::min(bytes.size(), kMaxWrite));
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return failure("write", errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Status AtomicFile::commit() {
    if (::fsync(m_fd) != 0) {
        return failure("write", errno);
    }
    // Writing takes long enough for something to come in the way.
    HEARTH_RETURN_IF_ERROR(checkTarget(m_path));
    if (m_temporary.empty()) {
        HEARTH_RETURN_IF_ERROR(makeTemporaryName([this](const char* name) {
            return ::linkat(AT_FDCWD, ownLink().c_str(), AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
        }));
    }
    if (::rename(m_temporary.c_str(), m_path.c_str()) != 0) {
        return failure("rename the finished file to", errno);
    }
    ::close(std::exchange(m_fd, -1));
    // The rename itself survives a power failure only once the folder is on disk, too.
    const int folderFd = ::open(folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folderFd >= 0) {
        ::fsync(folderFd);
        ::close(folderFd);
    }
    return {};
}

}  // namespace hearth
