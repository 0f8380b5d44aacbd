#include "inference/tokenizer/utf8_stream.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "inference/tokenizer/utf8.h"

namespace hearth {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kFamily =
    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7";

TEST(Utf8Stream, HoldsBackUnfinishedCharacters) {
    Utf8Stream stream;
    EXPECT_EQ(stream.push("ok \xf0\x9f"), "ok ");
    EXPECT_EQ(stream.numPending(), 2U);
    EXPECT_EQ(stream.push("\x94"), "");
    EXPECT_EQ(stream.push("\xa5!"), "\xf0\x9f\x94\xa5!");
    EXPECT_EQ(stream.numPending(), 0U);
    EXPECT_EQ(stream.finish(), "");
}

TEST(Utf8Stream, JoinsCharactersHoweverTheyAreCut) {
    const std::string text = "a\xc3\xa9\xe4\xb8\xad" + std::string(kFamily) + "z";
    for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
            Utf8Stream stream;
            std::string shown;
            for (const auto& part :
                 {text.substr(0, first), text.substr(first, second - first), text.substr(second)}) {
                const std::string now = stream.push(part);
                ASSERT_EQ(validUtf8Length(now), now.size());
                shown += now;
            }
            shown += stream.finish();
            ASSERT_EQ(shown, text);
        }
    }
}

TEST(Utf8Stream, ReplacesWhatCannotBecomeACharacter) {
    Utf8Stream stream;
    EXPECT_EQ(stream.push("a\xff"), "a" + std::string(kReplacement));
    EXPECT_EQ(stream.push("\xe2\x82"), "");
    EXPECT_EQ(stream.push("b"), std::string(kReplacement) + "b");
    EXPECT_EQ(stream.push("\xed\xa0\x80"),
              std::string(kReplacement) + std::string(kReplacement) + std::string(kReplacement));
}

TEST(Utf8Stream, EndsAnUnfinishedCharacterOnce) {
    Utf8Stream stream;
    EXPECT_EQ(stream.push("\xf0\x9f\x98"), "");
    EXPECT_EQ(stream.finish(), kReplacement);
    EXPECT_EQ(stream.finish(), "");
    EXPECT_EQ(stream.push("next"), "next");
}

TEST(Utf8Stream, ShowsTheSameForAnyBytesHoweverTheyAreCut) {
    std::mt19937 random(5);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        for (std::size_t i = random() % 24; i > 0; --i) {
            constexpr std::string_view kParts =
                "a\x80\xbf\xc3\xe2\x82\xed\xa0\xf0\x9f\x98\xf4\x90\xff";
            bytes += kParts[random() % kParts.size()];
        }
        Utf8Stream whole;
        std::string expected = whole.push(bytes);
        expected += whole.finish();
        Utf8Stream single;
        std::string shown;
        for (const char c : bytes) {
            const std::string now = single.push(std::string_view(&c, 1));
            ASSERT_EQ(validUtf8Length(now), now.size());
            ASSERT_LE(single.numPending(), 3U);
            shown += now;
        }
        ASSERT_EQ(shown + single.finish(), expected);
        ASSERT_EQ(validUtf8Length(expected), expected.size());
    }
}

}  // namespace
}  // namespace hearth
