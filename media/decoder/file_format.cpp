#include "media/decoder/file_format.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "media/decoder/utf8.h"

namespace hearth::media {
namespace {

using std::literals::string_view_literals::operator""sv;

struct Signature {
    std::size_t offset;
    std::string_view bytes;
    FormatGuess guess;
};

// The first match wins. RIFF of another kind than WEBP falls through to sound.
constexpr std::array kSignatures{
    Signature{0, "\x89PNG\r\n\x1a\n"sv, {FileFormat::Png, "PNG"}},
    Signature{0, "\xFF\xD8\xFF"sv, {FileFormat::Jpeg, "JPEG"}},
    Signature{8, "WEBPVP8"sv, {FileFormat::WebP, "WebP"}},
    Signature{0, "II*\0"sv, {FileFormat::Tiff, "TIFF"}},
    Signature{0, "MM\0*"sv, {FileFormat::Tiff, "TIFF"}},
    Signature{0, "GIF87a"sv, {FileFormat::Gif, "GIF"}},
    Signature{0, "GIF89a"sv, {FileFormat::Gif, "GIF"}},
    Signature{0, "PK\x03\x04"sv, {FileFormat::Zip, "zip"}},
    Signature{0, "PK\x05\x06"sv, {FileFormat::Foreign, "an empty zip archive"}},
    Signature{0, "{\\rtf"sv, {FileFormat::Foreign, "RTF"}},
    Signature{0, "%!PS"sv, {FileFormat::Foreign, "PostScript"}},
    Signature{0,
              "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv,
              {FileFormat::Foreign, "an old Microsoft Office file or another compound file"}},
    Signature{0, "7z\xBC\xAF\x27\x1C"sv, {FileFormat::Foreign, "a 7z archive"}},
    Signature{0, "Rar!\x1A\x07"sv, {FileFormat::Foreign, "a RAR archive"}},
    Signature{0, "\x1F\x8B"sv, {FileFormat::Foreign, "a gzip file"}},
    Signature{0,
              "\xFD"
              "7zXZ\0"sv,
              {FileFormat::Foreign, "an xz file"}},
    Signature{0, "\x28\xB5\x2F\xFD"sv, {FileFormat::Foreign, "a zstd file"}},
    Signature{0,
              "\x7F"
              "ELF"sv,
              {FileFormat::Foreign, "a program"}},
    Signature{0, "GGUF"sv, {FileFormat::Foreign, "a GGUF model"}},
    Signature{0, "SQLite format 3\0"sv, {FileFormat::Foreign, "an SQLite database"}},
    Signature{4, "ftypavif"sv, {FileFormat::Foreign, "AVIF"}},
    Signature{4, "ftypheic"sv, {FileFormat::Foreign, "HEIC"}},
    Signature{4, "ftypheix"sv, {FileFormat::Foreign, "HEIC"}},
    Signature{4, "ftypmif1"sv, {FileFormat::Foreign, "HEIF"}},
};

bool isBlank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool startsWithTag(std::string_view text, std::string_view tag) noexcept {
    return text.size() >= tag.size() &&
           std::equal(tag.begin(), tag.end(), text.begin(), [](char wanted, char c) {
               return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
           });
}

/// Whether an HTML tag opens the text, past white space, comments, and an XML or doctype line.
bool looksLikeHtml(std::string_view text) noexcept {
    for (;;) {
        while (!text.empty() && isBlank(text.front())) {
            text.remove_prefix(1);
        }
        std::string_view skippedUntil;
        if (startsWithTag(text, "<!--")) {
            skippedUntil = "-->";
        } else if (startsWithTag(text, "<?xml")) {
            skippedUntil = "?>";
        } else {
            break;
        }
        const std::size_t end = text.find(skippedUntil);
        if (end == std::string_view::npos) {
            return false;
        }
        text.remove_prefix(end + skippedUntil.size());
    }
    constexpr std::array kTags{"<!doctype html"sv, "<html"sv, "<head"sv,  "<body"sv,
                               "<title"sv,         "<meta"sv, "<script"sv};
    return std::any_of(kTags.begin(), kTags.end(),
                       [text](std::string_view tag) { return startsWithTag(text, tag); });
}

/// Whether bytes without NUL read as text: valid UTF-8, or of an old encoding with hardly any
/// control characters. Binary files fail this within their first kilobytes.
bool looksLikeText(std::string_view text) noexcept {
    std::size_t controls = 0;
    std::size_t malformed = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t length = utf8CharacterBytes(rest);
        const auto first = static_cast<unsigned char>(rest[0]);
        if (length == 0 && rest.size() >= 4) {
            ++malformed;
        }
        // Escape sequences (ISO-2022-JP, terminals) are text.
        const bool isControl = first < 0x20 && !isBlank(rest[0]) && first != '\f' && first != 0x1B;
        controls += isControl || first == 0x7F ? 1U : 0U;
        rest.remove_prefix(length == 0 ? 1 : length);
    }
    return malformed == 0 ? controls * 20 <= text.size() : controls * 500 <= text.size();
}

/// Whether the bytes are UTF-16 or UTF-32: a byte order mark, or the NULs of Latin text in one of
/// the two byte orders and nowhere else.
bool looksLikeWideText(std::string_view text) noexcept {
    if (text.starts_with("\xFF\xFE"sv) || text.starts_with("\xFE\xFF"sv) ||
        text.starts_with("\0\0\xFE\xFF"sv)) {
        // MP3 frames start with FF Fx too; text has few control characters in 16-bit units.
        const bool isBigEndian = text[0] == '\xFE';
        const std::size_t units = std::min<std::size_t>(text.size() / 2, 512);
        std::size_t odd = 0;
        for (std::size_t i = 1; i < units; ++i) {
            const auto high = static_cast<unsigned char>(text[2 * i + (isBigEndian ? 0 : 1)]);
            const auto low = static_cast<unsigned char>(text[2 * i + (isBigEndian ? 1 : 0)]);
            odd +=
                high == 0 && low != 0 && low < 0x20 && !isBlank(static_cast<char>(low)) ? 1U : 0U;
        }
        return odd * 50 <= units;
    }
    std::array<std::size_t, 2> zeros{};
    const std::size_t even = std::min<std::size_t>(text.size(), 4096) / 2 * 2;
    for (std::size_t i = 0; i < even; ++i) {
        zeros[i % 2] += text[i] == '\0' ? 1U : 0U;
    }
    const std::size_t more = std::max(zeros[0], zeros[1]);
    return even >= 8 && more * 10 >= even / 2 * 7 && std::min(zeros[0], zeros[1]) == 0;
}

}  // namespace

FormatGuess guessFormat(std::span<const std::byte> head) noexcept {
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    for (const Signature& signature : kSignatures) {
        if (text.size() > signature.offset &&
            text.substr(signature.offset).starts_with(signature.bytes)) {
            return signature.guess;
        }
    }
    // A header of the known sizes: "BM" alone begins ordinary text.
    if (text.starts_with("BM"sv) && text.size() >= 26 && text[15] == '\0' && text[16] == '\0' &&
        text[17] == '\0') {
        return {FileFormat::Bmp, "BMP"};
    }
    if (text.substr(0, 1024).find("%PDF-"sv) != std::string_view::npos) {
        return {FileFormat::Pdf, "PDF"};
    }
    if (looksLikeWideText(text)) {
        return {FileFormat::Text, "text"};
    }
    if (text.find('\0') == std::string_view::npos && looksLikeText(text)) {
        const std::string_view body = text.starts_with("\xEF\xBB\xBF"sv) ? text.substr(3) : text;
        return looksLikeHtml(body) ? FormatGuess{FileFormat::Html, "HTML"}
                                   : FormatGuess{FileFormat::Text, "text"};
    }
    return {FileFormat::Sound, ""};
}

bool isPicture(FileFormat format) noexcept {
    return format >= FileFormat::Png && format <= FileFormat::Gif;
}

bool isDocument(FileFormat format) noexcept {
    return format >= FileFormat::Pdf && format <= FileFormat::Text;
}

}  // namespace hearth::media
