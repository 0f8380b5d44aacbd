#pragma once

#include <string>
#include <string_view>

namespace hearth {

/// `text` with every byte outside printable ASCII replaced by '?', cut off after 80 bytes: what a
/// file says about itself must not reach a terminal or a log as it is.
std::string printableName(std::string_view text);

}  // namespace hearth
