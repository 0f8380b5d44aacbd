#include "app/storage/text_index.h"

#include <gtest/gtest.h>

#include <random>

namespace hearth::storage {
namespace {

class TextIndexTest : public testing::Test {
protected:
    void SetUp() override {
        m_database = std::move(Database::open(":memory:")).value();
        m_analyzer = std::move(TextAnalyzer::create(*m_database, false)).value();
    }

    /// The matches of `typed` in `text`, each in brackets.
    std::string marked(std::string_view text, std::string_view typed) {
        std::string result;
        std::size_t done = 0;
        for (const ByteRange& range : m_analyzer->matches(text, m_analyzer->parse(typed))) {
            result += text.substr(done, range.begin - done);
            result += "[" + std::string(text.substr(range.begin, range.end - range.begin)) + "]";
            done = range.end;
        }
        return result + std::string(text.substr(done));
    }

    std::unique_ptr<Database> m_database;
    std::unique_ptr<TextAnalyzer> m_analyzer;
};

TEST(IndexableText, MakesPairsOfChineseCharacters) {
    EXPECT_EQ(indexableText("key"), "key");
    EXPECT_EQ(indexableText("钥"), " 钥 ");
    EXPECT_EQ(indexableText("a钥匙b"), "a 钥匙  匙 b");
}

TEST(FtsQuery, DropsCommonWordsAndQuotesTheRest) {
    EXPECT_EQ(ftsQuery("Who keeps the key of the boat house?"),
              R"("keeps" OR "key" OR "boat" OR "house")");
    EXPECT_EQ(ftsQuery("key KEY \"key\""), R"("key")");
    EXPECT_EQ(ftsQuery("谁有钥匙 key"), R"("谁有" OR "有钥" OR "钥匙" OR "key")");
    EXPECT_EQ(ftsQuery("钥"), R"("钥"*)");
    EXPECT_EQ(ftsQuery("what is the"), "");
    EXPECT_EQ(ftsQuery(") NEAR( * \""), "\"near\"");
}

TEST_F(TextIndexTest, TermsAreFoldedAndKeepTheirPlace) {
    const std::vector<IndexTerm> terms = m_analyzer->terms("Café 钥匙!");
    ASSERT_EQ(terms.size(), 3U);
    EXPECT_EQ(terms[0].text, "cafe");
    EXPECT_EQ(terms[0].range, (ByteRange{0, 5}));
    EXPECT_EQ(terms[1].text, "钥匙");
    EXPECT_EQ(terms[1].range, (ByteRange{6, 12}));
    EXPECT_EQ(terms[2].text, "匙");
    EXPECT_EQ(terms[2].range, (ByteRange{9, 12}));
}

TEST_F(TextIndexTest, ParsesWhatAPersonTypes) {
    EXPECT_EQ(m_analyzer->parse("boat hou").toFtsQuery(), R"("boat" AND "hou"*)");
    EXPECT_EQ(m_analyzer->parse("boat house ").toFtsQuery(), R"("boat" AND "house")");
    EXPECT_EQ(m_analyzer->parse("\"boat house\" key ").toFtsQuery(), R"("boat house" AND "key")");
    EXPECT_EQ(m_analyzer->parse("图书馆").toFtsQuery(), R"("图书 书馆")");
    EXPECT_EQ(m_analyzer->parse("钥").toFtsQuery(), R"("钥"*)");
    EXPECT_EQ(m_analyzer->parse("GPU显存").toFtsQuery(), R"("GPU 显存")");
    EXPECT_EQ(m_analyzer->parse("显存GPU ").toFtsQuery(), R"("显存 存 GPU")");
    EXPECT_EQ(m_analyzer->parse("e-mail ").toFtsQuery(), R"("e mail")");
    EXPECT_EQ(m_analyzer->parse("a").toFtsQuery(), R"("a")");
    for (const char* nothing : {"", "  ", "\"", "\"\"", "，。", "*()"}) {
        EXPECT_EQ(m_analyzer->parse(nothing).toFtsQuery(), "") << nothing;
    }
}

TEST_F(TextIndexTest, MarksWhatMatches) {
    EXPECT_EQ(marked("The Café by the cafeteria", "cafe"), "The [Café] by the [cafeteria]");
    EXPECT_EQ(marked("The Café by the cafeteria", "cafe "), "The [Café] by the cafeteria");
    EXPECT_EQ(marked("船屋的钥匙在玛塔那里", "钥匙"), "船屋的[钥匙]在玛塔那里");
    EXPECT_EQ(marked("船屋的钥匙在玛塔那里", "的钥匙在"), "船屋[的钥匙在]玛塔那里");
    EXPECT_EQ(marked("船屋的钥匙", "匙"), "船屋的钥[匙]");
    EXPECT_EQ(marked("船屋的钥匙", "钥"), "船屋的[钥]匙");
    EXPECT_EQ(marked("用GPU显存的", "GPU显存"), "用[GPU显存]的");
    EXPECT_EQ(marked("aaa 人人人人 b", "人人"), "aaa [人人人人] b");
    EXPECT_EQ(marked("house boat, boat house", "\"boat house\""), "house boat, [boat house]");
}

TEST_F(TextIndexTest, SnippetsShowTheMatchAndStayWhole) {
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += "padding ";
    }
    text += "the lighthouse\nstood";
    for (int i = 0; i < 100; ++i) {
        text += " padding";
    }
    const Snippet snippet =
        makeSnippet(text, m_analyzer->matches(text, m_analyzer->parse("lighthouse")));
    EXPECT_TRUE(snippet.isCutInFront);
    EXPECT_TRUE(snippet.isCutBehind);
    ASSERT_EQ(snippet.highlights.size(), 1U);
    EXPECT_EQ(snippet.text.substr(snippet.highlights[0].begin,
                                  snippet.highlights[0].end - snippet.highlights[0].begin),
              "lighthouse");
    EXPECT_TRUE(snippet.text.starts_with("padding"));
    EXPECT_TRUE(snippet.text.ends_with("padding"));
    EXPECT_EQ(snippet.text.find('\n'), std::string::npos);
    EXPECT_LE(snippet.text.size(), 160U);
    const Snippet whole = makeSnippet("short", {});
    EXPECT_EQ(whole.text, "short");
    EXPECT_FALSE(whole.isCutInFront || whole.isCutBehind);
}

TEST_F(TextIndexTest, AnyBytesAreTakenAndRangesStayInside) {
    std::mt19937 random(11);
    const std::vector<std::string> pieces{"a",    "É",  "钥", "匙", "\xff",
                                          "\xe9", "\"", " ",  "𠀀", "か"};
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        std::string typed;
        for (std::size_t i = random() % 20; i > 0; --i) {
            text += pieces[random() % pieces.size()];
        }
        for (std::size_t i = random() % 4; i > 0; --i) {
            typed += pieces[random() % pieces.size()];
        }
        std::size_t last = 0;
        const auto matches = m_analyzer->matches(text, m_analyzer->parse(typed));
        for (const ByteRange& range : matches) {
            ASSERT_LE(last, range.begin);
            ASSERT_LT(range.begin, range.end);
            ASSERT_LE(range.end, text.size());
            last = range.end;
        }
        for (const ByteRange& range : makeSnippet(text, matches, 5).highlights) {
            ASSERT_LT(range.begin, range.end);
        }
        static_cast<void>(ftsQuery(typed));
    }
}

}  // namespace
}  // namespace hearth::storage
