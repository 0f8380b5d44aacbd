#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/cpu/cpu_ops.h"
#include "kernels/cpu/linear_common.h"
#include "kernels/ref/paged_access.h"
#include "kernels/ref/ref_ops.h"

namespace hearth::cpu {
namespace {

/// Up to this many rows, the keys of a row are cut into pieces that threads share.
constexpr std::int64_t kMaxSplitRows = 8;
/// Pages in a piece: 1,024 keys, about 30 us of work, hide the cost of merging.
constexpr std::int64_t kPiecePages = 32;

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

/// Some rows of one sequence and some heads of one group, which read the same pages.
struct Tile {
    std::int64_t firstRow = 0;
    std::int64_t numRows = 0;
    std::int64_t kvHead = 0;
    std::int64_t firstHead = 0;
    std::int64_t numHeads = 0;

    std::int64_t numQueries() const noexcept { return numRows * numHeads; }
};

/// How the rows and heads of a call are cut into tiles.
struct Tiling {
    std::int64_t rowsPerTile;
    std::int64_t headsPerTile;
    std::int64_t headTilesPerGroup;
    std::int64_t numRowTiles;

    Tiling(std::int64_t rows, std::int64_t groupHeads, std::int64_t maxQueries,
           bool hasSequences) noexcept
        : rowsPerTile(1),
          headsPerTile(std::min(groupHeads, maxQueries)),
          headTilesPerGroup((groupHeads + headsPerTile - 1) / headsPerTile),
          numRowTiles(0) {
        // Rows of different sequences share no page, and few calls mix long runs of them.
        if (!hasSequences) {
            rowsPerTile = std::max<std::int64_t>(1, maxQueries / headsPerTile);
        }
        numRowTiles = (rows + rowsPerTile - 1) / rowsPerTile;
    }
};

/// The running softmax of a tile or of a piece of one.
struct State {
    float* maxima;
    float* sums;
    float* out;  ///< [queries, valueDim]

    static std::int64_t floats(std::int64_t queries, std::int64_t valueDim) noexcept {
        return queries * (valueDim + 2);
    }
    static State at(float* memory, std::int64_t queries) noexcept {
        return {memory, memory + queries, memory + 2 * queries};
    }
    void clear(std::int64_t queries, std::int64_t valueDim) const noexcept {
        std::fill_n(maxima, queries, kMinusInfinity);
        std::fill_n(sums, queries, 0.0F);
        std::fill_n(out, queries * valueDim, 0.0F);
    }
};

/// What one thread needs beside the state.
struct Workspace {
    float* queries;  ///< [kMaxTileQueries, keyDim]
    float* scratch;  ///< kAttentionScratchFloats

    static std::int64_t floats(std::int64_t keyDim) noexcept {
        return kMaxTileQueries * keyDim + kAttentionScratchFloats;
    }
    /// `memory` is aligned to 64 bytes; the scratch comes first to keep that.
    static Workspace at(float* memory) noexcept {
        return {memory + kAttentionScratchFloats, memory};
    }
};

/// The rows of the tile's pages: from the lowest begin to the highest end.
struct PageRange {
    std::int64_t firstPage = 0;
    std::int64_t numPages = 0;
    std::int64_t end = 0;
};

PageRange pageRange(const AttentionSegment& segment, const Tile& tile) noexcept {
    std::int64_t begin = std::numeric_limits<std::int64_t>::max();
    std::int64_t end = 0;
    for (std::int64_t r = tile.firstRow; r < tile.firstRow + tile.numRows; ++r) {
        const std::int64_t rowBegin = segment.begin == nullptr ? 0 : segment.begin[r];
        if (rowBegin < segment.end[r]) {
            begin = std::min(begin, rowBegin);
            end = std::max<std::int64_t>(end, segment.end[r]);
        }
    }
    if (end <= begin) {
        return {};
    }
    const std::int64_t firstPage = begin / kPageRows;
    return {firstPage, (end + kPageRows - 1) / kPageRows - firstPage, end};
}

/// Units of work of a tile: pages of its ranges, and entries of its rows' block lists.
std::int64_t countUnits(const AttentionArgs& args, const Tile& tile) noexcept {
    std::int64_t units = 0;
    for (std::int64_t s = 0; s < args.numSegments; ++s) {
        const AttentionSegment& segment = args.segments[s];
        units += segment.blocks == nullptr ? pageRange(segment, tile).numPages
                                           : tile.numRows * segment.blocksPerRow;
    }
    return units;
}

/// Bits of the keys of page `page` that row `r` sees.
std::uint32_t visibleBits(const AttentionSegment& segment, std::int64_t r,
                          std::int64_t page) noexcept {
    const std::int64_t base = page * kPageRows;
    const std::int64_t begin =
        std::max<std::int64_t>((segment.begin == nullptr ? 0 : segment.begin[r]) - base, 0);
    const std::int64_t end = std::min<std::int64_t>(segment.end[r] - base, kPageRows);
    if (begin >= end) {
        return 0;
    }
    const std::uint64_t below = (std::uint64_t{1} << end) - (std::uint64_t{1} << begin);
    return static_cast<std::uint32_t>(below);
}

const void* pagedAddress(const PagedRows& rows, std::int64_t offset) noexcept {
    const std::int64_t bytes = rows.type == DType::F16 ? 2 : 4;
    return static_cast<const std::uint8_t*>(rows.data) + offset * bytes;
}

/// Runs units [begin, end) of a tile.
class TileRunner {
public:
    TileRunner(const OpStream& stream, const AttentionArgs& args, const Tile& tile,
               const Workspace& workspace, const State& state) noexcept
        : m_kernels(stream.kernels()),
          m_args(args),
          m_tile(tile),
          m_workspace(workspace),
          m_state(state),
          m_sequence(sequenceOf(args.rowSequence, tile.firstRow)) {}

    void run(std::int64_t begin, std::int64_t end) noexcept {
        std::int64_t first = 0;
        for (std::int64_t s = 0; s < m_args.numSegments && first < end; ++s) {
            const AttentionSegment& segment = m_args.segments[s];
            const PageRange range =
                segment.blocks == nullptr ? pageRange(segment, m_tile) : PageRange{};
            const std::int64_t units =
                segment.blocks == nullptr ? range.numPages : m_tile.numRows * segment.blocksPerRow;
            const std::int64_t from = std::max(begin - first, std::int64_t{0});
            const std::int64_t to = std::min(end - first, units);
            if (from < to) {
                loadQueries(segment);
                for (std::int64_t unit = from; unit < to; ++unit) {
                    if (segment.blocks == nullptr) {
                        attendRange(segment, range, range.firstPage + unit);
                    } else {
                        attendBlock(segment, unit / segment.blocksPerRow,
                                    unit % segment.blocksPerRow);
                    }
                }
            }
            first += units;
        }
    }

private:
    void loadQueries(const AttentionSegment& segment) noexcept {
        for (std::int64_t q = 0; q < m_tile.numQueries(); ++q) {
            const std::int64_t row = m_tile.firstRow + q / m_tile.numHeads;
            const std::int64_t head = m_tile.firstHead + q % m_tile.numHeads;
            const float* from = segment.query + row * segment.queryStride + head * m_args.keyDim;
            float* to = m_workspace.queries + q * m_args.keyDim;
            for (std::int64_t c = 0; c < m_args.keyDim; ++c) {
                to[c] = from[c] * m_args.scale;
            }
            m_bias[q] = segment.bias == nullptr ? 0.0F : segment.bias[head];
        }
    }

    AttentionTile tileOf(std::int64_t firstQuery, std::int64_t numQueries) const noexcept {
        return {.numQueries = numQueries,
                .keyDim = m_args.keyDim,
                .valueDim = m_args.valueDim,
                .queries = m_workspace.queries + firstQuery * m_args.keyDim,
                .maxima = m_state.maxima + firstQuery,
                .sums = m_state.sums + firstQuery,
                .out = m_state.out + firstQuery * m_args.valueDim,
                .scratch = m_workspace.scratch};
    }

    AttentionPage pageOf(const AttentionSegment& segment, std::int64_t page, std::int64_t numKeys,
                         std::int64_t firstQuery) const noexcept {
        const std::int64_t row = page * kPageRows;
        return {.keys = pagedAddress(segment.keys,
                                     pagedOffset(segment.keys, m_sequence, row, m_tile.kvHead)),
                .keyStride = segment.keys.rowStride,
                .keysAreHalf = segment.keys.type == DType::F16,
                .valuesAreHalf = segment.values.type == DType::F16,
                .values = pagedAddress(segment.values,
                                       pagedOffset(segment.values, m_sequence, row, m_tile.kvHead)),
                .valueStride = segment.values.rowStride,
                .numKeys = numKeys,
                .visible = m_visible,
                .bias = m_bias + firstQuery,
                .biasRows = nullptr};
    }

    void attendRange(const AttentionSegment& segment, const PageRange& range,
                     std::int64_t page) noexcept {
        for (std::int64_t r = 0; r < m_tile.numRows; ++r) {
            std::fill_n(m_visible + r * m_tile.numHeads, m_tile.numHeads,
                        visibleBits(segment, m_tile.firstRow + r, page));
        }
        const std::int64_t numKeys = std::min(kPageRows, range.end - page * kPageRows);
        m_kernels.attendPage(tileOf(0, m_tile.numQueries()), pageOf(segment, page, numKeys, 0));
    }

    void attendBlock(const AttentionSegment& segment, std::int64_t r, std::int64_t entry) noexcept {
        const std::int64_t list = (m_tile.firstRow + r) * m_args.numKvHeads + m_tile.kvHead;
        const std::int32_t block = segment.blocks[list * segment.blocksPerRow + entry];
        if (block < 0) {
            return;
        }
        std::fill_n(m_visible, m_tile.numHeads, 0xFFFFFFFFU);
        const std::int64_t firstQuery = r * m_tile.numHeads;
        m_kernels.attendPage(tileOf(firstQuery, m_tile.numHeads),
                             pageOf(segment, block, kPageRows, firstQuery));
    }

    const RowKernels& m_kernels;
    const AttentionArgs& m_args;
    const Tile& m_tile;
    const Workspace& m_workspace;
    const State& m_state;
    std::int64_t m_sequence;
    float m_bias[kMaxTileQueries];
    std::uint32_t m_visible[kMaxTileQueries];
};

/// Merges the pieces of a tile in their order and writes its outputs.
void writeOutputs(const AttentionArgs& args, const Tile& tile, float* pieces,
                  std::int64_t numPieces, std::int64_t pieceFloats) noexcept {
    const std::int64_t numQueries = tile.numQueries();
    for (std::int64_t q = 0; q < numQueries; ++q) {
        const std::int64_t head = tile.firstHead + q % tile.numHeads;
        float* out =
            args.out + (tile.firstRow + q / tile.numHeads) * args.outStride + head * args.valueDim;
        std::fill_n(out, args.valueDim, 0.0F);
        float maximum = args.sink == nullptr ? kMinusInfinity : args.sink[head];
        for (std::int64_t p = 0; p < numPieces; ++p) {
            maximum = std::max(maximum, State::at(pieces + p * pieceFloats, numQueries).maxima[q]);
        }
        float sum = args.sink == nullptr ? 0.0F : std::exp(args.sink[head] - maximum);
        for (std::int64_t p = 0; p < numPieces; ++p) {
            const State state = State::at(pieces + p * pieceFloats, numQueries);
            if (state.sums[q] == 0.0F) {
                continue;
            }
            const float factor =
                numPieces == 1 && args.sink == nullptr ? 1.0F : std::exp(state.maxima[q] - maximum);
            sum += factor * state.sums[q];
            for (std::int64_t c = 0; c < args.valueDim; ++c) {
                out[c] += factor * state.out[q * args.valueDim + c];
            }
        }
        // A row that saw nothing has sum 0 and keeps its zeros.
        if (sum != 0.0F) {
            const float inverse = 1.0F / sum;
            for (std::int64_t c = 0; c < args.valueDim; ++c) {
                out[c] *= inverse;
            }
        }
    }
}

Tile tileAt(const Tiling& tiling, std::int64_t rows, std::int64_t numKvHeads,
            std::int64_t groupHeads, std::int64_t index) noexcept {
    // KV heads innermost: neighbours in time read neighbours in memory.
    const std::int64_t perRowTile = numKvHeads * tiling.headTilesPerGroup;
    const std::int64_t rowTile = index / perRowTile;
    const std::int64_t kvHead = index % perRowTile / tiling.headTilesPerGroup;
    const std::int64_t headTile = index % tiling.headTilesPerGroup;
    const std::int64_t firstRow = rowTile * tiling.rowsPerTile;
    const std::int64_t firstInGroup = headTile * tiling.headsPerTile;
    return {.firstRow = firstRow,
            .numRows = std::min(tiling.rowsPerTile, rows - firstRow),
            .kvHead = kvHead,
            .firstHead = kvHead * groupHeads + firstInGroup,
            .numHeads = std::min(tiling.headsPerTile, groupHeads - firstInGroup)};
}

}  // namespace

OpStatus attention(OpStream* stream, const AttentionArgs* args) noexcept {
    if (const OpStatus status = ref::checkArgs(*args); status != OpStatus::Ok) {
        return host::reportArgs(status);
    }
    const std::int64_t groupHeads = args->numHeads / args->numKvHeads;
    if (args->rows == 0 || groupHeads == 0) {
        return OpStatus::Ok;
    }
    const Tiling tiling(args->rows, groupHeads, kMaxTileQueries, args->rowSequence != nullptr);
    const std::int64_t numTiles = tiling.numRowTiles * args->numKvHeads * tiling.headTilesPerGroup;
    const auto tileOf = [&](std::int64_t index) {
        return tileAt(tiling, args->rows, args->numKvHeads, groupHeads, index);
    };
    const auto piecesOf = [&](const Tile& tile) {
        return std::max<std::int64_t>(1, (countUnits(*args, tile) + kPiecePages - 1) / kPiecePages);
    };
    const bool isSplit = args->rows <= kMaxSplitRows;
    std::int64_t numPieces = 0;
    for (std::int64_t t = 0; isSplit && t < numTiles; ++t) {
        numPieces += piecesOf(tileOf(t));
    }

    const std::int64_t maxQueries = std::min(args->rows, tiling.rowsPerTile) * tiling.headsPerTile;
    const std::int64_t stateFloats = (State::floats(maxQueries, args->valueDim) + 15) / 16 * 16;
    const std::int64_t workspaceFloats = (Workspace::floats(args->keyDim) + 15) / 16 * 16;
    float* workspaces = nullptr;
    float* states = nullptr;
    std::int64_t* pieceEnds = nullptr;
    const auto plan = [&](ScratchLayout& scratch) {
        const std::int64_t numThreads = stream->pool().numThreads();
        workspaces = scratch.take<float>(workspaceFloats * numThreads);
        states = scratch.take<float>(stateFloats * (isSplit ? numPieces : numThreads));
        pieceEnds = scratch.take<std::int64_t>(isSplit ? numTiles : 0);
    };
    ScratchLayout sizes;
    plan(sizes);
    std::byte* base = host::reserveScratch(*stream, sizes.bytes());
    if (base == nullptr) {
        return host::reportArgs(OpStatus::OutOfMemory);
    }
    ScratchLayout scratch(base);
    plan(scratch);

    if (!isSplit) {
        stream->pool().parallelFor(numTiles, 1,
                                   [&](std::int64_t begin, std::int64_t end, int thread) {
                                       for (std::int64_t t = begin; t < end; ++t) {
                                           const Tile tile = tileOf(t);
                                           const Workspace workspace =
                                               Workspace::at(workspaces + thread * workspaceFloats);
                                           float* memory = states + thread * stateFloats;
                                           const State state = State::at(memory, tile.numQueries());
                                           state.clear(tile.numQueries(), args->valueDim);
                                           TileRunner(*stream, *args, tile, workspace, state)
                                               .run(0, std::numeric_limits<std::int64_t>::max());
                                           writeOutputs(*args, tile, memory, 1, stateFloats);
                                       }
                                   });
        return OpStatus::Ok;
    }

    std::int64_t end = 0;
    for (std::int64_t t = 0; t < numTiles; ++t) {
        end += piecesOf(tileOf(t));
        pieceEnds[t] = end;
    }
    stream->pool().parallelFor(
        numPieces, 1, [&](std::int64_t firstPiece, std::int64_t lastPiece, int thread) {
            for (std::int64_t p = firstPiece; p < lastPiece; ++p) {
                std::int64_t t = 0;
                while (p >= pieceEnds[t]) {
                    ++t;
                }
                const Tile tile = tileOf(t);
                const std::int64_t inTile = p - (t == 0 ? 0 : pieceEnds[t - 1]);
                const Workspace workspace = Workspace::at(workspaces + thread * workspaceFloats);
                const State state = State::at(states + p * stateFloats, tile.numQueries());
                state.clear(tile.numQueries(), args->valueDim);
                TileRunner(*stream, *args, tile, workspace, state)
                    .run(inTile * kPiecePages, (inTile + 1) * kPiecePages);
            }
        });
    for (std::int64_t t = 0; t < numTiles; ++t) {
        const std::int64_t first = t == 0 ? 0 : pieceEnds[t - 1];
        writeOutputs(*args, tileOf(t), states + first * stateFloats, pieceEnds[t] - first,
                     stateFloats);
    }
    return OpStatus::Ok;
}

OpStatus selectBlocks(OpStream* stream, const SelectBlocksArgs* args) noexcept {
    if (const OpStatus status = ref::checkArgs(*args); status != OpStatus::Ok) {
        return host::reportArgs(status);
    }
    const std::int64_t groupHeads = args->numHeads / args->numKvHeads;
    if (args->rows == 0 || groupHeads == 0) {
        return OpStatus::Ok;
    }
    // 8 queries: their logits over 4,096 entries (131,072 tokens) are 128 KiB.
    constexpr std::int64_t kMaxQueries = 8;
    const Tiling tiling(args->rows, groupHeads, kMaxQueries, args->rowSequence != nullptr);
    const std::int64_t numTiles = tiling.numRowTiles * args->numKvHeads;
    const std::int64_t logitStride =
        (args->maxVisible + kPageRows - 1) / kPageRows * kPageRows + kPageRows;
    const std::int64_t workspaceFloats = (Workspace::floats(args->dim) + 15) / 16 * 16;
    const std::int64_t threadFloats =
        workspaceFloats + (kMaxQueries + tiling.rowsPerTile) * logitStride;
    const auto numThreads = static_cast<std::int64_t>(stream->pool().numThreads());
    std::byte* base = host::reserveScratch(
        *stream, static_cast<std::size_t>(threadFloats * numThreads) * sizeof(float));
    if (base == nullptr) {
        return host::reportArgs(OpStatus::OutOfMemory);
    }

    const auto runTile = [&](std::int64_t index, float* memory) {
        const std::int64_t firstRow = index / args->numKvHeads * tiling.rowsPerTile;
        const std::int64_t numRows = std::min(tiling.rowsPerTile, args->rows - firstRow);
        const std::int64_t kvHead = index % args->numKvHeads;
        const std::int64_t sequence = sequenceOf(args->rowSequence, firstRow);
        const Workspace workspace = Workspace::at(memory);
        float* logits = memory + workspaceFloats;
        float* scores = logits + kMaxQueries * logitStride;
        std::fill_n(scores, numRows * logitStride, 0.0F);
        const std::int64_t maxVisible =
            *std::max_element(args->numVisible + firstRow, args->numVisible + firstRow + numRows);

        for (std::int64_t first = 0; first < groupHeads; first += tiling.headsPerTile) {
            const std::int64_t numHeads = std::min(tiling.headsPerTile, groupHeads - first);
            const std::int64_t numQueries = numRows * numHeads;
            for (std::int64_t q = 0; q < numQueries; ++q) {
                const std::int64_t head = kvHead * groupHeads + first + q % numHeads;
                const float* from =
                    args->query + (firstRow + q / numHeads) * args->queryStride + head * args->dim;
                for (std::int64_t c = 0; c < args->dim; ++c) {
                    workspace.queries[q * args->dim + c] = from[c] * args->scale;
                }
            }
            const AttentionTile tile{.numQueries = numQueries,
                                     .keyDim = args->dim,
                                     .valueDim = 0,
                                     .queries = workspace.queries,
                                     .maxima = nullptr,
                                     .sums = nullptr,
                                     .out = nullptr,
                                     .scratch = workspace.scratch};
            for (std::int64_t row = 0; row < maxVisible; row += kPageRows) {
                AttentionPage page{};
                page.keys = pagedAddress(args->entryKeys,
                                         pagedOffset(args->entryKeys, sequence, row, kvHead));
                page.keyStride = args->entryKeys.rowStride;
                page.keysAreHalf = args->entryKeys.type == DType::F16;
                page.numKeys = std::min(kPageRows, maxVisible - row);
                stream->kernels().scorePage(tile, page, logits + row, logitStride);
            }
            for (std::int64_t q = 0; q < numQueries; ++q) {
                const std::int64_t r = q / numHeads;
                const std::int64_t numVisible = args->numVisible[firstRow + r];
                float* row = logits + q * logitStride;
                const float sum = stream->kernels().softmaxNumerators(row, numVisible);
                float* score = scores + r * logitStride;
                for (std::int64_t e = 0; e < numVisible; ++e) {
                    score[e] += row[e] / sum;
                }
            }
        }

        for (std::int64_t r = 0; r < numRows; ++r) {
            const float* score = scores + r * logitStride;
            float bestScores[kMaxSelectedBlocks];
            std::int32_t best[kMaxSelectedBlocks];
            std::int64_t numBest = 0;
            for (std::int64_t e = 0; e < args->numVisible[firstRow + r]; ++e) {
                if (numBest == args->numSelected &&
                    (numBest == 0 || !(score[e] > bestScores[numBest - 1]))) {
                    continue;
                }
                // Equal scores stay behind the earlier, lower block.
                std::int64_t slot = std::min(numBest, args->numSelected - 1);
                while (slot > 0 && score[e] > bestScores[slot - 1]) {
                    bestScores[slot] = bestScores[slot - 1];
                    best[slot] = best[slot - 1];
                    --slot;
                }
                bestScores[slot] = score[e];
                best[slot] = static_cast<std::int32_t>(e);
                numBest = std::min(numBest + 1, args->numSelected);
            }
            std::sort(best, best + numBest);
            std::int32_t* blocks =
                args->blocks + ((firstRow + r) * args->numKvHeads + kvHead) * args->numSelected;
            std::fill(std::copy_n(best, numBest, blocks), blocks + args->numSelected, -1);
        }
    };
    stream->pool().parallelFor(numTiles, 1, [&](std::int64_t begin, std::int64_t end, int thread) {
        for (std::int64_t t = begin; t < end; ++t) {
            runTile(t, reinterpret_cast<float*>(base) + thread * threadFloats);
        }
    });
    return OpStatus::Ok;
}

}  // namespace hearth::cpu
