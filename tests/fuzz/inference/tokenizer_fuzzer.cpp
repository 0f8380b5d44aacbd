// Any bytes as a model file with a vocabulary; where it is accepted, the end of the file is
// encoded.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "inference/gguf/gguf_file.h"
#include "tests/fuzz/inference/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto file = hearth::GgufFile::parse(std::as_bytes(std::span(data, size)), "fuzz.gguf");
    if (!file) {
        return 0;
    }
    const auto tokenizer = hearth::Tokenizer::load(**file);
    if (!tokenizer) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    hearth::checkRoundTrip(**tokenizer, bytes.substr(size - std::min<std::size_t>(size, 512)));
    return 0;
}
