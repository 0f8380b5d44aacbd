// How soon the built-in model stops at a long context, while it reads and while it writes, and
// within a long recording. It gets there in a minute or two; HEARTH_CANCEL_DEPTH=100000 goes deeper
// and takes five times as long.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

#include "inference/engine/engine.h"

namespace hearth {
namespace {

using Clock = std::chrono::steady_clock;

/// The target is 50 ms on an idle machine of two cores; a busy one is slower.
constexpr double kMaxLatencyMs = 500;

/// Beyond Engine::kLongContext, where prefill takes its smaller steps.
std::size_t depth() {
    constexpr std::size_t kDefault = 40000;
    constexpr std::size_t kMost = 120000;
    const char* const asked = std::getenv("HEARTH_CANCEL_DEPTH");
    return asked == nullptr ? kDefault
                            : std::clamp<std::size_t>(std::strtoul(asked, nullptr, 10), 1, kMost);
}

/// The worst and the median time from a stop to the end of the call, for stops that fall at
/// different places of a step.
struct Latency {
    std::vector<double> ms;

    double worst() const { return *std::max_element(ms.begin(), ms.end()); }
    double median() {
        std::sort(ms.begin(), ms.end());
        return ms[ms.size() / 2];
    }

    /// `runUntilStopped` returns whether it was stopped.
    void measure(const std::function<bool(const std::stop_token&)>& runUntilStopped) {
        constexpr int kNumStops = 40;
        for (int i = 0; i < kNumStops; ++i) {
            std::stop_source source;
            Clock::time_point stoppedAt;
            std::jthread stopper([&, i] {
                std::this_thread::sleep_for(std::chrono::microseconds(1700 * i));
                stoppedAt = Clock::now();
                source.request_stop();
            });
            const bool wasStopped = runUntilStopped(source.get_token());
            const Clock::time_point end = Clock::now();
            stopper.join();
            ASSERT_TRUE(wasStopped);
            ms.push_back(std::chrono::duration<double, std::milli>(end - stoppedAt).count());
        }
    }
};

std::unique_ptr<Engine> makeEngine(std::int64_t contextTokens) {
    const auto model = Model::load(HEARTH_BUILT_IN_MODEL);
    if (!model.has_value()) {
        ADD_FAILURE() << model.error().message();
        return nullptr;
    }
    EngineOptions options;
    options.numThreads = 2;
    options.contextTokens = contextTokens;
    auto engine = Engine::create(model.value(), options);
    if (!engine.has_value()) {
        ADD_FAILURE() << engine.error().message();
        return nullptr;
    }
    return std::move(engine).value();
}

TEST(CancelLatency, StaysShortInARecording) {
    const std::unique_ptr<Engine> engine = makeEngine(256);
    ASSERT_NE(engine, nullptr);
    const HearthAudioConfig& sizes = engine->model().config().audio;
    const auto numFrames = static_cast<std::size_t>(sizes.maxChunkFrames);
    const std::vector<float> frames(numFrames * static_cast<std::size_t>(sizes.frameLength), 0.1F);
    const std::vector<float> logMel(numFrames * static_cast<std::size_t>(sizes.melBins), 0.1F);
    Latency listening;
    listening.measure([&](const std::stop_token& stop) {
        // A recording of hours is chunk after chunk.
        while (engine
                   ->encodeAudio({.frames = frames.data(),
                                  .logMel = logMel.data(),
                                  .numFrames = static_cast<int>(sizes.maxChunkFrames),
                                  .frameLength = static_cast<int>(sizes.frameLength),
                                  .numMelBins = static_cast<int>(sizes.melBins)},
                                 stop)
                   .has_value()) {
        }
        return true;
    });
    std::printf("listening stopped after %.1f ms (worst %.1f)\n", listening.median(),
                listening.worst());
    EXPECT_LT(listening.worst(), kMaxLatencyMs);
}

TEST(CancelLatency, StaysShortAtALongContext) {
    const std::unique_ptr<Engine> engine = makeEngine(131072);
    ASSERT_NE(engine, nullptr);
    const auto created = engine->createSequence();
    ASSERT_TRUE(created.has_value()) << created.error().message();
    Sequence& sequence = *created.value();
    // Enough variety for the router and the selection of blocks.
    std::vector<std::int32_t> tokens(131072);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        tokens[i] = static_cast<std::int32_t>(100 + i * 7919 % 16000);
    }
    const std::span<const std::int32_t> all(tokens);
    ASSERT_TRUE(engine->prefill(sequence, all.first(depth())).has_value());

    const auto left = [&] { return all.subspan(static_cast<std::size_t>(sequence.length())); };
    Latency reading;
    reading.measure([&](const std::stop_token& stop) {
        return !engine->prefill(sequence, left(), stop).has_value();
    });
    Latency writing;
    writing.measure([&](const std::stop_token& stop) {
        while (!left().empty()) {
            const SequenceWork work{.sequence = &sequence, .tokens = left().first(1)};
            if (!engine->step({&work, 1}, stop).has_value()) {
                return true;
            }
        }
        return false;
    });
    std::printf(
        "at %lld tokens: reading stopped after %.1f ms (worst %.1f), writing after %.1f ms (worst "
        "%.1f)\n",
        static_cast<long long>(sequence.length()), reading.median(), reading.worst(),
        writing.median(), writing.worst());
    EXPECT_LT(reading.worst(), kMaxLatencyMs);
    EXPECT_LT(writing.worst(), kMaxLatencyMs);
}

}  // namespace
}  // namespace hearth
