#pragma once

#include <chrono>
#include <vector>

#include "app/storage/database.h"
#include "app/storage/records.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// How long a deleted thing can be taken back.
inline constexpr std::chrono::days kBinTime{30};

/// What people have deleted: it is shown nowhere and found by no search, and can be restored. One
/// thread at a time; must not outlive the database, which has been migrated. All functions fail
/// with Io, CorruptData or Busy as SQLite does, and changes with Unsupported in a store that is
/// read-only.
class Bin {
public:
    Bin(Database& database, Clock clock) noexcept;

    /// Errors: NotFound (no such chat, or in the bin already), here and in the next two.
    Status deleteChat(ChatId chat);
    /// The message and all that follows it; the chat then shows the nearest branch that is left.
    Status deleteMessage(MessageId message);
    Status deleteDocument(DocumentId document);

    /// Latest deletion first.
    Result<std::vector<BinEntry>> list();
    /// Takes an entry back as it was. Errors: NotFound (it is not in the bin).
    Status restore(BinKind kind, std::int64_t row);

    /// Takes the rows of these entries out, with what belongs to them alone: attachments that
    /// nothing else needs, their documents, summaries, drafts. One transaction; the bytes go with
    /// Store::eraseForGood(). Entries that are not in the bin are skipped.
    Status dropRows(const std::vector<BinEntry>& entries);

private:
    Status add(BinKind kind, std::int64_t row);
    Status dropMessages(std::string_view where, std::int64_t parameter,
                        std::vector<AttachmentId>& attachments);
    Status dropChat(ChatId chat, std::vector<AttachmentId>& attachments);
    Status dropDocument(DocumentId document, std::vector<AttachmentId>& attachments);

    Database& m_database;
    Clock m_clock;
};

}  // namespace hearth::storage
