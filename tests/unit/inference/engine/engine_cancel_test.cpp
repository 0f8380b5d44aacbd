// Stopping: how soon it is noticed and that it leaves a sequence as the finished steps made it.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

#include "inference/engine/engine.h"
#include "tests/unit/inference/engine/engine_fixture.h"

namespace hearth::testing_support {
namespace {

using Clock = std::chrono::steady_clock;

/// The target is 50 ms; sanitizers and busy machines are slower.
constexpr double kMaxLatencyMs = 500;

double msSince(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

std::vector<std::int32_t> someTokens(std::size_t count, std::uint64_t seed) {
    return randomTokens(tinyModel().sizes.vocab, count, seed);
}

std::stop_token stoppedToken() {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

TEST_P(EngineTest, AStoppedTokenEndsAtOnce) {
    const auto engine = makeEngine(smallOptions(GetParam()));
    const auto sequence = makeSequence(*engine);
    const auto tokens = someTokens(600, 200);
    const std::span<const std::int32_t> all(tokens);
    runAll(*engine, *sequence, all.first(300));
    const Clock::time_point start = Clock::now();
    const auto result = engine->prefill(*sequence, all.subspan(300), stoppedToken());
    std::printf("cancelled after %.2f ms\n", msSince(start));
    EXPECT_LT(msSince(start), kMaxLatencyMs);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), ErrorCode::Cancelled);
    EXPECT_TRUE(std::ranges::equal(sequence->tokens(), all.first(300)));

    const auto continued = runAll(*engine, *sequence, all.subspan(300));
    const auto other = makeEngine(smallOptions(GetParam()));
    const auto fresh = makeSequence(*other);
    const std::vector<float> whole = runAll(*other, *fresh, all);
    EXPECT_LE(worstDifference(continued, std::span(whole).last(continued.size())),
              batchTolerance(GetParam()));
}

TEST_P(EngineTest, AStopFromAnotherThreadEndsALongPrompt) {
    EngineOptions options = smallOptions(GetParam());
    options.contextTokens = 32768;
    const auto tokens = someTokens(32768, 201);
    const std::span<const std::int32_t> all(tokens);
    const auto engine = makeEngine(options);
    double worstLatency = 0;
    // Delays that fall at different places of a step.
    for (const int delayMicros : {0, 1300, 3100, 7700, 12900}) {
        SCOPED_TRACE(delayMicros);
        const auto sequence = makeSequence(*engine);
        std::stop_source source;
        std::atomic<std::int64_t> done = 0;
        Clock::time_point stoppedAt;
        std::jthread stopper([&] {
            while (done.load() < 512) {
                std::this_thread::yield();
            }
            std::this_thread::sleep_for(std::chrono::microseconds(delayMicros));
            stoppedAt = Clock::now();
            source.request_stop();
        });
        const auto result = engine->prefill(*sequence, all, source.get_token(),
                                            [&](std::int64_t count) { done = count; });
        const Clock::time_point end = Clock::now();
        stopper.join();
        worstLatency = std::max(worstLatency,
                                std::chrono::duration<double, std::milli>(end - stoppedAt).count());
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().code(), ErrorCode::Cancelled);
        const std::int64_t length = sequence->length();
        EXPECT_EQ(length, done.load());
        EXPECT_EQ(length % Engine::kMaxStepRows, 0);
        EXPECT_TRUE(
            std::ranges::equal(sequence->tokens(), all.first(static_cast<std::size_t>(length))));

        // Other tokens than those of the step that was stopped.
        const auto after = someTokens(80, 202);
        const std::vector<float> continued = runAll(*engine, *sequence, after);
        std::vector<std::int32_t> whole(all.begin(), all.begin() + length);
        whole.insert(whole.end(), after.begin(), after.end());
        const auto other = makeEngine(options);
        const auto fresh = makeSequence(*other);
        const std::vector<float> expected = runAll(*other, *fresh, whole);
        EXPECT_LE(worstDifference(continued, std::span(expected).last(continued.size())),
                  batchTolerance(GetParam()));
    }
    std::printf("cancelled at most %.2f ms after the stop\n", worstLatency);
    EXPECT_LT(worstLatency, kMaxLatencyMs);
}

TEST_P(EngineTest, GoingBackAfterAStopIsSafe) {
    // Rows that a stopped step has written push older ones out of the ring.
    const auto tokens = someTokens(1024, 203);
    const std::span<const std::int32_t> all(tokens);
    const auto engine = makeEngine(smallOptions(GetParam()));
    const auto sequence = makeSequence(*engine);
    for (int round = 0; round < 6; ++round) {
        SCOPED_TRACE(round);
        const int delayMicros = 300 << round;
        sequence->truncate(0);
        runAll(*engine, *sequence, all.first(768));
        std::stop_source source;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::microseconds(delayMicros));
            source.request_stop();
        });
        const SequenceWork work{.sequence = sequence.get(), .tokens = all.subspan(768)};
        // May finish before the stop; both are fine.
        const bool wasStopped = !engine->step({&work, 1}, source.get_token()).has_value();
        stopper.join();
        EXPECT_EQ(sequence->length(), wasStopped ? 768 : 1024);
        // With 352 rows up to 1024 in the ring, the window of 740 is there and that of 700 is not.
        const std::int64_t left = sequence->truncate(round % 2 == 0 ? 740 : 700);
        EXPECT_EQ(left, round % 2 == 0 ? 740 : 0);
        const auto after = someTokens(60, 204);
        const std::vector<float> continued = runAll(*engine, *sequence, after);
        std::vector<std::int32_t> whole(all.begin(), all.begin() + left);
        whole.insert(whole.end(), after.begin(), after.end());
        const auto other = makeEngine(smallOptions(GetParam()));
        const auto fresh = makeSequence(*other);
        const std::vector<float> expected = runAll(*other, *fresh, whole);
        EXPECT_LE(worstDifference(continued, std::span(expected).last(continued.size())),
                  batchTolerance(GetParam()));
    }
}

TEST_P(EngineTest, AStoppedStepChangesNoSequence) {
    EngineOptions options = smallOptions(GetParam());
    options.maxSequences = 2;
    const auto engine = makeEngine(options);
    const auto a = makeSequence(*engine);
    const auto b = makeSequence(*engine);
    const auto tokens = someTokens(50, 205);
    const SequenceWork works[] = {{.sequence = a.get(), .tokens = tokens},
                                  {.sequence = b.get(), .tokens = tokens}};
    const auto result = engine->step(works, stoppedToken());
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), ErrorCode::Cancelled);
    EXPECT_EQ(a->length(), 0);
    EXPECT_EQ(b->length(), 0);
}

TEST_P(EngineTest, EncodersStop) {
    const auto engine = makeEngine(smallOptions(GetParam()));
    const std::vector<float> pixels(32UL * 32 * 3, 0.5F);
    const auto picture = engine->encodeImage({pixels.data(), 32, 32}, stoppedToken());
    ASSERT_FALSE(picture.has_value());
    EXPECT_EQ(picture.error().code(), ErrorCode::Cancelled);
    const std::vector<float> frames(64UL * 20, 0.1F);
    const auto sound = engine->encodeAudio({.frames = frames.data(),
                                            .logMel = frames.data(),
                                            .numFrames = 64,
                                            .frameLength = 20,
                                            .numMelBins = 8},
                                           stoppedToken());
    ASSERT_FALSE(sound.has_value());
    EXPECT_EQ(sound.error().code(), ErrorCode::Cancelled);
}

}  // namespace
}  // namespace hearth::testing_support
