#include <cmath>

#include "kernels/base/dtype.h"
#include "kernels/ref/dequantize_row.h"
#include "kernels/ref/ref_ops.h"

namespace hearth::ref {
namespace {

/// Elements expanded at a time: the largest block, and a multiple of every block.
constexpr std::int64_t kChunk = 256;

double dotRow(DType type, const std::uint8_t* row, const float* x, std::int64_t cols) noexcept {
    float weights[kChunk];
    double sum = 0;
    for (std::int64_t begin = 0; begin < cols; begin += kChunk) {
        const std::int64_t count = cols - begin < kChunk ? cols - begin : kChunk;
        dequantizeRow(type, row + rowBytes(type, static_cast<std::size_t>(begin)), weights, count);
        for (std::int64_t i = 0; i < count; ++i) {
            sum += static_cast<double>(weights[i]) * static_cast<double>(x[begin + i]);
        }
    }
    return sum;
}

const std::uint8_t* weightRow(const WeightMatrix& weight, std::int64_t row) noexcept {
    return static_cast<const std::uint8_t*>(weight.data) + row * weight.rowStrideBytes;
}

WeightMatrix expertMatrix(const ExpertMatrix& experts, std::int64_t expert) noexcept {
    return {
        .data = static_cast<const std::uint8_t*>(experts.data) + expert * experts.expertStrideBytes,
        .type = experts.type,
        .rows = experts.rows,
        .cols = experts.cols,
        .rowStrideBytes = experts.rowStrideBytes};
}

/// Element `output` of down * (silu(gate * x) .* (up * x)).
double feedForwardElement(const WeightMatrix& gate, const WeightMatrix& up,
                          const WeightMatrix& down, const float* x, std::int64_t output) noexcept {
    float weights[kChunk];
    double sum = 0;
    for (std::int64_t h = 0; h < gate.rows; ++h) {
        if (h % kChunk == 0) {
            const std::int64_t count = gate.rows - h < kChunk ? gate.rows - h : kChunk;
            dequantizeRow(
                down.type,
                weightRow(down, output) + rowBytes(down.type, static_cast<std::size_t>(h)), weights,
                count);
        }
        const double g = dotRow(gate.type, weightRow(gate, h), x, gate.cols);
        const double u = dotRow(up.type, weightRow(up, h), x, up.cols);
        sum += static_cast<double>(weights[h % kChunk]) * (g / (1.0 + std::exp(-g)) * u);
    }
    return sum;
}

}  // namespace

OpStatus embedRows(const EmbedRowsArgs& args) noexcept {
    if (const OpStatus status = checkWeights(args.table); status != OpStatus::Ok) {
        return status;
    }
    for (std::int64_t r = 0; r < args.rows; ++r) {
        float* out = args.out + r * args.outStride;
        if (args.ids[r] < 0 || args.ids[r] >= args.table.rows) {
            for (std::int64_t c = 0; c < args.table.cols; ++c) {
                out[c] = 0.0F;
            }
        } else {
            dequantizeRow(args.table.type, weightRow(args.table, args.ids[r]), out,
                          args.table.cols);
        }
    }
    return OpStatus::Ok;
}

OpStatus linear(const LinearArgs& args) noexcept {
    if (const OpStatus status = checkWeights(args.weight); status != OpStatus::Ok) {
        return status;
    }
    for (std::int64_t r = 0; r < args.rows; ++r) {
        for (std::int64_t o = 0; o < args.weight.rows; ++o) {
            double sum = dotRow(args.weight.type, weightRow(args.weight, o),
                                args.x + r * args.xStride, args.weight.cols);
            float& y = args.y[r * args.yStride + o];
            if (args.bias != nullptr) {
                sum += static_cast<double>(args.bias[o]);
            }
            if (args.accumulate) {
                sum += static_cast<double>(y);
            }
            y = static_cast<float>(sum);
        }
    }
    return OpStatus::Ok;
}

OpStatus expertLinear(const ExpertLinearArgs& args) noexcept {
    if (const OpStatus status = checkWeights(args.weight); status != OpStatus::Ok) {
        return status;
    }
    for (std::int64_t r = 0; r < args.rows; ++r) {
        for (std::int64_t j = 0; j < args.numSlots; ++j) {
            const std::int32_t expert = args.experts[r * args.numSlots + j];
            if (expert < 0) {
                continue;
            }
            const WeightMatrix weight = expertMatrix(args.weight, expert);
            const float* x = args.x + r * args.xStride + (args.xPerSlot ? j * args.weight.cols : 0);
            float* y = args.y + r * args.yStride + j * args.weight.rows;
            for (std::int64_t o = 0; o < weight.rows; ++o) {
                y[o] =
                    static_cast<float>(dotRow(weight.type, weightRow(weight, o), x, weight.cols));
            }
        }
    }
    return OpStatus::Ok;
}

OpStatus moeFeedForward(const MoeFeedForwardArgs& args) noexcept {
    if (const OpStatus status = checkArgs(args); status != OpStatus::Ok) {
        return status;
    }
    const std::int64_t dim = args.numSlots > 0 ? args.gate.cols : args.sharedGate.cols;
    for (std::int64_t r = 0; r < args.rows; ++r) {
        const float* x = args.x + r * args.xStride;
        for (std::int64_t o = 0; o < dim; ++o) {
            float& y = args.y[r * args.yStride + o];
            double sum = args.accumulate ? static_cast<double>(y) : 0.0;
            if (args.sharedGate.data != nullptr) {
                sum += feedForwardElement(args.sharedGate, args.sharedUp, args.sharedDown, x, o);
            }
            for (std::int64_t j = 0; j < args.numSlots; ++j) {
                const std::int32_t expert = args.experts[r * args.numSlots + j];
                if (expert >= 0) {
                    sum += static_cast<double>(args.weights[r * args.numSlots + j]) *
                           feedForwardElement(expertMatrix(args.gate, expert),
                                              expertMatrix(args.up, expert),
                                              expertMatrix(args.down, expert), x, o);
                }
            }
            y = static_cast<float>(sum);
        }
    }
    return OpStatus::Ok;
}

}  // namespace hearth::ref
