#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "kernels/base/scoped_fd.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// Who has a store open for writing.
struct StoreOwner {
    int processId = 0;
    std::string contact;  ///< what the owner left for others to reach it by, e.g. a socket's name
};

/// The right to write a store: one program at a time has it, and the system takes it back when that
/// program ends, however it ends. One thread at a time.
class StoreLock {
public:
    /// Takes the lock of a store's folder, which exists. Errors: Busy (another program has it; see
    /// owner()), Io (the file cannot be made).
    static Result<StoreLock> take(const std::filesystem::path& folder, std::string_view contact);
    /// Who has the lock, as far as its file tells; nothing where nobody wrote it down.
    static std::optional<StoreOwner> owner(const std::filesystem::path& folder);

private:
    explicit StoreLock(ScopedFd file) noexcept : m_file(std::move(file)) {}

    ScopedFd m_file;
};

}  // namespace hearth::storage
