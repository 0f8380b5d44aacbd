#include "app/storage/text_search.h"

#include <gtest/gtest.h>

#include "app/storage/chat_store.h"
#include "app/storage/document_store.h"
#include "app/storage/message_store.h"
#include "tests/unit/app/storage/store_fixture.h"

namespace hearth::storage {
namespace {

class TextSearchTest : public MemoryStoreTest {
protected:
    void SetUp() override {
        MemoryStoreTest::SetUp();
        m_search = std::move(TextSearch::create(*m_database)).value();
        m_chats = std::make_unique<ChatStore>(*m_database, m_time.clock());
        m_messages = std::make_unique<MessageStore>(*m_database, m_time.clock());
        m_chat = m_chats->create("Boats and 船屋").value();
    }
    MessageId add(std::string_view text) {
        const MessageId id =
            m_messages->add(newMessage(m_chat, m_last, MessageRole::User, text)).value();
        m_last = id;
        return id;
    }
    std::vector<MessageId> found(std::string_view typed) {
        std::vector<MessageId> ids;
        for (const MessageHit& hit : m_search->search(typed).value().messages) {
            ids.push_back(hit.message);
        }
        return ids;
    }
    static std::string highlighted(const Snippet& snippet) {
        std::string result;
        for (const ByteRange& range : snippet.highlights) {
            result += snippet.text.substr(range.begin, range.end - range.begin) + "|";
        }
        return result;
    }

    std::unique_ptr<TextSearch> m_search;
    std::unique_ptr<ChatStore> m_chats;
    std::unique_ptr<MessageStore> m_messages;
    ChatId m_chat = 0;
    std::optional<MessageId> m_last;
};

TEST_F(TextSearchTest, FindsMessagesInEnglishAndChinese) {
    const MessageId first = add("Marta keeps the key of the boat house.");
    const MessageId second = add("玛塔有船屋的钥匙。");
    const MessageId third = add("Where is the Café? 图书馆旁边");
    using Ids = std::vector<MessageId>;
    EXPECT_EQ(found("key"), Ids{first});
    EXPECT_EQ(found("KEY house"), Ids{first});
    EXPECT_EQ(found("boat hou"), Ids{first});
    EXPECT_EQ(found("boat hou "), Ids{});
    EXPECT_EQ(found("钥匙"), Ids{second});
    EXPECT_EQ(found("匙钥"), Ids{});
    EXPECT_EQ(found("船屋的钥匙"), Ids{second});
    EXPECT_EQ(found("匙"), Ids{second});
    EXPECT_EQ(found("钥"), Ids{second});
    EXPECT_EQ(found("图书馆"), Ids{third});
    EXPECT_EQ(found("图书 cafe"), Ids{third});
    EXPECT_EQ(found("the"), (Ids{third, first})) << "newest first";
    EXPECT_EQ(found("\"the key\""), Ids{first});
    EXPECT_EQ(found("\"key the\""), Ids{});
}

TEST_F(TextSearchTest, HitsCarryTheirPlaceAndMarks) {
    add("Marta keeps the key of the boat house.");
    const SearchResults results = m_search->search("boat").value();
    ASSERT_EQ(results.messages.size(), 1U);
    EXPECT_EQ(results.messages[0].chat, m_chat);
    EXPECT_EQ(results.messages[0].chatTitle, "Boats and 船屋");
    EXPECT_EQ(highlighted(results.messages[0].snippet), "boat|");
    ASSERT_EQ(results.titles.size(), 1U);
    EXPECT_EQ(results.titles[0].chat, m_chat);
    EXPECT_EQ(highlighted(results.titles[0].title), "Boats|");
    EXPECT_EQ(m_search->search("船屋").value().titles.size(), 1U);
    EXPECT_EQ(m_search->matchesInMessage("a boat", "boat"), (std::vector<ByteRange>{{2, 6}}));
}

TEST_F(TextSearchTest, TitlesFollowRenaming) {
    ASSERT_TRUE(m_chats->rename(m_chat, "Lighthouses").isOk());
    EXPECT_TRUE(m_search->search("boats").value().titles.empty());
    EXPECT_EQ(m_search->search("lighthouses").value().titles.size(), 1U);
}

TEST_F(TextSearchTest, FindsPagesOfDocumentsByStemAndMarksThem) {
    DocumentStore documents(*m_database);
    const std::vector<std::string> pages{"Nothing here.", "She was keeping the keys. 钥匙在这里。"};
    const DocumentId document = documents.addDocument("Keeper's report", pages).value();
    const SearchResults results = m_search->search("keep ").value();
    ASSERT_EQ(results.passages.size(), 1U);
    EXPECT_EQ(results.passages[0].document, document);
    EXPECT_EQ(results.passages[0].pageNumber, 2);
    EXPECT_EQ(results.passages[0].documentTitle, "Keeper's report");
    EXPECT_EQ(highlighted(results.passages[0].snippet), "keeping|");
    ASSERT_EQ(results.passages[0].matches.size(), 1U);
    EXPECT_EQ(pages[1].substr(results.passages[0].matches[0].begin, 7), "keeping");
    EXPECT_EQ(m_search->search("钥匙").value().passages.size(), 1U);
    EXPECT_EQ(m_search->search("report").value().titles[0].document, document);
    ASSERT_TRUE(documents.rename(document, "Something else").isOk());
    EXPECT_TRUE(m_search->search("report").value().titles.empty());
}

TEST_F(TextSearchTest, OnlyFinishedTextIsFound) {
    const MessageId answer =
        m_messages->beginAnswer(newMessage(m_chat, std::nullopt, MessageRole::Assistant, ""))
            .value();
    ASSERT_TRUE(m_messages->append(answer, "lighthouse").isOk());
    EXPECT_TRUE(found("lighthouse").empty());
    ASSERT_TRUE(m_messages->finishAnswer(answer, MessageState::Complete).isOk());
    EXPECT_EQ(found("lighthouse"), std::vector<MessageId>{answer});
}

TEST_F(TextSearchTest, TheIndexesCanBeRebuilt) {
    const MessageId id = add("lighthouse 灯塔");
    DocumentStore documents(*m_database);
    ASSERT_TRUE(
        documents.addDocument("Doc", std::vector<std::string>{"lighthouse 灯塔"}).has_value());
    for (int round = 0; round < 2; ++round) {
        ASSERT_TRUE(rebuildIndexes(*m_database).isOk());
        EXPECT_EQ(found("灯塔"), std::vector<MessageId>{id});
        EXPECT_EQ(m_search->search("lighthouse").value().passages.size(), 1U);
        EXPECT_EQ(m_search->search("boats").value().titles.size(), 1U);
        EXPECT_EQ(m_search->search("doc").value().titles.size(), 1U);
    }
}

TEST_F(TextSearchTest, HostileInputIsOnlyWords) {
    add("plain text");
    for (const char* typed : {"\"", "' OR 1=1 --", "text:*", "NOT", "\xff\xfe", "(", "^text",
                              "NEAR(", "a AND", "-text", "{text}", "text + plain"}) {
        EXPECT_TRUE(m_search->search(typed).has_value()) << typed;
    }
}

}  // namespace
}  // namespace hearth::storage
