#include "inference/model/hearth_config.h"

#include <string>

#include "inference/gguf/printable.h"
#include "kernels/api/attention.h"
#include "kernels/api/paged_rows.h"
#include "kernels/api/select_blocks.h"

namespace hearth {
namespace {

/// Reads keys of one file and keeps the first error, so that reading stays one line a key.
class KeyReader {
public:
    explicit KeyReader(const GgufFile& file) : m_file(file) {}

    /// A size in [1, limit].
    std::int64_t size(const std::string& key, std::int64_t limit) {
        const Result<std::uint32_t> value = m_file.getU32("hearth." + key);
        if (!value.has_value()) {
            keep(value.error());
            return 1;
        }
        if (value.value() < 1 || value.value() > limit) {
            fail(key, "is " + std::to_string(value.value()) + ", expected 1 to " +
                          std::to_string(limit));
            return 1;
        }
        return value.value();
    }

    double number(const std::string& key, double low, double high) {
        const Result<float> value = m_file.getF32("hearth." + key);
        if (!value.has_value()) {
            keep(value.error());
            return low;
        }
        // Written so that NaN fails too.
        if (!(value.value() >= low && value.value() <= high)) {
            fail(key, "is out of range");
            return low;
        }
        return value.value();
    }

    /// A number of which one value alone can be run: says so of any other.
    void only(const std::string& key, std::int64_t runs) {
        const Result<std::uint32_t> value = m_file.getU32("hearth." + key);
        if (!value.has_value()) {
            keep(value.error());
        } else if (value.value() != runs) {
            refuse(key, std::to_string(value.value()), std::to_string(runs));
        }
    }

    void only(const std::string& key, float runs) {
        const Result<float> value = m_file.getF32("hearth." + key);
        if (!value.has_value()) {
            keep(value.error());
        } else if (value.value() != runs) {
            refuse(key, std::to_string(value.value()), std::to_string(runs));
        }
    }

    /// A list of layer numbers as flags.
    std::vector<bool> layers(const std::string& key, std::int64_t numLayers) {
        std::vector<bool> flags(static_cast<std::size_t>(numLayers), false);
        const Result<GgufIntArray> values = m_file.getInts("hearth." + key);
        if (!values.has_value()) {
            keep(values.error());
            return flags;
        }
        for (std::size_t i = 0; i < values.value().size(); ++i) {
            const std::int64_t layer = values.value()[i];
            if (layer < 0 || layer >= numLayers) {
                fail(key,
                     "names layer " + std::to_string(layer) + " of " + std::to_string(numLayers));
                return flags;
            }
            flags[static_cast<std::size_t>(layer)] = true;
        }
        return flags;
    }

    template <std::size_t N>
    std::array<std::int64_t, N> sizes(const std::string& key, std::int64_t limit) {
        std::array<std::int64_t, N> result;
        result.fill(1);
        const Result<GgufIntArray> values = m_file.getInts("hearth." + key);
        if (!values.has_value()) {
            keep(values.error());
            return result;
        }
        if (values.value().size() != N) {
            fail(key, "has " + std::to_string(values.value().size()) + " values, expected " +
                          std::to_string(N));
            return result;
        }
        for (std::size_t i = 0; i < N; ++i) {
            const std::int64_t value = values.value()[i];
            if (value < 1 || value > limit) {
                fail(key,
                     "holds " + std::to_string(value) + ", expected 1 to " + std::to_string(limit));
                return result;
            }
            result[i] = value;
        }
        return result;
    }

    /// Records a contradiction between keys.
    void require(bool condition, const std::string& key, const std::string& problem) {
        if (!condition) {
            fail(key, problem);
        }
    }

    Status take() { return std::move(m_status); }

private:
    void keep(const Status& status) {
        if (m_status.isOk()) {
            m_status = status;
        }
    }
    void fail(const std::string& key, const std::string& problem) {
        keep(Status(ErrorCode::CorruptData, m_file.name() + ": hearth." + key + " " + problem));
    }

    void refuse(const std::string& key, const std::string& value, const std::string& runs) {
        keep(Status(ErrorCode::Unsupported, m_file.name() + ": hearth." + key + " is " + value +
                                                "; this version runs " + runs));
    }

    const GgufFile& m_file;
    Status m_status;
};

void readVision(KeyReader& reader, HearthVisionConfig& vision) {
    vision.imageSize = reader.size("vision.image_size", 1024);
    vision.patchSize = reader.size("vision.patch_size", 32);
    vision.windowSize = reader.size("vision.window_size", 32);
    vision.headDim = reader.size("vision.head_length", 256);
    vision.widths = reader.sizes<HearthVisionConfig::kNumStages>("vision.embedding_lengths", 4096);
    vision.depths = reader.sizes<HearthVisionConfig::kNumStages>("vision.block_counts", 64);
    reader.require(vision.imageSize % (vision.patchSize * 8) == 0, "vision.image_size",
                   "is no multiple of 8 patches, which three mergings need");
    for (int stage = 0; stage < HearthVisionConfig::kNumStages; ++stage) {
        const std::int64_t window = vision.windowOf(stage);
        reader.require(window > 0 && vision.gridOf(stage) % window == 0, "vision.window_size",
                       "does not divide the grid of stage " + std::to_string(stage));
        reader.require(vision.widths[static_cast<std::size_t>(stage)] % vision.headDim == 0,
                       "vision.embedding_lengths", "is no multiple of vision.head_length");
    }
}

void readAudio(KeyReader& reader, HearthAudioConfig& audio) {
    reader.only("audio.sample_rate", HearthAudioConfig::kSampleRateHz);
    reader.only("audio.hop_length", HearthAudioConfig::kHopLength);
    reader.only("audio.fft_length", HearthAudioConfig::kFftLength);
    reader.only("audio.mel_min_hz", HearthAudioConfig::kMelMinHz);
    reader.only("audio.mel_max_hz", HearthAudioConfig::kMelMaxHz);
    audio.frameLength = reader.size("audio.window_length", 1 << 16);
    audio.melBins = reader.size("audio.mel_bins", 1024);
    audio.waveHidden = reader.size("audio.wave_hidden_length", 8192);
    audio.pathWidth = reader.size("audio.path_length", 8192);
    audio.width = reader.size("audio.embedding_length", 8192);
    audio.numBlocks = reader.size("audio.block_count", 256);
    audio.numHeads = reader.size("audio.head_count", 256);
    audio.feedForward = reader.size("audio.feed_forward_length", 1 << 16);
    audio.maxChunkFrames = reader.size("audio.max_chunk_frames", 1 << 16);
    reader.require(audio.width == 2 * audio.pathWidth, "audio.embedding_length",
                   "is not twice audio.path_length");
    reader.require(audio.width % audio.numHeads == 0, "audio.head_count",
                   "does not divide audio.embedding_length");
    reader.require(audio.width / audio.numHeads <= kMaxHeadDim, "audio.head_count",
                   "makes heads that are too large");
    reader.require(audio.maxChunkFrames % 4 == 0, "audio.max_chunk_frames", "is no multiple of 4");
}

}  // namespace

std::int64_t HearthConfig::windowStart(std::int64_t position) const noexcept {
    const std::int64_t first = position - (window - 1);
    return first <= 0 ? 0 : first / kPageRows * kPageRows;
}

Result<HearthConfig> HearthConfig::read(const GgufFile& file) {
    HEARTH_ASSIGN_OR_RETURN(const std::string_view architecture,
                            file.getString("general.architecture"));
    if (architecture != "hearth") {
        return Status(ErrorCode::Unsupported, file.name() + ": architecture '" +
                                                  printableName(architecture) +
                                                  "' is not supported; supported: hearth");
    }
    HEARTH_ASSIGN_OR_RETURN(const GgufTensor* embedding, file.tensor("token_embd.weight"));
    KeyReader reader(file);
    HearthConfig config;
    config.vocabSize = static_cast<std::int64_t>(embedding->dims[1]);
    config.width = reader.size("embedding_length", 1 << 16);
    config.numLayers = reader.size("block_count", 1024);
    config.numHeads = reader.size("attention.head_count", 1024);
    config.numKvHeads = reader.size("attention.head_count_kv", 1024);
    config.headDim = reader.size("attention.key_length", 512);
    config.contextLength = reader.size("context_length", 1 << 24);
    config.window = reader.size("attention.sliding_window", 1 << 20);
    config.selectedBlocks = reader.size("memory.selected_blocks", 64);
    reader.only("memory.block_length", kPageRows);
    config.numExperts = reader.size("expert_count", 1024);
    config.expertsUsed = reader.size("expert_used_count", 16);
    reader.only("expert_shared_count", std::int64_t{1});
    config.expertHidden = reader.size("expert_feed_forward_length", 1 << 16);
    config.crossHeads = reader.size("cross_attention.head_count", 1024);
    config.crossKvHeads = reader.size("cross_attention.head_count_kv", 1024);
    config.skipThreshold = static_cast<float>(reader.number("expert_skip_threshold", 0.0, 1.0));
    config.normEps =
        static_cast<float>(reader.number("attention.layer_norm_rms_epsilon", 0.0, 1.0));
    config.ropeBase = reader.number("rope.freq_base", 1.0, 1e9);
    config.hasMemory = reader.layers("memory.layers", config.numLayers);
    config.hasCross = reader.layers("cross_attention.layers", config.numLayers);
    reader.require(config.numHeads % config.numKvHeads == 0, "attention.head_count_kv",
                   "does not divide attention.head_count");
    reader.require(config.crossHeads % config.crossKvHeads == 0, "cross_attention.head_count_kv",
                   "does not divide cross_attention.head_count");
    reader.require(config.numHeads / config.numKvHeads <= kMaxGroupHeads, "attention.head_count",
                   "puts too many heads on one KV head");
    reader.require(config.crossHeads / config.crossKvHeads <= kMaxGroupHeads,
                   "cross_attention.head_count", "puts too many heads on one KV head");
    reader.require(config.expertsUsed <= config.numExperts, "expert_used_count",
                   "exceeds expert_count");
    reader.require(config.headDim % 2 == 0, "attention.key_length", "is odd");
    reader.require(config.window >= kPageRows, "attention.sliding_window",
                   "is shorter than a memory block");
    readVision(reader, config.vision);
    readAudio(reader, config.audio);
    HEARTH_RETURN_IF_ERROR(reader.take());
    return config;
}

}  // namespace hearth
