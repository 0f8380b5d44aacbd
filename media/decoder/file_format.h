#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hearth::media {

/// How a file is to be decoded, as far as its first bytes tell.
enum class FileFormat : std::uint8_t {
    Unknown,
    Png,
    Jpeg,
    WebP,
    Bmp,
    Tiff,
    Gif,
    Pdf,
    Zip,  ///< perhaps a DOCX
    Html,
    Text,
    Sound,    ///< perhaps: neither text nor any of the others
    Foreign,  ///< known and not read; the name says what it is
};

struct FormatGuess {
    FileFormat format = FileFormat::Unknown;
    const char* name = "";  ///< f. e. "PNG"; of a foreign format too
};

/// Bytes from the start of a file that are enough for `guessFormat`.
inline constexpr std::size_t kFormatHeadBytes = std::size_t{64} * 1024;

/// Judges a file by its first min(size, kFormatHeadBytes) bytes.
FormatGuess guessFormat(std::span<const std::byte> head) noexcept;

/// Whether `format` is decoded by decodePicture.
bool isPicture(FileFormat format) noexcept;

/// Whether `format` is decoded by decodeDocument.
bool isDocument(FileFormat format) noexcept;

}  // namespace hearth::media
