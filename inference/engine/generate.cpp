#include "inference/engine/generate.h"

#include <algorithm>
#include <chrono>

namespace hearth {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

Result<GenerateResult> generate(Engine& engine, Sequence& sequence,
                                std::span<const std::int32_t> prompt,
                                const GenerateOptions& options, const GenerateEvents& events,
                                const std::stop_token& stop) {
    HEARTH_CHECK(options.maxTokens > 0 && !prompt.empty());
    HEARTH_ASSIGN_OR_RETURN(
        Sampler sampler, Sampler::create(options.sampling, static_cast<std::size_t>(
                                                               engine.model().config().vocabSize)));
    GenerateResult result;
    result.tokens.reserve(static_cast<std::size_t>(
        std::min<std::int64_t>(options.maxTokens, engine.contextTokens())));
    const std::int64_t lengthBefore = sequence.length();
    RouterTrace routing;
    RouterTrace* const trace = events.onRouting ? &routing : nullptr;
    std::int64_t traced = lengthBefore;
    const auto reportRouting = [&] {
        if (trace != nullptr && traced < sequence.length()) {
            events.onRouting(traced, routing);
            traced = sequence.length();
        }
    };
    const auto total = static_cast<std::int64_t>(prompt.size());
    const Clock::time_point promptStart = Clock::now();
    Result<std::span<const float>> logits = engine.prefill(
        sequence, prompt, stop,
        [&](std::int64_t done) {
            reportRouting();
            if (events.onPromptProgress) {
                events.onPromptProgress(done, total);
            }
        },
        trace);
    result.promptTokens = sequence.length() - lengthBefore;
    result.promptSeconds = secondsSince(promptStart);
    const Clock::time_point generateStart = Clock::now();
    while (true) {
        if (!logits.has_value()) {
            if (logits.error().code() != ErrorCode::Cancelled) {
                return std::move(logits).error();
            }
            result.end = GenerateEnd::Cancelled;
            break;
        }
        HEARTH_ASSIGN_OR_RETURN(const std::int32_t token, sampler.sample(logits.value()));
        if (std::find(options.stopTokens.begin(), options.stopTokens.end(), token) !=
            options.stopTokens.end()) {
            result.end = GenerateEnd::StopToken;
            break;
        }
        result.tokens.push_back(token);
        if (events.onToken) {
            events.onToken(token);
        }
        if (static_cast<int>(result.tokens.size()) == options.maxTokens) {
            result.end = GenerateEnd::MaxTokens;
            break;
        }
        if (sequence.length() == engine.contextTokens()) {
            result.end = GenerateEnd::ContextFull;
            break;
        }
        const SequenceWork work{
            .sequence = &sequence, .tokens = {&token, 1}, .logits = SequenceWork::Logits::Last};
        logits = engine.step({&work, 1}, stop, trace);
        reportRouting();
    }
    result.generateSeconds = secondsSince(generateStart);
    return result;
}

}  // namespace hearth
