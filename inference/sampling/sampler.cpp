#include "inference/sampling/sampler.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace hearth {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// 1 / i! for i = 0..13.
constexpr std::array<double, 14> kInverseFactorials = [] {
    std::array<double, 14> values{};
    double factorial = 1;
    for (std::size_t i = 0; i < values.size(); ++i) {
        factorial *= i == 0 ? 1.0 : static_cast<double>(i);
        values[i] = 1.0 / factorial;
    }
    return values;
}();

/// e^x for x <= 0, from additions and multiplications alone: the C library's last bit differs
/// between machines, and a choice must not. Relative error below 2^-50.
double expNegative(double x) noexcept {
    // Below this the result adds nothing to a sum that contains e^0, whatever the vocabulary.
    constexpr double kSmallest = -100.0;
    if (!(x > kSmallest)) {
        return 0.0;
    }
    constexpr double kLog2E = 0x1.71547652b82fep+0;
    constexpr double kLn2High = 0x1.62e42fefa3800p-1;  // 11 low zero bits: times k is exact
    constexpr double kLn2Low = 0x1.ef35793c76730p-45;
    const auto k = static_cast<int>(x * kLog2E - 0.5);
    const double r = (x - k * kLn2High) - k * kLn2Low;
    // |r| <= ln(2) / 2, where the Taylor series to r^13 is off by less than 2^-57.
    double sum = kInverseFactorials.back();
    for (std::size_t i = kInverseFactorials.size() - 1; i > 0; --i) {
        sum = sum * r + kInverseFactorials[i - 1];
    }
    return sum * std::bit_cast<double>(static_cast<std::uint64_t>(1023 + k) << 52U);
}

/// A logit as the sampler sees it: what is no number is never chosen, +infinity stays comparable.
float usable(float logit) noexcept {
    if (std::isnan(logit)) {
        return -kInfinity;
    }
    return std::min(logit, std::numeric_limits<float>::max());
}

Status checkRange(const char* name, float value, bool isValid, const char* range) {
    if (isValid) {
        return {};
    }
    return {ErrorCode::InvalidArgument,
            std::string(name) + " is " + std::to_string(value) + ", " + range + " was expected"};
}

}  // namespace

Result<Sampler> Sampler::create(const SamplerOptions& options, std::size_t vocabularySize) {
    constexpr int kMaxWindow = 65536;
    constexpr int kMaxLogprobs = 100;
    const auto isIn = [](float value, float low, float high) {
        return value >= low && value <= high;
    };
    HEARTH_RETURN_IF_ERROR(checkRange(
        "repetition penalty", options.repetitionPenalty,
        std::isfinite(options.repetitionPenalty) && options.repetitionPenalty > 0, "more than 0"));
    HEARTH_RETURN_IF_ERROR(checkRange(
        "repetition window", static_cast<float>(options.repetitionWindow),
        options.repetitionWindow >= 0 && options.repetitionWindow <= kMaxWindow, "0 to 65536"));
    HEARTH_RETURN_IF_ERROR(
        checkRange("top-k", static_cast<float>(options.topK), options.topK >= 0, "0 or more"));
    HEARTH_RETURN_IF_ERROR(checkRange("top-p", options.topP,
                                      options.topP > 0 && isIn(options.topP, 0, 1),
                                      "more than 0 and at most 1"));
    HEARTH_RETURN_IF_ERROR(checkRange("min-p", options.minP, isIn(options.minP, 0, 1), "0 to 1"));
    HEARTH_RETURN_IF_ERROR(
        checkRange("temperature", options.temperature,
                   std::isfinite(options.temperature) && options.temperature >= 0, "0 or more"));
    HEARTH_RETURN_IF_ERROR(
        checkRange("number of log probabilities", static_cast<float>(options.numLogprobs),
                   options.numLogprobs >= 0 && options.numLogprobs <= kMaxLogprobs, "0 to 100"));
    if (vocabularySize == 0 ||
        vocabularySize > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        return Status(
            ErrorCode::InvalidArgument,
            "a vocabulary of " + std::to_string(vocabularySize) + " tokens cannot be sampled from");
    }
    return Sampler(options, vocabularySize);
}

Sampler::Sampler(const SamplerOptions& options, std::size_t vocabularySize)
    : m_options(options), m_vocabularySize(vocabularySize), m_random(options.seed) {
    if (options.repetitionPenalty != 1.0F && options.repetitionWindow > 0) {
        m_recent.assign(static_cast<std::size_t>(options.repetitionWindow), -1);
        m_penalised.resize(vocabularySize);
    }
    m_candidates.reserve(vocabularySize);
    m_topLogprobs.reserve(std::min(static_cast<std::size_t>(options.numLogprobs), vocabularySize));
}

bool Sampler::isBetter(const Candidate& a, const Candidate& b) noexcept {
    return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
}

void Sampler::remember(std::int32_t token) noexcept {
    if (!m_recent.empty()) {
        m_recent[m_recentEnd] = token;
        m_recentEnd = (m_recentEnd + 1) % m_recent.size();
    }
}

void Sampler::observe(std::span<const std::int32_t> tokens) noexcept {
    for (const std::int32_t token : tokens) {
        if (token >= 0 && static_cast<std::size_t>(token) < m_vocabularySize) {
            remember(token);
        }
    }
}

std::span<const float> Sampler::penalised(std::span<const float> logits) noexcept {
    if (m_recent.empty()) {
        return logits;
    }
    std::copy(logits.begin(), logits.end(), m_penalised.begin());
    for (const std::int32_t token : m_recent) {
        if (token >= 0) {
            // From the original logit, so that a token seen twice is not penalised twice.
            const float logit = logits[static_cast<std::size_t>(token)];
            m_penalised[static_cast<std::size_t>(token)] =
                logit > 0 ? logit / m_options.repetitionPenalty
                          : logit * m_options.repetitionPenalty;
        }
    }
    return m_penalised;
}

void Sampler::selectTop(std::span<const float> logits, std::size_t count) noexcept {
    // Up to here the heap stays small enough that one pass over the logits beats a selection.
    constexpr std::size_t kMaxHeap = 256;
    m_candidates.clear();
    m_numSorted = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const Candidate candidate{usable(logits[i]), static_cast<std::int32_t>(i)};
        if (candidate.logit == -kInfinity) {
            continue;
        }
        if (count > kMaxHeap || m_candidates.size() < count) {
            m_candidates.push_back(candidate);
            if (count <= kMaxHeap) {
                std::push_heap(m_candidates.begin(), m_candidates.end(), isBetter);
            }
        } else if (isBetter(candidate, m_candidates.front())) {
            std::pop_heap(m_candidates.begin(), m_candidates.end(), isBetter);
            m_candidates.back() = candidate;
            std::push_heap(m_candidates.begin(), m_candidates.end(), isBetter);
        }
    }
    if (m_candidates.size() > count) {
        std::nth_element(m_candidates.begin(),
                         m_candidates.begin() + static_cast<std::ptrdiff_t>(count),
                         m_candidates.end(), isBetter);
        m_candidates.resize(count);
    }
    // Where everything stays, the order of the ids is kept until filter() needs another.
    if (count < logits.size()) {
        std::sort(m_candidates.begin(), m_candidates.end(), isBetter);
        m_numSorted = m_candidates.size();
    }
}

std::size_t Sampler::filter(float maxLogit) noexcept {
    const bool hasTopP = m_options.topP < 1;
    if (!hasTopP && m_options.minP == 0) {
        return m_candidates.size();
    }
    const auto weightOf = [&](const Candidate& candidate) {
        return expNegative(static_cast<double>(candidate.logit) - static_cast<double>(maxLogit));
    };
    // In an order that does not depend on the library's selection, so that rounding does not.
    double total = 0;
    if (hasTopP) {
        for (const Candidate& candidate : m_candidates) {
            total += weightOf(candidate);
        }
    }
    const double wanted = hasTopP ? total * static_cast<double>(m_options.topP) : 0;
    double sum = 0;
    for (std::size_t i = 0; i < m_candidates.size(); ++i) {
        if (i == m_numSorted) {
            constexpr std::size_t kChunk = 256;
            const std::size_t end = std::min(m_candidates.size(), std::max(4 * i, kChunk));
            const auto first = m_candidates.begin() + static_cast<std::ptrdiff_t>(i);
            const auto last = m_candidates.begin() + static_cast<std::ptrdiff_t>(end);
            if (last != m_candidates.end()) {
                std::nth_element(first, last, m_candidates.end(), isBetter);
            }
            std::sort(first, last, isBetter);
            m_numSorted = end;
        }
        // The first candidate has weight 1 and always stays.
        const double weight = weightOf(m_candidates[i]);
        if (weight < static_cast<double>(m_options.minP)) {
            return i;
        }
        sum += weight;
        if (hasTopP && sum >= wanted) {
            return i + 1;
        }
    }
    return m_candidates.size();
}

std::int32_t Sampler::draw(std::size_t numKept, float maxLogit) noexcept {
    const auto temperature = static_cast<double>(m_options.temperature);
    const auto weightOf = [&](const Candidate& candidate) {
        return expNegative((static_cast<double>(candidate.logit) - static_cast<double>(maxLogit)) /
                           temperature);
    };
    double total = 0;
    for (std::size_t i = 0; i < numKept; ++i) {
        total += weightOf(m_candidates[i]);
    }
    const double wanted = m_random.nextDouble() * total;
    double sum = 0;
    std::int32_t last = m_candidates[0].token;
    for (std::size_t i = 0; i < numKept; ++i) {
        const double weight = weightOf(m_candidates[i]);
        sum += weight;
        if (weight > 0) {
            last = m_candidates[i].token;
            if (sum > wanted) {
                break;
            }
        }
    }
    return last;
}

void Sampler::keepLogprobs(std::span<const float> logits, float maxLogit,
                           std::int32_t chosen) noexcept {
    double total = 0;
    for (const float logit : logits) {
        total += expNegative(static_cast<double>(usable(logit)) - static_cast<double>(maxLogit));
    }
    const double logTotal = static_cast<double>(maxLogit) + std::log(total);
    const auto logprobOf = [&](float logit) {
        return static_cast<float>(static_cast<double>(logit) - logTotal);
    };
    selectTop(logits, static_cast<std::size_t>(m_options.numLogprobs));
    std::sort(m_candidates.begin(), m_candidates.end(), isBetter);
    m_topLogprobs.clear();
    for (const Candidate& candidate : m_candidates) {
        m_topLogprobs.push_back({candidate.token, logprobOf(candidate.logit)});
    }
    m_chosenLogprob = {chosen, logprobOf(usable(logits[static_cast<std::size_t>(chosen)]))};
}

Result<std::int32_t> Sampler::sample(std::span<const float> logits) {
    if (logits.size() != m_vocabularySize) {
        return Status(ErrorCode::InvalidArgument, std::to_string(logits.size()) +
                                                      " logits for a vocabulary of " +
                                                      std::to_string(m_vocabularySize) + " tokens");
    }
    const auto bestOf = [](std::span<const float> row) {
        Candidate best{-kInfinity, -1};
        for (std::size_t i = 0; i < row.size(); ++i) {
            const float logit = usable(row[i]);
            if (logit > best.logit) {
                best = {logit, static_cast<std::int32_t>(i)};
            }
        }
        return best;
    };
    const std::span<const float> row = penalised(logits);
    const Candidate best = bestOf(row);
    if (best.token < 0) {
        return Status(ErrorCode::CorruptData,
                      "the model's output holds no number, so no token can be chosen; its file may "
                      "be damaged");
    }
    std::int32_t chosen = best.token;
    if (m_options.temperature > 0) {
        const std::size_t count =
            m_options.topK > 0 ? std::min(static_cast<std::size_t>(m_options.topK), row.size())
                               : row.size();
        selectTop(row, count);
        chosen = draw(filter(best.logit), best.logit);
    }
    if (m_options.numLogprobs > 0) {
        keepLogprobs(logits, bestOf(logits).logit, chosen);
    }
    remember(chosen);
    return chosen;
}

}  // namespace hearth
