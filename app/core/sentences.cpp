#include "app/core/sentences.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace hearth::app {
namespace {

constexpr std::array<std::string_view, 18> kAbbreviations{
    "Mr", "Mrs", "Ms", "Dr",  "St",  "No",   "vs",  "etc", "Prof",
    "Jr", "Sr",  "Co", "Inc", "Vol", "Capt", "Gen", "Col", "Rev"};

bool isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

bool isWordByte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

/// Whether the full stop at `stop` ends no sentence: it follows an initial or a common
/// abbreviation.
bool isAbbreviation(std::string_view text, std::size_t stop) {
    std::size_t begin = stop;
    while (begin > 0 && isWordByte(text[begin - 1])) {
        --begin;
    }
    const std::string_view word = text.substr(begin, stop - begin);
    if (word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z') {
        return true;
    }
    return std::find(kAbbreviations.begin(), kAbbreviations.end(), word) != kAbbreviations.end();
}

/// Length of the sentence end at `i` (marks and closing quotes), or 0 if the text goes on there.
std::size_t sentenceEndLength(std::string_view text, std::size_t i) {
    for (const std::string_view mark : {"。", "！", "？"}) {
        if (text.substr(i).starts_with(mark)) {
            return mark.size();
        }
    }
    if (text[i] == '\n') {
        std::size_t next = i + 1;
        while (next < text.size() &&
               (text[next] == ' ' || text[next] == '\t' || text[next] == '\r')) {
            ++next;
        }
        return next < text.size() && text[next] == '\n' ? 1 : 0;
    }
    if (text[i] != '.' && text[i] != '!' && text[i] != '?') {
        return 0;
    }
    if (text[i] == '.' && isAbbreviation(text, i)) {
        return 0;
    }
    std::size_t end = i + 1;
    while (end < text.size() &&
           std::string_view(".!?\"')]").find(text[end]) != std::string_view::npos) {
        ++end;
    }
    for (const std::string_view quote : {"”", "’", "»"}) {
        if (text.substr(end).starts_with(quote)) {
            end += quote.size();
        }
    }
    return end == text.size() || isSpace(text[end]) ? end - i : 0;
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> splitSentences(std::string_view text) {
    std::vector<std::pair<std::size_t, std::size_t>> sentences;
    const auto add = [&](std::size_t begin, std::size_t end) {
        while (begin < end && isSpace(text[begin])) {
            ++begin;
        }
        while (end > begin && isSpace(text[end - 1])) {
            --end;
        }
        if (end > begin) {
            sentences.emplace_back(begin, end);
        }
    };
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = sentenceEndLength(text, i);
        if (length > 0) {
            add(begin, i + length);
            begin = i + length;
        }
        i += std::max<std::size_t>(length, 1);
    }
    add(begin, text.size());
    return sentences;
}

std::vector<std::string> wordsOf(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && isWordByte(text[i])) {
            word +=
                text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
        } else if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    return words;
}

std::string onOneLine(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        if (!isSpace(c)) {
            result += c;
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
    }
    if (!result.empty() && result.back() == ' ') {
        result.pop_back();
    }
    return result;
}

bool containsQuote(std::string_view page, std::string_view quote) {
    const std::string needle = onOneLine(quote);
    return !needle.empty() && onOneLine(page).find(needle) != std::string::npos;
}

void WordRarity::addPage(std::string_view page) {
    const std::vector<std::string> words = wordsOf(page);
    for (const std::string& word : std::set<std::string>(words.begin(), words.end())) {
        ++m_pagesWithWord[word];
    }
    ++m_numPages;
}

double WordRarity::of(const std::string& word) const {
    const auto found = m_pagesWithWord.find(word);
    const int numPages = found == m_pagesWithWord.end() ? 0 : found->second;
    return std::log((m_numPages + 1.0) / (numPages + 1.0));
}

std::pair<std::size_t, std::size_t> supportingSentence(std::string_view page,
                                                       std::string_view claim,
                                                       const WordRarity& rarity) {
    const std::vector<std::string> claimWords = wordsOf(claim);
    const std::set<std::string> wanted(claimWords.begin(), claimWords.end());
    std::pair<std::size_t, std::size_t> best{0, 0};
    double bestScore = 0;
    for (const auto& [begin, end] : splitSentences(page)) {
        const std::vector<std::string> words = wordsOf(page.substr(begin, end - begin));
        double shared = 0;
        for (const std::string& word : std::set<std::string>(words.begin(), words.end())) {
            if (wanted.contains(word)) {
                // The small constant lets sentences of a one-page document compete, where every
                // rarity is 0.
                shared += rarity.of(word) + 0.05;
            }
        }
        const double score =
            words.empty() ? 0 : shared / std::sqrt(static_cast<double>(words.size()));
        if (score > bestScore) {
            bestScore = score;
            best = {begin, end};
        }
    }
    return best;
}

std::pair<std::size_t, std::size_t> distinctiveSentence(std::string_view page,
                                                        const WordRarity& rarity) {
    std::pair<std::size_t, std::size_t> best{0, 0};
    double bestScore = -1;
    for (const auto& [begin, end] : splitSentences(page)) {
        const std::string_view sentence = page.substr(begin, end - begin);
        const std::vector<std::string> words = wordsOf(sentence);
        if (words.size() < 4 || words.size() > 60) {
            continue;
        }
        double sum = 0;
        for (std::size_t i = 0, word = 0; i < sentence.size() && word < words.size(); ++word) {
            while (!isWordByte(sentence[i])) {
                ++i;
            }
            const char first = sentence[i];
            // The first word of a sentence is capitalised anyway.
            const bool isName =
                (first >= '0' && first <= '9') || (word > 0 && first >= 'A' && first <= 'Z');
            sum += rarity.of(words[word]) * (isName ? 2 : 1);
            i += words[word].size();
        }
        const double score = sum / static_cast<double>(words.size());
        if (score > bestScore) {
            bestScore = score;
            best = {begin, end};
        }
    }
    return best;
}

}  // namespace hearth::app
