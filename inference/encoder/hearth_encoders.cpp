#include "inference/encoder/hearth_encoders.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "kernels/api/op_table.h"

namespace hearth {
namespace {

constexpr int kPictureType = 0;
constexpr int kSoundType = 1;

Status stopped() {
    return {ErrorCode::Cancelled, "stopped"};
}

Status pollStop(const std::stop_token& stop) {
    return stop.stop_requested() ? stopped() : Status();
}

/// Sinusoidal positions [rows, width]: dimension 2i is sin, 2i + 1 cos, of row / 10000^(2i /
/// width).
std::vector<float> sinusoids(std::int64_t rows, std::int64_t width) {
    std::vector<float> values(static_cast<std::size_t>(rows * width));
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t i = 0; i < width; i += 2) {
            const double angle =
                static_cast<double>(row) *
                std::pow(10000.0, -static_cast<double>(i) / static_cast<double>(width));
            values[static_cast<std::size_t>(row * width + i)] = static_cast<float>(std::sin(angle));
            values[static_cast<std::size_t>(row * width + i + 1)] =
                static_cast<float>(std::cos(angle));
        }
    }
    return values;
}

}  // namespace

HearthEncoders::HearthEncoders(const UniqueDevice& device, OpStream* stream,
                               const HearthConfig& config, const HearthWeights& weights,
                               const HearthAblation& ablation)
    : m_device(&device),
      m_ops(&device.ops()),
      m_stream(stream),
      m_config(&config),
      m_weights(&weights),
      m_ablation(ablation) {}

Result<HearthEncoders::Rows> HearthEncoders::allocate(std::int64_t rows, std::int64_t width) {
    Rows result;
    HEARTH_ASSIGN_OR_RETURN(
        result.buffer,
        createBuffer(*m_device, static_cast<std::uint64_t>(rows * width) * sizeof(float)));
    result.rows = rows;
    result.width = width;
    return result;
}

Result<HearthEncoders::Rows> HearthEncoders::upload(const float* values, std::int64_t rows,
                                                    std::int64_t width) {
    HEARTH_ASSIGN_OR_RETURN(Rows result, allocate(rows, width));
    const auto bytes = static_cast<std::uint64_t>(rows * width) * sizeof(float);
    HEARTH_RETURN_IF_ERROR(check(m_ops->copyToDevice(m_stream, result.data(), values, bytes)));
    HEARTH_RETURN_IF_ERROR(check(m_ops->streamSynchronize(m_stream)));
    return result;
}

Result<UniqueBuffer> HearthEncoders::uploadInts(const std::vector<std::int32_t>& values) {
    const std::uint64_t bytes = values.size() * sizeof(std::int32_t);
    HEARTH_ASSIGN_OR_RETURN(UniqueBuffer buffer, createBuffer(*m_device, bytes));
    HEARTH_RETURN_IF_ERROR(
        check(m_ops->copyToDevice(m_stream, bufferAs<void>(buffer), values.data(), bytes)));
    HEARTH_RETURN_IF_ERROR(check(m_ops->streamSynchronize(m_stream)));
    return buffer;
}

Result<HearthEncoders::Rows> HearthEncoders::linear(const Rows& x, const WeightMatrix& weight) {
    HEARTH_CHECK(x.width == weight.cols);
    HEARTH_ASSIGN_OR_RETURN(Rows y, allocate(x.rows, weight.rows));
    const LinearArgs args{.x = x.data(),
                          .xStride = x.width,
                          .weight = weight,
                          .y = y.data(),
                          .yStride = y.width,
                          .rows = x.rows};
    HEARTH_RETURN_IF_ERROR(check(m_ops->linear(m_stream, &args)));
    return y;
}

Result<HearthEncoders::Rows> HearthEncoders::norm(const Rows& x, const float* gain) {
    HEARTH_ASSIGN_OR_RETURN(Rows y, allocate(x.rows, x.width));
    const RmsNormArgs args{.x = x.data(),
                           .xStride = x.width,
                           .gain = gain,
                           .out = y.data(),
                           .outStride = y.width,
                           .rows = x.rows,
                           .dim = x.width,
                           .eps = m_config->normEps};
    HEARTH_RETURN_IF_ERROR(check(m_ops->rmsNorm(m_stream, &args)));
    return y;
}

/// Rows of x by index (-1: zeros), `joined` consecutive ones put side by side as one row.
Result<HearthEncoders::Rows> HearthEncoders::gather(const Rows& x,
                                                    const std::vector<std::int32_t>& index,
                                                    std::int64_t joined) {
    HEARTH_ASSIGN_OR_RETURN(const UniqueBuffer deviceIndex, uploadInts(index));
    const auto count = static_cast<std::int64_t>(index.size());
    HEARTH_ASSIGN_OR_RETURN(Rows y, allocate(count / joined, x.width * joined));
    const GatherRowsArgs args{.x = x.data(),
                              .xStride = x.width,
                              .index = bufferAs<std::int32_t>(deviceIndex),
                              .out = y.data(),
                              .outStride = x.width,
                              .rows = count,
                              .dim = x.width};
    HEARTH_RETURN_IF_ERROR(check(m_ops->gatherRows(m_stream, &args)));
    HEARTH_RETURN_IF_ERROR(check(m_ops->streamSynchronize(m_stream)));
    return y;
}

Result<HearthEncoders::Rows> HearthEncoders::gatherDevice(const Rows& x,
                                                          const UniqueBuffer& index) {
    HEARTH_ASSIGN_OR_RETURN(Rows y, allocate(x.rows, x.width));
    const GatherRowsArgs args{.x = x.data(),
                              .xStride = x.width,
                              .index = bufferAs<std::int32_t>(index),
                              .out = y.data(),
                              .outStride = x.width,
                              .rows = x.rows,
                              .dim = x.width};
    HEARTH_RETURN_IF_ERROR(check(m_ops->gatherRows(m_stream, &args)));
    return y;
}

/// In place on `width` columns from `column` on.
Status HearthEncoders::gelu(const Rows& x, std::int64_t column, std::int64_t width) {
    const GeluArgs args{.x = x.data() + column,
                        .xStride = x.width,
                        .out = x.data() + column,
                        .outStride = x.width,
                        .rows = x.rows,
                        .dim = width};
    return check(m_ops->gelu(m_stream, &args));
}

/// y += x.
Status HearthEncoders::add(const Rows& x, const Rows& y) {
    const AddScaledArgs args{.x = x.data(),
                             .xStride = x.width,
                             .xRows = x.rows,
                             .y = y.data(),
                             .yStride = y.width,
                             .rows = y.rows,
                             .dim = y.width};
    return check(m_ops->addScaled(m_stream, &args));
}

Result<HearthEncoders::WindowPlan> HearthEncoders::planWindows(int stage, bool isShifted) {
    const std::int64_t grid = m_config->vision.gridOf(stage);
    const std::int64_t window = m_config->vision.windowOf(stage);
    const std::int64_t shift = isShifted && grid > window ? window / 2 : 0;
    const std::int64_t perSide = grid / window;
    // The grid is rolled by `shift`, so the last window of a side joins rows that are no
    // neighbours: three bands a side.
    const auto band = [&](std::int64_t at) {
        return shift == 0 || at < grid - window ? 0 : at < grid - shift ? 1 : 2;
    };
    std::vector<std::int32_t> toWindows;
    std::vector<std::int32_t> regions;
    std::vector<std::int32_t> fromWindows(static_cast<std::size_t>(grid * grid));
    for (std::int64_t w = 0; w < perSide * perSide; ++w) {
        for (std::int64_t t = 0; t < window * window; ++t) {
            const std::int64_t y = w / perSide * window + t / window;
            const std::int64_t x = w % perSide * window + t % window;
            const std::int64_t source = (y + shift) % grid * grid + (x + shift) % grid;
            fromWindows[static_cast<std::size_t>(source)] =
                static_cast<std::int32_t>(toWindows.size());
            toWindows.push_back(static_cast<std::int32_t>(source));
            regions.push_back(3 * band(y) + band(x));
        }
    }
    WindowPlan plan;
    HEARTH_ASSIGN_OR_RETURN(plan.toWindows, uploadInts(toWindows));
    HEARTH_ASSIGN_OR_RETURN(plan.fromWindows, uploadInts(fromWindows));
    HEARTH_ASSIGN_OR_RETURN(plan.regions, uploadInts(regions));
    plan.numWindows = perSide * perSide;
    plan.windowLength = window * window;
    return plan;
}

/// The learned bias of each pair of tokens of a window: [heads, window^2, window^2], by query minus
/// key.
Result<HearthEncoders::Rows> HearthEncoders::relativeBias(const EncoderBlockWeights& block,
                                                          std::int64_t window,
                                                          std::int64_t numHeads) {
    const std::int64_t length = window * window;
    const std::int64_t span = 2 * window - 1;
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(numHeads * length * length));
    for (std::int64_t head = 0; head < numHeads; ++head) {
        for (std::int64_t query = 0; query < length; ++query) {
            for (std::int64_t key = 0; key < length; ++key) {
                const std::int64_t dy = query / window - key / window + window - 1;
                const std::int64_t dx = query % window - key % window + window - 1;
                values.push_back(block.relativeBias[head * span * span + dy * span + dx]);
            }
        }
    }
    return upload(values.data(), numHeads * length, length);
}

Status HearthEncoders::swinBlock(Rows& x, int stage, std::size_t index) {
    const EncoderBlockWeights& block =
        m_weights->vision.stages[static_cast<std::size_t>(stage)][index];
    const std::int64_t headDim = m_config->vision.headDim;
    const std::int64_t numHeads = x.width / headDim;
    const std::int64_t window = m_config->vision.windowOf(stage);
    HEARTH_ASSIGN_OR_RETURN(const WindowPlan plan, planWindows(stage, index % 2 == 1));
    HEARTH_ASSIGN_OR_RETURN(const Rows bias, relativeBias(block, window, numHeads));
    HEARTH_ASSIGN_OR_RETURN(const Rows normed, norm(x, block.attnNorm));
    HEARTH_ASSIGN_OR_RETURN(const Rows windows, gatherDevice(normed, plan.toWindows));
    HEARTH_ASSIGN_OR_RETURN(const Rows qkv, linear(windows, block.attnQkv));
    HEARTH_ASSIGN_OR_RETURN(const Rows attended, allocate(x.rows, x.width));
    const EncoderAttentionArgs args{.q = qkv.data(),
                                    .k = qkv.data() + x.width,
                                    .v = qkv.data() + 2 * x.width,
                                    .stride = qkv.width,
                                    .bias = bias.data(),
                                    .regions = bufferAs<std::int32_t>(plan.regions),
                                    .numRegionMaps = plan.numWindows,
                                    .out = attended.data(),
                                    .outStride = attended.width,
                                    .batch = plan.numWindows,
                                    .length = plan.windowLength,
                                    .numHeads = numHeads,
                                    .dim = headDim,
                                    .scale = 1.0F / std::sqrt(static_cast<float>(headDim))};
    HEARTH_RETURN_IF_ERROR(check(m_ops->encoderAttention(m_stream, &args)));
    HEARTH_ASSIGN_OR_RETURN(const Rows output, linear(attended, block.attnOutput));
    HEARTH_ASSIGN_OR_RETURN(const Rows inGrid, gatherDevice(output, plan.fromWindows));
    HEARTH_RETURN_IF_ERROR(add(inGrid, x));
    return feedForward(x, block);
}

Status HearthEncoders::feedForward(Rows& x, const EncoderBlockWeights& block) {
    HEARTH_ASSIGN_OR_RETURN(const Rows normed, norm(x, block.ffnNorm));
    HEARTH_ASSIGN_OR_RETURN(const Rows hidden, linear(normed, block.ffnUp));
    HEARTH_RETURN_IF_ERROR(gelu(hidden, 0, hidden.width));
    HEARTH_ASSIGN_OR_RETURN(const Rows output, linear(hidden, block.ffnDown));
    HEARTH_RETURN_IF_ERROR(add(output, x));
    // Buffers of this block are freed at the end of the scope, so what uses them must have run.
    return check(m_ops->streamSynchronize(m_stream));
}

Result<std::vector<float>> HearthEncoders::encodeImage(const ImageView& image,
                                                       const std::stop_token& stop) {
    const HearthVisionConfig& sizes = m_config->vision;
    const VisionWeights& weights = m_weights->vision;
    if (image.width != sizes.imageSize || image.height != sizes.imageSize) {
        return Status(ErrorCode::InvalidArgument,
                      "the picture encoder takes " + std::to_string(sizes.imageSize) +
                          " pixels a side, got " + std::to_string(image.width) + " x " +
                          std::to_string(image.height));
    }
    const std::int64_t patch = sizes.patchSize;
    const std::int64_t grid = sizes.gridOf(0);
    const std::int64_t rowFloats = 3 * patch;
    std::vector<float> patches(static_cast<std::size_t>(grid * grid * patch * rowFloats));
    float* target = patches.data();
    for (std::int64_t token = 0; token < grid * grid; ++token) {
        for (std::int64_t row = 0; row < patch; ++row, target += rowFloats) {
            const std::int64_t pixel =
                (token / grid * patch + row) * sizes.imageSize + token % grid * patch;
            std::memcpy(target, image.pixels + 3 * pixel,
                        static_cast<std::size_t>(rowFloats) * sizeof(float));
        }
    }
    HEARTH_ASSIGN_OR_RETURN(const Rows input,
                            upload(patches.data(), grid * grid, patch * rowFloats));
    HEARTH_ASSIGN_OR_RETURN(const Rows embedded, linear(input, weights.patchEmbedding));
    HEARTH_ASSIGN_OR_RETURN(Rows x, norm(embedded, weights.patchNorm));
    HEARTH_ASSIGN_OR_RETURN(const Rows vectors, allocate(sizes.numVectors(), m_config->width));
    std::int64_t numDone = 0;
    for (int stage = 0; stage < HearthVisionConfig::kNumStages; ++stage) {
        const auto stageIndex = static_cast<std::size_t>(stage);
        const std::int64_t side = sizes.gridOf(stage);
        if (stage > 0) {
            // The 2 x 2 neighbours of a token, (dy, dx) in the order (0,0), (1,0), (0,1), (1,1),
            // side by side.
            std::vector<std::int32_t> index;
            for (std::int64_t token = 0; token < side * side; ++token) {
                for (const auto& [dy, dx] :
                     {std::pair{0, 0}, std::pair{1, 0}, std::pair{0, 1}, std::pair{1, 1}}) {
                    const std::int64_t y = token / side * 2 + dy;
                    const std::int64_t column = token % side * 2 + dx;
                    index.push_back(static_cast<std::int32_t>(y * side * 2 + column));
                }
            }
            HEARTH_ASSIGN_OR_RETURN(const Rows joined, gather(x, index, 4));
            HEARTH_ASSIGN_OR_RETURN(const Rows normed,
                                    norm(joined, weights.merges[stageIndex].norm));
            HEARTH_ASSIGN_OR_RETURN(x, linear(normed, weights.merges[stageIndex].weight));
        }
        for (std::size_t block = 0; block < weights.stages[stageIndex].size(); ++block) {
            if (stop.stop_requested()) {
                return stopped();
            }
            HEARTH_RETURN_IF_ERROR(swinBlock(x, stage, block));
        }
        if (stage >= 2) {
            const VisionWeights::Output& output = weights.outputs[stageIndex];
            HEARTH_ASSIGN_OR_RETURN(const Rows normed, norm(x, output.norm));
            float* y = vectors.data() + numDone * m_config->width;
            // The learned positions first (as embeddings of the token numbers), then the projection
            // on top.
            std::vector<std::int32_t> ids(static_cast<std::size_t>(side * side));
            for (std::size_t i = 0; i < ids.size(); ++i) {
                ids[i] = static_cast<std::int32_t>(i);
            }
            HEARTH_ASSIGN_OR_RETURN(const UniqueBuffer deviceIds, uploadInts(ids));
            const EmbedRowsArgs position{.table = output.position,
                                         .ids = bufferAs<std::int32_t>(deviceIds),
                                         .out = y,
                                         .outStride = m_config->width,
                                         .rows = side * side};
            HEARTH_RETURN_IF_ERROR(check(m_ops->embedRows(m_stream, &position)));
            const LinearArgs projection{.x = normed.data(),
                                        .xStride = normed.width,
                                        .weight = output.weight,
                                        .y = y,
                                        .yStride = m_config->width,
                                        .rows = side * side,
                                        .accumulate = true};
            HEARTH_RETURN_IF_ERROR(check(m_ops->linear(m_stream, &projection)));
            HEARTH_RETURN_IF_ERROR(check(m_ops->streamSynchronize(m_stream)));
            numDone += side * side;
        }
    }
    return finish(vectors, kPictureType);
}

/// Kernel 3 over time with zero padding; output i is centred on input stride * i.
Result<HearthEncoders::Rows> HearthEncoders::convolve(const Rows& x, const WeightMatrix& weight,
                                                      std::int64_t stride) {
    std::vector<std::int32_t> index;
    for (std::int64_t i = 0; i < x.rows / stride; ++i) {
        for (std::int64_t tap = -1; tap <= 1; ++tap) {
            const std::int64_t source = i * stride + tap;
            index.push_back(source < 0 || source >= x.rows ? -1
                                                           : static_cast<std::int32_t>(source));
        }
    }
    HEARTH_ASSIGN_OR_RETURN(const Rows taps, gather(x, index, 3));
    HEARTH_ASSIGN_OR_RETURN(Rows y, linear(taps, weight));
    HEARTH_RETURN_IF_ERROR(check(m_ops->streamSynchronize(m_stream)));
    return y;
}

Status HearthEncoders::soundBlock(Rows& x, const EncoderBlockWeights& block,
                                  const std::stop_token& stop) {
    HEARTH_RETURN_IF_ERROR(pollStop(stop));
    const std::int64_t numHeads = m_config->audio.numHeads;
    const std::int64_t dim = x.width / numHeads;
    HEARTH_ASSIGN_OR_RETURN(const Rows normed, norm(x, block.attnNorm));
    HEARTH_ASSIGN_OR_RETURN(const Rows qkv, linear(normed, block.attnQkv));
    HEARTH_ASSIGN_OR_RETURN(const Rows attended, allocate(x.rows, x.width));
    const EncoderAttentionArgs args{.q = qkv.data(),
                                    .k = qkv.data() + x.width,
                                    .v = qkv.data() + 2 * x.width,
                                    .stride = qkv.width,
                                    .out = attended.data(),
                                    .outStride = attended.width,
                                    .batch = 1,
                                    .length = x.rows,
                                    .numHeads = numHeads,
                                    .dim = dim,
                                    .scale = 1.0F / std::sqrt(static_cast<float>(dim))};
    HEARTH_RETURN_IF_ERROR(pollStop(stop));
    HEARTH_RETURN_IF_ERROR(check(m_ops->encoderAttention(m_stream, &args)));
    HEARTH_RETURN_IF_ERROR(pollStop(stop));
    HEARTH_ASSIGN_OR_RETURN(const Rows output, linear(attended, block.attnOutput));
    HEARTH_RETURN_IF_ERROR(add(output, x));
    return feedForward(x, block);
}

Result<std::vector<float>> HearthEncoders::encodeAudio(const AudioView& audio,
                                                       const std::stop_token& stop) {
    const HearthAudioConfig& sizes = m_config->audio;
    const AudioWeights& weights = m_weights->audio;
    if (audio.frameLength != sizes.frameLength || audio.numMelBins != sizes.melBins ||
        audio.numFrames <= 0 || audio.numFrames % 4 != 0 ||
        audio.numFrames > sizes.maxChunkFrames) {
        return Status(ErrorCode::InvalidArgument,
                      "the sound encoder takes 4 to " + std::to_string(sizes.maxChunkFrames) +
                          " frames of " + std::to_string(sizes.frameLength) + " samples and " +
                          std::to_string(sizes.melBins) + " mel bins, got " +
                          std::to_string(audio.numFrames) + " of " +
                          std::to_string(audio.frameLength) + " and " +
                          std::to_string(audio.numMelBins));
    }
    const std::int64_t numFrames = audio.numFrames;
    // Both paths write into one matrix: the waveform's half first, then the spectrogram's.
    HEARTH_ASSIGN_OR_RETURN(const Rows fused, allocate(numFrames, sizes.width));
    HEARTH_RETURN_IF_ERROR(check(
        m_ops->fillZero(m_stream, fused.data(),
                        static_cast<std::uint64_t>(numFrames * sizes.width) * sizeof(float))));
    if (!m_ablation.waveform) {
        HEARTH_ASSIGN_OR_RETURN(const Rows frames,
                                upload(audio.frames, numFrames, sizes.frameLength));
        HEARTH_ASSIGN_OR_RETURN(const Rows hidden, linear(frames, weights.wave1));
        HEARTH_RETURN_IF_ERROR(gelu(hidden, 0, hidden.width));
        HEARTH_RETURN_IF_ERROR(pollStop(stop));
        const LinearArgs args{.x = hidden.data(),
                              .xStride = hidden.width,
                              .weight = weights.wave2,
                              .y = fused.data(),
                              .yStride = fused.width,
                              .rows = numFrames};
        HEARTH_RETURN_IF_ERROR(check(m_ops->linear(m_stream, &args)));
        HEARTH_RETURN_IF_ERROR(check(m_ops->streamSynchronize(m_stream)));
    }
    HEARTH_RETURN_IF_ERROR(pollStop(stop));
    if (!m_ablation.spectrogram) {
        HEARTH_ASSIGN_OR_RETURN(const Rows logMel, upload(audio.logMel, numFrames, sizes.melBins));
        HEARTH_ASSIGN_OR_RETURN(const Rows path, convolve(logMel, weights.mel, 1));
        HEARTH_RETURN_IF_ERROR(gelu(path, 0, path.width));
        const AddScaledArgs args{.x = path.data(),
                                 .xStride = path.width,
                                 .xRows = numFrames,
                                 .y = fused.data() + sizes.pathWidth,
                                 .yStride = fused.width,
                                 .rows = numFrames,
                                 .dim = sizes.pathWidth};
        HEARTH_RETURN_IF_ERROR(check(m_ops->addScaled(m_stream, &args)));
        HEARTH_RETURN_IF_ERROR(check(m_ops->streamSynchronize(m_stream)));
    }
    HEARTH_RETURN_IF_ERROR(pollStop(stop));
    HEARTH_ASSIGN_OR_RETURN(const Rows half, convolve(fused, weights.conv1, 2));
    HEARTH_RETURN_IF_ERROR(gelu(half, 0, half.width));
    HEARTH_RETURN_IF_ERROR(pollStop(stop));
    HEARTH_ASSIGN_OR_RETURN(Rows x, convolve(half, weights.conv2, 2));
    HEARTH_RETURN_IF_ERROR(gelu(x, 0, x.width));
    HEARTH_ASSIGN_OR_RETURN(const Rows positions,
                            upload(sinusoids(x.rows, x.width).data(), x.rows, x.width));
    HEARTH_RETURN_IF_ERROR(add(positions, x));
    for (const EncoderBlockWeights& block : weights.blocks) {
        HEARTH_RETURN_IF_ERROR(soundBlock(x, block, stop));
    }
    HEARTH_ASSIGN_OR_RETURN(const Rows normed, norm(x, weights.outNorm));
    HEARTH_ASSIGN_OR_RETURN(const Rows projected, linear(normed, weights.out));
    return finish(projected, kSoundType);
}

Result<std::vector<float>> HearthEncoders::finish(const Rows& projected, int mediaType) {
    HEARTH_ASSIGN_OR_RETURN(const Rows vectors, norm(projected, m_weights->mediaNorm));
    const AddScaledArgs args{.x = m_weights->mediaType + mediaType * m_config->width,
                             .xStride = m_config->width,
                             .xRows = 1,
                             .y = vectors.data(),
                             .yStride = vectors.width,
                             .rows = vectors.rows,
                             .dim = vectors.width};
    HEARTH_RETURN_IF_ERROR(check(m_ops->addScaled(m_stream, &args)));
    std::vector<float> result(static_cast<std::size_t>(vectors.rows * vectors.width));
    HEARTH_RETURN_IF_ERROR(check(
        m_ops->copyToHost(m_stream, result.data(), vectors.data(), result.size() * sizeof(float))));
    HEARTH_RETURN_IF_ERROR(check(m_ops->streamSynchronize(m_stream)));
    return result;
}

}  // namespace hearth
