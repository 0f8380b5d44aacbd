#include <cmath>
#include <numbers>

#include "kernels/ref/ref_ops.h"

namespace hearth::ref {

OpStatus gatherRows(const GatherRowsArgs& args) noexcept {
    for (std::int64_t r = 0; r < args.rows; ++r) {
        for (std::int64_t c = 0; c < args.dim; ++c) {
            args.out[r * args.outStride + c] =
                args.index[r] < 0 ? 0.0F : args.x[args.index[r] * args.xStride + c];
        }
    }
    return OpStatus::Ok;
}

OpStatus rmsNorm(const RmsNormArgs& args) noexcept {
    for (std::int64_t r = 0; r < args.rows; ++r) {
        for (std::int64_t g = 0; g < args.groups; ++g) {
            const float* x = args.x + r * args.xStride + g * args.dim;
            float* out = args.out + r * args.outStride + g * args.dim;
            double sum = 0;
            for (std::int64_t c = 0; c < args.dim; ++c) {
                sum += static_cast<double>(x[c]) * static_cast<double>(x[c]);
            }
            const double scale = 1.0 / std::sqrt(sum / static_cast<double>(args.dim) +
                                                 static_cast<double>(args.eps));
            for (std::int64_t c = 0; c < args.dim; ++c) {
                const double gain = args.gain == nullptr ? 1.0 : static_cast<double>(args.gain[c]);
                out[c] = static_cast<float>(static_cast<double>(x[c]) * scale * gain);
            }
        }
    }
    return OpStatus::Ok;
}

OpStatus siluMultiply(const SiluMultiplyArgs& args) noexcept {
    for (std::int64_t r = 0; r < args.rows; ++r) {
        for (std::int64_t c = 0; c < args.dim; ++c) {
            const auto g = static_cast<double>(args.gate[r * args.gateStride + c]);
            const auto u = static_cast<double>(args.up[r * args.upStride + c]);
            args.out[r * args.outStride + c] = static_cast<float>(g / (1.0 + std::exp(-g)) * u);
        }
    }
    return OpStatus::Ok;
}

OpStatus gelu(const GeluArgs& args) noexcept {
    const double factor = std::sqrt(2.0 / std::numbers::pi);
    for (std::int64_t r = 0; r < args.rows; ++r) {
        for (std::int64_t c = 0; c < args.dim; ++c) {
            const auto x = static_cast<double>(args.x[r * args.xStride + c]);
            const double inner = factor * (x + 0.044715 * x * x * x);
            args.out[r * args.outStride + c] =
                static_cast<float>(0.5 * x * (1.0 + std::tanh(inner)));
        }
    }
    return OpStatus::Ok;
}

OpStatus addScaled(const AddScaledArgs& args) noexcept {
    for (std::int64_t r = 0; r < args.rows; ++r) {
        const float* x = args.x + r % args.xRows * args.xStride;
        float* y = args.y + r * args.yStride;
        for (std::int64_t c = 0; c < args.dim; ++c) {
            y[c] = static_cast<float>(static_cast<double>(y[c]) +
                                      static_cast<double>(args.scale) * static_cast<double>(x[c]));
        }
    }
    return OpStatus::Ok;
}

OpStatus ropeTable(const RopeTableArgs& args) noexcept {
    if (args.rotaryDim % 2 != 0) {
        return OpStatus::InvalidArgument;
    }
    const std::int64_t half = args.rotaryDim / 2;
    for (std::int64_t i = 0; i < half; ++i) {
        const double frequency = args.frequencies != nullptr
                                     ? static_cast<double>(args.frequencies[i])
                                     : std::pow(args.base, -2.0 * static_cast<double>(i) /
                                                               static_cast<double>(args.rotaryDim));
        for (std::int64_t r = 0; r < args.rows; ++r) {
            const double angle = static_cast<double>(args.positions[r]) * frequency;
            float* pair = args.table + (r * half + i) * 2;
            pair[0] = static_cast<float>(static_cast<double>(args.magnitude) * std::cos(angle));
            pair[1] = static_cast<float>(static_cast<double>(args.magnitude) * std::sin(angle));
        }
    }
    return OpStatus::Ok;
}

OpStatus rope(const RopeArgs& args) noexcept {
    if (args.rotaryDim % 2 != 0 || args.rotaryDim > args.dim) {
        return OpStatus::InvalidArgument;
    }
    const std::int64_t half = args.rotaryDim / 2;
    for (std::int64_t r = 0; r < args.rows; ++r) {
        for (std::int64_t h = 0; h < args.numHeads; ++h) {
            const float* x = args.x + r * args.xStride + h * args.dim;
            float* out = args.out + r * args.outStride + h * args.dim;
            for (std::int64_t i = 0; i < half; ++i) {
                const auto cosine = static_cast<double>(args.table[(r * half + i) * 2]);
                const auto sine = static_cast<double>(args.table[(r * half + i) * 2 + 1]);
                const auto low = static_cast<double>(x[i]);
                const auto high = static_cast<double>(x[i + half]);
                out[i] = static_cast<float>(low * cosine - high * sine);
                out[i + half] = static_cast<float>(high * cosine + low * sine);
            }
            for (std::int64_t i = args.rotaryDim; i < args.dim; ++i) {
                out[i] = x[i];
            }
        }
    }
    return OpStatus::Ok;
}

}  // namespace hearth::ref
