#include "app/storage/schema.h"

#include <string>

namespace hearth::storage {
namespace {

constexpr std::string_view kVersion1 = R"sql(
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
)sql";

}  // namespace

Status migrate(Database& database) {
    std::int64_t version = 0;
    {
        HEARTH_ASSIGN_OR_RETURN(Statement query, database.prepare("PRAGMA user_version"));
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, query.step());
        version = hasRow ? query.columnInt(0) : 0;
    }
    if (version > kSchemaVersion) {
        return {ErrorCode::Unsupported, "the store was written by a newer Hearth (schema " +
                                            std::to_string(version) + ", this one knows " +
                                            std::to_string(kSchemaVersion) +
                                            "); update Hearth to open it"};
    }
    if (version == kSchemaVersion) {
        return {};
    }
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(database));
    HEARTH_RETURN_IF_ERROR(database.execute(kVersion1));
    HEARTH_RETURN_IF_ERROR(
        database.execute("PRAGMA user_version = " + std::to_string(kSchemaVersion)));
    return transaction.commit();
}

}  // namespace hearth::storage
