#include "media/decoder/formats/text_flow.h"

#include <cstddef>

namespace hearth::media {

void TextFlow::flushBreaks() {
    if (m_breaks > 0) {
        while (!m_text.empty() && (m_text.back() == ' ' || m_text.back() == '\t')) {
            m_text.pop_back();
        }
        m_text.append(m_text.empty() ? 0 : static_cast<std::size_t>(m_breaks), '\n');
        m_hasSpace = false;
    }
    m_breaks = 0;
}

void TextFlow::addText(std::string_view text) {
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            m_hasSpace = true;
            continue;
        }
        flushBreaks();
        const bool isAtStart = m_text.empty() || m_text.back() == '\n' || m_text.back() == '\t' ||
                               m_text.back() == ' ';
        if (m_hasSpace && !isAtStart) {
            m_text.push_back(' ');
        }
        m_hasSpace = false;
        m_text.push_back(c);
    }
}

void TextFlow::addPreformatted(std::string_view text) {
    if (text.empty()) {
        return;
    }
    flushBreaks();
    if (m_hasSpace && !m_text.empty() && m_text.back() != '\n' && m_text.back() != ' ') {
        m_text.push_back(' ');
    }
    m_hasSpace = false;
    m_text += text;
}

void TextFlow::addMark(std::string_view mark) {
    flushBreaks();
    m_hasSpace = false;
    m_text += mark;
}

}  // namespace hearth::media
