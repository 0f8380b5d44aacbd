#include "inference/sampling/random.h"

#include <bit>

namespace hearth {

Pcg32::Pcg32(std::uint64_t seed, std::uint64_t stream) noexcept : m_increment(stream << 1U | 1U) {
    next();
    m_state += seed;
    next();
}

std::uint32_t Pcg32::next() noexcept {
    const std::uint64_t old = m_state;
    m_state = old * 6364136223846793005U + m_increment;
    const auto mixed = static_cast<std::uint32_t>((old >> 18U ^ old) >> 27U);
    return std::rotr(mixed, static_cast<int>(old >> 59U));
}

double Pcg32::nextDouble() noexcept {
    const std::uint64_t high = next() >> 5U;
    const std::uint64_t low = next() >> 6U;
    return static_cast<double>(high << 26U | low) * 0x1p-53;
}

}  // namespace hearth
