#include "ui/sidebar/side_bar.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QTest>
#include <QTranslator>
#include <QVBoxLayout>

#include "tests/gui/accessibility_walk.h"
#include "tests/gui/pictures.h"
#include "ui/sidebar/bin_row.h"
#include "ui/sidebar/bin_view.h"
#include "ui/sidebar/chat_list_model.h"
#include "ui/sidebar/chat_list_view.h"
#include "ui/sidebar/search_result_view.h"
#include "ui/sidebar/side_bar_button.h"
#include "ui/sidebar/undo_bar.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

using namespace std::chrono_literals;

storage::Time now() {
    static const storage::Time kNow(std::chrono::milliseconds(
        QDateTime(QDate(2026, 11, 24), QTime(15, 30)).toMSecsSinceEpoch()));
    return kNow;
}

storage::Chat chat(storage::ChatId id, const char* title, int hoursAgo, const char* folder = "") {
    storage::Chat made;
    made.id = id;
    made.title = title;
    made.folder = folder;
    made.changed = now() - std::chrono::hours(hoursAgo);
    return made;
}

std::vector<storage::Chat> someChats() {
    std::vector<storage::Chat> chats{
        chat(1, "Bridge photos and the Harlow report", 200),
        chat(2, "Invoice of the boat yard", 1),
        chat(3, "Meeting notes, Tuesday", 2),
        chat(4, "What the wren sang in the garden", 3),
        chat(5, "Chapter 4, second reading", 26),
        chat(6, "桥梁照片和维修报告", 28),
        chat(7, "Bread with less salt", 80),
        chat(8, "Grandfather's letters, transcribed", 100),
        chat(9, "A name for the dog", 400),
        chat(10, "Insulating the attic: what comes first", 900),
        chat(11, "Offer for the roof", 50, "House"),
        chat(12, "Heat pump or stove?", 60, "House"),
        chat(13, "Thesis outline", 70, "Studies"),
    };
    chats[0].isPinned = true;
    return chats;
}

std::vector<storage::Folder> someFolders() {
    return {{"House", 0}, {"Studies", 1}};
}

SearchHit hit(const char* title, const char* snippet, const char* word, int hoursAgo) {
    SearchHit made;
    made.chat = 1;
    made.title = QString::fromUtf8(title);
    made.snippet = QString::fromUtf8(snippet);
    const QString mark = QString::fromUtf8(word);
    const auto find = [&mark](const QString& text) {
        QList<TextRange> ranges;
        for (qsizetype at = text.indexOf(mark, 0, Qt::CaseInsensitive); at >= 0;
             at = text.indexOf(mark, at + 1, Qt::CaseInsensitive)) {
            ranges.append({static_cast<int>(at), static_cast<int>(at + mark.size())});
        }
        return ranges;
    };
    made.titleMatches = find(made.title);
    made.snippetMatches = find(made.snippet);
    made.time = QDateTime(QDate(2026, 11, 24), QTime(15, 30)).addSecs(-3600LL * hoursAgo);
    return made;
}

std::vector<SearchHit> someHits() {
    std::vector<SearchHit> hits{
        hit("Bridge photos and the Harlow report", "", "bridge", 200),
        hit("Bridge photos and the Harlow report",
            "The second picture shows an arch bridge of red brick over calm water; the bridge of "
            "the report has three arches.",
            "bridge", 201),
        hit("Harlow report",
            "Repairs of the bridge are due before the first frost, says the "
            "inspector, and must not wait for the spring.",
            "bridge", 0),
        hit("What the wren sang in the garden",
            "… over the little bridge and then along the hedge, where it", "bridge", 3),
    };
    hits[2].chat.reset();
    hits[2].document = 4;
    hits[2].pageNumber = 12;
    return hits;
}

std::vector<storage::BinEntry> someEntries() {
    const auto entry = [](storage::BinKind kind, std::int64_t row, const char* title, int hours) {
        return storage::BinEntry{kind, row, title, now(), now() + std::chrono::hours(hours)};
    };
    return {entry(storage::BinKind::Chat, 21, "Gift ideas for Mara", 24 * 30 - 1),
            entry(storage::BinKind::Document, 5, "Manual of the old boiler", 24 * 12 + 1),
            entry(storage::BinKind::Message, 90, "Please translate this letter", 25),
            entry(storage::BinKind::Chat, 22, "Train to Lisbon", 5)};
}

/// A language in which every text stands in brackets.
class Brackets : public QTranslator {
public:
    QString translate(const char*, const char* text, const char*, int) const override {
        return u'[' + QString::fromUtf8(text) + u']';
    }
    bool isEmpty() const override { return false; }
};

}  // namespace

/// The side bar beside an empty page.
class SideBarTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QApplication::setStyle(QStringLiteral("Fusion"));
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        QFont font = QApplication::font();
        font.setPointSizeF(10.5);
        QApplication::setFont(font);
        applyTheme(ThemeKind::Light);
    }

    void init() { build(); }

    void cleanup() { m_window.reset(); }

    void everyControlHasANameAndIsReachedByTab() {
        m_bar->setAnswering(2, true);
        checkControls();
        typeSearch("bridge");
        m_bar->setSearchResults(QStringLiteral("bridge"), someHits());
        checkControls();
        m_bar->showBin();
        m_bar->setBinEntries(someEntries());
        checkControls();
        QTest::mouseClick(button("bin"), Qt::LeftButton);
        m_bar->setMode(SideBarMode::Icons);
        QTRY_COMPARE(m_bar->width(), 52);
        QTRY_VERIFY(button("unfold")->isVisible());
        checkControls();
        m_bar->setMode(SideBarMode::Drawer);
        m_bar->setDrawerOpen(true);
        checkControls();
    }

    void ctrlNBeginsANewChat() {
        QSignalSpy wished(m_bar, &SideBar::newChatRequested);
        QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier);
        QCOMPARE(wished.size(), 1);
        QTest::mouseClick(button("newChat"), Qt::LeftButton);
        QCOMPARE(wished.size(), 2);
    }

    void aSearchIsAskedForWhenTypingPauses() {
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(QApplication::focusWidget(), search());
        QSignalSpy asked(m_bar, &SideBar::searchRequested);
        QElapsedTimer timer;
        timer.start();
        QTest::keyClicks(search(), QStringLiteral("  bri"));
        QTest::keyClicks(search(), QStringLiteral("dge "));
        QVERIFY(timer.elapsed() >= 120 || asked.isEmpty());
        QTRY_COMPARE(asked.size(), 1);
        QVERIFY(timer.elapsed() >= 120);
        QCOMPARE(asked[0][0].toString(), QStringLiteral("bridge"));
    }

    void resultsReplaceTheListAndTheKeyboardOpensOne() {
        typeSearch("bridge");
        m_bar->setSearchResults(QStringLiteral("brid"), someHits());  // outrun by the typing
        QVERIFY(list()->isVisible());
        m_bar->setSearchResults(QStringLiteral("bridge"), someHits());
        QVERIFY(results()->isVisible());
        QVERIFY(!list()->isVisible());
        QSignalSpy opened(m_bar, &SideBar::hitOpened);
        QTest::keyClick(search(), Qt::Key_Return);
        QCOMPARE(opened.size(), 1);
        QTest::keyClick(search(), Qt::Key_Down);
        QCOMPARE(QApplication::focusWidget(), results());
        QTest::keyClick(results(), Qt::Key_Down);
        QTest::keyClick(results(), Qt::Key_Down);
        QTest::keyClick(results(), Qt::Key_Return);
        QCOMPARE(opened.size(), 2);
        QCOMPARE(opened[1][0].value<SearchHit>(), someHits()[2]);
        QTest::mouseClick(results()->viewport(), Qt::LeftButton, Qt::NoModifier,
                          results()->visualRect(results()->model()->index(3, 0)).center());
        QCOMPARE(opened.size(), 3);
        QCOMPARE(opened[2][0].value<SearchHit>().title, someHits()[3].title);
        for (int i = 0; i < 5; ++i) {
            QTest::keyClick(results(), Qt::Key_Up);
        }
        QCOMPARE(QApplication::focusWidget(), search());
        QTest::keyClick(search(), Qt::Key_Escape);
        QVERIFY(search()->text().isEmpty());
        QVERIFY(list()->isVisible());
    }

    void nothingFoundIsSaidInPlainWords() {
        typeSearch("zebra");
        m_bar->setSearchResults(QStringLiteral("zebra"), {});
        QVERIFY(!list()->isVisible());
        QVERIFY(says("Nothing found for “zebra”. Try fewer words, or others."));
        QTest::keyClick(search(), Qt::Key_Escape);
        QVERIFY(list()->isVisible());
        m_bar->setChats({}, {});
        QVERIFY(says("Your chats will be listed here. They stay on this computer."));
    }

    void deletingOffersToUndoForAWhile() {
        QSignalSpy deleted(m_bar, &SideBar::deleteRequested);
        QSignalSpy undone(m_bar, &SideBar::undoDeleteRequested);
        auto* bar = m_window->findChild<UndoBar*>();
        QVERIFY(!bar->isVisible());
        m_bar->setUndoDuration(150ms);
        list()->setFocus();
        list()->setCurrentIndex(m_bar->model().indexOf(3));
        QTest::keyClick(list(), Qt::Key_Delete);
        QCOMPARE(deleted.size(), 1);
        QVERIFY(bar->isVisible());
        QTRY_VERIFY(!bar->isVisible());
        QCOMPARE(undone.size(), 0);

        QTest::keyClick(list(), Qt::Key_Delete);
        auto* undo = bar->findChild<QAbstractButton*>();
        undo->setFocus();
        QTest::qWait(300);  // longer than it would stay: the keyboard holds it
        QVERIFY(bar->isVisible());
        QTest::keyClick(undo, Qt::Key_Space);
        QCOMPARE(undone.size(), 1);
        QCOMPARE(undone[0][0].toLongLong(), 3);
        QVERIFY(!bar->isVisible());

        QTest::keyClick(list(), Qt::Key_Delete);
        QTest::keyClick(list(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(undone.size(), 2);
    }

    void aNewFolderIsNamedInPlace() {
        QSignalSpy moved(m_bar, &SideBar::moveToFolderRequested);
        Q_EMIT list()->newFolderRequested(2);
        auto* name = m_window->findChild<QLineEdit*>(QStringLiteral("folderName"));
        QCOMPARE(QApplication::focusWidget(), name);
        QTest::keyClick(name, Qt::Key_Return);  // no name, no folder
        QVERIFY(name->isVisible());
        checkControls();
        name->setFocus();
        QTest::keyClicks(name, QStringLiteral(" Boats "));
        QTest::keyClick(name, Qt::Key_Return);
        QCOMPARE(moved.size(), 1);
        QCOMPARE(moved[0][0].toLongLong(), 2);
        QCOMPARE(moved[0][1].toString(), QStringLiteral("Boats"));
        QVERIFY(!name->isVisible());
        Q_EMIT list()->newFolderRequested(2);
        QTest::keyClick(name, Qt::Key_Escape);
        QVERIFY(!name->isVisible());
        QCOMPARE(moved.size(), 1);
        QCOMPARE(QApplication::focusWidget(), list());
    }

    void theBinRestoresAndErasesAfterAsking() {
        QSignalSpy wanted(m_bar, &SideBar::binEntriesRequested);
        QTest::mouseClick(button("bin"), Qt::LeftButton);
        QCOMPARE(wanted.size(), 1);
        m_bar->setBinEntries(someEntries());
        const QList<BinRow*> rows = m_window->findChildren<BinRow*>();
        QCOMPARE(rows.size(), 4);
        QVERIFY(rows[0]->accessibleName().contains(u"29 days left"));
        QVERIFY(rows[2]->accessibleName().contains(u"1 day left"));
        QVERIFY(rows[3]->accessibleName().contains(u"Less than a day left"));

        QSignalSpy restored(m_bar, &SideBar::restoreRequested);
        QTest::keyClick(rows[0]->restoreButton(), Qt::Key_Space);
        QCOMPARE(restored.size(), 1);
        QCOMPARE(restored[0][0].value<storage::BinEntry>().row, 21);

        QSignalSpy erased(m_bar, &SideBar::eraseRequested);
        QTest::mouseClick(named(rows[1], "Erase Manual of the old boiler for good"),
                          Qt::LeftButton);
        QCOMPARE(erased.size(), 0);
        auto* keep = named(rows[1], "Keep Manual of the old boiler in the bin");
        QCOMPARE(QApplication::focusWidget(), keep);  // Enter on the spot loses nothing
        checkControls();
        QTest::mouseClick(keep, Qt::LeftButton);
        QTest::mouseClick(named(rows[1], "Erase Manual of the old boiler for good"),
                          Qt::LeftButton);
        QTest::mouseClick(
            named(rows[1], "Erase Manual of the old boiler for good, there is no way back"),
            Qt::LeftButton);
        QCOMPARE(erased.size(), 1);
        QCOMPARE(erased[0][0].value<storage::BinEntry>().row, 5);
    }

    void theBinIsEmptiedAfterAsking() {
        m_bar->showBin();
        m_bar->setBinEntries(someEntries());
        QSignalSpy emptied(m_bar, &SideBar::emptyBinRequested);
        QTest::mouseClick(named(m_bar, "Empty the bin"), Qt::LeftButton);
        QVERIFY(says("Erase all 4 things in the bin? There is no way back."));
        QCOMPARE(emptied.size(), 0);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QTest::mouseClick(named(m_bar, "Empty the bin"), Qt::LeftButton);
        QTest::mouseClick(named(m_bar, "Erase all"), Qt::LeftButton);
        QCOMPARE(emptied.size(), 1);
        m_bar->setBinEntries({});
        QVERIFY(says("Nothing is in the bin."));
        QVERIFY(!named(m_bar, "Empty the bin")->isVisible());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QVERIFY(list()->isVisible());
    }

    void aFullBinShowsItsEntriesInPortions() {
        m_bar->showBin();
        std::vector<storage::BinEntry> entries;
        for (int i = 0; i < 250; ++i) {
            entries.push_back({storage::BinKind::Chat, i + 1, "Chat", now(), now() + 48h});
        }
        m_bar->setBinEntries(entries);
        QCOMPARE(m_window->findChildren<BinRow*>().size(), 100);
        QTest::mouseClick(named(m_bar, "Show more"), Qt::LeftButton);
        QTest::mouseClick(named(m_bar, "Show more"), Qt::LeftButton);
        QCOMPARE(m_window->findChildren<BinRow*>().size(), 250);
        QVERIFY(!named(m_bar, "Show more")->isVisible());
    }

    void foldingIsWishedForAndTakesUnderATenthOfASecondAndAHalf() {
        QSignalSpy wished(m_bar, &SideBar::modeRequested);
        QTest::mouseClick(button("fold"), Qt::LeftButton);
        QCOMPARE(wished.size(), 1);
        QCOMPARE(wished[0][0].value<SideBarMode>(), SideBarMode::Icons);
        QCOMPARE(m_bar->width(), 264);
        m_bar->setMode(SideBarMode::Icons);
        QVERIFY(m_bar->width() > 52);  // on its way
        QTRY_COMPARE(m_bar->width(), 52);
        QTRY_COMPARE(QApplication::focusWidget(), button("unfold"));
        m_bar->setReducedMotion(true);
        m_bar->setMode(SideBarMode::Full);
        QCOMPARE(m_bar->width(), 264);
        QVERIFY(list()->isVisible());
    }

    void theDrawerLiesOverThePage() {
        m_bar->setReducedMotion(true);
        m_bar->setMode(SideBarMode::Drawer);
        QCOMPARE(m_bar->width(), 0);
        QVERIFY(!search()->isVisible());
        QSignalSpy open(m_bar, &SideBar::drawerOpenChanged);
        m_page->setFocus();
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(search()->isVisible());
        QCOMPARE(QApplication::focusWidget(), search());
        QCOMPARE(m_page->x(), 0);
        QCOMPARE(open.size(), 1);
        QTest::keyClick(search(), Qt::Key_Escape);
        QVERIFY(!m_bar->isDrawerOpen());
        QVERIFY(!search()->isVisible());
        QCOMPARE(QApplication::focusWidget(), m_page);
        m_bar->setDrawerOpen(true);
        m_window->resize(700, 500);
        QTest::mouseClick(m_window->childAt(600, 100), Qt::LeftButton);
        QVERIFY(!m_bar->isDrawerOpen());
        m_bar->setDrawerOpen(true);
        list()->setFocus();
        list()->setCurrentIndex(m_bar->model().indexOf(2));
        QTest::keyClick(list(), Qt::Key_Return);
        QVERIFY(!m_bar->isDrawerOpen());
        m_bar->setMode(SideBarMode::Full);
        QCOMPARE(m_bar->width(), 264);
        QVERIFY(search()->isVisible());
    }

    void theFootLeadsToThePlaces() {
        QSignalSpy wished(m_bar, &SideBar::placeRequested);
        for (const char* const name : {"Library", "Models", "Settings"}) {
            QTest::mouseClick(named(m_bar, name), Qt::LeftButton);
        }
        QCOMPARE(wished.size(), 3);
        QCOMPARE(wished[2][0].value<SideBarPlace>(), SideBarPlace::Settings);
    }

    void anotherLanguageIsSpokenAtOnce() {
        m_bar->setBinEntries(someEntries());
        Brackets brackets;
        QCoreApplication::installTranslator(&brackets);
        QCoreApplication::sendPostedEvents();
        for (const QAbstractButton* each : m_window->findChildren<QAbstractButton*>()) {
            QVERIFY2(each->accessibleName().startsWith(u'['), qPrintable(each->accessibleName()));
        }
        QVERIFY(search()->placeholderText().startsWith(u'['));
        QVERIFY(list()->accessibleName().startsWith(u'['));
        QCOMPARE(m_bar->model().index(0).data().toString(), QStringLiteral("[Pinned]"));
        QCoreApplication::removeTranslator(&brackets);
        QCoreApplication::sendPostedEvents();
        QCOMPARE(button("newChat")->text(), QStringLiteral("New chat"));
    }

    void pictures() {
        m_window->resize(760, 760);
        for (const ThemeKind kind : {ThemeKind::Light, ThemeKind::Dark}) {
            applyTheme(kind);
            build();
            m_window->resize(320, 760);
            const QString name =
                kind == ThemeKind::Light ? QStringLiteral("-light") : QStringLiteral("-dark");
            m_bar->setOpenChat(2);
            m_bar->setAnswering(3, true);
            m_bar->setUnread(5, true);
            m_bar->model().setFolderOpen(QStringLiteral("Studies"), false);
            list()->setFocus();
            list()->setCurrentIndex(m_bar->model().indexOf(4));
            save(QStringLiteral("chats") + name);
            QTest::keyClick(list(), Qt::Key_F2);
            save(QStringLiteral("rename") + name);
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
            QTest::keyClick(list(), Qt::Key_Delete);
            m_bar->setBinEntries(someEntries());
            save(QStringLiteral("undo") + name);
            QTest::keyClick(list(), Qt::Key_Menu);
            QVERIFY(tests::savePicture(QApplication::activePopupWidget()->grab(),
                                       QStringLiteral("menu") + name));
            QApplication::activePopupWidget()->close();
            m_window->activateWindow();  // the offscreen platform forgets it after a menu
            typeSearch("bridge");
            m_bar->setSearchResults(QStringLiteral("bridge"), someHits());
            QTest::keyClick(search(), Qt::Key_Down);
            save(QStringLiteral("search") + name);
            m_bar->setSearchResults(QStringLiteral("bridge"), {});
            save(QStringLiteral("nothing") + name);
            m_bar->showBin();
            m_bar->setBinEntries(someEntries());
            QTest::mouseClick(named(m_bar, "Erase Manual of the old boiler for good"),
                              Qt::LeftButton);
            save(QStringLiteral("bin") + name);
            m_bar->showChats();
            m_bar->setReducedMotion(true);
            m_bar->setMode(SideBarMode::Icons);
            save(QStringLiteral("folded") + name);
            m_bar->setMode(SideBarMode::Drawer);
            m_window->resize(600, 760);
            m_bar->setDrawerOpen(true);
            save(QStringLiteral("drawer") + name);
        }
        applyTheme(ThemeKind::Light);
    }

private:
    void build() {
        m_window = std::make_unique<QWidget>();
        auto* layout = new QHBoxLayout(m_window.get());
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(0);
        m_bar = new SideBar(&now);
        layout->addWidget(m_bar);
        m_page = new QWidget;
        m_page->setFocusPolicy(Qt::StrongFocus);
        layout->addWidget(m_page, 1);
        m_bar->setChats(someChats(), someFolders());
        m_window->resize(900, 700);
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }

    QLineEdit* search() const { return m_window->findChild<QLineEdit*>(QStringLiteral("search")); }
    ChatListView* list() const { return m_window->findChild<ChatListView*>(); }
    SearchResultView* results() const { return m_window->findChild<SearchResultView*>(); }
    QAbstractButton* button(const char* name) const {
        return m_window->findChild<QAbstractButton*>(QLatin1String(name));
    }

    static QAbstractButton* named(const QWidget* parent, const char* name) {
        for (QAbstractButton* each : parent->findChildren<QAbstractButton*>()) {
            if (each->accessibleName() == QLatin1String(name)) {
                return each;
            }
        }
        return nullptr;
    }

    bool says(const char* text) const {
        for (const QLabel* label : m_window->findChildren<QLabel*>()) {
            if (label->isVisible() && label->text() == QString::fromUtf8(text)) {
                return true;
            }
        }
        return false;
    }

    void typeSearch(const char* text) {
        QSignalSpy asked(m_bar, &SideBar::searchRequested);
        search()->setFocus();
        search()->clear();
        QTest::keyClicks(search(), QString::fromUtf8(text));
        QTRY_COMPARE(asked.size(), 1);
    }

    void checkControls() {
        QCOMPARE(tests::unnamedControls(*m_window), QStringList());
        QCOMPARE(tests::controlsNotReachedByTab(*m_window), QStringList());
    }

    void save(const QString& name) {
        QTest::qWait(30);
        QPixmap picture(m_window->size() * 2);
        picture.setDevicePixelRatio(2);
        m_window->render(&picture);
        QVERIFY(tests::savePicture(picture, name));
    }

    std::unique_ptr<QWidget> m_window;
    SideBar* m_bar = nullptr;
    QWidget* m_page = nullptr;
};

}  // namespace hearth::ui

QTEST_MAIN(hearth::ui::SideBarTest)
#include "side_bar_test.moc"
