#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kernels/base/media_views.h"
#include "kernels/base/status.h"

namespace hearth::media {

inline constexpr int kModelSampleRateHz = 16000;
inline constexpr int kModelHopLength = 160;
inline constexpr int kModelFrameLength = 400;
inline constexpr int kModelMelBins = 64;
/// Most frames that are encoded in one piece: 30 s.
inline constexpr int kModelMaxChunkFrames = 3000;

/// One chunk of at most 30 s as the sound encoder of Hearth Mini takes it. Owns its numbers.
struct PreparedAudio {
    std::vector<float> frames;  ///< [numFrames, 400]
    std::vector<float> logMel;  ///< [numFrames, 64]
    int numFrames = 0;          ///< a multiple of 4; the encoder makes numFrames / 4 vectors

    /// Valid while this object lives and is not moved from.
    AudioView view() const noexcept {
        return {frames.data(), logMel.data(), numFrames, kModelFrameLength, kModelMelBins};
    }
};

/// Prepares a recording chunk by chunk, so that a long one never has all its frames in memory. The
/// mean and the scale are those of the whole recording; a chunk sees zeros beyond its own ends.
/// Borrows the samples, which must outlive it. Const after open: thread-safe.
/// Source: docs/adr/0001-hearth-mini-model.md, "Media".
class AudioPreprocessor {
public:
    /// samples  [N] mono at 16 kHz, finite.
    /// Errors: InvalidArgument (no samples, NaN or infinity among them).
    static Result<AudioPreprocessor> open(std::span<const float> samples);

    /// ceil(N / 480,000); at least 1.
    std::size_t numChunks() const noexcept;
    /// Frames of chunk `chunkIndex`: 4 ceil(ceil(n / 160) / 4) for its n samples.
    int numFrames(std::size_t chunkIndex) const noexcept;
    /// Frames of all chunks; a quarter of it is the number of vectors.
    std::size_t totalFrames() const noexcept;

    /// Frame `t` is samples [160 t - 120, 160 t + 280) of the chunk; its log-mel row is
    /// (ln(max(e, 1e-6)) + 4) / 4 with e the energy under 64 triangles (HTK mel scale, 20 to
    /// 7,600 Hz, peak 1) of the power spectrum of the frame under a periodic Hann window, padded to
    /// 512. Transforms run in f64. `chunkIndex` < numChunks(). Errors: OutOfMemory.
    Result<PreparedAudio> prepareChunk(std::size_t chunkIndex) const;

private:
    AudioPreprocessor(std::span<const float> samples, double mean, double scale) noexcept
        : m_samples(samples), m_mean(mean), m_scale(scale) {}

    std::span<const float> chunkSamples(std::size_t chunkIndex) const noexcept;

    std::span<const float> m_samples;
    double m_mean;
    double m_scale;
};

}  // namespace hearth::media
