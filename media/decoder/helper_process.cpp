#include "media/decoder/helper_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "media/decoder/protocol.h"

namespace hearth::media {
namespace {

using Clock = std::chrono::steady_clock;

/// The attributes and actions of posix_spawn, freed at the end of the scope.
class SpawnPlan {
public:
    SpawnPlan() {
        m_isGood = posix_spawn_file_actions_init(&actions) == 0;
        m_isGood = posix_spawnattr_init(&attributes) == 0 && m_isGood;
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    void add(int error) noexcept { m_isGood = m_isGood && error == 0; }
    bool isGood() const noexcept { return m_isGood; }

    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};

private:
    bool m_isGood = false;
};

/// Variables that the dynamic loader of a relocated package and sanitizers need. The helper gets no
/// others: libraries read theirs for paths and debug output.
std::vector<std::string> helperEnvironment() {
    std::vector<std::string> environment{"LC_ALL=C.UTF-8"};
    for (const char* name : {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
        if (const char* value = std::getenv(name)) {
            environment.push_back(std::string(name) + '=' + value);
        }
    }
    return environment;
}

}  // namespace

HelperProcess::HelperProcess(pid_t pid, ScopedFd pidFd) noexcept
    : m_pid(pid), m_pidFd(std::move(pidFd)) {}

HelperProcess::HelperProcess(HelperProcess&& other) noexcept
    : m_pid(std::exchange(other.m_pid, -1)), m_pidFd(std::move(other.m_pidFd)) {}

HelperProcess::~HelperProcess() {
    if (m_pid > 0) {
        kill();
        static_cast<void>(wait(std::chrono::seconds(2)));
    }
}

Result<HelperProcess> HelperProcess::start(const std::filesystem::path& program, int socket) {
    // A program that was started without standard descriptors may hold the socket as one of them.
    const ScopedFd high(::fcntl(socket, F_DUPFD_CLOEXEC, protocol::kSocketFd + 1));
    if (!high.isValid()) {
        return Status(ErrorCode::Internal,
                      std::string("cannot start the decoder: ") + std::strerror(errno));
    }
    SpawnPlan plan;
    plan.add(posix_spawn_file_actions_addopen(&plan.actions, 0, "/dev/null", O_RDONLY, 0));
    plan.add(posix_spawn_file_actions_addopen(&plan.actions, 1, "/dev/null", O_WRONLY, 0));
    plan.add(posix_spawn_file_actions_addopen(&plan.actions, 2, "/dev/null", O_WRONLY, 0));
    plan.add(posix_spawn_file_actions_adddup2(&plan.actions, high.get(), protocol::kSocketFd));
    plan.add(posix_spawn_file_actions_addclosefrom_np(&plan.actions, protocol::kSocketFd + 1));
    plan.add(posix_spawn_file_actions_addchdir_np(&plan.actions, "/"));
    // The program's own choices (SIGPIPE ignored, signals blocked for a signal thread) do not pass
    // on.
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    sigemptyset(&none);
    plan.add(posix_spawnattr_setsigdefault(&plan.attributes, &all));
    plan.add(posix_spawnattr_setsigmask(&plan.attributes, &none));
    plan.add(
        posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
    if (!plan.isGood()) {
        return Status(ErrorCode::Internal, "cannot prepare the start of " + program.string());
    }

    std::string name = std::filesystem::absolute(program).string();
    std::array<char*, 2> arguments{name.data(), nullptr};
    std::vector<std::string> environment = helperEnvironment();
    std::vector<char*> variables;
    variables.reserve(environment.size() + 1);
    for (std::string& variable : environment) {
        variables.push_back(variable.data());
    }
    variables.push_back(nullptr);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, name.c_str(), &plan.actions, &plan.attributes,
                                    arguments.data(), variables.data());
    if (error != 0) {
        return Status(ErrorCode::Internal, "cannot start " + name + ": " + std::strerror(error));
    }
    return HelperProcess(pid, ScopedFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))));
}

void HelperProcess::kill() noexcept {
    if (m_pid > 0) {
        ::kill(m_pid, SIGKILL);
    }
}

std::optional<HelperProcess::Ending> HelperProcess::wait(
    std::chrono::milliseconds patience) noexcept {
    const Clock::time_point deadline = Clock::now() + patience;
    while (m_pid > 0) {
        int status = 0;
        const pid_t ended = ::waitpid(m_pid, &status, WNOHANG);
        if (ended == m_pid) {
            m_pid = -1;
            return WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)}
                                       : Ending{WEXITSTATUS(status), 0};
        }
        if (ended < 0 && errno != EINTR) {
            m_pid = -1;
            break;
        }
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) {
            break;
        }
        // Without pidfd_open (a sandbox may forbid it) this looks again every few milliseconds.
        pollfd ready{m_pidFd.get(), POLLIN, 0};
        const auto slice = m_pidFd.isValid() ? left : std::min(left, std::chrono::milliseconds(5));
        static_cast<void>(
            ::poll(&ready, m_pidFd.isValid() ? 1 : 0, static_cast<int>(slice.count()) + 1));
    }
    return std::nullopt;
}

std::string describeEnding(const HelperProcess::Ending& ending) {
    switch (ending.signal) {
        case 0:
            if (ending.exitStatus == kNotLoaded) {
                return "there was too little memory to start the decoder, or a library that it "
                       "needs is missing";
            }
            return ending.exitStatus == 0
                       ? std::string("the decoder ended without an answer")
                       : "the decoder gave up with status " + std::to_string(ending.exitStatus);
        case SIGXCPU:
            return "decoding took too much processor time";
        case SIGKILL:
            return "the decoder was killed, perhaps for lack of memory or processor time";
        case SIGBUS:
            return "the decoder crashed; perhaps the file was shortened while it was read";
        default:
            return std::string("the decoder crashed on this file (") + ::strsignal(ending.signal) +
                   ")";
    }
}

}  // namespace hearth::media
