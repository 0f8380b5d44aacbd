#include "app/core/retrieval.h"

#include <gtest/gtest.h>

#include "app/storage/document_store.h"
#include "app/storage/schema.h"

namespace hearth::app {
namespace {

int countWords(std::string_view text) {
    return 1 + static_cast<int>(std::count(text.begin(), text.end(), ' '));
}

class RetrievalTest : public testing::Test {
protected:
    void SetUp() override {
        m_database = std::move(storage::Database::open(":memory:")).value();
        ASSERT_TRUE(storage::migrate(*m_database).isOk());
        m_store = std::make_unique<storage::DocumentStore>(*m_database);
    }

    Retrieved ask(const std::vector<std::string>& pages, const std::string& question,
                  const RetrievalOptions& options = {}) {
        const std::int64_t document = m_store->addDocument("d", pages).value();
        return std::move(retrieve(*m_store, document, pages, question, options, countWords))
            .value();
    }

    std::unique_ptr<storage::Database> m_database;
    std::unique_ptr<storage::DocumentStore> m_store;
};

std::vector<std::string> longDocument() {
    std::vector<std::string> pages;
    for (int i = 0; i < 40; ++i) {
        std::string page;
        for (int k = 0; k < 60; ++k) {
            page += "The weather on day " + std::to_string(i) + " was noted by the keeper. ";
        }
        pages.push_back(page);
    }
    pages[30] += "Nadia Ferro hid the violin in the granary.";
    return pages;
}

TEST_F(RetrievalTest, AShortDocumentIsGivenWhole) {
    const Retrieved result = ask({"One page.", "Another."}, "What?");
    EXPECT_TRUE(result.isWhole);
    EXPECT_EQ(result.texts, std::vector<std::string>{"One page.\n\nAnother."});
    EXPECT_TRUE(result.passages.empty());
}

TEST_F(RetrievalTest, ALongOneGivesThePassagesThatFitInReadingOrder) {
    const std::vector<std::string> pages = longDocument();
    const Retrieved result = ask(pages, "Who hid the violin?");
    EXPECT_FALSE(result.isWhole);
    ASSERT_FALSE(result.texts.empty());
    ASSERT_LE(result.texts.size(), 4U);
    bool isFound = false;
    for (std::size_t i = 0; i < result.texts.size(); ++i) {
        const PassageReport& passage = result.passages[i];
        EXPECT_EQ(pages[static_cast<std::size_t>(passage.pageNumber - 1)].substr(
                      passage.beginByte, passage.endByte - passage.beginByte),
                  result.texts[i]);
        isFound = isFound || result.texts[i].find("Nadia Ferro") != std::string::npos;
    }
    EXPECT_TRUE(isFound);
}

TEST_F(RetrievalTest, AQuestionWithoutContentWordsGetsTheBeginning) {
    const Retrieved result = ask(longDocument(), "What is this about?", {.maxPassages = 2});
    ASSERT_EQ(result.passages.size(), 2U);
    EXPECT_EQ(result.passages[0].pageNumber, 1);
    EXPECT_EQ(result.passages[0].beginByte, 0U);
}

TEST_F(RetrievalTest, OffGivesEverything) {
    const Retrieved result = ask(longDocument(), "Who hid the violin?", {.isOn = false});
    EXPECT_TRUE(result.isWhole);
    EXPECT_GT(result.tokens, 10'000);
}

}  // namespace
}  // namespace hearth::app
