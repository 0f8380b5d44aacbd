#include "inference/tokenizer/vocabulary.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/inference/tokenizer/vocabulary_builder.h"

namespace hearth {
namespace {

Result<Vocabulary> load(const VocabularyBuilder& builder) {
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<GgufFile> file, builder.build());
    return Vocabulary::load(*file);
}

void expectError(const VocabularyBuilder& builder, ErrorCode code, std::string_view part) {
    const auto vocabulary = load(builder);
    ASSERT_FALSE(vocabulary) << part;
    EXPECT_EQ(vocabulary.error().code(), code);
    EXPECT_NE(vocabulary.error().message().find(part), std::string::npos)
        << vocabulary.error().message();
    EXPECT_NE(vocabulary.error().message().find(".gguf: "), std::string::npos);
}

TEST(Vocabulary, KnowsTheBytesOfItsTokens) {
    VocabularyBuilder builder;
    builder.addToken("caf\xc3\x83\xc2\xa9", 1);
    builder.addToken("\xe2\x96\x81x", 1);  // no stand-in of a byte: kept as it is
    const auto vocabulary = load(builder);
    ASSERT_TRUE(vocabulary) << vocabulary.error().message();
    for (unsigned byte = 0; byte < 256; ++byte) {
        EXPECT_EQ(vocabulary->byteToken(static_cast<unsigned char>(byte)),
                  static_cast<std::int32_t>(byte));
        EXPECT_EQ(vocabulary->bytes(byte), std::string(1, static_cast<char>(byte)));
    }
    EXPECT_EQ(vocabulary->bytes(260), " hello");
    EXPECT_EQ(vocabulary->bytes(261), "<|end|>");
    EXPECT_EQ(vocabulary->kind(261), TokenKind::Control);
    EXPECT_EQ(vocabulary->bytes(262), "caf\xc3\xa9");
    EXPECT_EQ(vocabulary->bytes(263), "\xe2\x96\x81x");
    EXPECT_EQ(vocabulary->find(" hello"), 260);
    EXPECT_FALSE(vocabulary->find("<|end|>").has_value());
    EXPECT_EQ(vocabulary->merges().size(), 5U);
    EXPECT_EQ(vocabulary->allSpecial().find("<|end|>"), 261);
    EXPECT_FALSE(vocabulary->userDefined().find("<|end|>").has_value());
}

TEST(Vocabulary, WithoutTypesAllTokensAreNormal) {
    VocabularyBuilder builder;
    builder.kinds.clear();
    const auto vocabulary = load(builder);
    ASSERT_TRUE(vocabulary) << vocabulary.error().message();
    EXPECT_EQ(vocabulary->kind(261), TokenKind::Normal);
}

TEST(Vocabulary, RefusesOtherTokenizers) {
    VocabularyBuilder builder;
    builder.model = "llama";
    expectError(builder, ErrorCode::Unsupported, "the tokenizer \"llama\"");
}

TEST(Vocabulary, RefusesBrokenTokens) {
    VocabularyBuilder builder;
    builder.tokens.clear();
    builder.kinds.clear();
    expectError(builder, ErrorCode::CorruptData, "has 0 tokens");

    builder = VocabularyBuilder();
    builder.kinds.pop_back();
    expectError(builder, ErrorCode::CorruptData, "has 261 elements for 262 tokens");

    builder = VocabularyBuilder();
    builder.kinds[7] = 9;
    expectError(builder, ErrorCode::CorruptData, "token 7 has the undefined type 9");

    builder = VocabularyBuilder();
    builder.addToken(std::string(70000, 'x'), 1);
    expectError(builder, ErrorCode::CorruptData, "token 262 has 70000 bytes");

    builder = VocabularyBuilder();
    builder.tokens[65] = "not a byte";
    expectError(builder, ErrorCode::CorruptData, "no token for the byte 65");
}

TEST(Vocabulary, RefusesBrokenMerges) {
    const auto withMerge = [](const char* merge) {
        VocabularyBuilder builder;
        builder.merges.emplace_back(merge);
        return builder;
    };
    expectError(withMerge("hello"), ErrorCode::CorruptData,
                "merge 5 of tokenizer.ggml.merges is not");
    expectError(withMerge("he "), ErrorCode::CorruptData, "is not two tokens");
    expectError(withMerge(""), ErrorCode::CorruptData, "is not two tokens");
    expectError(withMerge("x y"), ErrorCode::CorruptData, "the vocabulary does not have");
    expectError(withMerge("he xyz"), ErrorCode::CorruptData, "the vocabulary does not have");

    // A merge that plain text could use to make a control token.
    VocabularyBuilder builder;
    builder.addToken("<|end|", 1);
    builder.merges.emplace_back("<|end| >");
    expectError(builder, ErrorCode::CorruptData, "does not make a normal token");
}

TEST(Vocabulary, NamesAMissingKey) {
    GgufWriter writer;
    ASSERT_TRUE(writer.addString("tokenizer.ggml.model", "gpt2").isOk());
    const auto path = std::filesystem::path(testing::TempDir()) / "vocabulary_test.gguf";
    ASSERT_TRUE(writer.write(path).isOk());
    const auto file = GgufFile::open(path);
    ASSERT_TRUE(file);
    const auto vocabulary = Vocabulary::load(**file);
    ASSERT_FALSE(vocabulary);
    EXPECT_EQ(vocabulary.error().code(), ErrorCode::NotFound);
    EXPECT_NE(vocabulary.error().message().find("tokenizer.ggml.tokens"), std::string::npos);
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace hearth
