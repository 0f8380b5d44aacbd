#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "inference/engine/generator.h"

namespace hearth::testing_support {

/// The tiny model with a tokenizer: 32 control tokens as those of Hearth Mini, then the 256 bytes,
/// then 32 letters twice. Loaded once a process.
std::shared_ptr<const Model> tinyChatModel();

/// F32 caches, a context of 1,024, little room for going back, the scalar reference: results do not
/// depend on how a prompt is cut.
EngineOptions tinyOptions();
std::unique_ptr<Engine> tinyEngine(const EngineOptions& options);
std::unique_ptr<Generator> tinyGenerator(const EngineOptions& options = tinyOptions());

/// Greedy, `maxTokens` tokens.
GenerateRequest request(RequestId id, std::vector<TokenId> tokens, int maxTokens = 12);

/// `count` tokens of text, seeded; no control tokens.
std::vector<TokenId> textTokens(std::size_t count, std::uint64_t seed);

/// Media of the sizes that the tiny model takes, seeded.
std::shared_ptr<const MediumInput> tinyPicture(std::uint64_t seed);
std::shared_ptr<const MediumInput> tinyRecording(std::uint64_t seed, std::size_t numChunks);

/// Keeps what it is told. One thread at a time.
class RecordedEvents : public EngineEvents {
public:
    struct Routed {
        std::int64_t first = 0;
        RouterTrace trace;
    };

    void started(RequestId id, std::int64_t promptTokens, std::int64_t reusedTokens) override;
    void mediumEncoded(RequestId id, std::size_t index, std::int64_t numVectors) override;
    void promptProgress(RequestId id, std::int64_t done, std::int64_t total) override;
    void textAdded(RequestId id, std::string_view text) override;
    void routed(RequestId id, std::int64_t first, const RouterTrace& trace) override;
    void finished(RequestId id, const GenerateReport& report) override;
    void failed(RequestId id, const Status& status) override;

    std::function<void()> onProgress;  ///< called in promptProgress
    std::function<void()> onText;      ///< called in textAdded

    std::vector<std::string> names;  ///< of the calls, in order; repeated ones once
    std::vector<std::pair<std::int64_t, std::int64_t>> progress;
    std::vector<std::size_t> encoded;
    std::vector<Routed> routes;
    std::string text;
    std::int64_t reused = -1;
    int numEnds = 0;
    GenerateReport report;
    Status status;

private:
    void note(RequestId id, const char* name);

    RequestId m_id = 0;
};

/// Runs a request on `generator`.
RecordedEvents run(Generator& generator, const GenerateRequest& request);
/// Runs a request on a generator of its own, that knows nothing.
RecordedEvents runFresh(const GenerateRequest& request);

}  // namespace hearth::testing_support
