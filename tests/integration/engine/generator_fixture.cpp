#include "tests/integration/engine/generator_fixture.h"

#include <gtest/gtest.h>

#include <array>
#include <span>

#include "inference/gguf/gguf_file.h"
#include "inference/gguf/gguf_writer.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_hearth_model.h"

namespace hearth::testing_support {
namespace {

constexpr int kNumControl = 32;
constexpr int kNumBytes = 256;
constexpr int kNumPairs = 32;
constexpr std::int64_t kVocab = kNumControl + kNumBytes + kNumPairs;

/// The printable character that stands for a byte in a byte-level vocabulary.
std::string byteText(int byte) {
    const auto isPrintable = [](int b) {
        return (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
    };
    int codePoint = byte;
    if (!isPrintable(byte)) {
        codePoint = 0x100;
        for (int b = 0; b < byte; ++b) {
            codePoint += isPrintable(b) ? 0 : 1;
        }
    }
    if (codePoint < 0x80) {
        return std::string(1, static_cast<char>(codePoint));
    }
    return {static_cast<char>(0xc0 | codePoint >> 6), static_cast<char>(0x80 | (codePoint & 0x3f))};
}

void must(const Status& status) {
    ASSERT_TRUE(status.isOk()) << status.message();
}

void addTokenizer(GgufWriter& writer) {
    std::vector<std::string> tokens = {"<|endoftext|>", "<|system|>", "<|user|>",  "<|assistant|>",
                                       "<|end|>",       "<|image|>",  "<|audio|>", "<|document|>"};
    std::vector<std::int32_t> types(static_cast<std::size_t>(kVocab), 1);
    for (int i = 0; i < kNumControl; ++i) {
        types[static_cast<std::size_t>(i)] = 3;
        if (i >= 8) {
            tokens.push_back("<|reserved" + std::to_string(i) + "|>");
        }
    }
    for (int byte = 0; byte < kNumBytes; ++byte) {
        tokens.push_back(byteText(byte));
    }
    std::vector<std::string> merges;
    for (int i = 0; i < kNumPairs; ++i) {
        const std::string letter(1, static_cast<char>('A' + i));
        tokens.push_back(letter + letter);
        merges.push_back(letter + " " + letter);
    }
    const auto views = [](const std::vector<std::string>& texts) {
        return std::vector<std::string_view>(texts.begin(), texts.end());
    };
    must(writer.addString("tokenizer.ggml.model", "gpt2"));
    must(writer.addString("tokenizer.ggml.pre", "qwen2"));
    must(writer.addStrings("tokenizer.ggml.tokens", views(tokens)));
    must(writer.addInts("tokenizer.ggml.token_type", types));
    must(writer.addStrings("tokenizer.ggml.merges", views(merges)));
    must(writer.addU32("tokenizer.ggml.eos_token_id", 4));
}

}  // namespace

std::shared_ptr<const Model> tinyChatModel() {
    static const std::shared_ptr<const Model> model = [] {
        const TempFolder folder;
        TinyHearthSizes sizes;
        sizes.vocab = kVocab;
        must(TinyHearthModel(sizes, 7).write(folder.path() / "plain.gguf"));
        const auto plain = GgufFile::open(folder.path() / "plain.gguf");
        EXPECT_TRUE(plain.has_value());
        GgufWriter writer;
        for (const GgufEntry& entry : plain.value()->entries()) {
            must(writer.addEntry(entry));
        }
        addTokenizer(writer);
        for (const GgufTensor& tensor : plain.value()->tensors()) {
            must(writer.addTensor(
                tensor.name, *tensor.dtype,
                std::span(tensor.dims).first(static_cast<std::size_t>(tensor.numDims)),
                tensor.data));
        }
        must(writer.write(folder.path() / "chat.gguf"));
        auto loaded = Model::load(folder.path() / "chat.gguf");
        EXPECT_TRUE(loaded.has_value()) << loaded.error().message();
        return std::move(loaded).value();
    }();
    return model;
}

EngineOptions tinyOptions() {
    EngineOptions options;
    options.numThreads = 2;
    options.isa = IsaRequest::Reference;
    options.contextTokens = 1024;
    options.rewindTokens = 64;
    options.cacheType = DType::F32;
    return options;
}

std::unique_ptr<Engine> tinyEngine(const EngineOptions& options) {
    auto engine = Engine::create(tinyChatModel(), options);
    EXPECT_TRUE(engine.has_value()) << engine.error().message();
    return std::move(engine).value();
}

std::unique_ptr<Generator> tinyGenerator(const EngineOptions& options) {
    auto generator = Generator::create(tinyEngine(options));
    EXPECT_TRUE(generator.has_value()) << generator.error().message();
    return std::move(generator).value();
}

GenerateRequest request(RequestId id, std::vector<TokenId> tokens, int maxTokens) {
    GenerateRequest result;
    result.id = id;
    result.tokens = std::move(tokens);
    result.options.sampling.temperature = 0;
    result.options.maxTokens = maxTokens;
    return result;
}

std::vector<TokenId> textTokens(std::size_t count, std::uint64_t seed) {
    std::vector<TokenId> tokens = randomTokens(kVocab - kNumControl, count, seed);
    for (TokenId& token : tokens) {
        token += kNumControl;
    }
    return tokens;
}

std::shared_ptr<const MediumInput> tinyPicture(std::uint64_t seed) {
    const auto side = static_cast<int>(tinyChatModel()->config().vision.imageSize);
    const auto count = static_cast<std::size_t>(3 * side * side);
    return std::make_shared<MediumInput>(
        PictureInput{.pixels = randomNormal(count, 0.5F, seed), .width = side, .height = side});
}

std::shared_ptr<const MediumInput> tinyRecording(std::uint64_t seed, std::size_t numChunks) {
    const HearthAudioConfig& sizes = tinyChatModel()->config().audio;
    const auto makeChunk = [sizes, seed](std::size_t index) -> Result<RecordingInput::Chunk> {
        RecordingInput::Chunk chunk;
        chunk.numFrames = 8 + 4 * static_cast<int>(index);
        chunk.frameLength = static_cast<int>(sizes.frameLength);
        chunk.numMelBins = static_cast<int>(sizes.melBins);
        const auto rows = static_cast<std::size_t>(chunk.numFrames);
        chunk.frames = randomNormal(rows * static_cast<std::size_t>(sizes.frameLength), 0.1F, seed);
        chunk.logMel = randomNormal(rows * static_cast<std::size_t>(sizes.melBins), 1.0F, seed + 1);
        return chunk;
    };
    return std::make_shared<MediumInput>(
        RecordingInput{.numChunks = numChunks, .makeChunk = makeChunk});
}

void RecordedEvents::note(RequestId id, const char* name) {
    EXPECT_NE(id, 0U);
    EXPECT_TRUE(m_id == 0 || m_id == id) << "an event of another request";
    EXPECT_EQ(numEnds, 0) << name << " after the end";
    m_id = id;
    if (names.empty() || names.back() != name) {
        names.emplace_back(name);
    }
}

void RecordedEvents::started(RequestId id, std::int64_t, std::int64_t reusedTokens) {
    note(id, "started");
    reused = reusedTokens;
}

void RecordedEvents::mediumEncoded(RequestId id, std::size_t index, std::int64_t numVectors) {
    note(id, "mediumEncoded");
    EXPECT_GT(numVectors, 0);
    encoded.push_back(index);
}

void RecordedEvents::promptProgress(RequestId id, std::int64_t done, std::int64_t total) {
    note(id, "promptProgress");
    progress.emplace_back(done, total);
    if (onProgress) {
        onProgress();
    }
}

void RecordedEvents::textAdded(RequestId id, std::string_view added) {
    note(id, "textAdded");
    EXPECT_FALSE(added.empty());
    text += added;
    if (onText) {
        onText();
    }
}

void RecordedEvents::routed(RequestId id, std::int64_t first, const RouterTrace& trace) {
    EXPECT_EQ(numEnds, 0);
    EXPECT_EQ(id, m_id);
    routes.push_back({first, trace});
}

void RecordedEvents::finished(RequestId id, const GenerateReport& finalReport) {
    note(id, "finished");
    report = finalReport;
    ++numEnds;
}

void RecordedEvents::failed(RequestId id, const Status& why) {
    note(id, "failed");
    status = why;
    ++numEnds;
}

RecordedEvents run(Generator& generator, const GenerateRequest& request) {
    RecordedEvents events;
    generator.run(request, events, {});
    EXPECT_EQ(events.numEnds, 1);
    return events;
}

RecordedEvents runFresh(const GenerateRequest& request) {
    return run(*tinyGenerator(), request);
}

}  // namespace hearth::testing_support
