#include "app/storage/salvage.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <random>

#include "app/storage/damaged_file.h"
#include "app/storage/file_system.h"
#include "tests/unit/app/storage/folder_store_fixture.h"

namespace hearth::storage {
namespace {

class SalvageTest : public FolderStoreTest {
protected:
    static constexpr int kNumMessages = 400;

    /// A store with chats, branches, long texts and a document; remembers every message.
    void fill(bool withBackup) {
        auto store = open();
        std::mt19937 random(3);
        for (int c = 0; c < 8; ++c) {
            m_chats.push_back(store->chats().create("Chat " + std::to_string(c)).value());
        }
        // In few transactions, which is quicker.
        std::map<ChatId, MessageId> last;
        for (int i = 0; i < kNumMessages; ++i) {
            const ChatId chat = m_chats[random() % m_chats.size()];
            std::string text = "Message " + std::to_string(i) + " 钥匙 ";
            text.resize(text.size() + (i % 50 == 0 ? 20000 : random() % 900), 'x');
            const std::optional<MessageId> parent =
                last.contains(chat) ? std::optional(last[chat]) : std::nullopt;
            last[chat] = add(*store, chat, parent, text);
            m_texts[last[chat]] = text;
            if (i == kNumMessages / 2) {
                std::vector<std::string> pages;
                for (int page = 0; page < 30; ++page) {
                    pages.push_back("Page " + std::to_string(page) + std::string(1500, 'y'));
                }
                m_document = store->documents().addDocument("Report", pages).value();
            }
            if (withBackup && i == kNumMessages * 3 / 4) {
                ASSERT_TRUE(store->backUpNow().isOk());
            }
        }
        store.reset();
        m_original = readFile(databasePath());
    }

    /// Messages whose whole text is there.
    std::size_t numWhole(Store& store) {
        std::size_t count = 0;
        for (const auto& [id, text] : m_texts) {
            const auto message = store.messages().message(id);
            count += message.has_value() && textOf(*message) == text ? 1U : 0U;
        }
        return count;
    }
    /// Messages that a person can reach from the chats.
    static std::size_t numReachable(Store& store) {
        std::size_t count = 0;
        for (const Chat& chat : store.chats().list().value()) {
            count += store.messages().branch(chat.id).value().size();
        }
        return count;
    }
    std::vector<std::filesystem::path> damagedFiles() const {
        std::vector<std::filesystem::path> files;
        for (const auto& file : filesIn(folder())) {
            if (file.filename().string().find(".damaged-") != std::string::npos) {
                files.push_back(file);
            }
        }
        return files;
    }
    void expectSound(Store& store) {
        auto database = std::move(Database::open(databasePath(), {.isReadOnly = true})).value();
        EXPECT_EQ(database->queryInt("SELECT count(*) FROM pragma_foreign_key_check").value(), 0);
        EXPECT_TRUE(store.search("message").has_value());
        const ChatId chat = store.chats().create("after").value();
        add(store, chat, std::nullopt, "goes on");
    }

    std::vector<ChatId> m_chats;
    std::map<MessageId, std::string> m_texts;
    DocumentId m_document = 0;
    std::string m_original;
};

TEST_F(SalvageTest, ASoundFileIsReadWholeWithoutSqlite) {
    fill(false);
    const auto target = m_folder.path() / "new.db";
    const SalvageReport report = salvage(databasePath(), target, {}, m_time.now()).value();
    EXPECT_EQ(report.numMessages, m_texts.size());
    EXPECT_EQ(report.numChats, m_chats.size());
    EXPECT_EQ(report.numDamagedPages, 0U);
    EXPECT_EQ(report.numRowsFromBackup, 0U);
    ASSERT_TRUE(removeFile(databasePath()).isOk());
    std::filesystem::rename(target, databasePath());
    auto store = open();
    EXPECT_FALSE(store->report().salvage.has_value());
    EXPECT_EQ(numWhole(*store), m_texts.size());
    EXPECT_EQ(numReachable(*store), m_texts.size());
    EXPECT_EQ(store->documents().pageText(m_document, 30).value().substr(0, 7), "Page 29");
    EXPECT_EQ(store->search("钥匙", {.messages = 1000}).value().messages.size(), m_texts.size());
    expectSound(*store);
}

TEST_F(SalvageTest, ALostPageCostsOnlyItsOwnRows) {
    fill(false);
    const std::size_t numPages = m_original.size() / 4096;
    std::mt19937 random(5);
    for (int round = 0; round < 10; ++round) {
        for (const auto& file : filesIn(folder())) {
            ASSERT_TRUE(removeFile(file).isOk());
        }
        std::string bytes = m_original;
        const std::size_t lost = round == 0 ? 0 : 1 + random() % (numPages - 1);
        bytes.replace(lost * 4096, 4096, 4096, static_cast<char>(0x99));
        writeFile(databasePath(), bytes);
        auto store = open();
        ASSERT_TRUE(store->report().salvage.has_value()) << "page " << lost;
        const SalvageReport& report = *store->report().salvage;
        EXPECT_EQ(readFile(report.damagedFile), bytes) << "the damaged file is kept as it was";
        // A page holds at most about 40 of these rows.
        EXPECT_GE(numWhole(*store) + 45, m_texts.size()) << "page " << lost;
        EXPECT_GE(numReachable(*store) + 45, m_texts.size()) << "page " << lost;
        expectSound(*store);
    }
}

TEST_F(SalvageTest, ABackupFillsWhatIsLost) {
    fill(true);
    std::string bytes = m_original;
    // The first half of the file, with all roots, is gone.
    bytes.replace(0, bytes.size() / 2, bytes.size() / 2, '\0');
    writeFile(databasePath(), bytes);
    auto store = open();
    ASSERT_TRUE(store->report().salvage.has_value());
    EXPECT_GT(store->report().salvage->numRowsFromBackup, 0U);
    EXPECT_GE(numWhole(*store), m_texts.size() * 3 / 4);
    EXPECT_GE(numReachable(*store), m_texts.size() * 3 / 4);
    expectSound(*store);
    store.reset();
    EXPECT_FALSE(open()->report().salvage.has_value()) << "once is enough";
}

TEST_F(SalvageTest, TruncatedAndEmptyFilesOpen) {
    fill(true);
    for (const std::size_t size :
         {m_original.size() / 2, m_original.size() - 4096, m_original.size() - 3000,
          std::size_t{4096}, std::size_t{5000}, std::size_t{100}, std::size_t{1}}) {
        writeFile(databasePath(), m_original.substr(0, size));
        auto store = open();
        // SQLite itself reads a page that is cut short, with zeros for what is missing.
        EXPECT_TRUE(store->report().salvage.has_value() || size + 4096 > m_original.size()) << size;
        EXPECT_GE(numWhole(*store), m_texts.size() * 3 / 4) << size;
        expectSound(*store);
    }
}

TEST_F(SalvageTest, TwoHundredStoresWithFlippedBitsOpenAndKeepAlmostAll) {
    fill(true);
    std::mt19937 random(17);
    std::size_t numSalvaged = 0;
    std::size_t numLost = 0;
    for (int round = 0; round < 200; ++round) {
        for (const auto& file : damagedFiles()) {
            ASSERT_TRUE(removeFile(file).isOk());
        }
        std::string bytes = m_original;
        const int numFlips = 1 + static_cast<int>(random() % 8);
        for (int flip = 0; flip < numFlips; ++flip) {
            // Half of them where structure is: in the beginning of a page.
            std::size_t at = random() % bytes.size();
            if (random() % 2 == 0) {
                at = at / 4096 * 4096 + random() % 100;
            }
            bytes[at] =
                static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << (random() % 8U)));
        }
        writeFile(databasePath(), bytes);
        auto opened = Store::open(options());
        ASSERT_TRUE(opened.has_value()) << round << ": " << opened.error().message();
        Store& store = **opened;
        if (store.report().access != StoreAccess::ReadWrite) {
            continue;  // a flip in the version itself
        }
        numSalvaged += store.report().salvage.has_value() ? 1U : 0U;
        const std::size_t whole = numWhole(store);
        numLost += m_texts.size() - whole;
        // A flip inside a text cannot be seen; all others are mended by the file or the backup,
        // but for the last quarter, which the backup does not have.
        EXPECT_GE(whole + 60, m_texts.size()) << "round " << round;
        EXPECT_TRUE(store.search("钥匙").has_value()) << round;
        EXPECT_TRUE(store.chats().list().has_value()) << round;
    }
    std::printf(
        "200 stores with 1 to 8 flipped bits: %zu rebuilt, %.3f %% of messages changed or "
        "lost\n",
        numSalvaged, 100.0 * static_cast<double>(numLost) / (200.0 * kNumMessages));
    EXPECT_GT(numSalvaged, 50U);
}

TEST_F(SalvageTest, ARebuiltFileTakesItsPlaceAfterAKill) {
    fill(false);
    const std::string sound = m_original;
    // Killed after the damaged file was put aside: its log is still there and belongs to it.
    std::filesystem::rename(databasePath(), folder() / "hearth.db.rebuilt");
    writeFile(folder() / "hearth.db-wal", "log of the damaged file");
    auto store = open();
    EXPECT_EQ(numWhole(*store), m_texts.size());
    store.reset();
    // Killed before: it is done again.
    std::string bytes = sound;
    bytes.replace(4096 * 3, 4096, 4096, static_cast<char>(0x99));
    writeFile(databasePath(), bytes);
    writeFile(folder() / "hearth.db.rebuilt", "an older attempt");
    writeFile(folder() / "hearth.db.rebuilding", "a half attempt");
    store = open();
    EXPECT_TRUE(store->report().salvage.has_value());
    EXPECT_FALSE(isFile(folder() / "hearth.db.rebuilt"));
    EXPECT_FALSE(isFile(folder() / "hearth.db.rebuilding"));
}

TEST_F(SalvageTest, TheLogIsReadToo) {
    fill(false);
    const auto target = m_folder.path() / "new.db";
    auto store = open();
    add(*store, m_chats[0], std::nullopt, "only in the log");
    ASSERT_TRUE(isFile(folder() / "hearth.db-wal"));
    const SalvageReport report = salvage(databasePath(), target, {}, m_time.now()).value();
    EXPECT_EQ(report.numMessages, m_texts.size() + 1);
    auto database = std::move(Database::open(target)).value();
    EXPECT_EQ(
        database->queryInt("SELECT count(*) FROM parts WHERE text = 'only in the log'").value(), 1);
}

TEST(DamagedFile, AnyBytesAreTaken) {
    std::mt19937 random(23);
    for (int round = 0; round < 300; ++round) {
        std::vector<std::byte> file(random() % 20000);
        std::vector<std::byte> log(random() % 10000);
        const std::array<unsigned char, 6> likely{0x0D, 0x0A, 0x05, 0x02, 0x00, 0x01};
        for (std::byte& byte : file) {
            byte = static_cast<std::byte>(random() % 3 == 0 ? likely[random() % 6] : random());
        }
        for (std::byte& byte : log) {
            byte = static_cast<std::byte>(random() % 2 == 0 ? 0 : random());
        }
        for (std::size_t page = 0; page + 512 <= file.size(); page += 512) {
            file[page] = static_cast<std::byte>(likely[random() % 4]);
        }
        DamagedFile damaged(file, log);
        std::size_t numRows = 0;
        damaged.forEachRow([](const std::string&) { return true; },
                           [&](const DamagedFile::Root*, const RawRow& row) {
                               numRows += row.values.size();
                               return true;
                           });
    }
}

}  // namespace
}  // namespace hearth::storage
