// Any bytes as a model file: it is refused, or all that it hands out lies inside it.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "inference/gguf/gguf_file.h"
#include "kernels/base/check.h"

namespace {

using hearth::GgufEntry;
using hearth::GgufFile;
using hearth::GgufTensor;

void checkInside(std::span<const std::byte> file, std::span<const std::byte> part) {
    const std::less_equal<const std::byte*> isNotAfter;
    HEARTH_CHECK(part.empty() ||
                 (isNotAfter(file.data(), part.data()) &&
                  isNotAfter(part.data() + part.size(), file.data() + file.size())));
}

/// Reads every value through every getter that takes it.
std::uint64_t readEntry(const GgufFile& file, const GgufEntry& entry) {
    std::uint64_t sum = 0;
    const auto add = [&](const auto& value) {
        if (value) {
            sum += static_cast<std::uint64_t>(*value);
        }
    };
    add(file.getBool(entry.key));
    add(file.getI32(entry.key));
    add(file.getU32(entry.key));
    add(file.getI64(entry.key));
    add(file.getU64(entry.key));
    sum += file.getF32(entry.key).has_value() ? 1 : 0;
    if (const auto text = file.getString(entry.key)) {
        sum += text->size();
    }
    if (const auto ints = file.getInts(entry.key)) {
        for (std::size_t i = 0; i < ints->size(); ++i) {
            sum += static_cast<std::uint64_t>((*ints)[i]);
        }
    }
    if (const auto floats = file.getFloats(entry.key)) {
        for (std::size_t i = 0; i < floats->size(); ++i) {
            sum += (*floats)[i] > 0 ? 1 : 0;
        }
    }
    if (const auto strings = file.getStrings(entry.key)) {
        for (const std::string_view text : *strings) {
            for (const char c : text) {
                sum += static_cast<unsigned char>(c);
            }
        }
    }
    return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto file = GgufFile::parse(bytes, "fuzz.gguf");
    if (!file) {
        return 0;
    }
    volatile std::uint64_t sink = 0;
    for (const GgufEntry& entry : (*file)->entries()) {
        checkInside(bytes, entry.bytes);
        HEARTH_CHECK((*file)->find(entry.key) == &entry);
        sink = sink + readEntry(**file, entry);
    }
    for (const GgufTensor& tensor : (*file)->tensors()) {
        checkInside(bytes, tensor.data);
        HEARTH_CHECK((*file)->findTensor(tensor.name) == &tensor);
        HEARTH_CHECK(tensor.numElements() > 0);
        for (const std::byte value : tensor.data) {
            sink = sink + static_cast<std::uint64_t>(value);
        }
    }
    return 0;
}
