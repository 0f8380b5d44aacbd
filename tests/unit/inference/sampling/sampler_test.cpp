#include "inference/sampling/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <vector>

namespace hearth {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Sampler make(const SamplingOptions& options, std::size_t vocabSize) {
    auto sampler = Sampler::create(options, static_cast<std::int64_t>(vocabSize));
    EXPECT_TRUE(sampler.has_value());
    return std::move(sampler).value();
}

std::map<std::int32_t, int> counts(Sampler& sampler, const std::vector<float>& logits, int draws) {
    std::map<std::int32_t, int> result;
    for (int i = 0; i < draws; ++i) {
        ++result[sampler.sample(logits).value()];
    }
    return result;
}

TEST(Sampler, TemperatureZeroTakesTheLikeliestAndTheLowerOfEquals) {
    Sampler sampler = make({.temperature = 0}, 4);
    EXPECT_EQ(sampler.sample(std::vector<float>{1, 3, 3, 2}).value(), 1);
    EXPECT_EQ(sampler.sample(std::vector<float>{kNaN, -5, -kInfinity, -6}).value(), 1);
}

TEST(Sampler, FrequenciesFollowTheSoftmax) {
    const std::vector<float> logits{0, 1, 2, 3};
    Sampler sampler = make({.temperature = 1, .topK = 0, .topP = 1, .seed = 42}, logits.size());
    constexpr int kDraws = 40000;
    const auto seen = counts(sampler, logits, kDraws);
    double sum = 0;
    for (const float logit : logits) {
        sum += std::exp(logit);
    }
    double chiSquare = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const double expected = kDraws * std::exp(logits[i]) / sum;
        chiSquare += std::pow(seen.at(static_cast<std::int32_t>(i)) - expected, 2) / expected;
    }
    // 99.9 % quantile of the chi-square distribution with 3 degrees of freedom.
    EXPECT_LT(chiSquare, 16.27);
}

TEST(Sampler, FiltersKeepWhatTheySay) {
    const std::vector<float> logits{std::log(0.5F), std::log(0.3F), std::log(0.15F),
                                    std::log(0.05F)};
    const auto kept = [&](SamplingOptions options) {
        options.temperature = 1;
        Sampler sampler = make(options, logits.size());
        return counts(sampler, logits, 2000).size();
    };
    EXPECT_EQ(kept({.topK = 2, .topP = 1}), 2U);
    EXPECT_EQ(kept({.topK = 0, .topP = 0.75F}), 2U);
    EXPECT_EQ(kept({.topK = 0, .topP = 0.81F}), 3U);
    EXPECT_EQ(kept({.topK = 0, .topP = 1, .minP = 0.25F}), 3U);
    EXPECT_EQ(kept({.topK = 0, .topP = 1}), 4U);
    EXPECT_EQ(kept({.topK = 0, .topP = 0.001F}), 1U);
}

TEST(Sampler, TheSameSeedGivesTheSameTokens) {
    const std::vector<float> logits(100, 0.0F);
    Sampler first = make({.temperature = 1, .topK = 0, .topP = 1, .seed = 7}, logits.size());
    Sampler second = make({.temperature = 1, .topK = 0, .topP = 1, .seed = 7}, logits.size());
    std::vector<std::int32_t> tokens;
    for (int i = 0; i < 5; ++i) {
        tokens.push_back(first.sample(logits).value());
        EXPECT_EQ(second.sample(logits).value(), tokens.back());
    }
    // The generator is ours, so these hold on every machine.
    SamplingRandom random(7);
    for (const std::int32_t token : tokens) {
        EXPECT_EQ(token, static_cast<std::int32_t>(random.next() * 100));
    }
}

TEST(Sampler, PenaltyActsOnRecentTokensOnly) {
    Sampler sampler = make({.temperature = 0, .repeatPenalty = 2, .repeatWindow = 2}, 3);
    const std::vector<float> logits{3, 2, -1};
    sampler.accept(0);
    sampler.accept(0);
    EXPECT_EQ(sampler.sample(logits).value(), 1) << "3 / 2 is below 2, penalised once";
    sampler.accept(2);
    sampler.accept(2);
    EXPECT_EQ(sampler.sample(logits).value(), 0) << "token 0 has left the window";
}

TEST(Sampler, UnusableLogitsAreAnError) {
    Sampler sampler = make({}, 2);
    EXPECT_EQ(sampler.sample(std::vector<float>{kNaN, -kInfinity}).error().code(),
              ErrorCode::Internal);
    EXPECT_EQ(sampler.sample(std::vector<float>{kInfinity, 1}).value(), 0);
}

TEST(Sampler, OptionsOutOfRangeAreNamed) {
    const auto message = [](const SamplingOptions& options) {
        return Sampler::create(options, 2).error().message();
    };
    EXPECT_NE(message({.temperature = -1}).find("temperature"), std::string::npos);
    EXPECT_NE(message({.temperature = kNaN}).find("temperature"), std::string::npos);
    EXPECT_NE(message({.topK = -1}).find("top-k"), std::string::npos);
    EXPECT_NE(message({.topP = 0}).find("top-p"), std::string::npos);
    EXPECT_NE(message({.minP = 1}).find("min-p"), std::string::npos);
    EXPECT_NE(message({.repeatPenalty = 0.5F}).find("penalty"), std::string::npos);
    EXPECT_NE(message({.repeatWindow = -1}).find("window"), std::string::npos);
}

}  // namespace
}  // namespace hearth
