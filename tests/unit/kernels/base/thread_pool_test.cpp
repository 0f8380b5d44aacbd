#include "kernels/base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace hearth {
namespace {

TEST(ThreadPool, RunsEachIterationOnce) {
    for (const int numThreads : {1, 2, 3, 8}) {
        ThreadPool pool(numThreads);
        EXPECT_EQ(pool.numThreads(), numThreads);
        for (const std::int64_t count : {0, 1, 2, 7, 100, 1000}) {
            for (const std::int64_t grain : {1, 3, 2000}) {
                std::vector<int> runs(static_cast<std::size_t>(count), 0);
                pool.parallelFor(count, grain, [&](std::int64_t begin, std::int64_t end, int) {
                    EXPECT_LE(end - begin, grain);
                    for (std::int64_t i = begin; i < end; ++i) {
                        ++runs[static_cast<std::size_t>(i)];
                    }
                });
                EXPECT_EQ(runs, std::vector<int>(static_cast<std::size_t>(count), 1));
            }
        }
    }
}

TEST(ThreadPool, NoTwoBodiesShareAThreadIndex) {
    ThreadPool pool(4);
    std::atomic<int> active[4] = {};
    std::atomic<bool> isShared = false;
    for (int round = 0; round < 200; ++round) {
        pool.parallelFor(64, 1, [&](std::int64_t, std::int64_t, int thread) {
            if (active[thread].fetch_add(1) != 0) {
                isShared = true;
            }
            active[thread].fetch_sub(1);
        });
    }
    EXPECT_FALSE(isShared);
}

TEST(ThreadPool, ManySmallLoopsSeeEachOthersWrites) {
    ThreadPool pool(3);
    std::vector<std::int64_t> values(16, 0);
    for (int round = 0; round < 20000; ++round) {
        pool.parallelFor(16, 1, [&](std::int64_t begin, std::int64_t end, int) {
            for (std::int64_t i = begin; i < end; ++i) {
                // The neighbour's element belongs to another thread in most rounds.
                ++values[static_cast<std::size_t>((i + round) % 16)];
            }
        });
    }
    EXPECT_EQ(values, std::vector<std::int64_t>(16, 20000));
}

TEST(ThreadPool, WakesAfterItsWorkersSlept) {
    ThreadPool pool(2);
    std::atomic<int> runs = 0;
    for (int round = 0; round < 3; ++round) {
        // Longer than the workers spin, so that they sleep in the kernel.
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
        while (std::chrono::steady_clock::now() < end) {
            std::this_thread::yield();
        }
        pool.parallelFor(100, 1, [&](std::int64_t, std::int64_t, int) { ++runs; });
    }
    EXPECT_EQ(runs, 300);
}

TEST(ThreadPool, TwoPoolsCoexistAndNestInEachOther) {
    ThreadPool outer(2);
    ThreadPool inner(2);
    std::atomic<int> runs = 0;
    outer.parallelFor(1, 1, [&](std::int64_t, std::int64_t, int) {
        inner.parallelFor(10, 1, [&](std::int64_t, std::int64_t, int) { ++runs; });
    });
    EXPECT_EQ(runs, 10);
}

TEST(ThreadPool, StartsAndStopsWithoutWork) {
    for (int i = 0; i < 50; ++i) {
        ThreadPool pool(4);
    }
}

TEST(ThreadPoolDeathTest, RefusesNestedAndInvalidUse) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            ThreadPool pool(2);
            pool.parallelFor(1, 1, [&](std::int64_t, std::int64_t, int) {
                pool.parallelFor(1, 1, [](std::int64_t, std::int64_t, int) {});
            });
        },
        "check failed");
    EXPECT_DEATH(
        {
            ThreadPool pool(2);
            pool.parallelFor(1, 0, [](std::int64_t, std::int64_t, int) {});
        },
        "check failed");
    EXPECT_DEATH(ThreadPool pool(0), "check failed");
}

}  // namespace
}  // namespace hearth
