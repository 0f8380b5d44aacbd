#include "ui/bridge/assistant_bridge.h"

#include <QMetaObject>
#include <QTimer>

namespace hearth::ui {
namespace {

constexpr int kTextIntervalMs = 33;

QString fromUtf8(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

/// Receives events on the assistant's thread and posts copies to the GUI thread.
class AssistantBridge::Events final : public app::AssistantEvents {
public:
    explicit Events(AssistantBridge& bridge) : m_bridge(bridge) {}

    void attachmentReady(app::RequestId id, std::size_t index,
                         const app::AttachmentReport& report) override {
        post([this, id, index, text = fromUtf8(app::describe(report))] {
            Q_EMIT m_bridge.attachmentReady(id, static_cast<int>(index), text);
        });
    }

    void promptProgress(app::RequestId id, int done, int total) override {
        post([this, id, done, total] { Q_EMIT m_bridge.promptProgress(id, done, total); });
    }

    void textAdded(app::RequestId id, std::string_view text) override {
        const std::scoped_lock lock(m_mutex);
        m_pendingId = id;
        m_pendingText += text;
        if (!m_isFlushScheduled) {
            m_isFlushScheduled = true;
            post([this] { QTimer::singleShot(kTextIntervalMs, &m_bridge, [this] { flush(); }); });
        }
    }

    void finished(app::RequestId id, const app::AnswerReport& report) override {
        post([this, id, report] {
            flush();
            Q_EMIT m_bridge.finished(id, report);
        });
    }

    void failed(app::RequestId id, const Status& status) override {
        post([this, id, text = fromUtf8(status.message())] {
            flush();
            Q_EMIT m_bridge.failed(id, text);
        });
    }

private:
    template <class Call>
    void post(Call call) {
        QMetaObject::invokeMethod(&m_bridge, std::move(call), Qt::QueuedConnection);
    }

    /// GUI thread.
    void flush() {
        app::RequestId id = 0;
        std::string text;
        {
            const std::scoped_lock lock(m_mutex);
            id = m_pendingId;
            text.swap(m_pendingText);
            m_isFlushScheduled = false;
        }
        if (!text.empty()) {
            Q_EMIT m_bridge.textAdded(id, fromUtf8(text));
        }
    }

    AssistantBridge& m_bridge;
    std::mutex m_mutex;  // guards the three below
    app::RequestId m_pendingId = 0;
    std::string m_pendingText;
    bool m_isFlushScheduled = false;
};

AssistantBridge::AssistantBridge(app::AssistantOptions options, QObject* parent)
    : QObject(parent), m_events(std::make_unique<Events>(*this)) {
    m_loader = std::jthread([this, options = std::move(options)] {
        auto result = std::make_shared<Result<std::unique_ptr<app::Assistant>>>(
            app::Assistant::open(options, *m_events));
        QMetaObject::invokeMethod(
            this, [this, result] { onLoaded(std::move(*result)); }, Qt::QueuedConnection);
    });
}

AssistantBridge::~AssistantBridge() = default;

void AssistantBridge::onLoaded(Result<std::unique_ptr<app::Assistant>> result) {
    if (!result.has_value()) {
        Q_EMIT loadingFailed(fromUtf8(result.error().message()));
        return;
    }
    m_assistant = std::move(result).value();
    Q_EMIT ready(fromUtf8(m_assistant->modelName()), m_assistant->device());
}

app::RequestId AssistantBridge::ask(app::Question question, QString* problem) {
    HEARTH_CHECK(isReady());
    const Result<app::RequestId> id = m_assistant->ask(std::move(question));
    if (!id.has_value()) {
        *problem = fromUtf8(id.error().message());
        return 0;
    }
    return id.value();
}

void AssistantBridge::stop(app::RequestId id) {
    if (m_assistant != nullptr) {
        m_assistant->stop(id);
    }
}

}  // namespace hearth::ui
