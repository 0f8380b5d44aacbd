#include "inference/tokenizer/special_tokens.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(SpecialTokens, FindsTheLeftmostAndThenTheLongest) {
    const SpecialTokens tokens({{"<a>", 1}, {"<a><b>", 2}, {"<", 3}, {"b>", 4}});
    const auto expectMatch = [&](std::string_view text, std::size_t start, std::size_t position,
                                 std::size_t length, std::int32_t id) {
        const auto match = tokens.find(text, start);
        ASSERT_TRUE(match.has_value()) << text;
        EXPECT_EQ(match->position, position) << text;
        EXPECT_EQ(match->length, length) << text;
        EXPECT_EQ(match->id, id) << text;
    };
    expectMatch("x<a>", 0, 1, 3, 1);
    expectMatch("<a><b>", 0, 0, 6, 2);
    expectMatch("<a><b", 0, 0, 3, 1);
    expectMatch("<a", 0, 0, 1, 3);
    expectMatch("<a><b>", 1, 3, 1, 3);
    expectMatch("b<b>", 0, 1, 1, 3);
    expectMatch("bb>", 0, 1, 2, 4);
    EXPECT_FALSE(tokens.find("nothing here", 0).has_value());
    EXPECT_FALSE(tokens.find("", 0).has_value());
    EXPECT_FALSE(SpecialTokens().find("<a>", 0).has_value());
}

TEST(SpecialTokens, BytesAboveAsciiAndDoublesAreFine) {
    const SpecialTokens tokens(
        {{"\xff\xfe", 8}, {"\xff", 7}, {"\xff", 5}, {std::string(1, '\0'), 6}});
    EXPECT_EQ(tokens.find("a\xff\xfe", 0)->id, 8);
    EXPECT_EQ(tokens.find("\xff", 0)->id, 5);
    EXPECT_EQ(tokens.find(std::string_view("a\0", 2), 0)->id, 6);
    EXPECT_EQ(tokens.find("\xff"), 5);
    EXPECT_FALSE(tokens.find("\xfe").has_value());
}

}  // namespace
}  // namespace hearth
