#include "inference/gguf/printable.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(PrintableTest, KeepsUtf8) {
    for (const char* const text :
         {"", "Hearth Mini", "锅炉 \xF0\x9F\x94\xA5 caf\xC3\xA9", "\xEF\xBF\xBD", "\xC2\xA0"}) {
        EXPECT_EQ(printableText(text), text);
        EXPECT_EQ(printableName(text), text);
    }
}

TEST(PrintableTest, ShowsControlCharactersAsBytes) {
    EXPECT_EQ(printableText("a\x1b[2J\x07\n\x7f"), "a\\x1b[2J\\x07\\x0a\\x7f");
    EXPECT_EQ(printableText(std::string_view("\0", 1)), "\\x00");
    // A control sequence introducer, a direction override, an isolate, a line separator.
    EXPECT_EQ(printableText("\xc2\x9b"), "\\xc2\\x9b");
    EXPECT_EQ(printableText("\xe2\x80\xae"), "\\xe2\\x80\\xae");
    EXPECT_EQ(printableText("\xe2\x81\xa6"), "\\xe2\\x81\\xa6");
    EXPECT_EQ(printableText("\xe2\x80\xa8"), "\\xe2\\x80\\xa8");
}

TEST(PrintableTest, ShowsWhatIsNoUtf8AsBytes) {
    EXPECT_EQ(printableText("caf\xe9.txt"), "caf\\xe9.txt");
    EXPECT_EQ(printableText("\xff\xfe"), "\\xff\\xfe");
    EXPECT_EQ(printableText("\xe9\x94"), "\\xe9\\x94");                    // cut off
    EXPECT_EQ(printableText("\xc0\xaf"), "\\xc0\\xaf");                    // longer than needed
    EXPECT_EQ(printableText("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");           // longer than needed
    EXPECT_EQ(printableText("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
    EXPECT_EQ(printableText("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond Unicode
    EXPECT_EQ(printableText("\x80\xC3\xA9"), "\\x80\xC3\xA9");
}

TEST(PrintableTest, CutsLongNamesBetweenCharacters) {
    const std::string whole(80, 'a');
    EXPECT_EQ(printableName(whole), whole);
    EXPECT_EQ(printableName(whole + "b"), whole + "...");
    for (std::size_t before = 76; before <= 80; ++before) {
        const std::string start(before, 'a');
        const std::string fire = "\xF0\x9F\x94\xA5";
        EXPECT_EQ(printableName(start + fire + "b"), start + (before == 76 ? fire : "") + "...");
    }
    EXPECT_EQ(printableName(std::string(200, '\x80')).size(), 80U * 4 + 3);
}

}  // namespace
}  // namespace hearth
