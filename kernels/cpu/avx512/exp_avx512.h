#pragma once

#include <immintrin.h>

// For ISA files alone. The unnamed namespace gives each of them its own copy: a shared inline
// function could be linked from the file with the widest instructions.

namespace hearth {
namespace {

/// exp(x) with a relative error below 2 units in the last place; 0 below -104, infinity above 88.8,
/// NaN for NaN. x = n ln 2 + f with |f| <= ln(2) / 2, and exp(f) by the Taylor polynomial of degree
/// 7, whose next term is below 2^-27.
inline __m512 expVector(__m512 x) {
    const __m512 lowest = _mm512_set1_ps(-104.0F);
    const __m512 highest = _mm512_set1_ps(89.0F);
    // The second operand wins where one is NaN.
    const __m512 clamped = _mm512_min_ps(highest, _mm512_max_ps(lowest, x));
    const __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(clamped, _mm512_set1_ps(1.44269504F)),
                                          _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    // ln 2 in two parts, the first with few bits, so that n times it is exact.
    __m512 f = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375F), clamped);
    f = _mm512_fnmadd_ps(n, _mm512_set1_ps(-2.12194440e-4F), f);
    __m512 p = _mm512_set1_ps(1.0F / 5040.0F);
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0F / 720.0F));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0F / 120.0F));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0F / 24.0F));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0F / 6.0F));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.5F));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0F));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0F));
    return _mm512_scalef_ps(p, n);
}

}  // namespace
}  // namespace hearth
