#include "kernels/base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace hearth {
namespace {

/// Closes a POSIX descriptor at the end of its scope.
class ScopedFd {
public:
    explicit ScopedFd(int fd) noexcept : m_fd(fd) {}
    ~ScopedFd() {
        if (m_fd >= 0) {
            ::close(m_fd);
        }
    }
    ScopedFd(const ScopedFd&) = delete;
    ScopedFd& operator=(const ScopedFd&) = delete;
    int get() const noexcept { return m_fd; }

private:
    int m_fd;
};

Status openError(const std::filesystem::path& path, int error) {
    const ErrorCode code = error == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
    return {code, "cannot open " + path.string() + ": " + std::strerror(error)};
}

}  // namespace

Result<std::unique_ptr<MappedFile>> MappedFile::open(const std::filesystem::path& path) {
    // O_NONBLOCK: opening a FIFO by mistake must fail below instead of waiting for a writer.
    const ScopedFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (fd.get() < 0) {
        return openError(path, errno);
    }
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) {
        return openError(path, errno);
    }
    if (!S_ISREG(info.st_mode)) {
        return Status(ErrorCode::Io, "cannot open " + path.string() + ": not a regular file");
    }
    if (info.st_size == 0) {
        return Status(ErrorCode::InvalidArgument, path.string() + " is empty");
    }
    const auto size = static_cast<std::size_t>(info.st_size);
    void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (data == MAP_FAILED) {
        return Status(errno == ENOMEM ? ErrorCode::OutOfMemory : ErrorCode::Io,
                      "cannot map " + path.string() + ": " + std::strerror(errno));
    }
    return std::unique_ptr<MappedFile>(new MappedFile(static_cast<const std::byte*>(data), size));
}

MappedFile::~MappedFile() {
    ::munmap(const_cast<std::byte*>(m_data), m_size);
}

}  // namespace hearth
