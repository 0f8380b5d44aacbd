#include <immintrin.h>

#include <cstdint>

#include "kernels/cpu/avx2/row_kernels_avx2.h"

// Products of a tile of 8 weight rows with many rows of x: the scheme of linear_avx512.cpp with 8
// lanes, and vpmaddubsw + vpmaddwd in place of vpdpbusd. Sums of 16 bits are widened before they
// can overflow.

namespace hearth {
namespace {

constexpr std::int64_t kRows = 8;
constexpr std::int64_t kChunk = 256;
constexpr std::int64_t kDwords = kChunk / 4;
constexpr std::int64_t kParts = kChunk / 16;
/// Rows of x that share one pass over an unpacked chunk: for each a 16-bit, a 32-bit and an f32
/// sum, with the weights and the ones they fill 16 registers.
constexpr unsigned kXRows = 4;

/// An unpacked chunk. A weight is scale * (u - zero) + offset, with u unsigned but for Q8_0. Scales
/// are one vector for 16 columns (Q6_K) or for 32; offsets (K types with a min) one for 32.
struct alignas(32) Chunk {
    std::uint8_t dwords[kDwords][32];
    float scales[kParts][kRows];
    float offsets[kChunk / 32][kRows];
};

/// How the parts of a chunk are laid out, what is subtracted from u, and how many products of a
/// lane can be added in 16 bits: the largest u times 127 times 2 for each, below 32,768 in all.
template <int partColumns, int zeroLog2, bool hasOffsets, int numShortSums, bool isSigned>
struct Format {
    static constexpr int kPartColumns = partColumns;
    static constexpr int kZeroLog2 = zeroLog2;  ///< zero = 2^zeroLog2; -1: none
    static constexpr bool kHasOffsets = hasOffsets;
    static constexpr int kNumShortSums = numShortSums;
    static constexpr bool kIsSigned = isSigned;  ///< the dwords hold signed weights
};

/// The addresses of the rows of a tile; rows past the end repeat the last one.
struct RowPointers {
    const std::uint8_t* rows[kRows];
};

RowPointers rowPointers(const LinearTileArgs& args) {
    RowPointers pointers;
    for (std::int64_t r = 0; r < kRows; ++r) {
        const std::int64_t row = r < args.numWeightRows ? r : args.numWeightRows - 1;
        pointers.rows[r] = args.weights + row * args.weightStrideBytes;
    }
    return pointers;
}

__m128i load16(const std::uint8_t* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

/// Loads 16 bytes at `offset` of each row; out[i] has bytes 4i .. 4i + 3 of row r in lane r.
void loadTransposed(const RowPointers& pointers, std::int64_t offset, __m256i out[4]) {
    __m256i quarter[4];
    for (int i = 0; i < 4; ++i) {
        // 128-bit lane l holds row 4l + i, so that transposing inside lanes leaves rows in order.
        quarter[i] =
            _mm256_inserti128_si256(_mm256_castsi128_si256(load16(pointers.rows[i] + offset)),
                                    load16(pointers.rows[i + 4] + offset), 1);
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

/// One f16 at `offset` of each row, as f32.
__m256 loadHalves(const RowPointers& pointers, std::int64_t offset) {
    alignas(16) std::uint16_t halves[kRows];
    for (std::int64_t r = 0; r < kRows; ++r) {
        __builtin_memcpy(&halves[r], pointers.rows[r] + offset, sizeof(halves[r]));
    }
    return _mm256_cvtph_ps(_mm_load_si128(reinterpret_cast<const __m128i*>(halves)));
}

/// The f16 in the low half of each lane, as f32.
__m256 lowHalves(__m256i v) {
    const __m256i low = _mm256_and_si256(v, _mm256_set1_epi32(0xFFFF));
    return _mm256_cvtph_ps(
        _mm_packus_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1)));
}

void storeDword(Chunk& chunk, std::int64_t index, __m256i v) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(chunk.dwords[index]), v);
}

/// (low & 15) | (high & highMask), the two parts of a quant.
__m256i joinBits(__m256i low, __m256i high, __m256i highMask) {
    const __m256i nibble = _mm256_and_si256(low, _mm256_set1_epi8(15));
    return _mm256_or_si256(nibble, _mm256_and_si256(high, highMask));
}

// Each unpack function takes the byte offset of the chunk in the rows; `columns` is a multiple of
// the block.

struct UnpackQ8_0 : Format<32, -1, false, 1, true> {
    static constexpr std::int64_t kBlockColumns = 32;
    static constexpr std::int64_t kBlockBytes = 34;
    static void unpack(const RowPointers& pointers, std::int64_t offset, std::int64_t columns,
                       Chunk& chunk) {
        for (std::int64_t block = 0; block < columns / 32; ++block) {
            const std::int64_t at = offset + block * kBlockBytes;
            _mm256_store_ps(chunk.scales[block], loadHalves(pointers, at));
            for (std::int64_t part = 0; part < 2; ++part) {
                __m256i v[4];
                loadTransposed(pointers, at + 2 + 16 * part, v);
                for (int i = 0; i < 4; ++i) {
                    storeDword(chunk, block * 8 + part * 4 + i, v[i]);
                }
            }
        }
    }
};

struct UnpackQ4_0 : Format<32, 3, false, 8, false> {
    static constexpr std::int64_t kBlockColumns = 32;
    static constexpr std::int64_t kBlockBytes = 18;
    static void unpack(const RowPointers& pointers, std::int64_t offset, std::int64_t columns,
                       Chunk& chunk) {
        const __m256i mask = _mm256_set1_epi8(15);
        for (std::int64_t block = 0; block < columns / 32; ++block) {
            const std::int64_t at = offset + block * kBlockBytes;
            _mm256_store_ps(chunk.scales[block], loadHalves(pointers, at));
            __m256i v[4];
            loadTransposed(pointers, at + 2, v);
            for (int i = 0; i < 4; ++i) {
                storeDword(chunk, block * 8 + i, _mm256_and_si256(v[i], mask));
                storeDword(chunk, block * 8 + 4 + i,
                           _mm256_and_si256(_mm256_srli_epi32(v[i], 4), mask));
            }
        }
    }
};

struct UnpackQ5_0 : Format<32, 4, false, 4, false> {
    static constexpr std::int64_t kBlockColumns = 32;
    static constexpr std::int64_t kBlockBytes = 22;
    static void unpack(const RowPointers& pointers, std::int64_t offset, std::int64_t columns,
                       Chunk& chunk) {
        const __m256i bit4 = _mm256_set1_epi8(16);
        // Bits 0-3 of a lane, times this, put bit b into bit 0 of byte b.
        const __m256i spread = _mm256_set1_epi32(0x00204081);
        const __m256i nibble = _mm256_set1_epi32(15);
        for (std::int64_t block = 0; block < columns / 32; ++block) {
            const std::int64_t at = offset + block * kBlockBytes;
            _mm256_store_ps(chunk.scales[block], loadHalves(pointers, at));
            alignas(32) std::uint32_t words[kRows];
            for (std::int64_t r = 0; r < kRows; ++r) {
                __builtin_memcpy(&words[r], pointers.rows[r] + at + 2, sizeof(words[r]));
            }
            __m256i high = _mm256_load_si256(reinterpret_cast<const __m256i*>(words));
            __m256i v[4];
            loadTransposed(pointers, at + 6, v);
            for (int i = 0; i < 8; ++i) {
                const __m256i low = i < 4 ? v[i] : _mm256_srli_epi32(v[i - 4], 4);
                const __m256i bits = _mm256_mullo_epi32(_mm256_and_si256(high, nibble), spread);
                storeDword(chunk, block * 8 + i, joinBits(low, _mm256_slli_epi32(bits, 4), bit4));
                high = _mm256_srli_epi32(high, 4);
            }
        }
    }
};

/// Scales and offsets of a Q4_K or Q5_K block, which starts with d, dMin and 12 bytes of packed
/// scales.
void unpackScaleMins(const RowPointers& pointers, std::int64_t offset, Chunk& chunk) {
    __m256i header[4];
    loadTransposed(pointers, offset, header);
    const __m256 d = lowHalves(header[0]);
    const __m256 negMin =
        _mm256_sub_ps(_mm256_setzero_ps(), lowHalves(_mm256_srli_epi32(header[0], 16)));
    const __m256i six = _mm256_set1_epi32(63);
    const __m256i four = _mm256_set1_epi32(15);
    const __m256i top = _mm256_set1_epi32(0x30);
    for (int part = 0; part < 4; ++part) {
        const __m128i byte = _mm_cvtsi32_si128(8 * part);
        const __m256i scaleByte = _mm256_srl_epi32(header[1], byte);
        const __m256i minByte = _mm256_srl_epi32(header[2], byte);
        const __m256i mixed = _mm256_srl_epi32(header[3], byte);
        const __m256i scaleLow = _mm256_and_si256(scaleByte, six);
        const __m256i minLow = _mm256_and_si256(minByte, six);
        // Parts 4-7: 4 bits of the third word, the upper 2 from bits 6-7 of the first two.
        const __m256i scaleHigh = _mm256_or_si256(
            _mm256_and_si256(mixed, four), _mm256_and_si256(_mm256_srli_epi32(scaleByte, 2), top));
        const __m256i minHigh =
            _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi32(mixed, 4), four),
                            _mm256_and_si256(_mm256_srli_epi32(minByte, 2), top));
        _mm256_store_ps(chunk.scales[part], _mm256_mul_ps(d, _mm256_cvtepi32_ps(scaleLow)));
        _mm256_store_ps(chunk.scales[part + 4], _mm256_mul_ps(d, _mm256_cvtepi32_ps(scaleHigh)));
        _mm256_store_ps(chunk.offsets[part], _mm256_mul_ps(negMin, _mm256_cvtepi32_ps(minLow)));
        _mm256_store_ps(chunk.offsets[part + 4],
                        _mm256_mul_ps(negMin, _mm256_cvtepi32_ps(minHigh)));
    }
}

struct UnpackQ4_K : Format<32, -1, true, 8, false> {
    static constexpr std::int64_t kBlockColumns = 256;
    static constexpr std::int64_t kBlockBytes = 144;
    static void unpack(const RowPointers& pointers, std::int64_t offset, std::int64_t,
                       Chunk& chunk) {
        unpackScaleMins(pointers, offset, chunk);
        const __m256i mask = _mm256_set1_epi8(15);
        for (int piece = 0; piece < 8; ++piece) {
            __m256i v[4];
            loadTransposed(pointers, offset + (16 + 16 * piece), v);
            // Two pieces of 16 bytes make 32 low and 32 high halves.
            const std::int64_t first = piece / 2 * 16 + piece % 2 * 4;
            for (int i = 0; i < 4; ++i) {
                storeDword(chunk, first + i, _mm256_and_si256(v[i], mask));
                storeDword(chunk, first + 8 + i,
                           _mm256_and_si256(_mm256_srli_epi32(v[i], 4), mask));
            }
        }
    }
};

struct UnpackQ5_K : Format<32, -1, true, 4, false> {
    static constexpr std::int64_t kBlockColumns = 256;
    static constexpr std::int64_t kBlockBytes = 176;
    static void unpack(const RowPointers& pointers, std::int64_t offset, std::int64_t,
                       Chunk& chunk) {
        unpackScaleMins(pointers, offset, chunk);
        const __m256i bit4 = _mm256_set1_epi8(16);
        for (int half = 0; half < 2; ++half) {
            __m256i high[4];
            loadTransposed(pointers, offset + (16 + 16 * half), high);
            for (int group = 0; group < 4; ++group) {
                __m256i v[4];
                loadTransposed(pointers, offset + (48 + 32 * group + 16 * half), v);
                const __m128i lowRight = _mm_cvtsi32_si128(2 * group > 4 ? 2 * group - 4 : 0);
                const __m128i lowLeft = _mm_cvtsi32_si128(2 * group < 4 ? 4 - 2 * group : 0);
                const __m128i highRight =
                    _mm_cvtsi32_si128(2 * group + 1 > 4 ? 2 * group + 1 - 4 : 0);
                const __m128i highLeft =
                    _mm_cvtsi32_si128(2 * group + 1 < 4 ? 4 - 2 * group - 1 : 0);
                const std::int64_t first = group * 16 + half * 4;
                for (int i = 0; i < 4; ++i) {
                    // Moves bit 2 * group (and the next) of each byte to bit 4.
                    const __m256i lowBit =
                        _mm256_sll_epi32(_mm256_srl_epi32(high[i], lowRight), lowLeft);
                    const __m256i highBit =
                        _mm256_sll_epi32(_mm256_srl_epi32(high[i], highRight), highLeft);
                    storeDword(chunk, first + i, joinBits(v[i], lowBit, bit4));
                    storeDword(chunk, first + 8 + i,
                               joinBits(_mm256_srli_epi32(v[i], 4), highBit, bit4));
                }
            }
        }
    }
};

struct UnpackQ6_K : Format<16, 5, false, 2, false> {
    static constexpr std::int64_t kBlockColumns = 256;
    static constexpr std::int64_t kBlockBytes = 210;
    static void unpack(const RowPointers& pointers, std::int64_t offset, std::int64_t,
                       Chunk& chunk) {
        const __m256 d = loadHalves(pointers, offset + 208);
        __m256i scales[4];
        loadTransposed(pointers, offset + 192, scales);
        for (int i = 0; i < 4; ++i) {
            for (int byte = 0; byte < 4; ++byte) {
                // Sign-extends byte `byte` of each lane.
                const __m256i scale = _mm256_srai_epi32(
                    _mm256_sll_epi32(scales[i], _mm_cvtsi32_si128(24 - 8 * byte)), 24);
                _mm256_store_ps(chunk.scales[4 * i + byte],
                                _mm256_mul_ps(d, _mm256_cvtepi32_ps(scale)));
            }
        }
        const __m256i bits45 = _mm256_set1_epi8(0x30);
        for (int half = 0; half < 2; ++half) {
            for (int piece = 0; piece < 2; ++piece) {
                __m256i high[4];
                __m256i first[4];
                __m256i second[4];
                loadTransposed(pointers, offset + (128 + 32 * half + 16 * piece), high);
                loadTransposed(pointers, offset + (64 * half + 16 * piece), first);
                loadTransposed(pointers, offset + (64 * half + 32 + 16 * piece), second);
                const std::int64_t at = half * 32 + piece * 4;
                for (int i = 0; i < 4; ++i) {
                    storeDword(chunk, at + i,
                               joinBits(first[i], _mm256_slli_epi32(high[i], 4), bits45));
                    storeDword(chunk, at + 8 + i,
                               joinBits(second[i], _mm256_slli_epi32(high[i], 2), bits45));
                    storeDword(chunk, at + 16 + i,
                               joinBits(_mm256_srli_epi32(first[i], 4), high[i], bits45));
                    storeDword(chunk, at + 24 + i,
                               joinBits(_mm256_srli_epi32(second[i], 4),
                                        _mm256_srli_epi32(high[i], 2), bits45));
                }
            }
        }
    }
};

/// Products of 8-bit weights and quants, added in pairs to 16 bits.
template <bool isSigned>
__m256i multiplyPairs(__m256i weights, __m256i quants) {
    if constexpr (isSigned) {
        // vpmaddubsw wants an unsigned factor: |w| times x with the sign of w.
        return _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(quants, weights));
    } else {
        return _mm256_maddubs_epi16(weights, quants);
    }
}

/// Adds `columns` columns, from block `firstBlock` of the slices on, to out[j] for `numX` rows of
/// x.
template <class Unpack, unsigned numX>
void multiplyChunk(const Chunk& chunk, std::int64_t columns, std::int64_t firstBlock,
                   const ActivationLayout& layout, const std::uint8_t* const x[kXRows],
                   float* const out[kXRows]) {
    constexpr int kStepsPerPart = Unpack::kPartColumns / 4;
    constexpr int kPartsPerBlock = 32 / Unpack::kPartColumns;
    __m256 sums[numX];
#pragma GCC unroll 8
    for (unsigned j = 0; j < numX; ++j) {
        sums[j] = _mm256_loadu_ps(out[j]);
    }
    const std::int64_t numBlocks = columns / 32;
    for (std::int64_t block = 0; block < numBlocks; ++block) {
        const std::int64_t xBlock = firstBlock + block;
#pragma GCC unroll 2
        for (int part = 0; part < kPartsPerBlock; ++part) {
            __m256i dots[numX];
#pragma GCC unroll 8
            for (unsigned j = 0; j < numX; ++j) {
                if constexpr (Unpack::kZeroLog2 < 0) {
                    dots[j] = _mm256_setzero_si256();
                } else {
                    std::int32_t negSum;
                    const std::int64_t at = kPartsPerBlock == 1
                                                ? layout.negSumsAt + 4 * xBlock
                                                : layout.negHalvesAt + 4 * (2 * xBlock + part);
                    __builtin_memcpy(&negSum, x[j] + at, sizeof(negSum));
                    dots[j] = _mm256_slli_epi32(_mm256_set1_epi32(negSum), Unpack::kZeroLog2);
                }
            }
#pragma GCC unroll 8
            for (int step = 0; step < kStepsPerPart; step += Unpack::kNumShortSums) {
                __m256i shorts[numX];
#pragma GCC unroll 8
                for (int s = 0; s < Unpack::kNumShortSums; ++s) {
                    const std::int64_t dword = block * 8 + (part * kStepsPerPart + step + s);
                    const __m256i weights =
                        _mm256_load_si256(reinterpret_cast<const __m256i*>(chunk.dwords[dword]));
#pragma GCC unroll 8
                    for (unsigned j = 0; j < numX; ++j) {
                        std::int32_t quants;
                        __builtin_memcpy(&quants, x[j] + (firstBlock * 8 + dword) * 4,
                                         sizeof(quants));
                        const __m256i pairs =
                            multiplyPairs<Unpack::kIsSigned>(weights, _mm256_set1_epi32(quants));
                        shorts[j] = s == 0 ? pairs : _mm256_add_epi16(shorts[j], pairs);
                    }
                }
#pragma GCC unroll 8
                for (unsigned j = 0; j < numX; ++j) {
                    dots[j] = _mm256_add_epi32(dots[j],
                                               _mm256_madd_epi16(shorts[j], _mm256_set1_epi16(1)));
                }
            }
            const __m256 scale = _mm256_load_ps(chunk.scales[block * kPartsPerBlock + part]);
#pragma GCC unroll 8
            for (unsigned j = 0; j < numX; ++j) {
                float xScale;
                __builtin_memcpy(&xScale, x[j] + layout.scalesAt + 4 * xBlock, sizeof(xScale));
                sums[j] = _mm256_fmadd_ps(_mm256_mul_ps(scale, _mm256_set1_ps(xScale)),
                                          _mm256_cvtepi32_ps(dots[j]), sums[j]);
            }
        }
        if constexpr (Unpack::kHasOffsets) {
            const __m256 offset = _mm256_load_ps(chunk.offsets[block]);
#pragma GCC unroll 8
            for (unsigned j = 0; j < numX; ++j) {
                float xSum;
                __builtin_memcpy(&xSum, x[j] + layout.sumsAt + 4 * xBlock, sizeof(xSum));
                sums[j] = _mm256_fmadd_ps(offset, _mm256_set1_ps(xSum), sums[j]);
            }
        }
    }
#pragma GCC unroll 8
    for (unsigned j = 0; j < numX; ++j) {
        _mm256_storeu_ps(out[j], sums[j]);
    }
}

std::int64_t xRow(const LinearTileArgs& args, std::int64_t index) {
    return args.rowIndex == nullptr ? index : args.rowIndex[index];
}

void clearOut(const LinearTileArgs& args) {
    for (std::int64_t j = 0; j < args.numRows; ++j) {
        _mm256_storeu_ps(args.out + j * kRows, _mm256_setzero_ps());
    }
}

template <class Unpack>
void linearTileQuantized(const LinearTileArgs& args) {
    Chunk chunk;
    clearOut(args);
    const RowPointers pointers = rowPointers(args);
    for (std::int64_t column = 0; column < args.cols; column += kChunk) {
        const std::int64_t left = args.cols - column;
        const std::int64_t columns = left < kChunk ? left : kChunk;
        Unpack::unpack(pointers, column / Unpack::kBlockColumns * Unpack::kBlockBytes, columns,
                       chunk);
        const std::int64_t firstBlock = column / 32;
        const std::uint8_t* x[kXRows];
        float* out[kXRows];
        std::int64_t row = 0;
        const auto point = [&](int count) {
            for (int j = 0; j < count; ++j) {
                x[j] = static_cast<const std::uint8_t*>(args.x) +
                       xRow(args, row + j) * args.xStrideBytes;
                out[j] = args.out + (row + j) * kRows;
            }
            row += count;
        };
        while (args.numRows - row >= 4) {
            point(4);
            multiplyChunk<Unpack, 4>(chunk, columns, firstBlock, args.layout, x, out);
        }
        if (args.numRows - row >= 2) {
            point(2);
            multiplyChunk<Unpack, 2>(chunk, columns, firstBlock, args.layout, x, out);
        }
        if (args.numRows - row >= 1) {
            point(1);
            multiplyChunk<Unpack, 1>(chunk, columns, firstBlock, args.layout, x, out);
        }
    }
}

// f32, f16 and bf16 weights: the same with f32 columns in place of dwords.

constexpr std::int64_t kFloatChunk = 128;

struct alignas(32) FloatChunk {
    float columns[kFloatChunk][kRows];
};

struct UnpackF32 {
    static constexpr std::int64_t kBytes = 4;
    static void unpackDword(__m256i v, std::int64_t dword, FloatChunk& chunk) {
        _mm256_store_si256(reinterpret_cast<__m256i*>(chunk.columns[dword]), v);
    }
    static float convert(const std::uint8_t* from) {
        float value;
        __builtin_memcpy(&value, from, sizeof(value));
        return value;
    }
};

struct UnpackF16 {
    static constexpr std::int64_t kBytes = 2;
    static void unpackDword(__m256i v, std::int64_t dword, FloatChunk& chunk) {
        _mm256_store_ps(chunk.columns[2 * dword], lowHalves(v));
        _mm256_store_ps(chunk.columns[2 * dword + 1], lowHalves(_mm256_srli_epi32(v, 16)));
    }
    static float convert(const std::uint8_t* from) {
        std::uint16_t bits;
        __builtin_memcpy(&bits, from, sizeof(bits));
        return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(bits)));
    }
};

struct UnpackBF16 {
    static constexpr std::int64_t kBytes = 2;
    static void unpackDword(__m256i v, std::int64_t dword, FloatChunk& chunk) {
        const __m256i high = _mm256_set1_epi32(static_cast<int>(0xFFFF0000U));
        _mm256_store_si256(reinterpret_cast<__m256i*>(chunk.columns[2 * dword]),
                           _mm256_slli_epi32(v, 16));
        _mm256_store_si256(reinterpret_cast<__m256i*>(chunk.columns[2 * dword + 1]),
                           _mm256_and_si256(v, high));
    }
    static float convert(const std::uint8_t* from) {
        std::uint32_t bits = 0;
        __builtin_memcpy(&bits, from, 2);
        bits <<= 16;
        float value;
        __builtin_memcpy(&value, &bits, sizeof(value));
        return value;
    }
};

template <class Unpack>
void unpackFloats(const RowPointers& pointers, std::int64_t column, std::int64_t columns,
                  FloatChunk& chunk) {
    constexpr std::int64_t kColumnsPer16Bytes = 16 / Unpack::kBytes;
    std::int64_t c = 0;
    for (; c + kColumnsPer16Bytes <= columns; c += kColumnsPer16Bytes) {
        __m256i v[4];
        loadTransposed(pointers, (column + c) * Unpack::kBytes, v);
        for (int i = 0; i < 4; ++i) {
            Unpack::unpackDword(v[i], c * Unpack::kBytes / 4 + i, chunk);
        }
    }
    for (; c < columns; ++c) {
        for (std::int64_t r = 0; r < kRows; ++r) {
            chunk.columns[c][r] = Unpack::convert(pointers.rows[r] + (column + c) * Unpack::kBytes);
        }
    }
}

template <unsigned numX>
void multiplyFloats(const FloatChunk& chunk, std::int64_t columns, const float* const x[kXRows],
                    float* const out[kXRows]) {
    // One row of x alone would wait for each product in turn: it gets four partial sums.
    constexpr unsigned kSums = numX == 1 ? 4 : 1;
    __m256 sums[numX][kSums];
#pragma GCC unroll 8
    for (unsigned j = 0; j < numX; ++j) {
        sums[j][0] = _mm256_loadu_ps(out[j]);
#pragma GCC unroll 4
        for (unsigned s = 1; s < kSums; ++s) {
            sums[j][s] = _mm256_setzero_ps();
        }
    }
    std::int64_t c = 0;
    for (; c + kSums <= columns; c += kSums) {
#pragma GCC unroll 4
        for (unsigned s = 0; s < kSums; ++s) {
            const __m256 weights = _mm256_load_ps(chunk.columns[c + s]);
#pragma GCC unroll 8
            for (unsigned j = 0; j < numX; ++j) {
                sums[j][s] = _mm256_fmadd_ps(weights, _mm256_set1_ps(x[j][c + s]), sums[j][s]);
            }
        }
    }
    for (; c < columns; ++c) {
        const __m256 weights = _mm256_load_ps(chunk.columns[c]);
#pragma GCC unroll 8
        for (unsigned j = 0; j < numX; ++j) {
            sums[j][0] = _mm256_fmadd_ps(weights, _mm256_set1_ps(x[j][c]), sums[j][0]);
        }
    }
#pragma GCC unroll 8
    for (unsigned j = 0; j < numX; ++j) {
#pragma GCC unroll 4
        for (unsigned s = 1; s < kSums; ++s) {
            sums[j][0] = _mm256_add_ps(sums[j][0], sums[j][s]);
        }
        _mm256_storeu_ps(out[j], sums[j][0]);
    }
}

template <class Unpack>
void linearTileFloat(const LinearTileArgs& args) {
    FloatChunk chunk;
    clearOut(args);
    const RowPointers pointers = rowPointers(args);
    for (std::int64_t column = 0; column < args.cols; column += kFloatChunk) {
        const std::int64_t left = args.cols - column;
        const std::int64_t columns = left < kFloatChunk ? left : kFloatChunk;
        unpackFloats<Unpack>(pointers, column, columns, chunk);
        const float* x[kXRows];
        float* out[kXRows];
        std::int64_t row = 0;
        const auto point = [&](int count) {
            for (int j = 0; j < count; ++j) {
                x[j] = reinterpret_cast<const float*>(static_cast<const std::uint8_t*>(args.x) +
                                                      xRow(args, row + j) * args.xStrideBytes) +
                       column;
                out[j] = args.out + (row + j) * kRows;
            }
            row += count;
        };
        while (args.numRows - row >= 4) {
            point(4);
            multiplyFloats<4>(chunk, columns, x, out);
        }
        while (args.numRows - row >= 2) {
            point(2);
            multiplyFloats<2>(chunk, columns, x, out);
        }
        if (args.numRows - row >= 1) {
            point(1);
            multiplyFloats<1>(chunk, columns, x, out);
        }
    }
}

}  // namespace

namespace avx2 {

void linearTileF32(const LinearTileArgs& args) {
    linearTileFloat<UnpackF32>(args);
}
void linearTileF16(const LinearTileArgs& args) {
    linearTileFloat<UnpackF16>(args);
}
void linearTileBF16(const LinearTileArgs& args) {
    linearTileFloat<UnpackBF16>(args);
}
void linearTileQ8_0(const LinearTileArgs& args) {
    linearTileQuantized<UnpackQ8_0>(args);
}
void linearTileQ5_0(const LinearTileArgs& args) {
    linearTileQuantized<UnpackQ5_0>(args);
}
void linearTileQ4_0(const LinearTileArgs& args) {
    linearTileQuantized<UnpackQ4_0>(args);
}
void linearTileQ4_K(const LinearTileArgs& args) {
    linearTileQuantized<UnpackQ4_K>(args);
}
void linearTileQ5_K(const LinearTileArgs& args) {
    linearTileQuantized<UnpackQ5_K>(args);
}
void linearTileQ6_K(const LinearTileArgs& args) {
    linearTileQuantized<UnpackQ6_K>(args);
}

}  // namespace avx2
}  // namespace hearth
