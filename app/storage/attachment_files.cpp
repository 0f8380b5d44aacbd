#include "app/storage/attachment_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include "app/storage/file_system.h"
#include "app/storage/sha256.h"
#include "kernels/base/scoped_fd.h"

namespace hearth::storage {
namespace {

constexpr std::size_t kCopyBytes = std::size_t{1} << 18;

/// Calls `use(bytes)` for the content of an open file, piece by piece.
template <class Use>
Status readAll(int fd, const std::filesystem::path& path, Use use) {
    std::vector<std::byte> buffer(kCopyBytes);
    while (true) {
        const ssize_t taken = ::read(fd, buffer.data(), buffer.size());
        if (taken < 0) {
            if (errno == EINTR) {
                continue;
            }
            return fileError("read", path, errno);
        }
        if (taken == 0) {
            return {};
        }
        HEARTH_RETURN_IF_ERROR(
            use(std::span<const std::byte>(buffer).first(static_cast<std::size_t>(taken))));
    }
}

}  // namespace

bool isSha256(const std::string& text) noexcept {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// A content on its way into the store: a temporary file, removed unless finished.
class AttachmentFiles::Incoming {
public:
    explicit Incoming(const AttachmentFiles& files) : m_files(files) {}
    ~Incoming() {
        if (m_file.isValid()) {
            ::unlink(m_path.c_str());
        }
    }
    Incoming(const Incoming&) = delete;
    Incoming& operator=(const Incoming&) = delete;

    Status open() {
        HEARTH_RETURN_IF_ERROR(makePrivateFolder(m_files.m_folder));
        static std::atomic<std::uint64_t> counter{0};  // only to tell names apart
        m_path = m_files.m_folder / (std::to_string(::getpid()) + "-" +
                                     std::to_string(counter.fetch_add(1)) + ".part");
        m_file = ScopedFd(
            ::open(m_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
        return m_file.isValid() ? Status() : fileError("create", m_path, errno);
    }

    Status write(std::span<const std::byte> bytes) {
        m_digest.update(bytes);
        m_bytes += static_cast<std::int64_t>(bytes.size());
        return writeAll(m_file.get(), bytes, m_path);
    }

    Result<StoredContent> finish() {
        if (::fsync(m_file.get()) != 0) {
            return fileError("sync", m_path, errno);
        }
        StoredContent content{m_digest.hexDigest(), m_bytes};
        const std::filesystem::path target = m_files.pathOf(content.sha256);
        HEARTH_RETURN_IF_ERROR(makePrivateFolder(target.parent_path()));
        if (::rename(m_path.c_str(), target.c_str()) != 0) {
            return fileError("rename", m_path, errno);
        }
        m_file.reset();
        HEARTH_RETURN_IF_ERROR(syncFolder(target.parent_path()));
        return content;
    }

private:
    const AttachmentFiles& m_files;
    std::filesystem::path m_path;
    ScopedFd m_file;
    Sha256 m_digest;
    std::int64_t m_bytes = 0;
};

AttachmentFiles::AttachmentFiles(std::filesystem::path folder) : m_folder(std::move(folder)) {}

Result<StoredContent> AttachmentFiles::addFile(const std::filesystem::path& source) const {
    // Without O_NONBLOCK a named pipe would be waited for before it can be refused.
    const ScopedFd file(::open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.isValid()) {
        return fileError("open", source, errno);
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        return fileError("read", source, errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return Status(ErrorCode::InvalidArgument,
                      source.string() + " is not a plain file; attach a file");
    }
    Incoming incoming(*this);
    HEARTH_RETURN_IF_ERROR(incoming.open());
    HEARTH_RETURN_IF_ERROR(readAll(file.get(), source, [&](std::span<const std::byte> bytes) {
        return incoming.write(bytes);
    }));
    return incoming.finish();
}

Result<StoredContent> AttachmentFiles::addBytes(std::span<const std::byte> bytes) const {
    Incoming incoming(*this);
    HEARTH_RETURN_IF_ERROR(incoming.open());
    HEARTH_RETURN_IF_ERROR(incoming.write(bytes));
    return incoming.finish();
}

std::filesystem::path AttachmentFiles::pathOf(const std::string& sha256) const {
    HEARTH_CHECK(isSha256(sha256));
    return m_folder / sha256.substr(0, 2) / sha256;
}

bool AttachmentFiles::contains(const std::string& sha256) const {
    return isFile(pathOf(sha256));
}

Status AttachmentFiles::verify(const std::string& sha256) const {
    const std::filesystem::path path = pathOf(sha256);
    const ScopedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isValid()) {
        return fileError("open", path, errno);
    }
    Sha256 digest;
    HEARTH_RETURN_IF_ERROR(readAll(file.get(), path, [&](std::span<const std::byte> bytes) {
        digest.update(bytes);
        return Status();
    }));
    if (digest.hexDigest() != sha256) {
        return {ErrorCode::CorruptData, "the stored file is damaged; attach it anew"};
    }
    return {};
}

Status AttachmentFiles::remove(const std::string& sha256) const {
    // The folder stays: a worker may just be about to put another content into it.
    return removeFile(pathOf(sha256));
}

std::vector<std::string> AttachmentFiles::list() const {
    std::vector<std::string> digests;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(m_folder, error), end; !error && entry != end;
         entry.increment(error)) {
        for (const std::filesystem::path& file : filesIn(entry->path())) {
            std::string name = file.filename().string();
            if (isSha256(name)) {
                digests.push_back(std::move(name));
            }
        }
    }
    std::sort(digests.begin(), digests.end());
    return digests;
}

void AttachmentFiles::removeUnfinished() const {
    for (const std::filesystem::path& file : filesIn(m_folder)) {
        if (file.extension() == ".part") {
            ::unlink(file.c_str());
        }
    }
}

}  // namespace hearth::storage
