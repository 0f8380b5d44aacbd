// What must not change the logits: chunks, neighbours in a step, going back, the place in the
// caches.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <vector>

#include "inference/engine/engine.h"
#include "tests/unit/inference/engine/engine_fixture.h"

namespace hearth::testing_support {
namespace {

using Logits = SequenceWork::Logits;

std::vector<std::int32_t> someTokens(std::size_t count, std::uint64_t seed) {
    return randomTokens(tinyModel().sizes.vocab, count, seed);
}

/// The logits of tokens `begin`.. of a run of all tokens.
std::span<const float> from(std::span<const float> logits, std::size_t begin) {
    return logits.subspan(begin * static_cast<std::size_t>(tinyModel().sizes.vocab));
}

/// All logits of tokens that run in a new engine.
std::vector<float> freshRun(const EngineOptions& options, std::span<const std::int32_t> tokens) {
    const auto engine = makeEngine(options);
    const auto sequence = makeSequence(*engine);
    return runAll(*engine, *sequence, tokens);
}

TEST_P(EngineTest, ChunksDoNotChangeLogits) {
    for (const DType cacheType : {DType::F32, DType::F16}) {
        SCOPED_TRACE(cacheType == DType::F32 ? "F32" : "F16");
        EngineOptions options = smallOptions(GetParam());
        options.cacheType = cacheType;
        // F16 rounds keys that differ by rounding to neighbours: 2^-11 of a key, here and there.
        const double tolerance = cacheType == DType::F16 && GetParam() != IsaRequest::Reference
                                     ? 5e-3
                                     : batchTolerance(GetParam());
        const auto tokens = someTokens(400, 21);
        const auto engine = makeEngine(options);
        const auto media = someMedia(7, 22);
        const auto run = [&](std::vector<std::size_t> chunks) {
            const auto sequence = makeSequence(*engine);
            EXPECT_TRUE(sequence->addMedia(media, 150).isOk());
            return runAll(*engine, *sequence, tokens, chunks);
        };
        const std::vector<float> whole = run({256});
        EXPECT_LE(worstDifference(run({1}), whole), tolerance);
        EXPECT_LE(worstDifference(run({31, 1, 32, 33, 95}), whole), tolerance);
        EXPECT_LE(worstDifference(run({200, 199, 1}), whole), tolerance);
        EXPECT_LE(worstDifference(run({7}), whole), tolerance);
    }
}

TEST_P(EngineTest, PrefillGivesTheLastLogits) {
    const auto tokens = someTokens(600, 23);
    const auto engine = makeEngine(smallOptions(GetParam()));
    const auto sequence = makeSequence(*engine);
    std::vector<std::int64_t> progress;
    const auto logits = engine->prefill(*sequence, tokens, {},
                                        [&](std::int64_t done) { progress.push_back(done); });
    ASSERT_TRUE(logits.has_value()) << logits.error().message();
    EXPECT_EQ(progress, (std::vector<std::int64_t>{256, 512, 600}));
    EXPECT_TRUE(std::ranges::equal(sequence->tokens(), tokens));
    const std::vector<float> all = freshRun(smallOptions(GetParam()), tokens);
    EXPECT_LE(worstDifference(logits.value(), from(all, 599)), batchTolerance(GetParam()));
}

TEST_P(EngineTest, LogitsComeInTheOrderOfTheWorks) {
    EngineOptions options = smallOptions(GetParam());
    options.maxSequences = 3;
    const auto engine = makeEngine(options);
    const auto a = makeSequence(*engine);
    const auto b = makeSequence(*engine);
    const auto c = makeSequence(*engine);
    const auto tokens = someTokens(20, 24);
    const std::span<const std::int32_t> all(tokens);
    const std::array works = {
        SequenceWork{.sequence = c.get(), .tokens = all.first(5), .logits = Logits::All},
        SequenceWork{.sequence = a.get(), .tokens = all.first(7), .logits = Logits::None},
        SequenceWork{.sequence = b.get(), .tokens = all.first(9), .logits = Logits::Last}};
    const auto result = engine->step(works);
    ASSERT_TRUE(result.has_value());
    const std::vector<float> logits(result.value().begin(), result.value().end());
    const auto vocab = static_cast<std::size_t>(tinyModel().sizes.vocab);
    ASSERT_EQ(logits.size(), 6 * vocab);
    const std::vector<float> expected = freshRun(smallOptions(GetParam()), all.first(9));
    const std::span<const float> whole(expected);
    EXPECT_LE(worstDifference(std::span(logits).first(5 * vocab), whole.first(5 * vocab)),
              batchTolerance(GetParam()));
    EXPECT_LE(worstDifference(std::span(logits).last(vocab), whole.last(vocab)),
              batchTolerance(GetParam()));
    EXPECT_EQ(a->length(), 7);
}

TEST_P(EngineTest, SequencesInOneStepDoNotMix) {
    for (const std::size_t numSequences : {2U, 3U}) {
        SCOPED_TRACE(numSequences);
        EngineOptions options = smallOptions(GetParam());
        options.maxSequences = 3;
        const auto engine = makeEngine(options);
        std::vector<std::unique_ptr<Sequence>> sequences;
        std::vector<std::vector<std::int32_t>> texts;
        std::vector<std::vector<float>> logits(numSequences);
        for (std::size_t s = 0; s < numSequences; ++s) {
            sequences.push_back(makeSequence(*engine));
            // Different lengths, so that they are at different places of their blocks.
            texts.push_back(someTokens(250 + 45 * s, 30 + s));
            EXPECT_TRUE(
                sequences[s]->addMedia(someMedia(4 + s, 40 + s), static_cast<int>(70 * s)).isOk());
        }
        bool isDone = false;
        for (std::size_t round = 0; !isDone; ++round) {
            isDone = true;
            std::vector<SequenceWork> works;
            std::vector<std::size_t> owners;
            for (std::size_t i = 0; i < numSequences; ++i) {
                const std::size_t s = (i + round) % numSequences;
                const auto done = static_cast<std::size_t>(sequences[s]->length());
                const std::size_t count =
                    std::min(1 + (round * 13 + s * 29) % 60, texts[s].size() - done);
                if (count > 0) {
                    works.push_back({.sequence = sequences[s].get(),
                                     .tokens = std::span(texts[s]).subspan(done, count),
                                     .logits = Logits::All});
                    owners.push_back(s);
                    isDone = false;
                }
            }
            if (works.empty()) {
                break;
            }
            const auto result = engine->step(works);
            ASSERT_TRUE(result.has_value()) << result.error().message();
            std::span<const float> rest = result.value();
            for (std::size_t w = 0; w < works.size(); ++w) {
                const std::size_t count =
                    works[w].tokens.size() * static_cast<std::size_t>(tinyModel().sizes.vocab);
                auto& target = logits[owners[w]];
                target.insert(target.end(), rest.begin(),
                              rest.begin() + static_cast<std::ptrdiff_t>(count));
                rest = rest.subspan(count);
            }
        }
        for (std::size_t s = 0; s < numSequences; ++s) {
            SCOPED_TRACE(s);
            const auto alone = makeEngine(smallOptions(GetParam()));
            const auto sequence = makeSequence(*alone);
            EXPECT_TRUE(
                sequence->addMedia(someMedia(4 + s, 40 + s), static_cast<int>(70 * s)).isOk());
            EXPECT_LE(worstDifference(logits[s], runAll(*alone, *sequence, texts[s])),
                      batchTolerance(GetParam()));
        }
    }
}

TEST_P(EngineTest, ASlotThatWasUsedLeavesNoTrace) {
    const auto engine = makeEngine(smallOptions(GetParam()));
    {
        const auto first = makeSequence(*engine);
        EXPECT_TRUE(first->addMedia(someMedia(20, 50), 0).isOk());
        runAll(*engine, *first, someTokens(700, 51));
    }
    const auto second = makeSequence(*engine);
    EXPECT_EQ(second->length(), 0);
    EXPECT_EQ(second->numMedia(), 0);
    const auto tokens = someTokens(300, 52);
    EXPECT_LE(worstDifference(runAll(*engine, *second, tokens),
                              freshRun(smallOptions(GetParam()), tokens)),
              batchTolerance(GetParam()));
}

TEST_P(EngineTest, TruncatedSequencesGoOnLikeFreshOnes) {
    constexpr std::int64_t kLength = 700;
    const auto before = someTokens(kLength, 60);
    const auto after = someTokens(300, 61);
    struct Case {
        std::int64_t length;
        std::int64_t left;
    };
    // The ring has 352 rows, so that those before 348 are lost: the window of 415 starts at 352.
    for (const Case& c :
         {Case{kLength, kLength}, Case{kLength + 50, kLength}, Case{699, 699}, Case{672, 672},
          Case{655, 655}, Case{415, 415}, Case{414, 0}, Case{31, 0}, Case{0, 0}}) {
        SCOPED_TRACE(c.length);
        const auto engine = makeEngine(smallOptions(GetParam()));
        const auto sequence = makeSequence(*engine);
        runAll(*engine, *sequence, before);
        EXPECT_EQ(sequence->truncate(c.length), c.left);
        EXPECT_EQ(sequence->length(), c.left);
        std::vector<std::int32_t> whole(before.begin(), before.begin() + c.left);
        EXPECT_TRUE(std::ranges::equal(sequence->tokens(), whole));
        whole.insert(whole.end(), after.begin(), after.end());
        const std::vector<float> expected = freshRun(smallOptions(GetParam()), whole);
        EXPECT_LE(worstDifference(runAll(*engine, *sequence, after),
                                  from(expected, static_cast<std::size_t>(c.left))),
                  batchTolerance(GetParam()));
    }
}

TEST_P(EngineTest, GoingBackInStepsCountsFromTheFurthestToken) {
    const auto before = someTokens(700, 62);
    const auto after = someTokens(150, 63);
    for (const bool runsBetween : {false, true}) {
        SCOPED_TRACE(runsBetween);
        const auto engine = makeEngine(smallOptions(GetParam()));
        const auto sequence = makeSequence(*engine);
        runAll(*engine, *sequence, before);
        EXPECT_EQ(sequence->truncate(550), 550);
        if (runsBetween) {
            runAll(*engine, *sequence, std::span(before).subspan(550, 20));
        }
        // Within reach of the current length, but the ring has lost what a window there needs.
        const std::int64_t left = sequence->truncate(400);
        std::vector<std::int32_t> whole(before.begin(), before.begin() + left);
        whole.insert(whole.end(), after.begin(), after.end());
        const std::vector<float> expected = freshRun(smallOptions(GetParam()), whole);
        EXPECT_LE(worstDifference(runAll(*engine, *sequence, after),
                                  from(expected, static_cast<std::size_t>(left))),
                  batchTolerance(GetParam()));
    }
}

TEST_P(EngineTest, SequencesGoBackAsFarAsAskedFor) {
    EngineOptions options = smallOptions(GetParam());
    options.rewindTokens = 100;
    const auto tokens = someTokens(1024, 66);
    const std::span<const std::int32_t> all(tokens);
    const std::vector<float> expected = freshRun(options, all);
    const auto engine = makeEngine(options);
    const auto sequence = makeSequence(*engine);
    for (const std::size_t length : {128U, 400U, 511U, 512U, 513U, 600U, 768U, 1000U}) {
        SCOPED_TRACE(length);
        const auto done = static_cast<std::size_t>(sequence->length());
        runAll(*engine, *sequence, all.subspan(done, length - done));
        const auto back = static_cast<std::int64_t>(length - 100);
        ASSERT_EQ(sequence->truncate(back), back);
        const std::vector<float> again = runAll(*engine, *sequence, all.subspan(length - 100, 24));
        EXPECT_LE(worstDifference(again, from(expected, length - 100).first(again.size())),
                  batchTolerance(GetParam()));
    }
}

TEST_P(EngineTest, ForgettingEverythingAllowsGoingBackAgain) {
    const auto engine = makeEngine(smallOptions(GetParam()));
    const auto sequence = makeSequence(*engine);
    runAll(*engine, *sequence, someTokens(700, 64));
    EXPECT_EQ(sequence->truncate(0), 0);
    const auto tokens = someTokens(100, 65);
    runAll(*engine, *sequence, tokens);
    EXPECT_EQ(sequence->truncate(50), 50);
    const std::vector<float> expected = freshRun(smallOptions(GetParam()), tokens);
    EXPECT_LE(worstDifference(runAll(*engine, *sequence, std::span(tokens).subspan(50)),
                              from(expected, 50)),
              batchTolerance(GetParam()));
}

TEST_P(EngineTest, MediaAreSeenFromTheirPositionOn) {
    const auto tokens = someTokens(60, 70);
    const std::vector<float> without = freshRun(smallOptions(GetParam()), tokens);
    const auto vocab = static_cast<std::size_t>(tinyModel().sizes.vocab);
    for (const std::size_t position : {0U, 1U, 33U, 59U, 60U, 100U}) {
        SCOPED_TRACE(position);
        const auto engine = makeEngine(smallOptions(GetParam()));
        const auto sequence = makeSequence(*engine);
        ASSERT_TRUE(
            sequence->addMedia(someMedia(5, 71), static_cast<std::int64_t>(position)).isOk());
        EXPECT_EQ(sequence->numMedia(), 1);
        const std::vector<float> with = runAll(*engine, *sequence, tokens);
        const std::size_t before = std::min<std::size_t>(position, tokens.size()) * vocab;
        EXPECT_LE(worstDifference(std::span(with).first(before), std::span(without).first(before)),
                  batchTolerance(GetParam()));
        if (position < tokens.size()) {
            EXPECT_GT(worstDifference(std::span(with).subspan(before, vocab),
                                      std::span(without).subspan(before, vocab)),
                      1e-3);
        }
    }
}

TEST_P(EngineTest, TruncateKeepsTheMediaAmongTheTokensLeft) {
    const auto tokens = someTokens(120, 72);
    struct Case {
        std::int64_t length;
        std::int64_t media;
    };
    // Media at 10, 10, 40 and 90.
    for (const Case& c :
         {Case{120, 4}, Case{91, 4}, Case{90, 3}, Case{41, 3}, Case{40, 2}, Case{10, 0}}) {
        SCOPED_TRACE(c.length);
        const auto engine = makeEngine(smallOptions(GetParam()));
        const auto sequence = makeSequence(*engine);
        const std::array<std::int64_t, 4> positions = {10, 10, 40, 90};
        const auto place = [&](Sequence& target, std::int64_t count) {
            for (std::size_t m = 0; m < static_cast<std::size_t>(count); ++m) {
                ASSERT_TRUE(target.addMedia(someMedia(4 + m, 80 + m), positions[m]).isOk());
            }
        };
        place(*sequence, 4);
        runAll(*engine, *sequence, tokens);
        EXPECT_EQ(sequence->truncate(c.length), c.length);
        EXPECT_EQ(sequence->numMedia(), c.media);
        // A new medium takes the place of those that were dropped, in the caches and in the count.
        const auto fresh = someMedia(9, 90);
        ASSERT_TRUE(sequence->addMedia(fresh, c.length + 3).isOk());
        const auto after = someTokens(40, 73);
        const std::vector<float> actual = runAll(*engine, *sequence, after);

        const auto other = makeEngine(smallOptions(GetParam()));
        const auto expectedSequence = makeSequence(*other);
        place(*expectedSequence, c.media);
        ASSERT_TRUE(expectedSequence->addMedia(fresh, c.length + 3).isOk());
        std::vector<std::int32_t> whole(tokens.begin(), tokens.begin() + c.length);
        whole.insert(whole.end(), after.begin(), after.end());
        const std::vector<float> expected = runAll(*other, *expectedSequence, whole);
        EXPECT_LE(worstDifference(actual, from(expected, static_cast<std::size_t>(c.length))),
                  batchTolerance(GetParam()));
    }
}

TEST_P(EngineTest, ForgettingEverythingDropsMedia) {
    const auto engine = makeEngine(smallOptions(GetParam()));
    const auto sequence = makeSequence(*engine);
    ASSERT_TRUE(sequence->addMedia(someMedia(5, 95), 0).isOk());
    runAll(*engine, *sequence, someTokens(600, 96));
    EXPECT_EQ(sequence->truncate(100), 0);
    EXPECT_EQ(sequence->numMedia(), 0);
    const auto tokens = someTokens(30, 97);
    EXPECT_LE(worstDifference(runAll(*engine, *sequence, tokens),
                              freshRun(smallOptions(GetParam()), tokens)),
              batchTolerance(GetParam()));
}

TEST_P(EngineTest, HalfPrecisionCachesAreClose) {
    EngineOptions options = smallOptions(GetParam());
    const auto tokens = someTokens(400, 98);
    const std::vector<float> exact = freshRun(options, tokens);
    options.cacheType = DType::F16;
    const std::vector<float> rounded = freshRun(options, tokens);
    // A position where rounding chose another block or expert is off by more, and what follows
    // sees its keys: the typical position tells.
    const auto vocab = static_cast<std::size_t>(tinyModel().sizes.vocab);
    std::vector<double> differences;
    for (std::size_t row = 0; row < exact.size(); row += vocab) {
        differences.push_back(worstDifference(std::span(rounded).subspan(row, vocab),
                                              std::span(exact).subspan(row, vocab)));
    }
    std::sort(differences.begin(), differences.end());
    std::printf("median relative difference %.2e, largest %.2e\n",
                differences[differences.size() / 2], differences.back());
    EXPECT_LE(differences[differences.size() / 2], 2e-3);
    EXPECT_GT(differences[differences.size() / 2], 0.0) << "the caches are not F16";
}

TEST_P(EngineTest, ThreadsDoNotChangeLogits) {
    EngineOptions options = smallOptions(GetParam());
    const auto tokens = someTokens(200, 99);
    const std::vector<float> two = freshRun(options, tokens);
    options.numThreads = 1;
    EXPECT_LE(worstDifference(freshRun(options, tokens), two), batchTolerance(GetParam()));
}

}  // namespace
}  // namespace hearth::testing_support
