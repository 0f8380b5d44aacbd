#include "inference/tokenizer/utf8_stream.h"

#include "inference/tokenizer/utf8.h"

namespace hearth {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

}  // namespace

std::string Utf8Stream::push(std::string_view bytes) {
    std::string joined;
    if (!m_pending.empty()) {
        joined = std::move(m_pending);
        m_pending.clear();
        joined += bytes;
        bytes = joined;
    }
    std::string text;
    while (!bytes.empty()) {
        const std::size_t length = validUtf8Length(bytes);
        text += bytes.substr(0, length);
        bytes.remove_prefix(length);
        if (bytes.empty()) {
            break;
        }
        const Utf8Unit unit = firstUtf8Unit(bytes);
        if (unit.isCutOff) {
            m_pending = bytes;
            break;
        }
        text += kReplacement;
        bytes.remove_prefix(unit.length);
    }
    return text;
}

std::string Utf8Stream::finish() {
    if (m_pending.empty()) {
        return {};
    }
    m_pending.clear();
    return std::string(kReplacement);
}

}  // namespace hearth
