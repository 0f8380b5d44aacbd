#pragma once

#include <array>
#include <complex>
#include <cstddef>

namespace hearth::media {

/// Discrete Fourier transform of 512 complex values in f64, in place:
///   X[k] = sum_n x[n] exp(-2 pi i k n / 512).
/// Radix 2, decimation in time. Const after construction: thread-safe.
class Fourier512 {
public:
    static constexpr std::size_t kLength = 512;
    using Values = std::array<std::complex<double>, kLength>;

    Fourier512();
    void transform(Values& values) const noexcept;

private:
    std::array<std::complex<double>, kLength / 2> m_twiddles;  ///< exp(-2 pi i k / 512)
    std::array<std::size_t, kLength> m_reversed;               ///< k with its 9 bits reversed
};

}  // namespace hearth::media
