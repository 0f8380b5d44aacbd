#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/storage/database.h"
#include "app/storage/records.h"
#include "app/storage/text_index.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// A chat or document whose title matches.
struct TitleHit {
    std::optional<ChatId> chat;  ///< one of both is set
    std::optional<DocumentId> document;
    Snippet title;  ///< the whole title
};

/// A message whose text matches.
struct MessageHit {
    ChatId chat = 0;
    std::string chatTitle;
    MessageId message = 0;
    MessageRole role = MessageRole::User;
    Time created;
    Snippet snippet;
};

/// A passage of a document that matches.
struct PassageHit {
    DocumentId document = 0;
    std::string documentTitle;
    int pageNumber = 0;              ///< from 1
    std::vector<ByteRange> matches;  ///< into the page's text
    Snippet snippet;
};

struct SearchResults {
    std::vector<TitleHit> titles;      ///< newest first
    std::vector<MessageHit> messages;  ///< newest first
    std::vector<PassageHit> passages;  ///< best first (BM25)
};

/// How many hits of each kind are wanted.
struct SearchLimits {
    int titles = 20;
    int messages = 50;
    int passages = 20;
};

/// Search over titles, messages and documents, for what a person types: English by whole words (the
/// last one may be unfinished), without regard to case and accents; Chinese by any run of
/// characters, two or even one. What is in the bin is not found. One thread at a time; must not
/// outlive the database, which has been migrated.
class TextSearch {
public:
    /// Errors: Unsupported (SQLite without FTS5).
    static Result<std::unique_ptr<TextSearch>> create(Database& database);

    /// Errors: CorruptData (the index is damaged; rebuildIndexes() mends it), Io, Busy.
    Result<SearchResults> search(std::string_view typed, const SearchLimits& limits = {});

    /// Where `typed` matches in a whole message, to mark it in the window.
    std::vector<ByteRange> matchesInMessage(std::string_view text, std::string_view typed) const;
    /// Where `typed` matches in the text of a page.
    std::vector<ByteRange> matchesInPage(std::string_view text, std::string_view typed) const;

private:
    TextSearch(Database& database, std::unique_ptr<TextAnalyzer> plain,
               std::unique_ptr<TextAnalyzer> stemmed) noexcept;

    Status searchTitles(const SearchTerms& terms, int limit, SearchResults& results);
    Status searchMessages(const SearchTerms& terms, int limit, SearchResults& results);
    Status searchPassages(const SearchTerms& terms, int limit, SearchResults& results);

    Database& m_database;
    std::unique_ptr<TextAnalyzer> m_plain;
    std::unique_ptr<TextAnalyzer> m_stemmed;
};

}  // namespace hearth::storage
