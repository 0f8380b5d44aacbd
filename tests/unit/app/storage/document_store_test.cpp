#include "app/storage/document_store.h"

#include <gtest/gtest.h>

#include <random>

#include "app/storage/schema.h"

namespace hearth::storage {
namespace {

TEST(SplitIntoChunks, CoversThePageWithoutGapsAndKeepsCharactersWhole) {
    std::mt19937 random(7);
    const std::vector<std::string> pieces{"word ", "Sentence ends. ", "\n\n", "é", "漢字", "🔥", "x",
                                          "\n"};
    for (int round = 0; round < 200; ++round) {
        std::string page;
        const std::size_t length = random() % 4000;
        while (page.size() < length) {
            page += pieces[random() % pieces.size()];
        }
        std::size_t expected = 0;
        for (const auto& [begin, end] : splitIntoChunks(page, 200)) {
            EXPECT_EQ(begin, expected);
            EXPECT_LE(end - begin, 250U + 3U);
            if (end < page.size()) {
                EXPECT_NE(static_cast<unsigned char>(page[end]) & 0xC0U, 0x80U)
                    << "cut inside a character";
            }
            expected = end;
        }
        if (page.find_first_not_of(" \n") != std::string::npos) {
            EXPECT_EQ(expected, page.size());
        }
    }
}

TEST(SplitIntoChunks, PrefersSentenceEnds) {
    const std::string page = std::string(120, 'a') + ". " + std::string(300, 'b') + " c";
    const auto chunks = splitIntoChunks(page, 200);
    ASSERT_GE(chunks.size(), 2U);
    EXPECT_EQ(chunks[0].second, 122U);
    EXPECT_TRUE(splitIntoChunks("  \n ").empty());
    EXPECT_TRUE(splitIntoChunks("").empty());
}

TEST(SplitIntoChunks, CutsChineseAtSentenceEnds) {
    std::string page;
    for (int i = 0; i < 40; ++i) {
        page += "湖边的船屋很旧，没有人住。";
    }
    for (const auto& [begin, end] : splitIntoChunks(page, 200)) {
        EXPECT_TRUE(page.substr(begin, end - begin).ends_with("。"));
    }
}

class DocumentStoreTest : public testing::Test {
protected:
    void SetUp() override {
        m_database = std::move(Database::open(":memory:")).value();
        ASSERT_TRUE(migrate(*m_database).isOk());
    }

    std::unique_ptr<Database> m_database;
};

TEST_F(DocumentStoreTest, FindsTheRightPageAndGivesItsExactText) {
    DocumentStore store(*m_database);
    const std::vector<std::string> pages{"The mill was built in 1840. It burned down twice.",
                                         "Marta Lindqvist keeps the key of the boat house.",
                                         "湖边的船屋很旧。钥匙在玛塔那里。"};
    const std::int64_t id = store.addDocument("report", pages).value();
    const auto hits = store.search("Who keeps the key?", std::vector<std::int64_t>{id}, 3).value();
    ASSERT_FALSE(hits.empty());
    EXPECT_EQ(hits[0].pageNumber, 2);
    EXPECT_EQ(pages[1].substr(hits[0].beginByte, hits[0].endByte - hits[0].beginByte),
              hits[0].text);
    const auto chinese = store.search("钥匙", {}, 3).value();
    ASSERT_EQ(chinese.size(), 1U);
    EXPECT_EQ(chinese[0].pageNumber, 3);
    EXPECT_EQ(store.pageText(id, 1).value(), pages[0]);
    EXPECT_EQ(store.pageText(id, 4).error().code(), ErrorCode::NotFound);
}

TEST_F(DocumentStoreTest, AnswersAWholeChineseQuestion) {
    DocumentStore store(*m_database);
    const std::vector<std::string> pages{"船屋建于一八四零年。", "玛塔保管着船屋的钥匙。"};
    ASSERT_TRUE(store.addDocument("report", pages).has_value());
    const auto hits = store.search("谁有船屋的钥匙？", {}, 2).value();
    ASSERT_FALSE(hits.empty());
    EXPECT_EQ(hits[0].pageNumber, 2);
}

TEST_F(DocumentStoreTest, KnowsWhereADocumentCameFrom) {
    DocumentStore store(*m_database);
    const DocumentId first = store.addDocument("a", std::vector<std::string>{"x", "y"}).value();
    EXPECT_EQ(store.document(first).value().numPages, 2);
    EXPECT_EQ(store.document(first).value().attachment, std::nullopt);
    EXPECT_EQ(store.documentOf(7).value(), std::nullopt);
    ASSERT_TRUE(store.rename(first, "b").isOk());
    ASSERT_TRUE(store.setKept(first, true).isOk());
    EXPECT_EQ(store.document(first).value().title, "b");
    EXPECT_TRUE(store.document(first).value().isKept);
    EXPECT_EQ(store.list().value().size(), 1U);
    EXPECT_EQ(store.rename(99, "c").code(), ErrorCode::NotFound);
    EXPECT_EQ(store.setKept(99, true).code(), ErrorCode::NotFound);
    EXPECT_EQ(store.document(99).error().code(), ErrorCode::NotFound);
}

TEST_F(DocumentStoreTest, SearchStaysInsideTheNamedDocuments) {
    DocumentStore store(*m_database);
    const std::int64_t first =
        store.addDocument("a", std::vector<std::string>{"A lighthouse on a rock."}).value();
    const std::int64_t second =
        store.addDocument("b", std::vector<std::string>{"Another lighthouse, in ruins."}).value();
    EXPECT_EQ(store.search("lighthouse", {}, 9).value().size(), 2U);
    const auto hits = store.search("lighthouse", std::vector<std::int64_t>{second}, 9).value();
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].document, second);
    EXPECT_NE(first, second);
}

TEST_F(DocumentStoreTest, StoppingLeavesTheStoreAsItWas) {
    DocumentStore store(*m_database);
    std::stop_source stop;
    stop.request_stop();
    const std::vector<std::string> pages{"A lighthouse on a rock."};
    const auto stopped = store.addDocument("a", pages, {.stop = stop.get_token()});
    ASSERT_FALSE(stopped.has_value());
    EXPECT_EQ(stopped.error().code(), ErrorCode::Cancelled);
    EXPECT_TRUE(store.search("lighthouse", {}, 5).value().empty());
    ASSERT_TRUE(store.addDocument("a", pages).has_value());
    EXPECT_EQ(store.search("lighthouse", {}, 5).value().size(), 1U);
}

TEST_F(DocumentStoreTest, TheIndexCanBeRebuilt) {
    DocumentStore store(*m_database);
    ASSERT_TRUE(store.addDocument("a", std::vector<std::string>{"Copper pans hang in the kitchen."})
                    .has_value());
    ASSERT_TRUE(
        m_database->execute("INSERT INTO chunk_index(chunk_index) VALUES ('delete-all')").isOk());
    EXPECT_TRUE(store.search("copper", {}, 1).value().empty());
    ASSERT_TRUE(store.rebuildIndex().isOk());
    EXPECT_EQ(store.search("copper", {}, 1).value().size(), 1U);
}

TEST_F(DocumentStoreTest, HostileQuestionsAreOnlyWords) {
    DocumentStore store(*m_database);
    ASSERT_TRUE(store.addDocument("a", std::vector<std::string>{"plain text"}).has_value());
    for (const char* question : {"\"", "' OR 1=1 --", "text:*", "NOT", "\xff\xfe", "(", "^text"}) {
        EXPECT_TRUE(store.search(question, {}, 5).has_value()) << question;
    }
}

}  // namespace
}  // namespace hearth::storage
