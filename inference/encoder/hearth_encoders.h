#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "inference/model/hearth_config.h"
#include "inference/model/hearth_decoder.h"
#include "inference/model/hearth_weights.h"
#include "kernels/base/media_views.h"
#include "kernels/base/status.h"
#include "kernels/dispatch/device.h"

namespace hearth {

/// The picture and sound encoders of the `hearth` family (docs/adr/0001-hearth-mini-model.md,
/// "Media"): straight-line code over the operation table. Results are media vectors [n, width]
/// without the ordinal, which the sequence that takes them adds: rms(projection; mm.norm) +
/// mm.type_embd. One thread at a time.
class HearthEncoders {
public:
    /// All arguments outlive the encoders. Only the waveform and spectrogram switches of `ablation`
    /// matter here.
    HearthEncoders(const UniqueDevice& device, OpStream* stream, const HearthConfig& config,
                   const HearthWeights& weights, const HearthAblation& ablation);

    /// Errors: InvalidArgument for a picture of another size, Cancelled, OutOfMemory, Device.
    Result<std::vector<float>> encodeImage(const ImageView& image, const std::stop_token& stop);

    /// One chunk of at most `maxChunkFrames` frames. Errors as above.
    Result<std::vector<float>> encodeAudio(const AudioView& audio, const std::stop_token& stop);

private:
    /// A matrix [rows, width] of f32 on the device.
    struct Rows {
        UniqueBuffer buffer;
        std::int64_t rows = 0;
        std::int64_t width = 0;
        float* data() const { return bufferAs<float>(buffer); }
    };
    /// How a Swin block sees its grid: tokens in window order and the regions that may not see each
    /// other.
    struct WindowPlan {
        UniqueBuffer toWindows;    ///< [tokens] i32: row of the grid for each row in window order
        UniqueBuffer fromWindows;  ///< [tokens] i32: the inverse
        UniqueBuffer regions;      ///< [windows, window^2] i32
        std::int64_t numWindows = 0;
        std::int64_t windowLength = 0;
    };

    Result<Rows> allocate(std::int64_t rows, std::int64_t width);
    Result<Rows> upload(const float* values, std::int64_t rows, std::int64_t width);
    Result<UniqueBuffer> uploadInts(const std::vector<std::int32_t>& values);
    Result<Rows> linear(const Rows& x, const WeightMatrix& weight);
    Result<Rows> norm(const Rows& x, const float* gain);
    Result<Rows> gather(const Rows& x, const std::vector<std::int32_t>& index, std::int64_t joined);
    Result<Rows> gatherDevice(const Rows& x, const UniqueBuffer& index);
    Status gelu(const Rows& x, std::int64_t column, std::int64_t width);
    Status add(const Rows& x, const Rows& y);
    Result<WindowPlan> planWindows(int stage, bool isShifted);
    Result<Rows> relativeBias(const EncoderBlockWeights& block, std::int64_t window,
                              std::int64_t numHeads);
    Status swinBlock(Rows& x, int stage, std::size_t index);
    Status feedForward(Rows& x, const EncoderBlockWeights& block);
    Status soundBlock(Rows& x, const EncoderBlockWeights& block, const std::stop_token& stop);
    Result<Rows> convolve(const Rows& x, const WeightMatrix& weight, std::int64_t stride);
    Result<std::vector<float>> finish(const Rows& projected, int mediaType);
    Status check(OpStatus status) const {
        return opStatus(*m_ops, status, "encoding a picture or a recording");
    }

    const UniqueDevice* m_device;
    const OpTable* m_ops;
    OpStream* m_stream;
    const HearthConfig* m_config;
    const HearthWeights* m_weights;
    HearthAblation m_ablation;
};

}  // namespace hearth
