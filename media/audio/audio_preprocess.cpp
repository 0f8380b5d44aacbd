#include "media/audio/audio_preprocess.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <numbers>

#include "media/audio/fourier.h"

namespace hearth::media {
namespace {

constexpr std::size_t kHop = kModelHopLength;
constexpr std::size_t kFrame = kModelFrameLength;
constexpr std::size_t kMelBins = kModelMelBins;
constexpr std::size_t kBins = Fourier512::kLength / 2 + 1;
constexpr std::size_t kChunkSamples = kModelMaxChunkFrames * kHop;
/// Samples of frame t that lie before sample 160 t: windows are centred on their hop.
constexpr std::size_t kFrameLead = 120;
constexpr double kMelLowHz = 20.0;
constexpr double kMelHighHz = 7600.0;

/// Tables of the spectrogram. Window and filters are rounded to f32, as the recipe stores them.
struct SpectrogramTables {
    Fourier512 fourier;
    std::array<double, kFrame> window{};
    std::array<std::array<double, kBins>, kMelBins> filters{};
    std::array<std::size_t, kMelBins> firstBin{};  ///< of the bins where the filter is not 0
    std::array<std::size_t, kMelBins> endBin{};

    SpectrogramTables() {
        for (std::size_t i = 0; i < kFrame; ++i) {
            const double angle = 2.0 * std::numbers::pi * static_cast<double>(i) / kFrame;
            window[i] = static_cast<float>(0.5 - 0.5 * std::cos(angle));
        }
        const auto mel = [](double hz) { return 2595.0 * std::log10(1.0 + hz / 700.0); };
        std::array<double, kMelBins + 2> edges{};
        for (std::size_t i = 0; i < edges.size(); ++i) {
            const double part = static_cast<double>(i) / (kMelBins + 1);
            const double at = mel(kMelLowHz) + (mel(kMelHighHz) - mel(kMelLowHz)) * part;
            edges[i] = 700.0 * (std::pow(10.0, at / 2595.0) - 1.0);
        }
        for (std::size_t m = 0; m < kMelBins; ++m) {
            endBin[m] = firstBin[m] = 0;
            for (std::size_t k = 0; k < kBins; ++k) {
                const double hz = static_cast<double>(k) * kModelSampleRateHz / Fourier512::kLength;
                const double rising = (hz - edges[m]) / (edges[m + 1] - edges[m]);
                const double falling = (edges[m + 2] - hz) / (edges[m + 2] - edges[m + 1]);
                filters[m][k] = static_cast<float>(std::max(0.0, std::min(rising, falling)));
                if (filters[m][k] > 0.0) {
                    firstBin[m] = endBin[m] == 0 ? k : firstBin[m];
                    endBin[m] = k + 1;
                }
            }
        }
    }
};

const SpectrogramTables& tables() {
    static const SpectrogramTables instance;
    return instance;
}

/// Log-mel rows of two neighbouring frames. They share one complex transform, as its real and its
/// imaginary part: X1[k] = (Z[k] + conj Z[-k]) / 2, X2[k] = (Z[k] - conj Z[-k]) / 2i.
void logMelPair(const SpectrogramTables& table, const float* frames, float* rows) noexcept {
    Fourier512::Values values{};
    for (std::size_t i = 0; i < kFrame; ++i) {
        values[i] = {frames[i] * table.window[i], frames[kFrame + i] * table.window[i]};
    }
    table.fourier.transform(values);
    std::array<std::array<double, kBins>, 2> power{};
    for (std::size_t k = 0; k < kBins; ++k) {
        const std::complex<double> a = values[k];
        const std::complex<double> b =
            std::conj(values[(Fourier512::kLength - k) % Fourier512::kLength]);
        power[0][k] = std::norm(a + b) / 4.0;
        power[1][k] = std::norm(a - b) / 4.0;
    }
    for (std::size_t frame = 0; frame < 2; ++frame) {
        for (std::size_t m = 0; m < kMelBins; ++m) {
            double energy = 0.0;
            for (std::size_t k = table.firstBin[m]; k < table.endBin[m]; ++k) {
                energy += power[frame][k] * table.filters[m][k];
            }
            rows[frame * kMelBins + m] =
                static_cast<float>((std::log(std::max(energy, 1e-6)) + 4.0) / 4.0);
        }
    }
}

std::size_t framesOf(std::size_t numSamples) noexcept {
    const std::size_t hops = (numSamples + kHop - 1) / kHop;
    return (hops + 3) / 4 * 4;
}

}  // namespace

Result<AudioPreprocessor> AudioPreprocessor::open(std::span<const float> samples) {
    if (samples.empty()) {
        return Status(ErrorCode::InvalidArgument, "the sound has no samples");
    }
    const auto count = static_cast<double>(samples.size());
    double sum = 0.0;
    for (const float sample : samples) {
        sum += sample;
    }
    const double mean = sum / count;
    double squares = 0.0;
    for (const float sample : samples) {
        squares += (sample - mean) * (sample - mean);
    }
    if (!std::isfinite(squares)) {
        return Status(ErrorCode::InvalidArgument, "the sound has samples that are not numbers");
    }
    return AudioPreprocessor(samples, mean, 0.1 / std::max(std::sqrt(squares / count), 1e-4));
}

std::size_t AudioPreprocessor::numChunks() const noexcept {
    return (m_samples.size() + kChunkSamples - 1) / kChunkSamples;
}

std::span<const float> AudioPreprocessor::chunkSamples(std::size_t chunkIndex) const noexcept {
    HEARTH_CHECK(chunkIndex < numChunks());
    const std::size_t begin = chunkIndex * kChunkSamples;
    return m_samples.subspan(begin, std::min(kChunkSamples, m_samples.size() - begin));
}

int AudioPreprocessor::numFrames(std::size_t chunkIndex) const noexcept {
    return static_cast<int>(framesOf(chunkSamples(chunkIndex).size()));
}

std::size_t AudioPreprocessor::totalFrames() const noexcept {
    // Every chunk but the last is a whole number of frames.
    return framesOf(m_samples.size());
}

Result<PreparedAudio> AudioPreprocessor::prepareChunk(std::size_t chunkIndex) const {
    const std::span<const float> samples = chunkSamples(chunkIndex);
    const std::size_t numFrames = framesOf(samples.size());
    PreparedAudio prepared;
    std::vector<float> padded;
    try {
        padded.assign(kHop * (numFrames - 1) + kFrame, 0.0F);
        prepared.frames.resize(numFrames * kFrame);
        prepared.logMel.resize(numFrames * kMelBins);
    } catch (const std::bad_alloc&) {
        return Status(ErrorCode::OutOfMemory,
                      "not enough memory to prepare the sound; use a shorter recording or close "
                      "other programs");
    }
    const std::size_t usable = std::min(samples.size(), padded.size() - kFrameLead);
    for (std::size_t i = 0; i < usable; ++i) {
        padded[kFrameLead + i] = static_cast<float>((samples[i] - m_mean) * m_scale);
    }
    for (std::size_t t = 0; t < numFrames; ++t) {
        std::copy_n(padded.data() + t * kHop, kFrame, prepared.frames.data() + t * kFrame);
    }
    const SpectrogramTables& table = tables();
    for (std::size_t t = 0; t < numFrames; t += 2) {
        logMelPair(table, prepared.frames.data() + t * kFrame,
                   prepared.logMel.data() + t * kMelBins);
    }
    prepared.numFrames = static_cast<int>(numFrames);
    return prepared;
}

}  // namespace hearth::media
