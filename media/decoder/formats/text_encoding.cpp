#include "media/decoder/formats/text_encoding.h"

#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include "media/decoder/formats/document.h"
#include "media/decoder/utf8.h"

namespace hearth::media {
namespace {

using std::literals::string_view_literals::operator""sv;

using ConverterPtr = std::unique_ptr<UConverter, decltype(&ucnv_close)>;
using DetectorPtr = std::unique_ptr<uchardet, decltype(&uchardet_delete)>;

struct ByteOrderMark {
    std::string_view bytes;
    const char* encoding;
};

// UTF-32LE before UTF-16LE, whose mark it starts with.
constexpr std::array kMarks{
    ByteOrderMark{"\xEF\xBB\xBF"sv, "UTF-8"},    ByteOrderMark{"\xFF\xFE\0\0"sv, "UTF-32LE"},
    ByteOrderMark{"\0\0\xFE\xFF"sv, "UTF-32BE"}, ByteOrderMark{"\xFF\xFE"sv, "UTF-16LE"},
    ByteOrderMark{"\xFE\xFF"sv, "UTF-16BE"},
};

ConverterPtr openConverter(const std::string& encoding) {
    UErrorCode error = U_ZERO_ERROR;
    ConverterPtr converter(ucnv_open(encoding.c_str(), &error), &ucnv_close);
    return U_SUCCESS(error) ? std::move(converter) : ConverterPtr(nullptr, &ucnv_close);
}

std::optional<std::string> convert(std::string_view bytes, const std::string& encoding) {
    const ConverterPtr converter = openConverter(encoding);
    if (!converter) {
        return std::nullopt;
    }
    UErrorCode error = U_ZERO_ERROR;
    const icu::UnicodeString wide(bytes.data(), static_cast<std::int32_t>(bytes.size()),
                                  converter.get(), error);
    if (U_FAILURE(error) || wide.isBogus()) {
        return std::nullopt;
    }
    std::string text;
    wide.toUTF8String(text);
    return text;
}

/// Name that uchardet gives the encoding of `text`; empty if it has none.
std::string detectEncoding(std::string_view text) {
    const DetectorPtr detector(uchardet_new(), &uchardet_delete);
    const std::string_view sample = text.substr(0, std::size_t{1} << 20U);
    if (uchardet_handle_data(detector.get(), sample.data(), sample.size()) != 0) {
        return {};
    }
    uchardet_data_end(detector.get());
    const std::string name = uchardet_get_charset(detector.get());
    return name == "UHC" ? "windows-949" : name == "ASCII" ? "" : name;
}

/// UTF-16 without a mark: the byte order whose high bytes are the NULs.
const char* wideEncoding(std::string_view text) {
    std::array<std::size_t, 2> zeros{};
    for (std::size_t i = 0; i < std::min<std::size_t>(text.size(), 4096); ++i) {
        zeros[i % 2] += text[i] == '\0' ? 1U : 0U;
    }
    if (text.size() < 8 || (zeros[0] > 0 && zeros[1] > 0)) {
        return nullptr;
    }
    const std::size_t units = std::min<std::size_t>(text.size(), 4096) / 2;
    if (zeros[1] * 10 >= units * 7) {
        return "UTF-16LE";
    }
    return zeros[0] * 10 >= units * 7 ? "UTF-16BE" : nullptr;
}

Status isBinary(std::size_t offset) {
    return {ErrorCode::Unsupported,
            "it is not text: it has a NUL byte at offset " + std::to_string(offset)};
}

}  // namespace

Result<UnicodeText> toUnicode(std::span<const std::byte> bytes, const std::string& declaredEncoding,
                              const JobContext& context) {
    // No encoding takes more than four bytes for what is one in UTF-8.
    HEARTH_RETURN_IF_ERROR(checkTextBytes(bytes.size() / 4, context));
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (const ByteOrderMark& mark : kMarks) {
        if (text.starts_with(mark.bytes)) {
            text.remove_prefix(mark.bytes.size());
            if (mark.encoding == "UTF-8"sv) {
                const std::size_t zero = text.find('\0');
                return zero != std::string_view::npos
                           ? Result<UnicodeText>(isBinary(zero + mark.bytes.size()))
                           : UnicodeText{cleanText(text), mark.encoding};
            }
            const std::optional<std::string> converted = convert(text, mark.encoding);
            return UnicodeText{cleanText(converted ? *converted : std::string(text)),
                               mark.encoding};
        }
    }
    if (const char* wide = wideEncoding(text)) {
        if (const std::optional<std::string> converted = convert(text, wide)) {
            return UnicodeText{cleanText(*converted), wide};
        }
    }
    if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
        return isBinary(zero);
    }
    // Seven-bit encodings with escape sequences (ISO-2022) are valid UTF-8 by their bytes.
    const bool hasEscapes = text.find('\x1B') != std::string_view::npos;
    if (!hasEscapes && isCleanUtf8(text)) {
        return UnicodeText{cleanText(text), "UTF-8"};
    }
    for (const std::string& encoding :
         {declaredEncoding, detectEncoding(text), std::string("windows-1252")}) {
        if (encoding.empty() || (encoding == "windows-1252" && isCleanUtf8(text))) {
            continue;
        }
        if (const std::optional<std::string> converted = convert(text, encoding)) {
            return UnicodeText{cleanText(*converted), encoding};
        }
    }
    return UnicodeText{cleanText(text), "UTF-8"};
}

}  // namespace hearth::media
