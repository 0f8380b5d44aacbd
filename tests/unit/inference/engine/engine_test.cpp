// What an engine and its sequences refuse, and that a refusal changes nothing.

#include "inference/engine/engine.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "tests/unit/inference/engine/engine_fixture.h"

namespace hearth::testing_support {
namespace {

void expectError(const Status& status, ErrorCode code, const std::string& part) {
    ASSERT_FALSE(status.isOk());
    EXPECT_EQ(status.code(), code) << status.message();
    EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
}

template <class T>
void expectError(const Result<T>& result, ErrorCode code, const std::string& part) {
    ASSERT_FALSE(result.has_value());
    expectError(result.error(), code, part);
}

class EngineErrorsTest : public testing::Test {
protected:
    static EngineOptions options() {
        EngineOptions result = smallOptions(IsaRequest::Auto);
        result.contextTokens = 100;
        return result;
    }

    static Result<std::span<const float>> step(Engine& engine, Sequence& sequence,
                                               const std::vector<std::int32_t>& tokens) {
        const SequenceWork work{.sequence = &sequence, .tokens = tokens};
        return engine.step({&work, 1});
    }
};

TEST_F(EngineErrorsTest, TokensOutsideTheVocabulary) {
    const auto engine = makeEngine(options());
    const auto sequence = makeSequence(*engine);
    for (const std::int32_t token : {-1, 96, 1 << 30, std::int32_t{-2147483647}}) {
        expectError(step(*engine, *sequence, {3, token}), ErrorCode::InvalidArgument,
                    "token " + std::to_string(token));
        EXPECT_EQ(sequence->length(), 0);
    }
    EXPECT_TRUE(step(*engine, *sequence, {0, 95}).has_value());
}

TEST_F(EngineErrorsTest, AFullContext) {
    const auto engine = makeEngine(options());
    const auto sequence = makeSequence(*engine);
    expectError(step(*engine, *sequence, std::vector<std::int32_t>(101, 1)),
                ErrorCode::InvalidArgument, "context of 100 tokens is full");
    EXPECT_EQ(sequence->length(), 0);
    EXPECT_TRUE(step(*engine, *sequence, std::vector<std::int32_t>(100, 1)).has_value());
    expectError(step(*engine, *sequence, {1}), ErrorCode::InvalidArgument, "is full");
    EXPECT_EQ(sequence->length(), 100);
    // Going back makes room.
    EXPECT_EQ(sequence->truncate(99), 99);
    EXPECT_TRUE(step(*engine, *sequence, {1}).has_value());
}

TEST_F(EngineErrorsTest, OneBadWorkLeavesAllSequencesAsTheyWere) {
    EngineOptions two = options();
    two.maxSequences = 2;
    const auto engine = makeEngine(two);
    const auto good = makeSequence(*engine);
    const auto bad = makeSequence(*engine);
    const std::vector<std::int32_t> fine = {1, 2, 3};
    const std::vector<std::int32_t> wrong = {96};
    const SequenceWork works[] = {{.sequence = good.get(), .tokens = fine},
                                  {.sequence = bad.get(), .tokens = wrong}};
    EXPECT_FALSE(engine->step(works).has_value());
    EXPECT_EQ(good->length(), 0);
    EXPECT_EQ(bad->length(), 0);
}

TEST_F(EngineErrorsTest, TooManySequences) {
    EngineOptions two = options();
    two.maxSequences = 2;
    const auto engine = makeEngine(two);
    auto first = makeSequence(*engine);
    const auto second = makeSequence(*engine);
    expectError(engine->createSequence(), ErrorCode::Busy, "2 conversations");
    first.reset();
    EXPECT_TRUE(engine->createSequence().has_value());
}

TEST_F(EngineErrorsTest, MediaAreAddedInOrder) {
    const auto engine = makeEngine(options());
    const auto sequence = makeSequence(*engine);
    ASSERT_TRUE(step(*engine, *sequence, {1, 2, 3, 4}).has_value());
    const auto vectors = someMedia(2, 1);
    expectError(sequence->addMedia(vectors, 3), ErrorCode::InvalidArgument, "have been read");
    expectError(sequence->addMedia(vectors, -1), ErrorCode::InvalidArgument, "have been read");
    EXPECT_TRUE(sequence->addMedia(vectors, 8).isOk());
    // Before an earlier medium.
    expectError(sequence->addMedia(vectors, 7), ErrorCode::InvalidArgument, "");
    EXPECT_TRUE(sequence->addMedia(vectors, 8).isOk());
    EXPECT_EQ(sequence->numMedia(), 2);
}

TEST_F(EngineErrorsTest, TooManyMediaVectors) {
    const auto engine = makeEngine(options());
    const auto sequence = makeSequence(*engine);
    const auto limit = static_cast<std::size_t>(HearthDecoder::Options{}.maxMediaVectors);
    const std::vector<float> vectors = someMedia(300, 2);
    ASSERT_TRUE(sequence->addMedia(vectors, 0).isOk());
    const std::vector<float> many((limit - 299) * 64, 0.5F);
    expectError(sequence->addMedia(many, 0), ErrorCode::InvalidArgument, std::to_string(limit));
    EXPECT_EQ(sequence->numMedia(), 1);
    EXPECT_TRUE(sequence->addMedia(std::span(many).subspan(64), 0).isOk());
    expectError(sequence->addMedia(std::span(many).first(64), 0), ErrorCode::InvalidArgument,
                std::to_string(limit + 1));
    EXPECT_TRUE(step(*engine, *sequence, {1, 2}).has_value());
}

TEST_F(EngineErrorsTest, PicturesOfAnotherSize) {
    const auto engine = makeEngine(options());
    const std::vector<float> pixels(64UL * 64 * 3, 0.0F);
    for (const auto& [width, height] : {std::pair{64, 64}, std::pair{32, 64}, std::pair{64, 32},
                                        std::pair{0, 0}, std::pair{-32, -32}}) {
        expectError(engine->encodeImage({pixels.data(), width, height}), ErrorCode::InvalidArgument,
                    std::to_string(width) + " x " + std::to_string(height));
    }
}

TEST_F(EngineErrorsTest, SoundOfOtherShapes) {
    const auto engine = makeEngine(options());
    const std::vector<float> zeros(100UL * 64, 0.0F);
    struct Case {
        int numFrames;
        int frameLength;
        int numMelBins;
    };
    for (const Case& c : {Case{0, 20, 8}, Case{-4, 20, 8}, Case{5, 20, 8}, Case{68, 20, 8},
                          Case{8, 21, 8}, Case{8, 20, 9}}) {
        expectError(engine->encodeAudio({.frames = zeros.data(),
                                         .logMel = zeros.data(),
                                         .numFrames = c.numFrames,
                                         .frameLength = c.frameLength,
                                         .numMelBins = c.numMelBins}),
                    ErrorCode::InvalidArgument, "4 to 64 frames of 20 samples and 8 mel bins");
    }
}

TEST_F(EngineErrorsTest, ContextsThatTheModelDoesNotTake) {
    for (const std::int64_t tokens : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{32769}}) {
        EngineOptions wrong = options();
        wrong.contextTokens = tokens;
        expectError(Engine::create(loadedModel(), wrong), ErrorCode::InvalidArgument,
                    "1 to 32768 tokens, asked for " + std::to_string(tokens));
    }
}

TEST_F(EngineErrorsTest, TooLittleMemorySaysWhatToDo) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers abort where the allocator would return null";
#endif
    EngineOptions large = options();
    large.maxSequences = std::int64_t{1} << 34;
    const auto engine = Engine::create(loadedModel(), large);
    expectError(engine, ErrorCode::OutOfMemory, "not enough memory");
    expectError(engine, ErrorCode::OutOfMemory, "use a shorter context or a smaller model file");
}

TEST_F(EngineErrorsTest, ItSaysWhatItRunsOn) {
    EngineOptions one = options();
    one.numThreads = 1;
    one.isa = IsaRequest::Reference;
    const auto engine = makeEngine(one);
    EXPECT_NE(engine->deviceDescription().find(", 1 thread"), std::string::npos);
    EXPECT_EQ(engine->contextTokens(), 100);
}

}  // namespace
}  // namespace hearth::testing_support
