#pragma once

#include <vector>

#include "kernels/base/media_views.h"
#include "kernels/base/status.h"
#include "media/media_types.h"

namespace hearth::media {

/// Side of the square that Hearth Mini sees.
inline constexpr int kModelImageSize = 128;

/// A picture as the vision encoder of Hearth Mini takes it. Owns its pixels.
struct PreparedImage {
    std::vector<float> pixels;  ///< [128, 128, 3] RGB in [-1, 1]
    int contentWidth = 0;       ///< part of the square that shows the picture; the rest is white
    int contentHeight = 0;

    /// Valid while this object lives and is not moved from.
    ImageView view() const noexcept { return {pixels.data(), kModelImageSize, kModelImageSize}; }
};

/// Lays the picture over white, fits it into 128 x 128 keeping its proportions, centres it on white
/// and maps 0..255 to [-1, 1]: `x / 127.5 - 1`.
///   over white: round(c a / 255 + 255 - a), before the resampling
///   the longer side becomes 128, the shorter one is rounded half up and at least 1
///   area averages when shrinking, linear interpolation when enlarging
/// Errors: InvalidArgument (`rgba` is not width x height x 4 bytes, or a side is 0), OutOfMemory.
/// Thread-safe. Source: docs/adr/0001-hearth-mini-model.md, "Media".
Result<PreparedImage> prepareImage(const Image& image);

}  // namespace hearth::media
