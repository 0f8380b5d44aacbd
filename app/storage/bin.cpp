#include "app/storage/bin.h"

#include <string>
#include <utility>

#include "app/storage/attachment_store.h"
#include "app/storage/index_rows.h"
#include "app/storage/message_tree.h"
#include "app/storage/text_index.h"

namespace hearth::storage {
namespace {

Status notThere(std::string_view what, std::int64_t row) {
    return {ErrorCode::NotFound, "there is no " + std::string(what) + " " + std::to_string(row)};
}

constexpr std::size_t kTitleCharacters = 80;

}  // namespace

Bin::Bin(Database& database, Clock clock) noexcept
    : m_database(database), m_clock(std::move(clock)) {}

Status Bin::add(BinKind kind, std::int64_t row) {
    return m_database.run("INSERT INTO deletions(kind, row, deleted_us) VALUES (?, ?, ?)", kind,
                          row, m_clock());
}

Status Bin::deleteChat(ChatId chat) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_ASSIGN_OR_RETURN(
        const std::optional<std::int64_t> found,
        m_database.queryInt("SELECT id FROM chats WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM "
                            "deletions WHERE kind = 1 AND row = ?1)",
                            chat));
    if (!found.has_value()) {
        return notThere("chat", chat);
    }
    HEARTH_RETURN_IF_ERROR(add(BinKind::Chat, chat));
    return transaction.commit();
}

Status Bin::deleteMessage(MessageId message) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_ASSIGN_OR_RETURN(
        const std::optional<std::int64_t> chat,
        m_database.queryInt("SELECT chat FROM messages WHERE id = ? AND bin_root IS NULL",
                            message));
    if (!chat.has_value()) {
        return notThere("message", message);
    }
    // What is below and in the bin already keeps its own entry.
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "WITH RECURSIVE below(id) AS (SELECT ?1 UNION SELECT messages.id FROM messages JOIN below "
        "ON messages.parent = below.id WHERE messages.bin_root IS NULL) "
        "UPDATE messages SET bin_root = ?1 WHERE id IN (SELECT id FROM below)",
        message));
    HEARTH_RETURN_IF_ERROR(add(BinKind::Message, message));
    HEARTH_ASSIGN_OR_RETURN(const MessageTree tree, MessageTree::load(m_database, *chat));
    if (const std::optional<MessageId> leaf = tree.shownLeaf(); leaf.has_value()) {
        HEARTH_RETURN_IF_ERROR(showBranch(m_database, *chat, tree, *leaf));
    } else {
        HEARTH_RETURN_IF_ERROR(
            m_database.run("UPDATE chats SET current_leaf = NULL WHERE id = ?", *chat));
    }
    return transaction.commit();
}

Status Bin::deleteDocument(DocumentId document) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_ASSIGN_OR_RETURN(
        const std::optional<std::int64_t> found,
        m_database.queryInt("SELECT id FROM documents WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM "
                            "deletions WHERE kind = 3 AND row = ?1)",
                            document));
    if (!found.has_value()) {
        return notThere("document", document);
    }
    HEARTH_RETURN_IF_ERROR(add(BinKind::Document, document));
    return transaction.commit();
}

Result<std::vector<BinEntry>> Bin::list() {
    std::vector<BinEntry> entries;
    {
        HEARTH_ASSIGN_OR_RETURN(
            Statement read,
            m_database.prepare(
                "SELECT kind, row, deleted_us, CASE kind WHEN 1 THEN (SELECT title "
                "FROM chats WHERE id = row) WHEN 3 THEN (SELECT title FROM documents "
                "WHERE id = row) END FROM deletions ORDER BY deleted_us DESC, kind, "
                "row DESC"));
        HEARTH_RETURN_IF_ERROR(read.forEach([&](const Statement& row) {
            BinEntry entry;
            entry.kind = static_cast<BinKind>(row.columnInt(0));
            entry.row = row.columnInt(1);
            entry.deleted = row.columnTime(2);
            entry.purged = entry.deleted + kBinTime;
            entry.title = row.columnText(3);
            entries.push_back(std::move(entry));
        }));
    }
    for (BinEntry& entry : entries) {
        if (entry.kind == BinKind::Message) {
            HEARTH_ASSIGN_OR_RETURN(const std::string text, searchableText(m_database, entry.row));
            entry.title = makeSnippet(text, {}, kTitleCharacters).text;
        }
    }
    return entries;
}

Status Bin::restore(BinKind kind, std::int64_t row) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(
        m_database.run("DELETE FROM deletions WHERE kind = ? AND row = ?", kind, row));
    if (m_database.changedRows() == 0) {
        return {ErrorCode::NotFound, "this is not in the bin any more"};
    }
    if (kind == BinKind::Message) {
        HEARTH_RETURN_IF_ERROR(
            m_database.run("UPDATE messages SET bin_root = NULL WHERE bin_root = ?", row));
        HEARTH_ASSIGN_OR_RETURN(const std::optional<std::int64_t> chat,
                                m_database.queryInt("SELECT chat FROM messages WHERE id = ?", row));
        HEARTH_ASSIGN_OR_RETURN(const MessageTree tree,
                                MessageTree::load(m_database, chat.value_or(0)));
        // Below another deletion it stays out of sight until that is taken back, too.
        if (tree.find(row) != nullptr) {
            HEARTH_RETURN_IF_ERROR(
                showBranch(m_database, chat.value_or(0), tree, tree.leafBelow(row)));
        }
    }
    return transaction.commit();
}

Status Bin::dropMessages(std::string_view where, std::int64_t parameter,
                         std::vector<AttachmentId>& attachments) {
    const std::string condition(where);
    {
        HEARTH_ASSIGN_OR_RETURN(
            Statement read,
            m_database.prepare("SELECT DISTINCT attachment FROM parts WHERE attachment IS NOT NULL "
                               "AND message IN (SELECT id FROM messages WHERE " +
                               condition + ")"));
        HEARTH_RETURN_IF_ERROR(read.bind(1, parameter).forEach([&](const Statement& row) {
            attachments.push_back(row.columnInt(0));
        }));
    }
    HEARTH_RETURN_IF_ERROR(removeMessagesFromIndex(m_database, condition, parameter));
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "DELETE FROM deletions WHERE kind = 2 AND row IN (SELECT id FROM messages WHERE " +
            condition + ")",
        parameter));
    // Without parents no row takes others with it: a chain of 10,000 would exceed SQLite's depth of
    // cascades.
    HEARTH_RETURN_IF_ERROR(
        m_database.run("UPDATE messages SET parent = NULL WHERE " + condition, parameter));
    return m_database.run("DELETE FROM messages WHERE " + condition, parameter);
}

Status Bin::dropChat(ChatId chat, std::vector<AttachmentId>& attachments) {
    HEARTH_RETURN_IF_ERROR(dropMessages("chat = ?", chat, attachments));
    HEARTH_ASSIGN_OR_RETURN(Statement read,
                            m_database.prepare("SELECT title FROM chats WHERE id = ?"));
    HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.bind(1, chat).step());
    if (hasRow) {
        HEARTH_RETURN_IF_ERROR(removeTitle(m_database, titleRowOfChat(chat), read.columnText(0)));
    }
    read.reset();
    HEARTH_RETURN_IF_ERROR(m_database.run("DELETE FROM drafts WHERE chat = ?", chat));
    return m_database.run("DELETE FROM chats WHERE id = ?", chat);
}

Status Bin::dropDocument(DocumentId document, std::vector<AttachmentId>& attachments) {
    HEARTH_ASSIGN_OR_RETURN(
        const std::optional<std::int64_t> attachment,
        m_database.queryInt("SELECT attachment FROM documents WHERE id = ?", document));
    HEARTH_RETURN_IF_ERROR(removeDocumentFromIndexes(m_database, document));
    HEARTH_RETURN_IF_ERROR(m_database.run("DELETE FROM documents WHERE id = ?", document));
    if (attachment.has_value()) {
        attachments.push_back(*attachment);
    }
    return {};
}

Status Bin::dropRows(const std::vector<BinEntry>& entries) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    std::vector<AttachmentId> attachments;
    for (const BinEntry& entry : entries) {
        HEARTH_RETURN_IF_ERROR(m_database.run("DELETE FROM deletions WHERE kind = ? AND row = ?",
                                              entry.kind, entry.row));
        if (m_database.changedRows() == 0) {
            continue;
        }
        switch (entry.kind) {
            case BinKind::Chat:
                HEARTH_RETURN_IF_ERROR(dropChat(entry.row, attachments));
                break;
            case BinKind::Message:
                // Messages below it that have an entry of their own go with it: without their
                // parent they would have no place.
                HEARTH_RETURN_IF_ERROR(m_database.run(
                    "WITH RECURSIVE below(id) AS (SELECT ?1 UNION SELECT m.id FROM messages m JOIN "
                    "below ON m.parent = below.id) "
                    "UPDATE messages SET bin_root = ?1 WHERE id IN (SELECT id FROM below)",
                    entry.row));
                HEARTH_RETURN_IF_ERROR(dropMessages("bin_root = ?", entry.row, attachments));
                break;
            case BinKind::Document:
                HEARTH_RETURN_IF_ERROR(dropDocument(entry.row, attachments));
                break;
        }
    }
    HEARTH_ASSIGN_OR_RETURN(const int numDropped, dropUnreferenced(m_database, attachments));
    static_cast<void>(numDropped);
    return transaction.commit();
}

}  // namespace hearth::storage
