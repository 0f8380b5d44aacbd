#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "inference/engine/engine.h"
#include "inference/sampling/sampler.h"
#include "kernels/base/status.h"

namespace hearth {

struct GenerateOptions {
    SamplerOptions sampling;
    int maxTokens = 256;                   ///< > 0
    std::vector<std::int32_t> stopTokens;  ///< end the answer and are no part of it
};

/// What is called while an answer is made, on the calling thread; each may be empty.
struct GenerateEvents {
    std::function<void(std::int64_t done, std::int64_t total)> onPromptProgress;
    std::function<void(std::int32_t token)> onToken;
    /// After each step, with the experts of its tokens from position `first` on.
    std::function<void(std::int64_t first, const RouterTrace& trace)> onRouting;
};

enum class GenerateEnd { StopToken, MaxTokens, ContextFull, Cancelled };

struct GenerateResult {
    std::vector<std::int32_t> tokens;  ///< the answer without its stop token
    std::int64_t promptTokens = 0;     ///< run for this answer
    double promptSeconds = 0;
    double generateSeconds = 0;
    GenerateEnd end = GenerateEnd::StopToken;
};

/// Runs `prompt` (at least one token) after what the sequence holds, then chooses and runs tokens
/// until a stop token, the limit or a stop. A stop keeps what was generated; its last token has
/// then not been run, so the next prompt begins with it (see Sequence::tokens). Errors: those of
/// Engine::step but Cancelled, and of Sampler.
Result<GenerateResult> generate(Engine& engine, Sequence& sequence,
                                std::span<const std::int32_t> prompt,
                                const GenerateOptions& options, const GenerateEvents& events,
                                const std::stop_token& stop);

}  // namespace hearth
