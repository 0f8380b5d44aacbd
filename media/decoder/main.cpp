// hearth-decoder: reads one request from descriptor 3, decodes one file, answers, ends. See
// docs/adr/0005-decoder-process.md.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <limits>

#include "media/decoder/byte_source.h"
#include "media/decoder/job_context.h"
#include "media/decoder/protocol.h"
#include "media/decoder/run_job.h"
#include "media/decoder/sandbox.h"

namespace {

using namespace hearth;
using namespace hearth::media;

std::uint64_t saturatingSum(std::uint64_t a, std::uint64_t b) {
    return a > std::numeric_limits<std::uint64_t>::max() - b
               ? std::numeric_limits<std::uint64_t>::max()
               : a + b;
}

protocol::Message serve(const protocol::Request& request, int file, int region) {
    // Room for a map of the file, which pictures and documents make, and for the result.
    const std::uint64_t maps = saturatingSum(request.fileBytes, request.resultBytes);
    const Status locked = enterSandbox({.memoryBytes = saturatingSum(request.maxMemoryBytes, maps),
                                        .cpuSeconds = request.maxCpuSeconds});
    if (!locked.isOk()) {
        return protocol::Failure{locked.code(), locked.message()};
    }
    std::span<std::byte> result;
    if (request.resultBytes > 0) {
        void* map =
            ::mmap(nullptr, request.resultBytes, PROT_READ | PROT_WRITE, MAP_SHARED, region, 0);
        if (map == MAP_FAILED) {
            return protocol::Failure{ErrorCode::OutOfMemory, "not enough memory for the result"};
        }
        result = {static_cast<std::byte*>(map), request.resultBytes};
    }
    FdSource source(file, request.fileBytes);
    const JobContext context(request, result, [](double fraction) {
        // A client that is gone is noticed when the answer cannot be sent.
        static_cast<void>(protocol::sendMessage(
            protocol::kSocketFd, protocol::Progress{static_cast<std::uint32_t>(fraction * 1e6)}));
    });
    return runJob(source, context);
}

}  // namespace

int main() {
    leaveParentBehind(protocol::kSocketFd);
    const Result<protocol::Received> received = protocol::receiveMessage(protocol::kSocketFd);
    if (!received) {
        std::fputs("hearth-decoder is started by Hearth and takes its work from it.\n", stderr);
        return 2;
    }
    const auto* request = std::get_if<protocol::Request>(&received->message);
    if (request == nullptr || received->fds.size() != 2) {
        return 2;
    }
    const protocol::Message answer =
        serve(*request, received->fds[0].get(), received->fds[1].get());
    const bool isSent = protocol::sendMessage(protocol::kSocketFd, answer).isOk();
    // No destructors of libraries: the client takes the answer as the end.
    ::_exit(isSent ? 0 : 1);
}
