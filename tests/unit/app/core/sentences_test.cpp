#include "app/core/sentences.h"

#include <gtest/gtest.h>

namespace hearth::app {
namespace {

std::vector<std::string> sentencesOf(std::string_view text) {
    std::vector<std::string> result;
    for (const auto& [begin, end] : splitSentences(text)) {
        result.emplace_back(text.substr(begin, end - begin));
    }
    return result;
}

TEST(SplitSentences, KeepsInitialsAndAbbreviationsTogether) {
    EXPECT_EQ(sentencesOf("Dr. J. Feld rowed. \"Who won?\" he asked!  It cost 3.50 euros."),
              (std::vector<std::string>{"Dr. J. Feld rowed.", "\"Who won?\"", "he asked!",
                                        "It cost 3.50 euros."}));
}

TEST(SplitSentences, EndsAtBlankLinesAndCjkMarks) {
    EXPECT_EQ(sentencesOf("A heading\n\nText goes\non here"),
              (std::vector<std::string>{"A heading", "Text goes\non here"}));
    EXPECT_EQ(sentencesOf("船很旧。钥匙在这里！"),
              (std::vector<std::string>{"船很旧。", "钥匙在这里！"}));
    EXPECT_TRUE(sentencesOf(" \n\n ").empty());
}

TEST(ContainsQuote, IgnoresLineBreaksButNotWords) {
    EXPECT_TRUE(containsQuote("the key of\n the boat house", "key of the  boat"));
    EXPECT_FALSE(containsQuote("the key of the boat house", "key of a boat"));
    EXPECT_FALSE(containsQuote("anything", "  "));
}

TEST(OnOneLine, TurnsLineBreaksIntoSpaces) {
    EXPECT_EQ(onOneLine(" The garden gate\n is\r\n\tgreen.\n"), "The garden gate is green.");
    EXPECT_EQ(onOneLine(" \n "), "");
}

TEST(Rarity, FindsWhatOnlyOnePageSays) {
    const std::vector<std::string> pages{
        "The club meets on Monday. The lake is cold in winter.",
        "The club meets on Monday. Jonas Feld rowed it in 442 seconds.",
        "The club meets on Monday. The lake is warm in summer."};
    WordRarity rarity;
    for (const std::string& page : pages) {
        rarity.addPage(page);
    }
    const auto [begin, end] = distinctiveSentence(pages[1], rarity);
    EXPECT_EQ(pages[1].substr(begin, end - begin), "Jonas Feld rowed it in 442 seconds.");
    const auto [first, last] =
        supportingSentence(pages[0], "In winter the lake is very cold", rarity);
    EXPECT_EQ(pages[0].substr(first, last - first), "The lake is cold in winter.");
    const auto none = supportingSentence(pages[0], "zebra", rarity);
    EXPECT_EQ(none.first, none.second);
    EXPECT_GT(rarity.of("unseen"), rarity.of("jonas"));
    EXPECT_EQ(rarity.of("monday"), 0);
}

}  // namespace
}  // namespace hearth::app
