#pragma once

#include "kernels/base/status.h"
#include "media/decoder/byte_source.h"
#include "media/decoder/job_context.h"

namespace hearth::media {

/// Decodes the first sound track of a sound or video file into the result region: f32, mono, 16
/// kHz. Damaged parts are skipped; the answer's warning then says so. Errors: Unsupported (no such
/// file, no sound, an unknown codec, too long), CorruptData, OutOfMemory.
Result<protocol::SoundAnswer> decodeSound(ByteSource& source, const JobContext& context);

/// Whether the file is sound or video: what FFmpeg's container says. `Unknown` if it is neither.
protocol::ProbeAnswer probeSound(ByteSource& source);

}  // namespace hearth::media
