#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/storage/database.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// A passage of a document that a search found.
struct ChunkHit {
    std::int64_t document = 0;
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

/// What the search index sees of a text: as it is, with CJK characters set apart so that each is a
/// word of its own.
std::string indexableText(std::string_view text);

/// Turns a person's question into an FTS5 query: its words without the commonest English ones, any
/// of them may match; runs of CJK characters become phrases. Empty if nothing is left to look for.
std::string ftsQuery(std::string_view question);

/// Documents, their pages and passages, and the full-text index over the passages (BM25). One
/// thread at a time; must not outlive the database, which has been migrated.
class DocumentStore {
public:
    explicit DocumentStore(Database& database) noexcept : m_database(database) {}

    /// Stores the pages (UTF-8, page 1 first) and indexes them, in one transaction. Returns the
    /// document's id. Errors: Cancelled, which leaves the store as it was.
    Result<std::int64_t> addDocument(std::string_view title, std::span<const std::string> pages,
                                     const std::stop_token& stop = {});

    /// The best `limit` passages for `question` among `documents` (all documents if empty), best
    /// first.
    Result<std::vector<ChunkHit>> search(std::string_view question,
                                         std::span<const std::int64_t> documents, int limit);

    /// The text of a page, numbered from 1. Errors: NotFound.
    Result<std::string> pageText(std::int64_t document, int pageNumber);

    /// Makes the passage index anew from the pages.
    Status rebuildIndex();

private:
    Status indexChunk(Statement& insert, std::int64_t chunk, std::string_view text);

    Database& m_database;
};

}  // namespace hearth::storage
