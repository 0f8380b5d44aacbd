#include "app/storage/message_store.h"

#include <gtest/gtest.h>

#include "app/storage/chat_store.h"
#include "tests/unit/app/storage/store_fixture.h"

namespace hearth::storage {
namespace {

using std::chrono::milliseconds;

class MessageStoreTest : public MemoryStoreTest {
protected:
    void SetUp() override {
        MemoryStoreTest::SetUp();
        m_chats = std::make_unique<ChatStore>(*m_database, m_time.clock());
        m_messages = std::make_unique<MessageStore>(*m_database, m_time.clock());
        m_chat = m_chats->create().value();
    }

    MessageId addUser(std::optional<MessageId> parent, std::string_view text) {
        return m_messages->add(newMessage(m_chat, parent, MessageRole::User, text)).value();
    }
    MessageId addAnswer(std::optional<MessageId> parent, std::string_view text) {
        return m_messages->add(newMessage(m_chat, parent, MessageRole::Assistant, text)).value();
    }
    /// "a b(2/3) c": the shown branch with its switches.
    std::string shown() {
        std::string result;
        for (const BranchEntry& entry : m_messages->branch(m_chat).value()) {
            result += (result.empty() ? "" : " ") + textOf(m_messages->message(entry.id).value());
            if (entry.numSiblings > 1) {
                result += "(" + std::to_string(entry.siblingIndex + 1) + "/" +
                          std::to_string(entry.numSiblings) + ")";
            }
        }
        return result;
    }

    std::unique_ptr<ChatStore> m_chats;
    std::unique_ptr<MessageStore> m_messages;
    ChatId m_chat = 0;
};

TEST_F(MessageStoreTest, AMessageComesBackAsItWasAdded) {
    NewMessage message = newMessage(m_chat, std::nullopt, MessageRole::User, "What is this?");
    m_time.advance(std::chrono::seconds(1));
    message.details = R"({"seed":7})";
    message.model = "m";
    const MessageId id = m_messages->add(message).value();
    const Message back = m_messages->message(id).value();
    EXPECT_EQ(back.chat, m_chat);
    EXPECT_EQ(back.parent, std::nullopt);
    EXPECT_EQ(back.role, MessageRole::User);
    EXPECT_EQ(back.state, MessageState::Complete);
    EXPECT_EQ(back.created, m_time.now());
    EXPECT_EQ(back.finished, m_time.now());
    EXPECT_EQ(back.details, message.details);
    EXPECT_EQ(back.model, "m");
    EXPECT_EQ(back.parts, message.parts);
    EXPECT_EQ(m_chats->chat(m_chat).value().changed, m_time.now());
    EXPECT_EQ(m_chats->chat(m_chat).value().newest, id);
    EXPECT_EQ(m_messages->message(99).error().code(), ErrorCode::NotFound);
    EXPECT_EQ(m_messages->messages(std::vector<MessageId>{99, id}).value().size(), 1U);
}

TEST_F(MessageStoreTest, WhatDoesNotFitIsRefusedAndLeavesNothing) {
    const MessageId first = addUser(std::nullopt, "a");
    const ChatId other = m_chats->create().value();
    const auto codeOf = [&](const NewMessage& message) {
        return m_messages->add(message).error().code();
    };
    EXPECT_EQ(codeOf(newMessage(99, std::nullopt, MessageRole::User, "x")),
              ErrorCode::InvalidArgument);
    EXPECT_EQ(codeOf(newMessage(other, first, MessageRole::User, "x")), ErrorCode::InvalidArgument);
    EXPECT_EQ(codeOf(newMessage(m_chat, 99, MessageRole::User, "x")), ErrorCode::InvalidArgument);
    NewMessage withAttachment = newMessage(m_chat, first, MessageRole::User, "x");
    withAttachment.parts[0].kind = PartKind::Attachment;
    EXPECT_EQ(codeOf(withAttachment), ErrorCode::InvalidArgument);
    withAttachment.parts[0].attachment = 5;
    EXPECT_EQ(codeOf(withAttachment), ErrorCode::InvalidArgument);
    EXPECT_EQ(count("messages"), 1);
    EXPECT_EQ(count("parts"), 1);
}

TEST_F(MessageStoreTest, EditingAndRegeneratingBranchAndSwitch) {
    const MessageId q1 = addUser(std::nullopt, "q1");
    const MessageId a1 = addAnswer(q1, "a1");
    const MessageId q2 = addUser(a1, "q2");
    addAnswer(q2, "a2");
    EXPECT_EQ(shown(), "q1 a1 q2 a2");
    const MessageId a1b = addAnswer(q1, "a1b");  // regenerate
    EXPECT_EQ(shown(), "q1 a1b(2/2)");
    const MessageId q1b = addUser(std::nullopt, "q1b");  // edit the first message
    EXPECT_EQ(shown(), "q1b(2/2)");
    ASSERT_TRUE(m_messages->show(q1).isOk());
    EXPECT_EQ(shown(), "q1(1/2) a1b(2/2)");
    ASSERT_TRUE(m_messages->show(a1).isOk());
    EXPECT_EQ(shown(), "q1(1/2) a1(1/2) q2 a2");
    ASSERT_TRUE(m_messages->show(q1b).isOk());
    ASSERT_TRUE(m_messages->show(q1).isOk());
    EXPECT_EQ(shown(), "q1(1/2) a1(1/2) q2 a2") << "the branch below is the one shown last";
    EXPECT_EQ(m_messages->siblings(a1).value(), (std::vector<MessageId>{a1, a1b}));
    EXPECT_EQ(m_messages->show(99).code(), ErrorCode::NotFound);
    // Going on in a branch that is not shown shows it.
    addUser(a1b, "q3");
    EXPECT_EQ(shown(), "q1(1/2) a1b(2/2) q3");
    EXPECT_EQ(count("messages"), 7) << "nothing was changed or taken away";
}

TEST_F(MessageStoreTest, AStreamingAnswerIsWrittenEveryQuarterSecond) {
    const MessageId question = addUser(std::nullopt, "q");
    const MessageId answer =
        m_messages->beginAnswer(newMessage(m_chat, question, MessageRole::Assistant, "")).value();
    EXPECT_EQ(m_messages->nextFlush(), std::nullopt);
    const auto onDisk = [&] { return textOf(m_messages->message(answer).value()); };
    ASSERT_TRUE(m_messages->append(answer, "One ").isOk());
    EXPECT_EQ(onDisk(), "");
    EXPECT_EQ(m_messages->nextFlush(), m_time.now() + kFlushInterval);
    m_time.advance(milliseconds(249));
    ASSERT_TRUE(m_messages->append(answer, "two ").isOk());
    EXPECT_EQ(onDisk(), "");
    m_time.advance(milliseconds(1));
    ASSERT_TRUE(m_messages->flushDue().isOk());
    EXPECT_EQ(onDisk(), "One two ");
    EXPECT_EQ(m_messages->nextFlush(), std::nullopt);
    ASSERT_TRUE(m_messages->append(answer, "three").isOk());
    EXPECT_EQ(m_messages->message(answer).value().state, MessageState::Streaming);
    ASSERT_TRUE(m_messages->finishAnswer(answer, MessageState::Complete, R"({"tokens":3})").isOk());
    const Message done = m_messages->message(answer).value();
    EXPECT_EQ(textOf(done), "One two three");
    EXPECT_EQ(done.state, MessageState::Complete);
    EXPECT_EQ(done.details, R"({"tokens":3})");
    EXPECT_EQ(count("streaming"), 0);
    EXPECT_EQ(m_messages->append(answer, "x").code(), ErrorCode::InvalidArgument);
    EXPECT_EQ(m_messages->finishAnswer(answer, MessageState::Complete).code(),
              ErrorCode::InvalidArgument);
}

TEST_F(MessageStoreTest, ReasoningAndTextAreKeptApartAndInOrder) {
    const MessageId answer =
        m_messages->beginAnswer(newMessage(m_chat, std::nullopt, MessageRole::Assistant, ""))
            .value();
    ASSERT_TRUE(m_messages->append(answer, "Let me ", PartKind::Reasoning).isOk());
    m_time.advance(kFlushInterval);
    ASSERT_TRUE(m_messages->append(answer, "see.", PartKind::Reasoning).isOk());
    ASSERT_TRUE(m_messages->append(answer, "It is ").isOk());
    ASSERT_TRUE(m_messages->append(answer, "so.").isOk());
    ASSERT_TRUE(m_messages->finishAnswer(answer, MessageState::Stopped).isOk());
    const Message done = m_messages->message(answer).value();
    ASSERT_EQ(done.parts.size(), 2U);
    EXPECT_EQ(done.parts[0].kind, PartKind::Reasoning);
    EXPECT_EQ(done.parts[0].text, "Let me see.");
    EXPECT_EQ(done.parts[1].text, "It is so.");
    EXPECT_EQ(done.state, MessageState::Stopped);
}

TEST_F(MessageStoreTest, AnswersThatWereLeftStreamingAreRecovered) {
    const MessageId answer =
        m_messages->beginAnswer(newMessage(m_chat, std::nullopt, MessageRole::Assistant, ""))
            .value();
    ASSERT_TRUE(m_messages->append(answer, "as far as").isOk());
    m_time.advance(kFlushInterval);
    ASSERT_TRUE(m_messages->flushDue().isOk());
    EXPECT_EQ(m_messages->recoverInterrupted().value(), 0) << "it is streaming here";
    MessageStore next(*m_database, m_time.clock());
    EXPECT_EQ(next.recoverInterrupted().value(), 1);
    const Message message = next.message(answer).value();
    EXPECT_EQ(message.state, MessageState::Interrupted);
    EXPECT_EQ(textOf(message), "as far as");
    EXPECT_EQ(next.recoverInterrupted().value(), 0);
}

TEST_F(MessageStoreTest, AClockThatIsSetBackDoesNotHoldTheText) {
    const MessageId answer =
        m_messages->beginAnswer(newMessage(m_chat, std::nullopt, MessageRole::Assistant, ""))
            .value();
    ASSERT_TRUE(m_messages->append(answer, "now").isOk());
    m_time.advance(-std::chrono::hours(1));
    ASSERT_TRUE(m_messages->flushDue().isOk());
    EXPECT_EQ(textOf(m_messages->message(answer).value()), "now");
}

TEST_F(MessageStoreTest, AMessageWhoseParentWasLostIsStillShown) {
    const MessageId q1 = addUser(std::nullopt, "q1");
    const MessageId a1 = addAnswer(q1, "a1");
    ASSERT_TRUE(m_database->execute("PRAGMA foreign_keys = OFF").isOk());
    ASSERT_TRUE(m_database->run("DELETE FROM messages WHERE id = ?", q1).isOk());
    EXPECT_EQ(shown(), "a1");
    ASSERT_TRUE(m_database->run("UPDATE messages SET parent = id WHERE id = ?", a1).isOk());
    EXPECT_EQ(shown(), "a1") << "a ring is no branch";
}

}  // namespace
}  // namespace hearth::storage
