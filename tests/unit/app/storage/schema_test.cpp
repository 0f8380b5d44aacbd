#include "app/storage/schema.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace hearth::storage
