#include "app/storage/schema.h"

#include "app/storage/index_rows.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

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

// What is deleted by a person is deleted by row, so every column that refers to another table has
// an index.
constexpr std::string_view kVersion2 = R"sql(
ALTER TABLE chats ADD COLUMN title_is_manual INTEGER NOT NULL DEFAULT 0;
CREATE INDEX chats_by_leaf ON chats(current_leaf);
CREATE TABLE folders (name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO folders(name, position) SELECT folder, row_number() OVER (ORDER BY folder) FROM chats WHERE folder <> '' GROUP BY folder;
CREATE TABLE drafts (chat INTEGER PRIMARY KEY, text TEXT NOT NULL, changed_us INTEGER NOT NULL);
ALTER TABLE messages ADD COLUMN finished_us INTEGER;
ALTER TABLE messages ADD COLUMN shown_child INTEGER;
ALTER TABLE messages ADD COLUMN bin_root INTEGER;
CREATE INDEX messages_by_parent ON messages(parent);
CREATE INDEX messages_by_state ON messages(state) WHERE state = 2;
CREATE INDEX messages_by_bin ON messages(bin_root) WHERE bin_root IS NOT NULL;
ALTER TABLE parts ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE parts ADD COLUMN model_input TEXT NOT NULL DEFAULT '';
UPDATE parts SET (name, model_input) = (SELECT name, model_input FROM attachments WHERE id = parts.attachment) WHERE attachment IS NOT NULL;
CREATE INDEX parts_by_attachment ON parts(attachment) WHERE attachment IS NOT NULL;
ALTER TABLE attachments DROP COLUMN model_input;
ALTER TABLE attachments ADD COLUMN created_us INTEGER NOT NULL DEFAULT 0;
CREATE TABLE thumbnails (
    attachment INTEGER PRIMARY KEY REFERENCES attachments(id) ON DELETE CASCADE, media_type TEXT NOT NULL,
    width_px INTEGER NOT NULL, height_px INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE removed_files (sha256 TEXT PRIMARY KEY) WITHOUT ROWID;
ALTER TABLE documents ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN created_us INTEGER NOT NULL DEFAULT 0;
CREATE INDEX documents_by_attachment ON documents(attachment);
ALTER TABLE jobs ADD COLUMN error TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN changed_us INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_by_document ON jobs(document);
CREATE TABLE streaming_2 (
    message INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE, sequence INTEGER NOT NULL, kind INTEGER NOT NULL,
    text TEXT NOT NULL, PRIMARY KEY (message, sequence)) WITHOUT ROWID;
INSERT INTO streaming_2(message, sequence, kind, text) SELECT message, 0, 1, text FROM streaming;
DROP TABLE streaming;
ALTER TABLE streaming_2 RENAME TO streaming;
)sql";

// Dropped rather than emptied: a damaged index can refuse that. Messages and titles are not ranked,
// so their indexes keep no lengths.
constexpr std::string_view kNewIndexes = R"sql(
DROP TABLE IF EXISTS chunk_index;
DROP TABLE IF EXISTS message_index;
DROP TABLE IF EXISTS title_index;
CREATE VIRTUAL TABLE chunk_index USING fts5(text, content='', tokenize='porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE message_index USING fts5(text, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE title_index USING fts5(text, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2');
)sql";

// What FTS5 writes for an empty index (its averages, and a structure without segments): an index
// whose structure is damaged cannot even be dropped.
constexpr std::string_view kEmptyIndexes = R"sql(
DELETE FROM chunk_index_data;
INSERT INTO chunk_index_data(id, block) VALUES (1, x''), (10, x'00000000000000');
DELETE FROM message_index_data;
INSERT INTO message_index_data(id, block) VALUES (1, x''), (10, x'00000000000000');
DELETE FROM title_index_data;
INSERT INTO title_index_data(id, block) VALUES (1, x''), (10, x'00000000000000');
)sql";

constexpr std::array<std::string_view, static_cast<std::size_t>(kSchemaVersion)> kSteps{kVersion1,
                                                                                        kVersion2};

/// All or nothing.
Status makeEmptyIndexes(Database& database) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(database));
    HEARTH_RETURN_IF_ERROR(database.execute(kNewIndexes));
    return transaction.commit();
}

}  // namespace

Result<std::int64_t> schemaVersion(Database& database) {
    HEARTH_ASSIGN_OR_RETURN(const std::optional<std::int64_t> version,
                            database.queryInt("PRAGMA user_version"));
    return version.value_or(0);
}

Status migrate(Database& database, const std::function<Status()>& beforeChange) {
    HEARTH_ASSIGN_OR_RETURN(const std::int64_t version, schemaVersion(database));
    if (version > kSchemaVersion) {
        return {ErrorCode::Unsupported, "the store was written by a newer Hearth (schema " +
                                            std::to_string(version) + ", this one knows " +
                                            std::to_string(kSchemaVersion) +
                                            "); update Hearth to open it"};
    }
    if (version == kSchemaVersion) {
        return {};
    }
    if (version < 0) {
        return {ErrorCode::CorruptData, "the store has no valid schema version"};
    }
    if (version > 0 && beforeChange) {
        HEARTH_RETURN_IF_ERROR(beforeChange());
    }
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(database));
    for (auto step = static_cast<std::size_t>(version); step < kSteps.size(); ++step) {
        HEARTH_RETURN_IF_ERROR(database.execute(kSteps[step]));
    }
    HEARTH_RETURN_IF_ERROR(rebuildIndexes(database));
    HEARTH_RETURN_IF_ERROR(
        database.execute("PRAGMA user_version = " + std::to_string(kSchemaVersion)));
    return transaction.commit();
}

Status rebuildIndexes(Database& database) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(database));
    Status made = makeEmptyIndexes(database);
    if (!made.isOk() && made.code() == ErrorCode::CorruptData) {
        HEARTH_RETURN_IF_ERROR(database.execute(kEmptyIndexes));
        made = makeEmptyIndexes(database);
    }
    HEARTH_RETURN_IF_ERROR(std::move(made));
    HEARTH_RETURN_IF_ERROR(indexAllChunks(database));
    HEARTH_RETURN_IF_ERROR(indexAllMessages(database));
    HEARTH_RETURN_IF_ERROR(indexAllTitles(database));
    return transaction.commit();
}

}  // namespace hearth::storage
