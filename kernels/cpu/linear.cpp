#include <algorithm>

#include "kernels/base/check.h"
#include "kernels/base/dtype.h"
#include "kernels/cpu/cpu_ops.h"
#include "kernels/cpu/linear_common.h"
#include "kernels/ref/ref_ops.h"

namespace hearth::cpu {
namespace {

/// One tile of one item of a group, for all rows.
void runTile(const OpStream& stream, const LinearArgs& args, const TileInput& input,
             std::int64_t tile, float* results) noexcept {
    const RowKernels& kernels = stream.kernels();
    const std::int64_t tileRows = kernels.tileRows;
    const std::int64_t firstOutput = tile * tileRows;
    const std::int64_t numOutputs = std::min(tileRows, args.weight.rows - firstOutput);
    for (std::int64_t row = 0; row < args.rows; row += kRowsPerTile) {
        const std::int64_t numRows = std::min(kRowsPerTile, args.rows - row);
        const LinearTileArgs tileArgs{
            .weights = static_cast<const std::uint8_t*>(args.weight.data) +
                       firstOutput * args.weight.rowStrideBytes,
            .weightStrideBytes = args.weight.rowStrideBytes,
            .numWeightRows = numOutputs,
            .cols = args.weight.cols,
            .x = static_cast<const std::uint8_t*>(input.rows) + row * input.strideBytes,
            .xStrideBytes = input.strideBytes,
            .layout = input.layout,
            .rowIndex = nullptr,
            .numRows = numRows,
            .out = results,
        };
        kernels.linearTile[static_cast<int>(weightKind(args.weight.type))](tileArgs);
        for (std::int64_t r = 0; r < numRows; ++r) {
            const float* result = results + r * tileRows;
            float* y = args.y + (row + r) * args.yStride + firstOutput;
            for (std::int64_t o = 0; o < numOutputs; ++o) {
                float sum = result[o];
                if (args.bias != nullptr) {
                    sum += args.bias[firstOutput + o];
                }
                y[o] = args.accumulate ? y[o] + sum : sum;
            }
        }
    }
}

OpStatus runGroup(OpStream& stream, const LinearArgs* items, std::int64_t numItems) noexcept {
    const LinearArgs& first = items[0];
    std::int64_t tileEnds[kMaxLinearGroup];
    std::int64_t numTiles = 0;
    bool needsRounding = false;
    for (std::int64_t i = 0; i < numItems; ++i) {
        if (const OpStatus status = ref::checkWeights(items[i].weight); status != OpStatus::Ok) {
            return host::reportArgs(status);
        }
        if (items[i].rows != first.rows || items[i].weight.cols != first.weight.cols ||
            items[i].x != first.x || items[i].xStride != first.xStride) {
            return host::reportArgs(OpStatus::InvalidArgument);
        }
        needsRounding = needsRounding || isQuantized(weightKind(items[i].weight.type));
        const std::int64_t tileRows = stream.kernels().tileRows;
        numTiles += (items[i].weight.rows + tileRows - 1) / tileRows;
        tileEnds[i] = numTiles;
    }
    if (first.rows == 0 || numTiles == 0) {
        return OpStatus::Ok;
    }

    const ActivationLayout layout = activationLayout(first.weight.cols);
    const std::int64_t resultFloats =
        std::min(first.rows, kRowsPerTile) * stream.kernels().tileRows;
    std::uint8_t* slices = nullptr;
    float* results = nullptr;
    const auto plan = [&](ScratchLayout& scratch) {
        slices = scratch.take<std::uint8_t>(needsRounding ? first.rows * layout.rowBytes : 0);
        results = scratch.take<float>(resultFloats * stream.pool().numThreads());
    };
    ScratchLayout sizes;
    plan(sizes);
    std::byte* base = host::reserveScratch(stream, sizes.bytes());
    if (base == nullptr) {
        return host::reportArgs(OpStatus::OutOfMemory);
    }
    ScratchLayout scratch(base);
    plan(scratch);

    TileInput rounded;
    if (needsRounding) {
        rounded = quantizeRows(stream, first.x, first.xStride, first.rows, layout, slices);
    }
    const TileInput plain = floatRows(first.x, first.xStride);
    stream.pool().parallelFor(numTiles, tileGrain(stream, numTiles),
                              [&](std::int64_t begin, std::int64_t end, int thread) {
                                  for (std::int64_t tile = begin; tile < end; ++tile) {
                                      std::int64_t item = 0;
                                      while (tile >= tileEnds[item]) {
                                          ++item;
                                      }
                                      const bool isRounded =
                                          isQuantized(weightKind(items[item].weight.type));
                                      runTile(stream, items[item], isRounded ? rounded : plain,
                                              tile - (item == 0 ? 0 : tileEnds[item - 1]),
                                              results + thread * resultFloats);
                                  }
                              });
    return OpStatus::Ok;
}

}  // namespace

WeightKind weightKind(DType type) noexcept {
    switch (type) {
        case DType::F32:
            return WeightKind::F32;
        case DType::F16:
            return WeightKind::F16;
        case DType::BF16:
            return WeightKind::BF16;
        case DType::Q8_0:
            return WeightKind::Q8_0;
        case DType::Q5_0:
            return WeightKind::Q5_0;
        case DType::Q4_0:
            return WeightKind::Q4_0;
        case DType::Q4_K:
            return WeightKind::Q4_K;
        case DType::Q5_K:
            return WeightKind::Q5_K;
        case DType::Q6_K:
            return WeightKind::Q6_K;
        case DType::I32:
            break;
    }
    HEARTH_CHECK(false && "no weight type");
}

ActivationLayout activationLayout(std::int64_t cols) noexcept {
    ActivationLayout layout{};
    layout.blocks = (cols + 31) / 32;
    layout.scalesAt = layout.blocks * 32;
    layout.sumsAt = layout.scalesAt + layout.blocks * 4;
    layout.negSumsAt = layout.sumsAt + layout.blocks * 4;
    layout.negHalvesAt = layout.negSumsAt + layout.blocks * 4;
    layout.rowBytes = (layout.negHalvesAt + layout.blocks * 8 + 63) / 64 * 64;
    return layout;
}

TileInput quantizeRows(OpStream& stream, const float* x, std::int64_t xStride, std::int64_t rows,
                       const ActivationLayout& layout, std::uint8_t* slices) noexcept {
    const auto quantize = stream.kernels().quantizeRow;
    // The callers' types all have whole blocks of 32, so cols is blocks * 32.
    stream.pool().parallelFor(rows, 16, [&](std::int64_t begin, std::int64_t end, int) {
        for (std::int64_t r = begin; r < end; ++r) {
            quantize(x + r * xStride, layout.blocks * 32, layout, slices + r * layout.rowBytes);
        }
    });
    return {.rows = slices, .strideBytes = layout.rowBytes, .layout = layout};
}

OpStatus linear(OpStream* stream, const LinearArgs* args) noexcept {
    return runGroup(*stream, args, 1);
}

OpStatus linearGroup(OpStream* stream, const LinearGroupArgs* args) noexcept {
    if (args->numItems < 0 || args->numItems > kMaxLinearGroup) {
        return host::reportArgs(OpStatus::InvalidArgument);
    }
    return args->numItems == 0 ? OpStatus::Ok : runGroup(*stream, args->items, args->numItems);
}

}  // namespace hearth::cpu
