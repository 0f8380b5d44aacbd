#include "inference/tokenizer/utf8.h"

#include <cstring>

namespace hearth {
namespace {

bool isBetween(unsigned char c, unsigned char low, unsigned char high) noexcept {
    return c >= low && c <= high;
}

}  // namespace

Utf8Unit firstUtf8Unit(std::string_view bytes) noexcept {
    const auto byteAt = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned char lead = byteAt(0);
    if (lead < 0x80) {
        return {.length = 1, .codePoint = lead, .isValid = true};
    }
    std::size_t length = 0;
    std::uint32_t codePoint = 0;
    if (isBetween(lead, 0xc2, 0xdf)) {
        length = 2;
        codePoint = lead & 0x1fU;
    } else if (isBetween(lead, 0xe0, 0xef)) {
        length = 3;
        codePoint = lead & 0x0fU;
    } else if (isBetween(lead, 0xf0, 0xf4)) {
        length = 4;
        codePoint = lead & 0x07U;
    } else {
        return {.length = 1};
    }
    // Only the second byte has a range of its own: it excludes overlong forms, surrogates and
    // everything above U+10FFFF.
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (lead == 0xe0) {
        low = 0xa0;
    } else if (lead == 0xed) {
        high = 0x9f;
    } else if (lead == 0xf0) {
        low = 0x90;
    } else if (lead == 0xf4) {
        high = 0x8f;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if (i == bytes.size()) {
            return {.length = i, .isCutOff = true};
        }
        if (!isBetween(byteAt(i), low, high)) {
            return {.length = i};
        }
        codePoint = codePoint << 6U | (byteAt(i) & 0x3fU);
        low = 0x80;
        high = 0xbf;
    }
    return {.length = length, .codePoint = codePoint, .isValid = true};
}

std::size_t validUtf8Length(std::string_view bytes) noexcept {
    constexpr std::uint64_t kHighBits = 0x8080808080808080U;
    std::size_t position = 0;
    while (position < bytes.size()) {
        while (bytes.size() - position >= sizeof(std::uint64_t)) {
            std::uint64_t chunk = 0;
            std::memcpy(&chunk, bytes.data() + position, sizeof(chunk));
            if ((chunk & kHighBits) != 0) {
                break;
            }
            position += sizeof(chunk);
        }
        if (position == bytes.size()) {
            break;
        }
        const Utf8Unit unit = firstUtf8Unit(bytes.substr(position));
        if (!unit.isValid) {
            break;
        }
        position += unit.length;
    }
    return position;
}

}  // namespace hearth
