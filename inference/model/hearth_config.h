#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "inference/gguf/gguf_file.h"
#include "kernels/base/status.h"

namespace hearth {

/// Sizes of the vision encoder (docs/adr/0001-hearth-mini-model.md, "Picture").
struct HearthVisionConfig {
    static constexpr int kNumStages = 4;
    std::int64_t imageSize = 0;   ///< pixels a side
    std::int64_t patchSize = 0;   ///< pixels a side
    std::int64_t windowSize = 0;  ///< tokens a side
    std::int64_t headDim = 0;
    std::array<std::int64_t, kNumStages> widths{};
    std::array<std::int64_t, kNumStages> depths{};

    /// Tokens a side in a stage: patches at stage 0, halved by each merging.
    std::int64_t gridOf(int stage) const noexcept { return imageSize / patchSize >> stage; }
    /// The window of a stage is never larger than its grid.
    std::int64_t windowOf(int stage) const noexcept {
        return gridOf(stage) < windowSize ? gridOf(stage) : windowSize;
    }
    /// Vectors of a picture: one for each token of the last two stages.
    std::int64_t numVectors() const noexcept {
        return gridOf(2) * gridOf(2) + gridOf(3) * gridOf(3);
    }
};

/// Sizes of the sound encoder (docs/adr/0001-hearth-mini-model.md, "Sound").
struct HearthAudioConfig {
    // What the preprocessing of recordings does; a model that was trained with another is refused.
    static constexpr std::int64_t kSampleRateHz = 16000;
    static constexpr std::int64_t kHopLength = 160;  ///< samples
    static constexpr std::int64_t kFftLength = 512;  ///< samples
    static constexpr float kMelMinHz = 20.0F;
    static constexpr float kMelMaxHz = 7600.0F;

    std::int64_t frameLength = 0;  ///< samples of a frame
    std::int64_t melBins = 0;
    std::int64_t waveHidden = 0;
    std::int64_t pathWidth = 0;  ///< of each of the two paths
    std::int64_t width = 0;
    std::int64_t numBlocks = 0;
    std::int64_t numHeads = 0;
    std::int64_t feedForward = 0;
    std::int64_t maxChunkFrames = 0;
};

/// Sizes and settings of a model of the `hearth` family, checked against each other.
struct HearthConfig {
    std::int64_t vocabSize = 0;
    std::int64_t width = 0;
    std::int64_t numLayers = 0;
    std::int64_t numHeads = 0;
    std::int64_t numKvHeads = 0;
    std::int64_t headDim = 0;
    std::int64_t contextLength = 0;
    std::int64_t window = 0;          ///< tokens, before the block alignment
    std::int64_t selectedBlocks = 0;  ///< blocks that are read back exactly
    std::int64_t numExperts = 0;
    std::int64_t expertsUsed = 0;
    std::int64_t expertHidden = 0;
    std::int64_t crossHeads = 0;
    std::int64_t crossKvHeads = 0;
    float skipThreshold = 1.0F;  ///< 1: the second expert always runs
    float normEps = 1e-6F;
    double ropeBase = 10000.0;
    std::vector<bool> hasMemory;  ///< [numLayers]
    std::vector<bool> hasCross;   ///< [numLayers]
    HearthVisionConfig vision;
    HearthAudioConfig audio;

    /// First token of the window of a query at `position`: a multiple of the block length.
    std::int64_t windowStart(std::int64_t position) const noexcept;

    /// Reads the `hearth.*` keys. Errors: Unsupported for another architecture or a size that this
    /// version cannot run (a memory block other than 32), CorruptData for sizes that contradict
    /// each other, naming file and key.
    static Result<HearthConfig> read(const GgufFile& file);
};

}  // namespace hearth
