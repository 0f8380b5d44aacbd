#pragma once

#include <QObject>
#include <QString>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "app/core/assistant.h"

namespace hearth::ui {

/// Carries questions from the window to the assistant and its events back. The only class that sees
/// both threads: it loads the model on a thread of its own, copies what arrives and hops to the GUI
/// thread with queued calls; text is merged to at most 30 updates a second. GUI thread only, but
/// for what it does inside.
class AssistantBridge : public QObject {
    Q_OBJECT

public:
    explicit AssistantBridge(app::AssistantOptions options, QObject* parent = nullptr);
    ~AssistantBridge() override;

    bool isReady() const { return m_assistant != nullptr; }

    /// Queues a question; its id, or 0 with `problem` set when it could not be queued. Requires
    /// `isReady()`.
    app::RequestId ask(app::Question question, QString* problem);
    void stop(app::RequestId id);

Q_SIGNALS:
    void ready(const QString& modelName, const hearth::app::AnswerDevice& device);
    void loadingFailed(const QString& problem);
    void attachmentReady(quint64 id, int index, const QString& description);
    void promptProgress(quint64 id, int done, int total);
    void textAdded(quint64 id, const QString& text);
    void finished(quint64 id, const hearth::app::AnswerReport& report);
    void failed(quint64 id, const QString& problem);

private:
    class Events;

    void onLoaded(Result<std::unique_ptr<app::Assistant>> result);

    std::unique_ptr<Events> m_events;  // outlives the assistant, which calls it
    std::unique_ptr<app::Assistant> m_assistant;
    std::jthread m_loader;
};

}  // namespace hearth::ui
