#include <cmath>
#include <new>
#include <vector>

#include "kernels/base/dtype.h"
#include "kernels/ref/dequantize_row.h"
#include "kernels/ref/ref_ops.h"

namespace hearth::ref {
namespace {

/// Elements expanded at a time: the largest block, and a multiple of every block.
constexpr std::int64_t kChunk = 256;

template <class Element>
double dotRow(DType type, const std::uint8_t* row, const Element* x, std::int64_t cols) noexcept {
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

/// sums += factor * down * (silu(gate * x) .* (up * x)).
void addFeedForward(const WeightMatrix& gate, const WeightMatrix& up, const WeightMatrix& down,
                    const float* x, double factor, std::vector<double>& hidden,
                    std::vector<double>& sums) {
    hidden.resize(static_cast<std::size_t>(gate.rows));
    for (std::int64_t h = 0; h < gate.rows; ++h) {
        const double g = dotRow(gate.type, weightRow(gate, h), x, gate.cols);
        const double u = dotRow(up.type, weightRow(up, h), x, up.cols);
        hidden[static_cast<std::size_t>(h)] = g / (1.0 + std::exp(-g)) * u;
    }
    for (std::int64_t o = 0; o < down.rows; ++o) {
        sums[static_cast<std::size_t>(o)] +=
            factor * dotRow(down.type, weightRow(down, o), hidden.data(), down.cols);
    }
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
    try {
        std::vector<double> hidden;
        std::vector<double> sums;
        for (std::int64_t r = 0; r < args.rows; ++r) {
            const float* x = args.x + r * args.xStride;
            float* y = args.y + r * args.yStride;
            sums.assign(static_cast<std::size_t>(dim), 0.0);
            if (args.sharedGate.data != nullptr) {
                addFeedForward(args.sharedGate, args.sharedUp, args.sharedDown, x, 1.0, hidden,
                               sums);
            }
            for (std::int64_t j = 0; j < args.numSlots; ++j) {
                const std::int32_t expert = args.experts[r * args.numSlots + j];
                if (expert >= 0) {
                    const auto weight = static_cast<double>(args.weights[r * args.numSlots + j]);
                    addFeedForward(expertMatrix(args.gate, expert), expertMatrix(args.up, expert),
                                   expertMatrix(args.down, expert), x, weight, hidden, sums);
                }
            }
            for (std::int64_t o = 0; o < dim; ++o) {
                const double before = args.accumulate ? static_cast<double>(y[o]) : 0.0;
                y[o] = static_cast<float>(before + sums[static_cast<std::size_t>(o)]);
            }
        }
    } catch (const std::bad_alloc&) {
        return OpStatus::OutOfMemory;
    }
    return OpStatus::Ok;
}

}  // namespace hearth::ref
