#include "media/decoder/formats/av_input.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace hearth::media {
namespace {

// What libav may have in one piece: a GIF of 100 million pixels needs 400 MB.
constexpr std::size_t kMaxSoundAllocationBytes = std::size_t{64} << 20;
constexpr std::size_t kMaxGifAllocationBytes = std::size_t{512} << 20;

constexpr int kIoBufferBytes = 64 * 1024;

// Containers with sound that people have. Playlists and scripts that name other files (HLS, DASH,
// concat, SDP, image sequences) are not among them.
constexpr const char* kSoundFormats =
    "wav,w64,aiff,caf,au,mp3,flac,ogg,mov,matroska,aac,amr,ac3,eac3,asf,avi,mpegts,mpeg,flv,wv";
constexpr const char* kSoundCodecs =
    "mp1float,mp2float,mp3float,mp3,aac,aac_latm,flac,vorbis,opus,alac,ac3,eac3,amrnb,amrwb,wmav1,"
    "wmav2,wmapro,wavpack,speex,gsm,gsm_ms,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,pcm_alaw,pcm_mulaw,"
    "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_u16le,pcm_u16be,pcm_s24le,pcm_s24be,pcm_u24le,pcm_s32le,"
    "pcm_s32be,pcm_u32le,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_s16le_planar";

/// Bytes of an ID3v2 tag at the start of a file, which may be longer than what is probed.
std::uint64_t id3Bytes(ByteSource& source) {
    std::array<std::byte, 10> head{};
    const Result<std::size_t> got = source.readAt(0, head);
    const auto at = [&head](std::size_t i) { return std::to_integer<std::uint64_t>(head[i]); };
    if (!got || *got < head.size() || at(0) != 'I' || at(1) != 'D' || at(2) != '3') {
        return 0;
    }
    const std::uint64_t size = ((at(6) & 0x7FU) << 21U) | ((at(7) & 0x7FU) << 14U) |
                               ((at(8) & 0x7FU) << 7U) | (at(9) & 0x7FU);
    return size + head.size();
}

/// The container that the first bytes belong to; null if none is likely.
const AVInputFormat* probeContainer(ByteSource& source) {
    std::vector<std::byte> head(kIoBufferBytes + AVPROBE_PADDING_SIZE);
    const Result<std::size_t> got =
        source.readAt(id3Bytes(source), std::span(head).first(kIoBufferBytes));
    if (!got || *got == 0) {
        return nullptr;
    }
    AVProbeData data{};
    data.filename = "";
    data.buf = reinterpret_cast<unsigned char*>(head.data());
    data.buf_size = static_cast<int>(*got);
    int score = 0;
    const AVInputFormat* format = av_probe_input_format3(&data, 1, &score);
    return score >= AVPROBE_SCORE_RETRY ? format : nullptr;
}

/// Whether one of the names of a container (comma-separated) is in the comma-separated list.
bool isListed(const std::string& names, const std::string& list) {
    const std::string framed = ',' + list + ',';
    for (std::size_t begin = 0; begin <= names.size();) {
        const std::size_t end = std::min(names.find(',', begin), names.size());
        if (framed.find(',' + names.substr(begin, end - begin) + ',') != std::string::npos) {
            return true;
        }
        begin = end + 1;
    }
    return false;
}

int refuseToOpen(AVFormatContext* /*context*/, AVIOContext** /*io*/, const char* /*url*/,
                 int /*flags*/, AVDictionary** /*options*/) {
    return AVERROR(EPERM);
}

}  // namespace

std::string avErrorText(int error) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(error, text.data(), text.size());
    return text.data();
}

int AvInput::readPacket(void* self, std::uint8_t* out, int bytes) {
    auto* input = static_cast<AvInput*>(self);
    const Result<std::size_t> got = input->m_source.readAt(
        input->m_position,
        std::span(reinterpret_cast<std::byte*>(out), static_cast<std::size_t>(std::max(bytes, 0))));
    if (!got) {
        return AVERROR(EIO);
    }
    input->m_position += *got;
    return *got == 0 ? AVERROR_EOF : static_cast<int>(*got);
}

std::int64_t AvInput::seek(void* self, std::int64_t offset, int whence) {
    auto* input = static_cast<AvInput*>(self);
    const auto size = static_cast<std::int64_t>(input->m_source.size());
    const int origin = whence & ~AVSEEK_FORCE;
    if (origin == AVSEEK_SIZE) {
        return size;
    }
    std::int64_t base = 0;
    if (origin == SEEK_CUR) {
        base = static_cast<std::int64_t>(input->m_position);
    } else if (origin == SEEK_END) {
        base = size;
    }
    std::int64_t target = 0;
    if (__builtin_add_overflow(base, offset, &target) || target < 0) {
        return AVERROR(EINVAL);
    }
    input->m_position = static_cast<std::uint64_t>(target);
    return target;
}

Result<std::unique_ptr<AvInput>> AvInput::open(ByteSource& source, bool isGif) {
    av_log_set_level(AV_LOG_QUIET);
    // Readers believe lengths in the file: a WAV of 2 kB that claims a title of 4 GB made one fill
    // two of them with zeros.
    av_max_alloc(isGif ? kMaxGifAllocationBytes : kMaxSoundAllocationBytes);
    const char* formats = isGif ? "gif" : kSoundFormats;
    const AVInputFormat* container = probeContainer(source);
    if (container == nullptr || !isListed(container->name, formats)) {
        return Status(ErrorCode::Unsupported, "it is not a sound or video file that is read");
    }
    std::unique_ptr<AvInput> input(new AvInput(source, isGif ? "gif" : kSoundCodecs));
    auto* buffer = static_cast<unsigned char*>(av_malloc(kIoBufferBytes));
    if (buffer == nullptr) {
        return Status(ErrorCode::OutOfMemory, "not enough memory to read the file");
    }
    input->m_io.reset(avio_alloc_context(buffer, kIoBufferBytes, 0, input.get(), &readPacket,
                                         nullptr, &AvInput::seek));
    AVFormatContext* context = input->m_io ? avformat_alloc_context() : nullptr;
    if (context == nullptr) {
        av_free(input->m_io ? nullptr : buffer);
        return Status(ErrorCode::OutOfMemory, "not enough memory to read the file");
    }
    context->pb = input->m_io.get();
    context->io_open = &refuseToOpen;
    context->protocol_whitelist = av_strdup("");
    context->format_whitelist = av_strdup(formats);
    context->codec_whitelist = av_strdup(input->m_codecs);
    // Frees the context when it fails.
    if (const int error = avformat_open_input(&context, "", container, nullptr); error < 0) {
        return Status(error == AVERROR(ENOMEM) ? ErrorCode::OutOfMemory : ErrorCode::CorruptData,
                      std::string("the ") + container->name +
                          " file is damaged or ends early: " + avErrorText(error));
    }
    input->m_format.reset(context);
    if (const int error = avformat_find_stream_info(context, nullptr); error < 0) {
        return Status(ErrorCode::CorruptData, std::string("the ") + container->name +
                                                  " file is damaged: " + avErrorText(error));
    }
    return input;
}

Result<AvCodecPtr> AvInput::openDecoder(const AVStream& stream) const {
    const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
    const std::string name = avcodec_get_name(stream.codecpar->codec_id);
    if (codec == nullptr || !isListed(codec->name, m_codecs)) {
        return Status(ErrorCode::Unsupported, "the codec " + name + " is not read");
    }
    AvCodecPtr context(avcodec_alloc_context3(codec));
    if (!context || avcodec_parameters_to_context(context.get(), stream.codecpar) < 0) {
        return Status(ErrorCode::OutOfMemory, "not enough memory to decode " + name);
    }
    context->thread_count = 1;
    context->pkt_timebase = stream.time_base;
    if (const int error = avcodec_open2(context.get(), codec, nullptr); error < 0) {
        return Status(ErrorCode::CorruptData,
                      "the " + name + " data is damaged: " + avErrorText(error));
    }
    return context;
}

double AvInput::fractionRead() const noexcept {
    const auto size = static_cast<double>(m_source.size());
    return size > 0 ? std::min(static_cast<double>(m_position) / size, 1.0) : 0.0;
}

}  // namespace hearth::media
