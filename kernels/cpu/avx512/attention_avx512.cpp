#include <immintrin.h>

#include <cstdint>

#include "kernels/cpu/avx512/exp_avx512.h"
#include "kernels/cpu/avx512/row_kernels_avx512.h"

// Attention of a tile of queries to pages of 32 keys. Keys are transposed to [dim, 32] f32 once for
// a page, so that a query's 32 logits are two vectors and need no sum across lanes; values stay in
// rows. Both conversions are shared by all queries of the tile (the heads of a group, times the
// rows).

namespace hearth::avx512 {
namespace {

constexpr std::int64_t kMaxDim = 512;
/// Queries that share one pass over keys or values: 2 or 4 vectors each, plus operands, fit 32
/// registers.
constexpr unsigned kBlockQueries = 4;

__mmask16 tailMask(std::int64_t left) {
    return left >= 16 ? static_cast<__mmask16>(0xFFFF) : static_cast<__mmask16>((1U << left) - 1U);
}

/// The scratch of a tile.
struct Scratch {
    float* keys;    ///< [keyDim, 32]
    float* values;  ///< [32, valueDim rounded up to 16]
    float* logits;  ///< [numQueries, 32]
};

Scratch scratchOf(const AttentionTile& tile) {
    return {tile.scratch, tile.scratch + kMaxDim * 32, tile.scratch + 2 * kMaxDim * 32};
}

__m128i load16(const void* base, std::int64_t bytes) {
    return _mm_loadu_si128(
        reinterpret_cast<const __m128i*>(static_cast<const std::uint8_t*>(base) + bytes));
}

/// out[i] lane r = dword i of the 16 bytes at `offset` of row r, rows `stride` bytes apart; rows
/// from numRows on repeat the last.
void loadTransposed(const void* base, std::int64_t stride, std::int64_t numRows,
                    std::int64_t offset, __m512i out[4]) {
    __m512i quarter[4];
    const std::int64_t last = numRows - 1;
    for (std::int64_t i = 0; i < 4; ++i) {
        const auto at = [&](std::int64_t r) { return (r < last ? r : last) * stride + offset; };
        __m512i v = _mm512_castsi128_si512(load16(base, at(i)));
        v = _mm512_inserti32x4(v, load16(base, at(i + 4)), 1);
        v = _mm512_inserti32x4(v, load16(base, at(i + 8)), 2);
        quarter[i] = _mm512_inserti32x4(v, load16(base, at(i + 12)), 3);
    }
    const __m512i low01 = _mm512_unpacklo_epi32(quarter[0], quarter[1]);
    const __m512i high01 = _mm512_unpackhi_epi32(quarter[0], quarter[1]);
    const __m512i low23 = _mm512_unpacklo_epi32(quarter[2], quarter[3]);
    const __m512i high23 = _mm512_unpackhi_epi32(quarter[2], quarter[3]);
    out[0] = _mm512_unpacklo_epi64(low01, low23);
    out[1] = _mm512_unpackhi_epi64(low01, low23);
    out[2] = _mm512_unpacklo_epi64(high01, high23);
    out[3] = _mm512_unpackhi_epi64(high01, high23);
}

float scalarAt(const void* base, bool isHalf, std::int64_t index) {
    if (isHalf) {
        return _mm_cvtss_f32(
            _mm_cvtph_ps(_mm_cvtsi32_si128(static_cast<const std::uint16_t*>(base)[index])));
    }
    return static_cast<const float*>(base)[index];
}

/// keys[d * 32 + i] = element d of key i; the columns past numKeys hold anything.
void transposeKeys(const AttentionPage& page, std::int64_t dim, float* keys) {
    const std::int64_t bytes = page.keysAreHalf ? 2 : 4;
    const std::int64_t perLoad = 16 / bytes;
    const std::int64_t wholeDim = dim / perLoad * perLoad;
    for (std::int64_t first = 0; first < page.numKeys; first += 16) {
        const auto* base =
            static_cast<const std::uint8_t*>(page.keys) + first * page.keyStride * bytes;
        const std::int64_t numRows = page.numKeys - first;
        for (std::int64_t d = 0; d < wholeDim; d += perLoad) {
            __m512i v[4];
            loadTransposed(base, page.keyStride * bytes, numRows, d * bytes, v);
            float* out = keys + d * 32 + first;
            for (std::int64_t i = 0; i < 4; ++i) {
                if (page.keysAreHalf) {
                    _mm512_store_ps(out + 64 * i, _mm512_cvtph_ps(_mm512_cvtepi32_epi16(v[i])));
                    _mm512_store_ps(
                        out + 64 * i + 32,
                        _mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_srli_epi32(v[i], 16))));
                } else {
                    _mm512_store_si512(out + 32 * i, v[i]);
                }
            }
        }
        for (std::int64_t d = wholeDim; d < dim; ++d) {
            for (std::int64_t i = 0; i < 16 && i < numRows; ++i) {
                keys[d * 32 + first + i] = scalarAt(base, page.keysAreHalf, i * page.keyStride + d);
            }
        }
    }
}

/// Copies values to rows of `paddedDim` floats. Returns whether all are finite.
bool expandValues(const AttentionPage& page, std::int64_t dim, std::int64_t paddedDim,
                  float* values) {
    __m512i largest = _mm512_setzero_si512();
    const __m512i absMask = _mm512_set1_epi32(0x7FFFFFFF);
    for (std::int64_t i = 0; i < page.numKeys; ++i) {
        for (std::int64_t c = 0; c < dim; c += 16) {
            const __mmask16 mask = tailMask(dim - c);
            const std::int64_t at = i * page.valueStride + c;
            const __m512 v =
                page.valuesAreHalf
                    ? _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(
                          mask, static_cast<const std::uint16_t*>(page.values) + at))
                    : _mm512_maskz_loadu_ps(mask, static_cast<const float*>(page.values) + at);
            largest = _mm512_max_epu32(largest, _mm512_and_si512(_mm512_castps_si512(v), absMask));
            _mm512_store_ps(values + i * paddedDim + c, v);
        }
    }
    return _mm512_reduce_max_epu32(largest) < 0x7F800000U;
}

/// Logits of queries q .. q + count - 1, bias included.
template <unsigned count>
void multiplyKeys(const AttentionTile& tile, const AttentionPage& page, const float* keys,
                  std::int64_t q, float* logits, std::int64_t logitStride) {
    __m512 sums[count][2];
#pragma GCC unroll 4
    for (unsigned j = 0; j < count; ++j) {
        sums[j][0] = page.bias == nullptr ? _mm512_setzero_ps() : _mm512_set1_ps(page.bias[q + j]);
        sums[j][1] = sums[j][0];
    }
    const float* queries = tile.queries + q * tile.keyDim;
    for (std::int64_t d = 0; d < tile.keyDim; ++d) {
        const __m512 low = _mm512_load_ps(keys + d * 32);
        const __m512 high = _mm512_load_ps(keys + d * 32 + 16);
#pragma GCC unroll 4
        for (unsigned j = 0; j < count; ++j) {
            const __m512 query = _mm512_set1_ps(queries[j * tile.keyDim + d]);
            sums[j][0] = _mm512_fmadd_ps(query, low, sums[j][0]);
            sums[j][1] = _mm512_fmadd_ps(query, high, sums[j][1]);
        }
    }
    const __mmask16 lowMask = tailMask(page.numKeys);
    const __mmask16 highMask = page.numKeys > 16 ? tailMask(page.numKeys - 16) : __mmask16{0};
#pragma GCC unroll 4
    for (unsigned j = 0; j < count; ++j) {
        if (page.biasRows != nullptr) {
            const float* row = page.biasRows[q + j];
            sums[j][0] = _mm512_add_ps(sums[j][0], _mm512_maskz_loadu_ps(lowMask, row));
            sums[j][1] = _mm512_add_ps(sums[j][1], _mm512_maskz_loadu_ps(highMask, row + 16));
        }
        float* out = logits + (q + j) * logitStride;
        _mm512_mask_storeu_ps(out, lowMask, sums[j][0]);
        _mm512_mask_storeu_ps(out + 16, highMask, sums[j][1]);
    }
}

void computeLogits(const AttentionTile& tile, const AttentionPage& page, const Scratch& scratch,
                   float* logits, std::int64_t logitStride) {
    transposeKeys(page, tile.keyDim, scratch.keys);
    std::int64_t q = 0;
    for (; q + kBlockQueries <= tile.numQueries; q += kBlockQueries) {
        multiplyKeys<kBlockQueries>(tile, page, scratch.keys, q, logits, logitStride);
    }
    for (; q < tile.numQueries; ++q) {
        multiplyKeys<1>(tile, page, scratch.keys, q, logits, logitStride);
    }
}

/// Turns the logits of a query into weights relative to the new maximum; returns the factor for
/// what was summed before.
float updateSoftmax(const AttentionTile& tile, std::int64_t q, std::uint32_t visible,
                    float* logits) {
    const __m512 lowest = _mm512_set1_ps(-__builtin_inff());
    const __m512 low =
        _mm512_mask_load_ps(lowest, static_cast<__mmask16>(visible & 0xFFFFU), logits);
    const __m512 high =
        _mm512_mask_load_ps(lowest, static_cast<__mmask16>(visible >> 16), logits + 16);
    const float before = tile.maxima[q];
    const float here = _mm512_reduce_max_ps(_mm512_max_ps(low, high));
    const float maximum = here > before ? here : before;
    if (maximum == -__builtin_inff()) {
        // Only logits of -infinity so far (or a NaN, which the sum carries).
        const __m512 p = _mm512_add_ps(low, high);
        const bool hasNan = _mm512_cmp_ps_mask(p, p, _CMP_UNORD_Q) != 0;
        const __m512 fill = hasNan ? _mm512_set1_ps(__builtin_nanf("")) : _mm512_setzero_ps();
        _mm512_store_ps(logits, fill);
        _mm512_store_ps(logits + 16, fill);
        tile.sums[q] += _mm512_cvtss_f32(fill);
        return 1.0F;
    }
    const __m512 shift = _mm512_set1_ps(maximum);
    // Unseen keys stay at -infinity and get weight 0.
    const __m512 lowWeights = expVector(_mm512_sub_ps(low, shift));
    const __m512 highWeights = expVector(_mm512_sub_ps(high, shift));
    _mm512_store_ps(logits, lowWeights);
    _mm512_store_ps(logits + 16, highWeights);
    const float factor =
        before == maximum
            ? 1.0F
            : _mm512_cvtss_f32(expVector(_mm512_sub_ps(_mm512_set1_ps(before), shift)));
    tile.maxima[q] = maximum;
    tile.sums[q] =
        tile.sums[q] * factor + _mm512_reduce_add_ps(_mm512_add_ps(lowWeights, highWeights));
    return factor;
}

/// out[q + j] = out[q + j] * factors[j] + sum_i weights[q + j, i] values[i] over keys [begin, end),
/// for `vectors` * 16 columns from `column` on.
template <unsigned count, unsigned vectors>
void multiplyValues(const AttentionTile& tile, const float* values, std::int64_t paddedDim,
                    const float* weights, const float* factors, std::int64_t q, std::int64_t begin,
                    std::int64_t end, std::int64_t column) {
    __m512 sums[count][vectors];
    __mmask16 masks[vectors];
#pragma GCC unroll 4
    for (std::int64_t v = 0; v < vectors; ++v) {
        masks[v] = tailMask(tile.valueDim - column - 16 * v);
    }
#pragma GCC unroll 4
    for (unsigned j = 0; j < count; ++j) {
#pragma GCC unroll 4
        for (std::int64_t v = 0; v < vectors; ++v) {
            const float* out = tile.out + (q + j) * tile.valueDim + column + 16 * v;
            sums[j][v] =
                _mm512_mul_ps(_mm512_maskz_loadu_ps(masks[v], out), _mm512_set1_ps(factors[j]));
        }
    }
    for (std::int64_t i = begin; i < end; ++i) {
        __m512 row[vectors];
#pragma GCC unroll 4
        for (std::int64_t v = 0; v < vectors; ++v) {
            row[v] = _mm512_load_ps(values + i * paddedDim + column + 16 * v);
        }
#pragma GCC unroll 4
        for (unsigned j = 0; j < count; ++j) {
            const __m512 weight = _mm512_set1_ps(weights[(q + j) * 32 + i]);
#pragma GCC unroll 4
            for (std::int64_t v = 0; v < vectors; ++v) {
                sums[j][v] = _mm512_fmadd_ps(weight, row[v], sums[j][v]);
            }
        }
    }
#pragma GCC unroll 4
    for (unsigned j = 0; j < count; ++j) {
#pragma GCC unroll 4
        for (std::int64_t v = 0; v < vectors; ++v) {
            _mm512_mask_storeu_ps(tile.out + (q + j) * tile.valueDim + column + 16 * v, masks[v],
                                  sums[j][v]);
        }
    }
}

template <unsigned count>
void multiplyAllColumns(const AttentionTile& tile, const float* values, std::int64_t paddedDim,
                        const float* weights, const float* factors, std::int64_t q,
                        std::int64_t begin, std::int64_t end) {
    std::int64_t column = 0;
    for (; column + 64 <= paddedDim; column += 64) {
        multiplyValues<count, 4>(tile, values, paddedDim, weights, factors, q, begin, end, column);
    }
    for (; column < paddedDim; column += 16) {
        multiplyValues<count, 1>(tile, values, paddedDim, weights, factors, q, begin, end, column);
    }
}

}  // namespace

void scorePage(const AttentionTile& tile, const AttentionPage& page, float* logits,
               std::int64_t logitStride) {
    computeLogits(tile, page, scratchOf(tile), logits, logitStride);
}

void attendPage(const AttentionTile& tile, const AttentionPage& page) {
    const Scratch scratch = scratchOf(tile);
    computeLogits(tile, page, scratch, scratch.logits, 32);
    const std::int64_t paddedDim = (tile.valueDim + 15) / 16 * 16;
    const bool isFinite = expandValues(page, tile.valueDim, paddedDim, scratch.values);
    float factors[kMaxTileQueries];
    for (std::int64_t q = 0; q < tile.numQueries; ++q) {
        factors[q] = page.visible[q] == 0
                         ? 1.0F
                         : updateSoftmax(tile, q, page.visible[q], scratch.logits + q * 32);
        if (page.visible[q] == 0) {
            _mm512_store_ps(scratch.logits + q * 32, _mm512_setzero_ps());
            _mm512_store_ps(scratch.logits + q * 32 + 16, _mm512_setzero_ps());
        }
    }
    std::int64_t q = 0;
    if (isFinite) {
        for (; q + kBlockQueries <= tile.numQueries; q += kBlockQueries) {
            multiplyAllColumns<kBlockQueries>(tile, scratch.values, paddedDim, scratch.logits,
                                              factors + q, q, 0, page.numKeys);
        }
        for (; q < tile.numQueries; ++q) {
            multiplyAllColumns<1>(tile, scratch.values, paddedDim, scratch.logits, factors + q, q,
                                  0, page.numKeys);
        }
        return;
    }
    // Weight 0 times infinity is NaN: a query must not touch the values that it does not see.
    for (; q < tile.numQueries; ++q) {
        float factor = factors[q];
        for (std::int64_t i = 0; i < page.numKeys; ++i) {
            if ((page.visible[q] >> i & 1U) != 0) {
                multiplyAllColumns<1>(tile, scratch.values, paddedDim, scratch.logits, &factor, q,
                                      i, i + 1);
                factor = 1.0F;
            }
        }
    }
}

}  // namespace hearth::avx512
