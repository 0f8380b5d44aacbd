extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <numbers>
#include <stdexcept>

#include "tests/integration/media/media_files.h"

namespace hearth::media::testing {
namespace {

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::runtime_error(std::string("cannot encode a test sound: ") + what);
    }
}

/// One encoder with its stream.
struct Track {
    AVCodecContext* codec = nullptr;
    AVStream* stream = nullptr;

    void write(AVFormatContext* format, AVFrame* frame) const {
        require(avcodec_send_frame(codec, frame) >= 0, "frame");
        AVPacket* packet = av_packet_alloc();
        while (avcodec_receive_packet(codec, packet) >= 0) {
            av_packet_rescale_ts(packet, codec->time_base, stream->time_base);
            packet->stream_index = stream->index;
            require(av_interleaved_write_frame(format, packet) >= 0, "packet");
        }
        av_packet_free(&packet);
    }
};

Track addTrack(AVFormatContext* format, AVCodecContext* codec) {
    if ((format->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
        codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    }
    codec->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    require(avcodec_open2(codec, nullptr, nullptr) >= 0, "codec");
    AVStream* stream = avformat_new_stream(format, nullptr);
    stream->time_base = codec->time_base;
    require(avcodec_parameters_from_context(stream->codecpar, codec) >= 0, "parameters");
    return {codec, stream};
}

void writeVideo(AVFormatContext* format, const Track& track, double seconds) {
    AVFrame* frame = av_frame_alloc();
    frame->format = AV_PIX_FMT_YUV420P;
    frame->width = track.codec->width;
    frame->height = track.codec->height;
    require(av_frame_get_buffer(frame, 0) >= 0, "picture");
    for (int i = 0; i < static_cast<int>(seconds * 10); ++i) {
        require(av_frame_make_writable(frame) >= 0, "picture");
        for (int plane = 0; plane < 3; ++plane) {
            const int rows = plane == 0 ? frame->height : frame->height / 2;
            std::memset(
                frame->data[plane], 60 + 10 * i % 100,
                static_cast<std::size_t>(rows) * static_cast<std::size_t>(frame->linesize[plane]));
        }
        frame->pts = i;
        track.write(format, frame);
    }
    track.write(format, nullptr);
    av_frame_free(&frame);
}

void writeSine(AVFormatContext* format, const Track& track, const TestSound& sound) {
    AVCodecContext* codec = track.codec;
    SwrContext* convert = nullptr;
    require(
        swr_alloc_set_opts2(&convert, &codec->ch_layout, codec->sample_fmt, sound.rateHz,
                            &codec->ch_layout, AV_SAMPLE_FMT_FLT, sound.rateHz, 0, nullptr) >= 0 &&
            swr_init(convert) >= 0,
        "conversion");
    const int frameSize = codec->frame_size > 0 ? codec->frame_size : 1024;
    const auto total = static_cast<std::int64_t>(sound.seconds * sound.rateHz);
    for (std::int64_t begin = 0; begin < total; begin += frameSize) {
        const int count = static_cast<int>(std::min<std::int64_t>(frameSize, total - begin));
        std::vector<float> samples;
        for (int i = 0; i < count; ++i) {
            const double phase =
                2.0 * std::numbers::pi * sound.hz * static_cast<double>(begin + i) / sound.rateHz;
            samples.insert(samples.end(), static_cast<std::size_t>(sound.channels),
                           static_cast<float>(0.5 * std::sin(phase)));
        }
        AVFrame* frame = av_frame_alloc();
        frame->format = codec->sample_fmt;
        frame->nb_samples = count;
        frame->sample_rate = sound.rateHz;
        av_channel_layout_copy(&frame->ch_layout, &codec->ch_layout);
        require(av_frame_get_buffer(frame, 0) >= 0, "samples");
        const auto* in = reinterpret_cast<const std::uint8_t*>(samples.data());
        require(swr_convert(convert, frame->extended_data, count, &in, count) == count, "samples");
        frame->pts = begin;
        track.write(format, frame);
        av_frame_free(&frame);
    }
    track.write(format, nullptr);
    swr_free(&convert);
}

}  // namespace

Bytes encodeSound(const TestSound& sound, const std::string& container, const std::string& codec) {
    av_log_set_level(AV_LOG_QUIET);
    const AVCodec* encoder = avcodec_find_encoder_by_name(codec.c_str());
    const AVCodec* videoEncoder =
        avcodec_find_encoder_by_name(container == "webm" ? "libvpx" : "mpeg4");
    if (encoder == nullptr || (sound.hasVideo && videoEncoder == nullptr)) {
        return {};
    }
    AVFormatContext* format = nullptr;
    require(avformat_alloc_output_context2(&format, nullptr, container.c_str(), nullptr) >= 0,
            container.c_str());
    // A seekable buffer: MP4 goes back to write its index.
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() /
        ("hearth-sound-" + std::to_string(reinterpret_cast<std::uintptr_t>(format)));
    require(avio_open(&format->pb, path.c_str(), AVIO_FLAG_WRITE) >= 0, "file");
    if (!sound.title.empty()) {
        av_dict_set(&format->metadata, "title", sound.title.c_str(), 0);
    }

    AVCodecContext* audio = avcodec_alloc_context3(encoder);
    audio->sample_rate = sound.rateHz;
    audio->sample_fmt = encoder->sample_fmts[0];
    audio->bit_rate = 96000LL * sound.channels;
    audio->time_base = {1, sound.rateHz};
    av_channel_layout_default(&audio->ch_layout, sound.channels);
    const Track soundTrack = addTrack(format, audio);
    AVCodecContext* video = nullptr;
    Track videoTrack;
    if (sound.hasVideo) {
        video = avcodec_alloc_context3(videoEncoder);
        video->width = 64;
        video->height = 48;
        video->pix_fmt = AV_PIX_FMT_YUV420P;
        video->time_base = {1, 10};
        video->bit_rate = 100'000;
        videoTrack = addTrack(format, video);
    }
    require(avformat_write_header(format, nullptr) >= 0, "header");
    if (sound.hasVideo) {
        writeVideo(format, videoTrack, sound.seconds);
    }
    writeSine(format, soundTrack, sound);
    require(av_write_trailer(format) >= 0, "trailer");
    avcodec_free_context(&audio);
    avcodec_free_context(&video);
    avio_closep(&format->pb);
    avformat_free_context(format);

    std::ifstream file(path, std::ios::binary);
    Bytes bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::filesystem::remove(path);
    return bytes;
}

}  // namespace hearth::media::testing
