#include <poppler/cpp/poppler-document.h>
#include <poppler/cpp/poppler-global.h>
#include <poppler/cpp/poppler-page.h>

#include <memory>
#include <string>

#include "media/decoder/formats/document.h"
#include "media/decoder/utf8.h"

namespace hearth::media {
namespace {

void ignoreMessage(const std::string& /*message*/, void* /*data*/) {}

/// UTF-16 to UTF-8; a lone surrogate becomes U+FFFD. (Poppler's own conversion goes through iconv,
/// which would load modules from disk.)
std::string toUtf8(const poppler::ustring& text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char32_t codePoint = text[i];
        const bool isHigh = codePoint >= 0xD800 && codePoint <= 0xDBFF;
        if (isHigh && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] <= 0xDFFF) {
            codePoint = 0x10000 + ((codePoint - 0xD800) << 10U) + (text[i + 1] - 0xDC00U);
            ++i;
        }
        appendUtf8(codePoint, out);
    }
    return cleanText(out);
}

std::string pageText(const poppler::page& page) {
    std::string text =
        toUtf8(page.text(poppler::rectf(), poppler::page::non_raw_non_physical_layout));
    // A form feed ends the text of each page.
    text.erase(text.find_last_not_of(" \t\n\f") + 1);
    return text;
}

}  // namespace

Result<DocumentText> decodePdf(std::span<const std::byte> file, const JobContext& context) {
    poppler::set_debug_error_function(&ignoreMessage, nullptr);
    const std::unique_ptr<poppler::document> pdf(poppler::document::load_from_raw_data(
        reinterpret_cast<const char*>(file.data()), static_cast<int>(file.size())));
    if (!pdf) {
        return Status(ErrorCode::CorruptData, "the PDF is damaged or ends early");
    }
    if (pdf->is_locked()) {
        return Status(ErrorCode::Unsupported,
                      "the PDF is encrypted and needs a password; save a copy without "
                      "one");
    }
    const int numPages = pdf->pages();
    if (numPages <= 0) {
        return Status(ErrorCode::CorruptData, "the PDF has no pages");
    }
    if (static_cast<std::uint64_t>(numPages) > context.limits().maxPages) {
        return Status(ErrorCode::Unsupported, "the PDF has " + std::to_string(numPages) +
                                                  " pages; the limit is " +
                                                  std::to_string(context.limits().maxPages));
    }
    DocumentText document;
    document.format = "PDF";
    document.hasOwnPages = true;
    document.title = cleanLine(toUtf8(pdf->get_title()), 512);
    std::uint64_t total = 0;
    int numUnreadable = 0;
    for (int i = 0; i < numPages; ++i) {
        const std::unique_ptr<poppler::page> page(pdf->create_page(i));
        numUnreadable += page ? 0 : 1;
        document.pages.push_back(page ? pageText(*page) : std::string());
        total += document.pages.back().size();
        HEARTH_RETURN_IF_ERROR(checkTextBytes(total, context));
        context.reportProgress((i + 1.0) / numPages);
    }
    if (numUnreadable == numPages) {
        return Status(ErrorCode::CorruptData, "none of the PDF's pages can be read");
    }
    if (numUnreadable > 0) {
        document.warning = std::to_string(numUnreadable) + " of " + std::to_string(numPages) +
                           " pages are damaged and could not be read";
    }
    return document;
}

}  // namespace hearth::media
