#include "inference/model/hearth_decoder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <string>

#include "kernels/api/op_table.h"
#include "kernels/dispatch/fused_ops.h"

namespace hearth {
namespace {

/// Hands out aligned parts of one allocation; first measured with a null base, then filled.
template <class T>
class Carver {
public:
    explicit Carver(T* base) : m_base(base) {}

    void take(T*& part, std::int64_t count) {
        constexpr std::int64_t kAlignment = 64;
        if (m_base != nullptr) {
            part = m_base + m_used;
        }
        m_used += (count + kAlignment - 1) / kAlignment * kAlignment;
    }
    std::int64_t used() const { return m_used; }
    std::uint64_t bytes() const { return static_cast<std::uint64_t>(m_used) * sizeof(T); }

private:
    T* m_base;
    std::int64_t m_used = 0;
};

Status pollStop(const std::stop_token& stop) {
    return stop.stop_requested() ? Status(ErrorCode::Cancelled, "stopped") : Status();
}

}  // namespace

HearthDecoder::HearthDecoder(const UniqueDevice& device, OpStream* stream,
                             const HearthConfig& config, const HearthWeights& weights,
                             const Options& options)
    : m_device(&device),
      m_ops(&device.ops()),
      m_stream(stream),
      m_config(&config),
      m_weights(&weights),
      m_options(options) {}

Result<HearthDecoder> HearthDecoder::create(const UniqueDevice& device, OpStream* stream,
                                            const HearthConfig& config,
                                            const HearthWeights& weights, const Options& options) {
    HEARTH_CHECK(options.maxRows > 0 && options.maxSequences > 0 && options.contextTokens > 0);
    HearthDecoder decoder(device, stream, config, weights, options);
    HEARTH_RETURN_IF_ERROR(decoder.allocate());
    return decoder;
}

Status HearthDecoder::allocate() {
    const HearthConfig& config = *m_config;
    const std::int64_t n = m_options.maxRows;
    const std::int64_t dim = config.headDim;
    const std::int64_t qWidth = std::max(config.numHeads, config.crossHeads) * dim;
    const std::int64_t kvWidth = config.numKvHeads * dim;
    const auto carveFloats = [&](float* base) {
        Carver<float> carver(base);
        carver.take(m_x, n * config.width);
        carver.take(m_h, n * config.width);
        carver.take(m_q, n * qWidth);
        carver.take(m_qRotated, n * qWidth);
        carver.take(m_k, n * kvWidth);
        carver.take(m_kRotated, n * kvWidth);
        carver.take(m_v, n * kvWidth);
        carver.take(m_out, n * qWidth);
        carver.take(m_y, n * config.width);
        carver.take(m_rope, n * dim);
        carver.take(m_routerLogits, n * config.numExperts);
        carver.take(m_expertWeights, n * config.expertsUsed);
        return carver.bytes();
    };
    const auto carveInts = [&](std::int32_t* base) {
        Carver<std::int32_t> carver(base);
        // What each step uploads comes first and lies together: one copy.
        for (std::int32_t** part :
             {&m_ids, &m_positions, &m_slots, &m_windowBegin, &m_windowEnd, &m_visibleBlocks,
              &m_visibleMedia, &m_newBlocks, &m_newBlockSlots, &m_logitRows}) {
            carver.take(*part, n);
        }
        m_staging.resize(static_cast<std::size_t>(carver.used()));
        carver.take(m_experts, n * config.expertsUsed);
        carver.take(m_selected, n * config.numKvHeads * config.selectedBlocks);
        return carver.bytes();
    };
    HEARTH_ASSIGN_OR_RETURN(m_scratch.floats, createBuffer(*m_device, carveFloats(nullptr)));
    HEARTH_ASSIGN_OR_RETURN(m_scratch.ints, createBuffer(*m_device, carveInts(nullptr)));
    carveFloats(bufferAs<float>(m_scratch.floats));
    carveInts(bufferAs<std::int32_t>(m_scratch.ints));

    m_layers.resize(static_cast<std::size_t>(config.numLayers));
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        Status status;
        forEachPool(
            config, m_options, i, m_layers[i],
            [&](PagePool& pool, CacheEntryKind kind, std::int64_t rows, std::int64_t heads) {
                if (!status.isOk()) {
                    return;
                }
                Result<PagePool> created =
                    PagePool::create(*m_device, m_stream, kind, m_options.cacheType,
                                     m_options.maxSequences, rows, heads, dim);
                if (created.has_value()) {
                    pool = std::move(created).value();
                } else {
                    status = std::move(created).error();
                }
            });
        HEARTH_RETURN_IF_ERROR(std::move(status).withContext("allocating the caches of a layer"));
    }
    return {};
}

/// Calls `visit(pool, kind, rows of a sequence, heads)` for each pool that layer `index` has.
template <class Layer, class Visitor>
void HearthDecoder::forEachPool(const HearthConfig& config, const Options& options,
                                std::size_t index, Layer& layer, const Visitor& visit) {
    const std::int64_t kvHeads = config.numKvHeads;
    const std::int64_t ring = ringRows(config, options);
    visit(layer.windowKeys, CacheEntryKind::Window, ring, kvHeads);
    if (config.hasMemory[index]) {
        const std::int64_t entries = options.contextTokens / kPageRows + 1;
        visit(layer.keys, CacheEntryKind::Full, options.contextTokens, kvHeads);
        visit(layer.values, CacheEntryKind::Full, options.contextTokens, kvHeads);
        visit(layer.entryKeys, CacheEntryKind::Compressed, entries, kvHeads);
        visit(layer.entryValues, CacheEntryKind::Compressed, entries, kvHeads);
    } else {
        visit(layer.windowValues, CacheEntryKind::Window, ring, kvHeads);
    }
    if (config.hasCross[index]) {
        visit(layer.mediaKeys, CacheEntryKind::Media, options.maxMediaVectors, config.crossKvHeads);
        visit(layer.mediaValues, CacheEntryKind::Media, options.maxMediaVectors,
              config.crossKvHeads);
    }
}

std::int64_t HearthDecoder::ringRows(const HearthConfig& config, const Options& options) noexcept {
    // The longest window (the block alignment adds up to a block), the rows of a step, which are
    // stored before any of its queries runs, and what a sequence may go back.
    const std::int64_t rows = config.window + kPageRows + options.maxRows + options.rewindTokens;
    return (rows + kPageRows - 1) / kPageRows * kPageRows;
}

CacheBytes HearthDecoder::cacheBytes(const HearthConfig& config, const Options& options) {
    CacheBytes bytes;
    const LayerCache none;
    for (std::size_t i = 0; i < static_cast<std::size_t>(config.numLayers); ++i) {
        forEachPool(
            config, options, i, none,
            [&](const PagePool&, CacheEntryKind kind, std::int64_t rows, std::int64_t heads) {
                const std::uint64_t pool = PagePool::bytesFor(
                    options.cacheType, options.maxSequences, rows, heads, config.headDim);
                (kind == CacheEntryKind::Media ? bytes.media : bytes.text) += pool;
            });
    }
    return bytes;
}

Status HearthDecoder::prepareRows(std::span<const DecoderRow> rows,
                                  std::span<const std::int32_t> logitRows) {
    m_maxVisibleBlocks = 0;
    m_numNewBlocks = 0;
    m_seesMedia = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const DecoderRow& row = rows[i];
        const std::int64_t windowStart = m_config->windowStart(row.position);
        const std::int64_t visibleBlocks = windowStart / kPageRows;
        stagingOf(m_ids)[i] = row.token;
        stagingOf(m_positions)[i] = row.position;
        stagingOf(m_slots)[i] = row.slot;
        stagingOf(m_windowBegin)[i] = static_cast<std::int32_t>(windowStart);
        stagingOf(m_windowEnd)[i] = row.position + 1;
        stagingOf(m_visibleBlocks)[i] = static_cast<std::int32_t>(visibleBlocks);
        stagingOf(m_visibleMedia)[i] = row.visibleMedia;
        m_maxVisibleBlocks = std::max(m_maxVisibleBlocks, visibleBlocks);
        m_seesMedia = m_seesMedia || row.visibleMedia > 0;
        if (row.position % kPageRows == kPageRows - 1) {
            stagingOf(m_newBlocks)[m_numNewBlocks] =
                row.position / static_cast<std::int32_t>(kPageRows);
            stagingOf(m_newBlockSlots)[m_numNewBlocks] = row.slot;
            ++m_numNewBlocks;
        }
    }
    if (m_maxVisibleBlocks > 0) {
        // It sizes scratch memory, which then grows a few times in a long text, not with each
        // block.
        m_maxVisibleBlocks = static_cast<std::int64_t>(
            std::bit_ceil(static_cast<std::uint64_t>(m_maxVisibleBlocks)));
    }
    std::copy(logitRows.begin(), logitRows.end(), stagingOf(m_logitRows));
    return uploadStaging();
}

Status HearthDecoder::uploadStaging() {
    HEARTH_RETURN_IF_ERROR(check(m_ops->copyToDevice(m_stream, m_ids, m_staging.data(),
                                                     m_staging.size() * sizeof(std::int32_t))));
    // The staging memory is written again by the next step.
    return check(m_ops->streamSynchronize(m_stream));
}

Status HearthDecoder::run(std::span<const DecoderRow> rows, std::span<const std::int32_t> logitRows,
                          std::span<float> logits, float skipThreshold, RouterTrace* trace,
                          const std::stop_token& stop) {
    HEARTH_CHECK(!rows.empty() && static_cast<std::int64_t>(rows.size()) <= m_options.maxRows);
    HEARTH_CHECK(logits.size() == logitRows.size() * static_cast<std::size_t>(m_config->vocabSize));
    const auto n = static_cast<std::int64_t>(rows.size());
    const HearthConfig& config = *m_config;
    HEARTH_RETURN_IF_ERROR(prepareRows(rows, logitRows));
    if (trace != nullptr) {
        trace->numSlots = config.expertsUsed;
        trace->experts.clear();
        trace->weights.clear();
    }
    const EmbedRowsArgs embed{.table = m_weights->tokenEmbedding,
                              .ids = m_ids,
                              .out = m_x,
                              .outStride = config.width,
                              .rows = n};
    HEARTH_RETURN_IF_ERROR(check(m_ops->embedRows(m_stream, &embed)));
    const RopeTableArgs ropeTable{.positions = m_positions,
                                  .table = m_rope,
                                  .rows = n,
                                  .rotaryDim = config.headDim,
                                  .base = config.ropeBase};
    HEARTH_RETURN_IF_ERROR(check(m_ops->ropeTable(m_stream, &ropeTable)));
    for (std::size_t layer = 0; layer < m_layers.size(); ++layer) {
        HEARTH_RETURN_IF_ERROR(attention(layer, n, stop));
        HEARTH_RETURN_IF_ERROR(pollStop(stop));
        if (config.hasCross[layer] && m_seesMedia && !m_options.ablation.crossAttention) {
            HEARTH_RETURN_IF_ERROR(crossAttention(layer, n));
        }
        HEARTH_RETURN_IF_ERROR(feedForward(layer, n, skipThreshold, trace));
    }
    const auto numLogits = static_cast<std::int64_t>(logitRows.size());
    if (numLogits == 0) {
        return check(m_ops->streamSynchronize(m_stream));
    }
    if (numLogits > m_logitCapacity) {
        const auto bytes = static_cast<std::uint64_t>(numLogits * config.vocabSize) * sizeof(float);
        HEARTH_ASSIGN_OR_RETURN(m_logits, createBuffer(*m_device, bytes));
        m_logitCapacity = numLogits;
    }
    const GatherRowsArgs gather{.x = m_x,
                                .xStride = config.width,
                                .index = m_logitRows,
                                .out = m_y,
                                .outStride = config.width,
                                .rows = numLogits,
                                .dim = config.width};
    HEARTH_RETURN_IF_ERROR(check(m_ops->gatherRows(m_stream, &gather)));
    const RmsNormArgs norm{.x = m_y,
                           .xStride = config.width,
                           .gain = m_weights->outputNorm,
                           .out = m_y,
                           .outStride = config.width,
                           .rows = numLogits,
                           .dim = config.width,
                           .eps = config.normEps};
    HEARTH_RETURN_IF_ERROR(check(m_ops->rmsNorm(m_stream, &norm)));
    const LinearArgs output{.x = m_y,
                            .xStride = config.width,
                            .weight = m_weights->tokenEmbedding,
                            .y = bufferAs<float>(m_logits),
                            .yStride = config.vocabSize,
                            .rows = numLogits};
    HEARTH_RETURN_IF_ERROR(check(m_ops->linear(m_stream, &output)));
    HEARTH_RETURN_IF_ERROR(check(m_ops->copyToHost(
        m_stream, logits.data(), bufferAs<float>(m_logits), logits.size_bytes())));
    return check(m_ops->streamSynchronize(m_stream));
}

Status HearthDecoder::attention(std::size_t index, std::int64_t rows, const std::stop_token& stop) {
    HEARTH_RETURN_IF_ERROR(pollStop(stop));
    const HearthConfig& config = *m_config;
    const HearthLayerWeights& layer = m_weights->layers[index];
    const LayerCache& cache = m_layers[index];
    const std::int64_t dim = config.headDim;
    const std::int64_t qWidth = config.numHeads * dim;
    const std::int64_t kvWidth = config.numKvHeads * dim;
    const bool hasMemory = config.hasMemory[index];

    const RmsNormArgs norm{.x = m_x,
                           .xStride = config.width,
                           .gain = layer.attnNorm,
                           .out = m_h,
                           .outStride = config.width,
                           .rows = rows,
                           .dim = config.width,
                           .eps = config.normEps};
    HEARTH_RETURN_IF_ERROR(check(m_ops->rmsNorm(m_stream, &norm)));
    const auto product = [&](const WeightMatrix& weight, float* y, std::int64_t stride) {
        return LinearArgs{.x = m_h,
                          .xStride = config.width,
                          .weight = weight,
                          .y = y,
                          .yStride = stride,
                          .rows = rows};
    };
    const LinearGroupArgs qkv{
        .items = {product(layer.attnQ, m_q, qWidth), product(layer.attnK, m_k, kvWidth),
                  product(layer.attnV, m_v, kvWidth)},
        .numItems = 3};
    HEARTH_RETURN_IF_ERROR(check(linearGroup(*m_ops, m_stream, qkv)));

    const auto normAndRotate = [&](float* x, float* rotated, const float* gain,
                                   std::int64_t heads) -> Status {
        const std::int64_t stride = heads * dim;
        const RmsNormArgs headNorm{.x = x,
                                   .xStride = stride,
                                   .gain = gain,
                                   .out = x,
                                   .outStride = stride,
                                   .rows = rows,
                                   .groups = heads,
                                   .dim = dim,
                                   .eps = config.normEps};
        HEARTH_RETURN_IF_ERROR(check(m_ops->rmsNorm(m_stream, &headNorm)));
        const RopeArgs rope{.x = x,
                            .xStride = stride,
                            .table = m_rope,
                            .out = rotated,
                            .outStride = stride,
                            .rows = rows,
                            .numHeads = heads,
                            .dim = dim,
                            .rotaryDim = dim};
        return check(m_ops->rope(m_stream, &rope));
    };
    HEARTH_RETURN_IF_ERROR(normAndRotate(m_q, m_qRotated, layer.attnQNorm, config.numHeads));
    HEARTH_RETURN_IF_ERROR(normAndRotate(m_k, m_kRotated, layer.attnKNorm, config.numKvHeads));

    const auto store = [&](const float* x, const PagePool& pool) {
        const StoreRowsArgs args{.x = x,
                                 .xStride = kvWidth,
                                 .positions = m_positions,
                                 .rowSequence = m_slots,
                                 .cache = pool.rows(),
                                 .rows = rows,
                                 .numHeads = config.numKvHeads,
                                 .dim = dim};
        return check(m_ops->storeRows(m_stream, &args));
    };
    HEARTH_RETURN_IF_ERROR(store(m_kRotated, cache.windowKeys));
    if (hasMemory) {
        HEARTH_RETURN_IF_ERROR(store(m_k, cache.keys));
        HEARTH_RETURN_IF_ERROR(store(m_v, cache.values));
    } else {
        HEARTH_RETURN_IF_ERROR(store(m_v, cache.windowValues));
    }

    const float scale = 1.0F / std::sqrt(static_cast<float>(dim));
    AttentionArgs args;
    args.segments[0] = {.query = m_qRotated,
                        .queryStride = qWidth,
                        .keys = cache.windowKeys.rows(),
                        .values = hasMemory ? cache.values.rows() : cache.windowValues.rows(),
                        .begin = m_windowBegin,
                        .end = m_windowEnd};
    args.numSegments = 1;
    if (hasMemory && m_numNewBlocks > 0) {
        // A block is compressed when it is complete; queries see it once it has left their window.
        const CompressBlocksArgs compress{.blocks = m_newBlocks,
                                          .blockSequence = m_newBlockSlots,
                                          .keys = cache.keys.rows(),
                                          .values = cache.values.rows(),
                                          .query = layer.memoryQuery,
                                          .position = layer.memoryPosition,
                                          .gain = layer.memoryNorm,
                                          .entryKeys = cache.entryKeys.rows(),
                                          .entryValues = cache.entryValues.rows(),
                                          .numBlocks = m_numNewBlocks,
                                          .numKvHeads = config.numKvHeads,
                                          .dim = dim,
                                          .eps = config.normEps};
        HEARTH_RETURN_IF_ERROR(check(m_ops->compressBlocks(m_stream, &compress)));
    }
    if (hasMemory && m_maxVisibleBlocks > 0 && !m_options.ablation.memory) {
        const SelectBlocksArgs select{.query = m_q,
                                      .queryStride = qWidth,
                                      .entryKeys = cache.entryKeys.rows(),
                                      .numVisible = m_visibleBlocks,
                                      .rowSequence = m_slots,
                                      .maxVisible = m_maxVisibleBlocks,
                                      .blocks = m_selected,
                                      .rows = rows,
                                      .numHeads = config.numHeads,
                                      .numKvHeads = config.numKvHeads,
                                      .dim = dim,
                                      .numSelected = config.selectedBlocks,
                                      .scale = scale};
        HEARTH_RETURN_IF_ERROR(check(m_ops->selectBlocks(m_stream, &select)));
        HEARTH_RETURN_IF_ERROR(pollStop(stop));
        args.segments[1] = {.query = m_q,
                            .queryStride = qWidth,
                            .keys = cache.entryKeys.rows(),
                            .values = cache.entryValues.rows(),
                            .end = m_visibleBlocks,
                            .bias = layer.memoryBias};
        args.segments[2] = {.query = m_q,
                            .queryStride = qWidth,
                            .keys = cache.keys.rows(),
                            .values = cache.values.rows(),
                            .blocks = m_selected,
                            .blocksPerRow = config.selectedBlocks,
                            .bias = layer.memoryBias + config.numHeads};
        args.numSegments = 3;
    }
    args.rowSequence = m_slots;
    args.out = m_out;
    args.outStride = qWidth;
    args.rows = rows;
    args.numHeads = config.numHeads;
    args.numKvHeads = config.numKvHeads;
    args.keyDim = dim;
    args.valueDim = dim;
    args.scale = scale;
    HEARTH_RETURN_IF_ERROR(check(m_ops->attention(m_stream, &args)));
    const LinearArgs output{.x = m_out,
                            .xStride = qWidth,
                            .weight = layer.attnOutput,
                            .y = m_x,
                            .yStride = config.width,
                            .rows = rows,
                            .accumulate = true};
    return check(m_ops->linear(m_stream, &output));
}

Status HearthDecoder::crossAttention(std::size_t index, std::int64_t rows) {
    const HearthConfig& config = *m_config;
    const HearthLayerWeights& layer = m_weights->layers[index];
    const std::int64_t dim = config.headDim;
    const std::int64_t qWidth = config.crossHeads * dim;
    const RmsNormArgs norm{.x = m_x,
                           .xStride = config.width,
                           .gain = layer.crossNorm,
                           .out = m_h,
                           .outStride = config.width,
                           .rows = rows,
                           .dim = config.width,
                           .eps = config.normEps};
    HEARTH_RETURN_IF_ERROR(check(m_ops->rmsNorm(m_stream, &norm)));
    const LinearArgs query{.x = m_h,
                           .xStride = config.width,
                           .weight = layer.crossQ,
                           .y = m_q,
                           .yStride = qWidth,
                           .rows = rows};
    HEARTH_RETURN_IF_ERROR(check(m_ops->linear(m_stream, &query)));
    const RmsNormArgs headNorm{.x = m_q,
                               .xStride = qWidth,
                               .gain = layer.crossQNorm,
                               .out = m_q,
                               .outStride = qWidth,
                               .rows = rows,
                               .groups = config.crossHeads,
                               .dim = dim,
                               .eps = config.normEps};
    HEARTH_RETURN_IF_ERROR(check(m_ops->rmsNorm(m_stream, &headNorm)));
    AttentionArgs args;
    args.segments[0] = {.query = m_q,
                        .queryStride = qWidth,
                        .keys = m_layers[index].mediaKeys.rows(),
                        .values = m_layers[index].mediaValues.rows(),
                        .end = m_visibleMedia};
    args.numSegments = 1;
    args.rowSequence = m_slots;
    args.out = m_out;
    args.outStride = qWidth;
    args.rows = rows;
    args.numHeads = config.crossHeads;
    args.numKvHeads = config.crossKvHeads;
    args.keyDim = dim;
    args.valueDim = dim;
    args.scale = 1.0F / std::sqrt(static_cast<float>(dim));
    HEARTH_RETURN_IF_ERROR(check(m_ops->attention(m_stream, &args)));
    const LinearArgs output{.x = m_out,
                            .xStride = qWidth,
                            .weight = layer.crossOutput,
                            .y = m_y,
                            .yStride = config.width,
                            .rows = rows};
    HEARTH_RETURN_IF_ERROR(check(m_ops->linear(m_stream, &output)));
    const AddScaledArgs add{.x = m_y,
                            .xStride = config.width,
                            .xRows = rows,
                            .y = m_x,
                            .yStride = config.width,
                            .rows = rows,
                            .dim = config.width,
                            .scale = layer.crossScale};
    return check(m_ops->addScaled(m_stream, &add));
}

Status HearthDecoder::feedForward(std::size_t index, std::int64_t rows, float skipThreshold,
                                  RouterTrace* trace) {
    const HearthConfig& config = *m_config;
    const HearthLayerWeights& layer = m_weights->layers[index];
    const RmsNormArgs norm{.x = m_x,
                           .xStride = config.width,
                           .gain = layer.ffnNorm,
                           .out = m_h,
                           .outStride = config.width,
                           .rows = rows,
                           .dim = config.width,
                           .eps = config.normEps};
    HEARTH_RETURN_IF_ERROR(check(m_ops->rmsNorm(m_stream, &norm)));
    const LinearArgs router{.x = m_h,
                            .xStride = config.width,
                            .weight = layer.router,
                            .y = m_routerLogits,
                            .yStride = config.numExperts,
                            .rows = rows};
    HEARTH_RETURN_IF_ERROR(check(m_ops->linear(m_stream, &router)));
    const RouterTopKArgs choose{.logits = m_routerLogits,
                                .logitsStride = config.numExperts,
                                .experts = m_experts,
                                .weights = m_expertWeights,
                                .rows = rows,
                                .numExperts = config.numExperts,
                                .numSlots = config.expertsUsed,
                                .skipThreshold = skipThreshold};
    HEARTH_RETURN_IF_ERROR(check(m_ops->routerTopK(m_stream, &choose)));
    MoeFeedForwardArgs experts{.x = m_h,
                               .xStride = config.width,
                               .gate = layer.expertGate,
                               .up = layer.expertUp,
                               .down = layer.expertDown,
                               .experts = m_experts,
                               .weights = m_expertWeights,
                               .numSlots = config.expertsUsed,
                               .sharedGate = layer.sharedGate,
                               .sharedUp = layer.sharedUp,
                               .sharedDown = layer.sharedDown,
                               .y = m_x,
                               .yStride = config.width,
                               .rows = rows,
                               .accumulate = true};
    if (m_options.ablation.sharedExpert) {
        experts.sharedGate = experts.sharedUp = experts.sharedDown = WeightMatrix{};
    }
    HEARTH_RETURN_IF_ERROR(check(m_ops->moeFeedForward(m_stream, &experts)));
    if (trace == nullptr) {
        return {};
    }
    const auto count = static_cast<std::size_t>(rows * config.expertsUsed);
    const std::size_t before = trace->experts.size();
    trace->experts.resize(before + count);
    trace->weights.resize(before + count);
    HEARTH_RETURN_IF_ERROR(check(m_ops->copyToHost(m_stream, trace->experts.data() + before,
                                                   m_experts, count * sizeof(std::int32_t))));
    HEARTH_RETURN_IF_ERROR(check(m_ops->copyToHost(m_stream, trace->weights.data() + before,
                                                   m_expertWeights, count * sizeof(float))));
    return check(m_ops->streamSynchronize(m_stream));
}

Status HearthDecoder::storeMedia(std::int32_t slot, std::int64_t first,
                                 std::span<const float> vectors) {
    const HearthConfig& config = *m_config;
    const auto count = static_cast<std::int64_t>(vectors.size()) / config.width;
    if (first + count > m_options.maxMediaVectors) {
        return {ErrorCode::InvalidArgument,
                "the pictures and recordings of a conversation may have " +
                    std::to_string(m_options.maxMediaVectors) + " vectors; this would be " +
                    std::to_string(first + count)};
    }
    const std::int64_t dim = config.headDim;
    const std::int64_t kvWidth = config.crossKvHeads * dim;
    // Keys and values pass through the step's scratch, maxRows vectors at a time: m_h takes the
    // vectors, m_q and m_out the products, which are at most as wide as the queries.
    for (std::int64_t done = 0; done < count; done += m_options.maxRows) {
        const std::int64_t rows = std::min(m_options.maxRows, count - done);
        const float* source = vectors.data() + done * config.width;
        const auto bytes = static_cast<std::uint64_t>(rows * config.width) * sizeof(float);
        HEARTH_RETURN_IF_ERROR(check(m_ops->copyToDevice(m_stream, m_h, source, bytes)));
        std::int32_t* positions = stagingOf(m_positions);
        std::iota(positions, positions + rows, static_cast<std::int32_t>(first + done));
        std::fill_n(stagingOf(m_slots), rows, slot);
        HEARTH_RETURN_IF_ERROR(uploadStaging());
        for (std::size_t index = 0; index < m_layers.size(); ++index) {
            if (!config.hasCross[index]) {
                continue;
            }
            const HearthLayerWeights& layer = m_weights->layers[index];
            const auto product = [&](const WeightMatrix& weight, float* y) {
                return LinearArgs{.x = m_h,
                                  .xStride = config.width,
                                  .weight = weight,
                                  .y = y,
                                  .yStride = kvWidth,
                                  .rows = rows};
            };
            const LinearGroupArgs keysAndValues{
                .items = {product(layer.crossK, m_q), product(layer.crossV, m_out)}, .numItems = 2};
            HEARTH_RETURN_IF_ERROR(check(linearGroup(*m_ops, m_stream, keysAndValues)));
            const RmsNormArgs norm{.x = m_q,
                                   .xStride = kvWidth,
                                   .gain = layer.crossKNorm,
                                   .out = m_q,
                                   .outStride = kvWidth,
                                   .rows = rows,
                                   .groups = config.crossKvHeads,
                                   .dim = dim,
                                   .eps = config.normEps};
            HEARTH_RETURN_IF_ERROR(check(m_ops->rmsNorm(m_stream, &norm)));
            const auto store = [&](const float* x, const PagePool& pool) {
                const StoreRowsArgs args{.x = x,
                                         .xStride = kvWidth,
                                         .positions = m_positions,
                                         .rowSequence = m_slots,
                                         .cache = pool.rows(),
                                         .rows = rows,
                                         .numHeads = config.crossKvHeads,
                                         .dim = dim};
                return check(m_ops->storeRows(m_stream, &args));
            };
            HEARTH_RETURN_IF_ERROR(store(m_q, m_layers[index].mediaKeys));
            HEARTH_RETURN_IF_ERROR(store(m_out, m_layers[index].mediaValues));
        }
        HEARTH_RETURN_IF_ERROR(check(m_ops->streamSynchronize(m_stream)));
    }
    return {};
}

}  // namespace hearth
