#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/status.h"

namespace hearth::storage {

/// The content of a file, as it now lies in the store.
struct StoredContent {
    std::string sha256;  ///< 64 hexadecimal digits, lower case
    std::int64_t bytes = 0;
};

/// The attachments' folder: each content once, under its SHA-256 ("ab/abcdef…"). A content appears
/// under its name only when it is complete and synced. Thread-safe: a worker may bring in a large
/// file while the storage thread goes on.
class AttachmentFiles {
public:
    explicit AttachmentFiles(std::filesystem::path folder);

    /// Copies a file into the store; the same content again replaces itself. Errors: NotFound, Io,
    /// InvalidArgument (not a plain file).
    Result<StoredContent> addFile(const std::filesystem::path& source) const;
    Result<StoredContent> addBytes(std::span<const std::byte> bytes) const;

    /// Where a content lies, whether it is there or not. Requires 64 lower-case hexadecimal digits.
    std::filesystem::path pathOf(const std::string& sha256) const;
    bool contains(const std::string& sha256) const;
    /// Whether the content still has its digest; reads it all. Errors: NotFound, CorruptData, Io.
    Status verify(const std::string& sha256) const;
    /// Removes a content; one that is not there is fine. Errors: Io.
    Status remove(const std::string& sha256) const;
    /// The digests of all contents.
    std::vector<std::string> list() const;
    /// Removes what a program that was killed had half brought in. Only while nobody adds.
    void removeUnfinished() const;

private:
    class Incoming;

    std::filesystem::path m_folder;
};

/// Whether a text is a digest as the store writes it.
bool isSha256(const std::string& text) noexcept;

}  // namespace hearth::storage
