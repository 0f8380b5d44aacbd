#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include <memory>

namespace hearth::media {

// FFmpeg's free functions take the address of the pointer.

struct AvPacketFree {
    void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
};
struct AvFrameFree {
    void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
};
struct AvCodecFree {
    void operator()(AVCodecContext* codec) const noexcept { avcodec_free_context(&codec); }
};
struct AvFormatClose {
    void operator()(AVFormatContext* format) const noexcept { avformat_close_input(&format); }
};
struct AvIoFree {
    void operator()(AVIOContext* io) const noexcept {
        av_freep(&io->buffer);
        avio_context_free(&io);
    }
};
struct SwrFree {
    void operator()(SwrContext* resampler) const noexcept { swr_free(&resampler); }
};

using AvPacketPtr = std::unique_ptr<AVPacket, AvPacketFree>;
using AvFramePtr = std::unique_ptr<AVFrame, AvFrameFree>;
using AvCodecPtr = std::unique_ptr<AVCodecContext, AvCodecFree>;
using AvFormatPtr = std::unique_ptr<AVFormatContext, AvFormatClose>;
using AvIoPtr = std::unique_ptr<AVIOContext, AvIoFree>;
using SwrPtr = std::unique_ptr<SwrContext, SwrFree>;

}  // namespace hearth::media
