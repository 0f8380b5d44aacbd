#include "ui/main_window.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeySequence>
#include <QLabel>
#include <QMimeData>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/bridge/assistant_bridge.h"
#include "ui/theme/theme.h"
#include "ui/widgets/composer.h"
#include "ui/widgets/conversation_view.h"
#include "ui/widgets/message_widgets.h"

namespace hearth::ui {

MainWindow::MainWindow(AssistantBridge& bridge, QWidget* parent)
    : QMainWindow(parent),
      m_bridge(bridge),
      m_view(new ConversationView),
      m_composer(new Composer),
      m_statusLine(new QLabel) {
    setWindowTitle(tr("Hearth"));
    setAcceptDrops(true);
    resize(960, 720);

    auto* page = new QWidget;
    page->setObjectName(QStringLiteral("page"));
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 3 * kSpacing);
    layout->setSpacing(2 * kSpacing);
    layout->addWidget(m_view, 1);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(6 * kSpacing, 0, 6 * kSpacing, 0);
    m_composer->setMaximumWidth(kTextColumnWidth);
    row->addStretch(1);
    row->addWidget(m_composer, 1000);
    row->addStretch(1);
    layout->addLayout(row);
    m_statusLine->setObjectName(QStringLiteral("secondary"));
    m_statusLine->setTextFormat(Qt::PlainText);
    m_statusLine->setWordWrap(true);
    m_statusLine->setAlignment(Qt::AlignCenter);
    m_statusLine->setText(tr("Loading the model …"));
    layout->addWidget(m_statusLine);
    setCentralWidget(page);

    connect(m_composer, &Composer::sendRequested, this, &MainWindow::send);
    connect(m_composer, &Composer::stopRequested, this, &MainWindow::stop);
    connect(m_composer, &Composer::attachRequested, this, &MainWindow::chooseFiles);
    const auto addShortcut = [this](const QKeySequence& keys, void (MainWindow::*slot)()) {
        auto* action = new QAction(this);
        action->setShortcut(keys);
        connect(action, &QAction::triggered, this, slot);
        addAction(action);
    };
    addShortcut(Qt::Key_Escape, &MainWindow::stop);
    addShortcut(QKeySequence::New, &MainWindow::startNewConversation);
    addShortcut(QKeySequence::Open, &MainWindow::chooseFiles);

    connect(
        &m_bridge, &AssistantBridge::ready, this,
        [this](const QString& model, const app::AnswerDevice& device) {
            m_statusLine->setText(tr("%1 · %2 · everything local").arg(model, deviceName(device)));
            m_statusLine->setToolTip(deviceDetails(device));
            m_composer->setReady(true);
        });
    connect(&m_bridge, &AssistantBridge::loadingFailed, this, [this](const QString& problem) {
        m_statusLine->setText(tr("No model: %1").arg(problem));
    });
    connect(&m_bridge, &AssistantBridge::attachmentReady, this,
            [this](quint64 id, int index, const QString& description) {
                if (const auto found = m_running.find(id); found != m_running.end()) {
                    found->second.question->setAttachmentDescription(index, description);
                }
            });
    connect(
        &m_bridge, &AssistantBridge::promptProgress, this, [this](quint64 id, int done, int total) {
            if (AnswerBlock* answer = answerOf(id); answer != nullptr && total > 0) {
                answer->setStatus(tr("Reading, %1 %").arg(100 * static_cast<qint64>(done) / total));
            }
        });
    connect(&m_bridge, &AssistantBridge::textAdded, this, [this](quint64 id, const QString& text) {
        if (AnswerBlock* answer = answerOf(id)) {
            answer->addText(text);
            answer->setStatus(tr("Answering …"));
        }
    });
    connect(&m_bridge, &AssistantBridge::finished, this, &MainWindow::onFinished);
    connect(&m_bridge, &AssistantBridge::failed, this, &MainWindow::onFailed);
    m_composer->setFocus();
}

QString MainWindow::deviceName(const app::AnswerDevice& device) {
    switch (device.kind) {
        case app::AnswerDevice::Kind::Cpu:
            return tr("CPU");
    }
    return {};
}

QString MainWindow::deviceDetails(const app::AnswerDevice& device) {
    switch (device.kind) {
        case app::AnswerDevice::Kind::Cpu:
            return device.numThreads == 1
                       ? tr("Answers are worked out by one core of this computer's processor.")
                       : tr("Answers are worked out by %1 cores of this computer's processor.")
                             .arg(device.numThreads);
    }
    return {};
}

void MainWindow::send() {
    const QString text = m_composer->text();
    const QStringList files = m_composer->files();
    app::Question question;
    question.earlier = m_earlier;
    question.text = text.toStdString();
    for (const QString& file : files) {
        question.files.push_back({std::filesystem::path(file.toStdString()), std::nullopt});
    }
    QString problem;
    app::Exchange asked{question.text, question.files, {}};
    const app::RequestId id = m_bridge.ask(std::move(question), &problem);
    if (id == 0) {
        m_statusLine->setText(problem);
        return;
    }
    m_composer->clear();
    RunningExchange exchange;
    exchange.asked = std::move(asked);
    exchange.question = m_view->addQuestion(text, files);
    exchange.answer = m_view->addAnswer();
    exchange.answer->setStatus(tr("Thinking …"));
    m_running.emplace(id, std::move(exchange));
    m_composer->setAnswering(true);
}

void MainWindow::stop() {
    for (const auto& [id, exchange] : m_running) {
        m_bridge.stop(id);
    }
}

void MainWindow::chooseFiles() {
    auto* dialog = new QFileDialog(this, tr("Attach files"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, m_composer, &Composer::addFiles);
    dialog->open();
}

void MainWindow::startNewConversation() {
    if (!m_running.empty() || !m_bridge.isReady()) {
        return;
    }
    m_earlier.clear();
    m_view->clear();
    m_composer->setFocus();
}

void MainWindow::onFinished(app::RequestId id, const app::AnswerReport& report) {
    if (const auto found = m_running.find(id); found != m_running.end() && !report.text.empty()) {
        found->second.asked.answer = report.text;
        m_earlier.push_back(std::move(found->second.asked));
    }
    if (AnswerBlock* answer = answerOf(id)) {
        QString status = tr("%1 tokens, %2 tok/s")
                             .arg(report.generatedTokens)
                             .arg(report.generatedTokensPerSecond, 0, 'f', 0);
        if (report.finishReason == app::FinishReason::Cancelled) {
            status = tr("Stopped. %1").arg(status);
        } else if (report.finishReason == app::FinishReason::Length) {
            status = tr("Cut at the length limit. %1").arg(status);
        }
        answer->setStatus(status);
    }
    endExchange(id);
}

void MainWindow::onFailed(app::RequestId id, const QString& problem) {
    if (AnswerBlock* answer = answerOf(id)) {
        answer->setProblem(problem);
    } else {
        m_statusLine->setText(problem);
    }
    endExchange(id);
}

AnswerBlock* MainWindow::answerOf(app::RequestId id) const {
    const auto found = m_running.find(id);
    return found == m_running.end() ? nullptr : found->second.answer;
}

void MainWindow::endExchange(app::RequestId id) {
    m_running.erase(id);
    m_composer->setAnswering(!m_running.empty());
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile()) {
            event->acceptProposedAction();
            return;
        }
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile()) {
            paths.append(url.toLocalFile());
        }
    }
    m_composer->addFiles(paths);
    event->acceptProposedAction();
}

}  // namespace hearth::ui
