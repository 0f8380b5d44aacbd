#include "app/storage/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/storage/backup.h"
#include "app/storage/file_system.h"
#include "tests/unit/app/storage/folder_store_fixture.h"

namespace hearth::storage {
namespace {

class StoreTest : public FolderStoreTest {};

TEST_F(StoreTest, KeepsEverythingFromOneStartToTheNext) {
    ChatId chat = 0;
    {
        auto store = open();
        EXPECT_TRUE(store->report().isNew);
        EXPECT_EQ(store->report().access, StoreAccess::ReadWrite);
        chat = store->chats().create("Boats").value();
        add(*store, chat, std::nullopt, "hello");
    }
    struct stat status {};
    ASSERT_EQ(::stat(folder().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U) << "nobody else may look into it";
    auto store = open();
    EXPECT_FALSE(store->report().isNew);
    EXPECT_FALSE(store->report().salvage.has_value());
    EXPECT_EQ(shown(*store, chat), "hello");
}

TEST_F(StoreTest, WhatWasUnderWayIsRecoveredAtTheNextStart) {
    MessageId answer = 0;
    {
        auto store = open();
        const ChatId chat = store->chats().create().value();
        answer = store->messages()
                     .beginAnswer(newMessage(chat, std::nullopt, MessageRole::Assistant, ""))
                     .value();
        ASSERT_TRUE(store->messages().append(answer, "as far as").isOk());
        m_time.advance(kFlushInterval);
        ASSERT_TRUE(store->messages().flushDue().isOk());
        ASSERT_TRUE(store->jobs().create(JobKind::Summary, std::nullopt).has_value());
        ASSERT_TRUE(store->jobs().startNext().value().has_value());
    }
    auto store = open();
    EXPECT_EQ(store->report().numInterruptedAnswers, 1);
    EXPECT_EQ(store->report().numInterruptedJobs, 1);
    EXPECT_EQ(textOf(store->messages().message(answer).value()), "as far as");
    EXPECT_EQ(store->jobs().list().value().at(0).state, JobState::Waiting);
    EXPECT_EQ(store->search("far").value().messages.size(), 1U);
}

TEST_F(StoreTest, ASecondCopyShowsWhatTheFirstOneWrites) {
    StoreOptions first = options();
    first.contact = "hearth-socket";
    auto owner = std::move(Store::open(first)).value();
    const ChatId chat = owner->chats().create("Boats").value();
    auto second = open();
    EXPECT_EQ(second->report().access, StoreAccess::OtherCopy);
    ASSERT_TRUE(second->report().otherCopy.has_value());
    EXPECT_EQ(second->report().otherCopy->processId, ::getpid());
    EXPECT_EQ(second->report().otherCopy->contact, "hearth-socket");
    EXPECT_EQ(second->readyToSend().code(), ErrorCode::Unsupported);
    EXPECT_EQ(second->chats().create().error().code(), ErrorCode::Unsupported);
    EXPECT_FALSE(second->maintain().value());
    add(*owner, chat, std::nullopt, "hello");
    EXPECT_EQ(shown(*second, chat), "hello");
    EXPECT_EQ(second->search("hello").value().messages.size(), 1U);
    // An answer that streams in the first one is not taken for interrupted.
    const MessageId answer =
        owner->messages()
            .beginAnswer(newMessage(chat, std::nullopt, MessageRole::Assistant, ""))
            .value();
    second.reset();
    second = open();
    EXPECT_EQ(second->messages().message(answer).value().state, MessageState::Streaming);
    second.reset();
    owner.reset();
    EXPECT_EQ(open()->report().access, StoreAccess::ReadWrite);
}

TEST_F(StoreTest, ANewerStoreIsShownAndNotChanged) {
    ChatId chat = 0;
    {
        auto store = open();
        chat = store->chats().create("Boats").value();
        add(*store, chat, std::nullopt, "hello");
    }
    {
        auto database = std::move(Database::open(databasePath())).value();
        ASSERT_TRUE(database
                        ->execute("PRAGMA user_version = 99; ALTER TABLE messages ADD COLUMN mood "
                                  "TEXT; CREATE TABLE moods(a); UPDATE messages SET state = 77;")
                        .isOk());
    }
    const std::string before = readFile(databasePath());
    {
        auto store = open();
        EXPECT_EQ(store->report().access, StoreAccess::NewerVersion);
        EXPECT_EQ(shown(*store, chat), "hello");
        EXPECT_EQ(static_cast<int>(store->messages().branch(chat).value().at(0).state), 77);
        EXPECT_EQ(store->search("hello").value().messages.size(), 1U);
        EXPECT_EQ(store->chats().rename(chat, "x").code(), ErrorCode::Unsupported);
        EXPECT_NE(store->readyToSend().message().find("newer"), std::string::npos);
        // The newer program may come meanwhile.
        EXPECT_TRUE(StoreLock::take(folder(), "").has_value());
    }
    EXPECT_EQ(readFile(databasePath()), before);
}

TEST_F(StoreTest, AnOlderStoreIsBackedUpAndMigrated) {
    ASSERT_TRUE(makePrivateFolder(folder()).isOk());
    {
        auto database = std::move(Database::open(databasePath())).value();
        ASSERT_TRUE(database->execute(version1Store()).isOk());
    }
    auto store = open();
    EXPECT_EQ(store->report().migratedFrom, 1);
    EXPECT_EQ(shown(*store, 1), "Who has the key? 玛塔有钥匙");
    EXPECT_EQ(store->report().numInterruptedAnswers, 1);
    const auto backups = BackupKeeper::list(folder() / "backups");
    ASSERT_EQ(backups.size(), 1U);
    EXPECT_EQ(backups[0].filename(), "hearth-20250314-000000-before-v2.db");
    auto backup = std::move(Database::open(backups[0], {.isImmutable = true})).value();
    EXPECT_EQ(schemaVersion(*backup).value(), 1);
    EXPECT_EQ(backup->queryInt("SELECT count(*) FROM messages").value(), 3);
}

TEST_F(StoreTest, AFileThatIsGoneComesBackFromTheNewestBackup) {
    ChatId chat = 0;
    {
        auto store = open();
        chat = store->chats().create("Boats").value();
        add(*store, chat, std::nullopt, "hello");
        ASSERT_TRUE(store->backUpNow().isOk());
    }
    ASSERT_TRUE(removeFile(databasePath()).isOk());
    auto store = open();
    EXPECT_TRUE(store->report().restoredFrom.has_value());
    EXPECT_FALSE(store->report().isNew);
    EXPECT_EQ(shown(*store, chat), "hello");
}

TEST_F(StoreTest, AFullDiskBlocksSendingBeforeItIsFull) {
    std::uint64_t free = kReservedBytes;
    StoreOptions with = options();
    with.freeBytes = [&](const std::filesystem::path&) { return Result<std::uint64_t>(free); };
    auto store = std::move(Store::open(with)).value();
    EXPECT_TRUE(store->readyToSend().isOk());
    free = kReservedBytes - 1;
    EXPECT_EQ(store->readyToSend().code(), ErrorCode::Io);
    // What is under way still ends.
    EXPECT_TRUE(store->chats().create().has_value());
    free = kReservedBytes;
    EXPECT_TRUE(store->readyToSend().isOk());
}

TEST_F(StoreTest, BackupsRollAndAreWholeStores) {
    auto store = open();
    const ChatId chat = store->chats().create("Boats").value();
    MessageId last = add(*store, chat, std::nullopt, std::string(100000, 'x'));
    for (int day = 0; day < 8; ++day) {
        finishMaintenance(*store);
        last = add(*store, chat, last, "day " + std::to_string(day));
        m_time.advance(std::chrono::hours(12));
        finishMaintenance(*store);
        m_time.advance(std::chrono::hours(13));
    }
    const auto backups = BackupKeeper::list(folder() / "backups");
    EXPECT_EQ(backups.size(), kNumBackups);
    for (const auto& backup : backups) {
        auto database = std::move(Database::open(backup, {.isImmutable = true})).value();
        EXPECT_GE(database->queryInt("SELECT count(*) FROM messages").value(), 3);
    }
    EXPECT_TRUE(filesWith(folder() / "backups", "day 7").empty()) << "not due yet";
    EXPECT_TRUE(std::is_sorted(backups.rbegin(), backups.rend()));
}

TEST_F(StoreTest, ADamagedCopyDoesNotPushOutGoodOnes) {
    auto store = open();
    const ChatId chat = store->chats().create("Boats").value();
    ASSERT_TRUE(store->backUpNow().isOk());
    MessageId last = add(*store, chat, std::nullopt, "first");
    for (int i = 0; i < 50; ++i) {
        last = add(*store, chat, last, std::string(3000, 'x'));
    }
    store.reset();
    std::string bytes = readFile(databasePath());
    for (std::size_t page = 40; page < 60; ++page) {
        bytes[page * 4096] = static_cast<char>(0x99);
    }
    writeFile(databasePath(), bytes);
    auto database = std::move(Database::open(databasePath())).value();
    m_time.advance(std::chrono::hours(25));
    BackupKeeper backups(*database, folder() / "backups", m_time.clock());
    EXPECT_EQ(backups.backUpNow().code(), ErrorCode::CorruptData);
    EXPECT_EQ(BackupKeeper::list(folder() / "backups").size(), 1U);
    EXPECT_EQ(filesIn(folder() / "backups").size(), 1U) << "nothing unfinished is left";
}

TEST_F(StoreTest, AWriteProtectedStoreIsShown) {
    ChatId chat = 0;
    {
        auto store = open();
        chat = store->chats().create("Boats").value();
        add(*store, chat, std::nullopt, "hello");
    }
    // Write protection does not bind root, so another user looks.
    std::filesystem::permissions(folder() / "hearth.lock", std::filesystem::perms(0444));
    std::filesystem::permissions(databasePath(), std::filesystem::perms(0444));
    std::filesystem::permissions(folder(), std::filesystem::perms(0555));
    std::filesystem::permissions(m_folder.path(), std::filesystem::perms(0755));
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) {
            ::_exit(3);
        }
        auto store = Store::open(options());
        const bool isShown = store.has_value() &&
                             (*store)->report().access == StoreAccess::ReadOnlyDisk &&
                             shown(**store, chat) == "hello" &&
                             (*store)->chats().create().error().code() == ErrorCode::Unsupported;
        ::_exit(isShown ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    std::filesystem::permissions(folder(), std::filesystem::perms(0755));
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(StoreTest, ADamagedSearchIndexIsMadeAnew) {
    auto store = open();
    const ChatId chat = store->chats().create("Boats").value();
    add(*store, chat, std::nullopt, "lighthouse");
    store.reset();
    {
        // Content that is no index, in sound pages: no check of the file sees that.
        auto database = std::move(Database::open(databasePath())).value();
        ASSERT_TRUE(
            database
                ->execute("UPDATE message_index_data SET block = x'ffffffffff' WHERE id = 10;"
                          "UPDATE title_index_data SET block = x'ffffffffff' WHERE id = 10;")
                .isOk());
    }
    store = open();
    const auto found = store->search("lighthouse");
    ASSERT_TRUE(found.has_value())
        << static_cast<int>(found.error().code()) << found.error().message();
    EXPECT_EQ(store->search("lighthouse").value().messages.size(), 1U);
    EXPECT_EQ(store->search("boats").value().titles.size(), 1U);
    // Damage that SQLite does not see at all is mended by hand.
    {
        auto database = std::move(Database::open(databasePath())).value();
        ASSERT_TRUE(
            database->execute("UPDATE message_index_data SET block = zeroblob(40) WHERE id > 10")
                .isOk());
    }
    store.reset();
    store = open();
    EXPECT_EQ(store->search("lighthouse").value().messages.size(), 0U);
    ASSERT_TRUE(store->rebuildSearch().isOk());
    EXPECT_EQ(store->search("lighthouse").value().messages.size(), 1U);
}

TEST_F(StoreTest, AFolderThatCannotBeMadeIsAnError) {
    writeFile(m_folder.path() / "file", "x");
    StoreOptions with = options();
    with.folder = m_folder.path() / "file" / "store";
    EXPECT_EQ(Store::open(with).error().code(), ErrorCode::Io);
}

}  // namespace
}  // namespace hearth::storage
