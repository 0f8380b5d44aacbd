#include "tests/integration/app/program_run.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>

#include "kernels/base/check.h"

extern char** environ;

namespace hearth::testing_support {
namespace {

using Clock = std::chrono::steady_clock;

std::string contentOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

ProgramRun::ProgramRun(const std::vector<std::string>& command, const std::filesystem::path& folder,
                       const ProgramOptions& options) {
    static int s_numRuns = 0;
    const std::string number = std::to_string(++s_numRuns);
    m_outputPath = options.outputPath.empty() ? folder / ("output-" + number) : options.outputPath;
    m_errorPath = folder / ("errors-" + number);
    constexpr int kWriteFlags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_t actions;
    HEARTH_CHECK(posix_spawn_file_actions_init(&actions) == 0);
    if (options.inputPath.empty()) {
        posix_spawn_file_actions_addclose(&actions, STDIN_FILENO);
    } else {
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, options.inputPath.c_str(),
                                         O_RDONLY, 0);
    }
    if (options.isOutputClosed) {
        posix_spawn_file_actions_addclose(&actions, STDOUT_FILENO);
    } else {
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, m_outputPath.c_str(), kWriteFlags,
                                         0600);
    }
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, m_errorPath.c_str(), kWriteFlags,
                                     0600);
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    HEARTH_CHECK(posix_spawn(&m_process, arguments.front(), &actions, nullptr, arguments.data(),
                             environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    m_processFile = static_cast<int>(syscall(SYS_pidfd_open, m_process, 0));
    HEARTH_CHECK(m_processFile >= 0);
}

ProgramRun::~ProgramRun() {
    if (!m_hasEnded) {
        kill(m_process, SIGKILL);
        waitpid(m_process, nullptr, 0);
    }
    close(m_processFile);
}

bool ProgramRun::waitForEnd(std::chrono::milliseconds timeout) {
    pollfd watched{.fd = m_processFile, .events = POLLIN, .revents = 0};
    return poll(&watched, 1, static_cast<int>(timeout.count())) > 0;
}

bool ProgramRun::waitForError(const std::string& text, std::chrono::milliseconds timeout) {
    const Clock::time_point deadline = Clock::now() + timeout;
    while (contentOf(m_errorPath).find(text) == std::string::npos) {
        constexpr std::chrono::milliseconds kStep{5};
        if (Clock::now() >= deadline || waitForEnd(kStep)) {
            return false;
        }
    }
    return true;
}

void ProgramRun::signal(int number) const {
    kill(m_process, number);
}

ProgramOutcome ProgramRun::finish(std::chrono::milliseconds timeout) {
    ProgramOutcome outcome;
    if (!waitForEnd(timeout)) {
        outcome.isTimedOut = true;
        kill(m_process, SIGKILL);
    }
    int status = 0;
    HEARTH_CHECK(waitpid(m_process, &status, 0) == m_process);
    m_hasEnded = true;
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    outcome.errors = contentOf(m_errorPath);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(m_outputPath, ignored)) {
        outcome.output = contentOf(m_outputPath);
    }
    return outcome;
}

}  // namespace hearth::testing_support
