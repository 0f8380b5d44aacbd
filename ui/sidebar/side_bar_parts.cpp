// The making of the side bar's parts; what they do is in side_bar.cpp.

#include "ui/sidebar/side_bar.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QStackedWidget>
#include <QVBoxLayout>

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

constexpr int kSignSize = 24;

/// The program's own picture, beside its name.
class Sign : public QWidget {
public:
    Sign() { setFixedSize(kSignSize, kSignSize); }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        drawIcon(painter, rect(), QStringLiteral("hearth"), QColor(),
                 kSignSize);  // has its own colours
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
    m_results = new SearchResultView([this] { return today(); });
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

}  // namespace hearth::ui
