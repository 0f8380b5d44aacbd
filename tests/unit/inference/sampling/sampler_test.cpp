#include "inference/sampling/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/inference/sampling/allocation_counter.h"

namespace hearth {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// No penalty, no filter, temperature 1.
SamplerOptions plainOptions() {
    return {.topK = 0, .topP = 1.0F, .minP = 0.0F, .temperature = 1.0F};
}

Sampler make(const SamplerOptions& options, std::size_t size) {
    auto sampler = Sampler::create(options, size);
    if (!sampler) {
        ADD_FAILURE() << sampler.error().message();
        std::abort();
    }
    return std::move(sampler).value();
}

std::vector<int> histogram(const SamplerOptions& options, const std::vector<float>& logits,
                           int numDraws) {
    Sampler sampler = make(options, logits.size());
    std::vector<int> counts(logits.size());
    for (int i = 0; i < numDraws; ++i) {
        ++counts[static_cast<std::size_t>(sampler.sample(logits).value())];
    }
    return counts;
}

/// The probabilities that the options describe, computed the plain way.
std::vector<double> probabilities(const SamplerOptions& options, const std::vector<float>& logits) {
    std::vector<std::size_t> order(logits.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
    if (options.topK > 0) {
        order.resize(std::min(order.size(), static_cast<std::size_t>(options.topK)));
    }
    const auto weight = [&](std::size_t i, double temperature) {
        return std::exp((static_cast<double>(logits[i]) - static_cast<double>(logits[order[0]])) /
                        temperature);
    };
    double total = 0;
    for (const std::size_t i : order) {
        total += weight(i, 1);
    }
    double sum = 0;
    std::vector<std::size_t> kept;
    for (const std::size_t i : order) {
        if (weight(i, 1) < static_cast<double>(options.minP)) {
            break;
        }
        kept.push_back(i);
        sum += weight(i, 1);
        if (options.topP < 1 && sum >= static_cast<double>(options.topP) * total) {
            break;
        }
    }
    std::vector<double> result(logits.size());
    double keptTotal = 0;
    for (const std::size_t i : kept) {
        keptTotal += weight(i, static_cast<double>(options.temperature));
    }
    for (const std::size_t i : kept) {
        result[i] = weight(i, static_cast<double>(options.temperature)) / keptTotal;
    }
    return result;
}

TEST(Sampler, DrawsFromTheDistributionThatTheOptionsDescribe) {
    constexpr int kDraws = 6000;
    std::mt19937 random(21);
    std::normal_distribution<float> normal(0.0F, 2.0F);
    const std::vector<SamplerOptions> cases{
        plainOptions(),
        {.topK = 5, .topP = 1.0F, .minP = 0.0F, .temperature = 1.0F},
        {.topK = 0, .topP = 0.7F, .minP = 0.0F, .temperature = 1.0F},
        {.topK = 0, .topP = 1.0F, .minP = 0.1F, .temperature = 1.0F},
        {.topK = 0, .topP = 1.0F, .minP = 0.0F, .temperature = 0.5F},
        {.topK = 0, .topP = 1.0F, .minP = 0.0F, .temperature = 2.0F},
        {.topK = 300, .topP = 0.9F, .minP = 0.02F, .temperature = 0.8F},
        {.topK = 20, .topP = 0.9F, .minP = 0.02F, .temperature = 1.3F}};
    for (const std::size_t size : {1U, 2U, 17U, 1000U}) {
        std::vector<float> logits(size);
        for (float& logit : logits) {
            logit = normal(random);
        }
        for (std::size_t index = 0; index < cases.size(); ++index) {
            SamplerOptions options = cases[index];
            options.seed = 1000 + index;
            const auto expected = probabilities(options, logits);
            const auto counts = histogram(options, logits, kDraws);
            // Rare tokens are put together, so that every class is expected at least 5 times.
            double chiSquare = 0;
            double restExpected = 0;
            double restCount = 0;
            int freedom = -1;
            const auto addClass = [&](double wanted, double count) {
                chiSquare += (count - wanted) * (count - wanted) / wanted;
                ++freedom;
            };
            for (std::size_t i = 0; i < size; ++i) {
                const double wanted = expected[i] * kDraws;
                if (wanted == 0) {
                    ASSERT_EQ(counts[i], 0) << "size " << size << " case " << index;
                } else if (wanted < 5) {
                    restExpected += wanted;
                    restCount += counts[i];
                } else {
                    addClass(wanted, counts[i]);
                }
            }
            if (restExpected >= 5) {
                addClass(restExpected, restCount);
            }
            // Mean plus four standard deviations of the chi-square distribution.
            EXPECT_LE(chiSquare, freedom + 4 * std::sqrt(2.0 * freedom) + 1)
                << "size " << size << " case " << index << " freedom " << freedom;
        }
    }
}

TEST(Sampler, TemperatureZeroTakesTheMostProbableOfLowestId) {
    Sampler sampler = make({.temperature = 0.0F}, 5);
    EXPECT_EQ(sampler.sample(std::vector<float>{1, 3, 2, 3, -1}).value(), 1);
    EXPECT_EQ(sampler.sample(std::vector<float>{-9, -8, -7, -7, -7}).value(), 2);
    EXPECT_EQ(sampler.sample(std::vector<float>{0, 0, 0, 0, 0}).value(), 0);
}

TEST(Sampler, SameSeedSameTokens) {
    // The first tokens that this seed gives: they must not change from machine to machine.
    std::vector<float> logits(100);
    for (std::size_t i = 0; i < logits.size(); ++i) {
        logits[i] = static_cast<float>(i % 10) * 0.25F;
    }
    const auto draw = [&](std::uint64_t seed) {
        SamplerOptions options;
        options.seed = seed;
        Sampler sampler = make(options, logits.size());
        std::vector<std::int32_t> tokens;
        for (int i = 0; i < 12; ++i) {
            tokens.push_back(sampler.sample(logits).value());
        }
        return tokens;
    };
    EXPECT_EQ(draw(1), draw(1));
    EXPECT_NE(draw(1), draw(2));
    EXPECT_EQ(draw(7), (std::vector<std::int32_t>{36, 88, 67, 18, 49, 68, 46, 78, 56, 87, 37, 98}));
}

TEST(Sampler, OfEqualLogitsTopKKeepsTheLowestIds) {
    for (const std::size_t size : {50U, 2000U}) {
        for (const int topK : {3, 300}) {
            if (static_cast<std::size_t>(topK) >= size) {
                continue;
            }
            SamplerOptions options = plainOptions();
            options.topK = topK;
            const auto counts = histogram(options, std::vector<float>(size, 1.0F), 3000);
            for (std::size_t i = static_cast<std::size_t>(topK); i < size; ++i) {
                ASSERT_EQ(counts[i], 0);
            }
        }
    }
}

TEST(Sampler, PenaltyLowersWhatWasSeenInTheWindow) {
    SamplerOptions options{.repetitionPenalty = 2.0F, .repetitionWindow = 2, .temperature = 0.0F};
    Sampler sampler = make(options, 3);
    const std::vector<float> logits{4.0F, 3.0F, 2.5F};
    EXPECT_EQ(sampler.sample(logits).value(), 0);
    EXPECT_EQ(sampler.sample(logits).value(), 1);  // 0 counts 2.0
    EXPECT_EQ(sampler.sample(logits).value(), 2);  // 0 and 1 are in the window
    EXPECT_EQ(sampler.sample(logits).value(), 0);  // 0 has left it
    // Negative logits are multiplied.
    Sampler negative = make(options, 2);
    negative.observe(std::vector<std::int32_t>{0, -1, 2, 99});
    EXPECT_EQ(negative.sample(std::vector<float>{-1.0F, -1.5F}).value(), 1);
    // Seen twice, penalised once: 4 / 2 still beats 1.5.
    Sampler twice = make(options, 2);
    twice.observe(std::vector<std::int32_t>{0, 0});
    EXPECT_EQ(twice.sample(std::vector<float>{4.0F, 1.5F}).value(), 0);
}

TEST(Sampler, WhatIsNoNumberIsNeverChosen) {
    const std::vector<float> logits{kNan, 1.0F, -kInfinity, kNan, 1.0F};
    for (const SamplerOptions& options :
         {plainOptions(), SamplerOptions(), SamplerOptions{.temperature = 0.0F}}) {
        const auto counts = histogram(options, logits, 200);
        EXPECT_EQ(counts[1] + counts[4], 200);
        const auto infinite = histogram(options, {0.0F, kInfinity, kNan}, 50);
        EXPECT_EQ(infinite[1], 50);
        for (const float value : {kNan, -kInfinity}) {
            Sampler sampler = make(options, 4);
            const auto token = sampler.sample(std::vector<float>(4, value));
            ASSERT_FALSE(token);
            EXPECT_EQ(token.error().code(), ErrorCode::CorruptData);
            EXPECT_NE(token.error().message().find("no number"), std::string::npos);
        }
    }
}

TEST(Sampler, ExtremeLogitsDoNotOverflow) {
    const float huge = std::numeric_limits<float>::max();
    for (const float temperature : {1e-30F, 1.0F, 1e30F}) {
        SamplerOptions options = plainOptions();
        options.temperature = temperature;
        const auto counts = histogram(options, {huge, -huge, huge, 0.0F}, 400);
        EXPECT_GT(counts[0], 50);
        EXPECT_GT(counts[2], 50);
    }
}

TEST(Sampler, LogprobsAreThoseOfTheModel) {
    SamplerOptions options{
        .repetitionPenalty = 1.5F, .topK = 1, .temperature = 0.3F, .numLogprobs = 3};
    const std::vector<float> logits{1.0F, 3.0F, kNan, 2.0F, -1.0F};
    Sampler sampler = make(options, logits.size());
    double total = 0;
    for (const double logit : {1.0, 3.0, 2.0, -1.0}) {
        total += std::exp(logit);
    }
    EXPECT_EQ(sampler.sample(logits).value(), 1);
    ASSERT_EQ(sampler.topLogprobs().size(), 3U);
    const std::vector<std::int32_t> order{1, 3, 0};
    for (std::size_t i = 0; i < order.size(); ++i) {
        const TokenLogprob& top = sampler.topLogprobs()[i];
        EXPECT_EQ(top.token, order[i]);
        EXPECT_NEAR(
            top.logprob,
            static_cast<double>(logits[static_cast<std::size_t>(order[i])]) - std::log(total),
            1e-6);
    }
    EXPECT_EQ(sampler.chosenLogprob().token, 1);
    EXPECT_EQ(sampler.chosenLogprob().logprob, sampler.topLogprobs()[0].logprob);
    // More than the vocabulary has: all that are numbers.
    options.numLogprobs = 50;
    Sampler all = make(options, logits.size());
    ASSERT_TRUE(all.sample(logits));
    EXPECT_EQ(all.topLogprobs().size(), 4U);
}

TEST(Sampler, AStepAllocatesNothing) {
    std::mt19937 random(4);
    std::vector<float> logits(5000);
    for (float& logit : logits) {
        logit = static_cast<float>(random() % 1000) / 100.0F;
    }
    const std::vector<SamplerOptions> cases{
        {.temperature = 0.0F},
        {.repetitionPenalty = 1.2F, .numLogprobs = 20},
        {.topK = 1000, .topP = 0.99F, .minP = 0.0F},
        {.repetitionPenalty = 1.2F, .topK = 0, .topP = 0.99F, .minP = 0.0F},
        plainOptions()};
    for (const SamplerOptions& options : cases) {
        Sampler sampler = make(options, logits.size());
        const std::size_t before = numAllocations();
        bool isOk = true;
        for (int i = 0; i < 5; ++i) {
            isOk = isOk && sampler.sample(logits).has_value();
        }
        const std::size_t after = numAllocations();
        EXPECT_EQ(after, before);
        EXPECT_TRUE(isOk);
    }
}

TEST(Sampler, RefusesOptionsOutsideTheirRange) {
    const auto expectError = [](const SamplerOptions& options, std::string_view name) {
        const auto sampler = Sampler::create(options, 10);
        ASSERT_FALSE(sampler) << name;
        EXPECT_EQ(sampler.error().code(), ErrorCode::InvalidArgument);
        EXPECT_EQ(sampler.error().message().rfind(name, 0), 0U) << sampler.error().message();
    };
    for (const float value : {-1.0F, 0.0F, kNan, kInfinity}) {
        expectError({.repetitionPenalty = value}, "repetition penalty");
    }
    expectError({.repetitionWindow = -1}, "repetition window");
    expectError({.repetitionWindow = 65537}, "repetition window");
    expectError({.topK = -1}, "top-k");
    for (const float value : {0.0F, -0.5F, 1.01F, kNan}) {
        expectError({.topP = value}, "top-p");
    }
    for (const float value : {-0.1F, 1.01F, kNan}) {
        expectError({.minP = value}, "min-p");
    }
    for (const float value : {-0.1F, kNan, kInfinity}) {
        expectError({.temperature = value}, "temperature");
    }
    expectError({.numLogprobs = 101}, "number of log probabilities");
    EXPECT_FALSE(Sampler::create({}, 0));
    EXPECT_FALSE(Sampler::create({}, std::size_t{1} << 31U));
    Sampler sampler = make({}, 10);
    const auto token = sampler.sample(std::vector<float>(9));
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code(), ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace hearth
