// The engine against vectors that the PyTorch model of the recipe computed (hearth_mini.vectors):
// the folder named by HEARTH_PARITY_DIR, or tests/data/parity, holds model.gguf (or
// random-f32.gguf) and one folder a case.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>

#include "inference/engine/engine.h"
#include "tests/integration/engine/npy_reader.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;
using testing_support::NpyArray;
using testing_support::readNpy;

/// Largest difference allowed, relative to the largest logit of the position.
constexpr double kTolerance = 1e-3;
/// Positions where a block or an expert was chosen by less than this may differ by rounding alone.
constexpr float kDecisiveMargin = 1e-4F;

fs::path parityFolder() {
    const char* folder = std::getenv("HEARTH_PARITY_DIR");
    return folder == nullptr ? fs::path(HEARTH_TEST_DATA_DIR) / "parity" : fs::path(folder);
}

std::shared_ptr<const Model> loadModel() {
    for (const char* name : {"model.gguf", "random-f32.gguf"}) {
        if (fs::exists(parityFolder() / name)) {
            auto model = Model::load(parityFolder() / name, {.needsTokenizer = false});
            EXPECT_TRUE(model.has_value()) << model.error().message();
            return model.has_value() ? std::move(model).value() : nullptr;
        }
    }
    return nullptr;
}

struct Comparison {
    std::int64_t positions = 0;  ///< compared
    std::int64_t sameArgmax = 0;
    double worst = 0;   ///< relative difference
    double median = 0;  ///< relative difference
};

class ParityTest : public testing::TestWithParam<IsaRequest> {
protected:
    void SetUp() override {
        m_model = loadModel();
        if (m_model == nullptr && !HasFailure()) {
            GTEST_SKIP() << parityFolder() << " holds no model; name a folder of vectors in "
                         << "HEARTH_PARITY_DIR";
        }
    }

    /// Logits of all positions of a case.
    std::vector<float> logitsOf(const std::string& name, const HearthAblation& ablation) {
        EngineOptions options;
        options.isa = GetParam();
        options.contextTokens = 8192;
        options.cacheType = DType::F32;
        options.ablation = ablation;
        auto created = Engine::create(m_model, options);
        if (!created.has_value()) {
            ADD_FAILURE() << created.error().message();
            return {};
        }
        Engine& engine = *created.value();
        auto sequence = std::move(engine.createSequence()).value();
        const fs::path folder = parityFolder() / name;
        const std::vector<std::int64_t> ids = readNpy(folder / "ids.npy")->integers;
        const std::vector<std::int32_t> tokens(ids.begin(), ids.end());
        const auto place = [&](Result<std::vector<float>> vectors, std::int32_t token) {
            ASSERT_TRUE(vectors.has_value()) << vectors.error().message();
            const auto at = std::find(tokens.begin(), tokens.end(), token) - tokens.begin();
            ASSERT_TRUE(sequence->addMedia(vectors.value(), at).isOk());
        };
        if (const auto pixels = readNpy(folder / "picture.pixels.npy")) {
            place(engine.encodeImage({pixels->floats.data(), 128, 128}), 5);
        }
        if (const auto frames = readNpy(folder / "sound.frames.npy")) {
            const auto logMel = readNpy(folder / "sound.log_mel.npy");
            place(engine.encodeAudio({frames->floats.data(), logMel->floats.data(),
                                      static_cast<int>(frames->shape[0]),
                                      static_cast<int>(frames->shape[1]),
                                      static_cast<int>(logMel->shape[1])}),
                  6);
        }
        std::vector<float> logits;
        const std::span<const std::int32_t> all(tokens);
        for (std::size_t done = 0; done < tokens.size();) {
            const std::size_t count = std::min<std::size_t>(all.size() - done, 200);
            const SequenceWork work{.sequence = sequence.get(),
                                    .tokens = all.subspan(done, count),
                                    .logits = SequenceWork::Logits::All};
            const auto result = engine.step({&work, 1});
            if (!result.has_value()) {
                ADD_FAILURE() << result.error().message();
                return {};
            }
            logits.insert(logits.end(), result.value().begin(), result.value().end());
            done += count;
        }
        return logits;
    }

    /// Compares the last positions that `expected` covers.
    Comparison compare(const std::string& name, const NpyArray& expected,
                       const std::vector<float>& logits) {
        const fs::path folder = parityFolder() / name;
        const std::vector<std::int64_t> positions = readNpy(folder / "positions.npy")->integers;
        const std::vector<float> routing = readNpy(folder / "routing_margin.npy")->floats;
        const std::vector<float> selection = readNpy(folder / "selection_margin.npy")->floats;
        const auto vocab = static_cast<std::size_t>(expected.shape[1]);
        const auto count = static_cast<std::size_t>(expected.shape[0]);
        Comparison result;
        std::vector<double> differences;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t entry = positions.size() - count + i;
            if (routing[entry] < kDecisiveMargin || selection[entry] < kDecisiveMargin) {
                continue;
            }
            const float* ours = logits.data() + static_cast<std::size_t>(positions[entry]) * vocab;
            const float* theirs = expected.floats.data() + i * vocab;
            float largest = 0;
            float difference = 0;
            for (std::size_t v = 0; v < vocab; ++v) {
                largest = std::max(largest, std::abs(theirs[v]));
                difference = std::max(difference, std::abs(ours[v] - theirs[v]));
            }
            ++result.positions;
            result.sameArgmax += std::max_element(ours, ours + vocab) - ours ==
                                 std::max_element(theirs, theirs + vocab) - theirs;
            differences.push_back(static_cast<double>(difference) / largest);
        }
        if (!differences.empty()) {
            std::sort(differences.begin(), differences.end());
            result.worst = differences.back();
            result.median = differences[differences.size() / 2];
        }
        return result;
    }

    std::shared_ptr<const Model> m_model;
};

TEST_P(ParityTest, LogitsAgreeWithPyTorch) {
    for (const std::string name : {"short", "long", "picture", "sound"}) {
        SCOPED_TRACE(name);
        if (name == "long" && GetParam() == IsaRequest::Reference) {
            continue;  // scalar code takes minutes for 2,000 tokens
        }
        const auto expected = readNpy(parityFolder() / name / "logits.npy");
        ASSERT_TRUE(expected.has_value());
        const Comparison result = compare(name, *expected, logitsOf(name, {}));
        std::printf("%s: %lld positions, worst relative difference %.2e\n", name.c_str(),
                    static_cast<long long>(result.positions), result.worst);
        EXPECT_GT(result.positions, 0);
        EXPECT_EQ(result.sameArgmax, result.positions);
        EXPECT_LE(result.worst, kTolerance);
    }
}

TEST_P(ParityTest, EveryPartOfTheModelMatters) {
    if (GetParam() == IsaRequest::Reference) {
        GTEST_SKIP() << "the parts are switched off outside the kernels; one table shows it";
    }
    struct Case {
        const char* name;
        const char* part;
        HearthAblation ablation;
    };
    for (const Case& c : {Case{"long", "memory", {.memory = true}},
                          Case{"short", "shared_expert", {.sharedExpert = true}},
                          Case{"picture", "cross_attention", {.crossAttention = true}},
                          Case{"sound", "waveform", {.waveform = true}},
                          Case{"sound", "spectrogram", {.spectrogram = true}}}) {
        SCOPED_TRACE(c.part);
        const std::vector<float> logits = logitsOf(c.name, c.ablation);
        const auto whole = readNpy(parityFolder() / c.name / "logits.npy");
        EXPECT_GT(compare(c.name, *whole, logits).worst, 10 * kTolerance)
            << "switching it off changes nothing";
        const auto without =
            readNpy(parityFolder() / c.name / ("logits.without_" + std::string(c.part) + ".npy"));
        ASSERT_TRUE(without.has_value());
        // Without a part other experts and blocks are near-ties, which the stored margins do not
        // tell: the typical position agrees, single ones may not.
        const Comparison result = compare(c.name, *without, logits);
        std::printf("without %s: %lld positions, relative difference %.2e (median), %.2e (worst)\n",
                    c.part, static_cast<long long>(result.positions), result.median, result.worst);
        EXPECT_GT(result.positions, 0);
        EXPECT_LE(result.median, kTolerance);
    }
}

std::string isaName(const testing::TestParamInfo<IsaRequest>& parameter) {
    return parameter.param == IsaRequest::Reference ? "Reference" : "Auto";
}

INSTANTIATE_TEST_SUITE_P(Isas, ParityTest, testing::Values(IsaRequest::Reference, IsaRequest::Auto),
                         isaName);

}  // namespace
}  // namespace hearth
