#include "inference/engine/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"
#include "tests/support/tiny_hearth_model.h"

namespace hearth::testing_support {
namespace {

namespace fs = std::filesystem;

/// Small enough to be written hundreds of times.
TinyHearthModel smallModel() {
    TinyHearthSizes sizes;
    sizes.vocab = 8;
    sizes.width = 16;
    sizes.heads = 2;
    sizes.kvHeads = 1;
    sizes.layers = 2;
    sizes.experts = 2;
    sizes.hidden = 4;
    sizes.memoryLayers = {1};
    sizes.crossLayers = {0};
    return TinyHearthModel(sizes, 3);
}

class ModelTest : public testing::Test {
protected:
    static Result<std::shared_ptr<const Model>> load(const fs::path& path) {
        return Model::load(path, {.needsTokenizer = false});
    }
    Result<std::shared_ptr<const Model>> load() const { return load(path()); }

    fs::path path() const { return m_folder.path() / "small.gguf"; }

    void write(const TinyHearthModel& model) const {
        const Status status = model.write(path());
        ASSERT_TRUE(status.isOk()) << status.message();
    }

    void writeBytes(const std::string& bytes) const {
        std::ofstream stream(path(), std::ios::binary | std::ios::trunc);
        stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

    std::string readBytes() const {
        std::ifstream stream(path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    /// Loading fails with `code` and a text that names the file and `part`.
    void expectRefused(ErrorCode code, const std::string& part) const {
        const auto model = load();
        ASSERT_FALSE(model.has_value()) << part;
        const Status& status = model.error();
        EXPECT_EQ(status.code(), code) << status.message();
        EXPECT_NE(status.message().find(path().string()), std::string::npos) << status.message();
        EXPECT_NE(status.message().find(part), std::string::npos)
            << status.message() << " should name " << part;
        EXPECT_EQ(status.message().find('\n'), std::string::npos) << status.message();
    }

    TempFolder m_folder;
};

/// Keys of which the engine runs one value alone.
bool runsOneValue(const std::string& key) {
    const auto keys = {"hearth.memory.block_length", "hearth.expert_shared_count",
                       "hearth.audio.sample_rate",   "hearth.audio.hop_length",
                       "hearth.audio.fft_length",    "hearth.audio.mel_min_hz",
                       "hearth.audio.mel_max_hz"};
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

TEST_F(ModelTest, LoadsWithNameAndSizes) {
    TinyHearthModel tiny = smallModel();
    write(tiny);
    {
        const auto model = load();
        ASSERT_TRUE(model.has_value()) << model.error().message();
        EXPECT_EQ((*model)->name(), "Tiny");
        EXPECT_EQ((*model)->config().vocabSize, 8);
        EXPECT_EQ((*model)->config().hasMemory, (std::vector<bool>{false, true}));
        EXPECT_EQ((*model)->config().hasCross, (std::vector<bool>{true, false}));
    }
    tiny.removeKey("general.name");
    write(tiny);
    const auto unnamed = load();
    ASSERT_TRUE(unnamed.has_value());
    EXPECT_EQ((*unnamed)->name(), "small");
}

TEST_F(ModelTest, BytesPerTokenLeaveOutEncodersAndExpertsNotChosen) {
    const TinyHearthModel tiny{TinyHearthSizes{}, 3};
    write(tiny);
    const auto model = load();
    ASSERT_TRUE(model.has_value()) << model.error().message();
    std::uint64_t expected = 0;
    for (const TinyTensor& tensor : tiny.tensors) {
        const std::uint64_t bytes = tensor.values.size() * sizeof(float);
        if (tensor.name.find("_exps") != std::string::npos) {
            expected += bytes / 8 * 2;
        } else if (tensor.name.starts_with("blk.") || tensor.name.starts_with("token_embd") ||
                   tensor.name.starts_with("output_norm")) {
            expected += bytes;
        }
    }
    EXPECT_EQ((*model)->bytesPerToken(), expected);
    EXPECT_EQ((*model)->numActiveParameters(), expected / sizeof(float));
    EXPECT_EQ((*model)->weightBytes(), fs::file_size(path()));
}

TEST_F(ModelTest, ATokenizerIsNeededUnlessToldOtherwise) {
    write(smallModel());
    const auto model = Model::load(path());
    ASSERT_FALSE(model.has_value());
    EXPECT_NE(model.error().message().find(path().string()), std::string::npos);
    EXPECT_NE(model.error().message().find("tokenizer."), std::string::npos);
    const auto without = load();
    ASSERT_TRUE(without.has_value());
    EXPECT_FALSE((*without)->hasTokenizer());
}

TEST_F(ModelTest, ReadingAheadTellsItsProgressAndStops) {
    write(smallModel());
    std::vector<float> progress;
    ModelOptions options{.needsTokenizer = false};
    options.onProgress = [&](float share) { progress.push_back(share); };
    ASSERT_TRUE(Model::load(path(), options).has_value());
    ASSERT_FALSE(progress.empty());
    EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
    EXPECT_EQ(progress.back(), 1.0F);
    std::stop_source source;
    source.request_stop();
    options.stop = source.get_token();
    EXPECT_EQ(Model::load(path(), options).error().code(), ErrorCode::Cancelled);
}

TEST_F(ModelTest, MissingKeys) {
    const TinyHearthModel good = smallModel();
    for (const TinyKey& key : good.keys) {
        SCOPED_TRACE(key.name);
        TinyHearthModel broken = good;
        broken.removeKey(key.name);
        write(broken);
        if (key.name != "general.name") {
            expectRefused(ErrorCode::NotFound, key.name);
        } else {
            EXPECT_TRUE(load().has_value());
        }
    }
}

TEST_F(ModelTest, KeysOfAnotherType) {
    const TinyHearthModel good = smallModel();
    for (const TinyKey& key : good.keys) {
        SCOPED_TRACE(key.name);
        if (key.name == "general.name") {
            continue;
        }
        for (const decltype(TinyKey::value)& value :
             {decltype(TinyKey::value)(std::string("4")), decltype(TinyKey::value)(4U),
              decltype(TinyKey::value)(4.0F),
              decltype(TinyKey::value)(std::vector<std::int32_t>{4})}) {
            if (value.index() == key.value.index()) {
                continue;
            }
            TinyHearthModel broken = good;
            broken.key(key.name).value = value;
            write(broken);
            expectRefused(ErrorCode::CorruptData, key.name);
        }
    }
}

TEST_F(ModelTest, KeysOutOfRange) {
    const TinyHearthModel good = smallModel();
    for (const TinyKey& key : good.keys) {
        SCOPED_TRACE(key.name);
        if (key.name.starts_with("general.")) {
            continue;
        }
        std::vector<decltype(TinyKey::value)> values;
        if (std::holds_alternative<std::uint32_t>(key.value)) {
            values = {0U, 0xFFFFFFFFU};
        } else if (std::holds_alternative<float>(key.value)) {
            values = {-1.0F, 2e9F, std::numeric_limits<float>::quiet_NaN(),
                      std::numeric_limits<float>::infinity()};
        } else if (key.name.ends_with(".layers")) {
            values = {std::vector<std::int32_t>{2}, std::vector<std::int32_t>{0, -1}};
        } else {
            values = {std::vector<std::int32_t>{},
                      std::vector<std::int32_t>{32, 32, 48},
                      std::vector<std::int32_t>{32, 32, 48, 0},
                      std::vector<std::int32_t>{32, 32, -48, 64},
                      std::vector<std::int32_t>{32, 32, 48, 64, 64},
                      std::vector<std::int32_t>{32, 32, 48, 1 << 30}};
        }
        for (const decltype(TinyKey::value)& value : values) {
            TinyHearthModel broken = good;
            broken.key(key.name).value = value;
            write(broken);
            expectRefused(runsOneValue(key.name) ? ErrorCode::Unsupported : ErrorCode::CorruptData,
                          key.name);
        }
    }
}

TEST_F(ModelTest, WhatTheEngineDoesNotDoIsRefused) {
    const TinyHearthModel good = smallModel();
    struct Case {
        const char* key;
        decltype(TinyKey::value) value;
        const char* text;
    };
    for (const Case& c :
         {Case{"hearth.memory.block_length", 16U, "is 16; this version runs 32"},
          Case{"hearth.expert_shared_count", 2U, "is 2; this version runs 1"},
          Case{"hearth.audio.sample_rate", 48000U, "is 48000; this version runs 16000"},
          Case{"hearth.audio.hop_length", 320U, "is 320; this version runs 160"},
          Case{"hearth.audio.fft_length", 1024U, "is 1024; this version runs 512"},
          Case{"hearth.audio.mel_min_hz", 0.0F, "is 0.000000; this version runs 20"},
          Case{"hearth.audio.mel_max_hz", 8000.0F, "is 8000.000000; this version runs 7600"}}) {
        SCOPED_TRACE(c.key);
        TinyHearthModel other = good;
        other.key(c.key).value = c.value;
        write(other);
        expectRefused(ErrorCode::Unsupported, std::string(c.key) + " " + c.text);
    }
}

TEST_F(ModelTest, KeysThatContradictEachOther) {
    const TinyHearthModel good = smallModel();
    struct Case {
        const char* key;
        std::uint32_t value;
        ErrorCode code;
        const char* named;
    };
    constexpr ErrorCode kCorrupt = ErrorCode::CorruptData;
    for (const Case& c : {
             Case{"hearth.attention.head_count_kv", 3, kCorrupt, "hearth.attention.head_count_kv"},
             Case{"hearth.attention.head_count", 65, kCorrupt, "hearth.attention.head_count"},
             Case{"hearth.cross_attention.head_count_kv", 3, kCorrupt,
                  "hearth.cross_attention.head_count_kv"},
             Case{"hearth.cross_attention.head_count", 65, kCorrupt,
                  "hearth.cross_attention.head_count"},
             Case{"hearth.expert_used_count", 3, kCorrupt, "hearth.expert_used_count"},
             Case{"hearth.attention.key_length", 15, kCorrupt, "hearth.attention.key_length"},
             Case{"hearth.attention.sliding_window", 31, kCorrupt,
                  "hearth.attention.sliding_window"},
             Case{"hearth.vision.image_size", 36, kCorrupt, "hearth.vision.image_size"},
             Case{"hearth.vision.patch_size", 8, kCorrupt, "hearth.vision.image_size"},
             Case{"hearth.vision.window_size", 3, kCorrupt, "hearth.vision.window_size"},
             Case{"hearth.vision.head_length", 5, kCorrupt, "hearth.vision.embedding_lengths"},
             Case{"hearth.audio.path_length", 17, kCorrupt, "hearth.audio.embedding_length"},
             Case{"hearth.audio.head_count", 5, kCorrupt, "hearth.audio.head_count"},
             Case{"hearth.audio.max_chunk_frames", 66, kCorrupt, "hearth.audio.max_chunk_frames"},
             // Sizes that agree with each other, but not with a tensor.
             Case{"hearth.embedding_length", 32, kCorrupt, "token_embd.weight"},
             Case{"hearth.block_count", 3, ErrorCode::NotFound, "blk.2."},
             Case{"hearth.expert_count", 4, kCorrupt, "ffn_gate_inp.weight"},
             Case{"hearth.expert_feed_forward_length", 8, kCorrupt, "ffn_gate_exps.weight"},
             Case{"hearth.audio.window_length", 40, kCorrupt, "a.wave1.weight"},
             Case{"hearth.audio.mel_bins", 16, kCorrupt, "a.mel.weight"},
             Case{"hearth.audio.wave_hidden_length", 8, kCorrupt, "a.wave1.weight"},
             Case{"hearth.audio.block_count", 3, ErrorCode::NotFound, "a.2."},
             Case{"hearth.audio.feed_forward_length", 32, kCorrupt, "a.0.ffn_up.weight"},
         }) {
        SCOPED_TRACE(c.key);
        TinyHearthModel broken = good;
        broken.key(c.key).value = c.value;
        write(broken);
        expectRefused(c.code, c.named);
    }
}

TEST_F(ModelTest, HeadsThatNoKernelTakes) {
    TinyHearthModel broken = smallModel();
    broken.key("hearth.audio.path_length").value = 1024U;
    broken.key("hearth.audio.embedding_length").value = 2048U;
    write(broken);
    expectRefused(ErrorCode::CorruptData, "hearth.audio.head_count");
}

TEST_F(ModelTest, MissingTensors) {
    const TinyHearthModel good = smallModel();
    for (const TinyTensor& tensor : good.tensors) {
        SCOPED_TRACE(tensor.name);
        TinyHearthModel broken = good;
        broken.removeTensor(tensor.name);
        write(broken);
        expectRefused(ErrorCode::NotFound, tensor.name);
    }
}

TEST_F(ModelTest, TensorsOfAnotherShape) {
    const TinyHearthModel good = smallModel();
    for (const TinyTensor& tensor : good.tensors) {
        SCOPED_TRACE(tensor.name);
        for (const std::size_t axis : {std::size_t{0}, tensor.shape.size() - 1}) {
            if (axis == 0 && tensor.name == "token_embd.weight") {
                continue;  // says how large the vocabulary is
            }
            TinyHearthModel broken = good;
            TinyTensor& changed = broken.tensor(tensor.name);
            changed.shape[axis] *= 2;
            changed.values.resize(changed.values.size() * 2);
            write(broken);
            expectRefused(ErrorCode::CorruptData, tensor.name);
        }
        // As many elements with one dimension more or less.
        TinyHearthModel broken = good;
        TinyTensor& changed = broken.tensor(tensor.name);
        changed.shape.insert(changed.shape.begin(), 3);
        changed.values.resize(changed.values.size() * 3);
        write(broken);
        expectRefused(ErrorCode::CorruptData, tensor.name);
    }
}

TEST_F(ModelTest, TensorsOfAnotherType) {
    const TinyHearthModel good = smallModel();
    for (const TinyTensor& tensor : good.tensors) {
        SCOPED_TRACE(tensor.name);
        TinyHearthModel integers = good;
        integers.tensor(tensor.name).type = DType::I32;
        write(integers);
        expectRefused(ErrorCode::CorruptData, tensor.name);
        const bool isVector = tensor.name.find("norm") != std::string::npos ||
                              tensor.name.find("attn_mem") != std::string::npos ||
                              tensor.name.find("gate.weight") != std::string::npos ||
                              tensor.name.find("rel_bias") != std::string::npos ||
                              tensor.name.starts_with("mm.");
        TinyHearthModel halves = good;
        halves.tensor(tensor.name).type = DType::F16;
        write(halves);
        if (isVector) {
            expectRefused(ErrorCode::CorruptData, tensor.name);
        } else {
            EXPECT_TRUE(load().has_value());
        }
    }
}

TEST_F(ModelTest, AnotherArchitecture) {
    TinyHearthModel other = smallModel();
    other.key("general.architecture").value = std::string("llama");
    write(other);
    expectRefused(ErrorCode::Unsupported, "llama");
}

TEST_F(ModelTest, TruncatedFiles) {
    write(smallModel());
    const std::string bytes = readBytes();
    ASSERT_GT(bytes.size(), 10000U);
    for (std::size_t size = 1; size < bytes.size(); size += 1 + size / 7 + bytes.size() / 300) {
        SCOPED_TRACE(size);
        writeBytes(bytes.substr(0, size));
        expectRefused(ErrorCode::CorruptData, "");
    }
    writeBytes(bytes.substr(0, bytes.size() - 4));
    expectRefused(ErrorCode::CorruptData, "");
}

TEST_F(ModelTest, NoFileAndNoModel) {
    EXPECT_EQ(load(m_folder.path() / "none.gguf").error().code(), ErrorCode::NotFound);
    writeBytes("");
    expectRefused(ErrorCode::InvalidArgument, "");
    writeBytes(std::string(5000, 'x'));
    expectRefused(ErrorCode::CorruptData, "");
}

TEST_F(ModelTest, DamagedBytesNeverCrash) {
    write(smallModel());
    const std::string good = readBytes();
    // The head: keys, names, shapes and offsets.
    const std::size_t headBytes = good.find("mm.ordinal_embd.weight");
    ASSERT_NE(headBytes, std::string::npos);
    std::size_t numLoaded = 0;
    for (std::size_t i = 0; i < headBytes; i += 11) {
        std::string bytes = good;
        bytes[i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
        writeBytes(bytes);
        numLoaded += load().has_value() ? 1U : 0U;
    }
    EXPECT_GT(numLoaded, 0U) << "names of unread keys may change";
}

}  // namespace
}  // namespace hearth::testing_support
