#include "media/decoder/formats/sound.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "media/decoder/formats/av_input.h"
#include "media/decoder/utf8.h"

namespace hearth::media {
namespace {

constexpr int kOutputRateHz = 16000;
constexpr int kMinRateHz = 100;
constexpr int kMaxRateHz = 768'000;

/// Converts frames of one layout, rate and sample type to mono at 16 kHz.
class MonoResampler {
public:
    /// Whether frames like this one are what `convert` now expects.
    bool fits(const AVFrame& frame) const noexcept {
        return m_resampler && m_rateHz == frame.sample_rate && m_format == frame.format &&
               m_channels == frame.ch_layout.nb_channels;
    }

    Status configure(const AVFrame& frame) {
        if (frame.sample_rate < kMinRateHz || frame.sample_rate > kMaxRateHz) {
            return {ErrorCode::Unsupported,
                    "a sample rate of " + std::to_string(frame.sample_rate) + " Hz is not read"};
        }
        AVChannelLayout from{};
        const int channels = frame.ch_layout.nb_channels;
        if (frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE) {
            av_channel_layout_copy(&from, &frame.ch_layout);
        } else {
            av_channel_layout_default(&from, channels);
        }
        // Channels without known places are resampled as they are and averaged below.
        m_isMixedByHand = from.order != AV_CHANNEL_ORDER_NATIVE;
        AVChannelLayout to{};
        if (m_isMixedByHand) {
            av_channel_layout_copy(&to, &from);
        } else {
            av_channel_layout_default(&to, 1);
        }
        SwrContext* resampler = nullptr;
        const int error = swr_alloc_set_opts2(&resampler, &to, AV_SAMPLE_FMT_FLT, kOutputRateHz,
                                              &from, static_cast<AVSampleFormat>(frame.format),
                                              frame.sample_rate, 0, nullptr);
        m_resampler.reset(resampler);
        av_channel_layout_uninit(&from);
        av_channel_layout_uninit(&to);
        if (error < 0 || !m_resampler) {
            return {ErrorCode::OutOfMemory, "not enough memory to resample the sound"};
        }
        // Mixing keeps the sum of the weights at 1, so that full-scale channels stay in [-1, 1].
        av_opt_set_double(m_resampler.get(), "rematrix_maxval", 1.0, 0);
        if (const int started = swr_init(m_resampler.get()); started < 0) {
            return {ErrorCode::Unsupported,
                    "the sound's channels cannot be mixed: " + avErrorText(started)};
        }
        m_rateHz = frame.sample_rate;
        m_format = frame.format;
        m_channels = channels;
        return {};
    }

    /// Samples that `frame` (null: the end) completes; valid until the next call.
    Result<std::span<const float>> convert(const AVFrame* frame) {
        const int most = swr_get_out_samples(m_resampler.get(), frame ? frame->nb_samples : 0);
        if (most < 0) {
            return Status(ErrorCode::CorruptData, "the sound cannot be resampled");
        }
        const std::size_t width = m_isMixedByHand ? static_cast<std::size_t>(m_channels) : 1;
        m_buffer.resize((static_cast<std::size_t>(most) + 32) * width);
        auto* out = reinterpret_cast<std::uint8_t*>(m_buffer.data());
        const int got =
            swr_convert(m_resampler.get(), &out, most + 32,
                        frame ? const_cast<const std::uint8_t**>(frame->extended_data) : nullptr,
                        frame ? frame->nb_samples : 0);
        if (got < 0) {
            return Status(ErrorCode::CorruptData,
                          "the sound cannot be resampled: " + avErrorText(got));
        }
        const auto count = static_cast<std::size_t>(got);
        for (std::size_t i = 0; i < count; ++i) {
            double sum = 0.0;
            for (std::size_t channel = 0; channel < width; ++channel) {
                sum += m_buffer[i * width + channel];
            }
            const auto mean = static_cast<float>(sum / static_cast<double>(width));
            // Recordings in floating point can hold anything.
            m_buffer[i] = std::isfinite(mean) ? mean : 0.0F;
        }
        return std::span<const float>(m_buffer).first(count);
    }

    bool isConfigured() const noexcept { return m_resampler != nullptr; }

private:
    SwrPtr m_resampler;
    std::vector<float> m_buffer;
    int m_rateHz = 0;
    int m_format = -1;
    int m_channels = 0;
    bool m_isMixedByHand = false;
};

/// The result region as a growing array of samples.
class SampleSink {
public:
    explicit SampleSink(const JobContext& context) noexcept
        : m_region(context.result()),
          m_limit(std::min<std::uint64_t>(context.limits().maxSamples,
                                          context.result().size() / sizeof(float))) {}

    Status append(std::span<const float> samples) {
        if (samples.size() > m_limit - m_count) {
            return {ErrorCode::Unsupported, "the sound is longer than " +
                                                std::to_string(m_limit / kOutputRateHz) +
                                                " s, which is the limit"};
        }
        if (!samples.empty()) {
            std::memcpy(m_region.data() + m_count * sizeof(float), samples.data(),
                        samples.size_bytes());
        }
        m_count += samples.size();
        return {};
    }
    std::uint64_t count() const noexcept { return m_count; }

private:
    std::span<std::byte> m_region;
    std::uint64_t m_limit;
    std::uint64_t m_count = 0;
};

bool isVideo(const AVStream& stream) {
    return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
           (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) == 0;
}

struct Tracks {
    const AVStream* sound = nullptr;
    bool hasVideo = false;
};

/// The first sound stream, whether there is a moving picture; the other streams are discarded.
Tracks chooseTracks(AVFormatContext& format) {
    Tracks tracks;
    for (unsigned i = 0; i < format.nb_streams; ++i) {
        AVStream* stream = format.streams[i];
        tracks.hasVideo = tracks.hasVideo || isVideo(*stream);
        if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO && tracks.sound == nullptr) {
            tracks.sound = stream;
        } else {
            stream->discard = AVDISCARD_ALL;
        }
    }
    return tracks;
}

/// What people call the file, from FFmpeg's name of the container.
std::string formatName(ByteSource& source, const AVFormatContext& format, const Tracks& tracks) {
    const std::string_view name = format.iformat->name;
    if (name.find("mp4") != std::string_view::npos) {
        const AVDictionaryEntry* brand = av_dict_get(format.metadata, "major_brand", nullptr, 0);
        const bool isQuickTime = brand == nullptr || std::string_view(brand->value) == "qt  ";
        return isQuickTime ? "MOV" : tracks.hasVideo ? "MP4" : "M4A";
    }
    if (name.find("webm") != std::string_view::npos) {
        std::array<std::byte, 64> head{};
        const Result<std::size_t> got = source.readAt(0, head);
        const std::string_view text(reinterpret_cast<const char*>(head.data()), got ? *got : 0);
        return text.find("webm") != std::string_view::npos ? "WebM" : "Matroska";
    }
    if (name == "ogg") {
        const bool isOpus =
            tracks.sound != nullptr && tracks.sound->codecpar->codec_id == AV_CODEC_ID_OPUS;
        return isOpus ? "Opus" : "Ogg";
    }
    std::string upper(name.substr(0, name.find(',')));
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
        return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    });
    return upper;
}

std::string titleOf(const AVFormatContext& format, const AVStream& stream) {
    for (const AVDictionary* metadata : {format.metadata, stream.metadata}) {
        if (const AVDictionaryEntry* title = av_dict_get(metadata, "title", nullptr, 0)) {
            return cleanLine(title->value, 512);
        }
    }
    return {};
}

std::string seconds(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f s", value);
    return text.data();
}

/// Seconds that the data chunk of a WAV states; 0 if it states none. FFmpeg shortens its own
/// duration to what the file has.
double statedWavSeconds(ByteSource& source, const AVStream& stream) {
    std::array<std::byte, 8> head{};
    const auto size = [&head] {
        std::uint32_t value = 0;
        std::memcpy(&value, head.data() + 4, sizeof(value));
        return value;
    };
    // A handful of chunks precede the data in practice.
    std::uint64_t at = 12;
    for (int i = 0; i < 64; ++i, at += 8 + std::uint64_t{size()} + size() % 2) {
        const Result<std::size_t> got = source.readAt(at, head);
        if (!got || *got < head.size()) {
            return 0.0;
        }
        if (std::memcmp(head.data(), "data", 4) == 0) {
            const bool isOpenEnded = size() == 0xFFFFFFFFU;
            const auto bytesPerSecond = static_cast<double>(stream.codecpar->bit_rate) / 8.0;
            return isOpenEnded || bytesPerSecond <= 0.0 ? 0.0 : size() / bytesPerSecond;
        }
    }
    return 0.0;
}

/// Why the samples may be less than the file promises; empty if they are not.
std::string damageReport(ByteSource& source, const AVFormatContext& format, const AVStream& stream,
                         double decoded, int numDamaged) {
    double promised = 0.0;
    const bool isWav = std::string_view(format.iformat->name) == "wav";
    if (isWav) {
        promised = statedWavSeconds(source, stream);
    } else if (stream.duration != AV_NOPTS_VALUE && stream.duration > 0) {
        promised = static_cast<double>(stream.duration) * av_q2d(stream.time_base);
    } else if (format.duration != AV_NOPTS_VALUE) {
        promised = static_cast<double>(format.duration) / AV_TIME_BASE;
    }
    // A length that was guessed from the bit rate proves nothing.
    const bool isKnown = isWav || format.duration_estimation_method != AVFMT_DURATION_FROM_BITRATE;
    if (isKnown && promised > 0.0 && decoded < promised * 0.98 - 0.2) {
        return "the file is damaged or ends early: " + seconds(decoded) + " of " +
               seconds(promised) + " could be read";
    }
    if (numDamaged > 0) {
        return std::to_string(numDamaged) + " damaged parts of the sound were skipped";
    }
    return {};
}

/// Feeds one packet (null: the end) to the decoder and what comes out to the sink. Returns the
/// number of damaged frames, 0 or 1.
Result<int> decodePacket(AVCodecContext& codec, const AVPacket* packet, AVFrame& frame,
                         MonoResampler& resampler, SampleSink& sink) {
    const int sent = avcodec_send_packet(&codec, packet);
    if (sent == AVERROR(ENOMEM)) {
        return Status(ErrorCode::OutOfMemory, "not enough memory to decode the sound");
    }
    int numDamaged = sent < 0 && sent != AVERROR_EOF ? 1 : 0;
    for (;;) {
        const int got = avcodec_receive_frame(&codec, &frame);
        if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) {
            return numDamaged;
        }
        if (got < 0) {
            return 1;
        }
        if (!resampler.fits(frame)) {
            if (resampler.isConfigured()) {
                HEARTH_ASSIGN_OR_RETURN(const std::span<const float> rest,
                                        resampler.convert(nullptr));
                HEARTH_RETURN_IF_ERROR(sink.append(rest));
            }
            HEARTH_RETURN_IF_ERROR(resampler.configure(frame));
        }
        HEARTH_ASSIGN_OR_RETURN(const std::span<const float> samples, resampler.convert(&frame));
        HEARTH_RETURN_IF_ERROR(sink.append(samples));
    }
}

}  // namespace

Result<protocol::SoundAnswer> decodeSound(ByteSource& source, const JobContext& context) {
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<AvInput> input, AvInput::open(source, false));
    AVFormatContext& format = input->format();
    const Tracks tracks = chooseTracks(format);
    if (tracks.sound == nullptr) {
        return Status(ErrorCode::Unsupported,
                      tracks.hasVideo ? "the video has no sound" : "the file has no sound");
    }
    HEARTH_ASSIGN_OR_RETURN(const AvCodecPtr codec, input->openDecoder(*tracks.sound));
    const AvPacketPtr packet(av_packet_alloc());
    const AvFramePtr frame(av_frame_alloc());
    if (!packet || !frame) {
        return Status(ErrorCode::OutOfMemory, "not enough memory to decode the sound");
    }

    MonoResampler resampler;
    SampleSink sink(context);
    int numDamaged = 0;
    protocol::SoundAnswer answer;
    for (;;) {
        const int read = av_read_frame(&format, packet.get());
        const bool isEnd = read < 0;
        if (!isEnd && packet->stream_index != tracks.sound->index) {
            av_packet_unref(packet.get());
            continue;
        }
        const Result<int> damaged =
            decodePacket(*codec, isEnd ? nullptr : packet.get(), *frame, resampler, sink);
        av_packet_unref(packet.get());
        if (!damaged) {
            return damaged.error();
        }
        numDamaged += *damaged;
        if (isEnd) {
            numDamaged += read != AVERROR_EOF ? 1 : 0;
            break;
        }
        context.reportProgress(input->fractionRead());
    }
    if (resampler.isConfigured()) {
        HEARTH_ASSIGN_OR_RETURN(const std::span<const float> rest, resampler.convert(nullptr));
        HEARTH_RETURN_IF_ERROR(sink.append(rest));
    }
    if (sink.count() == 0) {
        return Status(ErrorCode::CorruptData, "no sound could be decoded");
    }
    answer.numSamples = sink.count();
    answer.originalSampleRateHz = static_cast<std::uint32_t>(std::max(codec->sample_rate, 1));
    answer.originalChannels = static_cast<std::uint32_t>(std::max(codec->ch_layout.nb_channels, 1));
    answer.hasVideo = tracks.hasVideo;
    answer.title = titleOf(format, *tracks.sound);
    answer.format = formatName(source, format, tracks);
    answer.warning = damageReport(source, format, *tracks.sound,
                                  static_cast<double>(sink.count()) / kOutputRateHz, numDamaged);
    return answer;
}

protocol::ProbeAnswer probeSound(ByteSource& source) {
    const Result<std::unique_ptr<AvInput>> input = AvInput::open(source, false);
    if (!input) {
        return {};
    }
    const Tracks tracks = chooseTracks((*input)->format());
    if (tracks.sound == nullptr && !tracks.hasVideo) {
        return {};
    }
    return {tracks.hasVideo ? MediaKind::Video : MediaKind::Sound,
            formatName(source, (*input)->format(), tracks)};
}

}  // namespace hearth::media
