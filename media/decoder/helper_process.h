#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "kernels/base/scoped_fd.h"
#include "kernels/base/status.h"

namespace hearth::media {

/// A running helper. The destructor kills it and waits for it, for at most two seconds (a process
/// in an uninterruptible read of a dead network drive cannot be waited for). One thread at a time;
/// the helper dies with the thread that started it.
class HelperProcess {
public:
    /// How a process ended.
    struct Ending {
        int exitStatus = 0;  ///< meaningful when `signal` is 0
        int signal = 0;
    };

    /// Starts `program` with `socket` as descriptor 3, nothing on the standard ones, an almost
    /// empty environment and "/" as folder. Errors: Internal, which names the program.
    static Result<HelperProcess> start(const std::filesystem::path& program, int socket);

    HelperProcess(HelperProcess&& other) noexcept;
    HelperProcess& operator=(HelperProcess&&) = delete;
    ~HelperProcess();

    void kill() noexcept;
    /// Waits until the process has ended; nothing if it has not within `patience` or if its ending
    /// was collected by somebody else.
    std::optional<Ending> wait(std::chrono::milliseconds patience) noexcept;

private:
    HelperProcess(pid_t pid, ScopedFd pidFd) noexcept;

    pid_t m_pid;  ///< -1 once it has been waited for
    ScopedFd m_pidFd;
};

/// Exit status of a program that the dynamic loader could not load, for lack of memory as a rule.
inline constexpr int kNotLoaded = 127;

/// "crashed (segmentation fault)", "ran out of processor time", ... : why no answer came.
std::string describeEnding(const HelperProcess::Ending& ending);

}  // namespace hearth::media
