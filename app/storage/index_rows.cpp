#include "app/storage/index_rows.h"

#include <algorithm>
#include <string>

#include "app/storage/text_index.h"

namespace hearth::storage {

std::int64_t titleRowOfChat(ChatId chat) noexcept {
    return chat * 2;
}

std::int64_t titleRowOfDocument(DocumentId document) noexcept {
    return document * 2 + 1;
}

bool isTitleOfDocument(std::int64_t row) noexcept {
    return row % 2 != 0;
}

std::int64_t titleOwner(std::int64_t row) noexcept {
    return row / 2;
}

Status addTitle(Database& database, std::int64_t row, std::string_view title) {
    return database.run("INSERT INTO title_index(rowid, text) VALUES (?, ?)", row,
                        indexableText(title));
}

Status removeTitle(Database& database, std::int64_t row, std::string_view title) {
    return database.run("INSERT INTO title_index(title_index, rowid, text) VALUES ('delete', ?, ?)",
                        row, indexableText(title));
}

Result<std::string> searchableText(Database& database, MessageId message) {
    HEARTH_ASSIGN_OR_RETURN(Statement statement,
                            database.prepare("SELECT text FROM parts WHERE message = ? AND kind = "
                                             "? AND text <> '' ORDER BY position"));
    statement.bind(1, message).bind(2, PartKind::Text);
    std::string text;
    HEARTH_RETURN_IF_ERROR(statement.forEach([&](const Statement& row) {
        text += text.empty() ? "" : "\n";
        text += row.columnText(0);
    }));
    return text;
}

Status indexMessage(Database& database, MessageId message) {
    HEARTH_ASSIGN_OR_RETURN(const std::string text, searchableText(database, message));
    if (text.empty()) {
        return {};
    }
    return database.run("INSERT INTO message_index(rowid, text) VALUES (?, ?)", message,
                        indexableText(text));
}

Status removeDocumentFromIndexes(Database& database, DocumentId document) {
    {
        HEARTH_ASSIGN_OR_RETURN(Statement read,
                                database.prepare("SELECT title FROM documents WHERE id = ?"));
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.bind(1, document).step());
        if (!hasRow) {
            return {};
        }
        HEARTH_RETURN_IF_ERROR(
            removeTitle(database, titleRowOfDocument(document), read.columnText(0)));
    }
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        database.prepare(
            "SELECT chunks.id, substr(CAST(pages.text AS BLOB), begin_byte + 1, end_byte - "
            "begin_byte) "
            "FROM pages JOIN chunks ON chunks.page = pages.id WHERE pages.document = ?"));
    HEARTH_ASSIGN_OR_RETURN(
        Statement remove,
        database.prepare(
            "INSERT INTO chunk_index(chunk_index, rowid, text) VALUES ('delete', ?, ?)"));
    read.bind(1, document);
    while (true) {
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.step());
        if (!hasRow) {
            return {};
        }
        HEARTH_RETURN_IF_ERROR(
            remove.bind(1, read.columnInt(0)).bind(2, indexableText(read.columnText(1))).run());
    }
}

Status removeMessagesFromIndex(Database& database, std::string_view where, std::int64_t parameter) {
    std::vector<MessageId> ids;
    {
        HEARTH_ASSIGN_OR_RETURN(
            Statement read,
            database.prepare("SELECT id FROM messages WHERE state <> 2 AND " + std::string(where)));
        HEARTH_RETURN_IF_ERROR(read.bind(1, parameter).forEach([&](const Statement& row) {
            ids.push_back(row.columnInt(0));
        }));
    }
    for (const MessageId id : ids) {
        HEARTH_ASSIGN_OR_RETURN(const std::string text, searchableText(database, id));
        if (!text.empty()) {
            HEARTH_RETURN_IF_ERROR(database.run(
                "INSERT INTO message_index(message_index, rowid, text) VALUES ('delete', ?, ?)", id,
                indexableText(text)));
        }
    }
    return {};
}

Status indexAllChunks(Database& database) {
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        database.prepare("SELECT chunks.id, chunks.begin_byte, chunks.end_byte, pages.text "
                         "FROM chunks JOIN pages ON pages.id = chunks.page ORDER BY chunks.id"));
    HEARTH_ASSIGN_OR_RETURN(Statement insert,
                            database.prepare("INSERT INTO chunk_index(rowid, text) VALUES (?, ?)"));
    while (true) {
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.step());
        if (!hasRow) {
            return {};
        }
        const std::string_view page = read.columnText(3);
        const auto begin = std::min(static_cast<std::size_t>(read.columnInt(1)), page.size());
        const auto end =
            std::clamp(static_cast<std::size_t>(read.columnInt(2)), begin, page.size());
        HEARTH_RETURN_IF_ERROR(insert.bind(1, read.columnInt(0))
                                   .bind(2, indexableText(page.substr(begin, end - begin)))
                                   .run());
    }
}

Status indexAllMessages(Database& database) {
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        database.prepare("SELECT message, text FROM parts WHERE kind = ? AND text <> '' "
                         "ORDER BY message, position"));
    HEARTH_ASSIGN_OR_RETURN(
        Statement insert, database.prepare("INSERT INTO message_index(rowid, text) VALUES (?, ?)"));
    read.bind(1, PartKind::Text);
    MessageId message = 0;
    std::string text;
    while (true) {
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.step());
        if (!text.empty() && (!hasRow || read.columnInt(0) != message)) {
            HEARTH_RETURN_IF_ERROR(insert.bind(1, message).bind(2, indexableText(text)).run());
            text.clear();
        }
        if (!hasRow) {
            return {};
        }
        message = read.columnInt(0);
        text += text.empty() ? "" : "\n";
        text += read.columnText(1);
    }
}

Status indexAllTitles(Database& database) {
    for (const bool isDocument : {false, true}) {
        HEARTH_ASSIGN_OR_RETURN(Statement read,
                                database.prepare(isDocument ? "SELECT id, title FROM documents"
                                                            : "SELECT id, title FROM chats"));
        while (true) {
            HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.step());
            if (!hasRow) {
                break;
            }
            const std::int64_t id = read.columnInt(0);
            HEARTH_RETURN_IF_ERROR(
                addTitle(database, isDocument ? titleRowOfDocument(id) : titleRowOfChat(id),
                         read.columnText(1)));
        }
    }
    return {};
}

}  // namespace hearth::storage
