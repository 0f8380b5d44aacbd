#include "ui/main_window.h"

#include <QApplication>
#include <QDir>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QUrl>

#include "ui/bridge/assistant_bridge.h"
#include "ui/theme/theme.h"
#include "ui/widgets/attachment_chip.h"
#include "ui/widgets/message_widgets.h"

namespace hearth::ui {
namespace {

constexpr int kAnswerTimeoutMs = 60'000;

QString sample(const char* name) {
    return QDir(QStringLiteral(HEARTH_SAMPLES_DIR)).filePath(QString::fromLatin1(name));
}

}  // namespace

/// Drives the window with the real assistant and the built-in model.
class MainWindowTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        applyTheme(ThemeKind::Light);
        m_bridge = std::make_unique<AssistantBridge>(app::AssistantOptions{});
        m_window = std::make_unique<MainWindow>(*m_bridge);
        m_window->show();
        QSignalSpy problem(m_bridge.get(), &AssistantBridge::loadingFailed);
        QTRY_VERIFY_WITH_TIMEOUT(m_bridge->isReady() || !problem.isEmpty(), 20'000);
        QVERIFY2(problem.isEmpty(),
                 qPrintable(problem.isEmpty() ? QString() : problem.first().first().toString()));
        m_edit = m_window->findChild<QPlainTextEdit*>(QStringLiteral("question"));
        m_send = m_window->findChild<QToolButton*>(QStringLiteral("send"));
        QVERIFY(m_edit != nullptr);
        QVERIFY(m_send != nullptr);
    }

    void theStatusLineSaysInWordsWhatAnswers() {
        QStringList texts;
        for (const QLabel* label : m_window->findChildren<QLabel*>()) {
            texts += {label->text(), label->toolTip()};
        }
        QVERIFY(texts.contains(QStringLiteral("Hearth Mini · CPU · everything local")));
        const QString all = texts.join(u'\n');
        QVERIFY(all.contains(QStringLiteral("this computer's processor")));
        for (const char* const jargon : {"avx", "cpu-", "thread"}) {
            QVERIFY2(!all.contains(QLatin1String(jargon), Qt::CaseInsensitive), jargon);
        }
    }

    void nothingToSendMeansNothingIsSent() {
        QVERIFY(!m_send->isEnabled());
        QTest::keyClick(m_edit, Qt::Key_Return);
        QVERIFY(m_window->findChildren<AnswerBlock*>().isEmpty());
    }

    void shiftEnterBreaksTheLineAndEnterSends() {
        QTest::keyClicks(m_edit, QStringLiteral("Hello."));
        QTest::keyClick(m_edit, Qt::Key_Return, Qt::ShiftModifier);
        QTest::keyClicks(m_edit, QStringLiteral("Who are you?"));
        QCOMPARE(m_edit->toPlainText(), QStringLiteral("Hello.\nWho are you?"));
        const QString answer = sendAndWait();
        QVERIFY2(!answer.trimmed().isEmpty(), "the model answers");
        QVERIFY(m_edit->toPlainText().isEmpty());
    }

    void aPictureAndARecordingAreDroppedAndAskedAbout() {
        drop({sample("picture.png"), sample("recording.wav")});
        QCOMPARE(m_window->findChildren<AttachmentChip*>().size(), 2);
        QTest::keyClicks(m_edit, QStringLiteral("What is in the picture?"));
        QSignalSpy attachments(m_bridge.get(), &AssistantBridge::attachmentReady);
        const QString answer = sendAndWait();
        QVERIFY(!answer.trimmed().isEmpty());
        QCOMPARE(attachments.size(), 2);
        QVERIFY(attachments[0][2].toString().contains(QStringLiteral("800 × 600 px")));
        QVERIFY(attachments[1][2].toString().contains(QStringLiteral("vectors")));
    }

    void aNewConversationIsEmptyAndKnowsADocument() {
        QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier);
        QTRY_VERIFY(m_window->findChildren<AnswerBlock*>().isEmpty());
        drop({sample("document.txt")});
        QTest::keyClicks(m_edit, QStringLiteral("What colour is the boat house painted?"));
        const QString answer = sendAndWait();
        QVERIFY2(answer.contains(QStringLiteral("dark green")), qPrintable(answer));
        saveScreenshot();
    }

    void aFileThatIsNotThereIsNamedAndTheConversationGoesOn() {
        drop({QStringLiteral("/nonexistent/holiday.png")});
        QTest::keyClicks(m_edit, QStringLiteral("What is this?"));
        QSignalSpy failed(m_bridge.get(), &AssistantBridge::failed);
        QTest::keyClick(m_edit, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kAnswerTimeoutMs);
        QVERIFY(failed[0][1].toString().contains(QStringLiteral("holiday.png")));
        QTest::keyClicks(m_edit, QStringLiteral("Are you still there?"));
        QVERIFY(!sendAndWait().trimmed().isEmpty());
    }

    void escapeStopsAnAnswer() {
        QTest::keyClicks(m_edit, QStringLiteral("Tell me a long story about a lighthouse."));
        QSignalSpy text(m_bridge.get(), &AssistantBridge::textAdded);
        QSignalSpy finished(m_bridge.get(), &AssistantBridge::finished);
        QTest::keyClick(m_edit, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(!text.isEmpty() || !finished.isEmpty(), kAnswerTimeoutMs);
        QTest::keyClick(m_edit, Qt::Key_Escape);
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 2'000);
        QTRY_COMPARE(m_send->accessibleName(), QStringLiteral("Send"));
    }

    void everyControlHasANameAndIsReachedByTab() {
        for (const QToolButton* button : m_window->findChildren<QToolButton*>()) {
            QVERIFY(!button->accessibleName().isEmpty());
            QVERIFY(button->focusPolicy() & Qt::TabFocus);
        }
        QVERIFY(!m_edit->accessibleName().isEmpty());
    }

    void cleanupTestCase() {
        m_window.reset();
        m_bridge.reset();
    }

private:
    QString sendAndWait() {
        QSignalSpy finished(m_bridge.get(), &AssistantBridge::finished);
        QTest::keyClick(m_edit, Qt::Key_Return);
        if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, kAnswerTimeoutMs)) {
            return {};
        }
        return m_window->findChildren<AnswerBlock*>().last()->text();
    }

    void drop(const QStringList& paths) {
        QMimeData data;
        QList<QUrl> urls;
        for (const QString& path : paths) {
            urls.append(QUrl::fromLocalFile(path));
        }
        data.setUrls(urls);
        // Qt delivers a drop to the widget that the drag has entered.
        QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton,
                              Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent event(QPointF(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &event);
    }

    /// Where HEARTH_SCREENSHOT names a file, the window as it is now is saved there.
    void saveScreenshot() {
        const QString path = qEnvironmentVariable("HEARTH_SCREENSHOT");
        if (!path.isEmpty()) {
            QTest::qWait(100);
            QVERIFY(m_window->grab().save(path));
        }
    }

    std::unique_ptr<AssistantBridge> m_bridge;
    std::unique_ptr<MainWindow> m_window;
    QPlainTextEdit* m_edit = nullptr;
    QToolButton* m_send = nullptr;
};

}  // namespace hearth::ui

QTEST_MAIN(hearth::ui::MainWindowTest)
#include "main_window_test.moc"
