#include "inference/engine/generate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "tests/unit/inference/engine/engine_fixture.h"

namespace hearth::testing_support {
namespace {

class GenerateTest : public testing::Test {
protected:
    static constexpr std::size_t kPromptTokens = 300;

    GenerateTest()
        : m_prompt(randomTokens(tinyModel().sizes.vocab, kPromptTokens, 300)),
          m_engine(makeEngine(smallOptions(IsaRequest::Reference))),
          m_sequence(makeSequence(*m_engine)) {
        m_options.sampling.temperature = 0;
    }

    /// The likeliest continuation, found one full run at a time.
    std::vector<std::int32_t> greedy(std::size_t count) {
        const auto engine = makeEngine(smallOptions(IsaRequest::Reference));
        const auto sequence = makeSequence(*engine);
        std::vector<std::int32_t> next = m_prompt;
        std::vector<std::int32_t> answer;
        while (answer.size() < count) {
            const auto logits = engine->prefill(*sequence, next);
            const auto best = std::ranges::max_element(logits.value());
            next = {static_cast<std::int32_t>(best - logits.value().begin())};
            answer.push_back(next.front());
        }
        return answer;
    }

    Result<GenerateResult> run(const std::stop_token& stop = {}) {
        m_log.clear();
        GenerateEvents events;
        events.onPromptProgress = [this](std::int64_t done, std::int64_t total) {
            m_log.push_back(std::to_string(done) + "/" + std::to_string(total));
        };
        events.onToken = [this](std::int32_t token) {
            m_log.push_back("token " + std::to_string(token));
            if (m_stopAfterTokens > 0 && --m_stopAfterTokens == 0) {
                m_stop.request_stop();
            }
        };
        return generate(*m_engine, *m_sequence, m_prompt, m_options, events, stop);
    }

    std::vector<std::int32_t> m_prompt;
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<Sequence> m_sequence;
    GenerateOptions m_options;
    std::vector<std::string> m_log;
    std::stop_source m_stop;
    int m_stopAfterTokens = 0;
};

TEST_F(GenerateTest, MaxTokensEndsWithEventsInOrder) {
    m_options.maxTokens = 12;
    const auto result = run();
    ASSERT_TRUE(result.has_value()) << result.error().message();
    EXPECT_EQ(result->end, GenerateEnd::MaxTokens);
    EXPECT_EQ(result->tokens, greedy(12));
    EXPECT_EQ(result->promptTokens, 300);
    EXPECT_GT(result->promptSeconds, 0.0);
    EXPECT_GT(result->generateSeconds, 0.0);
    std::vector<std::string> expected = {"256/300", "300/300"};
    for (const std::int32_t token : result->tokens) {
        expected.push_back("token " + std::to_string(token));
    }
    EXPECT_EQ(m_log, expected);
    // The last token was not run.
    EXPECT_EQ(m_sequence->length(), 311);
    EXPECT_TRUE(
        std::ranges::equal(m_sequence->tokens().subspan(300), std::span(result->tokens).first(11)));
}

TEST_F(GenerateTest, AnswersGoOnFromTheSequence) {
    m_options.maxTokens = 8;
    const std::vector<std::int32_t> expected = greedy(8);
    const auto first = run();
    ASSERT_TRUE(first.has_value());
    ASSERT_EQ(m_sequence->truncate(303), 303);
    m_prompt = {expected[3]};
    m_options.maxTokens = 4;
    const auto second = run();
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->promptTokens, 1);
    EXPECT_TRUE(std::ranges::equal(second->tokens, std::span(expected).subspan(4)));
}

TEST_F(GenerateTest, AStopTokenIsNoPartOfTheAnswer) {
    const std::vector<std::int32_t> expected = greedy(20);
    const std::int32_t stopToken = expected[6];
    const auto first = std::find(expected.begin(), expected.end(), stopToken);
    m_options.maxTokens = 20;
    m_options.stopTokens = {97, stopToken};
    const auto result = run();
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->end, GenerateEnd::StopToken);
    EXPECT_EQ(result->tokens, std::vector<std::int32_t>(expected.begin(), first));
    EXPECT_EQ(m_sequence->length(), 300 + (first - expected.begin()));
    EXPECT_EQ(m_log.size(), 2 + result->tokens.size());
}

TEST_F(GenerateTest, AStopTokenAtOnceGivesAnEmptyAnswer) {
    m_options.stopTokens = {greedy(1).front()};
    const auto result = run();
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->end, GenerateEnd::StopToken);
    EXPECT_TRUE(result->tokens.empty());
    EXPECT_EQ(m_sequence->length(), 300);
}

TEST_F(GenerateTest, AFullContextEnds) {
    m_sequence.reset();
    EngineOptions options = smallOptions(IsaRequest::Reference);
    options.contextTokens = 305;
    m_engine = makeEngine(options);
    m_sequence = makeSequence(*m_engine);
    const auto result = run();
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->end, GenerateEnd::ContextFull);
    EXPECT_EQ(result->tokens, greedy(6));
    EXPECT_EQ(m_sequence->length(), 305);

    m_sequence->truncate(304);
    m_prompt = {1, 2};
    const auto tooLong = run();
    ASSERT_FALSE(tooLong.has_value());
    EXPECT_EQ(tooLong.error().code(), ErrorCode::InvalidArgument);
    EXPECT_EQ(m_sequence->length(), 304);
}

TEST_F(GenerateTest, AStopBeforeThePromptGivesNothing) {
    m_stop.request_stop();
    const auto result = run(m_stop.get_token());
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->end, GenerateEnd::Cancelled);
    EXPECT_TRUE(result->tokens.empty());
    EXPECT_EQ(result->promptTokens, 0);
    EXPECT_EQ(m_sequence->length(), 0);
    EXPECT_TRUE(m_log.empty());
}

TEST_F(GenerateTest, AStopKeepsWhatWasGenerated) {
    const std::vector<std::int32_t> expected = greedy(8);
    m_stopAfterTokens = 5;
    const auto result = run(m_stop.get_token());
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->end, GenerateEnd::Cancelled);
    EXPECT_TRUE(std::ranges::equal(result->tokens, std::span(expected).first(5)));
    EXPECT_EQ(m_sequence->length(), 304);
    // The next prompt begins with the token that was not run.
    m_prompt = {result->tokens.back()};
    m_options.maxTokens = 3;
    const auto next = run();
    ASSERT_TRUE(next.has_value());
    EXPECT_TRUE(std::ranges::equal(next->tokens, std::span(expected).subspan(5)));
}

TEST_F(GenerateTest, SeedsRepeat) {
    m_options.sampling = {.topK = 0, .topP = 1.0F, .minP = 0.0F, .temperature = 1.0F, .seed = 5};
    m_options.maxTokens = 30;
    const auto first = run();
    m_sequence->truncate(0);
    const auto second = run();
    m_sequence->truncate(0);
    m_options.sampling.seed = 6;
    const auto other = run();
    ASSERT_TRUE(first.has_value() && second.has_value() && other.has_value());
    EXPECT_EQ(first->tokens, second->tokens);
    EXPECT_NE(first->tokens, other->tokens);
}

TEST_F(GenerateTest, ErrorsComeThrough) {
    m_options.sampling.temperature = -1;
    const auto wrongOption = run();
    ASSERT_FALSE(wrongOption.has_value());
    EXPECT_EQ(wrongOption.error().code(), ErrorCode::InvalidArgument);
    EXPECT_EQ(m_sequence->length(), 0);
    m_options.sampling.temperature = 0;
    m_prompt[280] = 96;
    const auto wrongToken = run();
    ASSERT_FALSE(wrongToken.has_value());
    EXPECT_EQ(wrongToken.error().code(), ErrorCode::InvalidArgument);
    EXPECT_EQ(m_sequence->length(), 256);
}

TEST_F(GenerateTest, EventsMayBeMissing) {
    m_options.maxTokens = 2;
    const auto result = generate(*m_engine, *m_sequence, m_prompt, m_options, {}, {});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->tokens, greedy(2));
}

}  // namespace
}  // namespace hearth::testing_support
