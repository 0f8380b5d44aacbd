#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "app/storage/attachment_files.h"
#include "app/storage/database.h"
#include "app/storage/records.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// The table of attached files, and their thumbnails. One thread at a time; must not outlive the
/// database, which has been migrated, and the files. All functions fail with Io, CorruptData or
/// Busy as SQLite does, and changes with Unsupported in a store that is read-only.
class AttachmentStore {
public:
    AttachmentStore(Database& database, const AttachmentFiles& files, Clock clock) noexcept;

    /// Makes a content that AttachmentFiles holds known; the same content has one row, whose name
    /// and media type stay those of the first time. Errors: NotFound (the content is not among the
    /// files any more; bring it in again).
    Result<AttachmentId> add(const StoredContent& content, std::string_view mediaType,
                             std::string_view name);
    /// Errors: NotFound.
    Result<Attachment> attachment(AttachmentId id);
    /// Where the file lies. Errors: NotFound (no such row, or the file was lost).
    Result<std::filesystem::path> path(AttachmentId id);

    /// How many parts of messages (those in the bin too) and kept documents need it. 0: it will be
    /// removed by removeUnused().
    Result<int> numReferences(AttachmentId id);

    Status setThumbnail(AttachmentId id, const Thumbnail& thumbnail);
    /// Nothing where there is none.
    Result<std::optional<Thumbnail>> thumbnail(AttachmentId id);

    /// Removes attachments that nothing refers to and that were added before `before`, with their
    /// files and documents; returns how many.
    Result<int> removeUnused(Time before);
    /// Removes the files of attachments whose rows have gone, now that this is on disk.
    Status removePendingFiles();
    /// Removes files that no row knows (their program was killed before it added the row) and that
    /// are older than a day; returns how many. Not for a store whose rows were lost.
    Result<int> removeUnknownFiles();

private:
    Database& m_database;
    const AttachmentFiles& m_files;
    Clock m_clock;
};

/// Takes the rows of these attachments out, if nothing refers to them any more, and notes their
/// files for removal; in the caller's transaction. Their documents go too, from the indexes as
/// well. Returns how many went.
Result<int> dropUnreferenced(Database& database, const std::vector<AttachmentId>& candidates);

}  // namespace hearth::storage
