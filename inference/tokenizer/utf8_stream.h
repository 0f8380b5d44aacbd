#pragma once

#include <string>
#include <string_view>

namespace hearth {

/// Turns the bytes of tokens, which may end anywhere, into text that can be shown at once: what
/// comes out is always valid UTF-8 and never half a character. One thread at a time.
///
/// Bytes that can never become a character come out as U+FFFD, one for each maximal well-formed
/// start of a sequence (Unicode 15, section 3.9, "substitution of maximal subparts").
class Utf8Stream {
public:
    /// Takes the next bytes and returns the text that is complete, possibly empty. At most three
    /// bytes are held back.
    std::string push(std::string_view bytes);

    /// Ends the text: U+FFFD if bytes of an unfinished character are left, else nothing. The
    /// stream can then be used for another text.
    std::string finish();

    /// Bytes that are held back.
    std::size_t numPending() const noexcept { return m_pending.size(); }

private:
    std::string m_pending;
};

}  // namespace hearth
