#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/base/half.h"

namespace hearth {

/// Blocks of the GGUF format, byte for byte. All multi-byte values are little-endian.

/// w = d * (q - 8). Byte j holds element j in its low and element j + 16 in its high half.
struct BlockQ4_0 {
    std::uint16_t d;
    std::uint8_t quants[16];
};

/// w = d * (q - 16). As Q4_0, with bit 4 of element j in bit j of highBits.
struct BlockQ5_0 {
    std::uint16_t d;
    std::uint8_t highBits[4];
    std::uint8_t quants[16];
};

/// w = d * q.
struct BlockQ8_0 {
    std::uint16_t d;
    std::int8_t quants[32];
};

/// 8 parts of 32: w = d * scale_p * q - dMin * min_p, scale and min of 6 bits (see packScaleMin).
/// Byte 32g + l holds element 64g + l in its low and element 64g + 32 + l in its high half.
struct BlockQ4_K {
    std::uint16_t d;
    std::uint16_t dMin;
    std::uint8_t scales[12];
    std::uint8_t quants[128];
};

/// As Q4_K, with bit 4 of element 32p + l in bit p of highBits[l].
struct BlockQ5_K {
    std::uint16_t d;
    std::uint16_t dMin;
    std::uint8_t scales[12];
    std::uint8_t highBits[32];
    std::uint8_t quants[128];
};

/// 16 parts of 16: w = d * scale_p * (q - 32). In each half n of 128 elements, element 32s + l has
/// its low 4 bits in lowBits[64n + 32(s % 2) + l] (low half of the byte for s < 2, else high) and
/// its upper 2 bits in bits 2s of highBits[32n + l].
struct BlockQ6_K {
    std::uint8_t lowBits[128];
    std::uint8_t highBits[64];
    std::int8_t scales[16];
    std::uint16_t d;
};

static_assert(sizeof(BlockQ4_0) == 18 && sizeof(BlockQ5_0) == 22 && sizeof(BlockQ8_0) == 34);
static_assert(sizeof(BlockQ4_K) == 144 && sizeof(BlockQ5_K) == 176 && sizeof(BlockQ6_K) == 210);

/// The scale and min of part `part` of a Q4_K or Q5_K block. Parts 0-3 lie in the low 6 bits of
/// bytes 0-3 (scale) and 4-7 (min); parts 4-7 have their low 4 bits in bytes 8-11 and their upper 2
/// bits in the top of bytes 0-3 and 4-7.
inline void unpackScaleMin(const std::uint8_t* packed, int part, int& scale, int& min) noexcept {
    if (part < 4) {
        scale = packed[part] & 63;
        min = packed[part + 4] & 63;
    } else {
        scale = (packed[part + 4] & 15) | ((packed[part - 4] >> 6) << 4);
        min = (packed[part + 4] >> 4) | ((packed[part] >> 6) << 4);
    }
}

}  // namespace hearth
