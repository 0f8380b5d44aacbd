#include "media/decoder/formats/picture.h"

#include <algorithm>
#include <array>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "media/decoder/formats/picture_header.h"

namespace hearth::media {
namespace {

/// Where pixel (x, y) of the stored picture goes in the upright one: offset + x * dx + y * dy.
struct Placement {
    std::int64_t offset;
    std::int64_t dx;
    std::int64_t dy;
};

/// EXIF 2.3, table 6: which sides of the shown picture the stored rows and columns start from.
Placement placementFor(int orientation, std::int64_t width, std::int64_t height) {
    switch (orientation) {
        case 2:
            return {width - 1, -1, width};
        case 3:
            return {width * height - 1, -1, -width};
        case 4:
            return {width * (height - 1), 1, -width};
        case 5:
            return {0, height, 1};
        case 6:
            return {height - 1, height, -1};
        case 7:
            return {width * height - 1, -height, -1};
        case 8:
            return {height * (width - 1), -height, 1};
        default:
            return {0, 1, width};
    }
}

std::uint8_t toByte(std::uint8_t value) {
    return value;
}

/// To the nearest of 256 levels.
std::uint8_t toByte(std::uint16_t value) {
    return static_cast<std::uint8_t>((std::uint32_t{value} * 255 + 32767) / 65535);
}

/// A colour that was multiplied by alpha, in the channel type's own range.
template <class T>
T unmultiplied(T colour, T alpha) {
    constexpr std::uint64_t kMost = std::numeric_limits<T>::max();
    const std::uint64_t full =
        alpha == 0 ? 0 : (std::uint64_t{colour} * kMost + alpha / 2U) / std::uint64_t{alpha};
    return static_cast<T>(std::min(full, kMost));
}

/// A colour key in the range of the decoded channel type, as libpng expands small depths.
template <class T>
std::array<T, 3> scaledKey(const PictureHeader& header) {
    std::array<T, 3> key{};
    for (std::size_t i = 0; i < 3; ++i) {
        const std::uint32_t value = (*header.transparentColour)[i];
        const std::uint32_t most =
            (1U << static_cast<unsigned>(std::min(header.colourKeyBits, 16))) - 1;
        key[i] =
            static_cast<T>(header.colourKeyBits < 8 ? value * 255 / std::max(most, 1U) : value);
    }
    return key;
}

/// Writes `decoded` (BGR order, 1, 3 or 4 channels of T) as upright RGBA.
template <class T>
void writeUpright(const cv::Mat& decoded, const PictureHeader& header, std::uint8_t* out) {
    const int channels = decoded.channels();
    const Placement place = placementFor(header.orientation, decoded.cols, decoded.rows);
    const bool hasKey = header.transparentColour.has_value() && channels < 4;
    const std::array<T, 3> key = hasKey ? scaledKey<T>(header) : std::array<T, 3>{};
    for (int y = 0; y < decoded.rows; ++y) {
        const T* in = decoded.ptr<T>(y);
        std::int64_t pixel = place.offset + place.dy * y;
        for (int x = 0; x < decoded.cols; ++x, in += channels, pixel += place.dx) {
            T red = in[channels >= 3 ? 2 : 0];
            T green = in[channels >= 3 ? 1 : 0];
            T blue = in[0];
            if (channels == 4 && header.isPremultiplied) {
                red = unmultiplied(red, in[3]);
                green = unmultiplied(green, in[3]);
                blue = unmultiplied(blue, in[3]);
            }
            std::uint8_t* rgba = out + pixel * 4;
            rgba[0] = toByte(red);
            rgba[1] = toByte(green);
            rgba[2] = toByte(blue);
            rgba[3] = 255;
            if (channels == 4) {
                rgba[3] = toByte(in[3]);
            } else if (hasKey && red == key[0] && green == key[1] && blue == key[2]) {
                rgba[3] = 0;
            }
        }
    }
}

/// Bitmaps of 32 bits often leave the fourth byte 0 and mean opaque.
void makeOpaqueIfBlank(std::span<std::uint8_t> rgba) {
    for (std::size_t i = 3; i < rgba.size(); i += 4) {
        if (rgba[i] != 0) {
            return;
        }
    }
    for (std::size_t i = 3; i < rgba.size(); i += 4) {
        rgba[i] = 255;
    }
}

bool hasTransparency(std::span<const std::uint8_t> rgba) {
    for (std::size_t i = 3; i < rgba.size(); i += 4) {
        if (rgba[i] != 255) {
            return true;
        }
    }
    return false;
}

/// libtiff turns pictures itself in some modes; with the tag set to "upright" it never does.
void neutraliseTiffOrientation(std::span<std::byte> file, const PictureHeader& header) {
    const std::size_t at = header.tiffOrientationOffset;
    if (at != 0 && at + 2 <= file.size()) {
        file[at] = std::byte{header.isTiffBigEndian ? std::uint8_t{0} : std::uint8_t{1}};
        file[at + 1] = std::byte{header.isTiffBigEndian ? std::uint8_t{1} : std::uint8_t{0}};
    }
}

}  // namespace

Status checkPictureSize(std::uint64_t width, std::uint64_t height, const JobContext& context) {
    const bool isSane = width <= 0xFFFFFFFFU && height <= 0xFFFFFFFFU;
    if (!isSane || width * height > context.limits().maxPixels) {
        return {ErrorCode::Unsupported, "the picture has " + std::to_string(width) + " x " +
                                            std::to_string(height) + " pixels; the limit is " +
                                            std::to_string(context.limits().maxPixels) + " in all"};
    }
    if (width * height > context.result().size() / 4) {
        return {ErrorCode::Internal, "no room for the result"};
    }
    return {};
}

Result<protocol::PictureAnswer> decodePicture(ByteSource& source, FileFormat format,
                                              const JobContext& context) {
    if (format == FileFormat::Gif) {
        return decodeGif(source, context);
    }
    if (source.size() > 0x7FFFFFFFU) {
        return Status(ErrorCode::Unsupported, "the picture file is larger than 2 GiB");
    }
    HEARTH_ASSIGN_OR_RETURN(const std::span<std::byte> file, source.whole());
    HEARTH_ASSIGN_OR_RETURN(const PictureHeader header, readPictureHeader(file, format));
    HEARTH_RETURN_IF_ERROR(checkPictureSize(header.width, header.height, context));
    neutraliseTiffOrientation(file, header);

    const cv::Mat packed(1, static_cast<int>(file.size()), CV_8UC1, file.data());
    cv::Mat decoded;
    try {
        decoded = cv::imdecode(packed, cv::IMREAD_UNCHANGED);
    } catch (const cv::Exception& error) {
        return error.code == cv::Error::StsNoMem
                   ? Status(ErrorCode::OutOfMemory, "not enough memory for the picture")
                   : Status(ErrorCode::CorruptData, "the picture cannot be decoded: " + error.err);
    }
    if (decoded.empty()) {
        return Status(ErrorCode::CorruptData, "the picture data is damaged");
    }
    const bool isKnownLayout =
        (decoded.depth() == CV_8U || decoded.depth() == CV_16U) &&
        (decoded.channels() == 1 || decoded.channels() == 3 || decoded.channels() == 4);
    if (!isKnownLayout) {
        return Status(ErrorCode::Unsupported, "pictures with such channels are not read");
    }
    if (decoded.cols != static_cast<int>(header.width) ||
        decoded.rows != static_cast<int>(header.height)) {
        return Status(ErrorCode::CorruptData, "the picture's size differs from its header's");
    }

    auto* out = reinterpret_cast<std::uint8_t*>(context.result().data());
    const std::span<std::uint8_t> rgba(out, std::size_t{header.width} * header.height * 4);
    if (decoded.depth() == CV_8U) {
        writeUpright<std::uint8_t>(decoded, header, out);
    } else {
        writeUpright<std::uint16_t>(decoded, header, out);
    }
    if (format == FileFormat::Bmp) {
        makeOpaqueIfBlank(rgba);
    }
    const bool isTurned = header.orientation >= 5;
    protocol::PictureAnswer answer;
    answer.width = isTurned ? header.height : header.width;
    answer.height = isTurned ? header.width : header.height;
    answer.originalWidth = header.width;
    answer.originalHeight = header.height;
    answer.orientation = static_cast<std::uint8_t>(header.orientation);
    answer.bitsPerChannel = static_cast<std::uint8_t>(header.bitsPerChannel);
    answer.hasTransparency = hasTransparency(rgba);
    return answer;
}

}  // namespace hearth::media
