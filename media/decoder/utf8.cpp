#include "media/decoder/utf8.h"

#include <cstdint>

namespace hearth::media {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::uint8_t byteAt(std::string_view text, std::size_t index) noexcept {
    return static_cast<std::uint8_t>(text[index]);
}

}  // namespace

std::size_t utf8CharacterBytes(std::string_view text) noexcept {
    if (text.empty()) {
        return 0;
    }
    const std::uint8_t lead = byteAt(text, 0);
    if (lead < 0x80) {
        return 1;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byteAt(text, i) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    const std::uint8_t second = byteAt(text, 1);
    const bool isOverlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool isSurrogate = lead == 0xED && second >= 0xA0;
    const bool isTooLarge = lead == 0xF4 && second >= 0x90;
    return isOverlong || isSurrogate || isTooLarge ? 0 : length;
}

bool isCleanUtf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = utf8CharacterBytes(text);
        if (length == 0 || text[0] == '\0') {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

void appendUtf8(char32_t codePoint, std::string& out) {
    const auto push = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (codePoint > 0x10FFFF || (codePoint >= 0xD800 && codePoint <= 0xDFFF)) {
        out += kReplacement;
    } else if (codePoint < 0x80) {
        push(codePoint);
    } else if (codePoint < 0x800) {
        push(0xC0U | (codePoint >> 6U));
        push(0x80U | (codePoint & 0x3FU));
    } else if (codePoint < 0x10000) {
        push(0xE0U | (codePoint >> 12U));
        push(0x80U | ((codePoint >> 6U) & 0x3FU));
        push(0x80U | (codePoint & 0x3FU));
    } else {
        push(0xF0U | (codePoint >> 18U));
        push(0x80U | ((codePoint >> 12U) & 0x3FU));
        push(0x80U | ((codePoint >> 6U) & 0x3FU));
        push(0x80U | (codePoint & 0x3FU));
    }
}

std::string cleanText(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const char first = text[0];
        const std::size_t length = utf8CharacterBytes(text);
        if (length == 0) {
            out += kReplacement;
        } else if (first == '\r') {
            out.push_back('\n');
            if (text.size() > 1 && text[1] == '\n') {
                text.remove_prefix(1);
            }
        } else if (length == 1 && (byteAt(text, 0) < 0x20 || byteAt(text, 0) == 0x7F) &&
                   first != '\n' && first != '\t' && first != '\f') {
            out.push_back(' ');
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string cleanLine(std::string_view text, std::size_t maxBytes) {
    std::string line;
    bool hasSpace = false;
    // Titles of hostile files can be megabytes.
    for (const char c : cleanText(text.substr(0, maxBytes * 2))) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\f') {
            hasSpace = true;
            continue;
        }
        if (hasSpace && !line.empty()) {
            line.push_back(' ');
        }
        hasSpace = false;
        line.push_back(c);
    }
    if (line.size() > maxBytes) {
        std::size_t end = maxBytes;
        while (end > 0 && (byteAt(line, end) & 0xC0U) == 0x80U) {
            --end;
        }
        line.resize(end);
    }
    return line;
}

}  // namespace hearth::media
