#include "tests/support/tiny_hearth_model.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <numbers>
#include <random>
#include <span>
#include <utility>

#include "inference/gguf/gguf_writer.h"
#include "kernels/base/check.h"

namespace hearth::testing_support {
namespace {

/// The same numbers with every standard library, which std::normal_distribution does not give.
class Normal {
public:
    explicit Normal(std::uint64_t seed) : m_random(seed) {}

    float next() {
        const double radius = std::sqrt(-2.0 * std::log(uniform()));
        return static_cast<float>(radius * std::cos(2.0 * std::numbers::pi * uniform()));
    }

private:
    /// In (0, 1].
    double uniform() { return (static_cast<double>(m_random() >> 11) + 1.0) * 0x1p-53; }

    std::mt19937_64 m_random;
};

constexpr std::uint32_t kPatch = 4;
constexpr std::int64_t kVisionWidths[4] = {32, 32, 48, 64};
constexpr std::int64_t kVisionDepths[4] = {2, 2, 1, 1};
constexpr std::int64_t kVisionHeadDim = 16;
constexpr std::int64_t kVisionGrids[4] = {8, 4, 2, 1};
constexpr std::int64_t kVisionWindows[4] = {4, 4, 2, 1};
constexpr std::int64_t kAudioFrame = 20;
constexpr std::int64_t kMelBins = 8;
constexpr std::int64_t kWaveHidden = 24;
constexpr std::int64_t kPathWidth = 16;
constexpr std::int64_t kAudioWidth = 32;
constexpr std::int64_t kAudioHidden = 64;

std::uint32_t u32(std::int64_t value) {
    return static_cast<std::uint32_t>(value);
}

class Builder {
public:
    Builder(TinyHearthModel& model, std::uint64_t seed) : m_model(model), m_normal(seed) {}

    void key(const std::string& name, decltype(TinyKey::value) value) {
        m_model.keys.push_back({name, std::move(value)});
    }

    /// Values of mean `mean`.
    void add(const std::string& name, std::vector<std::int64_t> shape, double deviation,
             double mean = 0.0) {
        std::size_t count = 1;
        for (const std::int64_t size : shape) {
            count *= static_cast<std::size_t>(size);
        }
        TinyTensor tensor{.name = name + ".weight", .shape = std::move(shape), .values = {}};
        tensor.values.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            tensor.values.push_back(static_cast<float>(mean + deviation * m_normal.next()));
        }
        m_model.tensors.push_back(std::move(tensor));
    }

    /// A matrix that turns inputs of deviation 1 into outputs of deviation `gain`.
    void matrix(const std::string& name, std::vector<std::int64_t> shape, double gain = 1.0) {
        const double inputs = static_cast<double>(shape.back());
        add(name, std::move(shape), gain / std::sqrt(inputs));
    }

    void norm(const std::string& name, std::int64_t width, double mean = 1.0) {
        add(name, {width}, 0.1, mean);
    }

    void layer(std::int64_t index) {
        const TinyHearthSizes& s = m_model.sizes;
        const std::string prefix = "blk." + std::to_string(index) + ".";
        const auto has = [&](const std::vector<std::int32_t>& layers) {
            return std::find(layers.begin(), layers.end(), index) != layers.end();
        };
        norm(prefix + "attn_norm", s.width);
        matrix(prefix + "attn_q", {s.heads * s.headDim, s.width});
        matrix(prefix + "attn_k", {s.kvHeads * s.headDim, s.width});
        matrix(prefix + "attn_v", {s.kvHeads * s.headDim, s.width});
        matrix(prefix + "attn_output", {s.width, s.heads * s.headDim});
        norm(prefix + "attn_q_norm", s.headDim, 1.4);
        norm(prefix + "attn_k_norm", s.headDim, 1.4);
        if (has(s.memoryLayers)) {
            add(prefix + "attn_mem_query", {s.kvHeads, s.headDim}, 0.4);
            add(prefix + "attn_mem_pos", {s.kvHeads, 32}, 0.7);
            norm(prefix + "attn_mem_norm", s.headDim, 1.4);
            add(prefix + "attn_mem_bias", {2, s.heads}, 0.5);
        }
        if (has(s.crossLayers)) {
            norm(prefix + "cross_norm", s.width);
            matrix(prefix + "cross_q", {s.heads * s.headDim, s.width});
            matrix(prefix + "cross_k", {s.kvHeads * s.headDim, s.width});
            matrix(prefix + "cross_v", {s.kvHeads * s.headDim, s.width});
            matrix(prefix + "cross_output", {s.width, s.heads * s.headDim});
            norm(prefix + "cross_q_norm", s.headDim, 1.4);
            norm(prefix + "cross_k_norm", s.headDim, 1.4);
            add(prefix + "cross_gate", {1}, 0.1, 0.8);
        }
        norm(prefix + "ffn_norm", s.width);
        matrix(prefix + "ffn_gate_inp", {s.experts, s.width}, 2.0);
        matrix(prefix + "ffn_gate_exps", {s.experts, s.hidden, s.width});
        matrix(prefix + "ffn_up_exps", {s.experts, s.hidden, s.width});
        matrix(prefix + "ffn_down_exps", {s.experts, s.width, s.hidden});
        matrix(prefix + "ffn_gate_shexp", {s.hidden, s.width});
        matrix(prefix + "ffn_up_shexp", {s.hidden, s.width});
        matrix(prefix + "ffn_down_shexp", {s.width, s.hidden});
    }

    void encoderBlock(const std::string& prefix, std::int64_t width, std::int64_t hidden) {
        norm(prefix + "attn_norm", width);
        norm(prefix + "ffn_norm", width);
        matrix(prefix + "attn_qkv", {3 * width, width}, 1.3);
        matrix(prefix + "attn_output", {width, width});
        matrix(prefix + "ffn_up", {hidden, width});
        matrix(prefix + "ffn_down", {width, hidden});
    }

    void vision() {
        matrix("v.patch_embd", {kVisionWidths[0], 3 * kPatch * kPatch});
        norm("v.patch_norm", kVisionWidths[0]);
        for (int stage = 0; stage < 4; ++stage) {
            const std::string number = std::to_string(stage);
            const std::int64_t width = kVisionWidths[stage];
            const std::int64_t span = 2 * kVisionWindows[stage] - 1;
            for (std::int64_t block = 0; block < kVisionDepths[stage]; ++block) {
                const std::string prefix = "v." + number + "." + std::to_string(block) + ".";
                encoderBlock(prefix, width, 4 * width);
                add(prefix + "attn_rel_bias", {width / kVisionHeadDim, span * span}, 0.7);
            }
            if (stage > 0) {
                norm("v.merge." + number + ".norm", 4 * kVisionWidths[stage - 1]);
                matrix("v.merge." + number, {width, 4 * kVisionWidths[stage - 1]});
            }
            if (stage >= 2) {
                norm("v.out." + number + ".norm", width);
                matrix("v.out." + number, {m_model.sizes.width, width});
                add("v.out." + number + ".pos",
                    {kVisionGrids[stage] * kVisionGrids[stage], m_model.sizes.width}, 0.3);
            }
        }
    }

    void audio() {
        matrix("a.wave1", {kWaveHidden, kAudioFrame});
        matrix("a.wave2", {kPathWidth, kWaveHidden});
        matrix("a.mel", {kPathWidth, 3 * kMelBins});
        matrix("a.conv1", {kAudioWidth, 3 * kAudioWidth});
        matrix("a.conv2", {kAudioWidth, 3 * kAudioWidth});
        for (int block = 0; block < 2; ++block) {
            encoderBlock("a." + std::to_string(block) + ".", kAudioWidth, kAudioHidden);
        }
        norm("a.out_norm", kAudioWidth);
        matrix("a.out", {m_model.sizes.width, kAudioWidth});
    }

    void keys() {
        const TinyHearthSizes& s = m_model.sizes;
        key("general.architecture", std::string("hearth"));
        key("general.name", std::string("Tiny"));
        key("hearth.context_length", u32(s.context));
        key("hearth.embedding_length", u32(s.width));
        key("hearth.block_count", u32(s.layers));
        key("hearth.attention.head_count", u32(s.heads));
        key("hearth.attention.head_count_kv", u32(s.kvHeads));
        key("hearth.attention.key_length", u32(s.headDim));
        key("hearth.attention.layer_norm_rms_epsilon", 1e-6F);
        key("hearth.rope.freq_base", 10000.0F);
        key("hearth.attention.sliding_window", u32(s.window));
        key("hearth.memory.block_length", 32U);
        key("hearth.memory.selected_blocks", u32(s.selectedBlocks));
        key("hearth.memory.layers", s.memoryLayers);
        key("hearth.expert_count", u32(s.experts));
        key("hearth.expert_used_count", 2U);
        key("hearth.expert_feed_forward_length", u32(s.hidden));
        key("hearth.expert_shared_count", 1U);
        key("hearth.expert_skip_threshold", 1.0F);
        key("hearth.cross_attention.layers", s.crossLayers);
        key("hearth.cross_attention.head_count", u32(s.heads));
        key("hearth.cross_attention.head_count_kv", u32(s.kvHeads));
        key("hearth.vision.image_size", u32(kVisionGrids[0] * kPatch));
        key("hearth.vision.patch_size", kPatch);
        key("hearth.vision.window_size", u32(kVisionWindows[0]));
        key("hearth.vision.head_length", u32(kVisionHeadDim));
        key("hearth.vision.embedding_lengths",
            std::vector<std::int32_t>(std::begin(kVisionWidths), std::end(kVisionWidths)));
        key("hearth.vision.block_counts",
            std::vector<std::int32_t>(std::begin(kVisionDepths), std::end(kVisionDepths)));
        key("hearth.audio.sample_rate", 16000U);
        key("hearth.audio.hop_length", 160U);
        key("hearth.audio.window_length", u32(kAudioFrame));
        key("hearth.audio.fft_length", 512U);
        key("hearth.audio.mel_bins", u32(kMelBins));
        key("hearth.audio.mel_min_hz", 20.0F);
        key("hearth.audio.mel_max_hz", 7600.0F);
        key("hearth.audio.wave_hidden_length", u32(kWaveHidden));
        key("hearth.audio.path_length", u32(kPathWidth));
        key("hearth.audio.embedding_length", u32(kAudioWidth));
        key("hearth.audio.block_count", 2U);
        key("hearth.audio.head_count", 2U);
        key("hearth.audio.feed_forward_length", u32(kAudioHidden));
        key("hearth.audio.max_chunk_frames", 64U);
    }

private:
    TinyHearthModel& m_model;
    Normal m_normal;
};

Status addKey(GgufWriter& writer, const TinyKey& key) {
    if (const auto* number = std::get_if<std::uint32_t>(&key.value)) {
        return writer.addU32(key.name, *number);
    }
    if (const auto* real = std::get_if<float>(&key.value)) {
        return writer.addF32(key.name, *real);
    }
    if (const auto* text = std::get_if<std::string>(&key.value)) {
        return writer.addString(key.name, *text);
    }
    return writer.addInts(key.name, std::get<std::vector<std::int32_t>>(key.value));
}

template <class Items>
auto findNamed(Items& items, const std::string& name) {
    const auto found = std::find_if(items.begin(), items.end(),
                                    [&](const auto& item) { return item.name == name; });
    HEARTH_CHECK(found != items.end());
    return found;
}

}  // namespace

TinyHearthModel::TinyHearthModel(const TinyHearthSizes& modelSizes, std::uint64_t seed)
    : sizes(modelSizes) {
    Builder builder(*this, seed);
    builder.keys();
    // Small beside what the layers add: the table is the output matrix too, and a large embedding
    // would answer with the token that was read.
    builder.add("token_embd", {sizes.vocab, sizes.width}, 0.3);
    builder.norm("output_norm", sizes.width);
    for (std::int64_t layer = 0; layer < sizes.layers; ++layer) {
        builder.layer(layer);
    }
    builder.vision();
    builder.audio();
    builder.norm("mm.norm", sizes.width);
    builder.add("mm.type_embd", {2, sizes.width}, 0.3);
    builder.add("mm.ordinal_embd", {8, sizes.width}, 0.3);
}

const TinyTensor& TinyHearthModel::tensor(const std::string& name) const {
    return *findNamed(tensors, name);
}

TinyTensor& TinyHearthModel::tensor(const std::string& name) {
    return *findNamed(tensors, name);
}

TinyKey& TinyHearthModel::key(const std::string& name) {
    return *findNamed(keys, name);
}

void TinyHearthModel::removeKey(const std::string& name) {
    keys.erase(findNamed(keys, name));
}

void TinyHearthModel::removeTensor(const std::string& name) {
    tensors.erase(findNamed(tensors, name));
}

Status TinyHearthModel::write(const std::filesystem::path& path) const {
    GgufWriter writer;
    for (const TinyKey& key : keys) {
        HEARTH_RETURN_IF_ERROR(addKey(writer, key));
    }
    std::deque<std::vector<std::byte>> zeros;
    for (const TinyTensor& tensor : tensors) {
        const std::vector<std::uint64_t> dims(tensor.shape.rbegin(), tensor.shape.rend());
        std::span<const std::byte> bytes = std::as_bytes(std::span(tensor.values));
        if (tensor.type != DType::F32) {
            const auto cols = static_cast<std::size_t>(dims.front());
            const std::size_t rows = tensor.values.size() / cols;
            bytes = zeros.emplace_back(rows * rowBytes(tensor.type, cols));
        }
        HEARTH_RETURN_IF_ERROR(writer.addTensor(tensor.name, tensor.type, dims, bytes));
    }
    return writer.write(path);
}

std::vector<std::int32_t> randomTokens(std::int64_t vocab, std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::int32_t> tokens(count);
    for (std::int32_t& token : tokens) {
        token = static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(vocab));
    }
    return tokens;
}

std::vector<float> randomNormal(std::size_t count, float deviation, std::uint64_t seed) {
    Normal normal(seed);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return deviation * normal.next(); });
    return values;
}

}  // namespace hearth::testing_support
