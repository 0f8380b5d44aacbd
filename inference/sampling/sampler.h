#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/base/status.h"

namespace hearth {

/// How the next token is chosen. Filters apply in this order: repetition penalty, temperature,
/// top-k, top-p, min-p.
struct SamplingOptions {
    float temperature =
        0.8F;       ///< >= 0; 0 takes the likeliest token and ignores the filters below it
    int topK = 40;  ///< only the k likeliest tokens; 0 = all
    float topP =
        0.95F;  ///< (0, 1]: the fewest likeliest tokens whose probabilities sum to at least p
    float minP = 0.0F;           ///< [0, 1): drop tokens less likely than minP times the likeliest
    float repeatPenalty = 1.0F;  ///< >= 1: logits of recent tokens are divided by it where
                                 ///< positive, else multiplied; 1 = off
    int repeatWindow = 64;       ///< recent tokens that the penalty looks at; 0 = off
    std::uint64_t seed = 0;      ///< the same seed and logits give the same tokens on every machine
};

/// Random numbers in [0, 1): xoshiro256** seeded by SplitMix64 (Blackman and Vigna 2018,
/// arXiv:1805.01407), so that results do not depend on the standard library. Value type.
class SamplingRandom {
public:
    explicit SamplingRandom(std::uint64_t seed) noexcept;
    /// 53 random bits as a double in [0, 1).
    double next() noexcept;

private:
    std::array<std::uint64_t, 4> m_state;
};

/// Chooses tokens of one sequence from their logits. Allocates only at creation. One thread at a
/// time. Sources: top-p, Holtzman et al. 2020, arXiv:1904.09751; min-p, Nguyen et al. 2024,
/// arXiv:2407.01082; repetition penalty, Keskar et al. 2019, arXiv:1909.05858, section 4.1.
class Sampler {
public:
    /// Errors: InvalidArgument, naming the option that is out of range.
    static Result<Sampler> create(const SamplingOptions& options, std::int64_t vocabSize);

    /// Tells the sampler of a token that the penalty must know: of the prompt's end or of the
    /// answer.
    void accept(std::int32_t token) noexcept;

    /// The next token from logits [vocabSize] f32, which may hold -inf (never chosen); NaN counts
    /// as -inf. Equal logits prefer the lower id. Does not accept it. Errors: Internal where no
    /// logit is a number.
    Result<std::int32_t> sample(std::span<const float> logits);

private:
    struct Candidate {
        float logit;
        std::int32_t token;
    };

    Sampler(const SamplingOptions& options, std::int64_t vocabSize);

    SamplingOptions m_options;
    SamplingRandom m_random;
    std::vector<Candidate> m_candidates;  ///< [vocabSize]
    std::vector<double> m_probabilities;  ///< [vocabSize]
    std::vector<std::int32_t> m_recent;   ///< ring of repeatWindow tokens
    std::size_t m_numRecent = 0;
    std::size_t m_nextRecent = 0;
};

}  // namespace hearth
