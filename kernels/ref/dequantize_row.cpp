#include "kernels/ref/dequantize_row.h"

#include <cstring>

#include "kernels/base/check.h"
#include "kernels/ref/block_layout.h"

namespace hearth {
namespace {

void expand(const BlockQ4_0& block, float* out) noexcept {
    const float d = f16ToF32(block.d);
    for (int j = 0; j < 16; ++j) {
        out[j] = d * static_cast<float>((block.quants[j] & 15) - 8);
        out[j + 16] = d * static_cast<float>((block.quants[j] >> 4) - 8);
    }
}

void expand(const BlockQ5_0& block, float* out) noexcept {
    const float d = f16ToF32(block.d);
    for (int j = 0; j < 32; ++j) {
        const int high = (block.highBits[j / 8] >> (j % 8)) & 1;
        const int low = j < 16 ? block.quants[j] & 15 : block.quants[j - 16] >> 4;
        out[j] = d * static_cast<float>((low | (high << 4)) - 16);
    }
}

void expand(const BlockQ8_0& block, float* out) noexcept {
    const float d = f16ToF32(block.d);
    for (int j = 0; j < 32; ++j) {
        out[j] = d * static_cast<float>(block.quants[j]);
    }
}

void expand(const BlockQ4_K& block, float* out) noexcept {
    const float d = f16ToF32(block.d);
    const float dMin = f16ToF32(block.dMin);
    for (int part = 0; part < 8; ++part) {
        int scale = 0;
        int min = 0;
        unpackScaleMin(block.scales, part, scale, min);
        const float partScale = d * static_cast<float>(scale);
        const float partMin = dMin * static_cast<float>(min);
        const int shift = 4 * (part % 2);
        for (int l = 0; l < 32; ++l) {
            const int q = (block.quants[32 * (part / 2) + l] >> shift) & 15;
            out[32 * part + l] = partScale * static_cast<float>(q) - partMin;
        }
    }
}

void expand(const BlockQ5_K& block, float* out) noexcept {
    const float d = f16ToF32(block.d);
    const float dMin = f16ToF32(block.dMin);
    for (int part = 0; part < 8; ++part) {
        int scale = 0;
        int min = 0;
        unpackScaleMin(block.scales, part, scale, min);
        const float partScale = d * static_cast<float>(scale);
        const float partMin = dMin * static_cast<float>(min);
        const int shift = 4 * (part % 2);
        for (int l = 0; l < 32; ++l) {
            const int low = (block.quants[32 * (part / 2) + l] >> shift) & 15;
            const int high = (block.highBits[l] >> part) & 1;
            out[32 * part + l] = partScale * static_cast<float>(low | (high << 4)) - partMin;
        }
    }
}

void expand(const BlockQ6_K& block, float* out) noexcept {
    const float d = f16ToF32(block.d);
    for (int half = 0; half < 2; ++half) {
        for (int s = 0; s < 4; ++s) {
            for (int l = 0; l < 32; ++l) {
                const int low = (block.lowBits[64 * half + 32 * (s % 2) + l] >> (4 * (s / 2))) & 15;
                const int high = (block.highBits[32 * half + l] >> (2 * s)) & 3;
                const int element = 128 * half + 32 * s + l;
                const int part = element / 16;
                const auto scale = static_cast<float>(block.scales[part]);
                out[element] = d * scale * static_cast<float>((low | (high << 4)) - 32);
            }
        }
    }
}

template <class Block>
void expandAll(const void* blocks, float* out, std::int64_t count, int blockElements) noexcept {
    const auto* bytes = static_cast<const std::uint8_t*>(blocks);
    for (std::int64_t i = 0; i < count; i += blockElements) {
        Block block;
        std::memcpy(&block, bytes, sizeof(Block));
        expand(block, out + i);
        bytes += sizeof(Block);
    }
}

template <class Convert>
void convertAll(const void* halves, float* out, std::int64_t count, Convert convert) noexcept {
    const auto* bytes = static_cast<const std::uint8_t*>(halves);
    for (std::int64_t i = 0; i < count; ++i) {
        std::uint16_t bits;
        std::memcpy(&bits, bytes + 2 * i, sizeof(bits));
        out[i] = convert(bits);
    }
}

}  // namespace

bool isWeightType(DType type) noexcept {
    switch (type) {
        case DType::F32:
        case DType::F16:
        case DType::BF16:
        case DType::Q8_0:
        case DType::Q5_0:
        case DType::Q4_0:
        case DType::Q4_K:
        case DType::Q5_K:
        case DType::Q6_K:
            return true;
        case DType::I32:
            return false;
    }
    return false;
}

void dequantizeRow(DType type, const void* blocks, float* out, std::int64_t count) noexcept {
    switch (type) {
        case DType::F32:
            if (count > 0) {
                std::memcpy(out, blocks, static_cast<std::size_t>(count) * sizeof(float));
            }
            return;
        case DType::F16:
            return convertAll(blocks, out, count, f16ToF32);
        case DType::BF16:
            return convertAll(blocks, out, count, bf16ToF32);
        case DType::Q8_0:
            return expandAll<BlockQ8_0>(blocks, out, count, 32);
        case DType::Q5_0:
            return expandAll<BlockQ5_0>(blocks, out, count, 32);
        case DType::Q4_0:
            return expandAll<BlockQ4_0>(blocks, out, count, 32);
        case DType::Q4_K:
            return expandAll<BlockQ4_K>(blocks, out, count, 256);
        case DType::Q5_K:
            return expandAll<BlockQ5_K>(blocks, out, count, 256);
        case DType::Q6_K:
            return expandAll<BlockQ6_K>(blocks, out, count, 256);
        case DType::I32:
            break;
    }
    HEARTH_CHECK(false && "no weight type");
}

}  // namespace hearth
