#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/open_engine.h"

namespace hearth::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct BenchResult {
    std::string test;
    int depth = 0;
    std::vector<double> tokensPerSecond;  ///< sorted
};

/// Tokens that look like text to the router: a fixed sequence over the ordinary part of the
/// vocabulary.
std::vector<std::int32_t> benchTokens(std::size_t count, std::int64_t vocabSize) {
    std::vector<std::int32_t> tokens(count);
    std::uint64_t state = 1;
    for (std::int32_t& token : tokens) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        constexpr std::int64_t kNumSpecial = 32;
        const std::int64_t first = vocabSize > 2 * kNumSpecial ? kNumSpecial : 0;
        token = static_cast<std::int32_t>(first + static_cast<std::int64_t>(state >> 33U) %
                                                      (vocabSize - first));
    }
    return tokens;
}

/// Runs `body` on a sequence of `depth` tokens `repeat` times after one warm-up; speeds of `count`
/// tokens.
Result<std::vector<double>> measure(Engine& engine, int depth, int repeat, std::size_t count,
                                    const std::function<Status(Sequence&)>& body) {
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Sequence> sequence, engine.createSequence());
    const std::int64_t vocabSize = engine.model().config().vocabSize;
    if (depth > 0) {
        HEARTH_ASSIGN_OR_RETURN(
            std::span<const float> logits,
            engine.prefill(*sequence, benchTokens(static_cast<std::size_t>(depth), vocabSize)));
        HEARTH_CHECK(!logits.empty());
    }
    std::vector<double> speeds;
    for (int run = 0; run <= repeat; ++run) {
        const Clock::time_point start = Clock::now();
        HEARTH_RETURN_IF_ERROR(body(*sequence));
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        if (run > 0) {
            speeds.push_back(static_cast<double>(count) / seconds);
        }
        // What the run added is taken back where the window ring allows it; otherwise the depth is
        // read again.
        if (sequence->truncate(depth) < depth) {
            HEARTH_ASSIGN_OR_RETURN(
                std::span<const float> again,
                engine.prefill(*sequence, benchTokens(static_cast<std::size_t>(depth), vocabSize)));
            HEARTH_CHECK(!again.empty());
        }
    }
    std::sort(speeds.begin(), speeds.end());
    return speeds;
}

}  // namespace

Status runBench(const BenchArguments& arguments) {
    const int deepest = *std::max_element(arguments.depths.begin(), arguments.depths.end());
    int longest = arguments.generate;
    for (const int length : arguments.promptLengths) {
        longest = std::max(longest, length);
    }
    HEARTH_ASSIGN_OR_RETURN(const std::shared_ptr<const Model> model, openModel(arguments));
    const std::int64_t limit = model->contextLength();
    // A depth of the whole context is a fair question: its test ends where the context does. A
    // depth or a test beyond the context is none, and the engine says so.
    std::int64_t context = deepest + longest;
    if (deepest <= limit && longest <= limit) {
        context = std::min(context, limit);
    }
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Engine> engine,
                            openEngine(arguments, model, {.contextTokens = context}));
    const auto startOf = [context](int depth, int length) {
        return static_cast<int>(std::min<std::int64_t>(depth, context - length));
    };
    const std::int64_t vocabSize = engine->model().config().vocabSize;
    std::vector<BenchResult> results;
    for (const int asked : arguments.depths) {
        for (const int length : arguments.promptLengths) {
            const int depth = startOf(asked, length);
            const std::vector<std::int32_t> tokens =
                benchTokens(static_cast<std::size_t>(length), vocabSize);
            HEARTH_ASSIGN_OR_RETURN(
                std::vector<double> speeds,
                measure(*engine, depth, arguments.repeat, tokens.size(),
                        [&](Sequence& sequence) -> Status {
                            const auto logits = engine->prefill(sequence, tokens);
                            return logits.has_value() ? Status() : logits.error();
                        }));
            results.push_back({"pp" + std::to_string(length), depth, std::move(speeds)});
        }
        if (arguments.generate > 0) {
            const int depth = startOf(asked, arguments.generate);
            const std::vector<std::int32_t> tokens =
                benchTokens(static_cast<std::size_t>(arguments.generate), vocabSize);
            HEARTH_ASSIGN_OR_RETURN(
                std::vector<double> speeds,
                measure(
                    *engine, depth, arguments.repeat, tokens.size(),
                    [&](Sequence& sequence) -> Status {
                        for (const std::int32_t& token : tokens) {
                            const SequenceWork work{.sequence = &sequence, .tokens = {&token, 1}};
                            const auto logits = engine->step({&work, 1});
                            if (!logits.has_value()) {
                                return logits.error();
                            }
                        }
                        return {};
                    }));
            results.push_back(
                {"tg" + std::to_string(arguments.generate), depth, std::move(speeds)});
        }
    }
    const std::uint64_t bytesPerToken = engine->model().bytesPerToken();
    if (arguments.isJson) {
        nlohmann::json list = nlohmann::json::array();
        for (const BenchResult& result : results) {
            list.push_back(
                {{"test", result.test},
                 {"depth", result.depth},
                 {"n", result.tokensPerSecond.size()},
                 {"tps_median", result.tokensPerSecond[result.tokensPerSecond.size() / 2]},
                 {"tps_min", result.tokensPerSecond.front()},
                 {"tps_max", result.tokensPerSecond.back()}});
        }
        std::printf("%s\n", nlohmann::json{{"results", list},
                                           {"device", engine->deviceDescription()},
                                           {"bytes_per_token", bytesPerToken}}
                                .dump()
                                .c_str());
        return {};
    }
    std::printf("%s on %s, %.1f MB read per token\n", engine->model().name().c_str(),
                engine->deviceDescription().c_str(), static_cast<double>(bytesPerToken) / 1e6);
    std::printf("%-8s %8s %10s %10s %10s   tokens/s\n", "test", "depth", "median", "min", "max");
    for (const BenchResult& result : results) {
        std::printf("%-8s %8d %10.1f %10.1f %10.1f\n", result.test.c_str(), result.depth,
                    result.tokensPerSecond[result.tokensPerSecond.size() / 2],
                    result.tokensPerSecond.front(), result.tokensPerSecond.back());
    }
    return {};
}

}  // namespace hearth::cli
