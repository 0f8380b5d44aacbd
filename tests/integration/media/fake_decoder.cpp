// Stands in for hearth-decoder and misbehaves as the name that it is started under says.

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include "media/decoder/protocol.h"

using namespace hearth::media;
using namespace hearth::media::protocol;

namespace {

void answer(const Message& message) {
    static_cast<void>(sendMessage(kSocketFd, message));
}

void sendRaw(const std::string& bytes) {
    static_cast<void>(::send(kSocketFd, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

template <class T>
void fillRegion(const Received& received, const T& content) {
    static_cast<void>(
        ::pwrite(received.fds.at(1).get(), content.data(), content.size() * sizeof(content[0]), 0));
}

[[noreturn]] void hang() {
    for (;;) {
        ::pause();
    }
}

PictureAnswer picture(std::uint32_t width, std::uint32_t height) {
    PictureAnswer message;
    message.width = message.originalWidth = width;
    message.height = message.originalHeight = height;
    message.format = "PNG";
    return message;
}

DocumentAnswer document(std::uint64_t numPages, std::uint64_t textBytes) {
    DocumentAnswer message;
    message.numPages = numPages;
    message.textBytes = textBytes;
    message.format = "text";
    return message;
}

void misbehave(const std::string& mode, const Received& received) {
    if (mode == "crash") {
        // Sanitizers catch the signal and exit.
        ::signal(SIGSEGV, SIG_DFL);
        ::raise(SIGSEGV);
    } else if (mode == "abort") {
        std::abort();
    } else if (mode == "exit") {
        ::_exit(9);
    } else if (mode == "unloaded") {
        ::_exit(127);
    } else if (mode == "silent") {
        ::_exit(0);
    } else if (mode == "hang") {
        hang();
    } else if (mode == "close") {
        ::close(kSocketFd);
        hang();
    } else if (mode == "spin") {
        const rlimit limit{1, 2};
        ::setrlimit(RLIMIT_CPU, &limit);
        std::atomic<unsigned> rounds = 0;
        for (;;) {
            ++rounds;
        }
    } else if (mode == "progress") {
        answer(Progress{250'000});
        answer(Progress{100'000});
        answer(Progress{750'000});
        answer(Failure{hearth::ErrorCode::CorruptData, "reason from the helper"});
    } else if (mode == "chatter") {
        for (std::uint32_t i = 0;; ++i) {
            answer(Progress{i % 1'000'000});
        }
    } else if (mode == "garbage") {
        sendRaw(std::string(100, '\x5A'));
    } else if (mode == "long") {
        sendRaw(std::string(100'000, 'x'));
    } else if (mode == "request") {
        answer(Request{});
    } else if (mode == "wrongkind") {
        answer(ProbeAnswer{MediaKind::Picture, "PNG"});
    } else if (mode == "hugepicture") {
        answer(picture(0xFFFFFFFF, 0xFFFFFFFF));
    } else if (mode == "toomanypixels") {
        answer(picture(2000, 2000));
    } else if (mode == "longsound") {
        SoundAnswer message;
        message.numSamples = std::numeric_limits<std::uint64_t>::max();
        message.originalChannels = message.originalSampleRateHz = 1;
        answer(message);
    } else if (mode == "nan") {
        fillRegion(received, std::array{0.0F, std::numeric_limits<float>::quiet_NaN()});
        SoundAnswer message;
        message.numSamples = 2;
        message.originalChannels = message.originalSampleRateHz = 1;
        answer(message);
    } else if (mode == "manypages") {
        answer(document(std::numeric_limits<std::uint64_t>::max(), 8));
    } else if (mode == "longtext") {
        answer(document(1, std::numeric_limits<std::uint64_t>::max()));
    } else if (mode == "badpages") {
        fillRegion(received, std::array<std::uint64_t, 2>{100, 4});
        answer(document(2, 4));
    } else if (mode == "badtext") {
        fillRegion(received, std::array<std::uint64_t, 2>{2, 0xFFFF});
        answer(document(1, 2));
    } else if (mode == "grow") {
        // The size of the region is sealed.
        if (::ftruncate(received.fds.at(1).get(), 1) != 0) {
            answer(Failure{hearth::ErrorCode::Io, "the region cannot be changed"});
        }
    }
}

}  // namespace

int main(int /*argc*/, char** argv) {
    const hearth::Result<Received> received = receiveMessage(kSocketFd);
    if (!received) {
        return 2;
    }
    const std::string program = argv[0];
    misbehave(program.substr(program.rfind('/') + 1), *received);
    return 0;
}
