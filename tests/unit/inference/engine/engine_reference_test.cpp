// The text decoder against a scalar one in double that was written from the equations alone.

#include <gtest/gtest.h>

#include <cstdio>
#include <vector>

#include "inference/engine/engine.h"
#include "tests/support/hearth_reference.h"
#include "tests/unit/inference/engine/engine_fixture.h"

namespace hearth::testing_support {
namespace {

/// Past the window of 64 and four times as many blocks as are read back.
constexpr std::size_t kNumTokens = 333;
constexpr double kTolerance = 1e-4;
/// Rounding moves scores by some 1e-6 of their size: no choice of the tests hangs on that.
constexpr double kDecisiveMargin = 2e-5;

std::vector<float> flatten(const std::vector<std::vector<double>>& rows) {
    std::vector<float> values;
    for (const std::vector<double>& row : rows) {
        values.insert(values.end(), row.begin(), row.end());
    }
    return values;
}

void expectDecisive(const ReferenceRun& run) {
    EXPECT_GT(run.expertMargin, kDecisiveMargin) << "choose another seed";
    EXPECT_GT(run.blockMargin, kDecisiveMargin) << "choose another seed";
}

TEST_P(EngineTest, TextFollowsTheEquations) {
    const auto tokens = randomTokens(tinyModel().sizes.vocab, kNumTokens, 1);
    static const ReferenceRun expected = runReference(tinyModel(), tokens);
    expectDecisive(expected);
    const auto engine = makeEngine(smallOptions(GetParam()));
    const auto sequence = makeSequence(*engine);
    const double worst =
        worstDifference(runAll(*engine, *sequence, tokens), flatten(expected.logits));
    std::printf("worst relative difference %.2e, margins: experts %.1e, blocks %.1e\n", worst,
                expected.expertMargin, expected.blockMargin);
    EXPECT_LE(worst, kTolerance);
}

TEST_P(EngineTest, MediaFollowTheEquations) {
    const auto tokens = randomTokens(tinyModel().sizes.vocab, kNumTokens, 2);
    // Ten media, so that ordinals start over; two at one place; more vectors than tokens of a step.
    std::vector<ReferenceMedium> media;
    for (std::uint64_t k = 0; k < 10; ++k) {
        media.push_back({someMedia(k == 3 ? 300 : 3 + k, 100 + k),
                         static_cast<std::int64_t>(5 + 20 * (k / 2 * 2))});
    }
    static const ReferenceRun expected = runReference(tinyModel(), tokens, media);
    expectDecisive(expected);
    const auto engine = makeEngine(smallOptions(GetParam()));
    const auto sequence = makeSequence(*engine);
    for (const ReferenceMedium& medium : media) {
        const Status status = sequence->addMedia(medium.vectors, medium.position);
        ASSERT_TRUE(status.isOk()) << status.message();
    }
    const double worst =
        worstDifference(runAll(*engine, *sequence, tokens), flatten(expected.logits));
    std::printf("worst relative difference %.2e, margins: experts %.1e, blocks %.1e\n", worst,
                expected.expertMargin, expected.blockMargin);
    EXPECT_LE(worst, kTolerance);
}

TEST_P(EngineTest, SkippedExpertsFollowTheEquations) {
    const auto tokens = randomTokens(tinyModel().sizes.vocab, kNumTokens, 3);
    constexpr float kThreshold = 0.7F;
    static const ReferenceRun expected = runReference(tinyModel(), tokens, {}, kThreshold);
    expectDecisive(expected);
    const auto engine = makeEngine(smallOptions(GetParam()));
    engine->setSkipThreshold(kThreshold);
    const auto sequence = makeSequence(*engine);
    EXPECT_LE(worstDifference(runAll(*engine, *sequence, tokens), flatten(expected.logits)),
              kTolerance);
}

TEST_P(EngineTest, RouterTraceTellsTheChosenExperts) {
    const auto tokens = randomTokens(tinyModel().sizes.vocab, 100, 4);
    for (const float threshold : {0.0F, 0.7F, 1.0F}) {
        SCOPED_TRACE(threshold);
        const ReferenceRun expected = runReference(tinyModel(), tokens, {}, threshold);
        expectDecisive(expected);
        const auto engine = makeEngine(smallOptions(GetParam()));
        engine->setSkipThreshold(threshold);
        const auto sequence = makeSequence(*engine);
        const SequenceWork work{.sequence = sequence.get(), .tokens = tokens};
        RouterTrace trace;
        trace.experts = {7, 7, 7};  // of an earlier step
        ASSERT_TRUE(engine->step({&work, 1}, {}, &trace).has_value());
        const auto numLayers = static_cast<std::size_t>(tinyModel().sizes.layers);
        ASSERT_EQ(trace.numSlots, 2);
        ASSERT_EQ(trace.experts.size(), numLayers * tokens.size() * 2);
        ASSERT_EQ(trace.weights.size(), trace.experts.size());
        std::size_t numSkipped = 0;
        for (std::size_t layer = 0; layer < numLayers; ++layer) {
            for (std::size_t t = 0; t < tokens.size(); ++t) {
                const std::size_t first = (layer * tokens.size() + t) * 2;
                EXPECT_NEAR(trace.weights[first] + trace.weights[first + 1], 1.0, 1e-6);
                for (std::size_t slot = 0; slot < 2; ++slot) {
                    EXPECT_EQ(trace.experts[first + slot], expected.experts[layer][t][slot]);
                    EXPECT_NEAR(trace.weights[first + slot], expected.weights[layer][t][slot],
                                1e-4);
                }
                numSkipped += trace.experts[first + 1] == -1 ? 1U : 0U;
            }
        }
        if (threshold == 0.0F) {
            EXPECT_EQ(numSkipped, numLayers * tokens.size());
        } else if (threshold == 1.0F) {
            EXPECT_EQ(numSkipped, 0U);
        } else {
            EXPECT_GT(numSkipped, 0U);
            EXPECT_LT(numSkipped, numLayers * tokens.size());
        }
    }
}

}  // namespace
}  // namespace hearth::testing_support
