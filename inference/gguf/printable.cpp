#include "inference/gguf/printable.h"

#include <cstddef>
#include <cstdint>

namespace hearth {
namespace {

struct Character {
    std::size_t length = 1;       ///< bytes
    std::uint32_t codePoint = 0;  ///< meaningful if valid
    bool isValid = false;
};

bool isContinuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The character at the start of `text`, which is not empty; one byte if it is no UTF-8.
Character firstCharacter(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) {
        return {1, lead, true};
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) {
        return {};
    }
    std::uint32_t codePoint = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if (!isContinuation(text[i])) {
            return {};
        }
        codePoint = codePoint << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    // Longer than needed, a surrogate, or beyond Unicode.
    const bool isOverlong =
        (length == 3 && codePoint < 0x800) || (length == 4 && codePoint < 0x10000);
    const bool isSurrogate = codePoint >= 0xD800 && codePoint <= 0xDFFF;
    if (isOverlong || isSurrogate || codePoint > 0x10FFFF) {
        return {};
    }
    return {length, codePoint, true};
}

/// Whether a terminal may act on the character instead of showing it.
bool isControl(std::uint32_t codePoint) {
    return codePoint < 0x20 || (codePoint >= 0x7F && codePoint < 0xA0) ||
           (codePoint >= 0x200E && codePoint <= 0x200F) ||
           (codePoint >= 0x2028 && codePoint <= 0x202E) ||
           (codePoint >= 0x2066 && codePoint <= 0x2069) || codePoint == 0x061C ||
           codePoint == 0xFEFF;
}

void appendEscaped(std::string& out, std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += "\\x";
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 0x0FU];
    }
}

}  // namespace

std::string printableText(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const Character character = firstCharacter(text);
        const std::string_view bytes = text.substr(0, character.length);
        if (character.isValid && !isControl(character.codePoint)) {
            result += bytes;
        } else {
            appendEscaped(result, bytes);
        }
        text.remove_prefix(character.length);
    }
    return result;
}

std::string printableName(std::string_view text) {
    constexpr std::size_t kMaxBytes = 80;
    if (text.size() <= kMaxBytes) {
        return printableText(text);
    }
    // A character has at most three bytes before its last one; what is longer is no UTF-8.
    std::size_t end = kMaxBytes;
    while (end > kMaxBytes - 3 && isContinuation(text[end])) {
        --end;
    }
    return printableText(text.substr(0, isContinuation(text[end]) ? kMaxBytes : end)) + "...";
}

}  // namespace hearth
