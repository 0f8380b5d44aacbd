#include "app/core/assistant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/integration/app/answer_waiter.h"
#include "tests/support/temp_folder.h"

namespace hearth::app {
namespace {

using testing::HasSubstr;
using testing_support::AnswerWaiter;

/// The built-in model with two assistants: the second one knows nothing of the first one's past.
class ConversationTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        for (std::size_t k = 0; k < s_assistants.size(); ++k) {
            Result<std::unique_ptr<Assistant>> opened = Assistant::open({}, s_waiters[k]);
            ASSERT_TRUE(opened.has_value()) << opened.error().message();
            s_assistants[k] = std::move(opened).value();
        }
    }
    static void TearDownTestSuite() { s_assistants = {}; }

    void SetUp() override { ASSERT_TRUE(s_assistants[1] != nullptr); }

    Result<AnswerReport> ask(const std::vector<Exchange>& earlier, const std::string& text,
                             const std::vector<AttachedFile>& files = {}, std::size_t k = 0) {
        Question question;
        question.earlier = earlier;
        question.text = text;
        question.files = files;
        question.options.maxTokens = 40;
        HEARTH_ASSIGN_OR_RETURN(const RequestId id, s_assistants[k]->ask(std::move(question)));
        return s_waiters[k].wait(id);
    }

    /// Asks and adds the exchange to the conversation.
    AnswerReport add(std::vector<Exchange>& conversation, const std::string& text,
                     const std::vector<AttachedFile>& files = {}, std::size_t k = 0) {
        const Result<AnswerReport> report = ask(conversation, text, files, k);
        EXPECT_TRUE(report.has_value()) << report.error().message();
        if (!report.has_value()) {
            return {};
        }
        conversation.push_back({text, files, report.value().text});
        return report.value();
    }

    AttachedFile document(const std::string& name, const std::string& text) {
        const std::filesystem::path path = m_folder.path() / name;
        std::ofstream(path) << text;
        return {path, AttachmentKind::Document};
    }

    static inline std::array<AnswerWaiter, 2> s_waiters;
    static inline std::array<std::unique_ptr<Assistant>, 2> s_assistants;
    testing_support::TempFolder m_folder;
};

TEST_F(ConversationTest, AnotherAssistantGoesOnWhereOneStopped) {
    const std::vector<AttachedFile> files{
        document("mill.txt", "The mill of Orvale was built in 1764. Its keeper is Hanna Brisk.\n")};
    std::vector<Exchange> conversation;
    EXPECT_THAT(add(conversation, "When was the mill of Orvale built?", files).text,
                HasSubstr("1764"));
    const Result<AnswerReport> here = ask(conversation, "Who is its keeper?");
    const Result<AnswerReport> there = ask(conversation, "Who is its keeper?", {}, 1);
    ASSERT_TRUE(here.has_value() && there.has_value());
    EXPECT_THAT(here.value().text, HasSubstr("Hanna Brisk"));
    EXPECT_EQ(here.value().text, there.value().text);
    // The one that was there reads the new question alone.
    EXPECT_LT(here.value().promptTokens, 20);
    EXPECT_GT(there.value().promptTokens, here.value().promptTokens + 20);
}

TEST_F(ConversationTest, BranchesKnowNothingOfEachOther) {
    std::vector<Exchange> first;
    add(first, "Who keeps the boat house?",
        {document("a.txt", "Nora Felt keeps the boat house. Nora Felt was born in 1871.\n")});
    std::vector<Exchange> second;
    add(second, "Who keeps the boat house?",
        {document("b.txt", "Nora Felt keeps the boat house. Nora Felt was born in 1902.\n")});
    // To and fro between the branches.
    for (int turn = 0; turn < 2; ++turn) {
        const Result<AnswerReport> a = ask(first, "When was Nora Felt born?");
        const Result<AnswerReport> b = ask(second, "When was Nora Felt born?");
        ASSERT_TRUE(a.has_value() && b.has_value());
        EXPECT_THAT(a.value().text, HasSubstr("1871"));
        EXPECT_THAT(b.value().text, HasSubstr("1902"));
    }
}

TEST_F(ConversationTest, AnEarlierFileThatHasGoneIsNamed) {
    const AttachedFile file = document("gone.txt", "The lamp is green.\n");
    std::vector<Exchange> conversation;
    add(conversation, "What colour is the lamp?", {file});
    std::filesystem::remove(file.path);
    // At hand it is not needed again; elsewhere it is.
    EXPECT_TRUE(ask(conversation, "Are you sure?").has_value());
    const Result<AnswerReport> elsewhere = ask(conversation, "Are you sure?", {}, 1);
    ASSERT_FALSE(elsewhere.has_value());
    EXPECT_EQ(elsewhere.error().code(), ErrorCode::NotFound);
    EXPECT_THAT(elsewhere.error().message(), HasSubstr(file.path.string()));
    // And the failure leaves the assistant as fit as before.
    EXPECT_TRUE(ask({}, "Who are you?", {}, 1).has_value());
}

TEST_F(ConversationTest, PassagesOfEarlierDocumentsAreFoundAgain) {
    std::string text;
    for (int i = 0; i < 300; ++i) {
        text += "Room " + std::to_string(100 + i) + " was painted in " + std::to_string(1700 + i) +
                " by the same two hands as the room before it.\n\n";
    }
    std::vector<Exchange> conversation;
    const AnswerReport first =
        add(conversation, "When was room 140 painted?", {document("rooms.txt", text)});
    ASSERT_EQ(first.attachments.size(), 1U);
    EXPECT_FALSE(first.attachments[0].isWhole);
    const Result<AnswerReport> here = ask(conversation, "When was room 333 painted?");
    const Result<AnswerReport> there = ask(conversation, "When was room 333 painted?", {}, 1);
    ASSERT_TRUE(here.has_value() && there.has_value());
    EXPECT_EQ(here.value().text, there.value().text);
}

}  // namespace
}  // namespace hearth::app
