#include "media/decoder/byte_source.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

namespace hearth::media {

FdSource::~FdSource() {
    if (m_map != nullptr) {
        ::munmap(m_map, m_size);
    }
}

Result<std::size_t> FdSource::readAt(std::uint64_t offset, std::span<std::byte> out) {
    if (offset >= m_size) {
        return std::size_t{0};
    }
    out = out.first(std::min<std::uint64_t>(out.size(), m_size - offset));
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t got =
            ::pread(m_fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return Status(ErrorCode::Io, std::string("reading failed: ") + std::strerror(errno));
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Result<std::span<std::byte>> FdSource::whole() {
    if (m_map == nullptr) {
        void* map =
            ::mmap(nullptr, m_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, m_fd, 0);
        if (map == MAP_FAILED) {
            return Status(errno == ENOMEM ? ErrorCode::OutOfMemory : ErrorCode::Io,
                          std::string("reading failed: ") + std::strerror(errno));
        }
        m_map = map;
    }
    return std::span<std::byte>(static_cast<std::byte*>(m_map), m_size);
}

Result<std::size_t> MemorySource::readAt(std::uint64_t offset, std::span<std::byte> out) {
    if (offset >= m_bytes.size()) {
        return std::size_t{0};
    }
    const std::size_t count = std::min<std::uint64_t>(out.size(), m_bytes.size() - offset);
    std::memcpy(out.data(), m_bytes.data() + offset, count);
    return count;
}

}  // namespace hearth::media
