#pragma once

#include <QAbstractListModel>
#include <QDate>
#include <QStringList>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "app/storage/records.h"
#include "ui/sidebar/chat_sections.h"

namespace hearth::ui {

/// The list of chats: headings (Pinned, each folder, Today, Yesterday, ...) and below them chats.
/// Knows no store: chats come in as values and wishes go out as signals. New values are compared
/// with the old ones, so that views see rows come, go and move, and never a reset. GUI thread only.
class ChatListModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role {
        IsHeadingRole = Qt::UserRole + 1,  ///< bool
        ChatIdRole,                        ///< qint64; 0 for a heading
        SectionRole,                       ///< int of ChatSection, of a chat that it stands under
        FolderRole,       ///< QString: the folder that the row is in or heads; else empty
        IsPinnedRole,     ///< bool
        IsAnsweringRole,  ///< bool: an answer is being written in the chat
        IsUnreadRole,     ///< bool: an answer has come that nobody has looked at
        IsOpenRole,       ///< bool: of a folder's heading, whether its chats are shown
        NumChatsRole,     ///< int: of a heading, how many chats it has
        ChangedRole,      ///< QDateTime: when the last message was added
    };
    // Qt::DisplayRole is the title or heading, Qt::EditRole the same of what can be renamed (a
    // chat, a folder), Qt::AccessibleTextRole the title and the chat's state in words.

    /// Media type of a dragged chat: its id in decimal digits.
    static QString chatMimeType();

    /// `today` gives the date that "Today" means.
    explicit ChatListModel(std::function<QDate()> today = &QDate::currentDate,
                           QObject* parent = nullptr);

    /// What is to be shown. In any order; a chat in the bin is left out.
    void setChats(std::vector<storage::Chat> chats, std::vector<storage::Folder> folders);
    void setAnswering(storage::ChatId chat, bool isAnswering);
    void setUnread(storage::ChatId chat, bool isUnread);
    /// Shows or hides the chats of a folder, one that does not exist yet too.
    void setFolderOpen(const QString& folder, bool isOpen);
    /// Lays the chats out anew if the day has changed.
    void refreshDate();
    /// Says the headings again, in a language that has just been chosen.
    void retranslate();

    /// Invalid where the chat is not there or its folder is closed.
    QModelIndex indexOf(storage::ChatId chat) const;
    QModelIndex headingOfFolder(const QString& folder) const;
    /// The heading that `index` stands under; of a heading itself.
    QModelIndex headingOf(const QModelIndex& index) const;
    /// The chat at `position` (from 0) among those shown, counted from the top.
    std::optional<storage::ChatId> chatAt(int position) const;
    bool hasChats() const { return !m_chats.empty(); }
    QStringList folders() const;
    QStringList closedFolders() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// A new name: shown at once and wished for by signal. Empty names are refused.
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
    QHash<int, QByteArray> roleNames() const override;
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    Qt::DropActions supportedDragActions() const override;
    Qt::DropActions supportedDropActions() const override;

Q_SIGNALS:
    void renameRequested(qint64 chat, const QString& title);
    void renameFolderRequested(const QString& folder, const QString& name);
    void folderOpenChanged(const QString& folder, bool isOpen);

private:
    using Chats = std::unordered_map<std::int64_t, storage::Chat>;

    void apply(Chats chats);
    void removeRowsThatAreGone(const std::unordered_map<std::int64_t, std::size_t>& keys);
    void moveRows(const std::vector<ChatRow>& target);
    void moveSingleRows(const std::vector<std::int64_t>& target, const std::vector<bool>& stays);
    void permuteRows(const std::vector<std::int64_t>& target);
    void insertRows(const std::vector<ChatRow>& target);
    void announce(const std::vector<bool>& isChanged);
    void announceRow(int row);
    int rowOf(std::int64_t key) const;
    QVariant headingData(const ChatHeading& heading, int role) const;
    QVariant chatData(const ChatRow& row, const storage::Chat& chat, int role) const;
    QString headingText(const ChatHeading& heading) const;
    static QString titleOf(const storage::Chat& chat);

    std::function<QDate()> m_today;
    QDate m_layoutDate;
    ChatSections m_sections;
    std::vector<storage::Folder> m_folders;
    std::map<QString, bool> m_closedFolders;
    std::unordered_set<std::int64_t> m_answering;
    std::unordered_set<std::int64_t> m_unread;
    Chats m_chats;
    std::unordered_map<std::int64_t, ChatHeading> m_headings;
    std::vector<ChatRow> m_rows;
};

}  // namespace hearth::ui
