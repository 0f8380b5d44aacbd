// Conversations with the built-in model, files decoded by the real decoder.

#include "app/core/assistant.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth::app {
namespace {

const std::filesystem::path kSamples = HEARTH_SAMPLES_DIR;

/// Keeps what it is told of one question at a time. Thread-safe.
class Recorder final : public AssistantEvents {
public:
    void attachmentReady(RequestId, std::size_t index, const AttachmentReport& report) override {
        const std::scoped_lock lock(m_mutex);
        m_files.emplace_back(index, report);
    }
    void promptProgress(RequestId id, int done, int total) override {
        std::function<void(RequestId)> onProgress;
        {
            const std::scoped_lock lock(m_mutex);
            m_progress = {done, total};
            onProgress = m_onProgress;
        }
        if (onProgress) {
            onProgress(id);
        }
    }
    void textAdded(RequestId, std::string_view text) override {
        const std::scoped_lock lock(m_mutex);
        m_text += text;
    }
    void finished(RequestId, const AnswerReport& report) override { end(report); }
    void failed(RequestId, const Status& status) override { end(status); }

    /// Asks and waits for the end. `onProgress` is called while the prompt is read.
    Result<AnswerReport> ask(Assistant& assistant, Question question,
                             std::function<void(RequestId)> onProgress = {}) {
        std::unique_lock lock(m_mutex);
        m_files.clear();
        m_progress = {};
        m_text.clear();
        m_onProgress = std::move(onProgress);
        m_outcome.reset();
        EXPECT_TRUE(assistant.ask(std::move(question)).has_value());
        if (!m_ended.wait_for(lock, std::chrono::minutes(2),
                              [this] { return m_outcome.has_value(); })) {
            return Status(ErrorCode::Internal, "no answer within two minutes");
        }
        return *m_outcome;
    }

    // What was told of the last question; read after it has ended.
    std::vector<std::pair<std::size_t, AttachmentReport>> m_files;
    std::pair<int, int> m_progress;
    std::string m_text;

private:
    void end(Result<AnswerReport> outcome) {
        const std::scoped_lock lock(m_mutex);
        m_outcome.emplace(std::move(outcome));
        m_ended.notify_all();
    }

    std::mutex m_mutex;  // guards all
    std::condition_variable m_ended;
    std::function<void(RequestId)> m_onProgress;
    std::optional<Result<AnswerReport>> m_outcome;
};

class AssistantTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = Assistant::open({}, m_events);
        ASSERT_TRUE(opened.has_value()) << opened.error().message();
        m_assistant = std::move(opened).value();
    }

    static Question question(std::string text, int maxTokens = 8) {
        Question result;
        result.text = std::move(text);
        result.options.maxTokens = maxTokens;
        return result;
    }

    /// A question of some `numSentences` times 12 tokens.
    static Question longQuestion(int numSentences) {
        std::string text;
        for (int i = 0; i < numSentences; ++i) {
            text += "The people of the house by the river walk the dogs in summer. ";
        }
        return question(text + "Who walks the dogs?");
    }

    /// Asks in the conversation so far and adds the exchange to it.
    AnswerReport ask(Question asked) {
        asked.earlier = m_conversation;
        Result<AnswerReport> report = m_events.ask(*m_assistant, asked);
        EXPECT_TRUE(report.has_value()) << report.error().message();
        if (!report.has_value()) {
            return {};
        }
        m_conversation.push_back({asked.text, asked.files, report.value().text});
        return report.value();
    }

    Recorder m_events;
    std::unique_ptr<Assistant> m_assistant;
    std::vector<Exchange> m_conversation;
};

TEST_F(AssistantTest, TheNextTurnReadsItsOwnTokensAlone) {
    const AnswerReport first = ask(longQuestion(60));
    EXPECT_GT(first.promptTokens, 500);
    EXPECT_EQ(first.text, m_events.m_text);
    constexpr int kShortTurn = 30;
    for (int turn = 2; turn < 5; ++turn) {
        const AnswerReport next = ask(question("And who are you?"));
        EXPECT_GT(next.promptTokens, 0);
        EXPECT_LT(next.promptTokens, kShortTurn) << "in turn " << turn;
        EXPECT_EQ(m_events.m_progress, std::pair(next.promptTokens, next.promptTokens));
    }
    // A new conversation that begins alike is answered alike, and read no more than it must be.
    m_conversation.clear();
    const AnswerReport again = ask(longQuestion(60));
    EXPECT_LT(again.promptTokens, kShortTurn);
    EXPECT_EQ(again.text, first.text);
}

TEST_F(AssistantTest, WhatAStoppedQuestionReadIsNotReadAgain) {
    const Question asked = longQuestion(120);
    const Result<AnswerReport> stopped =
        m_events.ask(*m_assistant, asked, [this](RequestId id) { m_assistant->stop(id); });
    ASSERT_TRUE(stopped.has_value()) << stopped.error().message();
    EXPECT_EQ(stopped.value().finishReason, FinishReason::Cancelled);
    EXPECT_EQ(stopped.value().text, "");
    const int numRead = m_events.m_progress.first;
    const int total = m_events.m_progress.second;
    ASSERT_GT(numRead, 0);
    ASSERT_LT(numRead, total);
    const AnswerReport again = ask(asked);
    EXPECT_EQ(again.promptTokens, total - numRead);
    m_conversation.clear();
    EXPECT_EQ(ask(asked).text, again.text);
}

TEST_F(AssistantTest, AFailedQuestionLeavesTheConversationAsItWas) {
    ask(longQuestion(60));
    Question missing = question("What is in the picture?");
    missing.earlier = m_conversation;
    missing.files = {{kSamples / "picture.png", {}}, {"/nonexistent/holiday.png", {}}};
    const Result<AnswerReport> failed = m_events.ask(*m_assistant, missing);
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code(), ErrorCode::NotFound);
    EXPECT_LT(ask(question("And who are you?")).promptTokens, 30);
}

TEST_F(AssistantTest, FilesAreToldOfOnceInTheirOrder) {
    Question asked = question("What is in the picture?");
    for (const char* const name :
         {"document.txt", "picture.png", "document.txt", "recording.wav", "document.txt"}) {
        asked.files.push_back({kSamples / name, {}});
    }
    const AnswerReport report = ask(asked);
    ASSERT_EQ(m_events.m_files.size(), asked.files.size());
    ASSERT_EQ(report.attachments.size(), asked.files.size());
    for (std::size_t i = 0; i < asked.files.size(); ++i) {
        const auto& [index, told] = m_events.m_files[i];
        EXPECT_EQ(index, i);
        EXPECT_EQ(told.path, asked.files[i].path);
        EXPECT_EQ(describe(told), describe(report.attachments[i]));
        EXPECT_EQ(told.vectors > 0, told.kind != AttachmentKind::Document);
    }
    // Neither pictures nor documents are read again for the next question.
    EXPECT_LT(ask(question("And who are you?")).promptTokens, 30);
    EXPECT_TRUE(m_events.m_files.empty());
}

}  // namespace
}  // namespace hearth::app
