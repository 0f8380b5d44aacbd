#pragma once

#include <QBasicTimer>
#include <QListView>
#include <QPointer>
#include <optional>

#include "app/storage/records.h"

class QMenu;

namespace hearth::ui {

class ChatListDelegate;
class ChatListModel;

/// The list of chats to look at and to act on. The open chat is the selected row; the row that has
/// the keyboard is the current one, and moving it opens nothing. Headings that do nothing are
/// skipped by the keyboard; those of folders are not, as they open, close and take a name.
///
/// Keys: Up, Down, Home, End, Page Up and Page Down move; Enter or Space opens a chat and opens or
/// closes a folder; Right opens and Left closes a folder; F2 renames; Delete deletes; the menu key
/// or Shift+F10 opens the menu; Ctrl+Z takes a deletion back. GUI thread only.
class ChatListView : public QListView {
    Q_OBJECT

public:
    /// `model` outlives the view.
    explicit ChatListView(ChatListModel& model, QWidget* parent = nullptr);

    /// Marks the chat that is open.
    void setOpenChat(std::optional<storage::ChatId> chat);
    void retranslate();

Q_SIGNALS:
    void chatOpened(qint64 chat);
    void pinRequested(qint64 chat, bool isPinned);
    /// An empty folder takes the chat out of its folder.
    void moveToFolderRequested(qint64 chat, const QString& folder);
    /// The chat shall go into a folder that has no name yet.
    void newFolderRequested(qint64 chat);
    void deleteRequested(qint64 chat);
    void removeFolderRequested(const QString& folder);
    void undoRequested();
    /// Up was pressed in the first row.
    void leftAtTop();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void startDrag(Qt::DropActions actions) override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    QItemSelectionModel::SelectionFlags selectionCommand(const QModelIndex& index,
                                                         const QEvent* event) const override;

private:
    void activate(const QModelIndex& index);
    void goTo(const QModelIndex& index);
    bool foldByKey(int key);
    void showMenu(const QModelIndex& index, const QPoint& globalPosition);
    void fillChatMenu(QMenu& menu, const QModelIndex& index);
    void fillFolderMenu(QMenu& menu, const QModelIndex& index);
    void markOpenChat();
    void setDropTarget(const QModelIndex& heading);
    void endDrag();
    QModelIndex firstStop(int from, int step) const;

    ChatListModel& m_chats;
    ChatListDelegate* m_delegate;
    std::optional<storage::ChatId> m_openChat;
    QPointer<QMenu> m_menu;
    QPersistentModelIndex m_pressedMore;
    QBasicTimer m_dragScroll;
    int m_dragScrollStep = 0;
};

}  // namespace hearth::ui
