#include "ui/sidebar/side_bar.h"

#include <QAction>
#include <QDateTime>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
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
constexpr int kSignSize = 24;

QDate localDay(storage::Time time) {
    const auto sinceEpoch =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    return QDateTime::fromMSecsSinceEpoch(sinceEpoch.count()).date();
}

/// The program's own picture, beside its name.
class Sign : public QWidget {
public:
    Sign() { setFixedSize(kSignSize, kSignSize); }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        drawIcon(painter, rect(), QStringLiteral("hearth"), Qt::black, kSignSize);
    }
};

/// Sets the foot off from the list that scrolls above it.
class FootLine : public QWidget {
public:
    FootLine() { setFixedHeight(1); }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter(this).fillRect(rect(), themeColors(themeKindOf(palette())).line);
    }
};

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
      m_model(new ChatListModel([this] { return localDay(m_now()); }, this)),
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

// --- parts

void SideBar::makeActions() {
    m_newChatAction = new QAction(this);
    m_newChatAction->setShortcut(QKeySequence::New);
    connect(m_newChatAction, &QAction::triggered, this, &SideBar::beginNewChat);
    addAction(m_newChatAction);
    m_searchAction = new QAction(this);
    m_searchAction->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_F);
    connect(m_searchAction, &QAction::triggered, this, &SideBar::focusSearch);
    addAction(m_searchAction);
}

QWidget* SideBar::makeFull() {
    auto* full = new QWidget;
    auto* layout = new QVBoxLayout(full);
    layout->setContentsMargins(0, 3 * kSpacing, 0, 2 * kSpacing);
    layout->setSpacing(2 * kSpacing);

    auto* head = new QHBoxLayout;
    head->setContentsMargins(kSideBarMargin + kSideBarInset - 2, 0, kSideBarMargin, 0);
    head->setSpacing(2 * kSpacing);
    head->addWidget(new Sign);
    m_title = new QLabel;
    m_title->setTextFormat(Qt::PlainText);
    m_title->setFont(scaledFont(font(), 1.15, QFont::DemiBold));
    say([this] { m_title->setText(tr("Hearth")); });
    head->addWidget(m_title, 1);
    m_fold = new SideBarButton(SideBarButton::Shape::Icon, QStringLiteral("side-bar"));
    m_fold->setObjectName(QStringLiteral("fold"));
    connect(m_fold, &QPushButton::clicked, this, &SideBar::requestFold);
    say([this] {
        m_fold->setWords(m_mode == SideBarMode::Drawer ? tr("Close the side bar")
                                                       : tr("Fold the side bar"));
    });
    head->addWidget(m_fold);
    layout->addLayout(head);

    auto* top = new QHBoxLayout;
    top->setContentsMargins(kSideBarMargin, 0, kSideBarMargin, 0);
    auto* newChat = new SideBarButton(SideBarButton::Shape::Card, QStringLiteral("new-chat"));
    newChat->setObjectName(QStringLiteral("newChat"));
    connect(newChat, &QPushButton::clicked, this, &SideBar::beginNewChat);
    say([this, newChat] {
        newChat->setWords(tr("New chat"),
                          m_newChatAction->shortcut().toString(QKeySequence::NativeText));
    });
    top->addWidget(newChat);
    layout->addLayout(top);

    m_pages = new QStackedWidget;
    m_chatPage = makeChatPage();
    m_bin = new BinView(m_now);
    m_pages->addWidget(m_chatPage);
    m_pages->addWidget(m_bin);
    layout->addWidget(m_pages, 1);
    layout->addWidget(new FootLine);

    auto* foot = new QVBoxLayout;
    foot->setContentsMargins(kSideBarMargin, 0, kSideBarMargin, 0);
    foot->setSpacing(0);
    addPlaceButtons(*foot, false);
    layout->addLayout(foot);
    return full;
}

QWidget* SideBar::makeChatPage() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpacing);
    auto* fields = new QVBoxLayout;
    fields->setContentsMargins(kSideBarMargin, 0, kSideBarMargin, 0);
    fields->setSpacing(kSpacing);
    m_search = new SearchField;
    fields->addWidget(m_search);
    m_nameBar = new NameBar;
    m_nameBar->hide();
    fields->addWidget(m_nameBar);
    layout->addLayout(fields);

    m_lists = new QStackedWidget;
    m_chatList = new ChatListView(*m_model);
    m_results = new SearchResultView([this] { return localDay(m_now()); });
    m_emptyWords = new QLabel;
    m_emptyWords->setObjectName(QStringLiteral("secondary"));
    m_emptyWords->setTextFormat(Qt::PlainText);
    m_emptyWords->setWordWrap(true);
    m_emptyWords->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_emptyWords->setContentsMargins(kSideBarMargin + kSideBarInset, 3 * kSpacing,
                                     kSideBarMargin + kSideBarInset, 0);
    m_lists->addWidget(m_chatList);
    m_lists->addWidget(m_results);
    m_lists->addWidget(m_emptyWords);
    layout->addWidget(m_lists, 1);

    auto* below = new QHBoxLayout;
    below->setContentsMargins(kSideBarMargin, 0, kSideBarMargin, 0);
    m_undoBar = new UndoBar;
    below->addWidget(m_undoBar);
    layout->addLayout(below);
    return page;
}

QWidget* SideBar::makeStrip() {
    auto* strip = new QWidget;
    auto* layout = new QVBoxLayout(strip);
    layout->setContentsMargins(0, 3 * kSpacing, 0, 2 * kSpacing);
    layout->setSpacing(2 * kSpacing);
    const auto add = [&](const char* icon) {
        auto* button = new SideBarButton(SideBarButton::Shape::Icon, QString::fromLatin1(icon));
        layout->addWidget(button, 0, Qt::AlignHCenter);
        return button;
    };
    m_unfold = add("side-bar");
    m_unfold->setObjectName(QStringLiteral("unfold"));
    connect(m_unfold, &QPushButton::clicked, this, &SideBar::requestFold);
    SideBarButton* newChat = add("new-chat");
    connect(newChat, &QPushButton::clicked, this, &SideBar::beginNewChat);
    SideBarButton* search = add("search");
    connect(search, &QPushButton::clicked, this, &SideBar::focusSearch);
    say([this, newChat, search] {
        const auto keys = [](const QAction* action) {
            return action->shortcut().toString(QKeySequence::NativeText);
        };
        m_unfold->setWords(tr("Unfold the side bar"));
        newChat->setWords(tr("New chat"), keys(m_newChatAction));
        search->setWords(tr("Search chats and documents"), keys(m_searchAction));
    });
    layout->addStretch(1);
    addPlaceButtons(*layout, true);
    return strip;
}

void SideBar::addPlaceButtons(QVBoxLayout& layout, bool isStrip) {
    const auto add = [&](const char* icon) {
        auto* button =
            new SideBarButton(isStrip ? SideBarButton::Shape::Icon : SideBarButton::Shape::Row,
                              QString::fromLatin1(icon));
        layout.addWidget(button, 0, isStrip ? Qt::AlignHCenter : Qt::Alignment());
        return button;
    };
    const auto addPlace = [&](const char* icon, SideBarPlace place) {
        SideBarButton* button = add(icon);
        connect(button, &QPushButton::clicked, this, [this, place] {
            Q_EMIT placeRequested(place);
            closeDrawerAfterChoice();
        });
        m_placeButtons.emplace_back(button, place);
        return button;
    };
    SideBarButton* library = addPlace("library", SideBarPlace::Library);
    SideBarButton* models = addPlace("models", SideBarPlace::Models);
    SideBarButton* bin = add("bin");
    bin->setObjectName(isStrip ? QStringLiteral("stripBin") : QStringLiteral("bin"));
    m_binButtons.push_back(bin);
    connect(bin, &QPushButton::clicked, this, [this] {
        if (m_pages->currentWidget() == m_bin && m_mode != SideBarMode::Icons) {
            showChats();
        } else {
            showBin();
        }
    });
    SideBarButton* settings = addPlace("settings", SideBarPlace::Settings);
    say([library, models, bin, settings] {
        library->setWords(tr("Library"));
        models->setWords(tr("Models"));
        bin->setWords(tr("Bin"));
        settings->setWords(tr("Settings"));
    });
}

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
