#include "inference/engine/engine.h"

#include <algorithm>
#include <new>
#include <thread>
#include <utility>

namespace hearth {
namespace {

HearthDecoder::Options decoderOptions(const EngineOptions& options) {
    HearthDecoder::Options result;
    result.maxRows = Engine::kMaxStepRows;
    result.maxSequences = options.maxSequences;
    result.contextTokens = options.contextTokens;
    result.rewindTokens = options.rewindTokens;
    result.cacheType = options.cacheType;
    result.ablation = options.ablation;
    return result;
}

/// Says what helps where memory did not suffice.
Status advised(Status status) {
    return std::move(status).withAdvice(
        ErrorCode::OutOfMemory,
        "use a shorter context or a smaller model file, or close other programs");
}

}  // namespace

Sequence::~Sequence() {
    m_engine.m_isSlotUsed[static_cast<std::size_t>(m_slot)] = false;
}

Status Sequence::addMedia(std::span<const float> vectors, std::int64_t position) {
    const HearthConfig& config = m_engine.m_model->config();
    const auto width = static_cast<std::size_t>(config.width);
    HEARTH_CHECK(!vectors.empty() && vectors.size() % width == 0);
    const std::int64_t earliest =
        m_media.empty() ? length() : std::max(length(), m_media.back().position);
    if (position < earliest) {
        return {ErrorCode::InvalidArgument,
                "a medium cannot be placed before tokens that have been read"};
    }
    const std::int64_t first = m_media.empty() ? 0 : m_media.back().endVector;
    const float* ordinal =
        m_engine.m_model->weights().mediaOrdinal + numMedia() % kNumMediaOrdinals * config.width;
    std::vector<float> placed(vectors.begin(), vectors.end());
    for (std::size_t i = 0; i < placed.size(); ++i) {
        placed[i] += ordinal[i % width];
    }
    HEARTH_RETURN_IF_ERROR(advised(m_engine.m_decoder->storeMedia(m_slot, first, placed)));
    m_media.push_back({position, first + static_cast<std::int64_t>(vectors.size() / width)});
    return {};
}

std::int64_t Sequence::truncate(std::int64_t length) {
    HEARTH_CHECK(length >= 0);
    if (length < this->length()) {
        const HearthConfig& config = m_engine.m_model->config();
        const std::int64_t oldestInRing =
            m_storedEnd - HearthDecoder::ringRows(config, m_engine.m_decoder->options());
        if (config.windowStart(length) < oldestInRing) {
            length = 0;
        }
        if (length == 0) {
            m_storedEnd = 0;
        }
        m_tokens.resize(static_cast<std::size_t>(length));
    }
    while (!m_media.empty() && m_media.back().position >= length) {
        m_media.pop_back();
    }
    return this->length();
}

std::int64_t Sequence::visibleVectors(std::int64_t position) const noexcept {
    std::int64_t visible = 0;
    for (const Medium& medium : m_media) {
        if (medium.position > position) {
            break;
        }
        visible = medium.endVector;
    }
    return visible;
}

Engine::Engine(std::shared_ptr<const Model> model, const EngineOptions& options)
    : m_model(std::move(model)),
      m_options(options),
      m_skipThreshold(m_model->config().skipThreshold) {}

Engine::~Engine() {
    // Decoder and encoders hold buffers of the device, the device uses the pool: members are
    // destroyed in that order.
    HEARTH_CHECK(
        std::none_of(m_isSlotUsed.begin(), m_isSlotUsed.end(), [](bool isUsed) { return isUsed; }));
}

Result<std::unique_ptr<Engine>> Engine::create(std::shared_ptr<const Model> model,
                                               const EngineOptions& options) {
    HEARTH_CHECK(model != nullptr && options.maxSequences > 0);
    try {
        auto engine = std::unique_ptr<Engine>(new Engine(std::move(model), options));
        HEARTH_RETURN_IF_ERROR(advised(engine->open()));
        return engine;
    } catch (const std::bad_alloc&) {
        return advised({ErrorCode::OutOfMemory, "not enough memory for the engine"});
    }
}

Status Engine::open() {
    const HearthConfig& config = m_model->config();
    if (m_options.contextTokens < 1 || m_options.contextTokens > config.contextLength) {
        return {ErrorCode::InvalidArgument,
                "the model takes contexts of 1 to " + std::to_string(config.contextLength) +
                    " tokens, asked for " + std::to_string(m_options.contextTokens)};
    }
    HEARTH_ASSIGN_OR_RETURN(const OpTable* ops, selectCpuOps(m_options.isa));
    const int numCores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    m_pool =
        std::make_unique<ThreadPool>(m_options.numThreads > 0 ? m_options.numThreads : numCores);
    // One thread a core is a wish, a number that was asked for is not. Callers learn the number.
    if (m_pool->numThreads() < m_options.numThreads) {
        return {ErrorCode::Busy, "the system started only " + std::to_string(m_pool->numThreads()) +
                                     " of " + std::to_string(m_options.numThreads) +
                                     " compute threads; ask for fewer or close other programs"};
    }
    HEARTH_ASSIGN_OR_RETURN(m_device, openDevice(*ops, 0, m_pool.get()));
    HEARTH_ASSIGN_OR_RETURN(m_stream, createStream(m_device));
    HEARTH_ASSIGN_OR_RETURN(HearthDecoder decoder,
                            HearthDecoder::create(m_device, m_stream.get(), config,
                                                  m_model->weights(), decoderOptions(m_options)));
    m_decoder.emplace(std::move(decoder));
    m_encoders.emplace(m_device, m_stream.get(), config, m_model->weights(), m_options.ablation);
    m_isSlotUsed.resize(static_cast<std::size_t>(m_options.maxSequences), false);
    m_rows.reserve(kMaxStepRows);
    m_logitRows.reserve(kMaxStepRows);
    return {};
}

Result<std::unique_ptr<Sequence>> Engine::createSequence() {
    const auto free = std::find(m_isSlotUsed.begin(), m_isSlotUsed.end(), false);
    if (free == m_isSlotUsed.end()) {
        return Status(ErrorCode::Busy, "all " + std::to_string(m_isSlotUsed.size()) +
                                           " conversations of the engine are in use");
    }
    *free = true;
    auto sequence = std::unique_ptr<Sequence>(
        new Sequence(*this, static_cast<std::int32_t>(free - m_isSlotUsed.begin())));
    // The decode loop allocates nothing.
    sequence->m_tokens.reserve(static_cast<std::size_t>(m_options.contextTokens));
    return sequence;
}

Result<std::span<const float>> Engine::step(std::span<const SequenceWork> works,
                                            const std::stop_token& stop, RouterTrace* trace) {
    const std::int64_t vocabSize = m_model->config().vocabSize;
    m_rows.clear();
    m_logitRows.clear();
    for (const SequenceWork& work : works) {
        HEARTH_CHECK(work.sequence != nullptr && &work.sequence->m_engine == this &&
                     !work.tokens.empty());
        const Sequence& sequence = *work.sequence;
        std::int64_t position = sequence.length();
        if (position + static_cast<std::int64_t>(work.tokens.size()) > m_options.contextTokens) {
            return Status(
                ErrorCode::InvalidArgument,
                "the context of " + std::to_string(m_options.contextTokens) + " tokens is full");
        }
        for (std::size_t i = 0; i < work.tokens.size(); ++i, ++position) {
            const std::int32_t token = work.tokens[i];
            if (token < 0 || token >= vocabSize) {
                return Status(ErrorCode::InvalidArgument, "token " + std::to_string(token) +
                                                              " is outside the vocabulary of " +
                                                              std::to_string(vocabSize));
            }
            const bool isLast = i + 1 == work.tokens.size();
            if (work.logits == SequenceWork::Logits::All ||
                (work.logits == SequenceWork::Logits::Last && isLast)) {
                m_logitRows.push_back(static_cast<std::int32_t>(m_rows.size()));
            }
            m_rows.push_back(
                {.token = token,
                 .slot = sequence.m_slot,
                 .position = static_cast<std::int32_t>(position),
                 .visibleMedia = static_cast<std::int32_t>(sequence.visibleVectors(position))});
        }
    }
    HEARTH_CHECK(!m_rows.empty() && static_cast<std::int64_t>(m_rows.size()) <= kMaxStepRows);
    for (const SequenceWork& work : works) {
        work.sequence->m_storedEnd =
            std::max(work.sequence->m_storedEnd,
                     work.sequence->length() + static_cast<std::int64_t>(work.tokens.size()));
    }
    m_logits.resize(m_logitRows.size() * static_cast<std::size_t>(vocabSize));
    HEARTH_RETURN_IF_ERROR(
        advised(m_decoder->run(m_rows, m_logitRows, m_logits, m_skipThreshold, trace, stop)));
    for (const SequenceWork& work : works) {
        work.sequence->m_tokens.insert(work.sequence->m_tokens.end(), work.tokens.begin(),
                                       work.tokens.end());
    }
    return std::span<const float>(m_logits);
}

Result<std::span<const float>> Engine::prefill(Sequence& sequence,
                                               std::span<const std::int32_t> tokens,
                                               const std::stop_token& stop,
                                               const std::function<void(std::int64_t)>& onProgress,
                                               RouterTrace* trace) {
    HEARTH_CHECK(!tokens.empty());
    std::span<const float> logits;
    for (std::size_t done = 0; done < tokens.size();) {
        const std::int64_t rows =
            sequence.length() < kLongContext ? kMaxStepRows : kMaxStepRows / 2;
        const std::size_t count = std::min(tokens.size() - done, static_cast<std::size_t>(rows));
        const bool isLast = done + count == tokens.size();
        const SequenceWork work{
            .sequence = &sequence,
            .tokens = tokens.subspan(done, count),
            .logits = isLast ? SequenceWork::Logits::Last : SequenceWork::Logits::None};
        HEARTH_ASSIGN_OR_RETURN(logits, step({&work, 1}, stop, trace));
        done += count;
        if (onProgress) {
            onProgress(static_cast<std::int64_t>(done));
        }
    }
    return logits;
}

Result<std::vector<float>> Engine::encodeImage(const ImageView& image,
                                               const std::stop_token& stop) {
    Result<std::vector<float>> vectors = m_encoders->encodeImage(image, stop);
    return vectors.has_value() ? std::move(vectors) : advised(std::move(vectors).error());
}

Result<std::vector<float>> Engine::encodeAudio(const AudioView& audio,
                                               const std::stop_token& stop) {
    Result<std::vector<float>> vectors = m_encoders->encodeAudio(audio, stop);
    return vectors.has_value() ? std::move(vectors) : advised(std::move(vectors).error());
}

CacheBytes Engine::cacheBytes(const Model& model, const EngineOptions& options) {
    return HearthDecoder::cacheBytes(model.config(), decoderOptions(options));
}

std::string Engine::deviceDescription() const {
    return "CPU (" + std::string(m_device.ops().name) + "), " + std::to_string(numThreads()) +
           (numThreads() == 1 ? " thread" : " threads");
}

}  // namespace hearth
