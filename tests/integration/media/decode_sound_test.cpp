#include <cmath>
#include <numbers>
#include <string>

#include "tests/integration/media/decoder_fixture.h"

namespace hearth::media::testing {
namespace {

/// Amplitude of the sine of this frequency in the middle half of the sound, by correlation.
double amplitudeAt(const std::vector<float>& samples, double hz) {
    const std::size_t begin = samples.size() / 4;
    const std::size_t end = samples.size() - begin;
    double sine = 0.0;
    double cosine = 0.0;
    for (std::size_t i = begin; i < end; ++i) {
        const double phase = 2.0 * std::numbers::pi * hz * static_cast<double>(i) / 16000.0;
        sine += samples[i] * std::sin(phase);
        cosine += samples[i] * std::cos(phase);
    }
    return 2.0 * std::hypot(sine, cosine) / static_cast<double>(end - begin);
}

void expectSine(const Audio& audio, const TestSound& sound, double tolerance) {
    EXPECT_EQ(audio.sampleRateHz, 16000);
    EXPECT_EQ(audio.originalChannels, sound.channels);
    const double seconds = static_cast<double>(audio.samples.size()) / 16000.0;
    EXPECT_NEAR(seconds, sound.seconds, 0.08);
    EXPECT_NEAR(static_cast<double>(audio.duration.count()) / 1e6, seconds, 1e-4);
    EXPECT_NEAR(amplitudeAt(audio.samples, sound.hz), 0.5, tolerance);
    for (const float sample : audio.samples) {
        ASSERT_LE(std::abs(sample), 1.0F);
    }
}

using DecodeSound = DecoderTest;

TEST_F(DecodeSound, EveryRateAndChannelCountOfWav) {
    for (const int rateHz : {8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000}) {
        for (const int channels : {1, 2, 3, 6, 8, 11}) {
            if (rateHz != 44100 && channels > 2) {
                continue;
            }
            SCOPED_TRACE(std::to_string(rateHz) + " Hz, " + std::to_string(channels));
            const TestSound sound{.rateHz = rateHz, .channels = channels};
            const auto audio = m_client->decodeAudio(write("sound.wav", encodeWav(sound)));
            ASSERT_TRUE(audio.has_value()) << audio.error().message();
            EXPECT_EQ(audio->originalSampleRateHz, rateHz);
            EXPECT_EQ(audio->format, "WAV");
            EXPECT_EQ(audio->warning, "");
            EXPECT_FALSE(audio->hasVideo);
            expectSine(*audio, sound, 0.01);
        }
    }
}

TEST_F(DecodeSound, EveryContainerAndCodec) {
    struct Case {
        std::string container;
        std::string codec;
        std::string extension;
        std::string format;
        int rateHz;
        int channels;
        bool hasVideo;
    };
    const std::vector<Case> cases{{"mp3", "libmp3lame", "mp3", "MP3", 44100, 2, false},
                                  {"mp3", "libmp3lame", "mp3", "MP3", 22050, 1, false},
                                  {"flac", "flac", "flac", "FLAC", 96000, 2, false},
                                  {"flac", "flac", "flac", "FLAC", 48000, 8, false},
                                  {"ogg", "libvorbis", "ogg", "Ogg", 44100, 2, false},
                                  {"ogg", "libvorbis", "ogg", "Ogg", 48000, 6, false},
                                  {"ogg", "libopus", "opus", "Opus", 48000, 2, false},
                                  {"ipod", "aac", "m4a", "M4A", 44100, 2, false},
                                  {"ipod", "aac", "m4a", "M4A", 48000, 8, false},
                                  {"mp4", "aac", "mp4", "MP4", 48000, 2, true},
                                  {"mov", "aac", "mov", "MOV", 44100, 1, true},
                                  {"webm", "libopus", "webm", "WebM", 48000, 2, true},
                                  {"webm", "libvorbis", "webm", "WebM", 44100, 1, false},
                                  {"matroska", "flac", "mkv", "Matroska", 44100, 2, true},
                                  {"avi", "libmp3lame", "avi", "AVI", 44100, 2, true}};
    for (const Case& c : cases) {
        SCOPED_TRACE(c.container + " " + c.codec + " " + std::to_string(c.channels));
        const TestSound sound{.rateHz = c.rateHz,
                              .channels = c.channels,
                              .seconds = 1.5,
                              .title = "Größe 你好",
                              .hasVideo = c.hasVideo};
        const Bytes file = encodeSound(sound, c.container, c.codec);
        ASSERT_FALSE(file.empty()) << "this FFmpeg cannot encode it";
        const auto path = write("sound." + c.extension, file);
        const auto probe = m_client->probe(path);
        ASSERT_TRUE(probe.has_value()) << probe.error().message();
        EXPECT_EQ(probe->kind, c.hasVideo ? MediaKind::Video : MediaKind::Sound);
        EXPECT_EQ(probe->format, c.format);
        const auto audio = m_client->decodeAudio(path);
        ASSERT_TRUE(audio.has_value()) << audio.error().message();
        EXPECT_EQ(audio->format, c.format);
        EXPECT_EQ(audio->originalSampleRateHz, c.rateHz);
        EXPECT_EQ(audio->hasVideo, c.hasVideo);
        EXPECT_EQ(audio->warning, "");
        if (c.container != "avi") {
            EXPECT_EQ(audio->title, "Größe 你好");
        }
        expectSine(*audio, sound, 0.05);
    }
}

TEST_F(DecodeSound, TruncatedSoundIsAnErrorOrSaysSo) {
    const TestSound sound{.rateHz = 44100, .channels = 2, .seconds = 4.0};
    struct Case {
        std::string name;
        Bytes file;
    };
    const std::vector<Case> cases{{"wav", encodeWav(sound)},
                                  {"flac", encodeSound(sound, "flac", "flac")},
                                  {"mp3", encodeSound(sound, "mp3", "libmp3lame")},
                                  {"m4a", encodeSound(sound, "ipod", "aac")},
                                  {"webm", encodeSound(sound, "webm", "libvorbis")}};
    for (const Case& c : cases) {
        for (const double part : {0.001, 0.01, 0.1, 0.5, 0.9}) {
            SCOPED_TRACE(c.name + " " + std::to_string(part));
            const auto bytes = static_cast<std::size_t>(static_cast<double>(c.file.size()) * part);
            const auto path = write("cut." + c.name, c.file.substr(0, bytes + 1));
            const auto audio = m_client->decodeAudio(path);
            if (!audio) {
                EXPECT_NE(audio.error().message().find(path.string()), std::string::npos);
            } else {
                EXPECT_NE(audio->warning, "") << audio->samples.size();
            }
        }
    }
}

TEST_F(DecodeSound, LimitsAndSilence) {
    const auto path = write("sound.wav", encodeWav({.seconds = 3.0}));
    expectError(m_client->decodeAudio(path, {.maxDuration = std::chrono::seconds(2)}), path,
                ErrorCode::Unsupported, "longer than 2 s");
    EXPECT_TRUE(m_client->decodeAudio(path, {.maxDuration = std::chrono::seconds(4)}).has_value());
    const auto empty = write("empty.wav", encodeWav({.seconds = 0.0}));
    expectError(m_client->decodeAudio(empty), empty, ErrorCode::CorruptData);
}

TEST_F(DecodeSound, ReportsProgressUpwards) {
    const auto path =
        write("sound.flac", encodeSound({.channels = 2, .seconds = 20.0}, "flac", "flac"));
    std::vector<double> steps;
    const auto audio = m_client->decodeAudio(
        path, {}, {.onProgress = [&steps](double fraction) { steps.push_back(fraction); }});
    ASSERT_TRUE(audio.has_value());
    ASSERT_GE(steps.size(), 2U);
    EXPECT_TRUE(std::is_sorted(steps.begin(), steps.end()));
    EXPECT_LE(steps.back(), 1.0);
}

TEST_F(DecodeSound, PlaylistsOpenNothing) {
    // An HLS playlist that names another file is text to us, and no sound.
    write("secret.wav", encodeWav({}));
    const auto path =
        write("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://" +
                               (m_folder / "secret.wav").string() + "\n#EXT-X-ENDLIST\n");
    expectError(m_client->decodeAudio(path), path, ErrorCode::Unsupported, "text");
}

}  // namespace
}  // namespace hearth::media::testing
