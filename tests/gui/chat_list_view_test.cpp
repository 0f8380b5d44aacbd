#include "ui/sidebar/chat_list_view.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>

#include "tests/gui/accessibility_walk.h"
#include "ui/sidebar/chat_list_delegate.h"
#include "ui/sidebar/chat_list_model.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

const QDate kToday(2026, 11, 24);

storage::Chat chat(storage::ChatId id, const char* title, int daysAgo, const char* folder = "") {
    storage::Chat made;
    made.id = id;
    made.title = title;
    made.folder = folder;
    made.changed = storage::Time(std::chrono::milliseconds(
        QDateTime(kToday.addDays(-daysAgo), QTime(12, 0)).toMSecsSinceEpoch()));
    made.changed -= std::chrono::seconds(id);
    return made;
}

QAction* entry(const QMenu* menu, const char* text) {
    for (QAction* action : menu->actions()) {
        if (action->text() == QLatin1String(text)) {
            return action;
        }
    }
    return nullptr;
}

}  // namespace

class ChatListViewTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(ThemeKind::Light); }

    void init() {
        m_model = std::make_unique<ChatListModel>([] { return kToday; });
        m_chats = {chat(1, "Invoice", 0), chat(2, "Meeting", 0), chat(3, "Garden & house", 1),
                   chat(4, "Report", 3, "Work")};
        m_folders = {{"Work", 0}, {"R & D", 1}};
        m_model->setChats(m_chats, m_folders);
        m_view = std::make_unique<ChatListView>(*m_model);
        m_view->resize(264, 500);
        m_view->show();
        m_view->activateWindow();
        m_view->setFocus();
        QVERIFY(QTest::qWaitForWindowActive(m_view.get()));
    }

    void cleanup() {
        m_view.reset();
        m_model.reset();
    }

    void theKeyboardSkipsHeadingsOfDays() {
        QTest::keyClick(m_view.get(), Qt::Key_Home);
        QStringList visited;
        for (int i = 0; i < 10; ++i) {
            visited.append(m_view->currentIndex().data().toString());
            QTest::keyClick(m_view.get(), Qt::Key_Down);
        }
        visited.removeDuplicates();
        QCOMPARE(visited.join(u','), QStringLiteral("Work,Report,R & D,Invoice,Meeting,"
                                                    "Garden & house"));
        QTest::keyClick(m_view.get(), Qt::Key_Home);
        QSignalSpy left(m_view.get(), &ChatListView::leftAtTop);
        QTest::keyClick(m_view.get(), Qt::Key_Up);
        QCOMPARE(left.size(), 1);
        QTest::keyClick(m_view.get(), Qt::Key_End);
        QCOMPARE(current(), 3);
        QTest::keyClick(m_view.get(), Qt::Key_PageUp);
        QCOMPARE(m_view->currentIndex().row(), 0);
    }

    void movingOpensNothingAndEnterOpens() {
        QSignalSpy opened(m_view.get(), &ChatListView::chatOpened);
        m_view->setOpenChat(2);
        m_view->setCurrentIndex(m_model->indexOf(1));
        QTest::keyClick(m_view.get(), Qt::Key_Down);
        QTest::keyClick(m_view.get(), Qt::Key_Down);
        QCOMPARE(opened.size(), 0);
        QCOMPARE(m_view->selectionModel()->selectedIndexes(), QModelIndexList{m_model->indexOf(2)});
        QTest::keyClick(m_view.get(), Qt::Key_Return);
        QCOMPARE(opened.size(), 1);
        QCOMPARE(opened[0][0].toLongLong(), 3);
    }

    void aClickOpensAChatAndFoldsAFolder() {
        QSignalSpy opened(m_view.get(), &ChatListView::chatOpened);
        click(m_model->indexOf(1));
        QCOMPARE(opened.size(), 1);
        click(m_model->headingOfFolder(QStringLiteral("Work")));
        QVERIFY(!m_model->indexOf(4).isValid());
        QCOMPARE(opened.size(), 1);
    }

    void leftAndRightFoldAFolder() {
        m_view->setCurrentIndex(m_model->indexOf(4));
        QTest::keyClick(m_view.get(), Qt::Key_Left);
        QCOMPARE(m_view->currentIndex(), m_model->headingOfFolder(QStringLiteral("Work")));
        QTest::keyClick(m_view.get(), Qt::Key_Left);
        QVERIFY(!m_model->indexOf(4).isValid());
        QTest::keyClick(m_view.get(), Qt::Key_Right);
        QVERIFY(m_model->indexOf(4).isValid());
    }

    void aChatIsRenamedInPlace() {
        QSignalSpy renamed(m_model.get(), &ChatListModel::renameRequested);
        m_view->setCurrentIndex(m_model->indexOf(1));
        QTest::keyClick(m_view.get(), Qt::Key_F2);
        auto* editor = m_view->findChild<QLineEdit*>();
        QVERIFY(editor != nullptr);
        QVERIFY(!editor->accessibleName().isEmpty());
        QCOMPARE(editor->selectedText(), QStringLiteral("Invoice"));
        QTest::keyClicks(editor, QStringLiteral("Tax 2026"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(renamed.size(), 1);
        QCOMPARE(renamed[0][1].toString(), QStringLiteral("Tax 2026"));
        QTRY_VERIFY(m_view->findChild<QLineEdit*>() == nullptr);

        QTest::keyClick(m_view.get(), Qt::Key_F2);
        editor = m_view->findChild<QLineEdit*>();
        QVERIFY(editor != nullptr);
        QTest::keyClicks(editor, QStringLiteral("Nothing"));
        QTest::keyClick(editor, Qt::Key_Escape);
        QTRY_VERIFY(m_view->findChild<QLineEdit*>() == nullptr);
        QCOMPARE(renamed.size(), 1);
    }

    void theDeleteKeyDeletesAndTheNextRowHasTheKeyboard() {
        QSignalSpy deleted(m_view.get(), &ChatListView::deleteRequested);
        m_view->setOpenChat(1);
        m_view->setCurrentIndex(m_model->indexOf(1));
        QTest::keyClick(m_view.get(), Qt::Key_Delete);
        QCOMPARE(deleted.size(), 1);
        m_chats.erase(m_chats.begin());
        m_model->setChats(m_chats, m_folders);
        QCOMPARE(current(), 2);
        // The neighbour has the keyboard but is not taken for the open chat.
        QVERIFY(m_view->selectionModel()->selectedIndexes().isEmpty());
        QSignalSpy undo(m_view.get(), &ChatListView::undoRequested);
        QTest::keyClick(m_view.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(undo.size(), 1);
    }

    void theMenuKeyOpensTheMenuOfAChat() {
        m_view->setCurrentIndex(m_model->indexOf(4));
        QTest::keyClick(m_view.get(), Qt::Key_Menu);
        QMenu* menu = popup();
        QVERIFY(menu != nullptr);
        for (const char* const text : {"Open", "Rename", "Pin", "Delete"}) {
            QVERIFY2(entry(menu, text) != nullptr, text);
        }
        QVERIFY(tests::unnamedControls(*menu).isEmpty());
        const QMenu* folders = entry(menu, "Move to folder")->menu();
        QVERIFY(entry(folders, "Work")->isChecked());
        QVERIFY(entry(folders, "No folder") != nullptr);
        QCOMPARE(folders->actions().last()->text(), QStringLiteral("New folder…"));
        QSignalSpy moved(m_view.get(), &ChatListView::moveToFolderRequested);
        entry(folders, "R && D")->trigger();
        QCOMPARE(moved.size(), 1);
        QCOMPARE(moved[0][1].toString(), QStringLiteral("R & D"));
        QSignalSpy pinned(m_view.get(), &ChatListView::pinRequested);
        entry(menu, "Pin")->trigger();
        QCOMPARE(pinned.size(), 1);
        menu->close();
    }

    void theMenuOfAFolderRenamesAndRemovesIt() {
        m_view->setCurrentIndex(m_model->headingOfFolder(QStringLiteral("Work")));
        QTest::keyClick(m_view.get(), Qt::Key_F10, Qt::ShiftModifier);
        QMenu* menu = popup();
        QVERIFY(menu != nullptr);
        QSignalSpy removed(m_view.get(), &ChatListView::removeFolderRequested);
        entry(menu, "Remove folder, keep its chats")->trigger();
        QCOMPARE(removed.size(), 1);
        QCOMPARE(removed[0][0].toString(), QStringLiteral("Work"));
        menu->close();
    }

    void theRightButtonAndTheDotsOpenTheMenuToo() {
        const QRect row = m_view->visualRect(m_model->indexOf(2));
        QSignalSpy opened(m_view.get(), &ChatListView::chatOpened);
        QTest::mouseClick(m_view->viewport(), Qt::LeftButton, Qt::NoModifier,
                          ChatListDelegate::moreRect(row).center());
        QMenu* menu = popup();
        QVERIFY(menu != nullptr);
        QCOMPARE(opened.size(), 0);
        QCOMPARE(current(), 2);
        menu->close();
        QTRY_VERIFY(popup() == nullptr);
        QContextMenuEvent event(QContextMenuEvent::Mouse, row.center(),
                                m_view->viewport()->mapToGlobal(row.center()));
        QCoreApplication::sendEvent(m_view->viewport(), &event);
        QVERIFY(popup() != nullptr);
        popup()->close();
    }

    void aChatIsDraggedOntoAFolder() {
        QSignalSpy moved(m_view.get(), &ChatListView::moveToFolderRequested);
        QSignalSpy pinned(m_view.get(), &ChatListView::pinRequested);
        drop(1, m_model->headingOfFolder(QStringLiteral("Work")));
        QCOMPARE(moved.size(), 1);
        QCOMPARE(moved[0][0].toLongLong(), 1);
        QCOMPARE(moved[0][1].toString(), QStringLiteral("Work"));
        drop(1, m_model->indexOf(4));  // onto a chat of the folder
        QCOMPARE(moved.size(), 2);
        drop(4, m_model->indexOf(1));  // out of the folder
        QCOMPARE(moved.size(), 3);
        QCOMPARE(moved[2][1].toString(), QString());
        drop(4, m_model->headingOfFolder(QStringLiteral("Work")));  // where it is
        QCOMPARE(moved.size(), 3);
        QCOMPARE(pinned.size(), 0);
    }

    void everyRowHasAName() { QCOMPARE(tests::unnamedControls(*m_view), QStringList()); }

    void tenThousandChatsScroll() {
        std::vector<storage::Chat> many;
        for (int i = 0; i < 10'000; ++i) {
            many.push_back(chat(i + 1, "A chat about bridges, gardens and the harbour", i / 20));
        }
        m_model->setChats(many, m_folders);
        m_view->viewport()->grab();
        QScrollBar* bar = m_view->verticalScrollBar();
        std::vector<qint64> timesUs;
        QElapsedTimer timer;
        for (int i = 0; i < 200; ++i) {
            timer.restart();
            bar->setValue(bar->maximum() / 200 * i);
            m_view->viewport()->repaint();
            timesUs.push_back(timer.nsecsElapsed() / 1000);
        }
        std::sort(timesUs.begin(), timesUs.end());
        qInfo(
            "10,000 chats: one scroll step with its repaint %lld us (median of 200), %lld us at "
            "most",
            timesUs[100], timesUs.back());
        QVERIFY(timesUs[100] < 50'000);

        // One change with the view that follows it and its repaint.
        std::vector<qint64> updatesUs;
        for (std::size_t i = 0; i < 15; ++i) {
            many[9'000 - i].changed += std::chrono::hours(24 * 600);
            std::vector<storage::Chat> handedIn = many;
            timer.restart();
            m_model->setChats(std::move(handedIn), m_folders);
            QCoreApplication::sendPostedEvents();
            m_view->viewport()->repaint();
            updatesUs.push_back(timer.nsecsElapsed() / 1000);
        }
        std::sort(updatesUs.begin(), updatesUs.end());
        qInfo("10,000 chats: one changed chat until it is painted %lld us (median of 15)",
              updatesUs[7]);
        QVERIFY(updatesUs[7] < 100'000);
    }

private:
    qint64 current() const {
        return m_view->currentIndex().data(ChatListModel::ChatIdRole).toLongLong();
    }

    static QMenu* popup() { return qobject_cast<QMenu*>(QApplication::activePopupWidget()); }

    void click(const QModelIndex& index) {
        QTest::mouseClick(m_view->viewport(), Qt::LeftButton, Qt::NoModifier,
                          m_view->visualRect(index).center());
    }

    void drop(storage::ChatId dragged, const QModelIndex& target) {
        const std::unique_ptr<QMimeData> mime(m_model->mimeData({m_model->indexOf(dragged)}));
        const QPoint position = m_view->visualRect(target).center();
        QDragEnterEvent enter(position, Qt::MoveAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_view->viewport(), &enter);
        QVERIFY(enter.isAccepted());
        QDragMoveEvent move(position, Qt::MoveAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_view->viewport(), &move);
        QVERIFY(move.isAccepted());
        QDropEvent event(position, Qt::MoveAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_view->viewport(), &event);
    }

    std::vector<storage::Chat> m_chats;
    std::vector<storage::Folder> m_folders;
    std::unique_ptr<ChatListModel> m_model;
    std::unique_ptr<ChatListView> m_view;
};

}  // namespace hearth::ui

QTEST_MAIN(hearth::ui::ChatListViewTest)
#include "chat_list_view_test.moc"
