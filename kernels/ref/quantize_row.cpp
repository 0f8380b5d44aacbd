#include "kernels/ref/quantize_row.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "kernels/base/check.h"
#include "kernels/base/half.h"
#include "kernels/ref/block_layout.h"

namespace hearth {
namespace {

constexpr float kMaxHalf = 65504.0F;
/// Beyond the largest weight that any block type can hold (Q6_K: 65,504 * 128 * 32).
constexpr float kMaxBlockWeight = 3e8F;

int roundToInt(float value) noexcept {
    return static_cast<int>(std::lrint(value));
}

/// The weights of the error of `count` elements.
void errorWeights(const float* x, const float* importance, int count, float* weights) noexcept {
    float meanSquare = 0;
    for (int i = 0; i < count; ++i) {
        meanSquare += x[i] * x[i];
    }
    meanSquare /= static_cast<float>(count);
    for (int i = 0; i < count; ++i) {
        weights[i] = importance != nullptr ? importance[i] : x[i] * x[i] + meanSquare;
    }
}

/// The scale s for which s * q, q = clamp(round(x / s), low, high), has the least weighted error.
/// Tries scales around the one that maps the largest element to an end of the range, and for the
/// quants of each takes the scale of least squares.
float searchScale(const float* x, const float* weights, int count, int low, int high) noexcept {
    float largest = 0;
    for (int i = 0; i < count; ++i) {
        if (std::fabs(x[i]) > std::fabs(largest)) {
            largest = x[i];
        }
    }
    if (std::fabs(largest) < 1e-30F) {
        return 0.0F;
    }
    constexpr int kSteps = 10;
    float bestScale = 0;
    double bestGain = -1;
    for (const int end : {low, high}) {
        for (int step = -kSteps; step <= kSteps; ++step) {
            const float target = static_cast<float>(end) + 0.1F * static_cast<float>(step);
            const float inverse = target / largest;
            // f64: the product of three large weights leaves the range of f32.
            double dot = 0;
            double square = 0;
            for (int i = 0; i < count; ++i) {
                const double q = std::clamp(roundToInt(x[i] * inverse), low, high);
                const double weighted = static_cast<double>(weights[i]) * q;
                dot += weighted * static_cast<double>(x[i]);
                square += weighted * q;
            }
            // The error of the best scale dot / square is a constant minus this.
            if (square > 0 && dot * dot > bestGain * square) {
                bestGain = dot * dot / square;
                bestScale = static_cast<float>(dot / square);
            }
        }
    }
    return bestScale;
}

struct ScaleMin {
    float scale = 0;
    float min = 0;  ///< >= 0; an element is scale * q - min
};

/// Weighted error of x against scale * q - min with the nearest q of 0 .. high.
float affineError(const float* x, const float* weights, int count, int high,
                  const ScaleMin& candidate) noexcept {
    const float inverse = candidate.scale > 0 ? 1.0F / candidate.scale : 0.0F;
    float error = 0;
    for (int i = 0; i < count; ++i) {
        const int q = std::clamp(roundToInt((x[i] + candidate.min) * inverse), 0, high);
        const float difference = candidate.scale * static_cast<float>(q) - candidate.min - x[i];
        error += weights[i] * difference * difference;
    }
    return error;
}

/// The scale and min of least weighted error. Tries several scales around the one that spans the
/// elements; for the quants of each, scale and min follow from least squares.
ScaleMin searchScaleMin(const float* x, const float* weights, int count, int high) noexcept {
    float lowest = 0;
    float highest = 0;
    for (int i = 0; i < count; ++i) {
        lowest = std::min(lowest, x[i]);
        highest = std::max(highest, x[i]);
    }
    if (highest - lowest < 1e-30F) {
        return {};
    }
    ScaleMin best{(highest - lowest) / static_cast<float>(high), -lowest};
    float bestError = affineError(x, weights, count, high, best);
    constexpr int kSteps = 20;
    for (int step = 0; step <= kSteps; ++step) {
        const float span = static_cast<float>(high) - 1.0F + 0.1F * static_cast<float>(step);
        const float inverse = span / (highest - lowest);
        double sumW = 0;
        double sumX = 0;
        double sumQ = 0;
        double sumQQ = 0;
        double sumXQ = 0;
        for (int i = 0; i < count; ++i) {
            const double q = std::clamp(roundToInt((x[i] - lowest) * inverse), 0, high);
            const auto weight = static_cast<double>(weights[i]);
            const double weightedX = weight * static_cast<double>(x[i]);
            sumW += weight;
            sumX += weightedX;
            sumQ += weight * q;
            sumQQ += weight * q * q;
            sumXQ += weightedX * q;
        }
        const double determinant = sumW * sumQQ - sumQ * sumQ;
        if (!(determinant > 0)) {
            continue;
        }
        ScaleMin candidate{static_cast<float>((sumW * sumXQ - sumX * sumQ) / determinant),
                           static_cast<float>((sumQ * sumXQ - sumQQ * sumX) / determinant)};
        if (candidate.min < 0) {
            // The format has no negative min.
            candidate = {sumQQ > 0 ? static_cast<float>(sumXQ / sumQQ) : 0.0F, 0.0F};
        }
        if (!(candidate.scale > 0)) {
            continue;
        }
        const float error = affineError(x, weights, count, high, candidate);
        if (error < bestError) {
            bestError = error;
            best = candidate;
        }
    }
    return best;
}

bool fitsHalf(float value) noexcept {
    return std::fabs(value) <= kMaxHalf;
}

/// The nearest quant of x / d, or 0 where d is 0.
int quantOf(float x, float d, int low, int high) noexcept {
    return d == 0 ? 0 : std::clamp(roundToInt(x / d), low, high);
}

bool compress(const float* x, const float*, BlockQ8_0& block) noexcept {
    float largest = 0;
    for (int j = 0; j < 32; ++j) {
        largest = std::max(largest, std::fabs(x[j]));
    }
    const float scale = largest / 127.0F;
    block.d = f32ToF16(scale);
    const float d = f16ToF32(block.d);
    for (int j = 0; j < 32; ++j) {
        block.quants[j] = static_cast<std::int8_t>(quantOf(x[j], d, -127, 127));
    }
    return fitsHalf(scale);
}

bool compress(const float* x, const float* importance, BlockQ4_0& block) noexcept {
    float weights[32];
    errorWeights(x, importance, 32, weights);
    const float scale = searchScale(x, weights, 32, -8, 7);
    block.d = f32ToF16(scale);
    const float d = f16ToF32(block.d);
    for (int j = 0; j < 16; ++j) {
        const int low = quantOf(x[j], d, -8, 7) + 8;
        const int high = quantOf(x[j + 16], d, -8, 7) + 8;
        block.quants[j] = static_cast<std::uint8_t>(low | (high << 4));
    }
    return fitsHalf(scale);
}

bool compress(const float* x, const float* importance, BlockQ5_0& block) noexcept {
    float weights[32];
    errorWeights(x, importance, 32, weights);
    const float scale = searchScale(x, weights, 32, -16, 15);
    block.d = f32ToF16(scale);
    const float d = f16ToF32(block.d);
    std::uint32_t highBits = 0;
    for (int j = 0; j < 16; ++j) {
        const int low = quantOf(x[j], d, -16, 15) + 16;
        const int high = quantOf(x[j + 16], d, -16, 15) + 16;
        block.quants[j] = static_cast<std::uint8_t>((low & 15) | ((high & 15) << 4));
        highBits |= static_cast<std::uint32_t>(low >> 4) << j;
        highBits |= static_cast<std::uint32_t>(high >> 4) << (j + 16);
    }
    for (int byte = 0; byte < 4; ++byte) {
        block.highBits[byte] = static_cast<std::uint8_t>(highBits >> (8 * byte));
    }
    return fitsHalf(scale);
}

/// What Q4_K and Q5_K share: the packed scales, and the quants 0 .. high of all 256 elements.
template <class Block>
bool compressWithMins(const float* x, const float* importance, int high, Block& block,
                      std::uint8_t* quants) noexcept {
    float weights[256];
    ScaleMin parts[8];
    float largestScale = 0;
    float largestMin = 0;
    for (std::ptrdiff_t part = 0; part < 8; ++part) {
        errorWeights(x + 32 * part, importance == nullptr ? nullptr : importance + 32 * part, 32,
                     weights + 32 * part);
        parts[part] = searchScaleMin(x + 32 * part, weights + 32 * part, 32, high);
        largestScale = std::max(largestScale, parts[part].scale);
        largestMin = std::max(largestMin, parts[part].min);
    }
    block.d = f32ToF16(largestScale / 63.0F);
    block.dMin = f32ToF16(largestMin / 63.0F);
    const float d = f16ToF32(block.d);
    const float dMin = f16ToF32(block.dMin);
    std::memset(block.scales, 0, sizeof(block.scales));
    for (std::ptrdiff_t part = 0; part < 8; ++part) {
        const float* partX = x + 32 * part;
        const int nearestScale = quantOf(parts[part].scale, d, 0, 63);
        const int nearestMin = quantOf(parts[part].min, dMin, 0, 63);
        // Rounding scale and min to 6 bits moves both: their neighbours may fit better together.
        int bestScale = nearestScale;
        int bestMin = nearestMin;
        float bestError = -1;
        for (int s = std::max(nearestScale - 1, 0); s <= std::min(nearestScale + 1, 63); ++s) {
            for (int m = std::max(nearestMin - 1, 0); m <= std::min(nearestMin + 1, 63); ++m) {
                const ScaleMin rounded{d * static_cast<float>(s), dMin * static_cast<float>(m)};
                const float error = affineError(partX, weights + 32 * part, 32, high, rounded);
                if (bestError < 0 || error < bestError) {
                    bestError = error;
                    bestScale = s;
                    bestMin = m;
                }
            }
        }
        if (part < 4) {
            block.scales[part] |= static_cast<std::uint8_t>(bestScale);
            block.scales[part + 4] |= static_cast<std::uint8_t>(bestMin);
        } else {
            block.scales[part + 4] =
                static_cast<std::uint8_t>((bestScale & 15) | ((bestMin & 15) << 4));
            block.scales[part - 4] |= static_cast<std::uint8_t>((bestScale >> 4) << 6);
            block.scales[part] |= static_cast<std::uint8_t>((bestMin >> 4) << 6);
        }
        const float scale = d * static_cast<float>(bestScale);
        const float min = dMin * static_cast<float>(bestMin);
        for (int l = 0; l < 32; ++l) {
            quants[32 * part + l] =
                static_cast<std::uint8_t>(quantOf(partX[l] + min, scale, 0, high));
        }
    }
    return fitsHalf(largestScale / 63.0F) && fitsHalf(largestMin / 63.0F);
}

bool compress(const float* x, const float* importance, BlockQ4_K& block) noexcept {
    std::uint8_t quants[256];
    const bool fits = compressWithMins(x, importance, 15, block, quants);
    for (int group = 0; group < 4; ++group) {
        for (int l = 0; l < 32; ++l) {
            const int low = quants[64 * group + l];
            const int high = quants[64 * group + 32 + l];
            block.quants[32 * group + l] = static_cast<std::uint8_t>(low | (high << 4));
        }
    }
    return fits;
}

bool compress(const float* x, const float* importance, BlockQ5_K& block) noexcept {
    std::uint8_t quants[256];
    const bool fits = compressWithMins(x, importance, 31, block, quants);
    std::memset(block.highBits, 0, sizeof(block.highBits));
    for (int part = 0; part < 8; ++part) {
        for (int l = 0; l < 32; ++l) {
            const int bit = quants[32 * part + l] >> 4;
            block.highBits[l] |= static_cast<std::uint8_t>(bit << part);
        }
    }
    for (int group = 0; group < 4; ++group) {
        for (int l = 0; l < 32; ++l) {
            const int low = quants[64 * group + l] & 15;
            const int high = quants[64 * group + 32 + l] & 15;
            block.quants[32 * group + l] = static_cast<std::uint8_t>(low | (high << 4));
        }
    }
    return fits;
}

bool compress(const float* x, const float* importance, BlockQ6_K& block) noexcept {
    float scales[16];
    float largest = 0;
    for (std::ptrdiff_t part = 0; part < 16; ++part) {
        float weights[16];
        errorWeights(x + 16 * part, importance == nullptr ? nullptr : importance + 16 * part, 16,
                     weights);
        scales[part] = searchScale(x + 16 * part, weights, 16, -32, 31);
        if (std::fabs(scales[part]) > std::fabs(largest)) {
            largest = scales[part];
        }
    }
    // The largest scale takes the end of the signed byte that has one step more.
    block.d = f32ToF16(largest / -128.0F);
    const float d = f16ToF32(block.d);
    int quants[256];
    for (int part = 0; part < 16; ++part) {
        const int scale = quantOf(scales[part], d, -128, 127);
        block.scales[part] = static_cast<std::int8_t>(scale);
        for (int l = 0; l < 16; ++l) {
            const int element = 16 * part + l;
            quants[element] = quantOf(x[element], d * static_cast<float>(scale), -32, 31) + 32;
        }
    }
    std::memset(block.lowBits, 0, sizeof(block.lowBits));
    std::memset(block.highBits, 0, sizeof(block.highBits));
    for (int element = 0; element < 256; ++element) {
        const int half = element / 128;
        const int s = element % 128 / 32;
        const int l = element % 32;
        const int low = (quants[element] & 15) << (4 * (s / 2));
        const int high = (quants[element] >> 4) << (2 * s);
        block.lowBits[64 * half + 32 * (s % 2) + l] |= static_cast<std::uint8_t>(low);
        block.highBits[32 * half + l] |= static_cast<std::uint8_t>(high);
    }
    return fitsHalf(largest / 128.0F);
}

template <class Block>
bool compressAll(const float* x, const float* importance, void* blocks, std::int64_t count,
                 int blockElements) noexcept {
    bool fits = true;
    auto* bytes = static_cast<std::uint8_t*>(blocks);
    for (std::int64_t i = 0; i < count; i += blockElements) {
        Block block;
        fits = compress(x + i, importance == nullptr ? nullptr : importance + i, block) && fits;
        std::memcpy(bytes, &block, sizeof(Block));
        bytes += sizeof(Block);
    }
    return fits;
}

template <class Convert>
void convertAll(const float* x, void* halves, std::int64_t count, Convert convert) noexcept {
    auto* bytes = static_cast<std::uint8_t*>(halves);
    for (std::int64_t i = 0; i < count; ++i) {
        const std::uint16_t bits = convert(x[i]);
        std::memcpy(bytes + 2 * i, &bits, sizeof(bits));
    }
}

}  // namespace

Status quantizeRow(DType type, const float* x, void* blocks, std::int64_t count,
                   const float* importance) {
    HEARTH_CHECK(count % static_cast<std::int64_t>(dtypeInfo(type).blockElements) == 0);
    const bool isBlockType = dtypeInfo(type).blockElements > 1;
    bool fits = true;
    for (std::int64_t i = 0; i < count; ++i) {
        if (!std::isfinite(x[i])) {
            return {ErrorCode::InvalidArgument, "a weight is not a finite number"};
        }
        fits = fits && (!isBlockType || std::fabs(x[i]) < kMaxBlockWeight);
    }
    if (!fits) {
        return {ErrorCode::InvalidArgument, "a weight is too large for its block type"};
    }
    switch (type) {
        case DType::F32:
            if (count > 0) {
                std::memcpy(blocks, x, static_cast<std::size_t>(count) * sizeof(float));
            }
            break;
        case DType::F16:
            fits = std::all_of(x, x + count, fitsHalf);
            convertAll(x, blocks, count, f32ToF16);
            break;
        case DType::BF16:
            convertAll(x, blocks, count, f32ToBf16);
            break;
        case DType::Q8_0:
            fits = compressAll<BlockQ8_0>(x, importance, blocks, count, 32);
            break;
        case DType::Q5_0:
            fits = compressAll<BlockQ5_0>(x, importance, blocks, count, 32);
            break;
        case DType::Q4_0:
            fits = compressAll<BlockQ4_0>(x, importance, blocks, count, 32);
            break;
        case DType::Q4_K:
            fits = compressAll<BlockQ4_K>(x, importance, blocks, count, 256);
            break;
        case DType::Q5_K:
            fits = compressAll<BlockQ5_K>(x, importance, blocks, count, 256);
            break;
        case DType::Q6_K:
            fits = compressAll<BlockQ6_K>(x, importance, blocks, count, 256);
            break;
        case DType::I32:
            return {ErrorCode::Unsupported, "weights cannot be stored as I32"};
    }
    if (!fits) {
        return {ErrorCode::InvalidArgument, "a weight is too large for a half-precision scale"};
    }
    return {};
}

}  // namespace hearth
