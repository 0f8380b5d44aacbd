#include <algorithm>

#include "kernels/cpu/cpu_ops.h"
#include "kernels/cpu/host_device.h"
#include "kernels/ref/paged_access.h"
#include "kernels/ref/ref_ops.h"

namespace hearth::cpu {
namespace {

/// Elements that one thread handles before another is worth waking: about 4 us of streaming work.
constexpr std::int64_t kElementsPerChunk = 16384;

/// Calls `body(row)` for each row, in parallel where there are enough elements.
template <class Body>
void forEachRow(OpStream& stream, std::int64_t rows, std::int64_t elementsPerRow,
                Body body) noexcept {
    const std::int64_t grain =
        std::max<std::int64_t>(1, kElementsPerChunk / std::max<std::int64_t>(1, elementsPerRow));
    stream.pool().parallelFor(rows, grain, [&](std::int64_t begin, std::int64_t end, int) {
        for (std::int64_t r = begin; r < end; ++r) {
            body(r);
        }
    });
}

}  // namespace

OpStatus embedRows(OpStream*, const EmbedRowsArgs* args) noexcept {
    // A row a token is little work beside the layers: the reference does it.
    return host::reportArgs(ref::embedRows(*args));
}

OpStatus gatherRows(OpStream* stream, const GatherRowsArgs* args) noexcept {
    forEachRow(*stream, args->rows, args->dim, [&](std::int64_t r) {
        float* out = args->out + r * args->outStride;
        if (args->index[r] < 0) {
            std::fill_n(out, args->dim, 0.0F);
        } else {
            std::copy_n(args->x + args->index[r] * args->xStride, args->dim, out);
        }
    });
    return OpStatus::Ok;
}

OpStatus rmsNorm(OpStream* stream, const RmsNormArgs* args) noexcept {
    forEachRow(*stream, args->rows, args->groups * args->dim, [&](std::int64_t r) {
        for (std::int64_t g = 0; g < args->groups; ++g) {
            stream->kernels().rmsNormRow(args->x + r * args->xStride + g * args->dim, args->gain,
                                         args->out + r * args->outStride + g * args->dim, args->dim,
                                         args->eps);
        }
    });
    return OpStatus::Ok;
}

OpStatus siluMultiply(OpStream* stream, const SiluMultiplyArgs* args) noexcept {
    forEachRow(*stream, args->rows, args->dim, [&](std::int64_t r) {
        stream->kernels().siluMultiplyRow(args->gate + r * args->gateStride,
                                          args->up + r * args->upStride,
                                          args->out + r * args->outStride, args->dim);
    });
    return OpStatus::Ok;
}

OpStatus gelu(OpStream* stream, const GeluArgs* args) noexcept {
    forEachRow(*stream, args->rows, args->dim, [&](std::int64_t r) {
        stream->kernels().geluRow(args->x + r * args->xStride, args->out + r * args->outStride,
                                  args->dim);
    });
    return OpStatus::Ok;
}

OpStatus addScaled(OpStream* stream, const AddScaledArgs* args) noexcept {
    forEachRow(*stream, args->rows, args->dim, [&](std::int64_t r) {
        stream->kernels().addScaledRow(args->x + r % args->xRows * args->xStride,
                                       args->y + r * args->yStride, args->dim, args->scale);
    });
    return OpStatus::Ok;
}

OpStatus ropeTable(OpStream* stream, const RopeTableArgs* args) noexcept {
    if (args->rotaryDim % 2 != 0) {
        return host::reportArgs(OpStatus::InvalidArgument);
    }
    // Sine and cosine in f64 cost about 50 times a plain element.
    forEachRow(*stream, args->rows, 50 * args->rotaryDim, [&](std::int64_t r) {
        RopeTableArgs row = *args;
        row.positions = args->positions + r;
        row.table = args->table + r * args->rotaryDim;
        row.rows = 1;
        static_cast<void>(ref::ropeTable(row));
    });
    return OpStatus::Ok;
}

OpStatus rope(OpStream* stream, const RopeArgs* args) noexcept {
    if (args->rotaryDim % 2 != 0 || args->rotaryDim > args->dim) {
        return host::reportArgs(OpStatus::InvalidArgument);
    }
    const std::int64_t half = args->rotaryDim / 2;
    forEachRow(*stream, args->rows, args->numHeads * args->dim, [&](std::int64_t r) {
        for (std::int64_t h = 0; h < args->numHeads; ++h) {
            const float* x = args->x + r * args->xStride + h * args->dim;
            float* out = args->out + r * args->outStride + h * args->dim;
            stream->kernels().ropeRow(x, args->table + r * args->rotaryDim, out, half);
            if (out != x) {
                std::copy(x + args->rotaryDim, x + args->dim, out + args->rotaryDim);
            }
        }
    });
    return OpStatus::Ok;
}

OpStatus routerTopK(OpStream* stream, const RouterTopKArgs* args) noexcept {
    // The reference on each row: choices are then equal on every ISA. 16 exponentials cost 0.3 us.
    RouterTopKArgs none = *args;
    none.rows = 0;
    if (const OpStatus status = ref::routerTopK(none); status != OpStatus::Ok) {
        return host::reportArgs(status);
    }
    forEachRow(*stream, args->rows, 20 * args->numExperts, [&](std::int64_t r) {
        RouterTopKArgs row = *args;
        row.logits = args->logits + r * args->logitsStride;
        row.experts = args->experts + r * args->numSlots;
        row.weights = args->weights + r * args->numSlots;
        row.probabilities =
            args->probabilities == nullptr ? nullptr : args->probabilities + r * args->numExperts;
        row.rows = 1;
        static_cast<void>(ref::routerTopK(row));
    });
    return OpStatus::Ok;
}

OpStatus storeRows(OpStream* stream, const StoreRowsArgs* args) noexcept {
    if (!ref::isCacheType(args->cache.type)) {
        return host::reportArgs(OpStatus::Unsupported);
    }
    forEachRow(*stream, args->rows, args->numHeads * args->dim, [&](std::int64_t r) {
        if (args->positions[r] < 0) {
            return;
        }
        for (std::int64_t h = 0; h < args->numHeads; ++h) {
            const float* x = args->x + r * args->xStride + h * args->dim;
            const std::int64_t offset =
                pagedOffset(args->cache, sequenceOf(args->rowSequence, r), args->positions[r], h);
            if (args->cache.type == DType::F16) {
                stream->kernels().toHalfRow(
                    x, static_cast<std::uint16_t*>(args->cache.data) + offset, args->dim);
            } else {
                std::copy_n(x, args->dim, static_cast<float*>(args->cache.data) + offset);
            }
        }
    });
    return OpStatus::Ok;
}

OpStatus loadRows(OpStream* stream, const LoadRowsArgs* args) noexcept {
    if (!ref::isCacheType(args->cache.type)) {
        return host::reportArgs(OpStatus::Unsupported);
    }
    forEachRow(*stream, args->rows, args->numHeads * args->dim, [&](std::int64_t r) {
        for (std::int64_t h = 0; h < args->numHeads; ++h) {
            float* out = args->out + r * args->outStride + h * args->dim;
            if (args->positions[r] < 0) {
                std::fill_n(out, args->dim, 0.0F);
                continue;
            }
            const std::int64_t offset =
                pagedOffset(args->cache, sequenceOf(args->rowSequence, r), args->positions[r], h);
            if (args->cache.type == DType::F16) {
                stream->kernels().fromHalfRow(
                    static_cast<const std::uint16_t*>(args->cache.data) + offset, out, args->dim);
            } else {
                std::copy_n(static_cast<const float*>(args->cache.data) + offset, args->dim, out);
            }
        }
    });
    return OpStatus::Ok;
}

}  // namespace hearth::cpu
