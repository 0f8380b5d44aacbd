#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hearth::media {

/// Whether `text` is well-formed UTF-8 (no overlong forms, surrogates or code points beyond
/// U+10FFFF) without NUL.
bool isCleanUtf8(std::string_view text) noexcept;

/// Bytes of the well-formed UTF-8 character at the start of `text`; 0 if there is none.
std::size_t utf8CharacterBytes(std::string_view text) noexcept;

/// `codePoint` in UTF-8 at the end of `out`; U+FFFD for what is no character.
void appendUtf8(char32_t codePoint, std::string& out);

/// UTF-8 for display and search: malformed bytes become U+FFFD, line ends become '\n', other
/// control characters except tab and form feed become spaces.
std::string cleanText(std::string_view text);

/// The first line of `text`, cleaned, trimmed and cut to at most `maxBytes` at a character
/// boundary.
std::string cleanLine(std::string_view text, std::size_t maxBytes);

}  // namespace hearth::media
