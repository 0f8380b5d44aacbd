#include "app/core/prompt_tokens.h"

#include <gtest/gtest.h>

#include "app/core/program_files.h"
#include "inference/gguf/gguf_file.h"
#include "inference/tokenizer/tokenizer.h"

namespace hearth::app {
namespace {

using Tokens = std::vector<std::int32_t>;

TEST(PromptTokensTest, AnAnswerBringsNoPlaceholdersOfMedia) {
    const auto path = findBuiltInModel();
    ASSERT_TRUE(path.has_value()) << path.error().message();
    const auto file = GgufFile::open(path.value());
    ASSERT_TRUE(file.has_value()) << file.error().message();
    const auto loaded = Tokenizer::load(*file.value());
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message();
    const Tokenizer& tokenizer = *loaded.value();
    ASSERT_TRUE(checkChatTokens(tokenizer).isOk());
    const TokenId image = *tokenizer.specialToken("<|image|>");
    const TokenId audio = *tokenizer.specialToken("<|audio|>");
    const TokenId end = *tokenizer.specialToken("<|end|>");
    EXPECT_EQ(answerTurn(tokenizer, Tokens{}), Tokens{end});
    EXPECT_EQ(answerTurn(tokenizer, Tokens{300, image, 301, audio, image, 302}),
              (Tokens{300, 301, 302, end}));
}

}  // namespace
}  // namespace hearth::app
