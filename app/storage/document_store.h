#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/storage/database.h"
#include "app/storage/records.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// The condition in SQL that a row of `documents` is not in the bin: neither by itself nor with all
/// messages that it is attached to.
inline constexpr std::string_view kIsVisibleDocument =
    "(NOT EXISTS (SELECT 1 FROM deletions WHERE kind = 3 AND row = documents.id) AND "
    "(documents.kept <> 0 OR documents.attachment IS NULL OR NOT EXISTS (SELECT 1 FROM parts WHERE "
    "attachment = documents.attachment) OR EXISTS (SELECT 1 FROM parts JOIN messages ON "
    "messages.id "
    "= parts.message WHERE parts.attachment = documents.attachment AND messages.bin_root IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM deletions WHERE kind = 1 AND row = messages.chat))))";

/// A passage of a document that a search found.
struct ChunkHit {
    DocumentId document = 0;
    int pageNumber = 0;         ///< from 1
    std::size_t beginByte = 0;  ///< offsets into the page's text
    std::size_t endByte = 0;
    std::string text;
    double score = 0;  ///< BM25, higher is better
};

/// Cuts a page into passages of about `targetBytes` bytes at sentence or line ends, never inside a
/// UTF-8 character; together they cover the page without gaps. Returns [begin, end) byte offsets;
/// none for a page of white space.
std::vector<std::pair<std::size_t, std::size_t>> splitIntoChunks(std::string_view page,
                                                                 std::size_t targetBytes = 700);

/// How a document is stored.
struct DocumentOptions {
    std::optional<AttachmentId> attachment = {};  ///< the file that it was read from
    bool isKept = false;                          ///< stays although no chat has it any more
    Time created = {};
    std::stop_token stop = {};  ///< gives up where it is asked to
};

/// Documents, their pages and passages, and the full-text index over the passages (BM25). One
/// thread at a time; must not outlive the database, which has been migrated.
class DocumentStore {
public:
    explicit DocumentStore(Database& database) noexcept : m_database(database) {}

    /// Stores the pages (UTF-8, page 1 first) and indexes them, in one transaction. Returns the
    /// document's id. Errors: Cancelled, which leaves the store as it was.
    Result<DocumentId> addDocument(std::string_view title, std::span<const std::string> pages,
                                   const DocumentOptions& options = {});

    /// Errors: NotFound.
    Result<Document> document(DocumentId id);
    /// Those that are not in the bin, newest first.
    Result<std::vector<Document>> list();
    /// The newest document that was read from the attachment; nothing where there is none.
    Result<std::optional<DocumentId>> documentOf(AttachmentId attachment);
    /// Errors: NotFound.
    Status rename(DocumentId id, std::string_view title);
    /// Errors: NotFound.
    Status setKept(DocumentId id, bool isKept);

    /// The best `limit` passages for `question` among `documents` (all documents outside the bin if
    /// empty), best first.
    Result<std::vector<ChunkHit>> search(std::string_view question,
                                         std::span<const DocumentId> documents, int limit);

    /// The text of a page, numbered from 1. Errors: NotFound.
    Result<std::string> pageText(DocumentId document, int pageNumber);

    /// Makes the passage index anew from the pages.
    Status rebuildIndex();

private:
    Database& m_database;
};

}  // namespace hearth::storage
