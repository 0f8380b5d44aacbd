#pragma once

#include <memory>

#include "kernels/base/status.h"
#include "media/decoder/byte_source.h"
#include "media/decoder/formats/libav.h"

namespace hearth::media {

/// A container file opened through FFmpeg, which sees the bytes of one ByteSource and can open
/// nothing else: no protocol is allowed, containers and codecs are on a list. One thread at a time.
class AvInput {
public:
    /// Borrows `source`. Only GIF when `isGif`, else sound and video files.
    /// Errors: Unsupported (no such file), CorruptData, OutOfMemory.
    static Result<std::unique_ptr<AvInput>> open(ByteSource& source, bool isGif);

    AVFormatContext& format() noexcept { return *m_format; }
    /// A decoder for the stream, single-threaded. Errors: Unsupported, CorruptData.
    Result<AvCodecPtr> openDecoder(const AVStream& stream) const;
    /// Part of the file that has been read, in [0, 1].
    double fractionRead() const noexcept;

private:
    AvInput(ByteSource& source, const char* codecs) noexcept : m_source(source), m_codecs(codecs) {}

    static int readPacket(void* self, std::uint8_t* out, int bytes);
    static std::int64_t seek(void* self, std::int64_t offset, int whence);

    ByteSource& m_source;
    const char* m_codecs;
    std::uint64_t m_position = 0;
    AvIoPtr m_io;  ///< outlives m_format, which reads through it
    AvFormatPtr m_format;
};

/// FFmpeg's English text for an error number.
std::string avErrorText(int error);

}  // namespace hearth::media
