#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <variant>
#include <vector>

#include "inference/engine/engine.h"
#include "kernels/base/media_views.h"
#include "kernels/base/status.h"

namespace hearth {

/// A prepared picture. Owns its pixels.
struct PictureInput {
    std::vector<float> pixels;  ///< [height, width, 3] RGB in [-1, 1]
    int width = 0;
    int height = 0;

    ImageView view() const noexcept { return {pixels.data(), width, height}; }
};

/// A recording in chunks of at most 30 s. Each is made when it is encoded, so that a long recording
/// never has all its frames in memory.
struct RecordingInput {
    /// Owns its numbers.
    struct Chunk {
        std::vector<float> frames;  ///< [numFrames, frameLength]
        std::vector<float> logMel;  ///< [numFrames, numMelBins]
        int numFrames = 0;
        int frameLength = 0;
        int numMelBins = 0;

        AudioView view() const noexcept {
            return {frames.data(), logMel.data(), numFrames, frameLength, numMelBins};
        }
    };
    std::size_t numChunks = 0;
    /// Chunk `index` < numChunks, the same on each call. Called on the thread that encodes.
    std::function<Result<Chunk>(std::size_t index)> makeChunk;
};

using MediumInput = std::variant<PictureInput, RecordingInput>;

/// Media vectors [n, width] of a medium, those of a recording's chunks joined. Errors:
/// InvalidArgument (a picture of another size, a recording without sound), those of `makeChunk`,
/// Cancelled, OutOfMemory, Device.
Result<std::vector<float>> encodeMedium(Engine& engine, const MediumInput& input,
                                        const std::stop_token& stop);

}  // namespace hearth
