#pragma once

#include <cstdint>

namespace hearth {

/// IEEE binary16 bits to f32, exactly. A signalling NaN becomes quiet.
float f16ToF32(std::uint16_t bits) noexcept;

/// f32 to binary16 bits, to nearest, ties to even; beyond 65,504 + half a step gives infinity.
std::uint16_t f32ToF16(float value) noexcept;

/// bfloat16 bits to f32, exactly.
float bf16ToF32(std::uint16_t bits) noexcept;

/// f32 to bfloat16 bits, to nearest, ties to even; NaN stays NaN.
std::uint16_t f32ToBf16(float value) noexcept;

}  // namespace hearth
