// Whole conversations through a generator: whatever it keeps from earlier requests, an answer is
// that of a generator that knows nothing.

#include "inference/engine/generator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "inference/tokenizer/utf8.h"
#include "inference/tokenizer/utf8_stream.h"
#include "tests/integration/engine/generator_fixture.h"

namespace hearth::testing_support {
namespace {

constexpr TokenId kEnd = 4;
constexpr TokenId kImage = 5;
constexpr TokenId kAudio = 6;

using Names = std::vector<std::string>;

std::vector<TokenId> joined(std::vector<TokenId> first, const std::vector<TokenId>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// The greedy answer, step by step on an engine.
std::vector<TokenId> greedyAnswer(const std::vector<TokenId>& prompt, std::size_t count) {
    const auto engine = tinyEngine(tinyOptions());
    const auto sequence = std::move(engine->createSequence()).value();
    auto logits = engine->prefill(*sequence, prompt);
    std::vector<TokenId> answer;
    while (answer.size() < count) {
        const auto& row = logits.value();
        answer.push_back(
            static_cast<TokenId>(std::max_element(row.begin(), row.end()) - row.begin()));
        const SequenceWork work{.sequence = sequence.get(), .tokens = {&answer.back(), 1}};
        logits = engine->step({&work, 1});
    }
    return answer;
}

TEST(GeneratorTest, AnswersAreThoseOfTheEngine) {
    const auto prompt = textTokens(300, 1);
    const auto answer = greedyAnswer(prompt, 40);
    const RecordedEvents events = runFresh(request(1, prompt, 40));
    EXPECT_EQ(events.names, (Names{"started", "promptProgress", "textAdded", "finished"}));
    EXPECT_EQ(events.reused, 0);
    EXPECT_EQ(events.progress, (decltype(events.progress){{256, 300}, {300, 300}}));
    EXPECT_EQ(events.report.end, GenerateEnd::MaxTokens);
    EXPECT_EQ(events.report.promptTokens, 300);
    EXPECT_EQ(events.report.generatedTokens(), 40);
    EXPECT_GT(events.report.promptSeconds, 0);

    Utf8Stream characters;
    std::string expected;
    for (const TokenId token : answer) {
        if (!tinyChatModel()->tokenizer().isControl(token)) {
            expected += characters.push(tinyChatModel()->tokenizer().tokenBytes(token));
        }
    }
    expected += characters.finish();
    EXPECT_EQ(events.text, expected);
    EXPECT_EQ(validUtf8Length(events.text), events.text.size());
}

TEST(GeneratorTest, StopTokensEndAnAnswer) {
    const auto prompt = textTokens(50, 2);
    const auto answer = greedyAnswer(prompt, 10);
    GenerateRequest stopping = request(1, prompt, 10);
    stopping.options.stopTokens = {answer[5]};
    const auto first = std::find(answer.begin(), answer.end(), answer[5]) - answer.begin();
    const RecordedEvents events = runFresh(stopping);
    EXPECT_EQ(events.report.end, GenerateEnd::StopToken);
    EXPECT_EQ(events.report.generatedTokens(), first);
}

TEST(GeneratorTest, TheNextTurnKeepsThePrefix) {
    const auto generator = tinyGenerator();
    const auto prompt = textTokens(200, 3);
    const RecordedEvents first = run(*generator, request(1, prompt, 20));
    const auto second =
        request(2, joined(joined(prompt, greedyAnswer(prompt, 20)), textTokens(30, 4)), 20);
    const RecordedEvents events = run(*generator, second);
    // The last token of an answer has been chosen and not run.
    EXPECT_EQ(events.reused, 219);
    EXPECT_EQ(events.progress.back().second, 31);
    EXPECT_EQ(events.text, runFresh(second).text);
}

TEST(GeneratorTest, AnAnswerCanBeGeneratedAgain) {
    const auto generator = tinyGenerator();
    const auto again = request(1, textTokens(150, 5), 20);
    const RecordedEvents first = run(*generator, again);
    const RecordedEvents second = run(*generator, again);
    EXPECT_EQ(second.reused, 149);
    EXPECT_EQ(second.text, first.text);
}

TEST(GeneratorTest, AnEditFarBackIsReadAgain) {
    const auto generator = tinyGenerator();
    auto tokens = textTokens(700, 6);
    run(*generator, request(1, tokens));
    // The window of 64 tokens before this one has left the ring.
    tokens[100] = tokens[100] == 40 ? 41 : 40;
    const auto edited = request(2, tokens);
    const RecordedEvents events = run(*generator, edited);
    EXPECT_EQ(events.reused, 0);
    EXPECT_EQ(events.text, runFresh(edited).text);
}

TEST(GeneratorTest, WhateverIsKeptTheAnswerIsThatOfAFreshStart) {
    const auto generator = tinyGenerator();
    std::mt19937_64 random(7);
    std::vector<TokenId> conversation = textTokens(120, 8);
    std::int64_t mostReused = 0;
    for (RequestId id = 1; id <= 24; ++id) {
        SCOPED_TRACE(id);
        // Goes back by any number of tokens, goes on with others.
        const std::size_t keep = conversation.size() - random() % conversation.size() / 2;
        conversation.resize(keep);
        conversation = joined(conversation, textTokens(1 + random() % 90, id + 100));
        conversation.resize(std::min<std::size_t>(conversation.size(), 600));
        const auto next = request(id, conversation, 6);
        const RecordedEvents events = run(*generator, next);
        ASSERT_EQ(events.text, runFresh(next).text);
        mostReused = std::max(mostReused, events.reused);
    }
    EXPECT_GT(mostReused, 100);
}

TEST(GeneratorTest, KnownMediaAreNotEncodedAgain) {
    const auto generator = tinyGenerator();
    const auto picture = tinyPicture(9);
    const auto recording = tinyRecording(10, 2);
    std::vector<TokenId> tokens = joined(textTokens(40, 11), {kImage});
    tokens = joined(tokens, textTokens(20, 12));
    GenerateRequest first = request(1, tokens);
    first.media = {picture};
    EXPECT_EQ(run(*generator, first).encoded, (std::vector<std::size_t>{0}));

    GenerateRequest second = request(2, joined(joined(tokens, {kAudio}), textTokens(15, 13)));
    second.media = {picture, recording};
    const RecordedEvents events = run(*generator, second);
    EXPECT_EQ(events.encoded, (std::vector<std::size_t>{1}));
    EXPECT_EQ(events.reused, 61);
    EXPECT_EQ(events.text, runFresh(second).text);

    // Another picture in its place changes everything after it.
    GenerateRequest third = second;
    third.id = 3;
    third.media[0] = tinyPicture(14);
    const RecordedEvents changed = run(*generator, third);
    EXPECT_EQ(changed.reused, 40);
    EXPECT_EQ(changed.encoded, (std::vector<std::size_t>{0}));
    EXPECT_EQ(changed.text, runFresh(third).text);
    EXPECT_NE(changed.text, events.text);
}

TEST(GeneratorTest, ConversationsKeepTheirSequences) {
    EngineOptions options = tinyOptions();
    options.maxSequences = 2;
    const auto generator = tinyGenerator(options);
    // Both start alike, as those with one system text do.
    const auto system = textTokens(20, 15);
    const auto a = joined(system, textTokens(100, 16));
    const auto b = joined(system, textTokens(120, 17));
    run(*generator, request(1, a));
    EXPECT_EQ(run(*generator, request(2, b)).reused, 0);
    const auto moreA = request(3, joined(a, textTokens(10, 18)));
    const RecordedEvents eventsA = run(*generator, moreA);
    EXPECT_EQ(eventsA.reused, 120);
    EXPECT_EQ(eventsA.text, runFresh(moreA).text);
    EXPECT_EQ(run(*generator, request(4, joined(b, textTokens(10, 19)))).reused, 140);
    generator->clear();
    EXPECT_EQ(run(*generator, request(5, a)).reused, 0);
}

TEST(GeneratorTest, BadRequestsFailOnceAndLeaveTheGeneratorUsable) {
    const auto generator = tinyGenerator();
    const auto prompt = textTokens(60, 20);
    const auto good = request(1, prompt);
    const std::string answer = run(*generator, good).text;
    std::vector<GenerateRequest> bad(8, good);
    bad[0].tokens.clear();
    bad[1].tokens = textTokens(1025, 21);
    bad[2].tokens.back() = 320;
    bad[3].media = {tinyPicture(22)};
    bad[4].tokens[10] = kImage;
    bad[5].tokens[10] = kImage;
    bad[5].media = {tinyRecording(23, 1)};
    bad[6].options.sampling.temperature = -1;
    bad[7].options.maxTokens = 0;
    for (std::size_t i = 0; i < bad.size(); ++i) {
        SCOPED_TRACE(i);
        const RecordedEvents events = run(*generator, bad[i]);
        EXPECT_EQ(events.names.back(), "failed");
        EXPECT_EQ(events.status.code(), ErrorCode::InvalidArgument) << events.status.message();
        EXPECT_EQ(run(*generator, good).text, answer);
    }
}

TEST(GeneratorTest, APictureOfAnotherSizeFails) {
    GenerateRequest bad = request(1, {kImage, 40, 41});
    bad.media = {std::make_shared<MediumInput>(PictureInput{{0.0F, 0.0F, 0.0F}, 1, 1})};
    EXPECT_EQ(runFresh(bad).status.code(), ErrorCode::InvalidArgument);
    bad.tokens[0] = kAudio;
    bad.media = {std::make_shared<MediumInput>(RecordingInput{})};
    EXPECT_EQ(runFresh(bad).status.code(), ErrorCode::InvalidArgument);
}

TEST(GeneratorTest, AFullContextEndsAnAnswer) {
    const RecordedEvents events = runFresh(request(1, textTokens(1020, 24), 50));
    EXPECT_EQ(events.report.end, GenerateEnd::ContextFull);
    EXPECT_EQ(events.report.generatedTokens(), 5);
    EXPECT_EQ(events.names.back(), "finished");
}

TEST(GeneratorTest, AStopKeepsWhatWasRead) {
    const auto generator = tinyGenerator();
    const auto prompt = textTokens(900, 25);
    std::stop_source source;
    RecordedEvents stopped;
    stopped.onProgress = [&] { source.request_stop(); };
    generator->run(request(1, prompt), stopped, source.get_token());
    EXPECT_EQ(stopped.names, (Names{"started", "promptProgress", "finished"}));
    EXPECT_EQ(stopped.report.end, GenerateEnd::Cancelled);
    EXPECT_EQ(stopped.report.generatedTokens(), 0);

    const auto again = request(2, prompt);
    const RecordedEvents events = run(*generator, again);
    EXPECT_EQ(events.reused, 256);
    EXPECT_EQ(events.text, runFresh(again).text);
}

TEST(GeneratorTest, AStopInAnAnswerKeepsItsText) {
    const auto generator = tinyGenerator();
    const auto prompt = textTokens(80, 26);
    std::stop_source source;
    RecordedEvents stopped;
    stopped.onText = [&] { source.request_stop(); };
    generator->run(request(1, prompt, 400), stopped, source.get_token());
    EXPECT_EQ(stopped.report.end, GenerateEnd::Cancelled);
    EXPECT_GT(stopped.report.generatedTokens(), 0);
    EXPECT_LT(stopped.report.generatedTokens(), 400);
    EXPECT_FALSE(stopped.text.empty());
    const auto next = request(2, joined(prompt, textTokens(10, 27)));
    EXPECT_EQ(run(*generator, next).text, runFresh(next).text);
}

TEST(GeneratorTest, AStoppedRequestDoesNotStart) {
    const auto generator = tinyGenerator();
    std::stop_source source;
    source.request_stop();
    RecordedEvents events;
    generator->run(request(1, textTokens(80, 28)), events, source.get_token());
    EXPECT_EQ(events.names, (Names{"finished"}));
    EXPECT_EQ(events.report.end, GenerateEnd::Cancelled);
    EXPECT_EQ(events.report.promptTokens, 80);
}

TEST(GeneratorTest, RoutingIsToldForEachToken) {
    GenerateRequest traced = request(1, textTokens(300, 29), 5);
    traced.tracesRouter = true;
    const RecordedEvents events = runFresh(traced);
    const HearthConfig& config = tinyChatModel()->config();
    std::int64_t next = 0;
    for (const auto& [first, trace] : events.routes) {
        EXPECT_EQ(first, next);
        ASSERT_EQ(trace.numSlots, config.expertsUsed);
        const auto perToken = static_cast<std::size_t>(config.numLayers * trace.numSlots);
        ASSERT_EQ(trace.experts.size() % perToken, 0U);
        next += static_cast<std::int64_t>(trace.experts.size() / perToken);
    }
    EXPECT_EQ(next, 304);  // the last token of the answer is not run

    traced.skipThreshold = 0.0F;
    for (const auto& [first, trace] : runFresh(traced).routes) {
        for (std::size_t i = 0; i < trace.experts.size(); ++i) {
            ASSERT_EQ(trace.experts[i] < 0, i % 2 == 1);
        }
    }
    EXPECT_TRUE(runFresh(request(1, textTokens(10, 30))).routes.empty());
}

TEST(GeneratorTest, ControlTokensAreNoText) {
    // Every token of the vocabulary is likely at this temperature; most answers hold control ones.
    GenerateRequest wild = request(1, textTokens(10, 31), 200);
    wild.options.sampling = {.topK = 0, .topP = 1.0F, .minP = 0.0F, .temperature = 50.0F};
    wild.options.stopTokens = {kEnd};
    const RecordedEvents events = runFresh(wild);
    EXPECT_EQ(events.text.find("<|"), std::string::npos);
    EXPECT_EQ(validUtf8Length(events.text), events.text.size());
}

}  // namespace
}  // namespace hearth::testing_support
