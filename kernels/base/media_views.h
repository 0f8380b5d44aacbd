#pragma once

#include <cstdint>
#include <span>

namespace hearth {

/// A decoded picture ready for the vision encoder; borrows its pixels.
struct ImageView {
    const float* pixels = nullptr;  ///< [height, width, 3] RGB, scaled to [-1, 1], rows contiguous
    int width = 0;
    int height = 0;
};

/// Preprocessed sound ready for the sound encoder; borrows its frames.
struct AudioView {
    const float* frames = nullptr;  ///< [numFrames, frameLength] raw waveform, centred and scaled
    const float* logMel = nullptr;  ///< [numFrames, numMelBins] log-mel spectrogram
    int numFrames = 0;              ///< a multiple of 4
    int frameLength = 0;            ///< 400
    int numMelBins = 0;             ///< 64
};

}  // namespace hearth
