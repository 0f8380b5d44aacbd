#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "media/decoder/byte_source.h"
#include "media/decoder/file_format.h"
#include "media/decoder/job_context.h"

namespace hearth::media {

/// The text of a document before it is laid into the result region.
struct DocumentText {
    std::vector<std::string> pages;  ///< UTF-8
    bool hasOwnPages = false;
    std::string title;
    std::string format;
    std::string encoding = "UTF-8";
    std::string warning;
};

/// Characters (code points) that a page of a text without pages of its own aims at.
inline constexpr std::size_t kPageCharacters = 3000;

/// Cuts text into pages of about kPageCharacters: at the end of a paragraph, else of a line, a
/// sentence or a word, that lies between 60 and 120 % of it; else exactly there. Blank lines around
/// a cut are dropped, nothing else is. At least one page.
std::vector<std::string> splitIntoPages(std::string_view text);

/// Pages of text: at form feeds where there are any (then they are the file's own), else as
/// splitIntoPages does.
void setPagesFromText(std::string_view text, DocumentText& document);

/// Decodes plain text or HTML (`format`), a PDF, or a DOCX.
/// Errors: CorruptData, Unsupported (encrypted, another kind of zip file, beyond a limit),
/// OutOfMemory, Io.
Result<DocumentText> decodePlainText(std::span<const std::byte> file, const JobContext& context);
Result<DocumentText> decodeHtml(std::span<const std::byte> file, const JobContext& context);
Result<DocumentText> decodePdf(std::span<const std::byte> file, const JobContext& context);
Result<DocumentText> decodeDocx(std::span<const std::byte> file, const JobContext& context);

/// Whether a zip file is a DOCX. Reads names only.
bool isDocx(std::span<const std::byte> file);

/// Decodes a document of `format` into the result region.
Result<protocol::DocumentAnswer> decodeDocument(ByteSource& source, FileFormat format,
                                                const JobContext& context);

/// Fails when a document has more bytes of text than allowed.
Status checkTextBytes(std::uint64_t bytes, const JobContext& context);

}  // namespace hearth::media
