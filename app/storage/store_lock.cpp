#include "app/storage/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <utility>

#include "app/storage/file_system.h"

namespace hearth::storage {
namespace {

std::filesystem::path lockPath(const std::filesystem::path& folder) {
    return folder / "hearth.lock";
}

}  // namespace

Result<StoreLock> StoreLock::take(const std::filesystem::path& folder, std::string_view contact) {
    const std::filesystem::path path = lockPath(folder);
    ScopedFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file.isValid()) {
        return fileError("open", path, errno);
    }
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return Status(ErrorCode::Busy, "another copy of Hearth has the store open");
        }
        return fileError("lock", path, errno);
    }
    // The file itself stays when the program ends: removing it would let two programs lock two
    // files of one name.
    const std::string text = std::to_string(::getpid()) + "\n" + std::string(contact) + "\n";
    if (::ftruncate(file.get(), 0) == 0) {
        // Only a help for people and other copies; a full disk must not keep the store shut.
        const Status written = writeAll(file.get(), std::as_bytes(std::span(text)), path);
        static_cast<void>(written.isOk());
    }
    return StoreLock(std::move(file));
}

std::optional<StoreOwner> StoreLock::owner(const std::filesystem::path& folder) {
    std::ifstream file(lockPath(folder));
    std::string number;
    StoreOwner owner;
    std::getline(file, number);
    std::getline(file, owner.contact);
    const auto parsed =
        std::from_chars(number.data(), number.data() + number.size(), owner.processId);
    return parsed.ec == std::errc() && owner.processId > 0 ? std::optional(std::move(owner))
                                                           : std::nullopt;
}

}  // namespace hearth::storage
