#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "kernels/base/status.h"
#include "media/decoder/job_context.h"

namespace hearth::media {

/// Text in UTF-8 and what it was in.
struct UnicodeText {
    std::string text;  ///< as cleanText leaves it
    std::string encoding;
};

/// Converts text of any encoding: by its byte order mark, as UTF-8 if it is well-formed, as
/// `declaredEncoding` if that is known, as what uchardet takes it for, else as windows-1252.
/// Errors: Unsupported (NUL bytes in an encoding of bytes; too long), OutOfMemory.
Result<UnicodeText> toUnicode(std::span<const std::byte> bytes, const std::string& declaredEncoding,
                              const JobContext& context);

}  // namespace hearth::media
