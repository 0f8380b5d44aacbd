#include <immintrin.h>

#include <cstdint>

#include "kernels/cpu/avx512/exp_avx512.h"
#include "kernels/cpu/avx512/row_kernels_avx512.h"

namespace hearth::avx512 {
namespace {

constexpr std::int64_t kLanes = 16;

/// A mask of the lanes in use when `left` elements remain.
__mmask16 tailMask(std::int64_t left) {
    return left >= kLanes ? static_cast<__mmask16>(0xFFFF)
                          : static_cast<__mmask16>((1U << left) - 1U);
}

__m512 sigmoid(__m512 x) {
    const __m512 one = _mm512_set1_ps(1.0F);
    return _mm512_div_ps(one, _mm512_add_ps(one, expVector(_mm512_sub_ps(_mm512_setzero_ps(), x))));
}

}  // namespace

void quantizeRow(const float* x, std::int64_t cols, const ActivationLayout& layout,
                 std::uint8_t* slice) {
    const __m512i absMask = _mm512_set1_epi32(0x7FFFFFFF);
    const __m128i ones8 = _mm_set1_epi8(1);
    for (std::int64_t block = 0; block < layout.blocks; ++block) {
        const std::int64_t left = cols - block * 32;
        const __m512 low = _mm512_maskz_loadu_ps(tailMask(left), x + block * 32);
        const __m512 high =
            left > kLanes ? _mm512_maskz_loadu_ps(tailMask(left - kLanes), x + block * 32 + kLanes)
                          : _mm512_setzero_ps();
        // As integers, so that a NaN counts as the largest.
        const std::uint32_t bits = _mm512_reduce_max_epu32(
            _mm512_max_epu32(_mm512_and_si512(_mm512_castps_si512(low), absMask),
                             _mm512_and_si512(_mm512_castps_si512(high), absMask)));
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
        const __m512 factor = _mm512_set1_ps(inverse);
        const __m128i lowQuants =
            _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(_mm512_mul_ps(low, factor)));
        const __m128i highQuants =
            _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(_mm512_mul_ps(high, factor)));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(slice + block * 32), lowQuants);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(slice + block * 32 + 16), highQuants);
        // Four partial sums for each half, then across: [low, high] totals.
        const __m128i zero = _mm_setzero_si128();
        const __m128i lowSums = _mm_dpbusd_epi32(zero, ones8, lowQuants);
        const __m128i highSums = _mm_dpbusd_epi32(zero, ones8, highQuants);
        const __m128i pairs = _mm_hadd_epi32(lowSums, highSums);
        const __m128i halves = _mm_hadd_epi32(pairs, pairs);
        const std::int32_t lowSum = _mm_cvtsi128_si32(halves);
        const std::int32_t highSum = _mm_extract_epi32(halves, 1);
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
    __m512 squares = _mm512_setzero_ps();
    for (std::int64_t c = 0; c < dim; c += kLanes) {
        const __m512 v = _mm512_maskz_loadu_ps(tailMask(dim - c), x + c);
        squares = _mm512_fmadd_ps(v, v, squares);
    }
    const float mean = _mm512_reduce_add_ps(squares) / static_cast<float>(dim);
    const __m512 scale = _mm512_set1_ps(1.0F / _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(mean + eps))));
    for (std::int64_t c = 0; c < dim; c += kLanes) {
        const __mmask16 mask = tailMask(dim - c);
        __m512 v = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, x + c), scale);
        if (gain != nullptr) {
            v = _mm512_mul_ps(v, _mm512_maskz_loadu_ps(mask, gain + c));
        }
        _mm512_mask_storeu_ps(out + c, mask, v);
    }
}

void siluMultiplyRow(const float* gate, const float* up, float* out, std::int64_t dim) {
    for (std::int64_t c = 0; c < dim; c += kLanes) {
        const __mmask16 mask = tailMask(dim - c);
        const __m512 g = _mm512_maskz_loadu_ps(mask, gate + c);
        const __m512 u = _mm512_maskz_loadu_ps(mask, up + c);
        _mm512_mask_storeu_ps(out + c, mask, _mm512_mul_ps(_mm512_mul_ps(g, sigmoid(g)), u));
    }
}

void geluRow(const float* x, float* out, std::int64_t dim) {
    // (1 + tanh(y)) / 2 = sigmoid(2y)
    const __m512 linear = _mm512_set1_ps(2.0F * 0.7978845608F);
    const __m512 cubic = _mm512_set1_ps(2.0F * 0.7978845608F * 0.044715F);
    for (std::int64_t c = 0; c < dim; c += kLanes) {
        const __mmask16 mask = tailMask(dim - c);
        const __m512 v = _mm512_maskz_loadu_ps(mask, x + c);
        const __m512 inner = _mm512_mul_ps(v, _mm512_fmadd_ps(_mm512_mul_ps(v, v), cubic, linear));
        _mm512_mask_storeu_ps(out + c, mask, _mm512_mul_ps(v, sigmoid(inner)));
    }
}

void addScaledRow(const float* x, float* y, std::int64_t dim, float scale) {
    const __m512 factor = _mm512_set1_ps(scale);
    for (std::int64_t c = 0; c < dim; c += kLanes) {
        const __mmask16 mask = tailMask(dim - c);
        const __m512 sum = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, x + c), factor,
                                           _mm512_maskz_loadu_ps(mask, y + c));
        _mm512_mask_storeu_ps(y + c, mask, sum);
    }
}

void ropeRow(const float* x, const float* table, float* out, std::int64_t half) {
    const __m512i even =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
    for (std::int64_t i = 0; i < half; i += kLanes) {
        const std::int64_t left = half - i;
        const __mmask16 mask = tailMask(left);
        const __m512 first = _mm512_maskz_loadu_ps(tailMask(2 * left), table + 2 * i);
        const __m512 second = 2 * left > kLanes ? _mm512_maskz_loadu_ps(tailMask(2 * left - kLanes),
                                                                        table + 2 * i + kLanes)
                                                : _mm512_setzero_ps();
        const __m512 cosine = _mm512_permutex2var_ps(first, even, second);
        const __m512 sine = _mm512_permutex2var_ps(first, odd, second);
        const __m512 low = _mm512_maskz_loadu_ps(mask, x + i);
        const __m512 high = _mm512_maskz_loadu_ps(mask, x + half + i);
        _mm512_mask_storeu_ps(out + i, mask,
                              _mm512_fmsub_ps(low, cosine, _mm512_mul_ps(high, sine)));
        _mm512_mask_storeu_ps(out + half + i, mask,
                              _mm512_fmadd_ps(high, cosine, _mm512_mul_ps(low, sine)));
    }
}

void toHalfRow(const float* x, std::uint16_t* out, std::int64_t count) {
    for (std::int64_t c = 0; c < count; c += kLanes) {
        const __mmask16 mask = tailMask(count - c);
        const __m256i halves = _mm512_cvtps_ph(_mm512_maskz_loadu_ps(mask, x + c),
                                               _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        _mm256_mask_storeu_epi16(out + c, mask, halves);
    }
}

void fromHalfRow(const std::uint16_t* x, float* out, std::int64_t count) {
    for (std::int64_t c = 0; c < count; c += kLanes) {
        const __mmask16 mask = tailMask(count - c);
        _mm512_mask_storeu_ps(out + c, mask,
                              _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, x + c)));
    }
}

float softmaxNumerators(float* x, std::int64_t count) {
    const __m512 lowest = _mm512_set1_ps(-__builtin_inff());
    __m512 maximum = lowest;
    for (std::int64_t c = 0; c < count; c += kLanes) {
        maximum = _mm512_max_ps(maximum, _mm512_mask_loadu_ps(lowest, tailMask(count - c), x + c));
    }
    const __m512 highest = _mm512_set1_ps(_mm512_reduce_max_ps(maximum));
    __m512 sum = _mm512_setzero_ps();
    for (std::int64_t c = 0; c < count; c += kLanes) {
        const __mmask16 mask = tailMask(count - c);
        const __m512 p = _mm512_maskz_mov_ps(
            mask, expVector(_mm512_sub_ps(_mm512_maskz_loadu_ps(mask, x + c), highest)));
        _mm512_mask_storeu_ps(x + c, mask, p);
        sum = _mm512_add_ps(sum, p);
    }
    return _mm512_reduce_add_ps(sum);
}

}  // namespace hearth::avx512
