#include "app/storage/schema.h"

#include <gtest/gtest.h>

#include "app/storage/chat_store.h"
#include "app/storage/job_store.h"
#include "app/storage/message_store.h"
#include "app/storage/text_search.h"
#include "tests/unit/app/storage/store_fixture.h"

namespace hearth::storage {
namespace {

TEST(Schema, IsCreatedOnceAndKeptAfterwards) {
    auto database = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(migrate(*database).isOk());
    ASSERT_TRUE(database->execute("INSERT INTO settings VALUES ('theme', 'dark')").isOk());
    ASSERT_TRUE(migrate(*database).isOk());
    auto select = std::move(database->prepare("SELECT value FROM settings")).value();
    ASSERT_TRUE(select.step().value());
    EXPECT_EQ(select.columnText(0), "dark");
}

TEST(Schema, ANewerStoreIsRefusedAndLeftAlone) {
    auto database = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(database->execute("PRAGMA user_version = 99").isOk());
    const Status status = migrate(*database);
    EXPECT_EQ(status.code(), ErrorCode::Unsupported);
    auto select = std::move(database->prepare("SELECT count(*) FROM sqlite_master")).value();
    ASSERT_TRUE(select.step().value());
    EXPECT_EQ(select.columnInt(0), 0);
}

TEST(Schema, DeletingAChatTakesItsMessagesAndNothingElse) {
    auto database = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(migrate(*database).isOk());
    ASSERT_TRUE(
        database
            ->execute("INSERT INTO chats(id, created_us, changed_us) VALUES (1, 0, 0), (2, 0, 0);"
                      "INSERT INTO messages(id, chat, parent, role, state, created_us) VALUES (1, "
                      "1, NULL, 2, 1, 0), "
                      "(2, 1, 1, 3, 1, 0), (3, 2, NULL, 2, 1, 0);"
                      "INSERT INTO parts(message, position, kind, text) VALUES (1, 0, 1, 'q'), (2, "
                      "0, 1, 'a'), (3, 0, 1, 'z');"
                      "UPDATE chats SET current_leaf = 2 WHERE id = 1;"
                      "DELETE FROM chats WHERE id = 1;")
            .isOk());
    auto select =
        std::move(database->prepare(
                      "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM parts)"))
            .value();
    ASSERT_TRUE(select.step().value());
    EXPECT_EQ(select.columnInt(0), 1);
    EXPECT_EQ(select.columnInt(1), 1);
}

TEST(Schema, Version1IsMigratedWithEverythingInIt) {
    auto database = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(database->execute(version1Store()).isOk());
    int numBackups = 0;
    ASSERT_TRUE(migrate(*database, [&] {
                    ++numBackups;
                    return Status();
                }).isOk());
    EXPECT_EQ(numBackups, 1);
    ManualClock time;
    ChatStore chats(*database, time.clock());
    MessageStore messages(*database, time.clock());
    EXPECT_EQ(messages.recoverInterrupted().value(), 1);
    EXPECT_EQ(chats.chat(1).value().folder, "Work");
    EXPECT_EQ(chats.chat(1).value().newest, 2);
    EXPECT_EQ(chats.folders().value().size(), 1U);
    EXPECT_EQ(messages.branch(1).value().size(), 2U);
    const Message question = messages.message(1).value();
    ASSERT_EQ(question.parts.size(), 2U);
    EXPECT_EQ(question.parts[1].name, "boat.png");
    EXPECT_EQ(question.parts[1].modelInput, R"({"vectors":80})");
    EXPECT_EQ(textOf(messages.message(3).value()), "half an ans");
    EXPECT_EQ(messages.message(3).value().state, MessageState::Interrupted);
    auto search = std::move(TextSearch::create(*database)).value();
    EXPECT_EQ(search->search("钥匙").value().messages.size(), 1U);
    EXPECT_EQ(search->search("lighthouse").value().passages.size(), 1U);
    EXPECT_EQ(search->search("boats").value().titles.size(), 1U);
    JobStore jobs(*database, time.clock());
    EXPECT_EQ(jobs.recoverInterrupted().value(), 1);
    EXPECT_EQ(jobs.nodes(8).value().size(), 1U);
    EXPECT_EQ(database->queryInt("SELECT count(*) FROM pragma_foreign_key_check").value(), 0);
}

TEST(Schema, AMigratedStoreHasTheSameTablesAsANewOne) {
    const auto tables = [](Database& database) {
        std::string all;
        auto select = std::move(database.prepare(
                                    "SELECT m.name, c.name, c.type, c.\"notnull\", c.pk FROM "
                                    "sqlite_master m, pragma_table_info(m.name) c ORDER BY m.name, "
                                    "c.cid"))
                          .value();
        EXPECT_TRUE(select
                        .forEach([&](const Statement& row) {
                            for (int i = 0; i < 5; ++i) {
                                all += std::string(row.columnText(i)) + " ";
                            }
                            all += "\n";
                        })
                        .isOk());
        return all;
    };
    auto migrated = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(migrated->execute(version1Store()).isOk());
    ASSERT_TRUE(migrate(*migrated).isOk());
    auto fresh = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(migrate(*fresh).isOk());
    EXPECT_EQ(tables(*migrated), tables(*fresh));
}

TEST(Schema, AMigrationWithoutItsBackupDoesNotHappen) {
    auto database = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(database->execute(version1Store()).isOk());
    const Status status =
        migrate(*database, [] { return Status(ErrorCode::Io, "no space is left on the disk"); });
    EXPECT_EQ(status.code(), ErrorCode::Io);
    EXPECT_EQ(schemaVersion(*database).value(), 1);
    EXPECT_EQ(database->queryInt("SELECT count(*) FROM streaming").value(), 1);
}

TEST(Schema, AMigrationThatFailsHalfWayChangesNothing) {
    auto database = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(database->execute(version1Store()).isOk());
    // In the way of a later statement of the migration.
    ASSERT_TRUE(database->execute("CREATE TABLE removed_files(a)").isOk());
    EXPECT_FALSE(migrate(*database).isOk());
    EXPECT_EQ(schemaVersion(*database).value(), 1);
    EXPECT_EQ(database->queryInt("SELECT count(*) FROM streaming").value(), 1);
    ASSERT_TRUE(database->execute("DROP TABLE removed_files").isOk());
    EXPECT_TRUE(migrate(*database).isOk());
}

}  // namespace
}  // namespace hearth::storage
