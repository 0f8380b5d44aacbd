#pragma once

#include <cstdint>

namespace hearth {

/// The generator PCG-XSH-RR 64/32: 64 bits of state, 32 bits a step, the same numbers on every
/// machine. Not for secrets.
/// Source: O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
/// Algorithms for Random Number Generation", section 6.3.1.
class Pcg32 {
public:
    /// Seeds state and sequence as the paper's reference: `stream` chooses one of 2^63 sequences.
    explicit Pcg32(std::uint64_t seed, std::uint64_t stream = 0) noexcept;

    std::uint32_t next() noexcept;

    /// Uniform in [0, 1) in steps of 2^-53: the first step gives the upper 27 bits, the second the
    /// lower 26.
    double nextDouble() noexcept;

private:
    std::uint64_t m_state = 0;
    std::uint64_t m_increment;
};

}  // namespace hearth
