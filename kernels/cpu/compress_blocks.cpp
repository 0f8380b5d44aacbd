#include <algorithm>
#include <cmath>

#include "kernels/cpu/cpu_ops.h"
#include "kernels/cpu/linear_common.h"
#include "kernels/ref/paged_access.h"
#include "kernels/ref/ref_ops.h"

namespace hearth::cpu {
namespace {

/// Reads `dim` elements of a cache as f32.
void loadRow(const RowKernels& kernels, const PagedRows& rows, std::int64_t offset,
             std::int64_t dim, float* out) noexcept {
    if (rows.type == DType::F16) {
        kernels.fromHalfRow(static_cast<const std::uint16_t*>(rows.data) + offset, out, dim);
    } else {
        std::copy_n(static_cast<const float*>(rows.data) + offset, dim, out);
    }
}

void storeRow(const RowKernels& kernels, const float* row, std::int64_t dim, const PagedRows& rows,
              std::int64_t offset) noexcept {
    if (rows.type == DType::F16) {
        kernels.toHalfRow(row, static_cast<std::uint16_t*>(rows.data) + offset, dim);
    } else {
        std::copy_n(row, dim, static_cast<float*>(rows.data) + offset);
    }
}

void compressBlock(const RowKernels& kernels, const CompressBlocksArgs& args, std::int64_t block,
                   std::int64_t sequence, std::int64_t kvHead) noexcept {
    float row[kMaxHeadDim];
    float sum[kMaxHeadDim];
    float alpha[kPageRows];
    for (std::int64_t i = 0; i < kPageRows; ++i) {
        const std::int64_t key = block * kPageRows + i;
        loadRow(kernels, args.keys, pagedOffset(args.keys, sequence, key, kvHead), args.dim, row);
        const float* query = args.query + kvHead * args.dim;
        // Eight partial sums: one chain of additions would be several times slower.
        float parts[8] = {};
        std::int64_t c = 0;
        for (; c + 8 <= args.dim; c += 8) {
            for (std::int64_t p = 0; p < 8; ++p) {
                parts[p] += query[c + p] * row[c + p];
            }
        }
        for (; c < args.dim; ++c) {
            parts[0] += query[c] * row[c];
        }
        alpha[i] = args.position[kvHead * kPageRows + i] +
                   ((parts[0] + parts[4]) + (parts[1] + parts[5])) +
                   ((parts[2] + parts[6]) + (parts[3] + parts[7]));
    }
    const float total = kernels.softmaxNumerators(alpha, kPageRows);
    const auto weightedSum = [&](const PagedRows& rows) {
        std::fill_n(sum, args.dim, 0.0F);
        for (std::int64_t i = 0; i < kPageRows; ++i) {
            const std::int64_t offset = pagedOffset(rows, sequence, block * kPageRows + i, kvHead);
            loadRow(kernels, rows, offset, args.dim, row);
            kernels.addScaledRow(row, sum, args.dim, alpha[i] / total);
        }
    };
    weightedSum(args.values);
    storeRow(kernels, sum, args.dim, args.entryValues,
             pagedOffset(args.entryValues, sequence, block, kvHead));
    weightedSum(args.keys);
    kernels.rmsNormRow(sum, args.gain, sum, args.dim, args.eps);
    storeRow(kernels, sum, args.dim, args.entryKeys,
             pagedOffset(args.entryKeys, sequence, block, kvHead));
}

}  // namespace

OpStatus compressBlocks(OpStream* stream, const CompressBlocksArgs* args) noexcept {
    for (const PagedRows* rows :
         {&args->keys, &args->values, &args->entryKeys, &args->entryValues}) {
        if (!ref::isCacheType(rows->type)) {
            return host::reportArgs(OpStatus::Unsupported);
        }
    }
    if (args->dim > kMaxHeadDim) {
        return host::reportArgs(OpStatus::InvalidArgument);
    }
    stream->pool().parallelFor(
        args->numBlocks * args->numKvHeads, 4, [&](std::int64_t begin, std::int64_t end, int) {
            for (std::int64_t item = begin; item < end; ++item) {
                const std::int64_t n = item / args->numKvHeads;
                if (args->blocks[n] >= 0) {
                    compressBlock(stream->kernels(), *args, args->blocks[n],
                                  sequenceOf(args->blockSequence, n), item % args->numKvHeads);
                }
            }
        });
    return OpStatus::Ok;
}

}  // namespace hearth::cpu
