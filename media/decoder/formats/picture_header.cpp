#include "media/decoder/formats/picture_header.h"

#include <algorithm>
#include <string_view>

namespace hearth::media {
namespace {

using std::literals::string_view_literals::operator""sv;

Status endsEarly() {
    return {ErrorCode::CorruptData, "the file ends before the picture does"};
}

Status damaged(const char* what) {
    return {ErrorCode::CorruptData, std::string("the file is damaged: ") + what};
}

/// Bounds-checked reads at any offset; what lies outside reads as 0 and clears `isGood`.
class Bytes {
public:
    explicit Bytes(std::span<const std::byte> bytes, bool isBigEndian = true) noexcept
        : m_bytes(bytes), m_isBigEndian(isBigEndian) {}

    std::size_t size() const noexcept { return m_bytes.size(); }
    bool isGood() const noexcept { return m_isGood; }
    bool has(std::size_t offset, std::size_t count) const noexcept {
        return offset <= m_bytes.size() && count <= m_bytes.size() - offset;
    }
    std::uint32_t u8(std::size_t offset) noexcept { return number(offset, 1); }
    std::uint32_t u16(std::size_t offset) noexcept { return number(offset, 2); }
    std::uint32_t u32(std::size_t offset) noexcept { return number(offset, 4); }
    bool matches(std::size_t offset, std::string_view text) const noexcept {
        return has(offset, text.size()) &&
               std::equal(text.begin(), text.end(), m_bytes.begin() + static_cast<long>(offset),
                          [](char a, std::byte b) { return static_cast<std::byte>(a) == b; });
    }
    std::span<const std::byte> from(std::size_t offset, std::size_t count) const noexcept {
        return has(offset, count) ? m_bytes.subspan(offset, count) : std::span<const std::byte>();
    }

private:
    std::uint32_t number(std::size_t offset, std::size_t count) noexcept {
        if (!has(offset, count)) {
            m_isGood = false;
            return 0;
        }
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = m_isBigEndian ? i : count - 1 - i;
            value = (value << 8U) | std::to_integer<std::uint32_t>(m_bytes[offset + at]);
        }
        return value;
    }

    std::span<const std::byte> m_bytes;
    bool m_isBigEndian;
    bool m_isGood = true;
};

bool isTiffBigEndian(std::span<const std::byte> tiff) noexcept {
    return !tiff.empty() && tiff[0] == std::byte{'M'};
}

/// Calls `visit(tag, type, count, valueOffset)` for the entries of the first directory of a TIFF
/// structure. `valueOffset` is that of the value itself, in or outside the entry.
template <class Visit>
void visitTiffEntries(Bytes& tiff, Visit visit) {
    const std::size_t directory = tiff.u32(4);
    const std::uint32_t count = tiff.u16(directory);
    for (std::uint32_t i = 0; i < count && tiff.isGood(); ++i) {
        const std::size_t entry = directory + 2 + std::size_t{i} * 12;
        const std::uint32_t type = tiff.u16(entry + 2);
        const std::uint32_t values = tiff.u32(entry + 4);
        const std::size_t valueBytes = type == 3 ? 2 : type == 4 ? 4 : 1;
        const bool isInline = values <= 4 / valueBytes;
        visit(tiff.u16(entry), type, values, isInline ? entry + 8 : tiff.u32(entry + 8));
    }
}

/// Orientation of an EXIF block (a TIFF structure); 1 if it has none that makes sense.
int exifOrientation(std::span<const std::byte> exif) {
    Bytes tiff(exif, isTiffBigEndian(exif));
    if (!tiff.matches(0, "II*\0"sv) && !tiff.matches(0, "MM\0*"sv)) {
        return 1;
    }
    std::uint32_t orientation = 1;
    visitTiffEntries(
        tiff, [&](std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::size_t offset) {
            if (tag == 0x0112 && type == 3 && count == 1) {
                orientation = tiff.u16(offset);
            }
        });
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
}

Result<PictureHeader> readPng(Bytes file) {
    PictureHeader header;
    header.width = file.u32(16);
    header.height = file.u32(20);
    header.colourKeyBits = static_cast<int>(file.u8(24));
    header.bitsPerChannel = header.colourKeyBits > 8 ? 16 : 8;
    const std::uint32_t colourType = file.u8(25);
    if (!file.isGood() || !file.matches(12, "IHDR")) {
        return endsEarly();
    }
    for (std::size_t chunk = 8;;) {
        const std::size_t length = file.u32(chunk);
        if (!file.isGood() || !file.has(chunk, length + 12)) {
            return endsEarly();
        }
        const std::size_t data = chunk + 8;
        if (file.matches(chunk + 4, "IEND")) {
            return header;
        }
        if (file.matches(chunk + 4, "eXIf")) {
            header.orientation = exifOrientation(file.from(data, length));
        } else if (file.matches(chunk + 4, "tRNS") && colourType == 0 && length >= 2) {
            const auto grey = static_cast<std::uint16_t>(file.u16(data));
            header.transparentColour = {grey, grey, grey};
        } else if (file.matches(chunk + 4, "tRNS") && colourType == 2 && length >= 6) {
            header.transparentColour = {static_cast<std::uint16_t>(file.u16(data)),
                                        static_cast<std::uint16_t>(file.u16(data + 2)),
                                        static_cast<std::uint16_t>(file.u16(data + 4))};
        }
        chunk = data + length + 4;
    }
}

/// Offset of the first marker at or after `at` in entropy-coded data; `size()` if there is none.
std::size_t nextJpegMarker(Bytes& file, std::size_t at) {
    for (; at + 1 < file.size(); ++at) {
        if (file.u8(at) == 0xFF) {
            const std::uint32_t code = file.u8(at + 1);
            const bool isRestart = code >= 0xD0 && code <= 0xD7;
            if (code != 0x00 && code != 0xFF && !isRestart) {
                return at;
            }
        }
    }
    return file.size();
}

Result<PictureHeader> readJpeg(Bytes file) {
    PictureHeader header;
    bool hasFrame = false;
    bool hasScan = false;
    for (std::size_t at = 2;;) {
        at = nextJpegMarker(file, at);
        if (at == file.size()) {
            return endsEarly();
        }
        const std::uint32_t code = file.u8(at + 1);
        if (code == 0xD9) {
            if (!hasFrame || !hasScan) {
                return damaged("it has no picture data");
            }
            return header;
        }
        if (code == 0xD8 || code == 0x01) {
            at += 2;
            continue;
        }
        const std::size_t length = file.u16(at + 2);
        if (!file.isGood() || length < 2 || !file.has(at + 2, length)) {
            return endsEarly();
        }
        const bool isFrame =
            code >= 0xC0 && code <= 0xCF && code != 0xC4 && code != 0xC8 && code != 0xCC;
        if (isFrame && !hasFrame) {
            if (file.u8(at + 4) != 8) {
                return Status(ErrorCode::Unsupported, "JPEG with more than 8 bits a channel");
            }
            header.height = file.u16(at + 5);
            header.width = file.u16(at + 7);
            hasFrame = true;
        } else if (code == 0xE1 && length >= 8 && file.matches(at + 4, "Exif\0\0"sv)) {
            header.orientation = exifOrientation(file.from(at + 10, length - 8));
        }
        hasScan = hasScan || code == 0xDA;
        at += 2 + length;
    }
}

Result<PictureHeader> readWebp(std::span<const std::byte> bytes) {
    Bytes file(bytes, false);
    PictureHeader header;
    const std::size_t riffBytes = file.u32(4);
    if (!file.has(8, riffBytes)) {
        return endsEarly();
    }
    for (std::size_t chunk = 12; file.has(chunk, 8) && chunk < riffBytes + 8;) {
        const std::size_t length = file.u32(chunk + 4);
        const std::size_t data = chunk + 8;
        if (!file.has(data, length)) {
            return endsEarly();
        }
        const bool hasSize = header.width > 0;
        if (file.matches(chunk, "VP8X")) {
            if ((file.u8(data) & 0x02U) != 0) {
                return Status(ErrorCode::Unsupported, "animated WebP is not read");
            }
            header.width = (file.u32(data + 4) & 0xFFFFFFU) + 1;
            header.height = (file.u32(data + 6) >> 8U) + 1;
        } else if (file.matches(chunk, "VP8 ") && !hasSize) {
            header.width = file.u16(data + 6) & 0x3FFFU;
            header.height = file.u16(data + 8) & 0x3FFFU;
        } else if (file.matches(chunk, "VP8L") && !hasSize) {
            const std::uint32_t packed = file.u32(data + 1);
            header.width = (packed & 0x3FFFU) + 1;
            header.height = ((packed >> 14U) & 0x3FFFU) + 1;
        } else if (file.matches(chunk, "EXIF")) {
            // Some writers keep the JPEG prefix.
            const std::size_t skip = file.matches(data, "Exif\0\0"sv) ? 6 : 0;
            header.orientation = exifOrientation(file.from(data + skip, length - skip));
        }
        chunk = data + length + length % 2;
    }
    if (!file.isGood()) {
        return endsEarly();
    }
    return header;
}

Result<PictureHeader> readBmp(std::span<const std::byte> bytes) {
    Bytes file(bytes, false);
    PictureHeader header;
    const std::size_t dataOffset = file.u32(10);
    const std::uint32_t headerBytes = file.u32(14);
    std::uint32_t bits = 0;
    std::uint32_t compression = 0;
    if (headerBytes == 12) {
        header.width = file.u16(18);
        header.height = file.u16(20);
        bits = file.u16(24);
    } else {
        const std::uint32_t height = file.u32(22);
        header.width = file.u32(18);
        // Negative: rows from the top.
        header.height = height > 0x80000000U ? 0U - height : height;
        bits = file.u16(28);
        compression = file.u32(30);
    }
    if (!file.isGood() || header.width > 0x7FFFFFFFU || header.height > 0x7FFFFFFFU) {
        return endsEarly();
    }
    const bool isRunLength = compression == 1 || compression == 2;
    const std::uint64_t rowBytes = (std::uint64_t{header.width} * bits + 31) / 32 * 4;
    const bool isComplete = isRunLength || (dataOffset <= file.size() && header.height > 0 &&
                                            rowBytes <= (file.size() - dataOffset) / header.height);
    if (!isComplete) {
        return endsEarly();
    }
    return header;
}

/// Offset behind a chain of GIF data blocks, each with its length before it; 0 if the file ends.
std::size_t skipGifBlocks(Bytes& file, std::size_t at) {
    for (;;) {
        const std::size_t length = file.u8(at);
        if (!file.has(at, length + 1)) {
            return 0;
        }
        at += length + 1;
        if (length == 0) {
            return at;
        }
    }
}

Result<PictureHeader> readGif(std::span<const std::byte> bytes) {
    Bytes file(bytes, false);
    const auto tableBytes = [](std::uint32_t flags) -> std::size_t {
        return (flags & 0x80U) != 0 ? std::size_t{6} << (flags & 7U) : 0;
    };
    PictureHeader header;
    header.width = file.u16(6);
    header.height = file.u16(8);
    std::size_t at = 13 + tableBytes(file.u8(10));
    while (file.isGood()) {
        const std::uint32_t block = file.u8(at);
        if (block == 0x21) {
            at = skipGifBlocks(file, at + 2);
        } else if (block == 0x2C) {
            const std::size_t data = at + 10 + tableBytes(file.u8(at + 9)) + 1;
            if (skipGifBlocks(file, data) == 0) {
                return endsEarly();
            }
            return header;
        } else {
            return file.isGood() ? damaged("it has no frame") : endsEarly();
        }
        if (at == 0) {
            break;
        }
    }
    return endsEarly();
}

Result<PictureHeader> readTiff(std::span<const std::byte> bytes) {
    PictureHeader header;
    header.isTiffBigEndian = isTiffBigEndian(bytes);
    Bytes file(bytes, header.isTiffBigEndian);
    std::uint32_t samples = 1;
    std::uint32_t bits = 1;
    std::uint32_t extraSample = 0;
    std::uint32_t sampleFormat = 1;
    std::array<std::size_t, 2> lists{};  // offsets, sizes of the strips or tiles
    std::array<std::uint32_t, 2> listTypes{};
    std::array<std::uint32_t, 2> listCounts{};
    visitTiffEntries(
        file, [&](std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::size_t offset) {
            const auto value = [&] {
                return count == 0 ? 0 : type == 3 ? file.u16(offset) : file.u32(offset);
            };
            switch (tag) {
                case 256:
                    header.width = value();
                    break;
                case 257:
                    header.height = value();
                    break;
                case 258:
                    bits = value();
                    break;
                case 274:
                    if (const std::uint32_t orientation = value();
                        type == 3 && orientation >= 1 && orientation <= 8) {
                        header.orientation = static_cast<int>(orientation);
                        header.tiffOrientationOffset = offset;
                    }
                    break;
                case 277:
                    samples = value();
                    break;
                case 338:
                    extraSample = value();
                    break;
                case 339:
                    sampleFormat = value();
                    break;
                case 273:
                case 324:
                case 279:
                case 325: {
                    const std::size_t list = tag == 273 || tag == 324 ? 0 : 1;
                    lists[list] = offset;
                    listTypes[list] = type;
                    listCounts[list] = count;
                    break;
                }
                default:
                    break;
            }
        });
    if (!file.isGood()) {
        return endsEarly();
    }
    if (bits > 16 || sampleFormat != 1) {
        return Status(ErrorCode::Unsupported,
                      "TIFF with " + std::to_string(bits) + "-bit or non-integer channels");
    }
    const std::uint32_t parts = std::min(listCounts[0], listCounts[1]);
    for (std::uint32_t i = 0; i < parts && file.isGood(); ++i) {
        const auto item = [&](std::size_t list) -> std::size_t {
            return listTypes[list] == 3 ? file.u16(lists[list] + std::size_t{i} * 2)
                                        : file.u32(lists[list] + std::size_t{i} * 4);
        };
        const std::size_t offset = item(0);
        if (!file.has(offset, item(1))) {
            return endsEarly();
        }
    }
    if (!file.isGood() || parts == 0) {
        return endsEarly();
    }
    header.bitsPerChannel = bits > 8 ? 16 : 8;
    // OpenCV reads 8-bit files through libtiff's RGBA interface, which multiplies by alpha.
    header.isPremultiplied = samples == 4 && (bits <= 8 || extraSample == 1);
    return header;
}

}  // namespace

Result<PictureHeader> readPictureHeader(std::span<const std::byte> file, FileFormat format) {
    const auto read = [&]() -> Result<PictureHeader> {
        switch (format) {
            case FileFormat::Png:
                return readPng(Bytes(file));
            case FileFormat::Jpeg:
                return readJpeg(Bytes(file));
            case FileFormat::WebP:
                return readWebp(file);
            case FileFormat::Bmp:
                return readBmp(file);
            case FileFormat::Tiff:
                return readTiff(file);
            case FileFormat::Gif:
                return readGif(file);
            default:
                return Status(ErrorCode::Unsupported, "it is not a picture that is read");
        }
    };
    HEARTH_ASSIGN_OR_RETURN(PictureHeader header, read());
    if (header.width == 0 || header.height == 0) {
        return damaged("its picture has no pixels");
    }
    return header;
}

}  // namespace hearth::media
