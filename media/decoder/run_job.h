#pragma once

#include "media/decoder/byte_source.h"
#include "media/decoder/job_context.h"
#include "media/decoder/protocol.h"

namespace hearth::media {

/// Does the job of `context.limits()` on a file and returns the message to answer with: an answer
/// of the job's kind, or a Failure. Catches what libraries throw. The whole of the decoder but its
/// process, so that fuzzers and tests can run it in theirs.
protocol::Message runJob(ByteSource& source, const JobContext& context);

}  // namespace hearth::media
