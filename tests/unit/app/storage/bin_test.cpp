#include "app/storage/bin.h"

#include <gtest/gtest.h>

#include "app/storage/backup.h"
#include "app/storage/file_system.h"
#include "tests/unit/app/storage/folder_store_fixture.h"

namespace hearth::storage {
namespace {

class BinTest : public FolderStoreTest {
protected:
    void SetUp() override {
        m_store = open();
        m_chat = m_store->chats().create("Boats").value();
    }
    std::size_t numFound(std::string_view typed) {
        const SearchResults results = m_store->search(typed).value();
        return results.titles.size() + results.messages.size() + results.passages.size();
    }
    AttachmentId attach(std::string_view content, std::string_view name) {
        const StoredContent stored =
            m_store->files().addBytes(std::as_bytes(std::span(content))).value();
        return m_store->attachments().add(stored, "text/plain", name).value();
    }
    MessageId addWith(ChatId chat, std::string_view text, AttachmentId attachment) {
        NewMessage message = newMessage(chat, std::nullopt, MessageRole::User, text);
        Part part;
        part.kind = PartKind::Attachment;
        part.attachment = attachment;
        message.parts.push_back(part);
        return m_store->messages().add(message).value();
    }
    std::int64_t rows(const std::string& table) {
        // The owner's own connection is private, so this is another copy's view.
        auto database = std::move(Database::open(databasePath(), {.isReadOnly = true})).value();
        return database->queryInt("SELECT count(*) FROM " + table).value().value_or(-1);
    }

    std::unique_ptr<Store> m_store;
    ChatId m_chat = 0;
};

TEST_F(BinTest, AChatGoesAndComesBackAsItWas) {
    add(*m_store, m_chat, std::nullopt, "lighthouse");
    const Chat before = m_store->chats().chat(m_chat).value();
    ASSERT_TRUE(m_store->bin().deleteChat(m_chat).isOk());
    EXPECT_TRUE(m_store->chats().list().value().empty());
    EXPECT_EQ(numFound("lighthouse"), 0U);
    EXPECT_EQ(numFound("boats"), 0U);
    EXPECT_EQ(m_store->bin().deleteChat(m_chat).code(), ErrorCode::NotFound);
    const std::vector<BinEntry> entries = m_store->bin().list().value();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].title, "Boats");
    EXPECT_EQ(entries[0].deleted, m_time.now());
    EXPECT_EQ(entries[0].purged, m_time.now() + std::chrono::days(30));
    ASSERT_TRUE(m_store->bin().restore(BinKind::Chat, m_chat).isOk());
    EXPECT_EQ(m_store->chats().chat(m_chat).value().changed, before.changed);
    EXPECT_EQ(numFound("lighthouse"), 1U);
    EXPECT_EQ(m_store->bin().restore(BinKind::Chat, m_chat).code(), ErrorCode::NotFound);
}

TEST_F(BinTest, AMessageGoesWithWhatFollowsAndItsSiblingIsShown) {
    const MessageId q1 = add(*m_store, m_chat, std::nullopt, "q1");
    const MessageId a1 = add(*m_store, m_chat, q1, "a1", MessageRole::Assistant);
    const MessageId a2 = add(*m_store, m_chat, q1, "a2", MessageRole::Assistant);
    const MessageId q2 = add(*m_store, m_chat, a2, "q2");
    EXPECT_EQ(shown(*m_store, m_chat), "q1 a2 q2");
    ASSERT_TRUE(m_store->bin().deleteMessage(a2).isOk());
    EXPECT_EQ(shown(*m_store, m_chat), "q1 a1");
    EXPECT_EQ(numFound("q2"), 0U);
    EXPECT_EQ(m_store->bin().deleteMessage(q2).code(), ErrorCode::NotFound);
    EXPECT_EQ(m_store->bin().list().value().at(0).title, "a2");
    ASSERT_TRUE(m_store->bin().restore(BinKind::Message, a2).isOk());
    EXPECT_EQ(shown(*m_store, m_chat), "q1 a2 q2");
    EXPECT_EQ(numFound("q2"), 1U);

    // One deletion inside another.
    ASSERT_TRUE(m_store->bin().deleteMessage(q2).isOk());
    ASSERT_TRUE(m_store->bin().deleteMessage(q1).isOk());
    EXPECT_EQ(shown(*m_store, m_chat), "");
    ASSERT_TRUE(m_store->bin().restore(BinKind::Message, q2).isOk());
    EXPECT_EQ(shown(*m_store, m_chat), "q2") << "its parent is still in the bin";
    ASSERT_TRUE(m_store->bin().restore(BinKind::Message, q1).isOk());
    EXPECT_NE(shown(*m_store, m_chat), "");
    ASSERT_TRUE(m_store->messages().show(a1).isOk());
    EXPECT_EQ(shown(*m_store, m_chat), "q1 a1");
    ASSERT_TRUE(m_store->messages().show(a2).isOk());
    EXPECT_EQ(shown(*m_store, m_chat), "q1 a2 q2");
    EXPECT_TRUE(m_store->bin().list().value().empty());
}

TEST_F(BinTest, ErasedWordsLeaveNoTraceInAnyFile) {
    // Words that occur nowhere else, in the places where words are kept.
    const std::vector<std::string> erased{"Zanzibarquux", "蠑螈",       "Titelwort", "Dateiinhalt",
                                          "Entwurfwort",  "Seitenwort", "Notizwort", "Urteilwort",
                                          "Antwortwort",  "Denkwort",   "Namenwort", "鸊鷉"};
    const std::string kept = "Nachbarwort";
    const ChatId doomed = m_store->chats().create("Titelwort").value();
    const AttachmentId file = attach("Dateiinhalt", "Namenwort.txt");
    std::string longText = "Zanzibarquux 蠑螈在这里 ";
    for (int i = 0; i < 500; ++i) {
        longText += "filler 鸊鷉 " + std::to_string(i) + " ";
    }
    const MessageId question = addWith(doomed, longText, file);
    for (int i = 0; i < 50; ++i) {
        // Neighbours in the pages, so that cells move about.
        add(*m_store, doomed, question, longText.substr(0, 300 + 40 * static_cast<std::size_t>(i)));
        add(*m_store, m_chat, std::nullopt, kept + std::to_string(i));
    }
    const MessageId answer =
        m_store->messages()
            .beginAnswer(newMessage(doomed, question, MessageRole::Assistant, ""))
            .value();
    ASSERT_TRUE(m_store->messages().append(answer, "Denkwort", PartKind::Reasoning).isOk());
    m_time.advance(kFlushInterval);
    ASSERT_TRUE(m_store->messages().append(answer, "Antwortwort").isOk());
    ASSERT_TRUE(m_store->messages().finishAnswer(answer, MessageState::Complete).isOk());
    ASSERT_TRUE(m_store->chats().setDraft(doomed, "Entwurfwort").isOk());
    ASSERT_TRUE(m_store->feedback().setFeedback(answer, Thumb::Down, "Urteilwort").isOk());
    const DocumentId document =
        m_store->documents()
            .addDocument("Titelwort", std::vector<std::string>{"Seitenwort 蠑螈"},
                         {.attachment = file})
            .value();
    const JobId job = m_store->jobs().create(JobKind::Summary, document).value();
    SummaryNode node;
    node.text = "Notizwort";
    ASSERT_TRUE(m_store->jobs().addNode(job, node, 1).isOk());
    ASSERT_TRUE(m_store->backUpNow().isOk());
    writeFile(folder() / "hearth.db.damaged-20250101-000000", "Zanzibarquux");
    for (const std::string& word : erased) {
        EXPECT_FALSE(filesWith(folder(), word).empty()) << word << " is there before";
    }

    ASSERT_TRUE(m_store->bin().deleteChat(doomed).isOk());
    ASSERT_TRUE(m_store->eraseForGood(m_store->bin().list().value()).isOk());
    for (const std::string& word : erased) {
        EXPECT_EQ(filesWith(folder(), word), std::vector<std::string>{}) << word;
        std::string lower = word;
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        EXPECT_EQ(filesWith(folder(), lower), std::vector<std::string>{}) << lower;
        EXPECT_EQ(numFound(word), 0U);
    }
    EXPECT_FALSE(filesWith(folder(), kept).empty());
    EXPECT_EQ(numFound("Nachbarwort7"), 1U);
    EXPECT_TRUE(m_store->files().list().empty());
    EXPECT_EQ(rows("documents"), 0);
    EXPECT_EQ(rows("summary_nodes"), 0);
    EXPECT_EQ(rows("pragma_foreign_key_check"), 0);
    EXPECT_EQ(BackupKeeper::list(folder() / "backups").size(), 1U) << "a new one";
    m_store.reset();
    for (const std::string& word : erased) {
        EXPECT_EQ(filesWith(folder(), word), std::vector<std::string>{}) << word;
    }
    m_store = open();
    EXPECT_EQ(m_store->messages().branch(m_chat).value().size(), 1U);
}

TEST_F(BinTest, ErasingABranchKeepsTheOthersAndWhatTheyNeed) {
    const AttachmentId shared = attach("shared", "a.txt");
    const AttachmentId own = attach("own", "b.txt");
    const MessageId first = addWith(m_chat, "first", shared);
    const MessageId second = addWith(m_chat, "second", shared);
    const MessageId third = addWith(m_chat, "third", own);
    const MessageId below = add(*m_store, m_chat, third, "below");
    ASSERT_TRUE(m_store->bin().deleteMessage(below).isOk());
    ASSERT_TRUE(m_store->bin().deleteMessage(third).isOk());
    ASSERT_TRUE(m_store->bin().deleteMessage(first).isOk());
    ASSERT_TRUE(m_store->emptyBin().isOk());
    EXPECT_TRUE(m_store->bin().list().value().empty());
    EXPECT_EQ(shown(*m_store, m_chat), "second");
    EXPECT_EQ(m_store->files().list().size(), 1U);
    EXPECT_TRUE(m_store->attachments().path(shared).has_value());
    EXPECT_EQ(m_store->messages().message(second).value().parts.size(), 2U);
    EXPECT_EQ(m_store->messages().message(below).error().code(), ErrorCode::NotFound);
    // Not in the bin, so not erased.
    ASSERT_TRUE(
        m_store
            ->eraseForGood(
                {{.kind = BinKind::Chat, .row = m_chat, .title = "", .deleted = {}, .purged = {}}})
            .isOk());
    EXPECT_EQ(shown(*m_store, m_chat), "second");
}

TEST_F(BinTest, AVeryLongChatCanBeErased) {
    add(*m_store, m_chat, std::nullopt, "first");
    {
        auto database = std::move(Database::open(databasePath())).value();
        ASSERT_TRUE(database
                        ->execute("WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n "
                                  "WHERE i < 10000) INSERT INTO messages(id, chat, parent, role, "
                                  "state, created_us) SELECT i, 1, i - 1, 2, 1, 0 FROM n")
                        .isOk());
    }
    ASSERT_TRUE(m_store->bin().deleteChat(m_chat).isOk());
    ASSERT_TRUE(m_store->emptyBin().isOk());
    EXPECT_EQ(rows("messages"), 0);
}

TEST_F(BinTest, AfterThirtyDaysThingsGoByThemselves) {
    add(*m_store, m_chat, std::nullopt, "Zanzibarquux");
    const DocumentId document =
        m_store->documents().addDocument("Doc", std::vector<std::string>{"Seitenwort"}).value();
    ASSERT_TRUE(m_store->bin().deleteDocument(document).isOk());
    EXPECT_EQ(numFound("Seitenwort"), 0U);
    EXPECT_TRUE(m_store->documents().list().value().empty());
    m_time.advance(std::chrono::days(29));
    ASSERT_TRUE(m_store->bin().deleteChat(m_chat).isOk());
    finishMaintenance(*m_store);
    EXPECT_EQ(m_store->bin().list().value().size(), 2U);
    m_time.advance(std::chrono::days(2));
    finishMaintenance(*m_store);
    EXPECT_EQ(m_store->bin().list().value().size(), 1U);
    EXPECT_TRUE(filesWith(folder(), "Seitenwort").empty());
    EXPECT_FALSE(filesWith(folder(), "Zanzibarquux").empty());
    m_time.advance(std::chrono::days(29));
    finishMaintenance(*m_store);
    EXPECT_TRUE(m_store->bin().list().value().empty());
    EXPECT_TRUE(filesWith(folder(), "Zanzibarquux").empty());
}

TEST_F(BinTest, DocumentsOfAChatInTheBinAreNotFound) {
    const AttachmentId file = attach("x", "a.txt");
    const ChatId other = m_store->chats().create("Other").value();
    addWith(m_chat, "q", file);
    const DocumentId document =
        m_store->documents()
            .addDocument("Doc", std::vector<std::string>{"Seitenwort"}, {.attachment = file})
            .value();
    EXPECT_EQ(numFound("Seitenwort"), 1U);
    ASSERT_TRUE(m_store->bin().deleteChat(m_chat).isOk());
    EXPECT_EQ(numFound("Seitenwort"), 0U);
    EXPECT_TRUE(m_store->documents().search("Seitenwort", {}, 9).value().empty());
    EXPECT_TRUE(m_store->documents().list().value().empty());
    addWith(other, "q", file);
    EXPECT_EQ(numFound("Seitenwort"), 1U);
    ASSERT_TRUE(m_store->emptyBin().isOk());
    EXPECT_EQ(numFound("Seitenwort"), 1U);
    EXPECT_TRUE(m_store->documents().document(document).has_value());
}

TEST_F(BinTest, AReaderDelaysTheErasureButDoesNotPreventIt) {
    add(*m_store, m_chat, std::nullopt, "Zanzibarquux");
    ASSERT_TRUE(m_store->bin().deleteChat(m_chat).isOk());
    {
        auto reader = std::move(Database::open(databasePath(), {.isReadOnly = true})).value();
        ASSERT_TRUE(reader->execute("BEGIN").isOk());
        ASSERT_TRUE(reader->queryInt("SELECT count(*) FROM messages").has_value());
        EXPECT_EQ(m_store->emptyBin().code(), ErrorCode::Busy);
        EXPECT_TRUE(m_store->bin().list().value().empty()) << "it is gone for people";
    }
    finishMaintenance(*m_store);
    EXPECT_TRUE(filesWith(folder(), "Zanzibarquux").empty());

    // The same where the program ends in between.
    const ChatId chat = m_store->chats().create().value();
    add(*m_store, chat, std::nullopt, "Tembolaquux");
    ASSERT_TRUE(m_store->bin().deleteChat(chat).isOk());
    {
        auto reader = std::move(Database::open(databasePath(), {.isReadOnly = true})).value();
        ASSERT_TRUE(reader->execute("BEGIN").isOk());
        ASSERT_TRUE(reader->queryInt("SELECT count(*) FROM messages").has_value());
        EXPECT_EQ(m_store->emptyBin().code(), ErrorCode::Busy);
        m_store.reset();
    }
    m_store = open();
    EXPECT_TRUE(filesWith(folder(), "Tembolaquux").empty());
}

}  // namespace
}  // namespace hearth::storage
