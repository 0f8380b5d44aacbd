#include "tests/unit/app/storage/store_fixture.h"

namespace hearth::storage {

const char* version1Store() {
    return R"sql(
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
}

}  // namespace hearth::storage
