#include "ui/sidebar/side_bar.h"

#include <QAction>
#include <QDateTime>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QStackedWidget>
#include <chrono>

#include "kernels/base/check.h"
#include "ui/sidebar/bin_view.h"
#include "ui/sidebar/chat_list_model.h"
#include "ui/sidebar/chat_list_view.h"
#include "ui/sidebar/name_bar.h"
#include "ui/sidebar/paint.h"
#include "ui/sidebar/search_field.h"
#include "ui/sidebar/search_result_view.h"
#include "ui/sidebar/side_bar_button.h"
#include "ui/sidebar/undo_bar.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

constexpr int kMotionMs = 120;

}  // namespace

/// What is seen of the side bar: its ground, and on it the full side bar or the strip.
class SideBar::Panel : public QWidget {
public:
    explicit Panel(SideBar& owner) : QWidget(&owner), m_owner(owner) {}

protected:
    void resizeEvent(QResizeEvent*) override {
        // Neither is squeezed while the panel grows or shrinks.
        m_owner.m_full->setGeometry(0, 0, kSideBarWidth - 1, height());
        m_owner.m_strip->setGeometry(0, 0, kSideBarStripWidth - 1, height());
    }
    void paintEvent(QPaintEvent*) override {
        const ThemeColors& colors = themeColors(themeKindOf(palette()));
        QPainter painter(this);
        painter.fillRect(rect(), colors.sideBar);
        painter.fillRect(width() - 1, 0, 1, height(), colors.line);
    }
    void keyPressEvent(QKeyEvent* event) override {
        if (event->key() == Qt::Key_Escape && m_owner.m_isDrawerOpen) {
            m_owner.setDrawerOpen(false);
        } else {
            QWidget::keyPressEvent(event);
        }
    }

private:
    SideBar& m_owner;
};

/// Lies over the page while the drawer is open: a press on it closes the drawer.
class SideBar::Shade : public QWidget {
public:
    Shade(SideBar& owner, QWidget* page) : QWidget(page), m_owner(owner) {}

protected:
    void mousePressEvent(QMouseEvent*) override { m_owner.setDrawerOpen(false); }
    void paintEvent(QPaintEvent*) override {
        QColor color = themeColors(ThemeKind::Light).text;
        color.setAlphaF(0.35F);
        QPainter(this).fillRect(rect(), color);
    }

private:
    SideBar& m_owner;
};

SideBar::SideBar(std::function<storage::Time()> now, QWidget* parent)
    : QWidget(parent),
      m_now(std::move(now)),
      m_model(new ChatListModel([this] { return today(); }, this)),
      m_panel(nullptr) {
    makeActions();
    m_panel = new Panel(*this);
    m_full = makeFull();
    m_strip = makeStrip();
    m_full->setParent(m_panel);
    m_strip->setParent(m_panel);
    m_strip->hide();
    connectList();
    connectSearchAndBin();
    m_motion.setDuration(kMotionMs);
    m_motion.setEasingCurve(QEasingCurve::OutCubic);
    connect(&m_motion, &QVariantAnimation::valueChanged, this,
            [this](const QVariant& value) { placePanel(value.toInt()); });
    connect(&m_motion, &QVariantAnimation::finished, this, &SideBar::settle);
    m_midnight.setSingleShot(true);
    m_midnight.setTimerType(Qt::VeryCoarseTimer);
    connect(&m_midnight, &QTimer::timeout, this, &SideBar::watchDay);
    setFixedWidth(kSideBarWidth);
    retranslate();
    updateList();
    setPlace(SideBarPlace::Chat);
    watchDay();
}

SideBar::~SideBar() {
    // In drawer mode these belong to the page.
    delete m_panel;
    delete m_shade;
}

// --- wiring

void SideBar::connectList() {
    connect(m_chatList, &ChatListView::chatOpened, this, [this](qint64 chat) {
        Q_EMIT chatOpened(chat);
        closeDrawerAfterChoice();
    });
    connect(m_chatList, &ChatListView::pinRequested, this, &SideBar::pinRequested);
    connect(m_chatList, &ChatListView::moveToFolderRequested, this,
            &SideBar::moveToFolderRequested);
    connect(m_chatList, &ChatListView::newFolderRequested, this, &SideBar::onNewFolder);
    connect(m_chatList, &ChatListView::removeFolderRequested, this,
            &SideBar::removeFolderRequested);
    connect(m_chatList, &ChatListView::deleteRequested, this, &SideBar::onDelete);
    connect(m_chatList, &ChatListView::undoRequested, m_undoBar, &UndoBar::undo);
    connect(m_chatList, &ChatListView::leftAtTop, m_search, &SearchField::focusText);
    connect(m_model, &ChatListModel::renameRequested, this, &SideBar::renameRequested);
    connect(m_model, &ChatListModel::renameFolderRequested, this, &SideBar::renameFolderRequested);
    connect(m_model, &ChatListModel::folderOpenChanged, this, &SideBar::folderOpenChanged);
    connect(m_nameBar, &NameBar::named, this, [this](const QString& name) {
        m_chatList->setFocus();
        Q_EMIT moveToFolderRequested(m_chatForFolder, name);
    });
    connect(m_nameBar, &NameBar::left, this, [this] { m_chatList->setFocus(); });
    connect(m_undoBar, &UndoBar::undoRequested, this, [this] {
        m_chatList->setFocus();
        Q_EMIT undoDeleteRequested(m_deletedChat);
    });
}

void SideBar::connectSearchAndBin() {
    connect(m_search, &SearchField::searchRequested, this, &SideBar::searchRequested);
    connect(m_search, &SearchField::searchEnded, this, &SideBar::onSearchEnded);
    connect(m_search, &SearchField::leftDownwards, this, [this] {
        if (QWidget* list = m_lists->currentWidget(); list != m_emptyWords) {
            list->setFocus();
        }
    });
    connect(m_search, &SearchField::entered, this, [this] {
        if (m_lists->currentWidget() == m_results && m_shownSearch == m_search->text()) {
            m_results->openCurrent();
        }
    });
    connect(m_results, &SearchResultView::leftAtTop, m_search, &SearchField::focusText);
    connect(m_results, &SearchResultView::escaped, this, [this] {
        m_search->clear();
        m_search->focusText();
    });
    connect(m_results, &SearchResultView::hitOpened, this, [this](const SearchHit& hit) {
        Q_EMIT hitOpened(hit);
        closeDrawerAfterChoice();
    });
    connect(m_bin, &BinView::restoreRequested, this, &SideBar::restoreRequested);
    connect(m_bin, &BinView::eraseRequested, this, &SideBar::eraseRequested);
    connect(m_bin, &BinView::emptyRequested, this, &SideBar::emptyBinRequested);
    connect(m_bin, &BinView::left, this, &SideBar::showChats);
}

void SideBar::say(std::function<void()> speaker) {
    m_speakers.push_back(std::move(speaker));
}

void SideBar::retranslate() {
    setAccessibleName(tr("Side bar"));
    m_panel->setAccessibleName(tr("Side bar"));
    m_newChatAction->setText(tr("New chat"));
    m_searchAction->setText(tr("Search chats and documents"));
    for (const std::function<void()>& speaker : m_speakers) {
        speaker();
    }
    m_model->retranslate();
    m_chatList->retranslate();
    m_results->retranslate();
    m_search->retranslate();
    m_nameBar->retranslate();
    m_undoBar->retranslate();
    m_bin->retranslate();
    updateList();
}

// --- values

void SideBar::setChats(std::vector<storage::Chat> chats, std::vector<storage::Folder> folders) {
    m_model->setChats(std::move(chats), std::move(folders));
    updateList();
}

void SideBar::setOpenChat(std::optional<storage::ChatId> chat) {
    m_chatList->setOpenChat(chat);
}

void SideBar::setAnswering(storage::ChatId chat, bool isAnswering) {
    m_model->setAnswering(chat, isAnswering);
}

void SideBar::setUnread(storage::ChatId chat, bool isUnread) {
    m_model->setUnread(chat, isUnread);
}

void SideBar::setPlace(SideBarPlace place) {
    for (const auto& [button, leadsTo] : m_placeButtons) {
        button->setCurrentPlace(leadsTo == place);
    }
}

void SideBar::setSearchResults(const QString& text, std::vector<SearchHit> hits) {
    if (text != m_search->text() || text.isEmpty()) {
        return;
    }
    m_shownSearch = text;
    m_results->setHits(std::move(hits));
    updateList();
}

void SideBar::setBinEntries(std::vector<storage::BinEntry> entries) {
    const QString note = entries.empty() ? QString() : QString::number(entries.size());
    for (SideBarButton* button : m_binButtons) {
        button->setNote(note);
    }
    m_bin->setEntries(std::move(entries));
}

void SideBar::setUndoDuration(std::chrono::milliseconds duration) {
    m_undoBar->setDuration(duration);
}

void SideBar::updateList() {
    QWidget* shown = m_chatList;
    if (!m_shownSearch.isEmpty()) {
        shown = m_results->numHits() > 0 ? static_cast<QWidget*>(m_results) : m_emptyWords;
        m_emptyWords->setText(
            tr("Nothing found for “%1”. Try fewer words, or others.").arg(m_shownSearch));
    } else if (m_model->rowCount() == 0) {
        shown = m_emptyWords;
        m_emptyWords->setText(tr("Your chats will be listed here. They stay on this computer."));
    }
    if (m_lists->currentWidget() != shown) {
        const bool hadKeyboard = m_lists->currentWidget()->hasFocus();
        m_lists->setCurrentWidget(shown);
        if (hadKeyboard) {
            (shown == m_emptyWords ? static_cast<QWidget*>(m_search) : shown)->setFocus();
        }
    }
}

// --- wishes

void SideBar::beginNewChat() {
    showChats();
    Q_EMIT newChatRequested();
    closeDrawerAfterChoice();
}

void SideBar::onDelete(qint64 chat) {
    m_deletedChat = chat;
    Q_EMIT deleteRequested(chat);
    m_undoBar->offer();
}

void SideBar::onNewFolder(qint64 chat) {
    m_chatForFolder = chat;
    m_nameBar->ask();
}

void SideBar::onSearchEnded() {
    m_shownSearch.clear();
    updateList();
}

void SideBar::focusSearch() {
    if (m_mode == SideBarMode::Icons) {
        Q_EMIT modeRequested(SideBarMode::Full);
        if (m_mode == SideBarMode::Icons) {
            return;  // it shall stay folded
        }
    } else if (m_mode == SideBarMode::Drawer) {
        setDrawerOpen(true);
    }
    showChats();
    m_search->focusText();
}

void SideBar::showChats() {
    if (m_pages->currentWidget() == m_chatPage) {
        return;
    }
    const QWidget* focus = focusWidget();
    const bool hadKeyboard = focus != nullptr && m_bin->isAncestorOf(focus);
    m_pages->setCurrentWidget(m_chatPage);
    for (SideBarButton* button : m_binButtons) {
        button->setCurrentPlace(false);
    }
    if (hadKeyboard) {
        QWidget* list = m_lists->currentWidget();
        (list == m_emptyWords ? static_cast<QWidget*>(m_search) : list)->setFocus();
    }
}

void SideBar::showBin() {
    if (m_mode == SideBarMode::Icons) {
        Q_EMIT modeRequested(SideBarMode::Full);
    }
    Q_EMIT binEntriesRequested();
    m_pages->setCurrentWidget(m_bin);
    for (SideBarButton* button : m_binButtons) {
        button->setCurrentPlace(true);
    }
    if (m_mode != SideBarMode::Icons) {
        m_bin->focusFirst();
    }
}

void SideBar::requestFold() {
    switch (m_mode) {
        case SideBarMode::Full:
            Q_EMIT modeRequested(SideBarMode::Icons);
            break;
        case SideBarMode::Icons:
            Q_EMIT modeRequested(SideBarMode::Full);
            break;
        case SideBarMode::Drawer:
            setDrawerOpen(false);
            break;
    }
}

// --- shape

void SideBar::setMode(SideBarMode mode) {
    if (mode == m_mode) {
        return;
    }
    const SideBarMode before = m_mode;
    m_motion.stop();
    m_mode = mode;
    if (mode == SideBarMode::Drawer) {
        HEARTH_CHECK(parentWidget() != nullptr);
        m_isDrawerOpen = false;
        m_focusBeforeDrawer = nullptr;
        m_panel->setParent(parentWidget());
        m_panel->hide();
        if (m_shade == nullptr) {
            m_shade = new Shade(*this, parentWidget());
            parentWidget()->installEventFilter(this);
        }
        m_shade->hide();
        m_strip->hide();
        m_full->show();
        setFixedWidth(0);
    } else {
        const int width = mode == SideBarMode::Full ? kSideBarWidth : kSideBarStripWidth;
        if (before == SideBarMode::Drawer) {
            m_shade->hide();
            const bool wasOpen = m_isDrawerOpen;
            m_isDrawerOpen = false;
            m_panel->setParent(this);
            m_panel->show();
            placePanel(width);
            settle();
            if (wasOpen) {
                Q_EMIT drawerOpenChanged(false);
            }
        } else {
            if (mode == SideBarMode::Full) {
                m_strip->hide();
                m_full->show();
            }
            moveTo(width);
        }
    }
    for (const std::function<void()>& speaker : m_speakers) {
        speaker();
    }
}

void SideBar::setDrawerOpen(bool isOpen) {
    if (m_mode != SideBarMode::Drawer || isOpen == m_isDrawerOpen) {
        return;
    }
    m_isDrawerOpen = isOpen;
    m_motion.stop();
    if (isOpen) {
        m_focusBeforeDrawer = window()->focusWidget();
        m_shade->setGeometry(parentWidget()->rect());
        m_shade->show();
        m_shade->raise();
        if (m_panel->isHidden()) {
            placePanel(-kSideBarWidth);
        }
        m_panel->show();
        m_panel->raise();
        m_search->setFocus();
        moveTo(0);
    } else {
        const QWidget* focus = window()->focusWidget();
        if (m_focusBeforeDrawer != nullptr && focus != nullptr && m_panel->isAncestorOf(focus)) {
            m_focusBeforeDrawer->setFocus();
        }
        moveTo(-kSideBarWidth);
    }
    Q_EMIT drawerOpenChanged(isOpen);
}

void SideBar::closeDrawerAfterChoice() {
    setDrawerOpen(false);
}

void SideBar::moveTo(int position) {
    const int from = m_mode == SideBarMode::Drawer ? m_panel->x() : width();
    if (m_isMotionReduced || !isVisible() || from == position) {
        placePanel(position);
        settle();
        return;
    }
    m_motion.setStartValue(from);
    m_motion.setEndValue(position);
    m_motion.start();
}

void SideBar::placePanel(int position) {
    if (m_mode == SideBarMode::Drawer) {
        m_panel->setGeometry(position, 0, kSideBarWidth, parentWidget()->height());
    } else {
        setFixedWidth(position);
        m_panel->setGeometry(0, 0, position, height());
    }
}

void SideBar::settle() {
    if (m_mode == SideBarMode::Drawer) {
        m_panel->setVisible(m_isDrawerOpen);
        m_shade->setVisible(m_isDrawerOpen);
        return;
    }
    const QWidget* focus = window()->focusWidget();
    const bool isStrip = m_mode == SideBarMode::Icons;
    const bool hadKeyboard = focus != nullptr && (isStrip ? m_full : m_strip)->isAncestorOf(focus);
    m_strip->setVisible(isStrip);
    m_full->setVisible(!isStrip);
    if (hadKeyboard) {
        (isStrip ? m_unfold : m_fold)->setFocus();
    }
}

QDate SideBar::today() const {
    const auto sinceEpoch =
        std::chrono::duration_cast<std::chrono::milliseconds>(m_now().time_since_epoch());
    return QDateTime::fromMSecsSinceEpoch(sinceEpoch.count()).date();
}

void SideBar::watchDay() {
    m_model->refreshDate();
    const QDateTime now = QDateTime::currentDateTime();
    const QDateTime next = now.date().addDays(1).startOfDay();
    m_midnight.start(static_cast<int>(now.msecsTo(next)) + 1'000);
}

bool SideBar::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize && watched == parentWidget() &&
        m_mode == SideBarMode::Drawer) {
        m_shade->setGeometry(parentWidget()->rect());
        placePanel(m_panel->x());
    }
    return QWidget::eventFilter(watched, event);
}

void SideBar::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    } else if (event->type() == QEvent::ActivationChange) {
        m_model->refreshDate();  // the computer may have slept past midnight
    } else if (event->type() == QEvent::FontChange) {
        m_title->setFont(scaledFont(font(), 1.15, QFont::DemiBold));
    }
    QWidget::changeEvent(event);
}

void SideBar::showEvent(QShowEvent* event) {
    m_model->refreshDate();
    QWidget::showEvent(event);
}

void SideBar::resizeEvent(QResizeEvent* event) {
    if (m_mode != SideBarMode::Drawer) {
        m_panel->setGeometry(0, 0, width(), height());
    }
    QWidget::resizeEvent(event);
}

}  // namespace hearth::ui
