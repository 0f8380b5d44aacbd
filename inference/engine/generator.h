#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "inference/engine/engine.h"
#include "inference/engine/engine_events.h"
#include "inference/engine/generate.h"
#include "inference/engine/medium_input.h"
#include "kernels/base/status.h"

namespace hearth {

/// A conversation that waits for its next answer.
struct GenerateRequest {
    RequestId id = 0;
    std::vector<TokenId> tokens;  ///< the whole conversation in the model's chat format; not empty
    /// One for each placeholder token among `tokens`, in their order and of their kind. Equal
    /// pointers are the same medium.
    std::vector<std::shared_ptr<const MediumInput>> media;
    GenerateOptions options;
    std::optional<float> skipThreshold;  ///< see Engine::setSkipThreshold; empty = the model's
    bool tracesRouter = false;           ///< whether `routed` events are sent
};

/// Answers conversations with one engine. Sequences are kept between requests: the tokens and media
/// that a request has in common with an earlier one are not run again. One thread at a time.
class Generator {
public:
    /// `engine` needs a model with a tokenizer. Opens all of its sequences.
    static Result<std::unique_ptr<Generator>> create(std::unique_ptr<Engine> engine);

    ~Generator();
    Generator(const Generator&) = delete;
    Generator& operator=(const Generator&) = delete;

    /// Runs one request to its end and tells `events`. Failures: InvalidArgument (a conversation
    /// that fills the context, media that do not fit their placeholders, a sampling option out of
    /// range), OutOfMemory, Device. What was read so far is kept in any case.
    void run(const GenerateRequest& request, EngineEvents& events, const std::stop_token& stop);

    /// Forgets all conversations.
    void clear();

    const Engine& engine() const noexcept { return *m_engine; }

private:
    struct PlacedMedium {
        std::shared_ptr<const MediumInput> input;
        std::int64_t position = 0;
        std::vector<float> vectors;  ///< [n, width], kept in case the sequence starts anew
    };
    struct Conversation {
        std::unique_ptr<Sequence> sequence;
        std::vector<PlacedMedium> media;
        std::uint64_t lastUse = 0;
    };

    explicit Generator(std::unique_ptr<Engine> engine) noexcept;

    Result<std::vector<std::int64_t>> placeholders(const GenerateRequest& request) const;
    static std::int64_t commonPrefix(const Conversation& conversation,
                                     const GenerateRequest& request,
                                     const std::vector<std::int64_t>& positions);
    Status placeMedia(Conversation& conversation, const GenerateRequest& request,
                      const std::vector<std::int64_t>& positions, GenerateReport& report,
                      EngineEvents& events, const std::stop_token& stop);
    Result<GenerateReport> answer(const GenerateRequest& request, EngineEvents& events,
                                  const std::stop_token& stop);

    std::unique_ptr<Engine> m_engine;
    std::vector<Conversation> m_conversations;
    std::uint64_t m_numRequests = 0;
};

}  // namespace hearth
