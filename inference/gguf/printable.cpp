#include "inference/gguf/printable.h"

namespace hearth {

std::string printableName(std::string_view text) {
    constexpr std::size_t kMaxBytes = 80;
    std::string result(text.substr(0, kMaxBytes));
    for (char& c : result) {
        if (c < 0x20 || c > 0x7e) {
            c = '?';
        }
    }
    return text.size() > kMaxBytes ? result + "..." : result;
}

}  // namespace hearth
