#pragma once

#include <cstdint>

// Included by files with ISA flags: declarations and constants only, nothing that emits code.

namespace hearth {

/// Rows of x rounded to 8 bits in blocks of 32, one slice of `rowBytes` for each row:
///   quants    [blocks * 32] i8    round(x * 127 / max|x| of the block)
///   scales    [blocks] f32        max|x| / 127; NaN if the block holds a NaN or an infinity
///   sums      [blocks] f32        scale * sum of the block's quants
///   negSums   [blocks] i32        -(sum of the block's quants)
///   negHalves [blocks, 2] i32     the same of each half of 16
/// Elements past the end of a row are 0.
struct ActivationLayout {
    std::int64_t blocks;
    std::int64_t scalesAt;  ///< byte offsets in a slice
    std::int64_t sumsAt;
    std::int64_t negSumsAt;
    std::int64_t negHalvesAt;
    std::int64_t rowBytes;  ///< a multiple of 64
};

/// The weight types that the tile kernels know, in the order of RowKernels::linearTile.
enum class WeightKind : std::int32_t { F32, F16, BF16, Q8_0, Q5_0, Q4_0, Q4_K, Q5_K, Q6_K };
inline constexpr int kNumWeightKinds = 9;
/// Kinds from here on multiply rounded rows, the others f32 rows.
inline constexpr WeightKind kFirstQuantizedKind = WeightKind::Q8_0;

/// One tile of a product: up to `tileRows` rows of W times selected rows of x.
struct LinearTileArgs {
    const std::uint8_t* weights;  ///< first row of the tile
    std::int64_t weightStrideBytes;
    std::int64_t numWeightRows;  ///< 1 .. tileRows
    std::int64_t cols;
    const void* x;  ///< f32 rows, or slices of ActivationLayout
    std::int64_t xStrideBytes;
    ActivationLayout layout;       ///< of quantised rows
    const std::int32_t* rowIndex;  ///< [numRows] rows of x, or null for 0, 1, ..
    std::int64_t numRows;
    float* out;  ///< [numRows, tileRows]; columns past numWeightRows hold anything
};

/// Queries that attend to pages of up to 32 keys, with an online softmax.
struct AttentionTile {
    std::int64_t numQueries;  ///< 1 .. kMaxTileQueries
    std::int64_t keyDim;
    std::int64_t valueDim;
    const float* queries;  ///< [numQueries, keyDim], scaled
    float* maxima;         ///< [numQueries], start at -infinity
    float* sums;           ///< [numQueries], start at 0
    float* out;            ///< [numQueries, valueDim], start at 0; not yet divided by the sum
    float* scratch;        ///< kAttentionScratchFloats, aligned to 64 bytes
};

inline constexpr std::int64_t kMaxTileQueries = 32;
inline constexpr std::int64_t kTileKeys = 32;
/// Keys [512, 32], values [32, 512] as f32, and logits [32, 32].
inline constexpr std::int64_t kAttentionScratchFloats = 2 * 512 * 32 + 32 * 32;

/// One page of keys and values for an AttentionTile.
struct AttentionPage {
    const void* keys;  ///< [numKeys, keyDim]
    std::int64_t keyStride;
    bool keysAreHalf;  ///< f16, otherwise f32
    bool valuesAreHalf;
    const void* values;  ///< [numKeys, valueDim]; null for logits alone
    std::int64_t valueStride;
    std::int64_t numKeys;          ///< 1 .. 32
    const std::uint32_t* visible;  ///< [numQueries], bit i: the query sees key i
    const float* bias;             ///< [numQueries] or null
    const float* const* biasRows;  ///< [numQueries] pointers to [numKeys] values, or null
};

/// The arithmetic of one ISA. All functions are thread-safe, allocate nothing and accept any
/// alignment unless they say otherwise.
struct RowKernels {
    const char* name;
    std::int64_t tileRows;

    void (*linearTile[kNumWeightKinds])(const LinearTileArgs& args);
    /// Rounds one row of `cols` elements into a slice.
    void (*quantizeRow)(const float* x, std::int64_t cols, const ActivationLayout& layout,
                        std::uint8_t* slice);

    void (*rmsNormRow)(const float* x, const float* gain, float* out, std::int64_t dim, float eps);
    void (*siluMultiplyRow)(const float* gate, const float* up, float* out, std::int64_t dim);
    void (*geluRow)(const float* x, float* out, std::int64_t dim);
    void (*addScaledRow)(const float* x, float* y, std::int64_t dim, float scale);
    /// table [half, 2]; x and out may be equal.
    void (*ropeRow)(const float* x, const float* table, float* out, std::int64_t half);
    void (*toHalfRow)(const float* x, std::uint16_t* out, std::int64_t count);
    void (*fromHalfRow)(const std::uint16_t* x, float* out, std::int64_t count);

    /// Adds a page to the running softmax.
    void (*attendPage)(const AttentionTile& tile, const AttentionPage& page);
    /// logits[q * logitStride + i] = query . key + bias, unseen keys included, for i < numKeys.
    void (*scorePage)(const AttentionTile& tile, const AttentionPage& page, float* logits,
                      std::int64_t logitStride);
    /// x[i] = exp(x[i] - max) in place; returns their sum. An empty row gives 0.
    float (*softmaxNumerators)(float* x, std::int64_t count);
};

/// The kernels of each ISA; call them only where the CPU has it.
const RowKernels& avx2RowKernels() noexcept;
const RowKernels& avx512RowKernels() noexcept;

}  // namespace hearth
