#include "inference/tokenizer/tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "inference/tokenizer/utf8_stream.h"
#include "tests/unit/inference/tokenizer/vocabulary_builder.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<Tokenizer> load(const VocabularyBuilder& builder) {
    const auto file = builder.build();
    if (!file) {
        ADD_FAILURE() << file.error().message();
        return nullptr;
    }
    auto tokenizer = Tokenizer::load(**file);
    if (!tokenizer) {
        ADD_FAILURE() << tokenizer.error().message();
        return nullptr;
    }
    return std::move(tokenizer).value();
}

std::unique_ptr<GgufFile> openData(const std::string& name) {
    auto file = GgufFile::open(fs::path(HEARTH_TEST_DATA_DIR) / "tokenizer" / (name + ".gguf"));
    if (!file) {
        ADD_FAILURE() << file.error().message();
        return nullptr;
    }
    return std::move(file).value();
}

using Ids = std::vector<TokenId>;

/// Vectors made by the PyPI package `tokenizers` (tests/data/tokenizer/make_vectors.py).
class TokenizerVectors : public testing::TestWithParam<const char*> {};

TEST_P(TokenizerVectors, AgreeWithTheReference) {
    const auto file = openData(GetParam());
    const auto vectors = openData(std::string(GetParam()) + "-vectors");
    ASSERT_TRUE(file && vectors);
    const auto loaded = Tokenizer::load(*file);
    ASSERT_TRUE(loaded) << loaded.error().message();
    const Tokenizer& tokenizer = **loaded;
    const GgufStringArray texts = vectors->getStrings("texts").value();
    ASSERT_GT(texts.size(), 100U);
    for (const bool parsesSpecial : {false, true}) {
        const std::string prefix = parsesSpecial ? "special." : "";
        const GgufIntArray lengths = vectors->getInts(prefix + "lengths").value();
        const GgufIntArray ids = vectors->getInts(prefix + "ids").value();
        std::size_t index = 0;
        std::size_t position = 0;
        for (const std::string_view text : texts) {
            Ids expected;
            for (std::int64_t i = 0; i < lengths[index]; ++i) {
                expected.push_back(static_cast<TokenId>(ids[position++]));
            }
            const auto encoded = tokenizer.encode(text, {.parsesSpecial = parsesSpecial});
            ASSERT_TRUE(encoded) << encoded.error().message();
            ASSERT_EQ(*encoded, expected) << "text " << index << ": " << text;
            ASSERT_EQ(tokenizer.decode(*encoded).value(), text);
            ++index;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Rules, TokenizerVectors,
                         testing::Values("hearth-mini", "gpt-2", "llama-bpe", "qwen35", "gpt-4o"),
                         [](const auto& rule) {
                             std::string name = rule.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST(Tokenizer, AnyBytesSurviveTheRoundTrip) {
    const auto file = openData("hearth-mini");
    ASSERT_TRUE(file);
    const auto loaded = Tokenizer::load(*file);
    ASSERT_TRUE(loaded);
    std::mt19937 random(17);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes;
        for (std::size_t i = random() % 300; i > 0; --i) {
            // Half of the rounds mostly ASCII, so that broken bytes stand between real words.
            const bool isAscii = round % 2 == 0 && random() % 8 != 0;
            bytes += static_cast<char>(isAscii ? 32 + random() % 95 : random() % 256);
        }
        for (const bool parsesSpecial : {false, true}) {
            const auto tokens = (*loaded)->encode(bytes, {.parsesSpecial = parsesSpecial});
            ASSERT_TRUE(tokens) << tokens.error().message();
            ASSERT_EQ((*loaded)->decode(*tokens).value(), bytes) << "round " << round;
        }
    }
}

TEST(Tokenizer, StopsBeforeTheNextWord) {
    const auto file = openData("hearth-mini");
    ASSERT_TRUE(file);
    const auto loaded = Tokenizer::load(*file);
    ASSERT_TRUE(loaded);
    std::stop_source stop;
    EXPECT_TRUE((*loaded)->encode("some words", {.stop = stop.get_token()}));
    stop.request_stop();
    const auto stopped = (*loaded)->encode("some words", {.stop = stop.get_token()});
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code(), ErrorCode::Cancelled);
}

TEST(Tokenizer, MergesWordsAndRemembersThem) {
    const auto tokenizer = load(VocabularyBuilder());
    ASSERT_TRUE(tokenizer);
    EXPECT_EQ(tokenizer->encode("hello hello").value(), (Ids{259, 260}));
    EXPECT_EQ(tokenizer->encode("hell").value(), (Ids{258}));
    EXPECT_EQ(tokenizer->encode("").value(), Ids());
    // Long enough for the cache: every word but the first comes from it.
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        text += " hello";
    }
    EXPECT_EQ(tokenizer->encode(text).value(), Ids(1000, 260));
}

TEST(Tokenizer, TheCacheChangesNothing) {
    const auto file = openData("hearth-mini");
    ASSERT_TRUE(file);
    const auto loaded = Tokenizer::load(*file);
    ASSERT_TRUE(loaded);
    const auto vectors = openData("hearth-mini-vectors");
    ASSERT_TRUE(vectors);
    // One long text through the cache against its lines one by one, which are too short for it.
    std::string joined;
    Ids expected;
    int numLines = 0;
    const GgufStringArray texts = vectors->getStrings("texts").value();
    for (const std::string_view text : texts) {
        // A line that starts with a letter cannot change how the line before it is cut.
        std::string line;
        for (const char c : text) {
            line += c == '\n' || c == '\r' ? '-' : c;
        }
        line = "a" + line + "a.\n";
        if (line.size() >= 256) {
            continue;
        }
        joined += line;
        const Ids ids = (*loaded)->encode(line).value();
        expected.insert(expected.end(), ids.begin(), ids.end());
        ++numLines;
    }
    ASSERT_GT(numLines, 300);
    EXPECT_EQ((*loaded)->encode(joined).value(), expected);
}

TEST(Tokenizer, ControlTokensComeFromTextOnRequestOnly) {
    VocabularyBuilder builder;
    builder.addToken("<think>", 4);
    const auto tokenizer = load(builder);
    ASSERT_TRUE(tokenizer);
    const Ids plain = tokenizer->encode("hello<|end|>").value();
    EXPECT_EQ(plain[0], 259);
    EXPECT_EQ(plain.size(), 8U);
    EXPECT_EQ(tokenizer->encode("hello<|end|>", {.parsesSpecial = true}).value(), (Ids{259, 261}));
    EXPECT_EQ(tokenizer->encode("hello<think>hell").value(), (Ids{259, 262, 258}));
    EXPECT_EQ(tokenizer->specialToken("<|end|>"), 261);
    EXPECT_EQ(tokenizer->specialToken("<think>"), 262);
    EXPECT_FALSE(tokenizer->specialToken("hello").has_value());
}

TEST(Tokenizer, DecodesWithOrWithoutControlTokens) {
    const auto tokenizer = load(VocabularyBuilder());
    ASSERT_TRUE(tokenizer);
    const Ids tokens{259, 261, 260};
    EXPECT_EQ(tokenizer->decode(tokens).value(), "hello<|end|> hello");
    EXPECT_EQ(tokenizer->decode(tokens, {.hidesSpecial = true}).value(), "hello hello");
    EXPECT_EQ(tokenizer->tokenBytes(260), " hello");
    EXPECT_EQ(tokenizer->tokenBytes(-1), "");
    EXPECT_EQ(tokenizer->tokenBytes(262), "");
    EXPECT_TRUE(tokenizer->isControl(261));
    EXPECT_FALSE(tokenizer->isControl(262));
    for (const TokenId wrong : {-1, 262, 1 << 30}) {
        const auto text = tokenizer->decode(Ids{wrong});
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().code(), ErrorCode::InvalidArgument);
        EXPECT_NE(text.error().message().find("token " + std::to_string(wrong)), std::string::npos);
    }
}

TEST(Tokenizer, ReadsTheRolesOfTokens) {
    VocabularyBuilder builder;
    builder.addToken("<|endoftext|>", 3);
    builder.extra = [](GgufWriter& writer) {
        ASSERT_TRUE(writer.addU32("tokenizer.ggml.bos_token_id", 5).isOk());
        ASSERT_TRUE(writer.addU32("tokenizer.ggml.eos_token_id", 261).isOk());
        ASSERT_TRUE(writer.addU32("tokenizer.ggml.eot_token_id", 0xffffffffU).isOk());
        ASSERT_TRUE(writer.addBool("tokenizer.ggml.add_bos_token", true).isOk());
    };
    const auto tokenizer = load(builder);
    ASSERT_TRUE(tokenizer);
    EXPECT_EQ(tokenizer->bosToken(), 5);
    EXPECT_TRUE(tokenizer->expectsBos());
    EXPECT_EQ(tokenizer->eosToken(), 261);
    EXPECT_TRUE(tokenizer->endsGeneration(261));
    EXPECT_TRUE(tokenizer->endsGeneration(262));
    EXPECT_FALSE(tokenizer->endsGeneration(5));
    EXPECT_EQ(tokenizer->endTokens().size(), 2U);
    EXPECT_EQ(tokenizer->encode("hell", {.addsBos = true}).value(), (Ids{5, 258}));
    EXPECT_EQ(tokenizer->encode("hell").value(), (Ids{258}));
    EXPECT_EQ(tokenizer->size(), 263U);
    EXPECT_EQ(tokenizer->numMerges(), 5U);
}

TEST(Tokenizer, RefusesUnknownRulesAndRolesOutsideTheVocabulary) {
    VocabularyBuilder builder;
    builder.pre = "tekken";
    const auto file = builder.build();
    ASSERT_TRUE(file);
    const auto unknown = Tokenizer::load(**file);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code(), ErrorCode::Unsupported);
    EXPECT_NE(unknown.error().message().find("tekken"), std::string::npos);
    EXPECT_NE(unknown.error().message().find("qwen2"), std::string::npos);

    builder = VocabularyBuilder();
    builder.extra = [](GgufWriter& writer) {
        ASSERT_TRUE(writer.addU32("tokenizer.ggml.eos_token_id", 262).isOk());
    };
    const auto other = builder.build();
    ASSERT_TRUE(other);
    const auto outside = Tokenizer::load(**other);
    ASSERT_FALSE(outside);
    EXPECT_EQ(outside.error().code(), ErrorCode::CorruptData);
    EXPECT_NE(outside.error().message().find("names token 262"), std::string::npos);
}

TEST(Tokenizer, StreamsCharactersThatAreSplitOverTokens) {
    const auto tokenizer = load(VocabularyBuilder());
    ASSERT_TRUE(tokenizer);
    const std::string text = "hello \xf0\x9f\x94\xa5\xe4\xb8\xad!";
    Utf8Stream stream;
    std::string shown;
    bool hasHeldBack = false;
    const Ids tokens = tokenizer->encode(text).value();
    for (const TokenId token : tokens) {
        const std::string now = stream.push(tokenizer->tokenBytes(token));
        hasHeldBack = hasHeldBack || now.empty();
        shown += now;
        EXPECT_EQ(text.rfind(shown, 0), 0U);
    }
    EXPECT_TRUE(hasHeldBack);
    EXPECT_EQ(shown + stream.finish(), text);
}

TEST(Tokenizer, MayBeUsedByManyThreads) {
    const auto tokenizer = load(VocabularyBuilder());
    ASSERT_TRUE(tokenizer);
    std::string text;
    for (int i = 0; i < 300; ++i) {
        text += " hello hell";
    }
    const Ids expected = tokenizer->encode(text).value();
    std::vector<Ids> results(4);
    std::vector<std::thread> threads;
    for (Ids& result : results) {
        threads.emplace_back([&] { result = tokenizer->encode(text).value(); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const Ids& result : results) {
        EXPECT_EQ(result, expected);
    }
}

}  // namespace
}  // namespace hearth
