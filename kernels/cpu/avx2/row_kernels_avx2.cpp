#include "kernels/cpu/avx2/row_kernels_avx2.h"

// Built without ISA flags: it is called before the features are known to be there.

namespace hearth {

const RowKernels& avx2RowKernels() noexcept {
    static constexpr RowKernels kKernels{
        .name = "cpu-avx2",
        .tileRows = 8,
        .linearTile = {avx2::linearTileF32, avx2::linearTileF16, avx2::linearTileBF16,
                       avx2::linearTileQ8_0, avx2::linearTileQ5_0, avx2::linearTileQ4_0,
                       avx2::linearTileQ4_K, avx2::linearTileQ5_K, avx2::linearTileQ6_K},
        .quantizeRow = avx2::quantizeRow,
        .rmsNormRow = avx2::rmsNormRow,
        .siluMultiplyRow = avx2::siluMultiplyRow,
        .geluRow = avx2::geluRow,
        .addScaledRow = avx2::addScaledRow,
        .ropeRow = avx2::ropeRow,
        .toHalfRow = avx2::toHalfRow,
        .fromHalfRow = avx2::fromHalfRow,
        .attendPage = avx2::attendPage,
        .scorePage = avx2::scorePage,
        .softmaxNumerators = avx2::softmaxNumerators,
    };
    return kKernels;
}

}  // namespace hearth
