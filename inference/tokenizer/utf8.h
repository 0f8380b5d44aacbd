#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hearth {

/// What lies at the start of some bytes, read as UTF-8 (Unicode 15, table 3-7: no surrogates, no
/// overlong forms, at most U+10FFFF).
struct Utf8Unit {
    std::size_t length = 0;       ///< bytes; of an invalid unit its maximal well-formed start, >= 1
    std::uint32_t codePoint = 0;  ///< of a valid unit
    bool isValid = false;
    bool isCutOff = false;  ///< invalid only because the bytes end: more of them may complete it
};

/// The first unit of `bytes`, which is not empty.
Utf8Unit firstUtf8Unit(std::string_view bytes) noexcept;

/// Length of the longest start of `bytes` that is valid UTF-8.
std::size_t validUtf8Length(std::string_view bytes) noexcept;

}  // namespace hearth
