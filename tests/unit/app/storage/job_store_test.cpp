#include "app/storage/job_store.h"

#include <gtest/gtest.h>

#include "app/storage/chat_store.h"
#include "app/storage/document_store.h"
#include "app/storage/feedback_store.h"
#include "app/storage/message_store.h"
#include "tests/unit/app/storage/store_fixture.h"

namespace hearth::storage {
namespace {

class JobStoreTest : public MemoryStoreTest {};

TEST_F(JobStoreTest, AJobGoesOnWhereItWasAfterARestart) {
    DocumentStore documents(*m_database);
    const DocumentId document =
        documents.addDocument("report", std::vector<std::string>{"one", "two"}).value();
    JobId id = 0;
    const SummaryNode node{.level = 0,
                           .position = 0,
                           .firstPage = 1,
                           .lastPage = 1,
                           .text = "It is one.",
                           .citations = R"([{"page":1}])"};
    {
        JobStore jobs(*m_database, m_time.clock());
        id = jobs.create(JobKind::Summary, document, R"({"length":"short"})").value();
        EXPECT_EQ(jobs.job(id).value().state, JobState::Waiting);
        const auto started = jobs.startNext().value();
        ASSERT_TRUE(started.has_value());
        EXPECT_EQ(started->id, id);
        EXPECT_EQ(jobs.startNext().value().has_value(), false);
        ASSERT_TRUE(jobs.addNode(id, node, 0.5).isOk());
    }
    JobStore jobs(*m_database, m_time.clock());
    EXPECT_EQ(jobs.recoverInterrupted().value(), 1);
    const Job job = jobs.job(id).value();
    EXPECT_EQ(job.state, JobState::Waiting);
    EXPECT_EQ(job.progress, 0.5);
    EXPECT_EQ(job.parameters, R"({"length":"short"})");
    EXPECT_EQ(jobs.nodes(id).value(), std::vector<SummaryNode>{node});
    SummaryNode better = node;
    better.text = "It is two.";
    ASSERT_TRUE(jobs.addNode(id, better, 0.6).isOk());
    EXPECT_EQ(jobs.nodes(id).value(), std::vector<SummaryNode>{better});
    ASSERT_TRUE(jobs.setState(id, JobState::Done).isOk());
    EXPECT_EQ(jobs.job(id).value().progress, 1.0);
    EXPECT_EQ(jobs.recoverInterrupted().value(), 0);
}

TEST_F(JobStoreTest, PausedAndFailedJobsAreNotStarted) {
    JobStore jobs(*m_database, m_time.clock());
    const JobId paused = jobs.create(JobKind::Summary, std::nullopt).value();
    const JobId failed = jobs.create(JobKind::Summary, std::nullopt).value();
    ASSERT_TRUE(jobs.setState(paused, JobState::Paused).isOk());
    ASSERT_TRUE(jobs.setState(failed, JobState::Failed, "out of memory").isOk());
    EXPECT_FALSE(jobs.startNext().value().has_value());
    EXPECT_EQ(jobs.job(failed).value().error, "out of memory");
    ASSERT_TRUE(jobs.setState(failed, JobState::Waiting).isOk());
    EXPECT_EQ(jobs.job(failed).value().error, "");
    EXPECT_EQ(jobs.list().value().size(), 2U);
    ASSERT_TRUE(jobs.remove(paused).isOk());
    EXPECT_EQ(jobs.job(paused).error().code(), ErrorCode::NotFound);
    EXPECT_EQ(jobs.setState(99, JobState::Done).code(), ErrorCode::NotFound);
    EXPECT_EQ(jobs.create(JobKind::Summary, 99).error().code(), ErrorCode::InvalidArgument);
    EXPECT_EQ(jobs.addNode(99, {}, 0).code(), ErrorCode::InvalidArgument);
    EXPECT_TRUE(jobs.listOf(5).value().empty());
}

TEST_F(JobStoreTest, FeedbackAndTracesBelongToAMessage) {
    ChatStore chats(*m_database, m_time.clock());
    MessageStore messages(*m_database, m_time.clock());
    FeedbackStore feedback(*m_database, m_time.clock());
    const ChatId chat = chats.create().value();
    const MessageId answer =
        messages.add(newMessage(chat, std::nullopt, MessageRole::Assistant, "wrong")).value();
    EXPECT_FALSE(feedback.feedback(answer).value().has_value());
    ASSERT_TRUE(feedback.setFeedback(answer, Thumb::Down, "right").isOk());
    const auto said = feedback.feedback(answer).value();
    ASSERT_TRUE(said.has_value());
    EXPECT_EQ(said->thumb, Thumb::Down);
    EXPECT_EQ(said->editedAnswer, "right");
    EXPECT_EQ(said->created, m_time.now());
    EXPECT_EQ(feedback.allFeedback().value().size(), 1U);
    ASSERT_TRUE(feedback.setFeedback(answer, Thumb::Up, std::nullopt).isOk());
    EXPECT_EQ(feedback.feedback(answer).value()->editedAnswer, std::nullopt);
    ASSERT_TRUE(feedback.setFeedback(answer, std::nullopt, std::nullopt).isOk());
    EXPECT_TRUE(feedback.allFeedback().value().empty());
    EXPECT_EQ(feedback.setFeedback(99, Thumb::Up, std::nullopt).code(), ErrorCode::InvalidArgument);

    const std::vector<RouterTrace> traces{
        {.layer = 0, .firstToken = 0, .numTokens = 16, .expertCounts = {1, 0, 4000000000U}},
        {.layer = 1, .firstToken = 0, .numTokens = 16, .expertCounts = {}}};
    ASSERT_TRUE(feedback.addRouterTraces(answer, traces).isOk());
    EXPECT_EQ(feedback.routerTraces(answer).value(), traces);
    EXPECT_EQ(feedback.addRouterTraces(99, traces).code(), ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace hearth::storage
