#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "app/core/assistant.h"

namespace hearth::testing_support {

/// Waits for answers. Thread-safe.
class AnswerWaiter final : public app::AssistantEvents {
public:
    void attachmentReady(app::RequestId, std::size_t, const app::AttachmentReport&) override {}
    void promptProgress(app::RequestId, int, int) override {}
    void textAdded(app::RequestId, std::string_view) override {}
    void finished(app::RequestId id, const app::AnswerReport& report) override { end(id, report); }
    void failed(app::RequestId id, const Status& status) override { end(id, status); }

    /// The end of a question; Internal if none comes within a minute.
    Result<app::AnswerReport> wait(app::RequestId id) {
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait_for(lock, std::chrono::minutes(1),
                                [this, id] { return m_outcomes.contains(id); })) {
            return Status(ErrorCode::Internal, "no answer within a minute");
        }
        auto node = m_outcomes.extract(id);
        return std::move(node.mapped());
    }

private:
    void end(app::RequestId id, Result<app::AnswerReport> outcome) {
        const std::scoped_lock lock(m_mutex);
        m_outcomes.emplace(id, std::move(outcome));
        m_changed.notify_all();
    }

    std::mutex m_mutex;  // guards m_outcomes
    std::condition_variable m_changed;
    std::map<app::RequestId, Result<app::AnswerReport>> m_outcomes;
};

}  // namespace hearth::testing_support
