#include "inference/sampling/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace hearth {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

Status outOfRange(const char* option, const char* range) {
    return {ErrorCode::InvalidArgument,
            std::string("sampling option ") + option + " must be " + range};
}

Status checkOptions(const SamplingOptions& options) {
    // Written so that NaN fails too.
    if (!(options.temperature >= 0.0F && options.temperature <= 100.0F)) {
        return outOfRange("temperature", "0 to 100");
    }
    if (options.topK < 0) {
        return outOfRange("top-k", "0 (all) or more");
    }
    if (!(options.topP > 0.0F && options.topP <= 1.0F)) {
        return outOfRange("top-p", "above 0 and at most 1");
    }
    if (!(options.minP >= 0.0F && options.minP < 1.0F)) {
        return outOfRange("min-p", "at least 0 and below 1");
    }
    if (!(options.repeatPenalty >= 1.0F && options.repeatPenalty <= 100.0F)) {
        return outOfRange("repetition penalty", "1 (off) to 100");
    }
    if (options.repeatWindow < 0 || options.repeatWindow > 1 << 20) {
        return outOfRange("repetition window", "0 (off) to 1,048,576");
    }
    return {};
}

}  // namespace

SamplingRandom::SamplingRandom(std::uint64_t seed) noexcept : m_state{} {
    for (std::uint64_t& word : m_state) {
        seed += 0x9E3779B97F4A7C15U;
        std::uint64_t mixed = seed;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        word = mixed ^ (mixed >> 31U);
    }
}

double SamplingRandom::next() noexcept {
    const std::uint64_t result = std::rotl(m_state[1] * 5, 7) * 9;
    const std::uint64_t shifted = m_state[1] << 17U;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= shifted;
    m_state[3] = std::rotl(m_state[3], 45);
    constexpr double kScale = 1.0 / 9007199254740992.0;  // 2^-53
    return static_cast<double>(result >> 11U) * kScale;
}

Sampler::Sampler(const SamplingOptions& options, std::int64_t vocabSize)
    : m_options(options),
      m_random(options.seed),
      m_candidates(static_cast<std::size_t>(vocabSize)),
      m_probabilities(static_cast<std::size_t>(vocabSize)),
      m_recent(static_cast<std::size_t>(options.repeatWindow)) {}

Result<Sampler> Sampler::create(const SamplingOptions& options, std::int64_t vocabSize) {
    HEARTH_CHECK(vocabSize > 0);
    HEARTH_RETURN_IF_ERROR(checkOptions(options));
    return Sampler(options, vocabSize);
}

void Sampler::accept(std::int32_t token) noexcept {
    if (!m_recent.empty()) {
        m_recent[m_nextRecent] = token;
        m_nextRecent = (m_nextRecent + 1) % m_recent.size();
        m_numRecent = std::min(m_numRecent + 1, m_recent.size());
    }
}

Result<std::int32_t> Sampler::sample(std::span<const float> logits) {
    HEARTH_CHECK(logits.size() == m_candidates.size());
    for (std::size_t i = 0; i < logits.size(); ++i) {
        m_candidates[i] = {std::isnan(logits[i]) ? kNever : logits[i],
                           static_cast<std::int32_t>(i)};
    }
    if (m_options.repeatPenalty > 1.0F) {
        for (std::size_t i = 0; i < m_numRecent; ++i) {
            const std::int32_t token = m_recent[i];
            const bool isRepeated =
                std::find(m_recent.begin(), m_recent.begin() + static_cast<std::ptrdiff_t>(i),
                          token) != m_recent.begin() + static_cast<std::ptrdiff_t>(i);
            if (!isRepeated && token >= 0 &&
                static_cast<std::size_t>(token) < m_candidates.size()) {
                float& logit = m_candidates[static_cast<std::size_t>(token)].logit;
                logit =
                    logit > 0 ? logit / m_options.repeatPenalty : logit * m_options.repeatPenalty;
            }
        }
    }
    const auto isLikelier = [](const Candidate& a, const Candidate& b) {
        return a.logit > b.logit || (a.logit == b.logit && a.token < b.token);
    };
    const auto best = std::min_element(m_candidates.begin(), m_candidates.end(), isLikelier);
    if (best->logit == kNever) {
        return Status(ErrorCode::Internal,
                      "the model gave no usable next-token score; the file may be damaged");
    }
    if (m_options.temperature == 0.0F || best->logit == std::numeric_limits<float>::infinity()) {
        return best->token;
    }
    std::size_t count = m_candidates.size();
    if (m_options.topK > 0 && static_cast<std::size_t>(m_options.topK) < count) {
        count = static_cast<std::size_t>(m_options.topK);
    }
    std::partial_sort(m_candidates.begin(),
                      m_candidates.begin() + static_cast<std::ptrdiff_t>(count), m_candidates.end(),
                      isLikelier);
    const double largest = m_candidates[0].logit;
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        m_probabilities[i] = std::exp((m_candidates[i].logit - largest) /
                                      static_cast<double>(m_options.temperature));
        sum += m_probabilities[i];
    }
    // Probabilities fall, so both filters keep a prefix.
    double kept = 0;
    std::size_t numKept = 0;
    while (numKept < count &&
           (numKept == 0 || (kept < m_options.topP * sum &&
                             m_probabilities[numKept] >= m_options.minP * m_probabilities[0]))) {
        kept += m_probabilities[numKept++];
    }
    double target = m_random.next() * kept;
    for (std::size_t i = 0; i + 1 < numKept; ++i) {
        target -= m_probabilities[i];
        if (target < 0) {
            return m_candidates[i].token;
        }
    }
    return m_candidates[numKept - 1].token;
}

}  // namespace hearth
