#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/storage/database.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// A range of bytes [begin, end) of a text.
struct ByteRange {
    std::size_t begin = 0;
    std::size_t end = 0;

    bool operator==(const ByteRange&) const = default;
};

/// What the search index sees of a text. Words stay as they are; in a run of Chinese or Japanese
/// characters each becomes a word of two, itself and its successor (the last one stands alone), so
/// that a word of two characters is one term of the index and a longer one a phrase.
std::string indexableText(std::string_view text);

/// Turns a person's question into an FTS5 query: its words without the commonest English ones and
/// its pairs of Chinese characters, any of which may match. Empty if nothing is left to look for.
std::string ftsQuery(std::string_view question);

/// A word as the index holds it, and where it stands in the text (before `indexableText`).
struct IndexTerm {
    std::string text;
    ByteRange range;
};

/// A run of terms that must follow each other.
struct SearchPhrase {
    std::vector<std::string> terms;  ///< as the index holds them
    std::vector<std::string> words;  ///< as they were typed
    bool isPrefix = false;           ///< the last term may go on
};

/// What a person typed into a search field. All phrases must occur.
struct SearchTerms {
    std::vector<SearchPhrase> phrases;

    /// As an FTS5 query; empty if there is nothing to look for.
    std::string toFtsQuery() const;
};

/// A part of a text around its matches.
struct Snippet {
    std::string text;
    std::vector<ByteRange> highlights;  ///< into `text`, in order, without overlap
    bool isCutInFront = false;          ///< the text goes on before it
    bool isCutBehind = false;
};

/// Cuts texts into terms exactly as the index does (SQLite's unicode61 folds case and accents), and
/// finds again in a text what a query matched. One thread at a time; must not outlive the database.
class TextAnalyzer {
public:
    /// `isStemmed`: English words are cut to their stem, as the passages of documents are. Errors:
    /// Unsupported (SQLite without FTS5).
    static Result<std::unique_ptr<TextAnalyzer>> create(Database& database, bool isStemmed);
    ~TextAnalyzer();
    TextAnalyzer(const TextAnalyzer&) = delete;
    TextAnalyzer& operator=(const TextAnalyzer&) = delete;

    std::vector<IndexTerm> terms(std::string_view text) const;

    /// Words are looked for everywhere in the text, "quoted words" in this order; the last word is
    /// taken as unfinished unless a space follows. A single Chinese character is enough.
    SearchTerms parse(std::string_view typed) const;

    /// Where `search` matches in `text`: byte ranges in order, without overlap.
    std::vector<ByteRange> matches(std::string_view text, const SearchTerms& search) const;

private:
    struct Impl;
    explicit TextAnalyzer(std::unique_ptr<Impl> impl) noexcept;

    std::unique_ptr<Impl> m_impl;
};

/// About `maxCharacters` characters of `text` around the first of `matches`, cut between words
/// where there are any; line ends become spaces.
Snippet makeSnippet(std::string_view text, const std::vector<ByteRange>& matches,
                    std::size_t maxCharacters = 160);

}  // namespace hearth::storage
