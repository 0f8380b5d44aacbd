#include "media/audio/fourier.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace hearth::media {

Fourier512::Fourier512() {
    for (std::size_t k = 0; k < m_twiddles.size(); ++k) {
        const double angle =
            -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(kLength);
        m_twiddles[k] = {std::cos(angle), std::sin(angle)};
    }
    for (std::size_t k = 0; k < kLength; ++k) {
        std::size_t reversed = 0;
        for (std::size_t bit = 1; bit < kLength; bit *= 2) {
            reversed = reversed * 2 + ((k & bit) != 0 ? 1 : 0);
        }
        m_reversed[k] = reversed;
    }
}

void Fourier512::transform(Values& values) const noexcept {
    for (std::size_t k = 0; k < kLength; ++k) {
        if (k < m_reversed[k]) {
            std::swap(values[k], values[m_reversed[k]]);
        }
    }
    for (std::size_t half = 1; half < kLength; half *= 2) {
        const std::size_t step = kLength / 2 / half;
        for (std::size_t start = 0; start < kLength; start += 2 * half) {
            for (std::size_t k = 0; k < half; ++k) {
                // Written out: the operator of std::complex tests for NaN on every product.
                const std::complex<double> w = m_twiddles[k * step];
                const std::complex<double> b = values[start + half + k];
                const std::complex<double> turned(w.real() * b.real() - w.imag() * b.imag(),
                                                  w.real() * b.imag() + w.imag() * b.real());
                values[start + half + k] = values[start + k] - turned;
                values[start + k] += turned;
            }
        }
    }
}

}  // namespace hearth::media
