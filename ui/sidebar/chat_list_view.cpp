#include "ui/sidebar/chat_list_view.h"

#include <QContextMenuEvent>
#include <QDrag>
#include <QKeyEvent>
#include <QMenu>
#include <QMimeData>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>

#include "ui/sidebar/chat_list_delegate.h"
#include "ui/sidebar/chat_list_model.h"
#include "ui/sidebar/paint.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

constexpr int kDragScrollMargin = 28;
constexpr int kDragScrollStep = 12;
constexpr int kDragScrollIntervalMs = 30;

qint64 chatOf(const QModelIndex& index) {
    return index.data(ChatListModel::ChatIdRole).toLongLong();
}

bool isFolderHeading(const QModelIndex& index) {
    return index.data(ChatListModel::IsHeadingRole).toBool() &&
           index.data(ChatListModel::SectionRole).toInt() == static_cast<int>(ChatSection::Folder);
}

/// A name as the text of a menu entry, where & marks a key.
QString menuText(QString name) {
    return name.replace(u'&', QStringLiteral("&&"));
}

}  // namespace

ChatListView::ChatListView(ChatListModel& model, QWidget* parent)
    : QListView(parent), m_chats(model), m_delegate(new ChatListDelegate(this)) {
    setModel(&model);
    setItemDelegate(m_delegate);
    setUniformItemSizes(true);
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setDragEnabled(true);
    setAcceptDrops(true);
    setDragDropMode(DragDrop);
    setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_Hover);
    viewport()->setAutoFillBackground(false);
    // A repaint of the few rows in sight is cheap; moving pixels over a bare ground is not
    // possible.
    verticalScrollBar()->setSingleStep(kSideBarRowHeight);
    connect(this, &QListView::clicked, this, &ChatListView::activate);
    connect(&model, &QAbstractItemModel::rowsInserted, this, &ChatListView::markOpenChat);
    connect(&model, &QAbstractItemModel::rowsRemoved, this, &ChatListView::markOpenChat);
    retranslate();
}

void ChatListView::retranslate() {
    setAccessibleName(tr("Chats"));
}

void ChatListView::setOpenChat(std::optional<storage::ChatId> chat) {
    m_openChat = chat;
    markOpenChat();
    if (const QModelIndex index = selectionModel()->selectedIndexes().value(0); index.isValid()) {
        if (!hasFocus()) {
            selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
        }
        scrollTo(index);
    }
}

void ChatListView::markOpenChat() {
    const QModelIndex index = m_openChat ? m_chats.indexOf(*m_openChat) : QModelIndex();
    if (index.isValid()) {
        selectionModel()->select(index, QItemSelectionModel::ClearAndSelect);
    } else {
        selectionModel()->clearSelection();
    }
}

QItemSelectionModel::SelectionFlags ChatListView::selectionCommand(const QModelIndex&,
                                                                   const QEvent*) const {
    return QItemSelectionModel::NoUpdate;
}

void ChatListView::activate(const QModelIndex& index) {
    if (const qint64 chat = chatOf(index); chat != 0) {
        Q_EMIT chatOpened(chat);
    } else if (isFolderHeading(index)) {
        m_chats.setFolderOpen(index.data(ChatListModel::FolderRole).toString(),
                              !index.data(ChatListModel::IsOpenRole).toBool());
    }
}

void ChatListView::goTo(const QModelIndex& index) {
    if (index.isValid()) {
        setCurrentIndex(index);
    }
}

QModelIndex ChatListView::firstStop(int from, int step) const {
    for (int row = from; row >= 0 && row < m_chats.rowCount(); row += step) {
        const QModelIndex index = m_chats.index(row);
        if (index.flags().testFlag(Qt::ItemIsEnabled)) {
            return index;
        }
    }
    return {};
}

QModelIndex ChatListView::moveCursor(CursorAction action, Qt::KeyboardModifiers) {
    const int current = currentIndex().row();
    const int last = m_chats.rowCount() - 1;
    const int page = std::max(1, viewport()->height() / kSideBarRowHeight - 1);
    QModelIndex index;
    switch (action) {
        case MoveUp:
        case MovePrevious:
            index = current < 0 ? firstStop(0, 1) : firstStop(current - 1, -1);
            break;
        case MoveDown:
        case MoveNext:
            index = firstStop(current + 1, 1);
            break;
        case MoveHome:
            index = firstStop(0, 1);
            break;
        case MoveEnd:
            index = firstStop(last, -1);
            break;
        case MovePageUp:
            index = firstStop(std::max(current - page, 0), -1);
            index = index.isValid() ? index : firstStop(0, 1);
            break;
        case MovePageDown:
            index = firstStop(std::min(current + page, last), 1);
            index = index.isValid() ? index : firstStop(last, -1);
            break;
        case MoveLeft:
        case MoveRight:
            break;
    }
    return index.isValid() ? index : currentIndex();
}

void ChatListView::keyPressEvent(QKeyEvent* event) {
    const QModelIndex index = currentIndex();
    const qint64 chat = chatOf(index);
    if (event->matches(QKeySequence::Undo)) {
        Q_EMIT undoRequested();
        return;
    }
    if (event->key() == Qt::Key_Menu ||
        (event->key() == Qt::Key_F10 && event->modifiers() == Qt::ShiftModifier)) {
        showMenu(index, viewport()->mapToGlobal(visualRect(index).center()));
        return;
    }
    if ((event->modifiers() & ~Qt::KeypadModifier) != Qt::NoModifier) {
        QListView::keyPressEvent(event);
        return;
    }
    switch (event->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            activate(index);
            return;
        case Qt::Key_F2:
            edit(index);
            return;
        case Qt::Key_Delete:
            if (chat != 0) {
                Q_EMIT deleteRequested(chat);
            }
            return;
        case Qt::Key_Up:
            if (!firstStop(index.row() - 1, -1).isValid()) {
                scrollToTop();  // the heading over the first row comes into sight
                Q_EMIT leftAtTop();
                return;
            }
            break;
        case Qt::Key_Left:
        case Qt::Key_Right:
            if (foldByKey(event->key())) {
                return;
            }
            break;
        default:
            break;
    }
    QListView::keyPressEvent(event);
}

bool ChatListView::foldByKey(int key) {
    const QModelIndex index = currentIndex();
    const QModelIndex heading = m_chats.headingOf(index);
    if (!isFolderHeading(heading)) {
        return false;
    }
    const bool isOpening = key == Qt::Key_Right;
    if (index != heading) {
        if (!isOpening) {
            goTo(heading);
        }
        return true;
    }
    m_chats.setFolderOpen(heading.data(ChatListModel::FolderRole).toString(), isOpening);
    return true;
}

void ChatListView::focusInEvent(QFocusEvent* event) {
    QListView::focusInEvent(event);
    if (!currentIndex().isValid() || !currentIndex().flags().testFlag(Qt::ItemIsEnabled)) {
        const QModelIndex open = selectionModel()->selectedIndexes().value(0);
        goTo(open.isValid() ? open : firstStop(0, 1));
    }
}

// --- menu

void ChatListView::contextMenuEvent(QContextMenuEvent* event) {
    // The menu key comes as a key too on some platforms: one menu is enough.
    if (event->reason() == QContextMenuEvent::Keyboard) {
        showMenu(currentIndex(), viewport()->mapToGlobal(visualRect(currentIndex()).center()));
    } else {
        showMenu(indexAt(event->pos()), event->globalPos());
    }
    event->accept();
}

void ChatListView::showMenu(const QModelIndex& index, const QPoint& globalPosition) {
    if (!index.isValid() || (m_menu != nullptr && m_menu->isVisible())) {
        return;
    }
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (chatOf(index) != 0) {
        menu->setAccessibleName(tr("Chat"));
        fillChatMenu(*menu, index);
    } else if (isFolderHeading(index)) {
        menu->setAccessibleName(tr("Folder"));
        fillFolderMenu(*menu, index);
    } else {
        delete menu;
        return;
    }
    goTo(index);
    m_menu = menu;
    menu->popup(globalPosition);
}

void ChatListView::fillChatMenu(QMenu& menu, const QModelIndex& index) {
    const qint64 chat = chatOf(index);
    const QColor ink = themeColors(themeKindOf(palette())).secondaryText;
    const auto icon = [&ink](const char* name) {
        return tintedIcon(QString::fromLatin1(name), ink);
    };
    menu.addAction(icon("chat"), tr("Open"), this, [this, chat] { Q_EMIT chatOpened(chat); })
        ->setShortcut(Qt::Key_Return);
    menu.addAction(icon("rename"), tr("Rename"), this,
                   [this, chat] { edit(m_chats.indexOf(chat)); })
        ->setShortcut(Qt::Key_F2);
    const bool isPinned = index.data(ChatListModel::IsPinnedRole).toBool();
    menu.addAction(icon("pin"), isPinned ? tr("Unpin") : tr("Pin"), this,
                   [this, chat, isPinned] { Q_EMIT pinRequested(chat, !isPinned); });
    QMenu* folders = menu.addMenu(icon("folder"), tr("Move to folder"));
    const QString ownFolder = index.data(ChatListModel::FolderRole).toString();
    for (const QString& folder : m_chats.folders()) {
        QAction* action = folders->addAction(menuText(folder), this, [this, chat, folder] {
            Q_EMIT moveToFolderRequested(chat, folder);
        });
        action->setCheckable(true);
        action->setChecked(folder == ownFolder);
    }
    if (!ownFolder.isEmpty()) {
        folders->addAction(tr("No folder"), this,
                           [this, chat] { Q_EMIT moveToFolderRequested(chat, QString()); });
    }
    folders->addSeparator();
    folders->addAction(icon("new-chat"), tr("New folder…"), this,
                       [this, chat] { Q_EMIT newFolderRequested(chat); });
    menu.addSeparator();
    menu.addAction(icon("delete"), tr("Delete"), this,
                   [this, chat] { Q_EMIT deleteRequested(chat); })
        ->setShortcut(Qt::Key_Delete);
}

void ChatListView::fillFolderMenu(QMenu& menu, const QModelIndex& index) {
    const QString folder = index.data(ChatListModel::FolderRole).toString();
    const bool isOpen = index.data(ChatListModel::IsOpenRole).toBool();
    const QColor ink = themeColors(themeKindOf(palette())).secondaryText;
    menu.addAction(
            tintedIcon(isOpen ? QStringLiteral("folder") : QStringLiteral("folder-open"), ink),
            isOpen ? tr("Close folder") : tr("Open folder"), this,
            [this, folder, isOpen] { m_chats.setFolderOpen(folder, !isOpen); })
        ->setShortcut(Qt::Key_Return);
    menu.addAction(tintedIcon(QStringLiteral("rename"), ink), tr("Rename"), this,
                   [this, folder] { edit(m_chats.headingOfFolder(folder)); })
        ->setShortcut(Qt::Key_F2);
    menu.addSeparator();
    menu.addAction(tintedIcon(QStringLiteral("close"), ink), tr("Remove folder, keep its chats"),
                   this, [this, folder] { Q_EMIT removeFolderRequested(folder); });
}

// --- mouse

void ChatListView::mousePressEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->position().toPoint());
    const bool hasMore = chatOf(index) != 0 || isFolderHeading(index);
    if (event->button() == Qt::LeftButton && hasMore &&
        ChatListDelegate::moreRect(visualRect(index)).contains(event->position().toPoint())) {
        m_pressedMore = index;
        return;
    }
    QListView::mousePressEvent(event);
}

void ChatListView::mouseMoveEvent(QMouseEvent* event) {
    if (m_pressedMore.isValid()) {
        return;
    }
    const QModelIndex index = indexAt(event->position().toPoint());
    m_delegate->setMoreLit(
        index.isValid() &&
        ChatListDelegate::moreRect(visualRect(index)).contains(event->position().toPoint()));
    if (index.isValid()) {
        update(index);
    }
    QListView::mouseMoveEvent(event);
}

void ChatListView::mouseReleaseEvent(QMouseEvent* event) {
    if (m_pressedMore.isValid()) {
        const QModelIndex index = m_pressedMore;
        m_pressedMore = QModelIndex();
        const QRect more = ChatListDelegate::moreRect(visualRect(index));
        if (more.contains(event->position().toPoint())) {
            showMenu(index, viewport()->mapToGlobal(more.bottomLeft()));
        }
        return;
    }
    QListView::mouseReleaseEvent(event);
}

// --- drag

void ChatListView::startDrag(Qt::DropActions actions) {
    const QModelIndex index = currentIndex();
    QMimeData* mime = m_chats.mimeData({index});
    if (mime == nullptr) {
        return;
    }
    const ThemeColors& colors = themeColors(themeKindOf(palette()));
    const QString title = fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, 200);
    const QSize size(fontMetrics().horizontalAdvance(title) + 2 * kSideBarInset, 32);
    QPixmap card(size * devicePixelRatioF());
    card.setDevicePixelRatio(devicePixelRatioF());
    card.fill(Qt::transparent);
    QPainter painter(&card);
    painter.setFont(font());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(colors.accent);
    painter.setBrush(colors.card);
    painter.drawRoundedRect(QRectF(QPointF(0, 0), size).adjusted(0.5, 0.5, -0.5, -0.5),
                            kControlRadius, kControlRadius);
    painter.setPen(colors.text);
    painter.drawText(QRect(QPoint(0, 0), size), Qt::AlignCenter, title);
    painter.end();
    auto* drag = new QDrag(this);
    drag->setMimeData(mime);
    drag->setPixmap(card);
    drag->setHotSpot({kSideBarInset, size.height() / 2});
    drag->exec(actions);
    endDrag();
}

void ChatListView::setDropTarget(const QModelIndex& heading) {
    if (m_delegate->dropTarget() != heading) {
        m_delegate->setDropTarget(heading);
        viewport()->update();
    }
}

void ChatListView::endDrag() {
    m_dragScroll.stop();
    setDropTarget({});
}

void ChatListView::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasFormat(ChatListModel::chatMimeType())) {
        event->acceptProposedAction();
    }
}

void ChatListView::dragMoveEvent(QDragMoveEvent* event) {
    const QPoint position = event->position().toPoint();
    const QModelIndex heading = m_chats.headingOf(indexAt(position));
    setDropTarget(heading);
    event->setAccepted(heading.isValid());
    m_dragScrollStep = 0;
    if (position.y() < kDragScrollMargin) {
        m_dragScrollStep = -kDragScrollStep;
    } else if (position.y() > viewport()->height() - kDragScrollMargin) {
        m_dragScrollStep = kDragScrollStep;
    }
    if (m_dragScrollStep == 0) {
        m_dragScroll.stop();
    } else if (!m_dragScroll.isActive()) {
        m_dragScroll.start(kDragScrollIntervalMs, this);
    }
}

void ChatListView::dragLeaveEvent(QDragLeaveEvent*) {
    endDrag();
}

void ChatListView::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_dragScroll.timerId()) {
        verticalScrollBar()->setValue(verticalScrollBar()->value() + m_dragScrollStep);
        return;
    }
    QListView::timerEvent(event);
}

void ChatListView::dropEvent(QDropEvent* event) {
    const qint64 chat = event->mimeData()->data(ChatListModel::chatMimeType()).toLongLong();
    const QModelIndex from = m_chats.indexOf(chat);
    const QModelIndex heading = m_chats.headingOf(indexAt(event->position().toPoint()));
    endDrag();
    if (!from.isValid() || !heading.isValid() || m_chats.headingOf(from) == heading) {
        event->ignore();
        return;
    }
    event->acceptProposedAction();
    const bool isPinned = from.data(ChatListModel::IsPinnedRole).toBool();
    const auto section = static_cast<ChatSection>(heading.data(ChatListModel::SectionRole).toInt());
    if (section == ChatSection::Pinned) {
        Q_EMIT pinRequested(chat, true);
        return;
    }
    // A day's heading takes the chat out of its folder: it then stands under its own day.
    const QString folder = heading.data(ChatListModel::FolderRole).toString();
    if (isPinned) {
        Q_EMIT pinRequested(chat, false);
    }
    if (folder != from.data(ChatListModel::FolderRole).toString()) {
        Q_EMIT moveToFolderRequested(chat, folder);
    }
}

}  // namespace hearth::ui
