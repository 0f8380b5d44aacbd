#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "inference/sampling/random.h"
#include "kernels/base/status.h"

namespace hearth {

/// How the next token is chosen. The steps are applied in the order of the fields up to `minP`;
/// the filters see the distribution at temperature 1, and the temperature shapes what they leave.
struct SamplerOptions {
    /// Logits of tokens seen in the last `repetitionWindow` are divided by this where positive and
    /// multiplied where negative (Keskar et al. 2019, arXiv:1909.05858, section 4.1). 1 = off;
    /// above 0.
    float repetitionPenalty = 1.0F;
    /// Tokens that the penalty looks back, observed and chosen ones; 0 to 65,536. 0 = off.
    int repetitionWindow = 64;
    /// Only the most probable `topK` tokens stay; of equal ones those of lower id. 0 = all.
    int topK = 40;
    /// Only the most probable tokens whose probabilities just reach this sum stay (Holtzman et al.
    /// 2020, arXiv:1904.09751). Above 0, at most 1 = off.
    float topP = 0.95F;
    /// Only tokens at least this times as probable as the most probable one stay (Nguyen et al.
    /// 2024, arXiv:2407.01082). 0 = off, at most 1.
    float minP = 0.05F;
    /// Logits are divided by this. 0 = always the most probable token, of equal ones that of the
    /// lowest id; then the filters have nothing to do.
    float temperature = 0.8F;
    /// Start of the random numbers: same logits, options and seed give the same tokens on every
    /// machine.
    std::uint64_t seed = 0;
    /// Most probable tokens whose log probabilities are kept for each choice; 0 to 100. 0 = off.
    int numLogprobs = 0;
};

/// A token and its natural log probability under the model: temperature 1, no penalty, no filter.
struct TokenLogprob {
    std::int32_t token = 0;
    float logprob = 0;
};

/// Chooses one token after the other for one sequence. Allocates nothing after create. One thread
/// at a time.
class Sampler {
public:
    /// Errors: InvalidArgument for an option outside its range, naming it.
    static Result<Sampler> create(const SamplerOptions& options, std::size_t vocabularySize);

    Sampler(Sampler&&) noexcept = default;
    Sampler& operator=(Sampler&&) noexcept = default;
    Sampler(const Sampler&) = delete;
    Sampler& operator=(const Sampler&) = delete;
    ~Sampler() = default;

    /// Shows tokens to the repetition penalty that were not chosen here, such as the prompt's.
    /// Tokens outside the vocabulary are ignored.
    void observe(std::span<const std::int32_t> tokens) noexcept;

    /// Chooses a token and remembers it for the penalty. `logits` [vocabularySize] f32; NaN and
    /// -infinity are never chosen. Errors: InvalidArgument (another number of logits), CorruptData
    /// (no logit is a number, which broken weights cause).
    Result<std::int32_t> sample(std::span<const float> logits);

    /// After a successful sample() with numLogprobs > 0: the most probable tokens, the most
    /// probable first, and the token that was chosen. Valid until the next sample().
    std::span<const TokenLogprob> topLogprobs() const noexcept { return m_topLogprobs; }
    TokenLogprob chosenLogprob() const noexcept { return m_chosenLogprob; }

    const SamplerOptions& options() const noexcept { return m_options; }

private:
    struct Candidate {
        float logit;
        std::int32_t token;
    };

    Sampler(const SamplerOptions& options, std::size_t vocabularySize);

    static bool isBetter(const Candidate& a, const Candidate& b) noexcept;
    std::span<const float> penalised(std::span<const float> logits) noexcept;
    void selectTop(std::span<const float> logits, std::size_t count) noexcept;
    std::size_t filter(float maxLogit) noexcept;
    std::int32_t draw(std::size_t numKept, float maxLogit) noexcept;
    void keepLogprobs(std::span<const float> logits, float maxLogit, std::int32_t chosen) noexcept;
    void remember(std::int32_t token) noexcept;

    SamplerOptions m_options;
    std::size_t m_vocabularySize;
    Pcg32 m_random;
    std::vector<std::int32_t> m_recent;  // ring of the last repetitionWindow tokens
    std::size_t m_recentEnd = 0;         // where the next one goes
    std::vector<float> m_penalised;
    std::vector<Candidate> m_candidates;
    std::size_t m_numSorted = 0;  // candidates from the start that are in order
    std::vector<TokenLogprob> m_topLogprobs;
    TokenLogprob m_chosenLogprob;
};

}  // namespace hearth
