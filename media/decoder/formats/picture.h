#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/base/status.h"
#include "media/decoder/byte_source.h"
#include "media/decoder/file_format.h"
#include "media/decoder/job_context.h"

namespace hearth::media {

/// Decodes a picture of `format` into the result region as upright 8-bit RGBA.
/// Errors: CorruptData, Unsupported (too many pixels among them), OutOfMemory, Io.
Result<protocol::PictureAnswer> decodePicture(ByteSource& source, FileFormat format,
                                              const JobContext& context);

/// The first frame of a GIF, through FFmpeg. As decodePicture.
Result<protocol::PictureAnswer> decodeGif(ByteSource& source, const JobContext& context);

/// Fails when width x height pixels are more than allowed or than the region holds.
Status checkPictureSize(std::uint64_t width, std::uint64_t height, const JobContext& context);

}  // namespace hearth::media
