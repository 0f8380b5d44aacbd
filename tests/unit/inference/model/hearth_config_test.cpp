#include "inference/model/hearth_config.h"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"
#include "tests/support/tiny_hearth_model.h"

namespace hearth::testing_support {
namespace {

HearthConfig readTiny(const TinyHearthModel& model) {
    const TempFolder folder;
    EXPECT_TRUE(model.write(folder.path() / "tiny.gguf").isOk());
    const auto file = GgufFile::open(folder.path() / "tiny.gguf");
    EXPECT_TRUE(file.has_value());
    auto config = HearthConfig::read(**file);
    EXPECT_TRUE(config.has_value()) << config.error().message();
    return std::move(config).value();
}

TEST(HearthConfigTest, ReadsEveryKey) {
    TinyHearthModel model(TinyHearthSizes{}, 1);
    model.key("hearth.expert_skip_threshold").value = 0.75F;
    model.key("hearth.attention.layer_norm_rms_epsilon").value = 1e-5F;
    model.key("hearth.rope.freq_base").value = 5000.0F;
    model.key("hearth.cross_attention.head_count_kv").value = 1U;
    const HearthConfig config = readTiny(model);
    EXPECT_EQ(config.vocabSize, 96);
    EXPECT_EQ(config.width, 64);
    EXPECT_EQ(config.numLayers, 4);
    EXPECT_EQ(config.numHeads, 4);
    EXPECT_EQ(config.numKvHeads, 2);
    EXPECT_EQ(config.headDim, 16);
    EXPECT_EQ(config.contextLength, 32768);
    EXPECT_EQ(config.window, 64);
    EXPECT_EQ(config.selectedBlocks, 2);
    EXPECT_EQ(config.numExperts, 8);
    EXPECT_EQ(config.expertsUsed, 2);
    EXPECT_EQ(config.expertHidden, 32);
    EXPECT_EQ(config.crossHeads, 4);
    EXPECT_EQ(config.crossKvHeads, 1);
    EXPECT_EQ(config.skipThreshold, 0.75F);
    EXPECT_EQ(config.normEps, 1e-5F);
    EXPECT_EQ(config.ropeBase, 5000.0);
    EXPECT_EQ(config.hasMemory, (std::vector<bool>{false, true, false, true}));
    EXPECT_EQ(config.hasCross, (std::vector<bool>{false, true, true, false}));
    EXPECT_EQ(config.vision.imageSize, 32);
    EXPECT_EQ(config.vision.patchSize, 4);
    EXPECT_EQ(config.vision.windowSize, 4);
    EXPECT_EQ(config.vision.headDim, 16);
    EXPECT_EQ(config.vision.widths, (std::array<std::int64_t, 4>{32, 32, 48, 64}));
    EXPECT_EQ(config.vision.depths, (std::array<std::int64_t, 4>{2, 2, 1, 1}));
    EXPECT_EQ(config.audio.frameLength, 20);
    EXPECT_EQ(config.audio.melBins, 8);
    EXPECT_EQ(config.audio.waveHidden, 24);
    EXPECT_EQ(config.audio.pathWidth, 16);
    EXPECT_EQ(config.audio.width, 32);
    EXPECT_EQ(config.audio.numBlocks, 2);
    EXPECT_EQ(config.audio.numHeads, 2);
    EXPECT_EQ(config.audio.feedForward, 64);
    EXPECT_EQ(config.audio.maxChunkFrames, 64);
}

TEST(HearthConfigTest, ListsOfLayersMayBeEmpty) {
    TinyHearthSizes sizes;
    sizes.memoryLayers = {};
    sizes.crossLayers = {};
    const HearthConfig config = readTiny(TinyHearthModel(sizes, 1));
    EXPECT_EQ(config.hasMemory, std::vector<bool>(4, false));
    EXPECT_EQ(config.hasCross, std::vector<bool>(4, false));
}

TEST(HearthConfigTest, GridsHalveAndWindowsFitThem) {
    HearthVisionConfig vision;
    vision.imageSize = 128;
    vision.patchSize = 4;
    vision.windowSize = 8;
    const std::int64_t grids[] = {32, 16, 8, 4};
    const std::int64_t windows[] = {8, 8, 8, 4};
    for (int stage = 0; stage < 4; ++stage) {
        EXPECT_EQ(vision.gridOf(stage), grids[stage]);
        EXPECT_EQ(vision.windowOf(stage), windows[stage]);
    }
    EXPECT_EQ(vision.numVectors(), 80);
}

TEST(HearthConfigTest, WindowsStartAtBlocks) {
    HearthConfig config;
    config.window = 1024;
    struct Case {
        std::int64_t position;
        std::int64_t start;
    };
    for (const Case& c : {Case{0, 0}, Case{1023, 0}, Case{1054, 0}, Case{1055, 32}, Case{1086, 32},
                          Case{1087, 64}, Case{131071, 130048}}) {
        EXPECT_EQ(config.windowStart(c.position), c.start) << c.position;
    }
    // The longest window is a block less a token longer than `window`.
    for (std::int64_t t = 2000; t < 2100; ++t) {
        const std::int64_t length = t + 1 - config.windowStart(t);
        EXPECT_GE(length, 1024);
        EXPECT_LE(length, 1055);
    }
}

}  // namespace
}  // namespace hearth::testing_support
