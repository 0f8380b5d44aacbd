#pragma once

#include <QDate>
#include <QPointer>
#include <QTimer>
#include <QVariantAnimation>
#include <QWidget>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "app/storage/records.h"
#include "ui/sidebar/search_hit.h"

class QAction;
class QLabel;
class QStackedWidget;
class QVBoxLayout;

namespace hearth::ui {

class BinView;
class ChatListModel;
class ChatListView;
class NameBar;
class SearchField;
class SearchResultView;
class SideBarButton;
class UndoBar;

enum class SideBarMode {
    Full,    ///< 264 pixels beside the page
    Icons,   ///< a strip of icons beside the page
    Drawer,  ///< nothing beside the page; over it when it is opened
};

/// What the page beside the side bar can show in place of a chat.
enum class SideBarPlace { Chat, Library, Models, Settings };

/// The side bar: new chat, search, the list of chats, the bin, and the ways to the other places.
/// Knows no store: values come in, and each wish goes out as a signal, after which the owner hands
/// in the new values.
///
/// It is put into a layout at the edge of the page. In drawer mode it takes no room there; what is
/// seen then lies over its parent widget. Its actions for Ctrl+N and Ctrl+Shift+F work in the whole
/// window. GUI thread only.
class SideBar : public QWidget {
    Q_OBJECT

public:
    /// `now` says what time it is; the day is that of the local time zone.
    explicit SideBar(std::function<storage::Time()> now, QWidget* parent = nullptr);
    ~SideBar() override;

    ChatListModel& model() { return *m_model; }
    void setChats(std::vector<storage::Chat> chats, std::vector<storage::Folder> folders);
    void setOpenChat(std::optional<storage::ChatId> chat);
    void setAnswering(storage::ChatId chat, bool isAnswering);
    void setUnread(storage::ChatId chat, bool isUnread);
    void setPlace(SideBarPlace place);
    /// Results of the search for `text`; left aside where something else is typed by now.
    void setSearchResults(const QString& text, std::vector<SearchHit> hits);
    /// Latest deletion first.
    void setBinEntries(std::vector<storage::BinEntry> entries);

    void setMode(SideBarMode mode);
    SideBarMode mode() const { return m_mode; }
    void setDrawerOpen(bool isOpen);
    bool isDrawerOpen() const { return m_isDrawerOpen; }
    void setReducedMotion(bool isReduced) { m_isMotionReduced = isReduced; }
    /// How long "Deleted. Undo" stays.
    void setUndoDuration(std::chrono::milliseconds duration);
    /// Puts the keyboard into the search field, unfolding the side bar or opening the drawer.
    void focusSearch();
    void showChats();
    void showBin();

Q_SIGNALS:
    void newChatRequested();
    void chatOpened(qint64 chat);
    void renameRequested(qint64 chat, const QString& title);
    void pinRequested(qint64 chat, bool isPinned);
    /// The folder is made where it is not there; empty takes the chat out of its folder.
    void moveToFolderRequested(qint64 chat, const QString& folder);
    void renameFolderRequested(const QString& folder, const QString& name);
    void removeFolderRequested(const QString& folder);
    void folderOpenChanged(const QString& folder, bool isOpen);
    /// Into the bin.
    void deleteRequested(qint64 chat);
    void undoDeleteRequested(qint64 chat);

    void searchRequested(const QString& text);
    void hitOpened(const hearth::ui::SearchHit& hit);

    /// The bin is about to be shown: its entries are wanted.
    void binEntriesRequested();
    void restoreRequested(const hearth::storage::BinEntry& entry);
    void eraseRequested(const hearth::storage::BinEntry& entry);
    void emptyBinRequested();

    void placeRequested(hearth::ui::SideBarPlace place);
    /// The person folds or unfolds the side bar; the owner decides and calls setMode().
    void modeRequested(hearth::ui::SideBarMode mode);
    void drawerOpenChanged(bool isOpen);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    class Panel;
    class Shade;

    QWidget* makeFull();
    QWidget* makeStrip();
    QWidget* makeChatPage();
    void addPlaceButtons(QVBoxLayout& layout, bool isStrip);
    void makeActions();
    void connectList();
    void connectSearchAndBin();
    void say(std::function<void()> speaker);
    void retranslate();
    void requestFold();
    void beginNewChat();
    void onDelete(qint64 chat);
    void onNewFolder(qint64 chat);
    void onSearchEnded();
    void updateList();
    void closeDrawerAfterChoice();
    void moveTo(int position);
    void placePanel(int position);
    void settle();
    QDate today() const;
    void watchDay();

    std::function<storage::Time()> m_now;
    ChatListModel* m_model;
    Panel* m_panel;
    Shade* m_shade = nullptr;
    QWidget* m_full = nullptr;
    QWidget* m_strip = nullptr;
    QStackedWidget* m_pages = nullptr;  ///< chats or bin
    QStackedWidget* m_lists = nullptr;  ///< chats, results or a sentence
    QWidget* m_chatPage = nullptr;
    ChatListView* m_chatList = nullptr;
    SearchResultView* m_results = nullptr;
    QLabel* m_emptyWords = nullptr;
    SearchField* m_search = nullptr;
    NameBar* m_nameBar = nullptr;
    UndoBar* m_undoBar = nullptr;
    BinView* m_bin = nullptr;
    QLabel* m_title = nullptr;
    std::vector<std::function<void()>> m_speakers;  ///< each says its part's words anew
    SideBarButton* m_fold = nullptr;
    SideBarButton* m_unfold = nullptr;
    std::vector<std::pair<SideBarButton*, SideBarPlace>> m_placeButtons;
    std::vector<SideBarButton*> m_binButtons;
    QAction* m_newChatAction = nullptr;
    QAction* m_searchAction = nullptr;
    QVariantAnimation m_motion;
    QTimer m_midnight;

    SideBarMode m_mode = SideBarMode::Full;
    bool m_isDrawerOpen = false;
    QPointer<QWidget> m_focusBeforeDrawer;
    bool m_isMotionReduced = false;
    QString m_shownSearch;  ///< what the results are of; empty while chats are shown
    qint64 m_deletedChat = 0;
    qint64 m_chatForFolder = 0;
};

}  // namespace hearth::ui
