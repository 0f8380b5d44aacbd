#include "inference/engine/engine_thread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/integration/engine/generator_fixture.h"

namespace hearth::testing_support {
namespace {

constexpr std::chrono::seconds kDeadline{60};

/// Collects ends; can hold the engine's thread at the first progress of a request. Thread-safe.
class WaitingEvents final : public EngineEvents {
public:
    struct End {
        std::thread::id thread;
        GenerateReport report;
        Status status;
    };

    void started(RequestId id, std::int64_t, std::int64_t) override {
        const std::scoped_lock lock(m_mutex);
        m_order.push_back(id);
        m_changed.notify_all();
    }
    void mediumEncoded(RequestId, std::size_t, std::int64_t) override {}
    void promptProgress(RequestId, std::int64_t, std::int64_t) override {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, kDeadline, [this] { return !m_isHolding; });
    }
    void textAdded(RequestId, std::string_view) override {}
    void routed(RequestId, std::int64_t, const RouterTrace&) override {}
    void finished(RequestId id, const GenerateReport& report) override { end(id, report, {}); }
    void failed(RequestId id, const Status& status) override { end(id, {}, status); }

    void hold(bool isHolding) {
        const std::scoped_lock lock(m_mutex);
        m_isHolding = isHolding;
        m_changed.notify_all();
    }
    bool waitForStart(RequestId id) {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, kDeadline, [&] {
            return std::find(m_order.begin(), m_order.end(), id) != m_order.end();
        });
    }
    End waitForEnd(RequestId id) {
        std::unique_lock lock(m_mutex);
        const bool hasEnded =
            m_changed.wait_for(lock, kDeadline, [&] { return m_ends.contains(id); });
        EXPECT_TRUE(hasEnded) << id;
        return hasEnded ? m_ends.at(id) : End{};
    }
    std::vector<RequestId> order() {
        const std::scoped_lock lock(m_mutex);
        return m_order;
    }
    std::size_t numEnds() {
        const std::scoped_lock lock(m_mutex);
        return m_ends.size();
    }

    std::function<void(RequestId)> onEnd;  ///< set before the thread starts

private:
    void end(RequestId id, const GenerateReport& report, const Status& status) {
        if (onEnd) {
            onEnd(id);
        }
        const std::scoped_lock lock(m_mutex);
        EXPECT_FALSE(m_ends.contains(id)) << "ended twice";
        m_ends[id] = {std::this_thread::get_id(), report, status};
        m_changed.notify_all();
    }

    std::mutex m_mutex;  // guards all below
    std::condition_variable m_changed;
    bool m_isHolding = false;
    std::vector<RequestId> m_order;
    std::map<RequestId, End> m_ends;
};

TEST(EngineThreadTest, RequestsRunInOrderOnItsThread) {
    WaitingEvents events;
    EngineThread thread(tinyGenerator(), events);
    for (RequestId id = 1; id <= 5; ++id) {
        ASSERT_TRUE(thread.submit(request(id, textTokens(20, id), 3)).isOk());
    }
    for (RequestId id = 1; id <= 5; ++id) {
        const auto end = events.waitForEnd(id);
        EXPECT_TRUE(end.status.isOk());
        EXPECT_EQ(end.report.generatedTokens(), 3);
        EXPECT_NE(end.thread, std::this_thread::get_id());
    }
    EXPECT_EQ(events.order(), (std::vector<RequestId>{1, 2, 3, 4, 5}));
}

TEST(EngineThreadTest, AFullQueueIsBusy) {
    WaitingEvents events;
    events.hold(true);
    EngineThread thread(tinyGenerator(), events);
    ASSERT_TRUE(thread.submit(request(1, textTokens(20, 1), 3)).isOk());
    ASSERT_TRUE(events.waitForStart(1));
    for (RequestId id = 2; id < 2 + EngineThread::kMaxWaiting; ++id) {
        ASSERT_TRUE(thread.submit(request(id, textTokens(20, id), 3)).isOk());
    }
    const Status status = thread.submit(request(99, textTokens(20, 1), 3));
    ASSERT_FALSE(status.isOk());
    EXPECT_EQ(status.code(), ErrorCode::Busy);
    events.hold(false);
    for (RequestId id = 1; id < 2 + EngineThread::kMaxWaiting; ++id) {
        events.waitForEnd(id);
    }
    EXPECT_TRUE(thread.submit(request(100, textTokens(20, 1), 3)).isOk());
    events.waitForEnd(100);
    EXPECT_EQ(events.numEnds(), EngineThread::kMaxWaiting + 2);
}

TEST(EngineThreadTest, RunningAndWaitingRequestsAreCancelled) {
    WaitingEvents events;
    events.hold(true);
    EngineThread thread(tinyGenerator(), events);
    for (RequestId id = 1; id <= 3; ++id) {
        ASSERT_TRUE(thread.submit(request(id, textTokens(600, id), 3)).isOk());
    }
    ASSERT_TRUE(events.waitForStart(1));
    thread.cancel(2);
    thread.cancel(1);
    thread.cancel(77);
    events.hold(false);
    EXPECT_EQ(events.waitForEnd(1).report.end, GenerateEnd::Cancelled);
    EXPECT_EQ(events.waitForEnd(2).report.end, GenerateEnd::Cancelled);
    EXPECT_EQ(events.waitForEnd(3).report.end, GenerateEnd::MaxTokens);
    EXPECT_EQ(events.order(), (std::vector<RequestId>{1, 3}));
    thread.cancel(3);
}

TEST(EngineThreadTest, ListenersMaySubmitAndCancel) {
    WaitingEvents events;
    EngineThread* engine = nullptr;
    std::mutex ready;
    events.onEnd = [&](RequestId id) {
        const std::scoped_lock lock(ready);
        if (id < 4) {
            EXPECT_TRUE(engine->submit(request(id + 1, textTokens(20, id), 3)).isOk());
        }
        engine->cancel(id);
    };
    std::unique_lock lock(ready);
    EngineThread thread(tinyGenerator(), events);
    engine = &thread;
    lock.unlock();
    ASSERT_TRUE(thread.submit(request(1, textTokens(20, 1), 3)).isOk());
    EXPECT_EQ(events.waitForEnd(4).report.end, GenerateEnd::MaxTokens);
}

TEST(EngineThreadTest, DestructionStopsTheRunningRequest) {
    WaitingEvents events;
    {
        EngineOptions options = tinyOptions();
        options.contextTokens = 32768;
        EngineThread thread(tinyGenerator(options), events);
        ASSERT_TRUE(thread.submit(request(1, textTokens(30000, 1), 100)).isOk());
        ASSERT_TRUE(thread.submit(request(2, textTokens(30, 1), 100)).isOk());
        ASSERT_TRUE(events.waitForStart(1));
    }
    EXPECT_EQ(events.waitForEnd(1).report.end, GenerateEnd::Cancelled);
    EXPECT_EQ(events.numEnds(), 1U);
}

}  // namespace
}  // namespace hearth::testing_support
