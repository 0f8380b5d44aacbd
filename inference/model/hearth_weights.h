#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "inference/gguf/gguf_file.h"
#include "inference/model/hearth_config.h"
#include "kernels/api/types.h"
#include "kernels/base/status.h"

namespace hearth {

/// Weights of one decoder layer; names and shapes are those of docs/adr/0001-hearth-mini-model.md.
/// Pointers borrow the file's mapping. d = width, D = head size.
struct HearthLayerWeights {
    const float* attnNorm = nullptr;   ///< [d]
    WeightMatrix attnQ;                ///< [heads D, d]
    WeightMatrix attnK;                ///< [kvHeads D, d]
    WeightMatrix attnV;                ///< [kvHeads D, d]
    WeightMatrix attnOutput;           ///< [d, heads D]
    const float* attnQNorm = nullptr;  ///< [D]
    const float* attnKNorm = nullptr;  ///< [D]

    // Memory branch; null in layers without it.
    const float* memoryQuery = nullptr;     ///< [kvHeads, D]
    const float* memoryPosition = nullptr;  ///< [kvHeads, 32]
    const float* memoryNorm = nullptr;      ///< [D]
    const float* memoryBias = nullptr;      ///< [2, heads]: compressed, read-back

    // Cross-attention; null in layers without it.
    const float* crossNorm = nullptr;   ///< [d]
    WeightMatrix crossQ;                ///< [crossHeads D, d]
    WeightMatrix crossK;                ///< [crossKvHeads D, d]
    WeightMatrix crossV;                ///< [crossKvHeads D, d]
    WeightMatrix crossOutput;           ///< [d, crossHeads D]
    const float* crossQNorm = nullptr;  ///< [D]
    const float* crossKNorm = nullptr;  ///< [D]
    float crossScale = 0.0F;            ///< tanh of the gate

    const float* ffnNorm = nullptr;  ///< [d]
    WeightMatrix router;             ///< [experts, d]
    ExpertMatrix expertGate;         ///< [experts, hidden, d]
    ExpertMatrix expertUp;           ///< [experts, hidden, d]
    ExpertMatrix expertDown;         ///< [experts, d, hidden]
    WeightMatrix sharedGate;         ///< [hidden, d]
    WeightMatrix sharedUp;           ///< [hidden, d]
    WeightMatrix sharedDown;         ///< [d, hidden]
};

/// A block of an encoder: attention, then a gelu feed-forward of four times the width c.
struct EncoderBlockWeights {
    const float* attnNorm = nullptr;      ///< [c]
    const float* ffnNorm = nullptr;       ///< [c]
    const float* relativeBias = nullptr;  ///< [heads, (2w-1)^2] for pictures, null for sound
    WeightMatrix attnQkv;                 ///< [3c, c]
    WeightMatrix attnOutput;              ///< [c, c]
    WeightMatrix ffnUp;                   ///< [4c, c]
    WeightMatrix ffnDown;                 ///< [c, 4c]
};

struct VisionWeights {
    struct Merge {
        const float* norm = nullptr;  ///< [4c]
        WeightMatrix weight;          ///< [c', 4c]
    };
    struct Output {
        const float* norm = nullptr;  ///< [c]
        WeightMatrix weight;          ///< [d, c]
        WeightMatrix position;        ///< [tokens, d]
    };
    WeightMatrix patchEmbedding;       ///< [c0, 3 patch^2]
    const float* patchNorm = nullptr;  ///< [c0]
    std::array<std::vector<EncoderBlockWeights>, HearthVisionConfig::kNumStages> stages;
    std::array<Merge, HearthVisionConfig::kNumStages>
        merges;  ///< before the stage; none before stage 0
    std::array<Output, HearthVisionConfig::kNumStages> outputs;  ///< of stages 2 and 3
};

struct AudioWeights {
    WeightMatrix wave1;  ///< [hidden, frame]
    WeightMatrix wave2;  ///< [path, hidden]
    WeightMatrix mel;    ///< [path, 3 bins]
    WeightMatrix conv1;  ///< [c, 3c]
    WeightMatrix conv2;  ///< [c, 3c]
    std::vector<EncoderBlockWeights> blocks;
    const float* outNorm = nullptr;  ///< [c]
    WeightMatrix out;                ///< [d, c]
};

/// All weights of a `hearth` model. Const after binding; must not outlive the file.
struct HearthWeights {
    WeightMatrix tokenEmbedding;        ///< [vocabulary, d], also the output matrix
    const float* outputNorm = nullptr;  ///< [d]
    std::vector<HearthLayerWeights> layers;
    VisionWeights vision;
    AudioWeights audio;
    const float* mediaNorm = nullptr;     ///< [d]
    const float* mediaType = nullptr;     ///< [2, d]: picture, sound
    const float* mediaOrdinal = nullptr;  ///< [8, d]

    /// Finds every tensor and checks its shape and type. Errors: NotFound or CorruptData, naming
    /// file, tensor, expected and found shape.
    static Result<HearthWeights> bind(const GgufFile& file, const HearthConfig& config);
};

inline constexpr std::int64_t kNumMediaOrdinals = 8;

}  // namespace hearth
