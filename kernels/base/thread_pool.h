#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace hearth {

/// A fixed set of threads that share the iterations of one loop at a time. The calling thread takes
/// part, so a pool of 1 starts no thread. Idle workers spin for a few microseconds (the gap between
/// two operations of a decode step), then sleep in the kernel. A loop allocates nothing.
///
/// One thread at a time may call parallelFor; a call from inside a loop, or a second thread's, is a
/// programmer mistake and aborts. Loop bodies are noexcept. Everything written before the call is
/// visible to the bodies, and everything that they wrote is visible when it returns.
class ThreadPool {
public:
    /// The body of a loop: runs iterations [begin, end). `threadIndex` is in [0, numThreads()) and
    /// no two bodies that run at once share it.
    using Body = void (*)(void* context, std::int64_t begin, std::int64_t end,
                          int threadIndex) noexcept;

    /// `numThreads` >= 1 counts the calling thread. If the system refuses threads, the pool has
    /// fewer than asked for.
    explicit ThreadPool(int numThreads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    /// Threads that take part in a loop, the caller included.
    int numThreads() const noexcept;

    /// Runs `body` over [0, count) in chunks of `grain` (>= 1; the last may be shorter) that idle
    /// threads take in ascending order. Returns when all have run.
    void parallelFor(std::int64_t count, std::int64_t grain, Body body, void* context) noexcept;

    /// The same for a callable (begin, end, threadIndex).
    template <class Function>
    void parallelFor(std::int64_t count, std::int64_t grain, Function&& function) noexcept {
        using Callable = std::remove_reference_t<Function>;
        parallelFor(
            count, grain,
            [](void* context, std::int64_t begin, std::int64_t end, int threadIndex) noexcept {
                (*static_cast<Callable*>(context))(begin, end, threadIndex);
            },
            const_cast<void*>(static_cast<const void*>(&function)));
    }

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace hearth
