#include "ui/sidebar/search_hit.h"

#include <algorithm>

namespace hearth::ui {

int utf16Position(std::string_view utf8, std::size_t position) {
    const std::string_view before = utf8.substr(0, std::min(position, utf8.size()));
    return static_cast<int>(
        QString::fromUtf8(before.data(), static_cast<qsizetype>(before.size())).size());
}

}  // namespace hearth::ui
