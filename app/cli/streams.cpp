#include "app/cli/streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace hearth::cli {

void reserveStandardStreams() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF) {
            // The lowest free descriptor is this one. The wrong direction makes every use an error.
            const int flags = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
            if (open("/dev/null", flags) == -1) {
                return;
            }
        }
    }
}

void makeFileLimitAnError() {
    std::signal(SIGXFSZ, SIG_IGN);
}

Result<std::string> readStandardInput() {
    constexpr std::size_t kMaxBytes = std::size_t{1} << 30U;
    std::string text;
    std::array<char, 65536> buffer{};
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), stdin)) {
        text.append(buffer.data(), count);
        if (text.size() > kMaxBytes) {
            return Status(ErrorCode::Io,
                          "standard input is longer than 1 GiB; give it in smaller parts");
        }
    }
    if (std::ferror(stdin) != 0) {
        return Status(ErrorCode::Io,
                      std::string("cannot read standard input: ") + std::strerror(errno));
    }
    return text;
}

Status flushStandardOutput() {
    errno = 0;
    const bool isFlushed = std::fflush(stdout) == 0;
    if (isFlushed && std::ferror(stdout) == 0) {
        return {};
    }
    std::string message = "cannot write standard output, the result is not complete";
    if (errno != 0) {
        message += std::string(": ") + std::strerror(errno);
    }
    return {ErrorCode::Io, message};
}

}  // namespace hearth::cli
