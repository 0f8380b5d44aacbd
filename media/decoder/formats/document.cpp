#include "media/decoder/formats/document.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "media/decoder/utf8.h"

namespace hearth::media {
namespace {

constexpr std::size_t kLeastCharacters = kPageCharacters * 6 / 10;
constexpr std::size_t kMostCharacters = kPageCharacters * 12 / 10;

/// Byte offset behind the first `characters` characters of well-formed text.
std::size_t offsetOfCharacter(std::string_view text, std::size_t characters) {
    std::size_t at = 0;
    for (; characters > 0 && at < text.size(); --characters) {
        at += std::max<std::size_t>(utf8CharacterBytes(text.substr(at)), 1);
    }
    return std::min(at, text.size());
}

/// End of the last `mark` that ends in (least, aim], else of the first in (aim, most]; 0 if none.
std::size_t cutBehind(std::string_view text, std::string_view mark, std::size_t least,
                      std::size_t aim, std::size_t most) {
    const std::size_t before = text.substr(0, aim).rfind(mark);
    if (before != std::string_view::npos && before + mark.size() > least) {
        return before + mark.size();
    }
    const std::size_t after = text.substr(0, most).find(mark, least);
    return after != std::string_view::npos ? after + mark.size() : 0;
}

/// Where the first page of a long text ends.
std::size_t firstCut(std::string_view text) {
    const std::size_t least = offsetOfCharacter(text, kLeastCharacters);
    const std::size_t aim =
        least + offsetOfCharacter(text.substr(least), kPageCharacters - kLeastCharacters);
    const std::size_t most =
        aim + offsetOfCharacter(text.substr(aim), kMostCharacters - kPageCharacters);
    if (most == text.size()) {
        return most;
    }
    for (const char* mark : {"\n\n", "\n", ". ", "\xE3\x80\x82", " "}) {
        if (const std::size_t cut = cutBehind(text, mark, least, aim, most); cut != 0) {
            return cut;
        }
    }
    return aim;
}

std::string_view withoutBlankLinesAround(std::string_view text) {
    const std::size_t end = text.find_last_not_of(" \t\n\f");
    if (end == std::string_view::npos) {
        return {};
    }
    text = text.substr(0, end + 1);
    const std::size_t begin = text.find_first_not_of('\n');
    return text.substr(begin);
}

Result<protocol::DocumentAnswer> store(DocumentText document, const JobContext& context) {
    std::vector<std::uint64_t> ends;
    std::uint64_t total = 0;
    for (const std::string& page : document.pages) {
        total += page.size();
        ends.push_back(total);
    }
    HEARTH_RETURN_IF_ERROR(checkTextBytes(total, context));
    const std::size_t tableBytes = ends.size() * sizeof(std::uint64_t);
    const std::span<std::byte> region = context.result();
    if (tableBytes > region.size() || total > region.size() - tableBytes) {
        return Status(ErrorCode::Internal, "no room for the result");
    }
    std::memcpy(region.data(), ends.data(), tableBytes);
    std::byte* at = region.data() + tableBytes;
    for (const std::string& page : document.pages) {
        std::memcpy(at, page.data(), page.size());
        at += page.size();
    }
    protocol::DocumentAnswer answer;
    answer.numPages = document.pages.size();
    answer.textBytes = total;
    answer.hasOwnPages = document.hasOwnPages;
    answer.title = std::move(document.title);
    answer.format = std::move(document.format);
    answer.encoding = std::move(document.encoding);
    answer.warning = std::move(document.warning);
    return answer;
}

}  // namespace

std::vector<std::string> splitIntoPages(std::string_view text) {
    std::vector<std::string> pages;
    while (!text.empty()) {
        const std::size_t cut = firstCut(text);
        const std::string_view page = withoutBlankLinesAround(text.substr(0, cut));
        if (!page.empty()) {
            pages.emplace_back(page);
        }
        text.remove_prefix(cut);
    }
    if (pages.empty()) {
        pages.emplace_back();
    }
    return pages;
}

void setPagesFromText(std::string_view text, DocumentText& document) {
    document.hasOwnPages = text.find('\f') != std::string_view::npos;
    if (!document.hasOwnPages) {
        document.pages = splitIntoPages(text);
        return;
    }
    for (;;) {
        const std::size_t end = std::min(text.find('\f'), text.size());
        document.pages.emplace_back(withoutBlankLinesAround(text.substr(0, end)));
        if (end == text.size()) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    // A form feed ends the last page of many files.
    if (document.pages.size() > 1 && document.pages.back().empty()) {
        document.pages.pop_back();
    }
}

Status checkTextBytes(std::uint64_t bytes, const JobContext& context) {
    if (bytes > context.limits().maxTextBytes) {
        return {ErrorCode::Unsupported, "the document has more than " +
                                            std::to_string(context.limits().maxTextBytes) +
                                            " bytes of text, which is the limit"};
    }
    return {};
}

Result<protocol::DocumentAnswer> decodeDocument(ByteSource& source, FileFormat format,
                                                const JobContext& context) {
    if (source.size() > 0x7FFFFFFFU) {
        return Status(ErrorCode::Unsupported, "the document file is larger than 2 GiB");
    }
    HEARTH_ASSIGN_OR_RETURN(const std::span<const std::byte> file, source.whole());
    const auto decode = [&]() -> Result<DocumentText> {
        switch (format) {
            case FileFormat::Pdf:
                return decodePdf(file, context);
            case FileFormat::Zip:
                return decodeDocx(file, context);
            case FileFormat::Html:
                return decodeHtml(file, context);
            default:
                return decodePlainText(file, context);
        }
    };
    HEARTH_ASSIGN_OR_RETURN(DocumentText document, decode());
    if (document.hasOwnPages && document.pages.size() > context.limits().maxPages) {
        return Status(ErrorCode::Unsupported,
                      "the document has " + std::to_string(document.pages.size()) +
                          " pages; the limit is " + std::to_string(context.limits().maxPages));
    }
    return store(std::move(document), context);
}

}  // namespace hearth::media
