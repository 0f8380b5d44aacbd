#pragma once

#include <cstdint>

namespace hearth::gguf {

// What reader and writer agree on; docs/formats/gguf.md explains each.

inline constexpr std::uint32_t kMagic = 0x46554747;  ///< "GGUF", little-endian
inline constexpr std::uint64_t kMaxEntries = 1U << 20;
inline constexpr std::uint64_t kMaxTensors = 1U << 20;
inline constexpr std::uint64_t kMaxKeyBytes = 65535;
inline constexpr std::uint64_t kMaxTensorNameBytes = 255;
inline constexpr std::uint64_t kMinAlignment = 8;
inline constexpr std::uint64_t kMaxAlignment = 1U << 20;
inline constexpr std::uint64_t kDefaultAlignment = 32;

/// Put after the message about a file that ends too early.
inline constexpr const char* kCutOffHint = " (an incomplete download?)";

}  // namespace hearth::gguf
