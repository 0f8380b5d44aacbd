#include "inference/model/hearth_weights.h"

#include <cmath>
#include <initializer_list>
#include <string>

#include "kernels/api/paged_rows.h"
#include "kernels/base/dtype.h"

namespace hearth {
namespace {

/// Finds tensors of one file and keeps the first error, so that binding stays one line a tensor.
class TensorBinder {
public:
    explicit TensorBinder(const GgufFile& file) : m_file(file) {}

    /// An f32 tensor of `shape`, outermost dimension first.
    const float* vector(const std::string& name, std::initializer_list<std::int64_t> shape) {
        const GgufTensor* tensor = find(name, shape);
        if (tensor == nullptr) {
            return nullptr;
        }
        if (tensor->dtype != DType::F32) {
            fail(name, "has type " + ggufTensorTypeName(tensor->typeId) + ", expected F32");
            return nullptr;
        }
        return reinterpret_cast<const float*>(tensor->data.data());
    }

    WeightMatrix matrix(const std::string& name, std::int64_t rows, std::int64_t cols) {
        const GgufTensor* tensor = find(name, {rows, cols});
        if (tensor == nullptr) {
            return {};
        }
        const auto rowStride =
            static_cast<std::int64_t>(rowBytes(*tensor->dtype, static_cast<std::size_t>(cols)));
        return {.data = tensor->data.data(),
                .type = *tensor->dtype,
                .rows = rows,
                .cols = cols,
                .rowStrideBytes = rowStride};
    }

    ExpertMatrix experts(const std::string& name, std::int64_t numExperts, std::int64_t rows,
                         std::int64_t cols) {
        const GgufTensor* tensor = find(name, {numExperts, rows, cols});
        if (tensor == nullptr) {
            return {};
        }
        const auto rowStride =
            static_cast<std::int64_t>(rowBytes(*tensor->dtype, static_cast<std::size_t>(cols)));
        return {.data = tensor->data.data(),
                .type = *tensor->dtype,
                .numExperts = numExperts,
                .rows = rows,
                .cols = cols,
                .rowStrideBytes = rowStride,
                .expertStrideBytes = rowStride * rows};
    }

    Status take() { return std::move(m_status); }

private:
    const GgufTensor* find(const std::string& name, std::initializer_list<std::int64_t> shape) {
        const Result<const GgufTensor*> found = m_file.tensor(name);
        if (!found.has_value()) {
            keep(found.error());
            return nullptr;
        }
        const GgufTensor& tensor = *found.value();
        bool isEqual = true;
        std::size_t axis = shape.size();
        for (const std::int64_t size : shape) {
            isEqual = isEqual && tensor.dims[--axis] == static_cast<std::uint64_t>(size);
        }
        for (std::size_t i = shape.size(); i < tensor.dims.size(); ++i) {
            isEqual = isEqual && tensor.dims[i] == 1;
        }
        if (!isEqual) {
            fail(name, "has shape " + shapeText(tensor) + ", expected " + shapeText(shape));
            return nullptr;
        }
        if (!tensor.dtype.has_value() || tensor.dtype == DType::I32) {
            fail(name,
                 "has type " + ggufTensorTypeName(tensor.typeId) + ", which is not computed with");
            return nullptr;
        }
        return &tensor;
    }

    static std::string shapeText(std::initializer_list<std::int64_t> shape) {
        std::string text;
        for (const std::int64_t size : shape) {
            text += (text.empty() ? "" : " x ") + std::to_string(size);
        }
        return text;
    }

    static std::string shapeText(const GgufTensor& tensor) {
        std::string text;
        for (int i = tensor.numDims - 1; i >= 0; --i) {
            text += (text.empty() ? "" : " x ") +
                    std::to_string(tensor.dims[static_cast<std::size_t>(i)]);
        }
        return text;
    }

    void fail(const std::string& name, const std::string& problem) {
        keep(Status(ErrorCode::CorruptData, m_file.name() + ": tensor " + name + " " + problem));
    }
    void keep(const Status& status) {
        if (m_status.isOk()) {
            m_status = status;
        }
    }

    const GgufFile& m_file;
    Status m_status;
};

HearthLayerWeights bindLayer(TensorBinder& binder, const HearthConfig& config, std::int64_t index) {
    const std::string prefix = "blk." + std::to_string(index) + ".";
    const std::int64_t d = config.width;
    const std::int64_t dim = config.headDim;
    const auto name = [&](const char* part) { return prefix + part + ".weight"; };
    HearthLayerWeights layer;
    layer.attnNorm = binder.vector(name("attn_norm"), {d});
    layer.attnQ = binder.matrix(name("attn_q"), config.numHeads * dim, d);
    layer.attnK = binder.matrix(name("attn_k"), config.numKvHeads * dim, d);
    layer.attnV = binder.matrix(name("attn_v"), config.numKvHeads * dim, d);
    layer.attnOutput = binder.matrix(name("attn_output"), d, config.numHeads * dim);
    layer.attnQNorm = binder.vector(name("attn_q_norm"), {dim});
    layer.attnKNorm = binder.vector(name("attn_k_norm"), {dim});
    if (config.hasMemory[static_cast<std::size_t>(index)]) {
        layer.memoryQuery = binder.vector(name("attn_mem_query"), {config.numKvHeads, dim});
        layer.memoryPosition = binder.vector(name("attn_mem_pos"), {config.numKvHeads, kPageRows});
        layer.memoryNorm = binder.vector(name("attn_mem_norm"), {dim});
        layer.memoryBias = binder.vector(name("attn_mem_bias"), {2, config.numHeads});
    }
    if (config.hasCross[static_cast<std::size_t>(index)]) {
        layer.crossNorm = binder.vector(name("cross_norm"), {d});
        layer.crossQ = binder.matrix(name("cross_q"), config.crossHeads * dim, d);
        layer.crossK = binder.matrix(name("cross_k"), config.crossKvHeads * dim, d);
        layer.crossV = binder.matrix(name("cross_v"), config.crossKvHeads * dim, d);
        layer.crossOutput = binder.matrix(name("cross_output"), d, config.crossHeads * dim);
        layer.crossQNorm = binder.vector(name("cross_q_norm"), {dim});
        layer.crossKNorm = binder.vector(name("cross_k_norm"), {dim});
        const float* gate = binder.vector(name("cross_gate"), {1});
        layer.crossScale = gate == nullptr ? 0.0F : std::tanh(*gate);
    }
    layer.ffnNorm = binder.vector(name("ffn_norm"), {d});
    layer.router = binder.matrix(name("ffn_gate_inp"), config.numExperts, d);
    layer.expertGate =
        binder.experts(name("ffn_gate_exps"), config.numExperts, config.expertHidden, d);
    layer.expertUp = binder.experts(name("ffn_up_exps"), config.numExperts, config.expertHidden, d);
    layer.expertDown =
        binder.experts(name("ffn_down_exps"), config.numExperts, d, config.expertHidden);
    layer.sharedGate = binder.matrix(name("ffn_gate_shexp"), config.expertHidden, d);
    layer.sharedUp = binder.matrix(name("ffn_up_shexp"), config.expertHidden, d);
    layer.sharedDown = binder.matrix(name("ffn_down_shexp"), d, config.expertHidden);
    return layer;
}

EncoderBlockWeights bindEncoderBlock(TensorBinder& binder, const std::string& prefix,
                                     std::int64_t width, std::int64_t feedForward) {
    const auto name = [&](const char* part) { return prefix + part + ".weight"; };
    EncoderBlockWeights block;
    block.attnNorm = binder.vector(name("attn_norm"), {width});
    block.ffnNorm = binder.vector(name("ffn_norm"), {width});
    block.attnQkv = binder.matrix(name("attn_qkv"), 3 * width, width);
    block.attnOutput = binder.matrix(name("attn_output"), width, width);
    block.ffnUp = binder.matrix(name("ffn_up"), feedForward, width);
    block.ffnDown = binder.matrix(name("ffn_down"), width, feedForward);
    return block;
}

VisionWeights bindVision(TensorBinder& binder, const HearthConfig& config) {
    const HearthVisionConfig& sizes = config.vision;
    VisionWeights vision;
    vision.patchEmbedding = binder.matrix("v.patch_embd.weight", sizes.widths[0],
                                          3 * sizes.patchSize * sizes.patchSize);
    vision.patchNorm = binder.vector("v.patch_norm.weight", {sizes.widths[0]});
    for (int stage = 0; stage < HearthVisionConfig::kNumStages; ++stage) {
        const auto index = static_cast<std::size_t>(stage);
        const std::string number = std::to_string(stage);
        const std::int64_t width = sizes.widths[index];
        const std::int64_t span = 2 * sizes.windowOf(stage) - 1;
        for (std::int64_t block = 0; block < sizes.depths[index]; ++block) {
            const std::string prefix = "v." + number + "." + std::to_string(block) + ".";
            vision.stages[index].push_back(bindEncoderBlock(binder, prefix, width, 4 * width));
            vision.stages[index].back().relativeBias = binder.vector(
                prefix + "attn_rel_bias.weight", {width / sizes.headDim, span * span});
        }
        if (stage > 0) {
            const std::int64_t before = sizes.widths[index - 1];
            vision.merges[index].norm =
                binder.vector("v.merge." + number + ".norm.weight", {4 * before});
            vision.merges[index].weight =
                binder.matrix("v.merge." + number + ".weight", width, 4 * before);
        }
        if (stage >= 2) {
            const std::string prefix = "v.out." + number + ".";
            const std::int64_t tokens = sizes.gridOf(stage) * sizes.gridOf(stage);
            vision.outputs[index].norm = binder.vector(prefix + "norm.weight", {width});
            vision.outputs[index].weight = binder.matrix(prefix + "weight", config.width, width);
            vision.outputs[index].position =
                binder.matrix(prefix + "pos.weight", tokens, config.width);
        }
    }
    return vision;
}

AudioWeights bindAudio(TensorBinder& binder, const HearthConfig& config) {
    const HearthAudioConfig& sizes = config.audio;
    AudioWeights audio;
    audio.wave1 = binder.matrix("a.wave1.weight", sizes.waveHidden, sizes.frameLength);
    audio.wave2 = binder.matrix("a.wave2.weight", sizes.pathWidth, sizes.waveHidden);
    audio.mel = binder.matrix("a.mel.weight", sizes.pathWidth, 3 * sizes.melBins);
    audio.conv1 = binder.matrix("a.conv1.weight", sizes.width, 3 * sizes.width);
    audio.conv2 = binder.matrix("a.conv2.weight", sizes.width, 3 * sizes.width);
    for (std::int64_t block = 0; block < sizes.numBlocks; ++block) {
        audio.blocks.push_back(bindEncoderBlock(binder, "a." + std::to_string(block) + ".",
                                                sizes.width, sizes.feedForward));
    }
    audio.outNorm = binder.vector("a.out_norm.weight", {sizes.width});
    audio.out = binder.matrix("a.out.weight", config.width, sizes.width);
    return audio;
}

}  // namespace

Result<HearthWeights> HearthWeights::bind(const GgufFile& file, const HearthConfig& config) {
    TensorBinder binder(file);
    HearthWeights weights;
    weights.tokenEmbedding = binder.matrix("token_embd.weight", config.vocabSize, config.width);
    weights.outputNorm = binder.vector("output_norm.weight", {config.width});
    for (std::int64_t layer = 0; layer < config.numLayers; ++layer) {
        weights.layers.push_back(bindLayer(binder, config, layer));
    }
    weights.vision = bindVision(binder, config);
    weights.audio = bindAudio(binder, config);
    weights.mediaNorm = binder.vector("mm.norm.weight", {config.width});
    weights.mediaType = binder.vector("mm.type_embd.weight", {2, config.width});
    weights.mediaOrdinal =
        binder.vector("mm.ordinal_embd.weight", {kNumMediaOrdinals, config.width});
    HEARTH_RETURN_IF_ERROR(binder.take());
    return weights;
}

}  // namespace hearth
