#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace hearth::storage {

/// The SHA-256 digest of bytes that are given piece by piece. One thread at a time.
/// Source: FIPS 180-4, section 6.2.
class Sha256 {
public:
    void update(std::span<const std::byte> bytes) noexcept;
    /// The digest as 64 hexadecimal digits, lower case. Nothing may be added afterwards.
    std::string hexDigest();

private:
    void processBlock(const std::byte* block) noexcept;

    std::array<std::uint32_t, 8> m_state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::byte, 64> m_block{};
    std::size_t m_blockBytes = 0;
    std::uint64_t m_totalBytes = 0;
};

}  // namespace hearth::storage
