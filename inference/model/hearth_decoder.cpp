#include "inference/model/hearth_decoder.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "kernels/api/op_table.h"
#include "kernels/dispatch/fused_ops.h"

namespace hearth {
namespace {

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

Status HearthDecoder::normRows(const float* x, const float* gain, float* out,
                               std::int64_t rows) const {
    const RmsNormArgs args{.x = x,
                           .xStride = m_config->width,
                           .gain = gain,
                           .out = out,
                           .outStride = m_config->width,
                           .rows = rows,
                           .dim = m_config->width,
                           .eps = m_config->normEps};
    return check(m_ops->rmsNorm(m_stream, &args));
}

Status HearthDecoder::normHeads(float* x, const float* gain, std::int64_t heads,
                                std::int64_t rows) const {
    const std::int64_t stride = heads * m_config->headDim;
    const RmsNormArgs args{.x = x,
                           .xStride = stride,
                           .gain = gain,
                           .out = x,
                           .outStride = stride,
                           .rows = rows,
                           .groups = heads,
                           .dim = m_config->headDim,
                           .eps = m_config->normEps};
    return check(m_ops->rmsNorm(m_stream, &args));
}

LinearArgs HearthDecoder::product(const Rows& x, const WeightMatrix& weight, const Rows& y,
                                  std::int64_t rows) noexcept {
    return {.x = x.data,
            .xStride = x.stride,
            .weight = weight,
            .y = y.data,
            .yStride = y.stride,
            .rows = rows};
}

Status HearthDecoder::runProduct(const LinearArgs& args) const {
    return check(m_ops->linear(m_stream, &args));
}

Status HearthDecoder::storeRows(const float* x, const PagePool& pool, std::int64_t heads,
                                std::int64_t rows) const {
    const StoreRowsArgs args{.x = x,
                             .xStride = heads * m_config->headDim,
                             .positions = m_positions,
                             .rowSequence = m_slots,
                             .cache = pool.rows(),
                             .rows = rows,
                             .numHeads = heads,
                             .dim = m_config->headDim};
    return check(m_ops->storeRows(m_stream, &args));
}

AttentionArgs HearthDecoder::attentionArgs(std::int64_t heads, std::int64_t kvHeads,
                                           std::int64_t rows) const {
    AttentionArgs args;
    args.rowSequence = m_slots;
    args.out = m_out;
    args.outStride = heads * m_config->headDim;
    args.rows = rows;
    args.numHeads = heads;
    args.numKvHeads = kvHeads;
    args.keyDim = m_config->headDim;
    args.valueDim = m_config->headDim;
    args.scale = 1.0F / std::sqrt(static_cast<float>(m_config->headDim));
    return args;
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
    HEARTH_RETURN_IF_ERROR(normRows(m_y, m_weights->outputNorm, m_y, numLogits));
    HEARTH_RETURN_IF_ERROR(
        runProduct(product({m_y, config.width}, m_weights->tokenEmbedding,
                           {bufferAs<float>(m_logits), config.vocabSize}, numLogits)));
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

    HEARTH_RETURN_IF_ERROR(normRows(m_x, layer.attnNorm, m_h, rows));
    const Rows h{m_h, config.width};
    const LinearGroupArgs qkv{.items = {product(h, layer.attnQ, {m_q, qWidth}, rows),
                                        product(h, layer.attnK, {m_k, kvWidth}, rows),
                                        product(h, layer.attnV, {m_v, kvWidth}, rows)},
                              .numItems = 3};
    HEARTH_RETURN_IF_ERROR(check(linearGroup(*m_ops, m_stream, qkv)));

    const auto normAndRotate = [&](float* x, float* rotated, const float* gain,
                                   std::int64_t heads) -> Status {
        const std::int64_t stride = heads * dim;
        HEARTH_RETURN_IF_ERROR(normHeads(x, gain, heads, rows));
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
        return storeRows(x, pool, config.numKvHeads, rows);
    };
    HEARTH_RETURN_IF_ERROR(store(m_kRotated, cache.windowKeys));
    if (hasMemory) {
        HEARTH_RETURN_IF_ERROR(store(m_k, cache.keys));
        HEARTH_RETURN_IF_ERROR(store(m_v, cache.values));
    } else {
        HEARTH_RETURN_IF_ERROR(store(m_v, cache.windowValues));
    }

    AttentionArgs args = attentionArgs(config.numHeads, config.numKvHeads, rows);
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
                                      .scale = args.scale};
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
    HEARTH_RETURN_IF_ERROR(check(m_ops->attention(m_stream, &args)));
    LinearArgs output = product({m_out, qWidth}, layer.attnOutput, {m_x, config.width}, rows);
    output.accumulate = true;
    return runProduct(output);
}

Status HearthDecoder::crossAttention(std::size_t index, std::int64_t rows) {
    const HearthConfig& config = *m_config;
    const HearthLayerWeights& layer = m_weights->layers[index];
    const std::int64_t dim = config.headDim;
    const std::int64_t qWidth = config.crossHeads * dim;
    HEARTH_RETURN_IF_ERROR(normRows(m_x, layer.crossNorm, m_h, rows));
    HEARTH_RETURN_IF_ERROR(
        runProduct(product({m_h, config.width}, layer.crossQ, {m_q, qWidth}, rows)));
    HEARTH_RETURN_IF_ERROR(normHeads(m_q, layer.crossQNorm, config.crossHeads, rows));
    AttentionArgs args = attentionArgs(config.crossHeads, config.crossKvHeads, rows);
    args.segments[0] = {.query = m_q,
                        .queryStride = qWidth,
                        .keys = m_layers[index].mediaKeys.rows(),
                        .values = m_layers[index].mediaValues.rows(),
                        .end = m_visibleMedia};
    args.numSegments = 1;
    HEARTH_RETURN_IF_ERROR(check(m_ops->attention(m_stream, &args)));
    HEARTH_RETURN_IF_ERROR(
        runProduct(product({m_out, qWidth}, layer.crossOutput, {m_y, config.width}, rows)));
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
    HEARTH_RETURN_IF_ERROR(normRows(m_x, layer.ffnNorm, m_h, rows));
    HEARTH_RETURN_IF_ERROR(runProduct(
        product({m_h, config.width}, layer.router, {m_routerLogits, config.numExperts}, rows)));
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
            const LinearGroupArgs keysAndValues{
                .items = {product({m_h, config.width}, layer.crossK, {m_q, kvWidth}, rows),
                          product({m_h, config.width}, layer.crossV, {m_out, kvWidth}, rows)},
                .numItems = 2};
            HEARTH_RETURN_IF_ERROR(check(linearGroup(*m_ops, m_stream, keysAndValues)));
            HEARTH_RETURN_IF_ERROR(normHeads(m_q, layer.crossKNorm, config.crossKvHeads, rows));
            HEARTH_RETURN_IF_ERROR(
                storeRows(m_q, m_layers[index].mediaKeys, config.crossKvHeads, rows));
            HEARTH_RETURN_IF_ERROR(
                storeRows(m_out, m_layers[index].mediaValues, config.crossKvHeads, rows));
        }
        HEARTH_RETURN_IF_ERROR(check(m_ops->streamSynchronize(m_stream)));
    }
    return {};
}

}  // namespace hearth
