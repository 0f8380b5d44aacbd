#include <algorithm>

#include "kernels/cpu/cpu_ops.h"
#include "kernels/cpu/linear_common.h"
#include "kernels/ref/ref_ops.h"

namespace hearth::cpu {
namespace {

/// The pairs (row, slot) of a batch, sorted by expert and then by pair: expert e owns
/// pairs[starts[e]] .. pairs[starts[e + 1] - 1]. A pair is row * numSlots + slot.
struct ExpertGroups {
    std::int32_t* starts = nullptr;  ///< [numExperts + 1]
    std::int32_t* pairs = nullptr;   ///< [rows * numSlots]
    std::int32_t* rows = nullptr;    ///< [rows * numSlots]: the row of each pair
    std::int32_t* active = nullptr;  ///< [numExperts]: experts that have pairs
    std::int64_t numActive = 0;
    std::int64_t numPairs = 0;

    void plan(ScratchLayout& scratch, std::int64_t numExperts, std::int64_t maxPairs) noexcept {
        starts = scratch.take<std::int32_t>(numExperts + 1);
        pairs = scratch.take<std::int32_t>(maxPairs);
        rows = scratch.take<std::int32_t>(maxPairs);
        active = scratch.take<std::int32_t>(numExperts);
    }

    void fill(const std::int32_t* experts, std::int64_t numRows, std::int64_t numSlots,
              std::int64_t numExperts) noexcept {
        std::fill_n(starts, numExperts + 1, 0);
        for (std::int64_t p = 0; p < numRows * numSlots; ++p) {
            if (experts[p] >= 0) {
                ++starts[experts[p] + 1];
            }
        }
        for (std::int64_t e = 0; e < numExperts; ++e) {
            if (starts[e + 1] > 0) {
                active[numActive++] = static_cast<std::int32_t>(e);
            }
            starts[e + 1] += starts[e];
        }
        numPairs = starts[numExperts];
        // Filling moves each start to the next expert's; the loop after it moves them back.
        for (std::int64_t p = 0; p < numRows * numSlots; ++p) {
            if (experts[p] >= 0) {
                std::int32_t& next = starts[experts[p]];
                pairs[next] = static_cast<std::int32_t>(p);
                rows[next] = static_cast<std::int32_t>(p / numSlots);
                ++next;
            }
        }
        for (std::int64_t e = numExperts; e > 0; --e) {
            starts[e] = starts[e - 1];
        }
        starts[0] = 0;
    }
};

WeightMatrix expertMatrix(const ExpertMatrix& experts, std::int64_t expert) noexcept {
    return {
        .data = static_cast<const std::uint8_t*>(experts.data) + expert * experts.expertStrideBytes,
        .type = experts.type,
        .rows = experts.rows,
        .cols = experts.cols,
        .rowStrideBytes = experts.rowStrideBytes};
}

std::int64_t numTilesOf(const OpStream& stream, std::int64_t outputs) noexcept {
    return (outputs + stream.kernels().tileRows - 1) / stream.kernels().tileRows;
}

/// Runs one tile of `weight` for `numRows` rows of x into `results`.
void runTile(const OpStream& stream, const WeightMatrix& weight, std::int64_t tile,
             const TileInput& input, std::int64_t firstRow, const std::int32_t* rowIndex,
             std::int64_t numRows, float* results) noexcept {
    const RowKernels& kernels = stream.kernels();
    const std::int64_t firstOutput = tile * kernels.tileRows;
    const LinearTileArgs args{
        .weights =
            static_cast<const std::uint8_t*>(weight.data) + firstOutput * weight.rowStrideBytes,
        .weightStrideBytes = weight.rowStrideBytes,
        .numWeightRows = std::min(kernels.tileRows, weight.rows - firstOutput),
        .cols = weight.cols,
        .x = static_cast<const std::uint8_t*>(input.rows) + firstRow * input.strideBytes,
        .xStrideBytes = input.strideBytes,
        .layout = input.layout,
        .rowIndex = rowIndex,
        .numRows = numRows,
        .out = results,
    };
    kernels.linearTile[static_cast<int>(weightKind(weight.type))](args);
}

/// A SwiGLU network applied to some rows of x, with its hidden rows.
struct FeedForward {
    WeightMatrix gate;
    WeightMatrix up;
    WeightMatrix down;
    const std::int32_t* rowIndex = nullptr;  ///< rows of x, null for 0, 1, ..
    const std::int32_t* pairs = nullptr;     ///< index of the weight of each row, null for weight 1
    std::int64_t numRows = 0;
    float* hidden = nullptr;  ///< [numRows, gate.rows]
    TileInput hiddenInput;    ///< the same rows as `down` reads them
    std::int64_t firstHiddenRow = 0;
};

/// x as plain and as rounded rows; a matrix takes what its type needs.
struct Inputs {
    TileInput plain;
    TileInput rounded;

    const TileInput& of(DType type) const noexcept {
        return isQuantized(weightKind(type)) ? rounded : plain;
    }
};

/// hidden = silu(gate x) .* (up x), for one tile of the hidden columns.
void runHiddenTile(const OpStream& stream, const FeedForward& network, const Inputs& inputs,
                   std::int64_t tile, float* gateResults, float* upResults) noexcept {
    const RowKernels& kernels = stream.kernels();
    const std::int64_t firstOutput = tile * kernels.tileRows;
    const std::int64_t numOutputs = std::min(kernels.tileRows, network.gate.rows - firstOutput);
    for (std::int64_t row = 0; row < network.numRows; row += kRowsPerTile) {
        const std::int64_t numRows = std::min(kRowsPerTile, network.numRows - row);
        const std::int32_t* rowIndex =
            network.rowIndex == nullptr ? nullptr : network.rowIndex + row;
        const std::int64_t firstRow = rowIndex == nullptr ? row : 0;
        runTile(stream, network.gate, tile, inputs.of(network.gate.type), firstRow, rowIndex,
                numRows, gateResults);
        runTile(stream, network.up, tile, inputs.of(network.up.type), firstRow, rowIndex, numRows,
                upResults);
        kernels.siluMultiplyRow(gateResults, upResults, gateResults, numRows * kernels.tileRows);
        for (std::int64_t r = 0; r < numRows; ++r) {
            std::copy_n(gateResults + r * kernels.tileRows, numOutputs,
                        network.hidden + (row + r) * network.gate.rows + firstOutput);
        }
    }
}

/// y += weight * (down hidden), for one tile of the columns of y.
void addDownTile(const OpStream& stream, const FeedForward& network, const float* weights,
                 std::int64_t tile, float* y, std::int64_t yStride, float* results) noexcept {
    const std::int64_t tileRows = stream.kernels().tileRows;
    const std::int64_t firstOutput = tile * tileRows;
    const std::int64_t numOutputs = std::min(tileRows, network.down.rows - firstOutput);
    for (std::int64_t row = 0; row < network.numRows; row += kRowsPerTile) {
        const std::int64_t numRows = std::min(kRowsPerTile, network.numRows - row);
        runTile(stream, network.down, tile, network.hiddenInput, network.firstHiddenRow + row,
                nullptr, numRows, results);
        for (std::int64_t r = 0; r < numRows; ++r) {
            const std::int64_t target =
                network.rowIndex == nullptr ? row + r : network.rowIndex[row + r];
            const float weight = network.pairs == nullptr ? 1.0F : weights[network.pairs[row + r]];
            float* out = y + target * yStride + firstOutput;
            const float* result = results + r * tileRows;
            for (std::int64_t o = 0; o < numOutputs; ++o) {
                out[o] += weight * result[o];
            }
        }
    }
}

}  // namespace

OpStatus expertLinear(OpStream* stream, const ExpertLinearArgs* args) noexcept {
    if (const OpStatus status = ref::checkWeights(args->weight); status != OpStatus::Ok) {
        return host::reportArgs(status);
    }
    const std::int64_t maxPairs = args->rows * args->numSlots;
    if (maxPairs == 0 || args->weight.rows == 0) {
        return OpStatus::Ok;
    }
    const bool isRounded = isQuantized(weightKind(args->weight.type));
    const ActivationLayout layout = activationLayout(args->weight.cols);
    const std::int64_t tileRows = stream->kernels().tileRows;
    const std::int64_t resultFloats = std::min(maxPairs, kRowsPerTile) * tileRows;
    // With x per slot, rows of x are pairs and lie cols apart only inside a row of the batch.
    const std::int64_t numInputRows = args->xPerSlot ? maxPairs : args->rows;
    const bool needsCopy = args->xPerSlot && !isRounded;

    ExpertGroups groups;
    std::uint8_t* slices = nullptr;
    float* copies = nullptr;
    float* results = nullptr;
    const auto plan = [&](ScratchLayout& scratch) {
        groups.plan(scratch, args->weight.numExperts, maxPairs);
        slices = scratch.take<std::uint8_t>(isRounded ? numInputRows * layout.rowBytes : 0);
        copies = scratch.take<float>(needsCopy ? numInputRows * args->weight.cols : 0);
        results = scratch.take<float>(resultFloats * stream->pool().numThreads());
    };
    ScratchLayout sizes;
    plan(sizes);
    std::byte* base = host::reserveScratch(*stream, sizes.bytes());
    if (base == nullptr) {
        return host::reportArgs(OpStatus::OutOfMemory);
    }
    ScratchLayout scratch(base);
    plan(scratch);
    groups.fill(args->experts, args->rows, args->numSlots, args->weight.numExperts);

    TileInput input = floatRows(args->x, args->xStride);
    if (isRounded && !args->xPerSlot) {
        input = quantizeRows(*stream, args->x, args->xStride, args->rows, layout, slices);
    } else if (args->xPerSlot) {
        stream->pool().parallelFor(
            numInputRows, 16, [&](std::int64_t begin, std::int64_t end, int) {
                for (std::int64_t p = begin; p < end; ++p) {
                    const float* x = args->x + p / args->numSlots * args->xStride +
                                     p % args->numSlots * args->weight.cols;
                    if (isRounded) {
                        stream->kernels().quantizeRow(x, args->weight.cols, layout,
                                                      slices + p * layout.rowBytes);
                    } else {
                        std::copy_n(x, args->weight.cols, copies + p * args->weight.cols);
                    }
                }
            });
        input = isRounded
                    ? TileInput{.rows = slices, .strideBytes = layout.rowBytes, .layout = layout}
                    : floatRows(copies, args->weight.cols);
    }

    const std::int64_t numTiles = numTilesOf(*stream, args->weight.rows);
    const std::int64_t numItems = groups.numActive * numTiles;
    stream->pool().parallelFor(
        numItems, tileGrain(*stream, numItems),
        [&](std::int64_t begin, std::int64_t end, int thread) {
            float* result = results + thread * resultFloats;
            for (std::int64_t item = begin; item < end; ++item) {
                const std::int32_t expert = groups.active[item / numTiles];
                const std::int64_t tile = item % numTiles;
                const std::int64_t numOutputs =
                    std::min(tileRows, args->weight.rows - tile * tileRows);
                const WeightMatrix weight = expertMatrix(args->weight, expert);
                const std::int32_t* inputRows = args->xPerSlot ? groups.pairs : groups.rows;
                for (std::int64_t p = groups.starts[expert]; p < groups.starts[expert + 1];
                     p += kRowsPerTile) {
                    const std::int64_t numRows =
                        std::min<std::int64_t>(kRowsPerTile, groups.starts[expert + 1] - p);
                    runTile(*stream, weight, tile, input, 0, inputRows + p, numRows, result);
                    for (std::int64_t r = 0; r < numRows; ++r) {
                        const std::int64_t pair = groups.pairs[p + r];
                        float* y = args->y + pair / args->numSlots * args->yStride +
                                   pair % args->numSlots * args->weight.rows + tile * tileRows;
                        std::copy_n(result + r * tileRows, numOutputs, y);
                    }
                }
            }
        });
    return OpStatus::Ok;
}

OpStatus moeFeedForward(OpStream* stream, const MoeFeedForwardArgs* args) noexcept {
    if (const OpStatus status = ref::checkArgs(*args); status != OpStatus::Ok) {
        return host::reportArgs(status);
    }
    if (args->rows == 0) {
        return OpStatus::Ok;
    }
    const bool hasShared = args->sharedGate.data != nullptr;
    const bool hasRouted = args->numSlots > 0;
    const std::int64_t dim = hasRouted ? args->gate.cols : args->sharedGate.cols;
    const std::int64_t maxPairs = args->rows * args->numSlots;
    const std::int64_t numExperts = hasRouted ? args->gate.numExperts : 0;
    const std::int64_t hiddenDim = hasRouted ? args->gate.rows : 0;
    const std::int64_t sharedDim = hasShared ? args->sharedGate.rows : 0;
    const auto roundsInput = [](DType type) { return isQuantized(weightKind(type)); };
    const bool needsRoundedX =
        (hasRouted && (roundsInput(args->gate.type) || roundsInput(args->up.type))) ||
        (hasShared && (roundsInput(args->sharedGate.type) || roundsInput(args->sharedUp.type)));
    const bool roundsHidden = hasRouted && roundsInput(args->down.type);
    const bool roundsShared = hasShared && roundsInput(args->sharedDown.type);
    const ActivationLayout xLayout = activationLayout(dim);
    const ActivationLayout hiddenLayout = activationLayout(hiddenDim);
    const ActivationLayout sharedLayout = activationLayout(sharedDim);
    const std::int64_t tileRows = stream->kernels().tileRows;
    const std::int64_t resultFloats =
        std::min(std::max(args->rows, maxPairs), kRowsPerTile) * tileRows;

    ExpertGroups groups;
    FeedForward* networks = nullptr;
    std::int64_t* tileEnds = nullptr;
    std::uint8_t* xSlices = nullptr;
    float* hidden = nullptr;
    float* sharedHidden = nullptr;
    std::uint8_t* hiddenSlices = nullptr;
    std::uint8_t* sharedSlices = nullptr;
    float* results = nullptr;
    const auto plan = [&](ScratchLayout& scratch) {
        groups.plan(scratch, numExperts, maxPairs);
        networks = scratch.take<FeedForward>(numExperts + 1);
        tileEnds = scratch.take<std::int64_t>(numExperts + 1);
        xSlices = scratch.take<std::uint8_t>(needsRoundedX ? args->rows * xLayout.rowBytes : 0);
        hidden = scratch.take<float>(maxPairs * hiddenDim);
        sharedHidden = scratch.take<float>(args->rows * sharedDim);
        hiddenSlices =
            scratch.take<std::uint8_t>(roundsHidden ? maxPairs * hiddenLayout.rowBytes : 0);
        sharedSlices =
            scratch.take<std::uint8_t>(roundsShared ? args->rows * sharedLayout.rowBytes : 0);
        results = scratch.take<float>(2 * resultFloats * stream->pool().numThreads());
    };
    ScratchLayout sizes;
    plan(sizes);
    std::byte* base = host::reserveScratch(*stream, sizes.bytes());
    if (base == nullptr) {
        return host::reportArgs(OpStatus::OutOfMemory);
    }
    ScratchLayout scratch(base);
    plan(scratch);
    groups.fill(args->experts, args->rows, args->numSlots, numExperts);

    std::int64_t numNetworks = 0;
    std::int64_t numTiles = 0;
    if (hasShared) {
        networks[0] = {.gate = args->sharedGate,
                       .up = args->sharedUp,
                       .down = args->sharedDown,
                       .rowIndex = nullptr,
                       .pairs = nullptr,
                       .numRows = args->rows,
                       .hidden = sharedHidden,
                       .hiddenInput = roundsShared ? TileInput{sharedSlices, sharedLayout.rowBytes,
                                                               sharedLayout}
                                                   : floatRows(sharedHidden, sharedDim),
                       .firstHiddenRow = 0};
        numTiles += numTilesOf(*stream, sharedDim);
        tileEnds[numNetworks++] = numTiles;
    }
    for (std::int64_t a = 0; a < groups.numActive; ++a) {
        const std::int32_t expert = groups.active[a];
        const std::int32_t start = groups.starts[expert];
        networks[numNetworks] = {
            .gate = expertMatrix(args->gate, expert),
            .up = expertMatrix(args->up, expert),
            .down = expertMatrix(args->down, expert),
            .rowIndex = groups.rows + start,
            .pairs = groups.pairs + start,
            .numRows = groups.starts[expert + 1] - start,
            .hidden = hidden + start * hiddenDim,
            .hiddenInput = roundsHidden
                               ? TileInput{hiddenSlices, hiddenLayout.rowBytes, hiddenLayout}
                               : floatRows(hidden, hiddenDim),
            .firstHiddenRow = start};
        numTiles += numTilesOf(*stream, hiddenDim);
        tileEnds[numNetworks++] = numTiles;
    }

    Inputs inputs{.plain = floatRows(args->x, args->xStride), .rounded = {}};
    if (needsRoundedX) {
        inputs.rounded =
            quantizeRows(*stream, args->x, args->xStride, args->rows, xLayout, xSlices);
    }
    stream->pool().parallelFor(numTiles, tileGrain(*stream, numTiles),
                               [&](std::int64_t begin, std::int64_t end, int thread) {
                                   float* gateResults = results + 2 * resultFloats * thread;
                                   std::int64_t network = 0;
                                   for (std::int64_t tile = begin; tile < end; ++tile) {
                                       while (tile >= tileEnds[network]) {
                                           ++network;
                                       }
                                       runHiddenTile(
                                           *stream, networks[network], inputs,
                                           tile - (network == 0 ? 0 : tileEnds[network - 1]),
                                           gateResults, gateResults + resultFloats);
                                   }
                               });
    if (roundsHidden) {
        quantizeRows(*stream, hidden, hiddenDim, groups.numPairs, hiddenLayout, hiddenSlices);
    }
    if (roundsShared) {
        quantizeRows(*stream, sharedHidden, sharedDim, args->rows, sharedLayout, sharedSlices);
    }
    const std::int64_t numOutputTiles = numTilesOf(*stream, dim);
    stream->pool().parallelFor(numOutputTiles, tileGrain(*stream, numOutputTiles),
                               [&](std::int64_t begin, std::int64_t end, int thread) {
                                   for (std::int64_t tile = begin; tile < end; ++tile) {
                                       if (!args->accumulate) {
                                           const std::int64_t first = tile * tileRows;
                                           for (std::int64_t r = 0; r < args->rows; ++r) {
                                               std::fill_n(args->y + r * args->yStride + first,
                                                           std::min(tileRows, dim - first), 0.0F);
                                           }
                                       }
                                       for (std::int64_t n = 0; n < numNetworks; ++n) {
                                           addDownTile(*stream, networks[n], args->weights, tile,
                                                       args->y, args->yStride,
                                                       results + 2 * resultFloats * thread);
                                       }
                                   }
                               });
    return OpStatus::Ok;
}

}  // namespace hearth::cpu
