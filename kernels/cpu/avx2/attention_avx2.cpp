#include <immintrin.h>

#include <cstdint>

#include "kernels/cpu/avx2/exp_avx2.h"
#include "kernels/cpu/avx2/row_kernels_avx2.h"

// Attention of a tile of queries to pages of 32 keys. Keys are transposed to [dim, 32] f32 once for
// a page, so that a query's 32 logits are two vectors and need no sum across lanes; values stay in
// rows. Both conversions are shared by all queries of the tile (the heads of a group, times the
// rows).

namespace hearth::avx2 {
namespace {

constexpr std::int64_t kMaxDim = 512;
/// Queries that share one pass over keys or values: 4 vectors each, 4 of operands and a broadcast
/// fit 16 registers.
constexpr unsigned kBlockQueries = 2;

__m256 loadTail(const float* from, std::int64_t left) {
    if (left >= 8) {
        return _mm256_loadu_ps(from);
    }
    return left > 0 ? _mm256_maskload_ps(from, tailMask(left)) : _mm256_setzero_ps();
}

void storeTail(float* to, std::int64_t left, __m256 v) {
    if (left >= 8) {
        _mm256_storeu_ps(to, v);
    } else if (left > 0) {
        _mm256_maskstore_ps(to, tailMask(left), v);
    }
}

/// All bits in the lanes whose bit in the low 8 of `bits` is set.
__m256 laneMask(std::uint32_t bits) {
    const __m256i each = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i spread = _mm256_set1_epi32(static_cast<int>(bits & 0xFFU));
    return _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(spread, each), each));
}

/// The scratch of a tile.
struct Scratch {
    float* keys;    ///< [keyDim, 32]
    float* values;  ///< [32, valueDim rounded up to 8]
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
                    std::int64_t offset, __m256i out[4]) {
    __m256i quarter[4];
    const std::int64_t last = numRows - 1;
    for (std::int64_t i = 0; i < 4; ++i) {
        const auto at = [&](std::int64_t r) { return (r < last ? r : last) * stride + offset; };
        quarter[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(load16(base, at(i))),
                                             load16(base, at(i + 4)), 1);
    }
    const __m256i low01 = _mm256_unpacklo_epi32(quarter[0], quarter[1]);
    const __m256i high01 = _mm256_unpackhi_epi32(quarter[0], quarter[1]);
    const __m256i low23 = _mm256_unpacklo_epi32(quarter[2], quarter[3]);
    const __m256i high23 = _mm256_unpackhi_epi32(quarter[2], quarter[3]);
    out[0] = _mm256_unpacklo_epi64(low01, low23);
    out[1] = _mm256_unpackhi_epi64(low01, low23);
    out[2] = _mm256_unpacklo_epi64(high01, high23);
    out[3] = _mm256_unpackhi_epi64(high01, high23);
}

/// The f16 in the low half of each lane, as f32.
__m256 lowHalves(__m256i v) {
    const __m256i low = _mm256_and_si256(v, _mm256_set1_epi32(0xFFFF));
    return _mm256_cvtph_ps(
        _mm_packus_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1)));
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
    for (std::int64_t first = 0; first < page.numKeys; first += 8) {
        const auto* base =
            static_cast<const std::uint8_t*>(page.keys) + first * page.keyStride * bytes;
        const std::int64_t numRows = page.numKeys - first;
        for (std::int64_t d = 0; d < wholeDim; d += perLoad) {
            __m256i v[4];
            loadTransposed(base, page.keyStride * bytes, numRows, d * bytes, v);
            float* out = keys + d * 32 + first;
            for (std::int64_t i = 0; i < 4; ++i) {
                if (page.keysAreHalf) {
                    _mm256_store_ps(out + 64 * i, lowHalves(v[i]));
                    _mm256_store_ps(out + 64 * i + 32, lowHalves(_mm256_srli_epi32(v[i], 16)));
                } else {
                    _mm256_store_ps(out + 32 * i, _mm256_castsi256_ps(v[i]));
                }
            }
        }
        for (std::int64_t d = wholeDim; d < dim; ++d) {
            for (std::int64_t i = 0; i < 8 && i < numRows; ++i) {
                keys[d * 32 + first + i] = scalarAt(base, page.keysAreHalf, i * page.keyStride + d);
            }
        }
    }
}

/// Copies values to rows of `paddedDim` floats. Returns whether all are finite.
bool expandValues(const AttentionPage& page, std::int64_t dim, std::int64_t paddedDim,
                  float* values) {
    __m256i largest = _mm256_setzero_si256();
    const __m256i absMask = _mm256_set1_epi32(0x7FFFFFFF);
    for (std::int64_t i = 0; i < page.numKeys; ++i) {
        for (std::int64_t c = 0; c < dim; c += 8) {
            const std::int64_t at = i * page.valueStride + c;
            __m256 v;
            if (!page.valuesAreHalf) {
                v = loadTail(static_cast<const float*>(page.values) + at, dim - c);
            } else if (dim - c >= 8) {
                v = _mm256_cvtph_ps(load16(page.values, 2 * at));
            } else {
                float tail[8] = {};
                for (std::int64_t t = 0; t < dim - c; ++t) {
                    tail[t] = scalarAt(page.values, true, at + t);
                }
                v = _mm256_loadu_ps(tail);
            }
            largest = _mm256_max_epu32(largest, _mm256_and_si256(_mm256_castps_si256(v), absMask));
            _mm256_store_ps(values + i * paddedDim + c, v);
        }
    }
    return highestBits(largest) < 0x7F800000U;
}

/// Logits of queries q .. q + count - 1, bias included.
template <unsigned count>
void multiplyKeys(const AttentionTile& tile, const AttentionPage& page, const float* keys,
                  std::int64_t q, float* logits, std::int64_t logitStride) {
    __m256 sums[count][4];
#pragma GCC unroll 2
    for (unsigned j = 0; j < count; ++j) {
        const __m256 bias =
            page.bias == nullptr ? _mm256_setzero_ps() : _mm256_set1_ps(page.bias[q + j]);
#pragma GCC unroll 4
        for (std::int64_t v = 0; v < 4; ++v) {
            sums[j][v] = bias;
        }
    }
    const float* queries = tile.queries + q * tile.keyDim;
    for (std::int64_t d = 0; d < tile.keyDim; ++d) {
        __m256 key[4];
#pragma GCC unroll 4
        for (std::int64_t v = 0; v < 4; ++v) {
            key[v] = _mm256_load_ps(keys + d * 32 + 8 * v);
        }
#pragma GCC unroll 2
        for (unsigned j = 0; j < count; ++j) {
            const __m256 query = _mm256_set1_ps(queries[j * tile.keyDim + d]);
#pragma GCC unroll 4
            for (std::int64_t v = 0; v < 4; ++v) {
                sums[j][v] = _mm256_fmadd_ps(query, key[v], sums[j][v]);
            }
        }
    }
#pragma GCC unroll 2
    for (unsigned j = 0; j < count; ++j) {
        float* out = logits + (q + j) * logitStride;
#pragma GCC unroll 4
        for (std::int64_t v = 0; v < 4; ++v) {
            const std::int64_t left = page.numKeys - 8 * v;
            if (page.biasRows != nullptr) {
                sums[j][v] =
                    _mm256_add_ps(sums[j][v], loadTail(page.biasRows[q + j] + 8 * v, left));
            }
            storeTail(out + 8 * v, left, sums[j][v]);
        }
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
    const __m256 lowest = _mm256_set1_ps(-__builtin_inff());
    __m256 seen[4];
    __m256 highest = lowest;
    for (std::int64_t v = 0; v < 4; ++v) {
        seen[v] =
            _mm256_blendv_ps(lowest, _mm256_load_ps(logits + 8 * v), laneMask(visible >> (8 * v)));
        highest = _mm256_max_ps(highest, seen[v]);
    }
    const float before = tile.maxima[q];
    const float here = highestLane(highest);
    const float maximum = here > before ? here : before;
    if (maximum == -__builtin_inff()) {
        // Only logits of -infinity so far (or a NaN, which the sum carries).
        const __m256 p =
            _mm256_add_ps(_mm256_add_ps(seen[0], seen[1]), _mm256_add_ps(seen[2], seen[3]));
        const bool hasNan = _mm256_movemask_ps(_mm256_cmp_ps(p, p, _CMP_UNORD_Q)) != 0;
        const __m256 fill = hasNan ? _mm256_set1_ps(__builtin_nanf("")) : _mm256_setzero_ps();
        for (std::int64_t v = 0; v < 4; ++v) {
            _mm256_store_ps(logits + 8 * v, fill);
        }
        tile.sums[q] += _mm256_cvtss_f32(fill);
        return 1.0F;
    }
    const __m256 shift = _mm256_set1_ps(maximum);
    __m256 sum = _mm256_setzero_ps();
    for (std::int64_t v = 0; v < 4; ++v) {
        // Unseen keys stay at -infinity and get weight 0.
        const __m256 weights = expVector(_mm256_sub_ps(seen[v], shift));
        _mm256_store_ps(logits + 8 * v, weights);
        sum = _mm256_add_ps(sum, weights);
    }
    const float factor =
        before == maximum
            ? 1.0F
            : _mm256_cvtss_f32(expVector(_mm256_sub_ps(_mm256_set1_ps(before), shift)));
    tile.maxima[q] = maximum;
    tile.sums[q] = tile.sums[q] * factor + sumLanes(sum);
    return factor;
}

/// out[q + j] = out[q + j] * factors[j] + sum_i weights[q + j, i] values[i] over keys [begin, end),
/// for `vectors` * 8 columns from `column` on.
template <unsigned count, unsigned vectors>
void multiplyValues(const AttentionTile& tile, const float* values, std::int64_t paddedDim,
                    const float* weights, const float* factors, std::int64_t q, std::int64_t begin,
                    std::int64_t end, std::int64_t column) {
    __m256 sums[count][vectors];
    const std::int64_t left = tile.valueDim - column;
#pragma GCC unroll 2
    for (unsigned j = 0; j < count; ++j) {
#pragma GCC unroll 4
        for (std::int64_t v = 0; v < vectors; ++v) {
            const float* out = tile.out + (q + j) * tile.valueDim + column + 8 * v;
            sums[j][v] = _mm256_mul_ps(loadTail(out, left - 8 * v), _mm256_set1_ps(factors[j]));
        }
    }
    for (std::int64_t i = begin; i < end; ++i) {
        __m256 row[vectors];
#pragma GCC unroll 4
        for (std::int64_t v = 0; v < vectors; ++v) {
            row[v] = _mm256_load_ps(values + i * paddedDim + column + 8 * v);
        }
#pragma GCC unroll 2
        for (unsigned j = 0; j < count; ++j) {
            const __m256 weight = _mm256_set1_ps(weights[(q + j) * 32 + i]);
#pragma GCC unroll 4
            for (std::int64_t v = 0; v < vectors; ++v) {
                sums[j][v] = _mm256_fmadd_ps(weight, row[v], sums[j][v]);
            }
        }
    }
#pragma GCC unroll 2
    for (unsigned j = 0; j < count; ++j) {
#pragma GCC unroll 4
        for (std::int64_t v = 0; v < vectors; ++v) {
            storeTail(tile.out + (q + j) * tile.valueDim + column + 8 * v, left - 8 * v,
                      sums[j][v]);
        }
    }
}

template <unsigned count>
void multiplyAllColumns(const AttentionTile& tile, const float* values, std::int64_t paddedDim,
                        const float* weights, const float* factors, std::int64_t q,
                        std::int64_t begin, std::int64_t end) {
    std::int64_t column = 0;
    for (; column + 32 <= paddedDim; column += 32) {
        multiplyValues<count, 4>(tile, values, paddedDim, weights, factors, q, begin, end, column);
    }
    for (; column < paddedDim; column += 8) {
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
    const std::int64_t paddedDim = (tile.valueDim + 7) / 8 * 8;
    const bool isFinite = expandValues(page, tile.valueDim, paddedDim, scratch.values);
    float factors[kMaxTileQueries];
    for (std::int64_t q = 0; q < tile.numQueries; ++q) {
        factors[q] = page.visible[q] == 0
                         ? 1.0F
                         : updateSoftmax(tile, q, page.visible[q], scratch.logits + q * 32);
        if (page.visible[q] == 0) {
            for (std::int64_t i = 0; i < 32; i += 8) {
                _mm256_store_ps(scratch.logits + q * 32 + i, _mm256_setzero_ps());
            }
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

}  // namespace hearth::avx2
