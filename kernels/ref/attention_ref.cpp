#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/ref/paged_access.h"
#include "kernels/ref/ref_ops.h"

namespace hearth::ref {
namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

/// The running maximum; a NaN sticks.
double higher(double a, double b) noexcept {
    return std::isnan(a) || a > b ? a : b;
}

double dotPaged(const float* query, const PagedRows& rows, std::int64_t offset,
                std::int64_t dim) noexcept {
    double sum = 0;
    for (std::int64_t c = 0; c < dim; ++c) {
        sum += static_cast<double>(query[c]) * static_cast<double>(loadPaged(rows, offset + c));
    }
    return sum;
}

/// Calls `visit(row of the segment)` for each key of segment `segment` that row `r` sees.
template <class Visit>
void forEachKey(const AttentionArgs& args, const AttentionSegment& segment, std::int64_t r,
                std::int64_t kvHead, Visit visit) {
    if (segment.blocks == nullptr) {
        for (std::int64_t i = segment.begin == nullptr ? 0 : segment.begin[r]; i < segment.end[r];
             ++i) {
            visit(i);
        }
        return;
    }
    for (std::int64_t b = 0; b < segment.blocksPerRow; ++b) {
        const std::int64_t block =
            segment.blocks[(r * args.numKvHeads + kvHead) * segment.blocksPerRow + b];
        for (std::int64_t i = 0; block >= 0 && i < kPageRows; ++i) {
            visit(block * kPageRows + i);
        }
    }
}

/// Calls `visit(segment, row, logit)` for each key that head `h` of row `r` sees.
template <class Visit>
void forEachLogit(const AttentionArgs& args, std::int64_t r, std::int64_t h, Visit visit) {
    const std::int64_t kvHead = h / (args.numHeads / args.numKvHeads);
    const std::int64_t sequence = sequenceOf(args.rowSequence, r);
    for (std::int64_t s = 0; s < args.numSegments; ++s) {
        const AttentionSegment& segment = args.segments[s];
        const float* query = segment.query + r * segment.queryStride + h * args.keyDim;
        const double bias = segment.bias == nullptr ? 0.0 : static_cast<double>(segment.bias[h]);
        forEachKey(args, segment, r, kvHead, [&](std::int64_t row) {
            const std::int64_t offset = pagedOffset(segment.keys, sequence, row, kvHead);
            const double dot = dotPaged(query, segment.keys, offset, args.keyDim);
            visit(segment, row, static_cast<double>(args.scale) * dot + bias);
        });
    }
}

}  // namespace

OpStatus attention(const AttentionArgs& args) noexcept {
    if (const OpStatus status = checkArgs(args); status != OpStatus::Ok) {
        return status;
    }
    for (std::int64_t r = 0; r < args.rows; ++r) {
        const std::int64_t sequence = sequenceOf(args.rowSequence, r);
        for (std::int64_t h = 0; h < args.numHeads; ++h) {
            const std::int64_t kvHead = h / (args.numHeads / args.numKvHeads);
            const double sink =
                args.sink == nullptr ? kMinusInfinity : static_cast<double>(args.sink[h]);
            double highest = sink;
            bool seesAny = false;
            forEachLogit(args, r, h, [&](const AttentionSegment&, std::int64_t, double logit) {
                highest = higher(logit, highest);
                seesAny = true;
            });
            double sum = args.sink == nullptr ? 0.0 : std::exp(sink - highest);
            double out[kMaxHeadDim] = {};
            forEachLogit(
                args, r, h, [&](const AttentionSegment& segment, std::int64_t row, double logit) {
                    const double p = std::exp(logit - highest);
                    sum += p;
                    const std::int64_t offset = pagedOffset(segment.values, sequence, row, kvHead);
                    for (std::int64_t c = 0; c < args.valueDim; ++c) {
                        out[c] += p * static_cast<double>(loadPaged(segment.values, offset + c));
                    }
                });
            for (std::int64_t c = 0; c < args.valueDim; ++c) {
                args.out[r * args.outStride + h * args.valueDim + c] =
                    seesAny ? static_cast<float>(out[c] / sum) : 0.0F;
            }
        }
    }
    return OpStatus::Ok;
}

OpStatus encoderAttention(const EncoderAttentionArgs& args) noexcept {
    if (args.dim > kMaxHeadDim) {
        return OpStatus::InvalidArgument;
    }
    for (std::int64_t b = 0; b < args.batch; ++b) {
        const std::int32_t* regions =
            args.regions == nullptr ? nullptr : args.regions + b % args.numRegionMaps * args.length;
        for (std::int64_t i = 0; i < args.length; ++i) {
            for (std::int64_t h = 0; h < args.numHeads; ++h) {
                const auto logit = [&](std::int64_t j) {
                    const float* q = args.q + (b * args.length + i) * args.stride + h * args.dim;
                    const float* k = args.k + (b * args.length + j) * args.stride + h * args.dim;
                    double sum = 0;
                    for (std::int64_t c = 0; c < args.dim; ++c) {
                        sum += static_cast<double>(q[c]) * static_cast<double>(k[c]);
                    }
                    sum *= static_cast<double>(args.scale);
                    if (args.bias != nullptr) {
                        sum +=
                            static_cast<double>(args.bias[(h * args.length + i) * args.length + j]);
                    }
                    return sum;
                };
                const auto isVisible = [&](std::int64_t j) {
                    return regions == nullptr || regions[j] == regions[i];
                };
                double highest = kMinusInfinity;
                for (std::int64_t j = 0; j < args.length; ++j) {
                    highest = isVisible(j) ? higher(logit(j), highest) : highest;
                }
                double sum = 0;
                double out[kMaxHeadDim] = {};
                for (std::int64_t j = 0; j < args.length; ++j) {
                    if (!isVisible(j)) {
                        continue;
                    }
                    const double p = std::exp(logit(j) - highest);
                    const float* v = args.v + (b * args.length + j) * args.stride + h * args.dim;
                    sum += p;
                    for (std::int64_t c = 0; c < args.dim; ++c) {
                        out[c] += p * static_cast<double>(v[c]);
                    }
                }
                for (std::int64_t c = 0; c < args.dim; ++c) {
                    args.out[(b * args.length + i) * args.outStride + h * args.dim + c] =
                        static_cast<float>(out[c] / sum);
                }
            }
        }
    }
    return OpStatus::Ok;
}

OpStatus selectBlocks(const SelectBlocksArgs& args) noexcept {
    if (const OpStatus status = checkArgs(args); status != OpStatus::Ok) {
        return status;
    }
    const std::int64_t groupHeads = args.numHeads / args.numKvHeads;
    for (std::int64_t r = 0; r < args.rows; ++r) {
        const std::int64_t sequence = sequenceOf(args.rowSequence, r);
        const std::int64_t numVisible = args.numVisible[r];
        for (std::int64_t g = 0; g < args.numKvHeads; ++g) {
            // Maximum and sum of each head's softmax first, so that a score needs no storage.
            const auto logit = [&](std::int64_t h, std::int64_t e) {
                const float* query = args.query + r * args.queryStride + h * args.dim;
                return static_cast<double>(args.scale) *
                       dotPaged(query, args.entryKeys, pagedOffset(args.entryKeys, sequence, e, g),
                                args.dim);
            };
            // The best so far, in descending order of score; equal scores keep the lower block.
            double bestScores[kMaxSelectedBlocks];
            std::int32_t best[kMaxSelectedBlocks];
            std::int64_t numBest = 0;
            double highest[kMaxGroupHeads];
            double sums[kMaxGroupHeads];
            for (std::int64_t j = 0; j < groupHeads; ++j) {
                highest[j] = kMinusInfinity;
                for (std::int64_t e = 0; e < numVisible; ++e) {
                    highest[j] = higher(logit(g * groupHeads + j, e), highest[j]);
                }
                sums[j] = 0;
                for (std::int64_t e = 0; e < numVisible; ++e) {
                    sums[j] += std::exp(logit(g * groupHeads + j, e) - highest[j]);
                }
            }
            for (std::int64_t e = 0; e < numVisible; ++e) {
                double score = 0;
                for (std::int64_t j = 0; j < groupHeads; ++j) {
                    score += std::exp(logit(g * groupHeads + j, e) - highest[j]) / sums[j];
                }
                std::int64_t slot = numBest;
                while (slot > 0 && score > bestScores[slot - 1]) {
                    --slot;
                }
                if (slot >= args.numSelected) {
                    continue;
                }
                numBest = std::min(numBest + 1, args.numSelected);
                for (std::int64_t k = numBest - 1; k > slot; --k) {
                    bestScores[k] = bestScores[k - 1];
                    best[k] = best[k - 1];
                }
                bestScores[slot] = score;
                best[slot] = static_cast<std::int32_t>(e);
            }
            std::sort(best, best + numBest);
            std::int32_t* blocks = args.blocks + (r * args.numKvHeads + g) * args.numSelected;
            for (std::int64_t k = 0; k < args.numSelected; ++k) {
                blocks[k] = k < numBest ? best[k] : -1;
            }
        }
    }
    return OpStatus::Ok;
}

}  // namespace hearth::ref
