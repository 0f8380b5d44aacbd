#include <immintrin.h>

#include <cstdint>

#include "kernels/cpu/avx2/exp_avx2.h"
#include "kernels/cpu/avx2/row_kernels_avx2.h"

namespace hearth::avx2 {
namespace {

constexpr std::int64_t kLanes = 8;

__m256 sigmoid(__m256 x) {
    const __m256 one = _mm256_set1_ps(1.0F);
    return _mm256_div_ps(one, _mm256_add_ps(one, expVector(_mm256_sub_ps(_mm256_setzero_ps(), x))));
}

/// `left` elements from `from`, zeros in the other lanes.
__m256 loadTail(const float* from, std::int64_t left) {
    return left >= kLanes ? _mm256_loadu_ps(from) : _mm256_maskload_ps(from, tailMask(left));
}

void storeTail(float* to, std::int64_t left, __m256 v) {
    if (left >= kLanes) {
        _mm256_storeu_ps(to, v);
    } else {
        _mm256_maskstore_ps(to, tailMask(left), v);
    }
}

/// The sum of 16 signed bytes.
std::int32_t sumBytes(__m128i quants) {
    const __m128i pairs = _mm_maddubs_epi16(_mm_set1_epi8(1), quants);
    __m128i sums = _mm_madd_epi16(pairs, _mm_set1_epi16(1));
    sums = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0x4E));
    sums = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0xB1));
    return _mm_cvtsi128_si32(sums);
}

}  // namespace

void quantizeRow(const float* x, std::int64_t cols, const ActivationLayout& layout,
                 std::uint8_t* slice) {
    const __m256i absMask = _mm256_set1_epi32(0x7FFFFFFF);
    for (std::int64_t block = 0; block < layout.blocks; ++block) {
        __m256 v[4];
        __m256i largest = _mm256_setzero_si256();
        for (std::int64_t i = 0; i < 4; ++i) {
            const std::int64_t left = cols - block * 32 - i * kLanes;
            v[i] = left > 0 ? loadTail(x + block * 32 + i * kLanes, left) : _mm256_setzero_ps();
            // As integers, so that a NaN counts as the largest.
            largest =
                _mm256_max_epu32(largest, _mm256_and_si256(_mm256_castps_si256(v[i]), absMask));
        }
        const std::uint32_t bits = highestBits(largest);
        float maximum;
        __builtin_memcpy(&maximum, &bits, sizeof(maximum));
        float scale = maximum / 127.0F;
        float inverse = 127.0F / maximum;
        if (bits >= 0x7F800000U) {
            scale = __builtin_nanf("");
            inverse = 0.0F;
        } else if (maximum < 1e-30F) {
            // The inverse would overflow; such a block is zero for any purpose.
            scale = 0.0F;
            inverse = 0.0F;
        }
        const __m256 factor = _mm256_set1_ps(inverse);
        __m256i words[4];
        for (int i = 0; i < 4; ++i) {
            words[i] = _mm256_cvtps_epi32(_mm256_mul_ps(v[i], factor));
        }
        // Packing works inside 128-bit lanes; the permutation puts the dwords back in order.
        const __m256i packed = _mm256_packs_epi16(_mm256_packs_epi32(words[0], words[1]),
                                                  _mm256_packs_epi32(words[2], words[3]));
        const __m256i quants =
            _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(slice + block * 32), quants);
        const std::int32_t lowSum = sumBytes(_mm256_castsi256_si128(quants));
        const std::int32_t highSum = sumBytes(_mm256_extracti128_si256(quants, 1));
        const std::int32_t negHalves[2] = {-lowSum, -highSum};
        const std::int32_t negSum = -lowSum - highSum;
        const float sum = scale * static_cast<float>(lowSum + highSum);
        __builtin_memcpy(slice + layout.scalesAt + 4 * block, &scale, sizeof(scale));
        __builtin_memcpy(slice + layout.sumsAt + 4 * block, &sum, sizeof(sum));
        __builtin_memcpy(slice + layout.negSumsAt + 4 * block, &negSum, sizeof(negSum));
        __builtin_memcpy(slice + layout.negHalvesAt + 8 * block, negHalves, sizeof(negHalves));
    }
}

void rmsNormRow(const float* x, const float* gain, float* out, std::int64_t dim, float eps) {
    __m256 squares = _mm256_setzero_ps();
    for (std::int64_t c = 0; c < dim; c += kLanes) {
        const __m256 v = loadTail(x + c, dim - c);
        squares = _mm256_fmadd_ps(v, v, squares);
    }
    const float mean = sumLanes(squares) / static_cast<float>(dim);
    const __m256 scale = _mm256_set1_ps(1.0F / _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(mean + eps))));
    for (std::int64_t c = 0; c < dim; c += kLanes) {
        __m256 v = _mm256_mul_ps(loadTail(x + c, dim - c), scale);
        if (gain != nullptr) {
            v = _mm256_mul_ps(v, loadTail(gain + c, dim - c));
        }
        storeTail(out + c, dim - c, v);
    }
}

void siluMultiplyRow(const float* gate, const float* up, float* out, std::int64_t dim) {
    for (std::int64_t c = 0; c < dim; c += kLanes) {
        const __m256 g = loadTail(gate + c, dim - c);
        const __m256 u = loadTail(up + c, dim - c);
        storeTail(out + c, dim - c, _mm256_mul_ps(_mm256_mul_ps(g, sigmoid(g)), u));
    }
}

void geluRow(const float* x, float* out, std::int64_t dim) {
    // (1 + tanh(y)) / 2 = sigmoid(2y)
    const __m256 linear = _mm256_set1_ps(2.0F * 0.7978845608F);
    const __m256 cubic = _mm256_set1_ps(2.0F * 0.7978845608F * 0.044715F);
    for (std::int64_t c = 0; c < dim; c += kLanes) {
        const __m256 v = loadTail(x + c, dim - c);
        const __m256 inner = _mm256_mul_ps(v, _mm256_fmadd_ps(_mm256_mul_ps(v, v), cubic, linear));
        storeTail(out + c, dim - c, _mm256_mul_ps(v, sigmoid(inner)));
    }
}

void addScaledRow(const float* x, float* y, std::int64_t dim, float scale) {
    const __m256 factor = _mm256_set1_ps(scale);
    for (std::int64_t c = 0; c < dim; c += kLanes) {
        storeTail(y + c, dim - c,
                  _mm256_fmadd_ps(loadTail(x + c, dim - c), factor, loadTail(y + c, dim - c)));
    }
}

void ropeRow(const float* x, const float* table, float* out, std::int64_t half) {
    for (std::int64_t i = 0; i < half; i += kLanes) {
        const std::int64_t left = half - i;
        const __m256 first = loadTail(table + 2 * i, 2 * left);
        const __m256 second = 2 * left > kLanes
                                  ? loadTail(table + 2 * i + kLanes, 2 * left - kLanes)
                                  : _mm256_setzero_ps();
        // Even elements, then odd ones, in the order 0-3 8-11 4-7 12-15 of pairs; put right after.
        const __m256 cosines = _mm256_shuffle_ps(first, second, 0x88);
        const __m256 sines = _mm256_shuffle_ps(first, second, 0xDD);
        const __m256 cosine =
            _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(cosines), 0xD8));
        const __m256 sine = _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(sines), 0xD8));
        const __m256 low = loadTail(x + i, left);
        const __m256 high = loadTail(x + half + i, left);
        storeTail(out + i, left, _mm256_fmsub_ps(low, cosine, _mm256_mul_ps(high, sine)));
        storeTail(out + half + i, left, _mm256_fmadd_ps(high, cosine, _mm256_mul_ps(low, sine)));
    }
}

void toHalfRow(const float* x, std::uint16_t* out, std::int64_t count) {
    std::int64_t c = 0;
    for (; c + kLanes <= count; c += kLanes) {
        _mm_storeu_si128(
            reinterpret_cast<__m128i*>(out + c),
            _mm256_cvtps_ph(_mm256_loadu_ps(x + c), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    }
    if (c < count) {
        std::uint16_t halves[kLanes];
        _mm_storeu_si128(reinterpret_cast<__m128i*>(halves),
                         _mm256_cvtps_ph(loadTail(x + c, count - c),
                                         _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
        for (std::int64_t i = 0; c + i < count; ++i) {
            out[c + i] = halves[i];
        }
    }
}

void fromHalfRow(const std::uint16_t* x, float* out, std::int64_t count) {
    std::int64_t c = 0;
    for (; c + kLanes <= count; c += kLanes) {
        _mm256_storeu_ps(out + c,
                         _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(x + c))));
    }
    for (; c < count; ++c) {
        out[c] = _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(x[c])));
    }
}

float softmaxNumerators(float* x, std::int64_t count) {
    const __m256 lowest = _mm256_set1_ps(-__builtin_inff());
    __m256 maximum = lowest;
    for (std::int64_t c = 0; c < count; c += kLanes) {
        const __m256 mask = _mm256_castsi256_ps(tailMask(count - c));
        maximum =
            _mm256_max_ps(maximum, _mm256_blendv_ps(lowest, loadTail(x + c, count - c), mask));
    }
    const __m256 highest = _mm256_set1_ps(highestLane(maximum));
    __m256 sum = _mm256_setzero_ps();
    for (std::int64_t c = 0; c < count; c += kLanes) {
        const __m256 p = expVector(_mm256_sub_ps(loadTail(x + c, count - c), highest));
        storeTail(x + c, count - c, p);
        sum = _mm256_add_ps(sum, _mm256_and_ps(p, _mm256_castsi256_ps(tailMask(count - c))));
    }
    return sumLanes(sum);
}

}  // namespace hearth::avx2
