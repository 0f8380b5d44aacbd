// The memory of a decoder: the scratch of a step, the caches of its layers, and what a step
// uploads.

#include "inference/model/hearth_decoder.h"

#include <algorithm>
#include <bit>

#include "kernels/api/op_table.h"

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

}  // namespace

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

}  // namespace hearth
