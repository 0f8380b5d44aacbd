#include "app/storage/document_store.h"

#include <algorithm>
#include <utility>

#include "app/storage/index_rows.h"
#include "app/storage/text_index.h"

namespace hearth::storage {
namespace {

bool isContinuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Whether a Chinese or Japanese sentence ends before `end`.
bool endsCjkSentence(std::string_view text, std::size_t end) {
    const std::string_view before = text.substr(0, end);
    return before.ends_with("。") || before.ends_with("！") || before.ends_with("？");
}

bool isBlank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

/// The best place to cut `page` in [low, high]: after a paragraph, else a sentence, else a word,
/// else a character.
std::size_t cutPosition(std::string_view page, std::size_t low, std::size_t high) {
    std::size_t sentence = 0;
    std::size_t word = 0;
    for (std::size_t i = high; i > low; --i) {
        const char before = page[i - 1];
        if (before == '\n' && i >= 2 && page[i - 2] == '\n') {
            return i;
        }
        const bool isSpace = before == ' ' || before == '\n' || before == '\t';
        if (isSpace && word == 0) {
            word = i;
        }
        if (sentence == 0 &&
            ((isSpace && i >= 2 &&
              std::string_view(".!?:\n").find(page[i - 2]) != std::string_view::npos) ||
             endsCjkSentence(page, i))) {
            sentence = i;
        }
    }
    if (sentence != 0) {
        return sentence;
    }
    if (word != 0) {
        return word;
    }
    std::size_t character = high;
    while (character > low && character < page.size() && isContinuation(page[character])) {
        --character;
    }
    return character > low ? character : high;
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> splitIntoChunks(std::string_view page,
                                                                 std::size_t targetBytes) {
    HEARTH_CHECK(targetBytes >= 16);
    std::vector<std::pair<std::size_t, std::size_t>> chunks;
    if (isBlank(page)) {
        return chunks;
    }
    std::size_t begin = 0;
    while (begin < page.size()) {
        // The rest stays together while it is at most a quarter longer, so that no crumb is left
        // over.
        std::size_t end = page.size();
        if (page.size() - begin > targetBytes + targetBytes / 4) {
            end = cutPosition(page, begin + targetBytes / 2, begin + targetBytes);
        }
        if (isBlank(page.substr(begin, end - begin)) && !chunks.empty()) {
            chunks.back().second = end;
        } else {
            chunks.emplace_back(begin, end);
        }
        begin = end;
    }
    return chunks;
}

Result<DocumentId> DocumentStore::addDocument(std::string_view title,
                                              std::span<const std::string> pages,
                                              const DocumentOptions& options) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "INSERT INTO documents(title, page_count, attachment, kept, created_us) VALUES (?, ?, ?, "
        "?, ?)",
        title, pages.size(), options.attachment, options.isKept, options.created));
    const DocumentId document = m_database.lastInsertId();
    HEARTH_RETURN_IF_ERROR(addTitle(m_database, titleRowOfDocument(document), title));
    HEARTH_ASSIGN_OR_RETURN(
        Statement insertPage,
        m_database.prepare("INSERT INTO pages(document, number, text) VALUES (?, ?, ?)"));
    HEARTH_ASSIGN_OR_RETURN(
        Statement insertChunk,
        m_database.prepare("INSERT INTO chunks(page, begin_byte, end_byte) VALUES (?, ?, ?)"));
    HEARTH_ASSIGN_OR_RETURN(
        Statement insertIndex,
        m_database.prepare("INSERT INTO chunk_index(rowid, text) VALUES (?, ?)"));
    for (std::size_t i = 0; i < pages.size(); ++i) {
        if (options.stop.stop_requested()) {
            return Status(ErrorCode::Cancelled, "stopped");
        }
        const std::string& text = pages[i];
        HEARTH_RETURN_IF_ERROR(insertPage.bind(1, document)
                                   .bind(2, static_cast<std::int64_t>(i + 1))
                                   .bind(3, text)
                                   .run());
        const std::int64_t page = m_database.lastInsertId();
        for (const auto& [begin, end] : splitIntoChunks(text)) {
            HEARTH_RETURN_IF_ERROR(insertChunk.bind(1, page)
                                       .bind(2, static_cast<std::int64_t>(begin))
                                       .bind(3, static_cast<std::int64_t>(end))
                                       .run());
            HEARTH_RETURN_IF_ERROR(
                insertIndex.bind(1, m_database.lastInsertId())
                    .bind(2, indexableText(std::string_view(text).substr(begin, end - begin)))
                    .run());
        }
    }
    HEARTH_RETURN_IF_ERROR(transaction.commit());
    return document;
}

namespace {

Status noSuchDocument(DocumentId id) {
    return {ErrorCode::NotFound, "there is no document " + std::to_string(id)};
}

constexpr std::string_view kSelectDocument =
    "SELECT id, attachment, title, page_count, kept, created_us FROM documents ";

Document readDocument(const Statement& row) {
    Document document;
    document.id = row.columnInt(0);
    document.attachment = row.columnOptionalInt(1);
    document.title = row.columnText(2);
    document.numPages = static_cast<int>(row.columnInt(3));
    document.isKept = row.columnInt(4) != 0;
    document.created = row.columnTime(5);
    return document;
}

}  // namespace

Result<Document> DocumentStore::document(DocumentId id) {
    HEARTH_ASSIGN_OR_RETURN(Statement read,
                            m_database.prepare(std::string(kSelectDocument) + "WHERE id = ?"));
    HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.bind(1, id).step());
    if (!hasRow) {
        return noSuchDocument(id);
    }
    return readDocument(read);
}

Result<std::vector<Document>> DocumentStore::list() {
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        m_database.prepare(std::string(kSelectDocument) + "WHERE " +
                           std::string(kIsVisibleDocument) + " ORDER BY created_us DESC, id DESC"));
    std::vector<Document> documents;
    HEARTH_RETURN_IF_ERROR(
        read.forEach([&](const Statement& row) { documents.push_back(readDocument(row)); }));
    return documents;
}

Result<std::optional<DocumentId>> DocumentStore::documentOf(AttachmentId attachment) {
    return m_database.queryInt("SELECT max(id) FROM documents WHERE attachment = ?", attachment);
}

Status DocumentStore::rename(DocumentId id, std::string_view title) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_ASSIGN_OR_RETURN(const Document before, document(id));
    HEARTH_RETURN_IF_ERROR(
        m_database.run("UPDATE documents SET title = ? WHERE id = ?", title, id));
    HEARTH_RETURN_IF_ERROR(removeTitle(m_database, titleRowOfDocument(id), before.title));
    HEARTH_RETURN_IF_ERROR(addTitle(m_database, titleRowOfDocument(id), title));
    return transaction.commit();
}

Status DocumentStore::setKept(DocumentId id, bool isKept) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(
        m_database.run("UPDATE documents SET kept = ? WHERE id = ?", isKept, id));
    if (m_database.changedRows() == 0) {
        return noSuchDocument(id);
    }
    return transaction.commit();
}

Result<std::vector<ChunkHit>> DocumentStore::search(std::string_view question,
                                                    std::span<const DocumentId> documents,
                                                    int limit) {
    std::vector<ChunkHit> hits;
    const std::string query = ftsQuery(question);
    if (query.empty() || limit <= 0) {
        return hits;
    }
    std::string sql =
        "SELECT pages.document, pages.number, chunks.begin_byte, chunks.end_byte, pages.text, "
        "-bm25(chunk_index) AS score "
        "FROM chunk_index JOIN chunks ON chunks.id = chunk_index.rowid JOIN pages ON pages.id = "
        "chunks.page "
        "WHERE chunk_index MATCH ?";
    if (documents.empty()) {
        sql += " AND EXISTS (SELECT 1 FROM documents WHERE id = pages.document AND ";
        sql += kIsVisibleDocument;
        sql += ")";
    } else {
        sql += " AND pages.document IN (?";
        for (std::size_t i = 1; i < documents.size(); ++i) {
            sql += ", ?";
        }
        sql += ")";
    }
    sql += " ORDER BY score DESC, chunks.id LIMIT ?";
    HEARTH_ASSIGN_OR_RETURN(Statement statement, m_database.prepare(sql));
    int parameter = 1;
    statement.bind(parameter++, query);
    for (const DocumentId document : documents) {
        statement.bind(parameter++, document);
    }
    statement.bind(parameter, static_cast<std::int64_t>(limit));
    while (true) {
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, statement.step());
        if (!hasRow) {
            return hits;
        }
        ChunkHit hit;
        hit.document = statement.columnInt(0);
        hit.pageNumber = static_cast<int>(statement.columnInt(1));
        hit.beginByte = static_cast<std::size_t>(statement.columnInt(2));
        hit.endByte = static_cast<std::size_t>(statement.columnInt(3));
        const std::string_view page = statement.columnText(4);
        if (hit.beginByte > hit.endByte || hit.endByte > page.size()) {
            return Status(ErrorCode::CorruptData,
                          "the search index does not fit its page; rebuild the index");
        }
        hit.text = page.substr(hit.beginByte, hit.endByte - hit.beginByte);
        hit.score = statement.columnDouble(5);
        hits.push_back(std::move(hit));
    }
}

Result<std::string> DocumentStore::pageText(DocumentId document, int pageNumber) {
    HEARTH_ASSIGN_OR_RETURN(
        Statement statement,
        m_database.prepare("SELECT text FROM pages WHERE document = ? AND number = ?"));
    statement.bind(1, document).bind(2, static_cast<std::int64_t>(pageNumber));
    HEARTH_ASSIGN_OR_RETURN(const bool hasRow, statement.step());
    if (!hasRow) {
        return Status(ErrorCode::NotFound, "document " + std::to_string(document) +
                                               " has no page " + std::to_string(pageNumber));
    }
    return std::string(statement.columnText(0));
}

Status DocumentStore::rebuildIndex() {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(
        m_database.execute("INSERT INTO chunk_index(chunk_index) VALUES ('delete-all')"));
    HEARTH_RETURN_IF_ERROR(indexAllChunks(m_database));
    return transaction.commit();
}

}  // namespace hearth::storage
