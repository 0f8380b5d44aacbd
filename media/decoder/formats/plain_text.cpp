#include "media/decoder/formats/document.h"
#include "media/decoder/formats/text_encoding.h"

namespace hearth::media {

Result<DocumentText> decodePlainText(std::span<const std::byte> file, const JobContext& context) {
    HEARTH_ASSIGN_OR_RETURN(UnicodeText text, toUnicode(file, {}, context));
    HEARTH_RETURN_IF_ERROR(checkTextBytes(text.text.size(), context));
    DocumentText document;
    document.format = "text";
    document.encoding = std::move(text.encoding);
    setPagesFromText(text.text, document);
    return document;
}

}  // namespace hearth::media
