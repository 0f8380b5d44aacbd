#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "inference/encoder/hearth_encoders.h"
#include "inference/engine/model.h"
#include "inference/model/hearth_decoder.h"
#include "kernels/base/media_views.h"
#include "kernels/base/status.h"
#include "kernels/base/thread_pool.h"
#include "kernels/dispatch/cpu_ops.h"
#include "kernels/dispatch/device.h"

namespace hearth {

class Engine;

/// One text with its cached keys and values and its media. Belongs to the engine that made it,
/// which outlives it. One thread at a time, the engine's.
class Sequence {
public:
    ~Sequence();
    Sequence(const Sequence&) = delete;
    Sequence& operator=(const Sequence&) = delete;

    /// Tokens that have been run, in order.
    std::span<const std::int32_t> tokens() const noexcept { return m_tokens; }
    std::int64_t length() const noexcept { return static_cast<std::int64_t>(m_tokens.size()); }
    std::int64_t numMedia() const noexcept { return static_cast<std::int64_t>(m_media.size()); }

    /// Makes media vectors [n, width] (of encodeImage or encodeAudio, chunks joined) visible to the
    /// tokens from `position` on, which is where the medium's placeholder token will be: not before
    /// the tokens that have been run, nor before earlier media. Errors: InvalidArgument,
    /// OutOfMemory.
    Status addMedia(std::span<const float> vectors, std::int64_t position);

    /// Goes back to the first `length` tokens and the media placed among them. Where the window
    /// ring no longer holds what that needs (see EngineOptions::rewindTokens), everything is
    /// forgotten. Returns the length that is left: `length`, or 0.
    std::int64_t truncate(std::int64_t length);

private:
    friend class Engine;

    struct Medium {
        std::int64_t position = 0;
        std::int64_t endVector = 0;  ///< vectors of this and all earlier media
    };

    Sequence(Engine& engine, std::int32_t slot) noexcept : m_engine(engine), m_slot(slot) {}
    std::int64_t visibleVectors(std::int64_t position) const noexcept;

    Engine& m_engine;
    std::int32_t m_slot;
    std::vector<std::int32_t> m_tokens;
    std::vector<Medium> m_media;
    /// End of the rows that were ever stored, also by a step that was stopped: older rows of the
    /// rings are overwritten.
    std::int64_t m_storedEnd = 0;
};

/// What one sequence adds to a step.
struct SequenceWork {
    enum class Logits { None, Last, All };

    Sequence* sequence = nullptr;
    std::span<const std::int32_t> tokens;  ///< appended to the sequence; at least one
    Logits logits = Logits::Last;
};

struct EngineOptions {
    int numThreads = 0;  ///< 0 = one per core, or as many as the system lets start
    IsaRequest isa = IsaRequest::Auto;
    std::int64_t contextTokens = 32768;  ///< of each sequence; not above the model's
    std::int64_t maxSequences = 1;
    /// Tokens that a sequence can be taken back without running everything again; 3 KiB each with
    /// Hearth Mini and f16.
    std::int64_t rewindTokens = 2048;
    DType cacheType = DType::F16;  ///< F16 or F32
    HearthAblation ablation{};     ///< for tests
};

/// Runs one model: owns the compute threads, the device and the caches. One thread at a time.
class Engine {
public:
    /// Rows of a step. A stop is noticed between the operations of a layer that take long: 256 rows
    /// of attention take 10 to 20 ms on two cores. Beyond kLongContext tokens the compressed
    /// entries double that and more, so prefill halves its steps.
    static constexpr std::int64_t kMaxStepRows = 256;
    static constexpr std::int64_t kLongContext = 32768;

    /// Errors: Unsupported (an instruction set that the CPU lacks), InvalidArgument (a context
    /// above the model's), Busy (the system does not start the threads asked for), OutOfMemory.
    static Result<std::unique_ptr<Engine>> create(std::shared_ptr<const Model> model,
                                                  const EngineOptions& options);

    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Errors: Busy when maxSequences are alive.
    Result<std::unique_ptr<Sequence>> createSequence();

    /// Runs the tokens of all works, together at most kMaxStepRows, and appends them to their
    /// sequences. Returns the logits that were asked for, [rows, vocabulary] in the order of the
    /// works; valid until the next step. On an error no sequence has changed. Errors:
    /// InvalidArgument (a token outside the vocabulary, a context that is full), Cancelled,
    /// OutOfMemory, Device.
    Result<std::span<const float>> step(std::span<const SequenceWork> works,
                                        const std::stop_token& stop = {},
                                        RouterTrace* trace = nullptr);

    /// Runs any number of tokens of one sequence, step by step; logits of the last one. After each
    /// step `onProgress` gets the number of tokens done, and `trace` holds that step's experts. On
    /// Cancelled the sequence keeps the steps that were finished.
    Result<std::span<const float>> prefill(Sequence& sequence, std::span<const std::int32_t> tokens,
                                           const std::stop_token& stop = {},
                                           const std::function<void(std::int64_t)>& onProgress = {},
                                           RouterTrace* trace = nullptr);

    /// Media vectors [n, width] of a prepared picture or of one chunk of a recording. Errors:
    /// InvalidArgument, Cancelled, OutOfMemory, Device.
    Result<std::vector<float>> encodeImage(const ImageView& image,
                                           const std::stop_token& stop = {});
    Result<std::vector<float>> encodeAudio(const AudioView& audio,
                                           const std::stop_token& stop = {});

    /// Routed experts after the first are skipped where the first one's weight exceeds this; 1 =
    /// never.
    void setSkipThreshold(float threshold) noexcept { m_skipThreshold = threshold; }

    const Model& model() const noexcept { return *m_model; }
    std::int64_t contextTokens() const noexcept { return m_options.contextTokens; }
    std::int64_t maxSequences() const noexcept { return m_options.maxSequences; }
    /// Memory of the caches when every sequence is full; known before it is allocated. Pages that
    /// no token was written to take no memory yet.
    static CacheBytes cacheBytes(const Model& model, const EngineOptions& options);
    /// f. e. "CPU (cpu-avx512), 2 threads": exact, for measurements.
    std::string deviceDescription() const;
    int numThreads() const noexcept { return m_pool->numThreads(); }

private:
    friend class Sequence;

    Engine(std::shared_ptr<const Model> model, const EngineOptions& options);
    Status open();

    std::shared_ptr<const Model> m_model;
    EngineOptions m_options;
    std::unique_ptr<ThreadPool> m_pool;
    UniqueDevice m_device;
    UniqueStream m_stream;
    std::optional<HearthDecoder> m_decoder;
    std::optional<HearthEncoders> m_encoders;
    std::vector<bool> m_isSlotUsed;
    std::vector<DecoderRow> m_rows;
    std::vector<std::int32_t> m_logitRows;
    std::vector<float> m_logits;
    float m_skipThreshold = 1.0F;
};

}  // namespace hearth
