#pragma once

#include <string>
#include <string_view>

namespace hearth {

/// `text` on one line that a terminal or a log can take: UTF-8 stays as it is. Control characters
/// (ASCII's, those of U+0080 to U+009F, line separators, marks that turn the direction of writing)
/// and bytes that are no UTF-8 are shown as \xNN, byte by byte.
std::string printableText(std::string_view text);

/// The same of what a file says about itself, cut off after 80 bytes, between two characters.
std::string printableName(std::string_view text);

}  // namespace hearth
