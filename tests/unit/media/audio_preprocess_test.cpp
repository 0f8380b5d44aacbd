#include "media/audio/audio_preprocess.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <fstream>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "media/audio/fourier.h"

namespace hearth::media {
namespace {

/// The sound of tests/data/media/make_vectors.py.
std::vector<float> inventedSound(std::size_t count) {
    std::vector<float> samples(count);
    std::uint32_t state = 7;
    for (std::size_t i = 0; i < count; ++i) {
        state = state * 1664525U + 1013904223U;
        const double time = static_cast<double>(i) / 16000.0;
        samples[i] =
            static_cast<float>((static_cast<double>(state >> 24U) - 128.0) / 1280.0 +
                               0.3 * std::sin(2.0 * std::numbers::pi * 440.0 * time) + 0.05);
    }
    return samples;
}

TEST(Fourier512, EqualsTheDefinition) {
    Fourier512::Values values;
    std::uint32_t state = 1;
    for (std::complex<double>& value : values) {
        state = state * 1664525U + 1013904223U;
        value = {static_cast<double>(state) / 4e9 - 0.5, static_cast<double>(state % 1000) / 1e3};
    }
    Fourier512::Values expected{};
    for (std::size_t k = 0; k < expected.size(); ++k) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double angle = -2.0 * std::numbers::pi * static_cast<double>(k * i % 512) / 512.0;
            expected[k] += values[i] * std::polar(1.0, angle);
        }
    }
    Fourier512().transform(values);
    for (std::size_t k = 0; k < expected.size(); ++k) {
        EXPECT_LT(std::abs(values[k] - expected[k]), 1e-10) << k;
    }
}

TEST(AudioPreprocessor, LogMelEqualsTheRecipe) {
    const std::vector<float> samples = inventedSound(16500);
    const auto audio = AudioPreprocessor::open(samples);
    ASSERT_TRUE(audio.has_value());
    const auto chunk = audio->prepareChunk(0);
    ASSERT_TRUE(chunk.has_value());
    ASSERT_EQ(chunk->numFrames, 104);
    std::vector<float> expected(104 * 64);
    std::ifstream file(std::string(HEARTH_TEST_DATA_DIR) + "/media/sound.f32", std::ios::binary);
    file.read(reinterpret_cast<char*>(expected.data()),
              static_cast<std::streamsize>(expected.size() * sizeof(float)));
    ASSERT_TRUE(file.good());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(chunk->logMel[i], expected[i], 1e-5) << "frame " << i / 64 << " bin " << i % 64;
    }
}

TEST(AudioPreprocessor, FramesAreTheNormalisedSamples) {
    const std::vector<float> samples = inventedSound(1000);
    const auto audio = AudioPreprocessor::open(samples);
    ASSERT_TRUE(audio.has_value());
    const auto chunk = audio->prepareChunk(0);
    ASSERT_TRUE(chunk.has_value());
    ASSERT_EQ(chunk->numFrames, 8);
    double mean = 0.0;
    for (const float sample : samples) {
        mean += sample / 1000.0;
    }
    double squares = 0.0;
    for (const float sample : samples) {
        squares += (sample - mean) * (sample - mean) / 1000.0;
    }
    for (int t = 0; t < 8; ++t) {
        for (int i = 0; i < 400; ++i) {
            const int at = 160 * t - 120 + i;
            const double wanted =
                at >= 0 && at < 1000
                    ? (samples[static_cast<std::size_t>(at)] - mean) * 0.1 / std::sqrt(squares)
                    : 0.0;
            ASSERT_NEAR(chunk->frames[static_cast<std::size_t>(t * 400 + i)], wanted, 1e-6)
                << t << " " << i;
        }
    }
    const AudioView view = chunk->view();
    EXPECT_EQ(view.numFrames, 8);
    EXPECT_EQ(view.frameLength, 400);
    EXPECT_EQ(view.numMelBins, 64);
    EXPECT_EQ(view.frames, chunk->frames.data());
}

TEST(AudioPreprocessor, CountsFramesAndChunks) {
    const std::vector<float> samples = inventedSound(961'000);
    struct Case {
        std::size_t count;
        std::size_t chunks;
        std::size_t frames;
    };
    for (const Case& c : std::vector<Case>{{1, 1, 4},
                                           {640, 1, 4},
                                           {641, 1, 8},
                                           {479'999, 1, 3000},
                                           {480'000, 1, 3000},
                                           {480'001, 2, 3004},
                                           {961'000, 3, 6008}}) {
        const auto audio = AudioPreprocessor::open(std::span(samples).first(c.count));
        ASSERT_TRUE(audio.has_value());
        EXPECT_EQ(audio->numChunks(), c.chunks) << c.count;
        EXPECT_EQ(audio->totalFrames(), c.frames) << c.count;
        std::size_t sum = 0;
        for (std::size_t i = 0; i < c.chunks; ++i) {
            sum += static_cast<std::size_t>(audio->numFrames(i));
        }
        EXPECT_EQ(sum, c.frames);
    }
}

TEST(AudioPreprocessor, ChunksShareTheScaleAndSeeNoNeighbours) {
    std::vector<float> samples = inventedSound(500'000);
    const auto whole = AudioPreprocessor::open(samples);
    ASSERT_TRUE(whole.has_value());
    const auto second = whole->prepareChunk(1);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->numFrames, 128);  // 20,000 samples: 125 hops
    EXPECT_EQ(second->frames[0], 0.0F);
    EXPECT_EQ(second->frames[119], 0.0F);
    EXPECT_NE(second->frames[120], 0.0F);
}

TEST(AudioPreprocessor, SilenceAndBadInput) {
    const std::vector<float> silence(4000, 0.25F);
    const auto audio = AudioPreprocessor::open(silence);
    ASSERT_TRUE(audio.has_value());
    const auto chunk = audio->prepareChunk(0);
    ASSERT_TRUE(chunk.has_value());
    const float floor = static_cast<float>((std::log(1e-6) + 4.0) / 4.0);
    for (const float value : chunk->logMel) {
        ASSERT_NEAR(value, floor, 1e-6F);
    }
    EXPECT_FALSE(AudioPreprocessor::open({}).has_value());
    std::vector<float> broken(100, 0.0F);
    broken[50] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_FALSE(AudioPreprocessor::open(broken).has_value());
    broken[50] = std::numeric_limits<float>::infinity();
    EXPECT_FALSE(AudioPreprocessor::open(broken).has_value());
}

}  // namespace
}  // namespace hearth::media
