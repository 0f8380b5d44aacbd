#include "app/storage/document_store.h"

#include <algorithm>
#include <array>
#include <set>

namespace hearth::storage {
namespace {

/// The commonest English words: they match everywhere and say nothing about where an answer is.
constexpr std::array<std::string_view, 64> kStopWords{
    "a",     "about", "an",   "and",  "any",  "are",  "as",   "at",   "be",   "been", "by",
    "can",   "could", "did",  "do",   "does", "for",  "from", "had",  "has",  "have", "he",
    "her",   "him",   "his",  "how",  "i",    "if",   "in",   "into", "is",   "it",   "its",
    "me",    "my",    "of",   "on",   "or",   "our",  "she",  "so",   "tell", "that", "the",
    "their", "them",  "then", "they", "this", "to",   "was",  "we",   "were", "what", "when",
    "where", "which", "who",  "whom", "why",  "will", "with", "you",  "your"};

/// Length of the UTF-8 character that starts at `lead`; 1 for a stray byte.
std::size_t characterLength(unsigned char lead) {
    if (lead >= 0xF0) {
        return 4;
    }
    if (lead >= 0xE0) {
        return 3;
    }
    return lead >= 0xC0 ? 2 : 1;
}

bool isContinuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// The code point at `offset`, or the byte itself where the text is not UTF-8.
char32_t codePointAt(std::string_view text, std::size_t offset) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[offset + i]); };
    const std::size_t length = characterLength(byte(0));
    if (length == 1 || offset + length > text.size()) {
        return byte(0);
    }
    char32_t value = byte(0) & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        value = (value << 6U) | (byte(i) & 0x3FU);
    }
    return value;
}

bool isCjk(char32_t c) {
    return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x2FA1F);
}

bool isWordByte(unsigned char c) {
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
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
        if (isSpace && sentence == 0 && i >= 2 &&
            std::string_view(".!?:\n").find(page[i - 2]) != std::string_view::npos) {
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

std::string indexableText(std::string_view text) {
    std::string result;
    result.reserve(text.size() + text.size() / 8);
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length =
            std::min(characterLength(static_cast<unsigned char>(text[i])), text.size() - i);
        const bool isApart = length >= 3 && isCjk(codePointAt(text, i));
        if (isApart) {
            result += ' ';
        }
        result += text.substr(i, length);
        if (isApart) {
            result += ' ';
        }
        i += length;
    }
    return result;
}

std::string ftsQuery(std::string_view question) {
    std::vector<std::string> terms;
    std::set<std::string> seen;
    std::string word;
    std::string phrase;
    const auto addTerm = [&](std::string& term) {
        if (!term.empty() && seen.insert(term).second) {
            terms.push_back('"' + term + '"');
        }
        term.clear();
    };
    const auto endWord = [&] {
        if (std::binary_search(kStopWords.begin(), kStopWords.end(), std::string_view(word))) {
            word.clear();
        }
        addTerm(word);
    };
    for (std::size_t i = 0; i < question.size();) {
        const auto lead = static_cast<unsigned char>(question[i]);
        const std::size_t length = std::min(characterLength(lead), question.size() - i);
        if (length >= 3 && isCjk(codePointAt(question, i))) {
            endWord();
            phrase += (phrase.empty() ? "" : " ") + std::string(question.substr(i, length));
        } else {
            addTerm(phrase);
            if (isWordByte(lead)) {
                for (const char c : question.substr(i, length)) {
                    word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
                }
            } else {
                endWord();
            }
        }
        i += length;
    }
    endWord();
    addTerm(phrase);
    std::string query;
    for (const std::string& term : terms) {
        query += (query.empty() ? "" : " OR ") + term;
    }
    return query;
}

Result<std::int64_t> DocumentStore::addDocument(std::string_view title,
                                                std::span<const std::string> pages,
                                                const std::stop_token& stop) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_ASSIGN_OR_RETURN(
        Statement insertDocument,
        m_database.prepare("INSERT INTO documents(title, page_count) VALUES (?, ?)"));
    HEARTH_RETURN_IF_ERROR(
        insertDocument.bind(1, title).bind(2, static_cast<std::int64_t>(pages.size())).run());
    const std::int64_t document = m_database.lastInsertId();
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
        if (stop.stop_requested()) {
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
            HEARTH_RETURN_IF_ERROR(indexChunk(insertIndex, m_database.lastInsertId(),
                                              std::string_view(text).substr(begin, end - begin)));
        }
    }
    HEARTH_RETURN_IF_ERROR(transaction.commit());
    return document;
}

Status DocumentStore::indexChunk(Statement& insert, std::int64_t chunk, std::string_view text) {
    return insert.bind(1, chunk).bind(2, indexableText(text)).run();
}

Result<std::vector<ChunkHit>> DocumentStore::search(std::string_view question,
                                                    std::span<const std::int64_t> documents,
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
    if (!documents.empty()) {
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
    for (const std::int64_t document : documents) {
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

Result<std::string> DocumentStore::pageText(std::int64_t document, int pageNumber) {
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
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        m_database.prepare("SELECT chunks.id, chunks.begin_byte, chunks.end_byte, pages.text "
                           "FROM chunks JOIN pages ON pages.id = chunks.page"));
    HEARTH_ASSIGN_OR_RETURN(
        Statement insert, m_database.prepare("INSERT INTO chunk_index(rowid, text) VALUES (?, ?)"));
    while (true) {
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.step());
        if (!hasRow) {
            break;
        }
        const std::string_view page = read.columnText(3);
        const auto begin = std::min(static_cast<std::size_t>(read.columnInt(1)), page.size());
        const auto end =
            std::clamp(static_cast<std::size_t>(read.columnInt(2)), begin, page.size());
        HEARTH_RETURN_IF_ERROR(
            indexChunk(insert, read.columnInt(0), page.substr(begin, end - begin)));
    }
    return transaction.commit();
}

}  // namespace hearth::storage
