#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "inference/engine/engine_events.h"
#include "inference/engine/generator.h"
#include "kernels/base/status.h"

namespace hearth {

/// A generator with a thread of its own and a bounded queue (docs/adr/0004-commands-and-events.md).
/// Requests run in the order in which they were submitted. Thread-safe, but for construction and
/// destruction.
class EngineThread {
public:
    static constexpr std::size_t kMaxWaiting = 16;

    /// Starts the thread. `events` outlives the object; its functions are called on the thread and
    /// may call submit and cancel.
    EngineThread(std::unique_ptr<Generator> generator, EngineEvents& events);

    /// Stops the running request, which finishes, drops the waiting ones without events and joins.
    ~EngineThread();
    EngineThread(const EngineThread&) = delete;
    EngineThread& operator=(const EngineThread&) = delete;

    /// Queues a request; never waits. Errors: Busy when kMaxWaiting are waiting.
    Status submit(GenerateRequest request);

    /// Stops a request. A running one finishes within 50 ms; a waiting one finishes in its turn
    /// without running. Unknown ids are ignored, because a request may just have ended.
    void cancel(RequestId id);

private:
    struct Waiting {
        GenerateRequest request;
        std::stop_source stop;
    };

    void runThread();

    std::unique_ptr<Generator> m_generator;  // the thread's
    EngineEvents& m_events;

    std::mutex m_mutex;  // guards all below but the thread
    std::condition_variable m_changed;
    std::deque<Waiting> m_waiting;
    RequestId m_runningId = 0;
    std::stop_source m_runningStop;
    bool m_isClosing = false;

    std::thread m_thread;
};

}  // namespace hearth
