#pragma once

#include <QDate>
#include <QString>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "app/storage/records.h"

namespace hearth::ui {

/// The groups of the list of chats, in the order in which they stand.
enum class ChatSection { Pinned, Folder, Today, Yesterday, PreviousWeek, PreviousMonth, Month };

/// A heading of the list.
struct ChatHeading {
    ChatSection section = ChatSection::Today;
    QString folder = {};  ///< of a folder its name
    QDate month = {};     ///< of a month its first day
    int numChats = 0;     ///< below it, shown or not
    bool isOpen = true;   ///< false for a folder that hides its chats

    bool operator==(const ChatHeading&) const = default;
};

/// One line of the list: a heading or a chat.
struct ChatRow {
    std::int64_t key = 0;      ///< of a chat its id, of a heading a negative number that stays its
    std::int64_t heading = 0;  ///< key of the heading it stands under; of a heading its own

    bool isHeading() const { return key < 0; }
    bool operator==(const ChatRow&) const = default;
};

/// The list laid out: rows from the top down, and what the headings among them say.
struct ChatLayout {
    std::vector<ChatRow> rows;
    std::unordered_map<std::int64_t, ChatHeading> headings;  ///< by key
};

/// Sorts chats into sections. Keeps the keys of headings, so that the same heading has the same key
/// in every layout. GUI thread only.
class ChatSections {
public:
    /// Pinned chats first, then each folder (an empty one too), then what is left by the day of the
    /// last change as the clock on the wall shows it; everywhere the last changed first. Chats that
    /// are in the bin are left out. Cost: one sort of the chats.
    ChatLayout layOut(const std::unordered_map<std::int64_t, storage::Chat>& chats,
                      const std::vector<storage::Folder>& folders,
                      const std::map<QString, bool>& closedFolders, const QDate& today);

private:
    std::int64_t folderKey(const QString& name);

    std::map<QString, std::int64_t> m_folderKeys;
};

}  // namespace hearth::ui
