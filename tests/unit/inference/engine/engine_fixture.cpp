#include "tests/unit/inference/engine/engine_fixture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "tests/support/temp_folder.h"

namespace hearth::testing_support {

const TinyHearthModel& tinyModel() {
    static const TinyHearthModel model(TinyHearthSizes{}, 11);
    return model;
}

std::shared_ptr<const Model> loadedModel() {
    static const std::shared_ptr<const Model> model = [] {
        // An open mapping outlives the name of its file.
        const TempFolder folder;
        const Status written = tinyModel().write(folder.path() / "tiny.gguf");
        EXPECT_TRUE(written.isOk()) << written.message();
        auto loaded = Model::load(folder.path() / "tiny.gguf", {.needsTokenizer = false});
        EXPECT_TRUE(loaded.has_value()) << loaded.error().message();
        return std::move(loaded).value();
    }();
    return model;
}

EngineOptions smallOptions(IsaRequest isa) {
    EngineOptions options;
    options.numThreads = 2;
    options.isa = isa;
    options.contextTokens = 2048;
    options.rewindTokens = 0;
    options.cacheType = DType::F32;
    return options;
}

std::unique_ptr<Engine> makeEngine(const EngineOptions& options) {
    auto engine = Engine::create(loadedModel(), options);
    EXPECT_TRUE(engine.has_value()) << engine.error().message();
    return std::move(engine).value();
}

std::unique_ptr<Sequence> makeSequence(Engine& engine) {
    auto sequence = engine.createSequence();
    EXPECT_TRUE(sequence.has_value()) << sequence.error().message();
    return std::move(sequence).value();
}

std::vector<float> runAll(Engine& engine, Sequence& sequence, std::span<const std::int32_t> tokens,
                          std::span<const std::size_t> chunks) {
    std::vector<float> logits;
    std::size_t chunk = 0;
    while (!tokens.empty()) {
        const std::size_t count = std::min(chunks[chunk], tokens.size());
        chunk = std::min(chunk + 1, chunks.size() - 1);
        const SequenceWork work{.sequence = &sequence,
                                .tokens = tokens.first(count),
                                .logits = SequenceWork::Logits::All};
        const auto result = engine.step({&work, 1});
        if (!result.has_value()) {
            ADD_FAILURE() << result.error().message();
            return {};
        }
        logits.insert(logits.end(), result.value().begin(), result.value().end());
        tokens = tokens.subspan(count);
    }
    return logits;
}

std::vector<float> runAll(Engine& engine, Sequence& sequence,
                          std::span<const std::int32_t> tokens) {
    constexpr std::size_t kWhole = Engine::kMaxStepRows;
    return runAll(engine, sequence, tokens, {&kWhole, 1});
}

std::vector<float> someMedia(std::size_t count, std::uint64_t seed) {
    return randomNormal(count * static_cast<std::size_t>(tinyModel().sizes.width), 1.0F, seed);
}

double worstDifference(std::span<const float> actual, std::span<const float> expected) {
    const auto vocab = static_cast<std::size_t>(tinyModel().sizes.vocab);
    if (actual.size() != expected.size() || actual.size() % vocab != 0) {
        return std::numeric_limits<double>::infinity();
    }
    double worst = 0;
    for (std::size_t row = 0; row < actual.size(); row += vocab) {
        float largest = 0;
        float difference = 0;
        for (std::size_t i = row; i < row + vocab; ++i) {
            if (!std::isfinite(actual[i]) || !std::isfinite(expected[i])) {
                return std::numeric_limits<double>::infinity();
            }
            largest = std::max(largest, std::abs(expected[i]));
            difference = std::max(difference, std::abs(actual[i] - expected[i]));
        }
        worst = std::max(worst, static_cast<double>(difference) / largest);
    }
    return worst;
}

std::string isaName(const testing::TestParamInfo<IsaRequest>& parameter) {
    return parameter.param == IsaRequest::Reference ? "Reference" : "Auto";
}

INSTANTIATE_TEST_SUITE_P(Isas, EngineTest, testing::Values(IsaRequest::Reference, IsaRequest::Auto),
                         isaName);

}  // namespace hearth::testing_support
