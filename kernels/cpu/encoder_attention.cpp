#include <algorithm>
#include <limits>

#include "kernels/cpu/cpu_ops.h"
#include "kernels/cpu/linear_common.h"
#include "kernels/ref/ref_ops.h"

namespace hearth::cpu {
namespace {

/// Up to 32 queries of one head of one item of the batch.
struct Tile {
    std::int64_t item;
    std::int64_t head;
    std::int64_t first;
    std::int64_t count;
};

struct Workspace {
    float* scratch;  ///< kAttentionScratchFloats
    float* queries;  ///< [32, dim]
    float* out;      ///< [32, dim]
};

void runTile(const OpStream& stream, const EncoderAttentionArgs& args, const Tile& tile,
             const Workspace& workspace) noexcept {
    float maxima[kMaxTileQueries];
    float sums[kMaxTileQueries];
    std::fill_n(maxima, tile.count, -std::numeric_limits<float>::infinity());
    std::fill_n(sums, tile.count, 0.0F);
    std::fill_n(workspace.out, tile.count * args.dim, 0.0F);
    const std::int64_t firstRow = tile.item * args.length;
    for (std::int64_t i = 0; i < tile.count; ++i) {
        const float* from =
            args.q + (firstRow + tile.first + i) * args.stride + tile.head * args.dim;
        for (std::int64_t c = 0; c < args.dim; ++c) {
            workspace.queries[i * args.dim + c] = from[c] * args.scale;
        }
    }
    const AttentionTile kernelTile{.numQueries = tile.count,
                                   .keyDim = args.dim,
                                   .valueDim = args.dim,
                                   .queries = workspace.queries,
                                   .maxima = maxima,
                                   .sums = sums,
                                   .out = workspace.out,
                                   .scratch = workspace.scratch};
    const std::int32_t* regions = args.regions == nullptr
                                      ? nullptr
                                      : args.regions + tile.item % args.numRegionMaps * args.length;
    for (std::int64_t key = 0; key < args.length; key += kTileKeys) {
        const std::int64_t numKeys = std::min(kTileKeys, args.length - key);
        std::uint32_t visible[kMaxTileQueries];
        const float* biasRows[kMaxTileQueries];
        for (std::int64_t i = 0; i < tile.count; ++i) {
            std::uint32_t bits = 0xFFFFFFFFU;
            if (numKeys < kTileKeys) {
                bits = (1U << numKeys) - 1U;
            }
            if (regions != nullptr) {
                for (std::int64_t j = 0; j < numKeys; ++j) {
                    if (regions[key + j] != regions[tile.first + i]) {
                        bits &= ~(1U << j);
                    }
                }
            }
            visible[i] = bits;
            if (args.bias != nullptr) {
                biasRows[i] =
                    args.bias + (tile.head * args.length + tile.first + i) * args.length + key;
            }
        }
        const std::int64_t at = (firstRow + key) * args.stride + tile.head * args.dim;
        const AttentionPage page{.keys = args.k + at,
                                 .keyStride = args.stride,
                                 .keysAreHalf = false,
                                 .valuesAreHalf = false,
                                 .values = args.v + at,
                                 .valueStride = args.stride,
                                 .numKeys = numKeys,
                                 .visible = visible,
                                 .bias = nullptr,
                                 .biasRows = args.bias == nullptr ? nullptr : biasRows};
        stream.kernels().attendPage(kernelTile, page);
    }
    for (std::int64_t i = 0; i < tile.count; ++i) {
        float* out = args.out + (firstRow + tile.first + i) * args.outStride + tile.head * args.dim;
        const float inverse = 1.0F / sums[i];
        for (std::int64_t c = 0; c < args.dim; ++c) {
            out[c] = workspace.out[i * args.dim + c] * inverse;
        }
    }
}

}  // namespace

OpStatus encoderAttention(OpStream* stream, const EncoderAttentionArgs* args) noexcept {
    if (args->dim > kMaxHeadDim) {
        return host::reportArgs(OpStatus::InvalidArgument);
    }
    const std::int64_t tilesPerHead = (args->length + kMaxTileQueries - 1) / kMaxTileQueries;
    const std::int64_t numTiles = args->batch * args->numHeads * tilesPerHead;
    if (numTiles == 0) {
        return OpStatus::Ok;
    }
    const std::int64_t rowFloats = (kMaxTileQueries * args->dim + 15) / 16 * 16;
    const std::int64_t threadFloats = kAttentionScratchFloats + 2 * rowFloats;
    const auto numThreads = static_cast<std::int64_t>(stream->pool().numThreads());
    std::byte* base = host::reserveScratch(
        *stream, static_cast<std::size_t>(threadFloats * numThreads) * sizeof(float));
    if (base == nullptr) {
        return host::reportArgs(OpStatus::OutOfMemory);
    }
    stream->pool().parallelFor(
        numTiles, tileGrain(*stream, numTiles),
        [&](std::int64_t begin, std::int64_t end, int thread) {
            float* memory = reinterpret_cast<float*>(base) + thread * threadFloats;
            const Workspace workspace{memory, memory + kAttentionScratchFloats,
                                      memory + kAttentionScratchFloats + rowFloats};
            for (std::int64_t t = begin; t < end; ++t) {
                const std::int64_t first = t % tilesPerHead * kMaxTileQueries;
                runTile(*stream, *args,
                        {.item = t / tilesPerHead / args->numHeads,
                         .head = t / tilesPerHead % args->numHeads,
                         .first = first,
                         .count = std::min(kMaxTileQueries, args->length - first)},
                        workspace);
            }
        });
    return OpStatus::Ok;
}

}  // namespace hearth::cpu
