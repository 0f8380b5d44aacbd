#include "inference/engine/engine_thread.h"

#include <string>
#include <utility>

namespace hearth {

EngineThread::EngineThread(std::unique_ptr<Generator> generator, EngineEvents& events)
    : m_generator(std::move(generator)), m_events(events), m_thread([this] { runThread(); }) {}

EngineThread::~EngineThread() {
    {
        const std::scoped_lock lock(m_mutex);
        m_isClosing = true;
        m_waiting.clear();
        m_runningStop.request_stop();
    }
    m_changed.notify_one();
    m_thread.join();
}

Status EngineThread::submit(GenerateRequest request) {
    HEARTH_CHECK(request.id != 0);
    {
        const std::scoped_lock lock(m_mutex);
        if (m_waiting.size() >= kMaxWaiting) {
            return {ErrorCode::Busy, std::to_string(kMaxWaiting) +
                                         " requests are waiting; try again when one has ended"};
        }
        m_waiting.push_back({std::move(request), std::stop_source()});
    }
    m_changed.notify_one();
    return {};
}

void EngineThread::cancel(RequestId id) {
    const std::scoped_lock lock(m_mutex);
    if (id == m_runningId) {
        m_runningStop.request_stop();
    }
    for (Waiting& waiting : m_waiting) {
        if (waiting.request.id == id) {
            waiting.stop.request_stop();
        }
    }
}

void EngineThread::runThread() {
    while (true) {
        Waiting next{{}, std::stop_source(std::nostopstate)};
        {
            std::unique_lock lock(m_mutex);
            m_runningId = 0;
            m_changed.wait(lock, [this] { return m_isClosing || !m_waiting.empty(); });
            if (m_isClosing) {
                return;
            }
            next = std::move(m_waiting.front());
            m_waiting.pop_front();
            m_runningId = next.request.id;
            m_runningStop = next.stop;
        }
        m_generator->run(next.request, m_events, next.stop.get_token());
    }
}

}  // namespace hearth
