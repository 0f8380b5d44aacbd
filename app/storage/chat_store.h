#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/storage/database.h"
#include "app/storage/records.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// Chats, their folders and what is typed but not sent. Every change is one synced transaction. One
/// thread at a time; must not outlive the database, which has been migrated. All functions fail
/// with Io, CorruptData or Busy as SQLite does, and changes with Unsupported in a store that is
/// read-only.
class ChatStore {
public:
    ChatStore(Database& database, Clock clock) noexcept;

    Result<ChatId> create(std::string_view title = {}, std::string_view folder = {});
    /// Errors: NotFound.
    Result<Chat> chat(ChatId id);
    /// All chats that are not in the bin: pinned ones first, then the last changed first.
    Result<std::vector<Chat>> list();

    /// A person names the chat. Errors: NotFound.
    Status rename(ChatId id, std::string_view title);
    /// The program names the chat; a name that a person gave stays. Errors: NotFound.
    Status setAutomaticTitle(ChatId id, std::string_view title);
    /// Errors: NotFound.
    Status setPinned(ChatId id, bool isPinned);
    /// Puts the chat into a folder, which is made where it is not there; empty for none. Errors:
    /// NotFound.
    Status moveToFolder(ChatId id, std::string_view folder);

    Result<std::vector<Folder>> folders();
    /// Does nothing where the folder is there already. Errors: InvalidArgument (empty name).
    Status addFolder(std::string_view name);
    /// Its chats go with it; a folder that already has the new name takes them in. Errors:
    /// NotFound, InvalidArgument (empty name).
    Status renameFolder(std::string_view name, std::string_view newName);
    /// Puts the folders into this order; those that are not named come last.
    Status orderFolders(const std::vector<std::string>& names);
    /// Its chats stay, outside any folder.
    Status removeFolder(std::string_view name);

    /// Keeps what is typed but not sent; empty forgets it. Chat 0 is the one not yet begun.
    Status setDraft(ChatId chat, std::string_view text);
    /// Empty where there is none.
    Result<std::string> draft(ChatId chat);

private:
    Status setTitle(ChatId id, std::string_view title, bool isManual);

    Database& m_database;
    Clock m_clock;
};

}  // namespace hearth::storage
