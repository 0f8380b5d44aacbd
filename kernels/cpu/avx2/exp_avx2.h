#pragma once

#include <immintrin.h>

// For ISA files alone. The unnamed namespace gives each of them its own copy: a shared inline
// function could be linked from the file with the widest instructions.

namespace hearth {
namespace {

/// 2^n for integral n in [-126, 127].
inline __m256 powerOfTwo(__m256i n) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}

/// exp(x) with a relative error below 2 units in the last place; 0 below -104, infinity above 88.8,
/// NaN for NaN. x = n ln 2 + f with |f| <= ln(2) / 2, and exp(f) by the Taylor polynomial of degree
/// 7, whose next term is below 2^-27.
inline __m256 expVector(__m256 x) {
    const __m256 lowest = _mm256_set1_ps(-104.0F);
    const __m256 highest = _mm256_set1_ps(89.0F);
    // The second operand wins where one is NaN.
    const __m256 clamped = _mm256_min_ps(highest, _mm256_max_ps(lowest, x));
    const __m256 n = _mm256_round_ps(_mm256_mul_ps(clamped, _mm256_set1_ps(1.44269504F)),
                                     _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    // ln 2 in two parts, the first with few bits, so that n times it is exact.
    __m256 f = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375F), clamped);
    f = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.12194440e-4F), f);
    __m256 p = _mm256_set1_ps(1.0F / 5040.0F);
    p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(1.0F / 720.0F));
    p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(1.0F / 120.0F));
    p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(1.0F / 24.0F));
    p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(1.0F / 6.0F));
    p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(0.5F));
    p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(1.0F));
    p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(1.0F));
    // In two factors, since 2^n alone leaves the range of f32 before exp(x) does.
    const __m256i exponent = _mm256_cvtps_epi32(n);
    const __m256i half = _mm256_srai_epi32(exponent, 1);
    return _mm256_mul_ps(_mm256_mul_ps(p, powerOfTwo(half)),
                         powerOfTwo(_mm256_sub_epi32(exponent, half)));
}

inline float sumLanes(__m256 v) {
    __m128 sum = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
    return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

inline float highestLane(__m256 v) {
    __m128 highest = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    highest = _mm_max_ps(highest, _mm_movehl_ps(highest, highest));
    return _mm_cvtss_f32(_mm_max_ss(highest, _mm_movehdup_ps(highest)));
}

/// The highest lane as unsigned integers.
inline unsigned highestBits(__m256i v) {
    __m128i highest = _mm_max_epu32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    highest = _mm_max_epu32(highest, _mm_shuffle_epi32(highest, 0x4E));
    highest = _mm_max_epu32(highest, _mm_shuffle_epi32(highest, 0xB1));
    return static_cast<unsigned>(_mm_cvtsi128_si32(highest));
}

/// All bits in the first `left` lanes (all 8 where left >= 8), for masked loads and stores.
inline __m256i tailMask(long long left) {
    const int count = left >= 8 ? 8 : static_cast<int>(left);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

}  // namespace
}  // namespace hearth
