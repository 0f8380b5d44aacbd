// Runs one decoder of documents (HEARTH_FUZZ_DECODER) on the input, whatever its first bytes say.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <vector>

#include "media/decoder/formats/document.h"
#include "media/decoder/utf8.h"

using namespace hearth::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    protocol::Request request;
    request.maxPages = 100;
    request.maxTextBytes = 1'000'000;
    request.maxMemoryBytes = std::uint64_t{64} << 20U;
    const JobContext context(request, {}, nullptr);
    try {
        const auto document = HEARTH_FUZZ_DECODER(std::as_bytes(std::span(data, size)), context);
        if (document) {
            for (const auto& page : document->pages) {
                if (!isCleanUtf8(page)) {
                    __builtin_trap();
                }
            }
        }
    } catch (const std::exception&) {
        // runJob turns what libraries throw into an error.
    }
    return 0;
}
