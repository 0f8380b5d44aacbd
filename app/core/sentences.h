#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hearth::app {

/// Cuts a text into sentences at ". ", "! ", "? ", their CJK forms and blank lines; initials ("J.
/// Smith") and common abbreviations do not end one. Returns [begin, end) byte offsets without the
/// white space around each sentence.
std::vector<std::pair<std::size_t, std::size_t>> splitSentences(std::string_view text);

/// The words of a text in lower case (ASCII letters; other characters as they are), numbers
/// included.
std::vector<std::string> wordsOf(std::string_view text);

/// `text` with each run of white space as one space and none at the ends: as it is quoted.
std::string onOneLine(std::string_view text);

/// Whether `quote` stands in `page`, where any run of white space counts as one space. An empty
/// quote stands nowhere.
bool containsQuote(std::string_view page, std::string_view quote);

/// How rare each word of a document is: log((N + 1) / (n + 1)) for a word in n of N pages. Plain
/// data.
class WordRarity {
public:
    /// Counts each page once.
    void addPage(std::string_view page);

    /// 0 for a word on every page, highest for one never seen.
    double of(const std::string& word) const;

private:
    std::unordered_map<std::string, int> m_pagesWithWord;
    int m_numPages = 0;
};

/// The sentence of `page` that best supports `claim`: the largest sum of the rarities of the words
/// that both have, divided by the square root of the sentence's length in words. Offsets into
/// `page`; an empty range if none shares a word.
std::pair<std::size_t, std::size_t> supportingSentence(std::string_view page,
                                                       std::string_view claim,
                                                       const WordRarity& rarity);

/// The sentence of `page` that says most that no other page says: the largest mean rarity of its
/// words, numbers and capitalised words counting double, among the sentences of 4 to 60 words.
/// Offsets into `page`; an empty range if there is none.
std::pair<std::size_t, std::size_t> distinctiveSentence(std::string_view page,
                                                        const WordRarity& rarity);

}  // namespace hearth::app
