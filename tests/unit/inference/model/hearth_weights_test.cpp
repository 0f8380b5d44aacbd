#include "inference/model/hearth_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>

#include "kernels/base/dtype.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_hearth_model.h"

namespace hearth::testing_support {
namespace {

/// Whether `data` holds what the model has under `name`.
bool holds(const TinyHearthModel& model, const std::string& name, const void* data) {
    const std::vector<float>& values = model.tensor(name + ".weight").values;
    return data != nullptr && std::memcmp(data, values.data(), values.size() * sizeof(float)) == 0;
}

TEST(HearthWeightsTest, EveryPointerIsTheTensorOfItsName) {
    const TinyHearthModel model(TinyHearthSizes{}, 7);
    const TempFolder folder;
    ASSERT_TRUE(model.write(folder.path() / "tiny.gguf").isOk());
    const auto file = GgufFile::open(folder.path() / "tiny.gguf");
    ASSERT_TRUE(file.has_value());
    const auto config = HearthConfig::read(**file);
    ASSERT_TRUE(config.has_value());
    const auto bound = HearthWeights::bind(**file, *config);
    ASSERT_TRUE(bound.has_value()) << bound.error().message();
    const HearthWeights& weights = *bound;

    EXPECT_TRUE(holds(model, "token_embd", weights.tokenEmbedding.data));
    EXPECT_EQ(weights.tokenEmbedding.rows, 96);
    EXPECT_EQ(weights.tokenEmbedding.cols, 64);
    EXPECT_EQ(weights.tokenEmbedding.rowStrideBytes, 256);
    EXPECT_TRUE(holds(model, "output_norm", weights.outputNorm));
    ASSERT_EQ(weights.layers.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        SCOPED_TRACE(i);
        const HearthLayerWeights& layer = weights.layers[i];
        const std::string prefix = "blk." + std::to_string(i) + ".";
        EXPECT_TRUE(holds(model, prefix + "attn_norm", layer.attnNorm));
        EXPECT_TRUE(holds(model, prefix + "attn_q", layer.attnQ.data));
        EXPECT_TRUE(holds(model, prefix + "attn_k", layer.attnK.data));
        EXPECT_TRUE(holds(model, prefix + "attn_v", layer.attnV.data));
        EXPECT_TRUE(holds(model, prefix + "attn_output", layer.attnOutput.data));
        EXPECT_TRUE(holds(model, prefix + "attn_q_norm", layer.attnQNorm));
        EXPECT_TRUE(holds(model, prefix + "attn_k_norm", layer.attnKNorm));
        EXPECT_TRUE(holds(model, prefix + "ffn_norm", layer.ffnNorm));
        EXPECT_TRUE(holds(model, prefix + "ffn_gate_inp", layer.router.data));
        EXPECT_TRUE(holds(model, prefix + "ffn_gate_exps", layer.expertGate.data));
        EXPECT_TRUE(holds(model, prefix + "ffn_up_exps", layer.expertUp.data));
        EXPECT_TRUE(holds(model, prefix + "ffn_down_exps", layer.expertDown.data));
        EXPECT_EQ(layer.expertDown.numExperts, 8);
        EXPECT_EQ(layer.expertDown.rows, 64);
        EXPECT_EQ(layer.expertDown.cols, 32);
        EXPECT_EQ(layer.expertDown.expertStrideBytes, 64 * 32 * 4);
        EXPECT_TRUE(holds(model, prefix + "ffn_gate_shexp", layer.sharedGate.data));
        EXPECT_TRUE(holds(model, prefix + "ffn_up_shexp", layer.sharedUp.data));
        EXPECT_TRUE(holds(model, prefix + "ffn_down_shexp", layer.sharedDown.data));
        const bool hasMemory = i == 1 || i == 3;
        ASSERT_EQ(layer.memoryQuery != nullptr, hasMemory);
        if (hasMemory) {
            EXPECT_TRUE(holds(model, prefix + "attn_mem_query", layer.memoryQuery));
            EXPECT_TRUE(holds(model, prefix + "attn_mem_pos", layer.memoryPosition));
            EXPECT_TRUE(holds(model, prefix + "attn_mem_norm", layer.memoryNorm));
            EXPECT_TRUE(holds(model, prefix + "attn_mem_bias", layer.memoryBias));
        }
        const bool hasCross = i == 1 || i == 2;
        ASSERT_EQ(layer.crossNorm != nullptr, hasCross);
        if (hasCross) {
            EXPECT_TRUE(holds(model, prefix + "cross_norm", layer.crossNorm));
            EXPECT_TRUE(holds(model, prefix + "cross_q", layer.crossQ.data));
            EXPECT_TRUE(holds(model, prefix + "cross_k", layer.crossK.data));
            EXPECT_TRUE(holds(model, prefix + "cross_v", layer.crossV.data));
            EXPECT_TRUE(holds(model, prefix + "cross_output", layer.crossOutput.data));
            EXPECT_TRUE(holds(model, prefix + "cross_q_norm", layer.crossQNorm));
            EXPECT_TRUE(holds(model, prefix + "cross_k_norm", layer.crossKNorm));
            const float gate = model.tensor(prefix + "cross_gate.weight").values[0];
            EXPECT_FLOAT_EQ(layer.crossScale, std::tanh(gate));
        }
    }
    EXPECT_TRUE(holds(model, "mm.norm", weights.mediaNorm));
    EXPECT_TRUE(holds(model, "mm.type_embd", weights.mediaType));
    EXPECT_TRUE(holds(model, "mm.ordinal_embd", weights.mediaOrdinal));
    EXPECT_TRUE(holds(model, "v.1.1.attn_rel_bias", weights.vision.stages[1][1].relativeBias));
    EXPECT_TRUE(holds(model, "v.merge.3", weights.vision.merges[3].weight.data));
    EXPECT_TRUE(holds(model, "v.out.3.pos", weights.vision.outputs[3].position.data));
    EXPECT_TRUE(holds(model, "a.1.ffn_down", weights.audio.blocks[1].ffnDown.data));
    EXPECT_TRUE(holds(model, "a.conv2", weights.audio.conv2.data));
}

}  // namespace
}  // namespace hearth::testing_support
