// A program that works on a store is killed at random moments. All that it had acknowledged must be
// there afterwards. HEARTH_KILL_ROUNDS sets how often (CI: 200).

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <utility>

#include "app/storage/file_system.h"
#include "app/storage/store.h"
#include "kernels/base/scoped_fd.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/app/storage/store_fixture.h"

namespace hearth::storage {
namespace {

using SteadyClock = std::chrono::steady_clock;

int numRounds() {
    const char* text = std::getenv("HEARTH_KILL_ROUNDS");
    return text == nullptr ? 200 : std::atoi(text);
}

/// A line of the child and when it was read.
struct Line {
    std::string kind;
    std::int64_t id = 0;
    std::string text;
    SteadyClock::time_point read;
};

struct ChildRun {
    std::vector<Line> lines;
    SteadyClock::time_point killed;
    int status = 0;
};

/// Starts the child and kills it `after` its first line (or its start, where `fromStart`).
ChildRun runAndKill(const std::filesystem::path& folder, const std::string& mode, unsigned seed,
                    std::chrono::microseconds after, bool fromStart) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const std::string seedText = std::to_string(seed);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(pipe[1], STDOUT_FILENO);
        ::execl(HEARTH_STORE_CHILD, "store_child", folder.c_str(), mode.c_str(), seedText.c_str(),
                nullptr);
        ::_exit(127);
    }
    ::close(pipe[1]);
    const ScopedFd output(pipe[0]);
    ChildRun run;
    std::string pending;
    std::optional<SteadyClock::time_point> deadline;
    if (fromStart) {
        deadline = SteadyClock::now() + after;
    }
    bool isKilled = false;
    while (true) {
        if (deadline.has_value() && SteadyClock::now() >= *deadline && !isKilled) {
            run.killed = SteadyClock::now();
            ::kill(child, SIGKILL);
            isKilled = true;
        }
        struct pollfd wait {
            output.get(), POLLIN, 0
        };
        struct timespec timeout {
            10, 0
        };
        if (deadline.has_value() && !isKilled) {
            const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(
                std::max(*deadline - SteadyClock::now(), SteadyClock::duration(0)));
            timeout = {left.count() / 1000000000, left.count() % 1000000000};
        }
        const int ready = ::ppoll(&wait, 1, &timeout, nullptr);
        if (ready <= 0) {
            if (!deadline.has_value() || isKilled) {
                break;  // the child hangs, which the caller sees
            }
            continue;
        }
        std::array<char, 65536> buffer{};
        const ssize_t got = ::read(output.get(), buffer.data(), buffer.size());
        if (got <= 0) {
            break;
        }
        pending.append(buffer.data(), static_cast<std::size_t>(got));
        const auto now = SteadyClock::now();
        std::size_t end = 0;
        while ((end = pending.find('\n')) != std::string::npos) {
            std::istringstream words(pending.substr(0, end));
            Line line;
            words >> line.kind >> line.id;
            words.get();
            std::getline(words, line.text);
            line.read = now;
            run.lines.push_back(std::move(line));
            pending.erase(0, end + 1);
        }
        if (!deadline.has_value()) {
            deadline = now + after;
        }
    }
    ::waitpid(child, &run.status, 0);
    return run;
}

bool wasKilled(const ChildRun& run) {
    return WIFSIGNALED(run.status) && WTERMSIG(run.status) == SIGKILL;
}

std::string storedText(Store& store, MessageId id) {
    const auto message = store.messages().message(id);
    std::string text;
    if (message.has_value()) {
        for (const Part& part : message->parts) {
            text += part.text;
        }
    }
    return text;
}

std::string contentOf(const std::filesystem::path& path) {
    std::string content;
    FILE* file = std::fopen(path.c_str(), "rb");
    for (int c = 0; file != nullptr && (c = std::fgetc(file)) != EOF;) {
        content += static_cast<char>(c);
    }
    if (file != nullptr) {
        std::fclose(file);
    }
    return content;
}

void expectAcknowledged(Store& store, const Line& line) {
    if (line.kind == "message") {
        EXPECT_EQ(storedText(store, line.id), line.text);
    } else if (line.kind == "attachment") {
        const auto path = store.attachments().path(line.id);
        ASSERT_TRUE(path.has_value()) << path.error().message();
        EXPECT_EQ(contentOf(*path), line.text);
    } else if (line.kind == "node") {
        const auto nodes = store.jobs().nodes(line.id).value();
        const auto position = static_cast<std::size_t>(line.text[0] - '0');
        ASSERT_GT(nodes.size(), position);
        EXPECT_EQ(nodes[position].text, line.text.substr(2));
    } else if (line.kind == "erased") {
        EXPECT_EQ(store.messages().message(line.id).error().code(), ErrorCode::NotFound);
    }
}

TEST(Kill, NothingAcknowledgedIsLost) {
    const testing_support::TempFolder folder;
    const auto path = folder.path() / "store";
    std::mt19937 random(29);
    std::map<std::pair<std::string, std::int64_t>, Line> all;
    int numInterrupted = 0;
    const int rounds = numRounds();
    for (int round = 0; round < rounds; ++round) {
        // Some rounds hit the opening itself, recovery included.
        const bool fromStart = round % 5 == 4;
        const ChildRun run = runAndKill(
            path, "work", static_cast<unsigned>(random()),
            std::chrono::microseconds(random() % (fromStart ? 40000 : 150000)), fromStart);
        ASSERT_TRUE(wasKilled(run)) << "round " << round << " status " << run.status;
        const auto opened = Store::open({.folder = path});
        ASSERT_TRUE(opened.has_value()) << opened.error().message();
        Store& store = **opened;
        EXPECT_EQ(store.report().access, StoreAccess::ReadWrite);
        EXPECT_FALSE(store.report().salvage.has_value());
        numInterrupted += store.report().numInterruptedAnswers;
        for (const Line& line : run.lines) {
            expectAcknowledged(store, line);
            all[{line.kind + line.text.substr(0, 1), line.id}] = line;
        }
        if (round % 50 == 49 || round + 1 == rounds) {
            for (const auto& [key, line] : all) {
                expectAcknowledged(store, line);
            }
        }
        if (HasFailure()) {
            FAIL() << "round " << round;
        }
    }
    std::printf("%d kills: %zu acknowledged steps all there, %d answers interrupted\n", rounds,
                all.size(), numInterrupted);
    EXPECT_GT(all.size(), static_cast<std::size_t>(rounds));
}

TEST(Kill, AStreamingAnswerLosesAtMostAQuarterSecond) {
    const testing_support::TempFolder folder;
    std::mt19937 random(31);
    std::chrono::milliseconds worst{0};
    for (int round = 0; round < std::max(1, numRounds() / 10); ++round) {
        const ChildRun run = runAndKill(folder.path() / "store", "stream", 1,
                                        std::chrono::milliseconds(300 + random() % 500), false);
        ASSERT_TRUE(wasKilled(run));
        const auto store = Store::open({.folder = folder.path() / "store"}).value();
        ASSERT_EQ(store->report().numInterruptedAnswers, 1);
        const std::string text = storedText(*store, run.lines.back().id);
        for (const Line& line : run.lines) {
            if (line.kind == "word" &&
                (" " + text).find(" " + line.text + " ") == std::string::npos) {
                // The oldest word that is lost.
                worst = std::max(worst, std::chrono::duration_cast<std::chrono::milliseconds>(
                                            run.killed - line.read));
                break;
            }
        }
    }
    std::printf("the oldest lost word was %d ms old\n", static_cast<int>(worst.count()));
    // The interval, the commit itself, and what a busy machine adds.
    EXPECT_LE(worst, kFlushInterval + std::chrono::milliseconds(150));
}

TEST(Kill, AMigrationIsDoneWholeOrNotAtAll) {
    const testing_support::TempFolder folder;
    const auto path = folder.path() / "store";
    std::mt19937 random(37);
    int numUnfinished = 0;
    const int rounds = std::max(1, numRounds() / 5);
    for (int round = 0; round < rounds; ++round) {
        std::filesystem::remove_all(path);
        ASSERT_TRUE(makePrivateFolder(path).isOk());
        {
            auto database = Database::open(path / "hearth.db").value();
            ASSERT_TRUE(database->execute(version1Store()).isOk());
            ASSERT_TRUE(
                database
                    ->execute("INSERT INTO chats VALUES (5, 'Long', '', 0, 10, 20, NULL);"
                              "WITH RECURSIVE n(i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n "
                              "WHERE i < 1500) INSERT INTO messages SELECT i, 5, CASE WHEN i > "
                              "1001 THEN i - 1 END, 2, 1, 0, '', '{}' FROM n;"
                              "INSERT INTO parts SELECT id, 0, 1, 'message ' || id, NULL FROM "
                              "messages WHERE id > 1000")
                    .isOk());
        }
        const ChildRun run =
            runAndKill(path, "open", 1, std::chrono::microseconds(random() % 200000), true);
        numUnfinished += run.lines.empty() ? 1 : 0;
        const auto store = Store::open({.folder = path}).value();
        ASSERT_EQ(store->report().access, StoreAccess::ReadWrite);
        EXPECT_FALSE(store->report().salvage.has_value());
        EXPECT_EQ(store->messages().branch(5).value().size(), 500U);
        EXPECT_EQ(storedText(*store, 1500), "message 1500");
        EXPECT_EQ(store->search("message", {.messages = 1000}).value().messages.size(), 500U);
    }
    std::printf("%d migrations, %d of them killed before the end\n", rounds, numUnfinished);
}

}  // namespace
}  // namespace hearth::storage
