#include "inference/tokenizer/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hearth {
namespace {

std::vector<std::string> split(std::string_view rule, std::string_view text) {
    const auto preTokenizer = PreTokenizer::create(rule);
    if (!preTokenizer) {
        ADD_FAILURE() << preTokenizer.error().message();
        return {};
    }
    PreTokenizer::Cursor cursor(**preTokenizer, text);
    std::vector<std::string> pieces;
    std::string_view piece;
    while (cursor.next(piece)) {
        pieces.emplace_back(piece);
    }
    EXPECT_FALSE(cursor.hasFailed());
    return pieces;
}

using Pieces = std::vector<std::string>;

TEST(PreTokenizer, RulesDifferInDigitsContractionsAndNewlines) {
    constexpr std::string_view kText = "It'S 1234\n\n  ok!\n";
    EXPECT_EQ(split("qwen2", kText),
              (Pieces{"It", "'S", " ", "1", "2", "3", "4", "\n\n", " ", " ok", "!\n"}));
    EXPECT_EQ(split("llama-bpe", kText),
              (Pieces{"It", "'S", " ", "123", "4", "\n\n", " ", " ok", "!\n"}));
    EXPECT_EQ(split("gpt-2", kText), (Pieces{"It", "'", "S", " 1234", "\n\n ", " ok", "!", "\n"}));
    EXPECT_EQ(split("gpt-4o", kText), (Pieces{"It'S", " ", "123", "4", "\n\n", " ", " ok", "!\n"}));
    EXPECT_EQ(split("gpt-4o", "camelCase HTTPServer a/\n"),
              (Pieces{"camel", "Case", " HTTPServer", " a", "/\n"}));
}

TEST(PreTokenizer, CombiningMarksStayWithTheirLettersInSomeRules) {
    EXPECT_EQ(split("qwen2", "e\xcc\x81t\xc3\xa9"), (Pieces{"e", "\xcc\x81t\xc3\xa9"}));
    EXPECT_EQ(split("qwen35", "e\xcc\x81t\xc3\xa9"), (Pieces{"e\xcc\x81t\xc3\xa9"}));
}

TEST(PreTokenizer, WhitespaceIsThatOfUnicode) {
    // U+3000 is whitespace; U+180E has not been since Unicode 6.3.
    EXPECT_EQ(split("qwen2", "\xe3\x80\x80\xe3\x80\x80x"),
              (Pieces{"\xe3\x80\x80", "\xe3\x80\x80x"}));
    EXPECT_EQ(split("gpt-2", "a\xe1\xa0\x8e"), (Pieces{"a", "\xe1\xa0\x8e"}));
}

TEST(PreTokenizer, InvalidBytesFormPiecesOfTheirOwn) {
    EXPECT_EQ(split("qwen2", "caf\xe9 au\xff\xfe\xf0\x9f lait"),
              (Pieces{"caf", "\xe9", " au", "\xff\xfe\xf0\x9f", " lait"}));
    EXPECT_EQ(split("qwen2", "\x80"), (Pieces{"\x80"}));
    EXPECT_EQ(split("qwen2", ""), Pieces());
}

TEST(PreTokenizer, LongRunsOfOneKindAreOnePiece) {
    for (const std::string_view unit : {"a", " ", "!", "\n", "\xe4\xb8\xad", "A"}) {
        std::string text;
        while (text.size() < 2'000'000) {
            text += unit;
        }
        for (const char* rule : {"qwen2", "llama-bpe", "gpt-2", "gpt-4o", "qwen35"}) {
            EXPECT_EQ(split(rule, text).size(), 1U) << rule << " " << unit;
        }
    }
}

TEST(PreTokenizer, AnUnknownRuleIsNamedWithTheKnownOnes) {
    const auto preTokenizer = PreTokenizer::create("tekken\x1b");
    ASSERT_FALSE(preTokenizer);
    EXPECT_EQ(preTokenizer.error().code(), ErrorCode::Unsupported);
    const std::string& message = preTokenizer.error().message();
    EXPECT_NE(message.find("\"tekken\\x1b\""), std::string::npos) << message;
    for (const char* name : {"qwen2", "llama-bpe", "gpt-2"}) {
        EXPECT_NE(message.find(name), std::string::npos) << message;
    }
}

}  // namespace
}  // namespace hearth
