#include "kernels/base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "kernels/base/check.h"

namespace hearth {
namespace {

/// Pauses before a worker sleeps: about 20 us, longer than the gap between two operations of a
/// decode step (1 to 5 us) and short beside a scheduler's time slice.
constexpr int kSpins = 600;

void pause() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/// The pool whose loop body the current thread runs, if any.
thread_local const void* currentPool = nullptr;

}  // namespace

struct ThreadPool::Impl {
    // The loop in progress; written by the caller while no worker is in a loop.
    Body body = nullptr;
    void* context = nullptr;
    std::int64_t count = 0;
    std::int64_t grain = 1;

    alignas(64) std::atomic<std::int64_t> next{0};
    // Raised once for each loop, for workers to wait on.
    alignas(64) std::atomic<std::uint32_t> generation{0};
    // Bit 0: workers may join the loop. The rest: twice the number of workers in it. The caller
    // waits for those that joined alone: a worker that the system has not woken yet costs nothing.
    alignas(64) std::atomic<std::uint32_t> control{0};
    std::atomic<bool> isStopping{false};
    std::atomic<bool> isInUse{false};
    std::vector<std::thread> workers;

    static constexpr std::uint32_t kOpen = 1;
    static constexpr std::uint32_t kOneWorker = 2;

    void runChunks(int threadIndex) noexcept {
        const void* const outer = currentPool;
        currentPool = this;
        while (true) {
            const std::int64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
            if (begin >= count) {
                break;
            }
            body(context, begin, std::min(begin + grain, count), threadIndex);
        }
        currentPool = outer;
    }

    bool join() noexcept {
        std::uint32_t seen = control.load(std::memory_order_relaxed);
        while ((seen & kOpen) != 0) {
            if (control.compare_exchange_weak(seen, seen + kOneWorker, std::memory_order_acquire,
                                              std::memory_order_relaxed)) {
                return true;
            }
        }
        return false;
    }

    void work(int threadIndex) noexcept {
        std::uint32_t seen = 0;
        while (true) {
            for (int spin = 0; spin < kSpins; ++spin) {
                if (generation.load(std::memory_order_relaxed) != seen) {
                    break;
                }
                pause();
            }
            generation.wait(seen, std::memory_order_acquire);
            seen = generation.load(std::memory_order_acquire);
            if (isStopping.load(std::memory_order_relaxed)) {
                return;
            }
            if (join()) {
                runChunks(threadIndex);
                if (control.fetch_sub(kOneWorker, std::memory_order_acq_rel) == kOneWorker) {
                    control.notify_one();
                }
            }
        }
    }

    void waitForWorkers() noexcept {
        std::uint32_t left = control.fetch_and(~kOpen, std::memory_order_acq_rel) & ~kOpen;
        for (int spin = 0; left != 0; ++spin) {
            if (spin < kSpins) {
                pause();
            } else {
                control.wait(left, std::memory_order_acquire);
            }
            left = control.load(std::memory_order_acquire);
        }
    }
};

ThreadPool::ThreadPool(int numThreads) : m_impl(std::make_unique<Impl>()) {
    HEARTH_CHECK(numThreads >= 1);
    m_impl->workers.reserve(static_cast<std::size_t>(numThreads) - 1);
    for (int i = 1; i < numThreads; ++i) {
        try {
            m_impl->workers.emplace_back([impl = m_impl.get(), i] { impl->work(i); });
        } catch (const std::system_error&) {
            break;
        } catch (const std::bad_alloc&) {
            break;
        }
    }
}

ThreadPool::~ThreadPool() {
    m_impl->isStopping.store(true, std::memory_order_relaxed);
    m_impl->generation.fetch_add(1, std::memory_order_release);
    m_impl->generation.notify_all();
    for (std::thread& worker : m_impl->workers) {
        worker.join();
    }
}

int ThreadPool::numThreads() const noexcept {
    return static_cast<int>(m_impl->workers.size()) + 1;
}

void ThreadPool::parallelFor(std::int64_t count, std::int64_t grain, Body body,
                             void* context) noexcept {
    HEARTH_CHECK(grain >= 1);
    HEARTH_CHECK(currentPool != m_impl.get());
    HEARTH_CHECK(!m_impl->isInUse.exchange(true, std::memory_order_acquire));
    if (count > 0) {
        Impl& impl = *m_impl;
        impl.body = body;
        impl.context = context;
        impl.count = count;
        impl.grain = grain;
        impl.next.store(0, std::memory_order_relaxed);
        // A single chunk is not worth a wake-up.
        if (impl.workers.empty() || count <= grain) {
            impl.runChunks(0);
        } else {
            impl.control.store(Impl::kOpen, std::memory_order_release);
            impl.generation.fetch_add(1, std::memory_order_release);
            impl.generation.notify_all();
            impl.runChunks(0);
            impl.waitForWorkers();
        }
    }
    m_impl->isInUse.store(false, std::memory_order_release);
}

}  // namespace hearth
