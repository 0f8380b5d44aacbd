#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "media/decoder/formats/document.h"
#include "media/decoder/utf8.h"

namespace hearth::media {
namespace {

std::string withoutBlanks(std::string text) {
    std::erase_if(text, [](char c) { return c == '\n' || c == ' '; });
    return text;
}

std::string joined(const std::vector<std::string>& pages) {
    std::string text;
    for (const std::string& page : pages) {
        text += page;
    }
    return text;
}

TEST(SplitIntoPages, ShortTextIsOnePage) {
    EXPECT_EQ(splitIntoPages(""), std::vector<std::string>{""});
    EXPECT_EQ(splitIntoPages("\n\n \n"), std::vector<std::string>{""});
    EXPECT_EQ(splitIntoPages("\n  a\n\nb \n"), std::vector<std::string>{"  a\n\nb"});
}

TEST(SplitIntoPages, CutsAtParagraphLineSentenceOrWord) {
    for (const std::string& mark : {std::string("\n\n"), std::string("\n"), std::string(". "),
                                    std::string("。"), std::string(" ")}) {
        std::string text;
        for (int i = 0; i < 300; ++i) {
            text += "word" + std::to_string(i) + std::string(60, 'x') + mark;
        }
        const std::vector<std::string> pages = splitIntoPages(text);
        EXPECT_GT(pages.size(), 4U);
        for (const std::string& page : pages) {
            EXPECT_TRUE(page.starts_with("word")) << mark;
        }
        EXPECT_EQ(withoutBlanks(joined(pages)), withoutBlanks(text));
    }
}

TEST(SplitIntoPages, NeverCutsACharacter) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) {
        text += "你";
    }
    const std::vector<std::string> pages = splitIntoPages(text);
    EXPECT_EQ(joined(pages), text);
    for (const std::string& page : pages) {
        EXPECT_TRUE(isCleanUtf8(page));
        EXPECT_LE(page.size(), 3600U * 3U);
    }
}

}  // namespace
}  // namespace hearth::media
