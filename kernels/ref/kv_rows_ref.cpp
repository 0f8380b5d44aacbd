#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/ref/paged_access.h"
#include "kernels/ref/ref_ops.h"

namespace hearth::ref {

OpStatus storeRows(const StoreRowsArgs& args) noexcept {
    if (!isCacheType(args.cache.type)) {
        return OpStatus::Unsupported;
    }
    for (std::int64_t r = 0; r < args.rows; ++r) {
        if (args.positions[r] < 0) {
            continue;
        }
        for (std::int64_t h = 0; h < args.numHeads; ++h) {
            const std::int64_t offset =
                pagedOffset(args.cache, sequenceOf(args.rowSequence, r), args.positions[r], h);
            for (std::int64_t c = 0; c < args.dim; ++c) {
                storePaged(args.cache, offset + c, args.x[r * args.xStride + h * args.dim + c]);
            }
        }
    }
    return OpStatus::Ok;
}

OpStatus loadRows(const LoadRowsArgs& args) noexcept {
    if (!isCacheType(args.cache.type)) {
        return OpStatus::Unsupported;
    }
    for (std::int64_t r = 0; r < args.rows; ++r) {
        for (std::int64_t h = 0; h < args.numHeads; ++h) {
            float* out = args.out + r * args.outStride + h * args.dim;
            if (args.positions[r] < 0) {
                std::fill_n(out, args.dim, 0.0F);
                continue;
            }
            const std::int64_t offset =
                pagedOffset(args.cache, sequenceOf(args.rowSequence, r), args.positions[r], h);
            for (std::int64_t c = 0; c < args.dim; ++c) {
                out[c] = loadPaged(args.cache, offset + c);
            }
        }
    }
    return OpStatus::Ok;
}

OpStatus compressBlocks(const CompressBlocksArgs& args) noexcept {
    for (const PagedRows* rows : {&args.keys, &args.values, &args.entryKeys, &args.entryValues}) {
        if (!isCacheType(rows->type)) {
            return OpStatus::Unsupported;
        }
    }
    for (std::int64_t n = 0; n < args.numBlocks; ++n) {
        const std::int64_t block = args.blocks[n];
        if (block < 0) {
            continue;
        }
        const std::int64_t sequence = sequenceOf(args.blockSequence, n);
        for (std::int64_t g = 0; g < args.numKvHeads; ++g) {
            double alpha[kPageRows];
            double highest = -std::numeric_limits<double>::infinity();
            for (std::int64_t i = 0; i < kPageRows; ++i) {
                const std::int64_t key = pagedOffset(args.keys, sequence, block * kPageRows + i, g);
                alpha[i] = static_cast<double>(args.position[g * kPageRows + i]);
                for (std::int64_t c = 0; c < args.dim; ++c) {
                    alpha[i] += static_cast<double>(args.query[g * args.dim + c]) *
                                static_cast<double>(loadPaged(args.keys, key + c));
                }
                highest = std::max(highest, alpha[i]);
            }
            double sum = 0;
            for (double& a : alpha) {
                a = std::exp(a - highest);
                sum += a;
            }
            const std::int64_t entryKey = pagedOffset(args.entryKeys, sequence, block, g);
            const std::int64_t entryValue = pagedOffset(args.entryValues, sequence, block, g);
            const auto weightedSum = [&](const PagedRows& rows, std::int64_t c) {
                double total = 0;
                for (std::int64_t i = 0; i < kPageRows; ++i) {
                    const std::int64_t offset =
                        pagedOffset(rows, sequence, block * kPageRows + i, g);
                    total += alpha[i] / sum * static_cast<double>(loadPaged(rows, offset + c));
                }
                return total;
            };
            double squares = 0;
            for (std::int64_t c = 0; c < args.dim; ++c) {
                const double key = weightedSum(args.keys, c);
                squares += key * key;
                storePaged(args.entryValues, entryValue + c,
                           static_cast<float>(weightedSum(args.values, c)));
            }
            const double scale = 1.0 / std::sqrt(squares / static_cast<double>(args.dim) +
                                                 static_cast<double>(args.eps));
            for (std::int64_t c = 0; c < args.dim; ++c) {
                const double key = weightedSum(args.keys, c) * scale;
                storePaged(args.entryKeys, entryKey + c,
                           static_cast<float>(key * static_cast<double>(args.gain[c])));
            }
        }
    }
    return OpStatus::Ok;
}

}  // namespace hearth::ref
