#include "app/storage/text_search.h"

#include <algorithm>
#include <utility>

#include "app/storage/document_store.h"
#include "app/storage/index_rows.h"

namespace hearth::storage {
namespace {

/// Titles are short, so a snippet of one is all of it.
constexpr std::size_t kWholeTitle = 10000;

}  // namespace

Result<std::unique_ptr<TextSearch>> TextSearch::create(Database& database) {
    HEARTH_ASSIGN_OR_RETURN(std::unique_ptr<TextAnalyzer> plain,
                            TextAnalyzer::create(database, false));
    HEARTH_ASSIGN_OR_RETURN(std::unique_ptr<TextAnalyzer> stemmed,
                            TextAnalyzer::create(database, true));
    return std::unique_ptr<TextSearch>(
        new TextSearch(database, std::move(plain), std::move(stemmed)));
}

TextSearch::TextSearch(Database& database, std::unique_ptr<TextAnalyzer> plain,
                       std::unique_ptr<TextAnalyzer> stemmed) noexcept
    : m_database(database), m_plain(std::move(plain)), m_stemmed(std::move(stemmed)) {}

Result<SearchResults> TextSearch::search(std::string_view typed, const SearchLimits& limits) {
    SearchResults results;
    const SearchTerms plain = m_plain->parse(typed);
    if (plain.phrases.empty()) {
        return results;
    }
    HEARTH_RETURN_IF_ERROR(searchTitles(plain, limits.titles, results));
    HEARTH_RETURN_IF_ERROR(searchMessages(plain, limits.messages, results));
    HEARTH_RETURN_IF_ERROR(searchPassages(m_stemmed->parse(typed), limits.passages, results));
    return results;
}

Status TextSearch::searchTitles(const SearchTerms& terms, int limit, SearchResults& results) {
    HEARTH_ASSIGN_OR_RETURN(
        Statement find,
        m_database.prepare("SELECT rowid FROM title_index WHERE title_index MATCH ? ORDER BY rowid "
                           "DESC"));
    HEARTH_ASSIGN_OR_RETURN(
        Statement readChat,
        m_database.prepare("SELECT title FROM chats WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM "
                           "deletions WHERE kind = 1 AND row = ?1)"));
    HEARTH_ASSIGN_OR_RETURN(Statement readDocument,
                            m_database.prepare("SELECT title FROM documents WHERE id = ?1 AND " +
                                               std::string(kIsVisibleDocument)));
    find.bind(1, terms.toFtsQuery());
    while (static_cast<int>(results.titles.size()) < limit) {
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, find.step());
        if (!hasRow) {
            break;
        }
        const bool isDocument = isTitleOfDocument(find.columnInt(0));
        const std::int64_t owner = titleOwner(find.columnInt(0));
        Statement& read = isDocument ? readDocument : readChat;
        HEARTH_ASSIGN_OR_RETURN(const bool isThere, read.bind(1, owner).step());
        if (isThere) {
            const std::string title(read.columnText(0));
            TitleHit hit;
            (isDocument ? hit.document : hit.chat) = owner;
            hit.title = makeSnippet(title, m_plain->matches(title, terms), kWholeTitle);
            results.titles.push_back(std::move(hit));
        }
        read.reset();
    }
    return {};
}

Status TextSearch::searchMessages(const SearchTerms& terms, int limit, SearchResults& results) {
    // The newest first needs no look at the rest: the index is walked backwards until there is
    // enough.
    HEARTH_ASSIGN_OR_RETURN(
        Statement find,
        m_database.prepare(
            "SELECT message_index.rowid, messages.chat, chats.title, messages.role, "
            "messages.created_us FROM message_index "
            "CROSS JOIN messages ON messages.id = message_index.rowid "
            "CROSS JOIN chats ON chats.id = messages.chat "
            "WHERE message_index MATCH ? AND messages.bin_root IS NULL AND NOT EXISTS (SELECT 1 "
            "FROM deletions WHERE kind = 1 AND row = messages.chat) "
            "ORDER BY message_index.rowid DESC LIMIT ?"));
    find.bind(1, terms.toFtsQuery()).bind(2, limit);
    while (true) {
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, find.step());
        if (!hasRow) {
            return {};
        }
        MessageHit hit;
        hit.message = find.columnInt(0);
        hit.chat = find.columnInt(1);
        hit.chatTitle = find.columnText(2);
        hit.role = static_cast<MessageRole>(find.columnInt(3));
        hit.created = find.columnTime(4);
        HEARTH_ASSIGN_OR_RETURN(const std::string text, searchableText(m_database, hit.message));
        hit.snippet = makeSnippet(text, m_plain->matches(text, terms));
        results.messages.push_back(std::move(hit));
    }
}

Status TextSearch::searchPassages(const SearchTerms& terms, int limit, SearchResults& results) {
    HEARTH_ASSIGN_OR_RETURN(
        Statement find,
        m_database.prepare(
            "SELECT pages.document, documents.title, pages.number, chunks.begin_byte, "
            "chunks.end_byte, pages.text FROM chunk_index "
            "CROSS JOIN chunks ON chunks.id = chunk_index.rowid "
            "CROSS JOIN pages ON pages.id = chunks.page "
            "CROSS JOIN documents ON documents.id = pages.document "
            "WHERE chunk_index MATCH ? AND " +
            std::string(kIsVisibleDocument) + " ORDER BY chunk_index.rank LIMIT ?"));
    find.bind(1, terms.toFtsQuery()).bind(2, limit);
    while (true) {
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, find.step());
        if (!hasRow) {
            return {};
        }
        PassageHit hit;
        hit.document = find.columnInt(0);
        hit.documentTitle = find.columnText(1);
        hit.pageNumber = static_cast<int>(find.columnInt(2));
        const std::string_view page = find.columnText(5);
        const auto begin = std::min(static_cast<std::size_t>(find.columnInt(3)), page.size());
        const auto end =
            std::clamp(static_cast<std::size_t>(find.columnInt(4)), begin, page.size());
        const std::string_view chunk = page.substr(begin, end - begin);
        hit.matches = m_stemmed->matches(chunk, terms);
        hit.snippet = makeSnippet(chunk, hit.matches);
        for (ByteRange& match : hit.matches) {
            match.begin += begin;
            match.end += begin;
        }
        results.passages.push_back(std::move(hit));
    }
}

std::vector<ByteRange> TextSearch::matchesInMessage(std::string_view text,
                                                    std::string_view typed) const {
    return m_plain->matches(text, m_plain->parse(typed));
}

std::vector<ByteRange> TextSearch::matchesInPage(std::string_view text,
                                                 std::string_view typed) const {
    return m_stemmed->matches(text, m_stemmed->parse(typed));
}

}  // namespace hearth::storage
