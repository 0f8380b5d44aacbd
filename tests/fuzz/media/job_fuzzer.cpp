// Runs one job of hearth-decoder (HEARTH_FUZZ_JOB) on the input as a file.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "media/decoder/byte_source.h"
#include "media/decoder/run_job.h"

using namespace hearth::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static std::vector<std::byte> result(std::size_t{16} << 20U);
    protocol::Request request;
    request.job = protocol::Job::HEARTH_FUZZ_JOB;
    request.fileBytes = size;
    request.resultBytes = result.size();
    request.maxPixels = 1'000'000;
    request.maxSamples = 1'000'000;
    request.maxPages = 100;
    request.maxTextBytes = 1'000'000;
    request.maxMemoryBytes = std::uint64_t{64} << 20U;
    MemorySource source(std::as_bytes(std::span(data, size)));
    const protocol::Message answer = runJob(source, JobContext(request, result, nullptr));
    // What the client would refuse is a bug here.
    if (!protocol::parseMessage(protocol::encodeMessage(answer)).has_value()) {
        __builtin_trap();
    }
    return 0;
}
