#pragma once

#include <string>
#include <string_view>

namespace hearth::media {

/// Builds text out of a stream of words and breaks, as a browser lays out blocks: white space
/// collapses, breaks do not add up, nothing starts or ends with one. One thread at a time.
class TextFlow {
public:
    /// Text whose white space collapses to one space and may be the space between two calls.
    void addText(std::string_view text);
    /// Text with its spaces and line ends, f. e. of a program.
    void addPreformatted(std::string_view text);
    /// A mark such as "- " or a tab; needs no space around it.
    void addMark(std::string_view mark);
    /// The next text starts on a new line.
    void breakLine() noexcept { m_breaks = m_breaks < 1 ? 1 : m_breaks; }
    /// The next text starts behind an empty line.
    void breakParagraph() noexcept { m_breaks = 2; }

    const std::string& text() const noexcept { return m_text; }

private:
    void flushBreaks();

    std::string m_text;
    int m_breaks = 0;
    bool m_hasSpace = false;
};

}  // namespace hearth::media
