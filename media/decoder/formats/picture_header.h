#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "kernels/base/status.h"
#include "media/decoder/file_format.h"

namespace hearth::media {

/// What a picture file says about itself, read before any library decodes it.
struct PictureHeader {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    int orientation = 1;     ///< EXIF values 1 to 8
    int bitsPerChannel = 8;  ///< 16 for anything deeper than 8
    /// PNG of type grey or RGB: the one colour that is transparent, in the file's bit depth.
    std::optional<std::array<std::uint16_t, 3>> transparentColour;
    int colourKeyBits = 8;  ///< bit depth of `transparentColour`
    /// The stored colours are multiplied by alpha, or become so when OpenCV reads them.
    bool isPremultiplied = false;
    /// Byte offset of the orientation's value in a TIFF file; 0 if there is none.
    std::size_t tiffOrientationOffset = 0;
    bool isTiffBigEndian = false;
};

/// Reads size, depth and orientation of a picture of `format`, and checks that the file is complete
/// as far as its structure tells: chunks, segments, strips, rows, the first frame of a GIF.
/// Errors: CorruptData, Unsupported (animated WebP, depths and layouts that are not read).
Result<PictureHeader> readPictureHeader(std::span<const std::byte> file, FileFormat format);

}  // namespace hearth::media
