// The engine against the PyTorch model of the recipe, on the weights of the shipped file expanded
// to f32: tests/data/parity holds inputs and what PyTorch computed. HEARTH_PARITY_DIR names another
// folder of hearth_mini.vectors, which may hold a model.gguf of its own.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "inference/engine/engine.h"
#include "inference/model/hearth_decoder.h"
#include "kernels/base/thread_pool.h"
#include "media/audio/audio_preprocess.h"
#include "media/decoder_client.h"
#include "media/image/image_preprocess.h"
#include "tests/integration/engine/dequantized_model.h"
#include "tests/integration/engine/parity_vectors.h"
#include "tests/integration/engine/watched_selection.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;
using testing_support::compare;
using testing_support::Difference;
using testing_support::ExpectedLogits;
using testing_support::ParityCase;
using testing_support::readCase;
using testing_support::readWithout;
using testing_support::WatchedSelection;

/// Both sides compute in f32 and differ by the order of their sums: some 1e-5 in the end.
constexpr double kTolerance = 1e-3;
constexpr std::int32_t kContext = 4096;
/// What the long case has to show.
constexpr std::size_t kMinLongPositions = 256;
constexpr std::int32_t kMinLongDepth = 2049;
constexpr std::ptrdiff_t kMinReadBacks = 8;

fs::path vectorFolder() {
    const char* folder = std::getenv("HEARTH_PARITY_DIR");
    return folder == nullptr ? fs::path(HEARTH_TEST_DATA_DIR) / "parity" : fs::path(folder);
}

void report(const std::string& what, const Difference& difference) {
    std::printf(
        "%s: %zu positions, %zu with another likeliest token, relative difference %.1e, "
        "median %.1e\n",
        what.c_str(), difference.numPositions, difference.numOtherArgmax, difference.worst,
        difference.median);
}

class ParityTest : public testing::TestWithParam<IsaRequest> {
protected:
    static void SetUpTestSuite() {
        const fs::path own = vectorFolder() / "model.gguf";
        const fs::path path = fs::exists(own) ? own : fs::path(HEARTH_BUILT_IN_MODEL);
        std::string expected;
        std::ifstream(vectorFolder() / "model.sha256") >> expected;
        const std::string found = testing_support::sha256OfFile(path);
        if (expected.empty() || expected != found) {
            s_problem = vectorFolder().string() + " does not belong to " + path.string() +
                        " (SHA-256 " + found + ", not " + expected +
                        "). Write its vectors anew; in resources/hearth-mini/recipe:\n    "
                        "python -m hearth_mini.vectors ../../../tests/data/parity --gguf "
                        "../hearth-mini.gguf";
            return;
        }
        Result<std::shared_ptr<const Model>> model =
            testing_support::loadInF32(path, HEARTH_TEST_BINARY_DIR);
        if (model.has_value()) {
            s_model = std::move(model).value();
        } else {
            s_problem = model.error().message();
        }
    }

    static void TearDownTestSuite() { s_model.reset(); }

    void SetUp() override {
        ASSERT_TRUE(s_model != nullptr) << s_problem;
        if (!selectCpuOps(GetParam()).has_value()) {
            GTEST_SKIP() << "this CPU lacks the instruction set";
        }
        m_vocabSize = static_cast<std::size_t>(s_model->config().vocabSize);
    }

    static Result<std::unique_ptr<media::DecoderClient>> openDecoder() {
        return media::DecoderClient::open({.programPath = HEARTH_DECODER_PROGRAM});
    }

    static Result<std::vector<float>> encodePicture(Engine& engine) {
        HEARTH_ASSIGN_OR_RETURN(const auto client, openDecoder());
        HEARTH_ASSIGN_OR_RETURN(const media::Image image,
                                client->decodeImage(vectorFolder() / "picture.png"));
        HEARTH_ASSIGN_OR_RETURN(const media::PreparedImage prepared, media::prepareImage(image));
        return engine.encodeImage(prepared.view());
    }

    static Result<std::vector<float>> encodeSound(Engine& engine) {
        HEARTH_ASSIGN_OR_RETURN(const auto client, openDecoder());
        HEARTH_ASSIGN_OR_RETURN(const media::Audio audio,
                                client->decodeAudio(vectorFolder() / "sound.wav"));
        HEARTH_ASSIGN_OR_RETURN(const media::AudioPreprocessor preprocessor,
                                media::AudioPreprocessor::open(audio.samples));
        HEARTH_ASSIGN_OR_RETURN(const media::PreparedAudio prepared, preprocessor.prepareChunk(0));
        return engine.encodeAudio(prepared.view());
    }

    /// Logits [positions, vocabulary] of a case, by way of the files of its media.
    Result<std::vector<float>> logitsOf(const ParityCase& one,
                                        const HearthAblation& ablation) const {
        EngineOptions options;
        options.isa = GetParam();
        options.contextTokens = kContext;
        options.cacheType = DType::F32;
        options.ablation = ablation;
        HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Engine> engine,
                                Engine::create(s_model, options));
        HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Sequence> sequence, engine->createSequence());
        const ChatTokens& chat = s_model->chatTokens();
        for (std::size_t i = 0; i < one.ids.size(); ++i) {
            if (one.ids[i] == chat.image || one.ids[i] == chat.audio) {
                HEARTH_ASSIGN_OR_RETURN(
                    const std::vector<float> vectors,
                    one.ids[i] == chat.image ? encodePicture(*engine) : encodeSound(*engine));
                HEARTH_RETURN_IF_ERROR(sequence->addMedia(vectors, static_cast<std::int64_t>(i)));
            }
        }
        std::vector<float> logits;
        const std::span<const std::int32_t> ids(one.ids);
        for (std::size_t done = 0; done < ids.size();) {
            // Not a multiple of the block length, so that blocks are completed within steps.
            const std::size_t count = std::min<std::size_t>(ids.size() - done, 200);
            const std::vector<std::int32_t> rows = rowsWithin(one, done, count);
            const SequenceWork work{
                .sequence = sequence.get(),
                .tokens = ids.subspan(done, count),
                .logits = rows.empty() ? SequenceWork::Logits::None : SequenceWork::Logits::All};
            HEARTH_ASSIGN_OR_RETURN(const std::span<const float> all, engine->step({&work, 1}));
            for (const std::int32_t row : rows) {
                const auto wanted =
                    all.subspan(static_cast<std::size_t>(row) * m_vocabSize, m_vocabSize);
                logits.insert(logits.end(), wanted.begin(), wanted.end());
            }
            done += count;
        }
        return logits;
    }

    /// The compared positions among `count` from `first`, counted from there.
    static std::vector<std::int32_t> rowsWithin(const ParityCase& one, std::size_t first,
                                                std::size_t count) {
        std::vector<std::int32_t> rows;
        for (const std::int32_t position : one.positions) {
            const auto at = static_cast<std::size_t>(position);
            if (at >= first && at < first + count) {
                rows.push_back(static_cast<std::int32_t>(at - first));
            }
        }
        return rows;
    }

    /// What the decoder made of a text.
    struct Watched {
        std::vector<float> logits;           ///< [positions, vocabulary]
        std::vector<std::int32_t> selected;  ///< [memory layers, positions, KV heads, 16]
    };

    /// Runs the decoder over a table of operations that watches the selection of blocks.
    Result<Watched> runWatched(const ParityCase& one, WatchedSelection::Mode mode) const {
        const HearthConfig& config = s_model->config();
        const auto perRow = static_cast<std::size_t>(config.numKvHeads * config.selectedBlocks);
        WatchedSelection watched(GetParam(), mode);
        ThreadPool pool(2);
        HEARTH_ASSIGN_OR_RETURN(const UniqueDevice device, openDevice(watched.ops(), 0, &pool));
        HEARTH_ASSIGN_OR_RETURN(const UniqueStream stream, createStream(device));
        HearthDecoder::Options options;
        options.contextTokens = kContext;
        options.cacheType = DType::F32;
        HEARTH_ASSIGN_OR_RETURN(
            HearthDecoder decoder,
            HearthDecoder::create(device, stream.get(), config, s_model->weights(), options));
        Watched result;
        std::vector<std::vector<std::int32_t>> layers;
        const auto maxRows = static_cast<std::size_t>(options.maxRows);
        for (std::size_t done = 0; done < one.ids.size(); done += maxRows) {
            const std::size_t count = std::min(one.ids.size() - done, maxRows);
            std::vector<DecoderRow> rows(count);
            for (std::size_t i = 0; i < count; ++i) {
                rows[i].token = one.ids[done + i];
                rows[i].position = static_cast<std::int32_t>(done + i);
            }
            const std::vector<std::int32_t> wanted = rowsWithin(one, done, count);
            std::vector<float> logits(wanted.size() * m_vocabSize);
            watched.clear();
            HEARTH_RETURN_IF_ERROR(decoder.run(rows, wanted, logits, 1.0F, nullptr, {}));
            result.logits.insert(result.logits.end(), logits.begin(), logits.end());
            layers.resize(std::max(layers.size(), watched.calls().size()));
            for (std::size_t layer = 0; layer < watched.calls().size(); ++layer) {
                const std::span<const std::int32_t> call(watched.calls()[layer]);
                for (const std::int32_t row : wanted) {
                    const auto blocks =
                        call.subspan(static_cast<std::size_t>(row) * perRow, perRow);
                    layers[layer].insert(layers[layer].end(), blocks.begin(), blocks.end());
                }
            }
        }
        for (const std::vector<std::int32_t>& layer : layers) {
            result.selected.insert(result.selected.end(), layer.begin(), layer.end());
        }
        return result;
    }

    Difference differenceOf(const ExpectedLogits& expected,
                            const std::vector<float>& logits) const {
        return compare(expected, logits, m_vocabSize);
    }

    static inline std::shared_ptr<const Model> s_model;
    static inline std::string s_problem;
    std::size_t m_vocabSize = 0;
};

TEST_P(ParityTest, LogitsAgreeWithPyTorch) {
    for (const std::string name : {"short", "long", "picture", "sound"}) {
        SCOPED_TRACE(name);
        if (name == "long" && GetParam() == IsaRequest::Reference) {
            continue;  // scalar code takes minutes for 2,000 tokens
        }
        const ParityCase one = readCase(vectorFolder(), name);
        const Result<std::vector<float>> logits = logitsOf(one, {});
        ASSERT_TRUE(logits.has_value()) << logits.error().message();
        ASSERT_EQ(logits.value().size(), one.positions.size() * m_vocabSize);
        const Difference difference = differenceOf(one.expected, logits.value());
        report(name, difference);
        EXPECT_EQ(difference.numOtherArgmax, 0U);
        EXPECT_LE(difference.worst, kTolerance);
    }
}

/// The comparison of the test above fails when a part of the model is off, and the model without
/// the part is PyTorch's.
TEST_P(ParityTest, EveryPartThatIsOffIsNoticed) {
    if (GetParam() != IsaRequest::Auto) {
        GTEST_SKIP() << "the parts are switched off outside the kernels; one table shows it";
    }
    struct Part {
        const char* caseName;
        const char* name;
        HearthAblation ablation;
    };
    for (const Part& part : {Part{"long", "memory", {.memory = true}},
                             Part{"short", "shared_expert", {.sharedExpert = true}},
                             Part{"picture", "cross_attention", {.crossAttention = true}},
                             Part{"sound", "cross_attention", {.crossAttention = true}},
                             Part{"sound", "waveform", {.waveform = true}},
                             Part{"sound", "spectrogram", {.spectrogram = true}}}) {
        const std::string what = std::string(part.caseName) + " without " + part.name;
        SCOPED_TRACE(what);
        const ParityCase one = readCase(vectorFolder(), part.caseName);
        const Result<std::vector<float>> logits = logitsOf(one, part.ablation);
        ASSERT_TRUE(logits.has_value()) << logits.error().message();
        const Difference whole = differenceOf(one.expected, logits.value());
        report(what + ", to the whole model", whole);
        EXPECT_FALSE(whole.isWithin(kTolerance)) << "switching it off changes nothing";
        EXPECT_GT(whole.worst, 10 * kTolerance) << "switching it off changes little";
        const ExpectedLogits without = readWithout(vectorFolder(), part.caseName, part.name);
        // The texts leave nothing to rounding in the whole model. Without a part other blocks and
        // experts are near-ties: the typical position agrees, single ones may not.
        const Difference difference = differenceOf(without, logits.value());
        report(what + ", to PyTorch", difference);
        EXPECT_LE(difference.median, kTolerance);
    }
}

TEST_P(ParityTest, BlocksAreReadBackAsInPyTorch) {
    if (GetParam() == IsaRequest::Reference) {
        GTEST_SKIP() << "scalar code takes minutes for 2,000 tokens";
    }
    const ParityCase one = readCase(vectorFolder(), "long");
    ASSERT_GE(one.positions.size(), kMinLongPositions);
    EXPECT_GE(*std::min_element(one.positions.begin(), one.positions.end()), kMinLongDepth);
    const HearthConfig& config = s_model->config();
    const auto perGroup = static_cast<std::size_t>(config.selectedBlocks);
    const auto numLayers = static_cast<std::size_t>(
        std::count(config.hasMemory.begin(), config.hasMemory.end(), true));
    ASSERT_EQ(one.selected.size(), numLayers * one.positions.size() * perGroup *
                                       static_cast<std::size_t>(config.numKvHeads));
    for (std::size_t at = 0; at < one.selected.size(); at += perGroup) {
        const auto blocks = std::span<const std::int32_t>(one.selected).subspan(at, perGroup);
        ASSERT_GE(
            std::count_if(blocks.begin(), blocks.end(), [](auto block) { return block >= 0; }),
            kMinReadBacks);
    }
    const Result<Watched> watched = runWatched(one, WatchedSelection::Mode::Record);
    ASSERT_TRUE(watched.has_value()) << watched.error().message();
    EXPECT_TRUE(watched.value().selected == one.selected) << "other blocks were selected";
    EXPECT_TRUE(differenceOf(one.expected, watched.value().logits).isWithin(kTolerance));

    // One wrong block of the sixteen is noticed: what is read back is exact and counts.
    const Result<Watched> wrong = runWatched(one, WatchedSelection::Mode::ReadOneOther);
    ASSERT_TRUE(wrong.has_value()) << wrong.error().message();
    const Difference difference = differenceOf(one.expected, wrong.value().logits);
    report("long with one other block", difference);
    EXPECT_FALSE(difference.isWithin(kTolerance));
}

std::string isaName(const testing::TestParamInfo<IsaRequest>& parameter) {
    switch (parameter.param) {
        case IsaRequest::Reference:
            return "Reference";
        case IsaRequest::Avx2:
            return "Avx2";
        default:
            return "Auto";
    }
}

INSTANTIATE_TEST_SUITE_P(Isas, ParityTest,
                         testing::Values(IsaRequest::Reference, IsaRequest::Avx2, IsaRequest::Auto),
                         isaName);

}  // namespace
}  // namespace hearth
