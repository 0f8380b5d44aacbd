#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "inference/cache/page_pool.h"
#include "inference/model/hearth_config.h"
#include "inference/model/hearth_weights.h"
#include "kernels/api/op_table.h"
#include "kernels/base/status.h"
#include "kernels/dispatch/device.h"

namespace hearth {

/// Parts of the model that a test can switch off.
struct HearthAblation {
    bool memory = false;
    bool sharedExpert = false;
    bool crossAttention = false;
    bool waveform = false;
    bool spectrogram = false;
};

/// What the router chose: for each layer, row and slot.
struct RouterTrace {
    std::int64_t numSlots = 0;
    std::vector<std::int32_t> experts;  ///< [layers, rows, slots]; -1 = skipped
    std::vector<float> weights;         ///< [layers, rows, slots]
};

/// Bytes of the caches of a decoder.
struct CacheBytes {
    std::uint64_t text = 0;   ///< keys, values and compressed entries of tokens
    std::uint64_t media = 0;  ///< keys and values of media vectors
};

/// One row of a step: a token at its place in a sequence.
struct DecoderRow {
    std::int32_t token = 0;
    std::int32_t slot = 0;          ///< the sequence's slot in the caches
    std::int32_t position = 0;      ///< from 0
    std::int32_t visibleMedia = 0;  ///< media vectors of the sequence that the token sees
};

/// The text decoder of the `hearth` family with the caches of its sequences: straight-line code
/// over the operation table. The equations are those of docs/adr/0001-hearth-mini-model.md. One
/// thread at a time.
class HearthDecoder {
public:
    struct Options {
        std::int64_t maxRows = 256;            ///< rows of a step
        std::int64_t maxSequences = 1;         ///< slots of the caches
        std::int64_t contextTokens = 0;        ///< tokens of a sequence
        std::int64_t rewindTokens = 2048;      ///< that a sequence can go back in its rings
        std::int64_t maxMediaVectors = 65536;  ///< of a sequence
        DType cacheType = DType::F16;          ///< F16 or F32
        HearthAblation ablation;
    };

    /// `config` and `weights` outlive the decoder, as does the device. Errors: OutOfMemory, Device.
    static Result<HearthDecoder> create(const UniqueDevice& device, OpStream* stream,
                                        const HearthConfig& config, const HearthWeights& weights,
                                        const Options& options);

    /// Runs the rows through all layers and writes their keys and values to the caches. Rows of a
    /// sequence are consecutive and in order of position; each sequence's rows follow what the
    /// caches hold. Logits [logitRows.size(), vocabulary] of the named rows are written to
    /// `logits`. `trace` may be null. A stopped step leaves the caches as before, as far as later
    /// rows can see. Errors: Cancelled, OutOfMemory, Device.
    Status run(std::span<const DecoderRow> rows, std::span<const std::int32_t> logitRows,
               std::span<float> logits, float skipThreshold, RouterTrace* trace,
               const std::stop_token& stop);

    /// Computes and stores the cross-attention keys and values of media vectors [count, width] as
    /// vectors first .. first + count - 1 of the sequence in `slot`. Errors: InvalidArgument past
    /// maxMediaVectors, OutOfMemory, Device.
    Status storeMedia(std::int32_t slot, std::int64_t first, std::span<const float> vectors);

    const Options& options() const noexcept { return m_options; }
    /// Rows of a window ring: row p is overwritten by row p + ringRows.
    static std::int64_t ringRows(const HearthConfig& config, const Options& options) noexcept;
    /// Memory that the caches of all sequences take when they are full.
    static CacheBytes cacheBytes(const HearthConfig& config, const Options& options);

private:
    struct LayerCache {
        PagePool windowKeys;    ///< rotated
        PagePool windowValues;  ///< layers without memory
        PagePool keys;          ///< unrotated; layers with memory
        PagePool values;        ///< layers with memory
        PagePool entryKeys;     ///< compressed
        PagePool entryValues;   ///< compressed
        PagePool mediaKeys;     ///< layers with cross-attention
        PagePool mediaValues;   ///< layers with cross-attention
    };
    /// Rows of a matrix on the device.
    struct Rows {
        float* data = nullptr;
        std::int64_t stride = 0;
    };
    /// Device memory of a step; sizes in rows of Options::maxRows.
    struct Scratch {
        UniqueBuffer floats;
        UniqueBuffer ints;
    };

    HearthDecoder(const UniqueDevice& device, OpStream* stream, const HearthConfig& config,
                  const HearthWeights& weights, const Options& options);

    template <class Layer, class Visitor>
    static void forEachPool(const HearthConfig& config, const Options& options, std::size_t index,
                            Layer& layer, const Visitor& visit);
    Status allocate();
    Status prepareRows(std::span<const DecoderRow> rows, std::span<const std::int32_t> logitRows);
    Status uploadStaging();
    /// Where the host prepares the step array that is at `part` on the device.
    std::int32_t* stagingOf(const std::int32_t* part) noexcept {
        return m_staging.data() + (part - m_ids);
    }
    /// out = rms(x) * gain, each [rows, width].
    Status normRows(const float* x, const float* gain, float* out, std::int64_t rows) const;
    /// The same in place for each head of x [rows, heads D].
    Status normHeads(float* x, const float* gain, std::int64_t heads, std::int64_t rows) const;
    /// y = x weight^T, to be run alone or in a group.
    static LinearArgs product(const Rows& x, const WeightMatrix& weight, const Rows& y,
                              std::int64_t rows) noexcept;
    Status runProduct(const LinearArgs& args) const;
    /// Puts x [rows, heads D] at the positions and slots of the step into a cache.
    Status storeRows(const float* x, const PagePool& pool, std::int64_t heads,
                     std::int64_t rows) const;
    /// Attention of the step's rows into m_out; the caller adds the segments.
    AttentionArgs attentionArgs(std::int64_t heads, std::int64_t kvHeads, std::int64_t rows) const;
    Status attention(std::size_t layer, std::int64_t rows, const std::stop_token& stop);
    Status crossAttention(std::size_t layer, std::int64_t rows);
    Status feedForward(std::size_t layer, std::int64_t rows, float skipThreshold,
                       RouterTrace* trace);
    Status check(OpStatus status) const { return opStatus(*m_ops, status, "running a step"); }

    const UniqueDevice* m_device;
    const OpTable* m_ops;
    OpStream* m_stream;
    const HearthConfig* m_config;
    const HearthWeights* m_weights;
    Options m_options;
    std::vector<LayerCache> m_layers;
    Scratch m_scratch;
    std::vector<std::int32_t> m_staging;  ///< the step arrays m_ids .. m_logitRows on the host
    UniqueBuffer m_logits;
    std::int64_t m_logitCapacity = 0;

    // Views into the scratch buffers; n = maxRows.
    float* m_x = nullptr;                     ///< [n, d] residual stream
    float* m_h = nullptr;                     ///< [n, d] after a norm
    float* m_q = nullptr;                     ///< [n, heads D], also cross-attention queries
    float* m_qRotated = nullptr;              ///< [n, heads D]
    float* m_k = nullptr;                     ///< [n, kvHeads D]
    float* m_kRotated = nullptr;              ///< [n, kvHeads D]
    float* m_v = nullptr;                     ///< [n, kvHeads D]
    float* m_out = nullptr;                   ///< [n, heads D] of attention
    float* m_y = nullptr;                     ///< [n, d]
    float* m_rope = nullptr;                  ///< [n, D / 2, 2]
    float* m_routerLogits = nullptr;          ///< [n, experts]
    float* m_expertWeights = nullptr;         ///< [n, used]
    std::int32_t* m_ids = nullptr;            ///< [n]
    std::int32_t* m_positions = nullptr;      ///< [n]
    std::int32_t* m_slots = nullptr;          ///< [n]
    std::int32_t* m_windowBegin = nullptr;    ///< [n]
    std::int32_t* m_windowEnd = nullptr;      ///< [n]
    std::int32_t* m_visibleBlocks = nullptr;  ///< [n]
    std::int32_t* m_visibleMedia = nullptr;   ///< [n]
    std::int32_t* m_newBlocks = nullptr;      ///< [n] blocks that this step completes
    std::int32_t* m_newBlockSlots = nullptr;  ///< [n]
    std::int32_t* m_logitRows = nullptr;      ///< [n]
    std::int32_t* m_experts = nullptr;        ///< [n, used]
    std::int32_t* m_selected = nullptr;       ///< [n, kvHeads, selected]

    std::int64_t m_numNewBlocks = 0;
    std::int64_t m_maxVisibleBlocks = 0;
    bool m_seesMedia = false;
};

}  // namespace hearth
