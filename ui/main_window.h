#pragma once

#include <QMainWindow>
#include <map>

#include "app/core/assistant.h"

class QLabel;

namespace hearth::ui {

class AnswerBlock;
class AssistantBridge;
class Composer;
class ConversationView;
class QuestionCard;

/// The window: one conversation with the model that the bridge loads. Files are attached by the
/// dialog or dropped anywhere. GUI thread only.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    /// `bridge` outlives the window.
    explicit MainWindow(AssistantBridge& bridge, QWidget* parent = nullptr);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    /// A question that is being answered.
    struct RunningExchange {
        app::Exchange asked;
        QuestionCard* question = nullptr;
        AnswerBlock* answer = nullptr;
    };

    static QString deviceName(const app::AnswerDevice& device);
    static QString deviceDetails(const app::AnswerDevice& device);
    void send();
    void stop();
    void chooseFiles();
    void startNewConversation();
    void onFinished(app::RequestId id, const app::AnswerReport& report);
    void onFailed(app::RequestId id, const QString& problem);
    AnswerBlock* answerOf(app::RequestId id) const;
    void endExchange(app::RequestId id);

    AssistantBridge& m_bridge;
    ConversationView* m_view;
    Composer* m_composer;
    QLabel* m_statusLine;
    std::map<app::RequestId, RunningExchange> m_running;
    std::vector<app::Exchange> m_earlier;  ///< the conversation so far
};

}  // namespace hearth::ui
