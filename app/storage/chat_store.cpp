#include "app/storage/chat_store.h"

#include <utility>

#include "app/storage/index_rows.h"

namespace hearth::storage {
namespace {

constexpr std::string_view kSelectChat =
    "SELECT chats.id, title, title_is_manual, folder, pinned, created_us, changed_us, "
    "current_leaf, "
    "deletions.deleted_us FROM chats LEFT JOIN deletions ON deletions.kind = 1 AND deletions.row = "
    "chats.id ";

Chat readChat(const Statement& row) {
    Chat chat;
    chat.id = row.columnInt(0);
    chat.title = row.columnText(1);
    chat.isTitleManual = row.columnInt(2) != 0;
    chat.folder = row.columnText(3);
    chat.isPinned = row.columnInt(4) != 0;
    chat.created = row.columnTime(5);
    chat.changed = row.columnTime(6);
    chat.newest = row.columnOptionalInt(7);
    if (!row.isNull(8)) {
        chat.binned = row.columnTime(8);
    }
    return chat;
}

Status noSuchChat(ChatId id) {
    return {ErrorCode::NotFound, "there is no chat " + std::to_string(id)};
}

/// NotFound where the last statement has changed no row.
Status requireChange(const Database& database, ChatId id) {
    return database.changedRows() > 0 ? Status() : noSuchChat(id);
}

}  // namespace

ChatStore::ChatStore(Database& database, Clock clock) noexcept
    : m_database(database), m_clock(std::move(clock)) {}

Result<ChatId> ChatStore::create(std::string_view title, std::string_view folder) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    const Time now = m_clock();
    if (!folder.empty()) {
        HEARTH_RETURN_IF_ERROR(addFolder(folder));
    }
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "INSERT INTO chats(title, folder, created_us, changed_us, title_is_manual) VALUES (?, ?, "
        "?, ?, ?)",
        title, folder, now, now, !title.empty()));
    const ChatId id = m_database.lastInsertId();
    HEARTH_RETURN_IF_ERROR(addTitle(m_database, titleRowOfChat(id), title));
    HEARTH_RETURN_IF_ERROR(transaction.commit());
    return id;
}

Result<Chat> ChatStore::chat(ChatId id) {
    HEARTH_ASSIGN_OR_RETURN(Statement statement,
                            m_database.prepare(std::string(kSelectChat) + "WHERE chats.id = ?"));
    HEARTH_ASSIGN_OR_RETURN(const bool hasRow, statement.bind(1, id).step());
    if (!hasRow) {
        return noSuchChat(id);
    }
    return readChat(statement);
}

Result<std::vector<Chat>> ChatStore::list() {
    HEARTH_ASSIGN_OR_RETURN(
        Statement statement,
        m_database.prepare(
            std::string(kSelectChat) +
            "WHERE deletions.row IS NULL ORDER BY pinned <> 0 DESC, changed_us DESC, "
            "chats.id DESC"));
    std::vector<Chat> chats;
    HEARTH_RETURN_IF_ERROR(
        statement.forEach([&](const Statement& row) { chats.push_back(readChat(row)); }));
    return chats;
}

Status ChatStore::setTitle(ChatId id, std::string_view title, bool isManual) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_ASSIGN_OR_RETURN(const Chat before, chat(id));
    if (!isManual && before.isTitleManual) {
        return {};
    }
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "UPDATE chats SET title = ?, title_is_manual = ? WHERE id = ?", title, isManual, id));
    HEARTH_RETURN_IF_ERROR(removeTitle(m_database, titleRowOfChat(id), before.title));
    HEARTH_RETURN_IF_ERROR(addTitle(m_database, titleRowOfChat(id), title));
    return transaction.commit();
}

Status ChatStore::rename(ChatId id, std::string_view title) {
    return setTitle(id, title, true);
}

Status ChatStore::setAutomaticTitle(ChatId id, std::string_view title) {
    return setTitle(id, title, false);
}

Status ChatStore::setPinned(ChatId id, bool isPinned) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(
        m_database.run("UPDATE chats SET pinned = ? WHERE id = ?", isPinned, id));
    HEARTH_RETURN_IF_ERROR(requireChange(m_database, id));
    return transaction.commit();
}

Status ChatStore::moveToFolder(ChatId id, std::string_view folder) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    if (!folder.empty()) {
        HEARTH_RETURN_IF_ERROR(addFolder(folder));
    }
    HEARTH_RETURN_IF_ERROR(m_database.run("UPDATE chats SET folder = ? WHERE id = ?", folder, id));
    HEARTH_RETURN_IF_ERROR(requireChange(m_database, id));
    return transaction.commit();
}

Result<std::vector<Folder>> ChatStore::folders() {
    HEARTH_ASSIGN_OR_RETURN(
        Statement statement,
        m_database.prepare("SELECT name, position FROM folders ORDER BY position, name"));
    std::vector<Folder> folders;
    HEARTH_RETURN_IF_ERROR(statement.forEach([&](const Statement& row) {
        folders.push_back({std::string(row.columnText(0)), static_cast<int>(row.columnInt(1))});
    }));
    return folders;
}

Status ChatStore::addFolder(std::string_view name) {
    if (name.empty()) {
        return {ErrorCode::InvalidArgument, "a folder needs a name"};
    }
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "INSERT OR IGNORE INTO folders(name, position) SELECT ?, coalesce(max(position), 0) + 1 "
        "FROM folders",
        name));
    return transaction.commit();
}

Status ChatStore::renameFolder(std::string_view name, std::string_view newName) {
    if (newName.empty()) {
        return {ErrorCode::InvalidArgument, "a folder needs a name"};
    }
    if (name == newName) {
        return {};
    }
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "INSERT OR IGNORE INTO folders(name, position) SELECT ?, position FROM folders WHERE name "
        "= ?",
        newName, name));
    HEARTH_RETURN_IF_ERROR(m_database.run("DELETE FROM folders WHERE name = ?", name));
    if (m_database.changedRows() == 0) {
        return {ErrorCode::NotFound, "there is no such folder"};
    }
    HEARTH_RETURN_IF_ERROR(
        m_database.run("UPDATE chats SET folder = ? WHERE folder = ?", newName, name));
    return transaction.commit();
}

Status ChatStore::orderFolders(const std::vector<std::string>& names) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(
        m_database.run("UPDATE folders SET position = position + ?", names.size()));
    for (std::size_t i = 0; i < names.size(); ++i) {
        HEARTH_RETURN_IF_ERROR(
            m_database.run("UPDATE folders SET position = ? WHERE name = ?", i, names[i]));
    }
    return transaction.commit();
}

Status ChatStore::removeFolder(std::string_view name) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.run("DELETE FROM folders WHERE name = ?", name));
    HEARTH_RETURN_IF_ERROR(m_database.run("UPDATE chats SET folder = '' WHERE folder = ?", name));
    return transaction.commit();
}

Status ChatStore::setDraft(ChatId chat, std::string_view text) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(
        text.empty() ? m_database.run("DELETE FROM drafts WHERE chat = ?", chat)
                     : m_database.run("INSERT INTO drafts(chat, text, changed_us) VALUES (?, ?, ?) "
                                      "ON CONFLICT (chat) DO UPDATE SET text = excluded.text, "
                                      "changed_us = excluded.changed_us",
                                      chat, text, m_clock()));
    return transaction.commit();
}

Result<std::string> ChatStore::draft(ChatId chat) {
    HEARTH_ASSIGN_OR_RETURN(Statement statement,
                            m_database.prepare("SELECT text FROM drafts WHERE chat = ?"));
    HEARTH_ASSIGN_OR_RETURN(const bool hasRow, statement.bind(1, chat).step());
    return hasRow ? std::string(statement.columnText(0)) : std::string();
}

}  // namespace hearth::storage
