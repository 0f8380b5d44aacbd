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

/// A store as version 1 wrote it.
constexpr const char* kVersion1Store = R"sql(
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE, media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL, name TEXT NOT NULL, model_input TEXT NOT NULL DEFAULT '{}');
CREATE TABLE chats (
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL DEFAULT '', folder TEXT NOT NULL DEFAULT '',
    pinned INTEGER NOT NULL DEFAULT 0, created_us INTEGER NOT NULL, changed_us INTEGER NOT NULL,
    current_leaf INTEGER REFERENCES messages(id) ON DELETE SET NULL);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
    parent INTEGER REFERENCES messages(id) ON DELETE CASCADE, role INTEGER NOT NULL, state INTEGER NOT NULL,
    created_us INTEGER NOT NULL, model TEXT NOT NULL DEFAULT '', details TEXT NOT NULL DEFAULT '{}');
CREATE INDEX messages_by_chat ON messages(chat, parent);
CREATE TABLE parts (
    message INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE, position INTEGER NOT NULL, kind INTEGER NOT NULL,
    text TEXT, attachment INTEGER REFERENCES attachments(id), PRIMARY KEY (message, position)) WITHOUT ROWID;
CREATE TABLE streaming (message INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE, text TEXT NOT NULL);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, attachment INTEGER REFERENCES attachments(id) ON DELETE CASCADE,
    title TEXT NOT NULL, page_count INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 1);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    number INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (document, number));
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY, page INTEGER NOT NULL REFERENCES pages(id) ON DELETE CASCADE,
    begin_byte INTEGER NOT NULL, end_byte INTEGER NOT NULL);
CREATE INDEX chunks_by_page ON chunks(page);
CREATE VIRTUAL TABLE chunk_index USING fts5(text, content='', tokenize='porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE message_index USING fts5(text, content='', tokenize='unicode61 remove_diacritics 2');
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, document INTEGER REFERENCES documents(id) ON DELETE CASCADE,
    state INTEGER NOT NULL, progress REAL NOT NULL DEFAULT 0, parameters TEXT NOT NULL DEFAULT '{}', created_us INTEGER NOT NULL);
CREATE TABLE summary_nodes (
    id INTEGER PRIMARY KEY, job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE, level INTEGER NOT NULL,
    position INTEGER NOT NULL, first_page INTEGER NOT NULL, last_page INTEGER NOT NULL, text TEXT NOT NULL,
    citations TEXT NOT NULL DEFAULT '[]', UNIQUE (job, level, position));
CREATE TABLE feedback (
    message INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE, thumb INTEGER, edited_answer TEXT,
    created_us INTEGER NOT NULL);
CREATE TABLE router_traces (
    message INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE, layer INTEGER NOT NULL, first_token INTEGER NOT NULL,
    token_count INTEGER NOT NULL, expert_counts BLOB NOT NULL, PRIMARY KEY (message, layer, first_token)) WITHOUT ROWID;
CREATE TABLE deletions (
    kind INTEGER NOT NULL, row INTEGER NOT NULL, deleted_us INTEGER NOT NULL, PRIMARY KEY (kind, row)) WITHOUT ROWID;
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO attachments VALUES (3, '0123456789012345678901234567890123456789012345678901234567890123', 'image/png', 7, 'boat.png', '{"vectors":80}');
INSERT INTO chats VALUES (1, 'Boats', 'Work', 1, 10, 20, NULL), (2, 'Other', '', 0, 11, 21, NULL);
INSERT INTO messages VALUES (1, 1, NULL, 2, 1, 12, '', '{}'), (2, 1, 1, 3, 1, 13, 'm', '{"tokens":9}'), (3, 2, NULL, 3, 2, 14, 'm', '{}');
UPDATE chats SET current_leaf = 2 WHERE id = 1;
INSERT INTO parts VALUES (1, 0, 1, 'Who has the key?', NULL), (1, 1, 2, NULL, 3), (2, 0, 1, '玛塔有钥匙', NULL);
INSERT INTO streaming VALUES (3, 'half an ans');
INSERT INTO documents VALUES (4, NULL, 'Report', 1, 1);
INSERT INTO pages VALUES (5, 4, 1, 'The lighthouse keeper.');
INSERT INTO chunks VALUES (6, 5, 0, 22);
INSERT INTO chunk_index(rowid, text) VALUES (6, 'The lighthouse keeper.');
INSERT INTO jobs VALUES (8, 1, 4, 2, 0.25, '{}', 15);
INSERT INTO summary_nodes VALUES (9, 8, 0, 0, 1, 1, 'A keeper.', '[]');
PRAGMA user_version = 1;
)sql";

TEST(Schema, Version1IsMigratedWithEverythingInIt) {
    auto database = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(database->execute(kVersion1Store).isOk());
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
    ASSERT_TRUE(migrated->execute(kVersion1Store).isOk());
    ASSERT_TRUE(migrate(*migrated).isOk());
    auto fresh = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(migrate(*fresh).isOk());
    EXPECT_EQ(tables(*migrated), tables(*fresh));
}

TEST(Schema, AMigrationWithoutItsBackupDoesNotHappen) {
    auto database = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(database->execute(kVersion1Store).isOk());
    const Status status =
        migrate(*database, [] { return Status(ErrorCode::Io, "no space is left on the disk"); });
    EXPECT_EQ(status.code(), ErrorCode::Io);
    EXPECT_EQ(schemaVersion(*database).value(), 1);
    EXPECT_EQ(database->queryInt("SELECT count(*) FROM streaming").value(), 1);
}

TEST(Schema, AMigrationThatFailsHalfWayChangesNothing) {
    auto database = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(database->execute(kVersion1Store).isOk());
    // In the way of a later statement of the migration.
    ASSERT_TRUE(database->execute("CREATE TABLE title_index(a)").isOk());
    EXPECT_FALSE(migrate(*database).isOk());
    EXPECT_EQ(schemaVersion(*database).value(), 1);
    EXPECT_EQ(database->queryInt("SELECT count(*) FROM streaming").value(), 1);
    ASSERT_TRUE(database->execute("DROP TABLE title_index").isOk());
    EXPECT_TRUE(migrate(*database).isOk());
}

}  // namespace
}  // namespace hearth::storage
