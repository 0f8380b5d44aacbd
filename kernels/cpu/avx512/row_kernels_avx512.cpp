#include "kernels/cpu/avx512/row_kernels_avx512.h"

// Built without ISA flags: it is called before the features are known to be there.

namespace hearth {

const RowKernels& avx512RowKernels() noexcept {
    static constexpr RowKernels kKernels{
        .name = "cpu-avx512",
        .tileRows = 16,
        .linearTile = {avx512::linearTileF32, avx512::linearTileF16, avx512::linearTileBF16,
                       avx512::linearTileQ8_0, avx512::linearTileQ5_0, avx512::linearTileQ4_0,
                       avx512::linearTileQ4_K, avx512::linearTileQ5_K, avx512::linearTileQ6_K},
        .quantizeRow = avx512::quantizeRow,
        .rmsNormRow = avx512::rmsNormRow,
        .siluMultiplyRow = avx512::siluMultiplyRow,
        .geluRow = avx512::geluRow,
        .addScaledRow = avx512::addScaledRow,
        .ropeRow = avx512::ropeRow,
        .toHalfRow = avx512::toHalfRow,
        .fromHalfRow = avx512::fromHalfRow,
        .attendPage = avx512::attendPage,
        .scorePage = avx512::scorePage,
        .softmaxNumerators = avx512::softmaxNumerators,
    };
    return kKernels;
}

}  // namespace hearth
