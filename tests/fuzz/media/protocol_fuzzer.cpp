// Parses the input as one message; what parses must survive being encoded and parsed again.

#include <cstddef>
#include <cstdint>
#include <span>

#include "media/decoder/protocol.h"

using namespace hearth::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto message = protocol::parseMessage(std::as_bytes(std::span(data, size)));
    if (message && !protocol::parseMessage(protocol::encodeMessage(*message)).has_value()) {
        __builtin_trap();
    }
    return 0;
}
