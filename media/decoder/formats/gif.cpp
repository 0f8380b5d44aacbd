#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "media/decoder/formats/av_input.h"
#include "media/decoder/formats/picture.h"
#include "media/decoder/formats/picture_header.h"

namespace hearth::media {
namespace {

/// The first picture that the file decodes to; null if there is none.
AvFramePtr decodeFirstFrame(AvInput& input, AVCodecContext& codec) {
    const AvPacketPtr packet(av_packet_alloc());
    AvFramePtr frame(av_frame_alloc());
    if (!packet || !frame) {
        return nullptr;
    }
    bool isDraining = false;
    while (!isDraining) {
        isDraining = av_read_frame(&input.format(), packet.get()) < 0;
        const int sent = avcodec_send_packet(&codec, isDraining ? nullptr : packet.get());
        av_packet_unref(packet.get());
        if (sent >= 0 && avcodec_receive_frame(&codec, frame.get()) >= 0) {
            return frame;
        }
    }
    return nullptr;
}

}  // namespace

Result<protocol::PictureAnswer> decodeGif(ByteSource& source, const JobContext& context) {
    HEARTH_ASSIGN_OR_RETURN(const std::span<std::byte> file, source.whole());
    HEARTH_ASSIGN_OR_RETURN(const PictureHeader header, readPictureHeader(file, FileFormat::Gif));
    HEARTH_RETURN_IF_ERROR(checkPictureSize(header.width, header.height, context));
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<AvInput> input, AvInput::open(source, true));
    if (input->format().nb_streams == 0) {
        return Status(ErrorCode::CorruptData, "the GIF has no picture");
    }
    HEARTH_ASSIGN_OR_RETURN(const AvCodecPtr codec,
                            input->openDecoder(*input->format().streams[0]));
    const AvFramePtr frame = decodeFirstFrame(*input, *codec);
    if (!frame) {
        return Status(ErrorCode::CorruptData, "the picture data is damaged");
    }
    if (frame->format != AV_PIX_FMT_RGB32 || frame->width != static_cast<int>(header.width) ||
        frame->height != static_cast<int>(header.height)) {
        return Status(ErrorCode::CorruptData, "the picture's size differs from its header's");
    }
    protocol::PictureAnswer answer;
    answer.width = answer.originalWidth = header.width;
    answer.height = answer.originalHeight = header.height;
    auto* out = reinterpret_cast<std::uint8_t*>(context.result().data());
    for (int y = 0; y < frame->height; ++y) {
        const std::uint8_t* in = frame->data[0] + std::ptrdiff_t{y} * frame->linesize[0];
        for (int x = 0; x < frame->width; ++x, in += 4, out += 4) {
            out[0] = in[2];
            out[1] = in[1];
            out[2] = in[0];
            out[3] = in[3];
            answer.hasTransparency = answer.hasTransparency || in[3] != 255;
        }
    }
    return answer;
}

}  // namespace hearth::media
