#include "app/storage/text_index.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

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

/// A character of a text: its code point, or the byte itself where the text is not UTF-8.
struct Character {
    char32_t codePoint = 0;
    std::size_t bytes = 1;
};

bool isContinuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

Character characterAt(std::string_view text, std::size_t offset) {
    const auto lead = static_cast<unsigned char>(text[offset]);
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (length == 1 || offset + length > text.size()) {
        return {lead, 1};
    }
    char32_t value = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if (!isContinuation(text[offset + i])) {
            return {lead, 1};
        }
        value = (value << 6U) | (static_cast<unsigned char>(text[offset + i]) & 0x3FU);
    }
    return {value, length};
}

/// Characters that are written without spaces between the words.
bool isCjk(char32_t c) {
    return (c >= 0x3005 && c <= 0x3007) || (c >= 0x3040 && c <= 0x30FF) ||
           (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x323AF);
}

/// Calls `onCjk(range of a character, range of it and its successor in the run)` and
/// `onOther(range)` for the pieces of a text, in order.
template <class OnCjk, class OnOther>
void forEachPiece(std::string_view text, OnCjk onCjk, OnOther onOther) {
    std::size_t otherBegin = 0;
    for (std::size_t i = 0; i < text.size();) {
        const Character character = characterAt(text, i);
        const std::size_t end = i + character.bytes;
        if (isCjk(character.codePoint)) {
            if (otherBegin < i) {
                onOther(ByteRange{otherBegin, i});
            }
            std::size_t pairEnd = end;
            if (end < text.size()) {
                const Character next = characterAt(text, end);
                pairEnd = isCjk(next.codePoint) ? end + next.bytes : end;
            }
            onCjk(ByteRange{i, end}, ByteRange{i, pairEnd});
            otherBegin = end;
        }
        i = end;
    }
    if (otherBegin < text.size()) {
        onOther(ByteRange{otherBegin, text.size()});
    }
}

std::string_view slice(std::string_view text, ByteRange range) {
    return text.substr(range.begin, range.end - range.begin);
}

bool isAsciiSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool isWordByte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::string indexableText(std::string_view text) {
    std::string result;
    result.reserve(text.size() + text.size() / 4);
    forEachPiece(
        text,
        [&](ByteRange, ByteRange pair) {
            result += ' ';
            result += slice(text, pair);
            result += ' ';
        },
        [&](ByteRange range) { result += slice(text, range); });
    return result;
}

std::string ftsQuery(std::string_view question) {
    std::set<std::string> seen;
    std::string query;
    const auto addTerm = [&](std::string term, const char* mark) {
        if (seen.insert(term).second) {
            query += (query.empty() ? "\"" : " OR \"") + term + "\"" + mark;
        }
    };
    const auto addWords = [&](std::string_view words) {
        std::string word;
        for (std::size_t i = 0; i <= words.size(); ++i) {
            if (i < words.size() && isWordByte(words[i])) {
                const char c = words[i];
                word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            } else if (!word.empty()) {
                if (!std::binary_search(kStopWords.begin(), kStopWords.end(),
                                        std::string_view(word))) {
                    addTerm(word, "");
                }
                word.clear();
            }
        }
    };
    bool isInRun = false;
    forEachPiece(
        question,
        [&](ByteRange one, ByteRange pair) {
            if (pair.end > one.end) {
                addTerm(std::string(slice(question, pair)), "");
            } else if (!isInRun) {
                addTerm(std::string(slice(question, one)), "*");
            }
            isInRun = pair.end > one.end;
        },
        [&](ByteRange range) { addWords(slice(question, range)); });
    return query;
}

std::string SearchTerms::toFtsQuery() const {
    std::string query;
    for (const SearchPhrase& phrase : phrases) {
        query += query.empty() ? "\"" : " AND \"";
        for (std::size_t i = 0; i < phrase.words.size(); ++i) {
            query += (i == 0 ? "" : " ") + phrase.words[i];
        }
        query += phrase.isPrefix ? "\"*" : "\"";
    }
    return query;
}

struct TextAnalyzer::Impl {
    ~Impl() {
        if (handle != nullptr) {
            tokenizer.xDelete(handle);
        }
    }

    /// Appends the words of `text` between CJK characters, which starts at `offset` of the whole.
    void addWords(std::string_view text, std::size_t offset, std::vector<IndexTerm>& terms) const {
        struct Context {
            std::vector<IndexTerm>* terms;
            std::size_t offset;
        } context{&terms, offset};
        const auto add = [](void* opaque, int, const char* token, int tokenBytes, int begin,
                            int end) {
            const auto* into = static_cast<Context*>(opaque);
            into->terms->push_back({std::string(token, static_cast<std::size_t>(tokenBytes)),
                                    {into->offset + static_cast<std::size_t>(begin),
                                     into->offset + static_cast<std::size_t>(end)}});
            return SQLITE_OK;
        };
        tokenizer.xTokenize(handle, &context, FTS5_TOKENIZE_AUX, text.data(),
                            static_cast<int>(text.size()), add);
    }

    fts5_tokenizer tokenizer{};
    Fts5Tokenizer* handle = nullptr;
};

TextAnalyzer::TextAnalyzer(std::unique_ptr<Impl> impl) noexcept : m_impl(std::move(impl)) {}

TextAnalyzer::~TextAnalyzer() = default;

Result<std::unique_ptr<TextAnalyzer>> TextAnalyzer::create(Database& database, bool isStemmed) {
    fts5_api* api = nullptr;
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(database.handle(), "SELECT fts5(?1)", -1, &raw, nullptr) == SQLITE_OK) {
        sqlite3_bind_pointer(raw, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
        sqlite3_step(raw);
    }
    sqlite3_finalize(raw);
    if (api == nullptr) {
        return Status(ErrorCode::Unsupported, "this SQLite has no full-text search (FTS5)");
    }
    auto impl = std::make_unique<Impl>();
    void* context = nullptr;
    // The same words as in the schema's tokenize options.
    std::array<const char*, 3> arguments{"unicode61", "remove_diacritics", "2"};
    const std::size_t first = isStemmed ? 0 : 1;
    if (api->xFindTokenizer(api, isStemmed ? "porter" : "unicode61", &context, &impl->tokenizer) !=
            SQLITE_OK ||
        impl->tokenizer.xCreate(context, arguments.data() + first,
                                static_cast<int>(arguments.size() - first),
                                &impl->handle) != SQLITE_OK) {
        impl->handle = nullptr;
        return Status(ErrorCode::Unsupported, "this SQLite has no tokenizer for full-text search");
    }
    return std::unique_ptr<TextAnalyzer>(new TextAnalyzer(std::move(impl)));
}

std::vector<IndexTerm> TextAnalyzer::terms(std::string_view text) const {
    std::vector<IndexTerm> result;
    forEachPiece(
        text,
        [&](ByteRange, ByteRange pair) {
            result.push_back({std::string(slice(text, pair)), pair});
        },
        [&](ByteRange range) { m_impl->addWords(slice(text, range), range.begin, result); });
    return result;
}

SearchTerms TextAnalyzer::parse(std::string_view typed) const {
    SearchTerms search;
    const auto addPhrase = [&](std::string_view text, bool isUnfinished) {
        SearchPhrase phrase;
        std::vector<IndexTerm> found = terms(text);
        if (found.empty()) {
            return;
        }
        const auto isCjkTerm = [&](const IndexTerm& term) {
            return isCjk(characterAt(text, term.range.begin).codePoint);
        };
        phrase.isPrefix = isUnfinished && found.back().range.end == text.size();
        if (isCjkTerm(found.back())) {
            // The last character of a run stands alone only where no other follows, which the
            // text that is looked for need not share.
            const bool isAfterPair =
                found.size() > 1 && found[found.size() - 2].range.end == found.back().range.end;
            phrase.isPrefix = !isAfterPair;
            if (isAfterPair) {
                found.pop_back();
            }
        } else if (found.back().text.size() < 2) {
            phrase.isPrefix = false;  // every other word begins with it
        }
        for (IndexTerm& term : found) {
            phrase.words.emplace_back(slice(text, term.range));
            phrase.terms.push_back(std::move(term.text));
        }
        search.phrases.push_back(std::move(phrase));
    };
    for (std::size_t i = 0; i < typed.size();) {
        if (isAsciiSpace(typed[i])) {
            ++i;
        } else if (typed[i] == '"') {
            const std::size_t end = std::min(typed.find('"', i + 1), typed.size());
            addPhrase(typed.substr(i + 1, end - i - 1), false);
            i = std::min(end + 1, typed.size());
        } else {
            std::size_t end = i;
            while (end < typed.size() && !isAsciiSpace(typed[end]) && typed[end] != '"') {
                ++end;
            }
            addPhrase(typed.substr(i, end - i), end == typed.size());
            i = end;
        }
    }
    return search;
}

std::vector<ByteRange> TextAnalyzer::matches(std::string_view text,
                                             const SearchTerms& search) const {
    const std::vector<IndexTerm> all = terms(text);
    std::vector<ByteRange> found;
    for (const SearchPhrase& phrase : search.phrases) {
        const std::size_t count = phrase.terms.size();
        for (std::size_t first = 0; first + count <= all.size(); ++first) {
            bool isMatch = true;
            for (std::size_t i = 0; i < count && isMatch; ++i) {
                const bool isPrefix = phrase.isPrefix && i + 1 == count;
                isMatch = isPrefix ? all[first + i].text.starts_with(phrase.terms[i])
                                   : all[first + i].text == phrase.terms[i];
            }
            if (isMatch) {
                ByteRange range{all[first].range.begin, all[first + count - 1].range.end};
                // Of a pair of characters whose first was looked for, only that is marked.
                const std::size_t last = all[first + count - 1].range.begin;
                const Character character = characterAt(text, last);
                if (phrase.isPrefix && isCjk(character.codePoint)) {
                    range.end = last + character.bytes;
                }
                found.push_back(range);
            }
        }
    }
    std::sort(found.begin(), found.end(), [](const ByteRange& a, const ByteRange& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::vector<ByteRange> merged;
    for (const ByteRange& range : found) {
        if (!merged.empty() && range.begin <= merged.back().end) {
            merged.back().end = std::max(merged.back().end, range.end);
        } else {
            merged.push_back(range);
        }
    }
    return merged;
}

Snippet makeSnippet(std::string_view text, const std::vector<ByteRange>& matches,
                    std::size_t maxCharacters) {
    const std::size_t anchor = matches.empty() ? 0 : std::min(matches[0].begin, text.size());
    // A third of the room goes before the match, so that the reader sees where it comes from.
    std::size_t begin = anchor;
    for (std::size_t characters = 0; begin > 0 && characters < maxCharacters / 3; ++characters) {
        --begin;
        while (begin > 0 && isContinuation(text[begin])) {
            --begin;
        }
    }
    std::size_t end = begin;
    for (std::size_t characters = 0; end < text.size() && characters < maxCharacters;
         ++characters) {
        end += characterAt(text, end).bytes;
    }
    // Half words at the cuts go, where a space is near.
    constexpr std::size_t kMaxWordBytes = 24;
    if (begin > 0) {
        const std::size_t space = text.substr(0, anchor).find_first_of(" \n\t", begin);
        if (space != std::string_view::npos && space - begin < kMaxWordBytes) {
            begin = space + 1;
        }
    }
    if (end < text.size()) {
        const std::size_t space = text.substr(0, end).find_last_of(" \n\t");
        const std::size_t least = matches.empty() ? begin : std::min(matches[0].end, end);
        if (space != std::string_view::npos && space > least && end - space < kMaxWordBytes) {
            end = space;
        }
    }
    Snippet snippet;
    snippet.isCutInFront = begin > 0;
    snippet.isCutBehind = end < text.size();
    snippet.text = text.substr(begin, end - begin);
    std::replace_if(snippet.text.begin(), snippet.text.end(), isAsciiSpace, ' ');
    for (const ByteRange& match : matches) {
        const ByteRange range{std::max(match.begin, begin), std::min(match.end, end)};
        if (range.begin < range.end) {
            snippet.highlights.push_back({range.begin - begin, range.end - begin});
        }
    }
    return snippet;
}

}  // namespace hearth::storage
