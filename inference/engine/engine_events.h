#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "inference/engine/generate.h"
#include "inference/model/hearth_decoder.h"
#include "kernels/base/status.h"

namespace hearth {

/// Names a request: unique among those that have not ended, chosen by who submits. Never 0.
using RequestId = std::uint64_t;

/// What an answer took.
struct GenerateReport {
    GenerateEnd end = GenerateEnd::StopToken;
    std::int64_t promptTokens = 0;     ///< of the request
    std::int64_t reusedTokens = 0;     ///< of those, known from an earlier request
    std::vector<std::int32_t> answer;  ///< its tokens, without the stop token
    std::int64_t encodedMedia = 0;     ///< media that were not known
    double encodeSeconds = 0;
    double promptSeconds = 0;
    double generateSeconds = 0;

    std::int64_t generatedTokens() const noexcept {
        return static_cast<std::int64_t>(answer.size());
    }
};

/// What happens to requests. Called on the thread that runs the generator, one call at a time; must
/// return soon. Each request ends with exactly one `finished` or `failed`; nothing about it
/// follows.
class EngineEvents {
public:
    virtual ~EngineEvents() = default;

    /// The request runs; `reusedTokens` of its `promptTokens` are known from an earlier one.
    virtual void started(RequestId id, std::int64_t promptTokens, std::int64_t reusedTokens) = 0;
    /// Medium `index` of the request has become `numVectors` vectors; media that are known from an
    /// earlier request are not encoded again.
    virtual void mediumEncoded(RequestId id, std::size_t index, std::int64_t numVectors) = 0;
    /// `done` of the `total` tokens that were not known have been read.
    virtual void promptProgress(RequestId id, std::int64_t done, std::int64_t total) = 0;
    /// More of the answer: valid UTF-8, whole characters, without control tokens.
    virtual void textAdded(RequestId id, std::string_view text) = 0;
    /// Experts of the tokens from position `first` on, if the request asked for them.
    virtual void routed(RequestId id, std::int64_t first, const RouterTrace& trace) = 0;
    /// The answer is complete, cut off or cancelled; see `report.end`.
    virtual void finished(RequestId id, const GenerateReport& report) = 0;
    /// Errors are those of Generator::run.
    virtual void failed(RequestId id, const Status& status) = 0;
};

}  // namespace hearth
