#include "ui/sidebar/chat_list_model.h"

#include <QDateTime>
#include <QLocale>
#include <QMimeData>
#include <algorithm>
#include <utility>

namespace hearth::ui {
namespace {

// Beyond this many moved rows one change of layout is cheaper for views than as many moves.
constexpr std::size_t kMaxSingleMoves = 32;

/// Marks the members of one longest increasing subsequence of `values`, which are distinct.
std::vector<bool> longestIncreasing(const std::vector<int>& values) {
    std::vector<std::size_t> tails;  // index of the smallest last value per length
    std::vector<std::size_t> previous(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto place =
            std::lower_bound(tails.begin(), tails.end(), values[i],
                             [&](std::size_t tail, int value) { return values[tail] < value; });
        previous[i] = place == tails.begin() ? i : *(place - 1);
        if (place == tails.end()) {
            tails.push_back(i);
        } else {
            *place = i;
        }
    }
    std::vector<bool> isMember(values.size(), false);
    if (!tails.empty()) {
        std::size_t i = tails.back();
        for (std::size_t length = tails.size(); length > 0; --length) {
            isMember[i] = true;
            i = previous[i];
        }
    }
    return isMember;
}

bool looksTheSame(const storage::Chat& a, const storage::Chat& b) {
    return a.title == b.title && a.isPinned == b.isPinned && a.folder == b.folder &&
           a.changed == b.changed;
}

}  // namespace

QString ChatListModel::chatMimeType() {
    return QStringLiteral("application/x-hearth-chat");
}

ChatListModel::ChatListModel(std::function<QDate()> today, QObject* parent)
    : QAbstractListModel(parent), m_today(std::move(today)) {}

void ChatListModel::setChats(std::vector<storage::Chat> chats,
                             std::vector<storage::Folder> folders) {
    m_folders = std::move(folders);
    Chats byId;
    byId.reserve(chats.size());
    for (storage::Chat& chat : chats) {
        const std::int64_t id = chat.id;
        byId.insert_or_assign(id, std::move(chat));
    }
    apply(std::move(byId));
}

void ChatListModel::setAnswering(storage::ChatId chat, bool isAnswering) {
    const bool isNew = isAnswering ? m_answering.insert(chat).second : m_answering.erase(chat) != 0;
    if (isNew) {
        announceRow(rowOf(chat));
    }
}

void ChatListModel::setUnread(storage::ChatId chat, bool isUnread) {
    const bool isNew = isUnread ? m_unread.insert(chat).second : m_unread.erase(chat) != 0;
    if (isNew) {
        announceRow(rowOf(chat));
    }
}

void ChatListModel::setFolderOpen(const QString& folder, bool isOpen) {
    const bool isNew =
        isOpen ? m_closedFolders.erase(folder) != 0 : m_closedFolders.emplace(folder, true).second;
    if (isNew) {
        apply(m_chats);
        Q_EMIT folderOpenChanged(folder, isOpen);
    }
}

void ChatListModel::refreshDate() {
    if (m_today() != m_layoutDate) {
        apply(m_chats);
        retranslate();  // a month may belong to another year now
    }
}

void ChatListModel::retranslate() {
    if (!m_rows.empty()) {
        Q_EMIT dataChanged(index(0), index(static_cast<int>(m_rows.size()) - 1),
                           {Qt::DisplayRole, Qt::AccessibleTextRole});
    }
}

void ChatListModel::apply(Chats chats) {
    m_layoutDate = m_today();
    ChatLayout layout = m_sections.layOut(chats, m_folders, m_closedFolders, m_layoutDate);
    std::unordered_map<std::int64_t, std::size_t> position;
    position.reserve(layout.rows.size());
    for (std::size_t i = 0; i < layout.rows.size(); ++i) {
        position.emplace(layout.rows[i].key, i);
    }
    removeRowsThatAreGone(position);

    // From here on every row that is left exists in the old and in the new values, so data() can
    // speak from the new ones while rows still move.
    std::vector<bool> isChanged(layout.rows.size(), false);
    for (ChatRow& row : m_rows) {
        const std::size_t i = position.at(row.key);
        isChanged[i] = row.heading != layout.rows[i].heading;
        row.heading = layout.rows[i].heading;
    }
    for (std::size_t i = 0; i < layout.rows.size(); ++i) {
        const ChatRow& row = layout.rows[i];
        if (row.isHeading()) {
            const auto old = m_headings.find(row.key);
            if (old != m_headings.end() && old->second != layout.headings.at(row.key)) {
                isChanged[i] = true;
            }
        } else {
            const auto old = m_chats.find(row.key);
            if (old != m_chats.end() && !looksTheSame(old->second, chats.at(row.key))) {
                isChanged[i] = true;
            }
        }
    }
    m_chats = std::move(chats);
    m_headings = std::move(layout.headings);
    moveRows(layout.rows);
    insertRows(layout.rows);
    announce(isChanged);
}

void ChatListModel::removeRowsThatAreGone(
    const std::unordered_map<std::int64_t, std::size_t>& keys) {
    auto end = m_rows.size();
    while (end > 0) {
        if (keys.contains(m_rows[end - 1].key)) {
            --end;
            continue;
        }
        auto begin = end - 1;
        while (begin > 0 && !keys.contains(m_rows[begin - 1].key)) {
            --begin;
        }
        beginRemoveRows({}, static_cast<int>(begin), static_cast<int>(end) - 1);
        m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     m_rows.begin() + static_cast<std::ptrdiff_t>(end));
        endRemoveRows();
        end = begin;
    }
}

void ChatListModel::moveRows(const std::vector<ChatRow>& target) {
    std::unordered_map<std::int64_t, int> position;
    position.reserve(m_rows.size());
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        position.emplace(m_rows[i].key, static_cast<int>(i));
    }
    std::vector<std::int64_t> order;  // the rows that are there, as they shall stand
    std::vector<int> positions;
    for (const ChatRow& row : target) {
        if (const auto found = position.find(row.key); found != position.end()) {
            order.push_back(row.key);
            positions.push_back(found->second);
        }
    }
    const std::vector<bool> stays = longestIncreasing(positions);
    const auto numMoves = static_cast<std::size_t>(std::count(stays.begin(), stays.end(), false));
    if (numMoves == 0) {
        return;
    }
    if (numMoves <= kMaxSingleMoves) {
        moveSingleRows(order, stays);
    } else {
        permuteRows(order);
    }
}

void ChatListModel::moveSingleRows(const std::vector<std::int64_t>& target,
                                   const std::vector<bool>& stays) {
    // Each row that does not stay goes right behind its predecessor, which already stands right.
    for (std::size_t i = 0; i < target.size(); ++i) {
        if (stays[i]) {
            continue;
        }
        const int from = rowOf(target[i]);
        const int to = i == 0 ? 0 : rowOf(target[i - 1]) + 1;
        if (!beginMoveRows({}, from, from, {}, to)) {
            continue;  // it stands there already
        }
        const auto begin = m_rows.begin();
        if (from < to) {
            std::rotate(begin + from, begin + from + 1, begin + to);
        } else {
            std::rotate(begin + to, begin + from, begin + from + 1);
        }
        endMoveRows();
    }
}

void ChatListModel::permuteRows(const std::vector<std::int64_t>& target) {
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    std::unordered_map<std::int64_t, int> newPosition;
    newPosition.reserve(target.size());
    for (std::size_t i = 0; i < target.size(); ++i) {
        newPosition.emplace(target[i], static_cast<int>(i));
    }
    const QModelIndexList before = persistentIndexList();
    QModelIndexList after;
    after.reserve(before.size());
    for (const QModelIndex& each : before) {
        const std::int64_t key = m_rows[static_cast<std::size_t>(each.row())].key;
        after.append(index(newPosition.at(key), each.column()));
    }
    std::vector<ChatRow> rows(m_rows.size());
    for (const ChatRow& row : m_rows) {
        rows[static_cast<std::size_t>(newPosition.at(row.key))] = row;
    }
    m_rows = std::move(rows);
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void ChatListModel::insertRows(const std::vector<ChatRow>& target) {
    std::unordered_set<std::int64_t> present;
    present.reserve(m_rows.size());
    for (const ChatRow& row : m_rows) {
        present.insert(row.key);
    }
    for (std::size_t i = 0; i < target.size(); ++i) {
        if (present.contains(target[i].key)) {
            continue;
        }
        auto end = i + 1;
        while (end < target.size() && !present.contains(target[end].key)) {
            ++end;
        }
        beginInsertRows({}, static_cast<int>(i), static_cast<int>(end) - 1);
        m_rows.insert(m_rows.begin() + static_cast<std::ptrdiff_t>(i),
                      target.begin() + static_cast<std::ptrdiff_t>(i),
                      target.begin() + static_cast<std::ptrdiff_t>(end));
        endInsertRows();
        i = end - 1;
    }
}

void ChatListModel::announce(const std::vector<bool>& isChanged) {
    for (std::size_t i = 0; i < isChanged.size(); ++i) {
        if (!isChanged[i]) {
            continue;
        }
        auto last = i;
        while (last + 1 < isChanged.size() && isChanged[last + 1]) {
            ++last;
        }
        Q_EMIT dataChanged(index(static_cast<int>(i)), index(static_cast<int>(last)));
        i = last;
    }
}

void ChatListModel::announceRow(int row) {
    if (row >= 0) {
        Q_EMIT dataChanged(index(row), index(row));
    }
}

int ChatListModel::rowOf(std::int64_t key) const {
    const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                    [key](const ChatRow& row) { return row.key == key; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

QModelIndex ChatListModel::indexOf(storage::ChatId chat) const {
    const int row = rowOf(chat);
    return row < 0 ? QModelIndex() : index(row);
}

QModelIndex ChatListModel::headingOfFolder(const QString& folder) const {
    for (const auto& [key, heading] : m_headings) {
        if (heading.section == ChatSection::Folder && heading.folder == folder) {
            return index(rowOf(key));
        }
    }
    return {};
}

QModelIndex ChatListModel::headingOf(const QModelIndex& child) const {
    if (!child.isValid()) {
        return {};
    }
    return index(rowOf(m_rows[static_cast<std::size_t>(child.row())].heading));
}

std::optional<storage::ChatId> ChatListModel::chatAt(int position) const {
    for (const ChatRow& row : m_rows) {
        if (!row.isHeading() && position-- == 0) {
            return row.key;
        }
    }
    return std::nullopt;
}

QStringList ChatListModel::folders() const {
    QStringList names;
    for (const ChatRow& row : m_rows) {
        if (row.isHeading() && m_headings.at(row.key).section == ChatSection::Folder) {
            names.append(m_headings.at(row.key).folder);
        }
    }
    return names;
}

QStringList ChatListModel::closedFolders() const {
    QStringList names;
    for (const auto& [name, isClosed] : m_closedFolders) {
        names.append(name);
    }
    return names;
}

int ChatListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant ChatListModel::data(const QModelIndex& index, int role) const {
    if (!hasIndex(index.row(), index.column())) {
        return {};
    }
    const ChatRow& row = m_rows[static_cast<std::size_t>(index.row())];
    return row.isHeading() ? headingData(m_headings.at(row.key), role)
                           : chatData(row, m_chats.at(row.key), role);
}

QVariant ChatListModel::headingData(const ChatHeading& heading, int role) const {
    const bool isFolder = heading.section == ChatSection::Folder;
    switch (role) {
        case Qt::DisplayRole:
            return headingText(heading);
        case Qt::EditRole:
            return isFolder ? heading.folder : QVariant();
        case Qt::AccessibleTextRole:
            if (!isFolder) {
                return headingText(heading);
            }
            return heading.isOpen ? tr("Folder %1, open").arg(heading.folder)
                                  : tr("Folder %1, closed").arg(heading.folder);
        case IsHeadingRole:
            return true;
        case ChatIdRole:
            return qint64{0};
        case SectionRole:
            return static_cast<int>(heading.section);
        case FolderRole:
            return heading.folder;
        case IsOpenRole:
            return heading.isOpen;
        case NumChatsRole:
            return heading.numChats;
        default:
            return {};
    }
}

QVariant ChatListModel::chatData(const ChatRow& row, const storage::Chat& chat, int role) const {
    switch (role) {
        case Qt::DisplayRole:
            return titleOf(chat);
        case Qt::EditRole:
            return QString::fromStdString(chat.title);
        case Qt::AccessibleTextRole:
            if (m_answering.contains(chat.id)) {
                return tr("%1, an answer is being written").arg(titleOf(chat));
            }
            return m_unread.contains(chat.id) ? tr("%1, new answer").arg(titleOf(chat))
                                              : titleOf(chat);
        case IsHeadingRole:
            return false;
        case ChatIdRole:
            return qint64{chat.id};
        case SectionRole:
            return static_cast<int>(m_headings.at(row.heading).section);
        case FolderRole:
            return QString::fromStdString(chat.folder);
        case IsPinnedRole:
            return chat.isPinned;
        case IsAnsweringRole:
            return m_answering.contains(chat.id);
        case IsUnreadRole:
            return m_unread.contains(chat.id);
        case ChangedRole:
            return QDateTime::fromMSecsSinceEpoch(
                std::chrono::duration_cast<std::chrono::milliseconds>(
                    chat.changed.time_since_epoch())
                    .count());
        default:
            return {};
    }
}

QString ChatListModel::headingText(const ChatHeading& heading) const {
    switch (heading.section) {
        case ChatSection::Pinned:
            return tr("Pinned");
        case ChatSection::Folder:
            return heading.folder;
        case ChatSection::Today:
            return tr("Today");
        case ChatSection::Yesterday:
            return tr("Yesterday");
        case ChatSection::PreviousWeek:
            return tr("Previous 7 days");
        case ChatSection::PreviousMonth:
            return tr("Previous 30 days");
        case ChatSection::Month:
            return heading.month.year() == m_layoutDate.year()
                       //: The heading of a month of this year, a date format of Qt.
                       ? QLocale().toString(heading.month, tr("MMMM"))
                       //: The heading of a month of another year, a date format of Qt.
                       : QLocale().toString(heading.month, tr("MMMM yyyy"));
    }
    return {};
}

QString ChatListModel::titleOf(const storage::Chat& chat) {
    const QString title = QString::fromStdString(chat.title).simplified();
    return title.isEmpty() ? tr("New chat") : title;
}

Qt::ItemFlags ChatListModel::flags(const QModelIndex& index) const {
    if (!hasIndex(index.row(), index.column())) {
        return Qt::NoItemFlags;
    }
    const ChatRow& row = m_rows[static_cast<std::size_t>(index.row())];
    if (!row.isHeading()) {
        return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsEditable |
               Qt::ItemIsDragEnabled | Qt::ItemIsDropEnabled | Qt::ItemNeverHasChildren;
    }
    if (m_headings.at(row.key).section == ChatSection::Folder) {
        return Qt::ItemIsEnabled | Qt::ItemIsEditable | Qt::ItemIsDropEnabled |
               Qt::ItemNeverHasChildren;
    }
    return Qt::ItemIsDropEnabled | Qt::ItemNeverHasChildren;
}

bool ChatListModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || (flags(index) & Qt::ItemIsEditable) == 0) {
        return false;
    }
    const QString name = value.toString().simplified();
    if (name.isEmpty() || name == data(index, Qt::EditRole).toString()) {
        return false;
    }
    const ChatRow& row = m_rows[static_cast<std::size_t>(index.row())];
    if (row.isHeading()) {
        const QString folder = m_headings.at(row.key).folder;
        if (m_closedFolders.contains(folder)) {
            m_closedFolders.emplace(name, true);
        }
        Q_EMIT renameFolderRequested(folder, name);
        return true;
    }
    storage::Chat& chat = m_chats.at(row.key);
    chat.title = name.toStdString();
    chat.isTitleManual = true;
    const qint64 id = chat.id;
    Q_EMIT dataChanged(index, index);
    Q_EMIT renameRequested(id, name);
    return true;
}

QHash<int, QByteArray> ChatListModel::roleNames() const {
    QHash<int, QByteArray> names = QAbstractListModel::roleNames();
    names.insert({{IsHeadingRole, "isHeading"},
                  {ChatIdRole, "chatId"},
                  {SectionRole, "section"},
                  {FolderRole, "folder"},
                  {IsPinnedRole, "isPinned"},
                  {IsAnsweringRole, "isAnswering"},
                  {IsUnreadRole, "isUnread"},
                  {IsOpenRole, "isOpen"},
                  {NumChatsRole, "numChats"},
                  {ChangedRole, "changed"}});
    return names;
}

QStringList ChatListModel::mimeTypes() const {
    return {chatMimeType()};
}

QMimeData* ChatListModel::mimeData(const QModelIndexList& indexes) const {
    for (const QModelIndex& each : indexes) {
        if (const qint64 chat = data(each, ChatIdRole).toLongLong(); chat != 0) {
            auto* mime = new QMimeData;
            mime->setData(chatMimeType(), QByteArray::number(chat));
            return mime;
        }
    }
    return nullptr;
}

Qt::DropActions ChatListModel::supportedDragActions() const {
    return Qt::MoveAction;
}

Qt::DropActions ChatListModel::supportedDropActions() const {
    return Qt::MoveAction;
}

}  // namespace hearth::ui
