// The sound and picture encoders against scalar ones in double that were written from the equations
// of docs/adr/0001-hearth-mini-model.md alone.

#include "inference/encoder/hearth_encoders.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "kernels/base/thread_pool.h"
#include "kernels/dispatch/cpu_ops.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_hearth_model.h"

namespace hearth::testing_support {
namespace {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

constexpr double kTolerance = 1e-4;
constexpr std::int64_t kWidths[4] = {32, 32, 48, 64};
constexpr std::size_t kDepths[4] = {2, 2, 1, 1};
constexpr std::int64_t kVisionHeadDim = 16;
constexpr std::int64_t kImageSize = 32;
constexpr int kMelBins = 8;
constexpr int kFrameLength = 20;

std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

double gelu(double x) {
    return 0.5 * x *
           (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

class Oracle {
public:
    explicit Oracle(const TinyHearthModel& model) : m_model(model) {}

    Rows picture(const std::vector<float>& pixels) const {
        std::int64_t grid = 8;
        Rows x;
        for (std::int64_t token = 0; token < grid * grid; ++token) {
            Row patch;
            for (std::int64_t y = 0; y < 4; ++y) {
                for (std::int64_t column = 0; column < 4; ++column) {
                    for (std::int64_t channel = 0; channel < 3; ++channel) {
                        const std::int64_t row = token / grid * 4 + y;
                        const std::int64_t pixel = row * kImageSize + token % grid * 4 + column;
                        patch.push_back(pixels[at(3 * pixel + channel)]);
                    }
                }
            }
            x.push_back(rms(times("v.patch_embd", patch), "v.patch_norm"));
        }
        Rows vectors;
        for (int stage = 0; stage < 4; ++stage) {
            const std::string number = std::to_string(stage);
            if (stage > 0) {
                grid /= 2;
                Rows merged;
                for (std::int64_t token = 0; token < grid * grid; ++token) {
                    Row joined;
                    for (const auto& [dy, dx] :
                         {std::pair{0, 0}, std::pair{1, 0}, std::pair{0, 1}, std::pair{1, 1}}) {
                        const std::int64_t y = token / grid * 2 + dy;
                        const Row& part = x[at(y * 2 * grid + token % grid * 2 + dx)];
                        joined.insert(joined.end(), part.begin(), part.end());
                    }
                    merged.push_back(
                        times("v.merge." + number, rms(joined, "v.merge." + number + ".norm")));
                }
                x = merged;
            }
            for (std::size_t block = 0; block < kDepths[stage]; ++block) {
                const std::string prefix = "v." + number + "." + std::to_string(block) + ".";
                swinAttention(x, prefix, grid, block % 2 == 1, kWidths[stage] / kVisionHeadDim);
                feedForward(x, prefix);
            }
            for (std::int64_t token = 0; stage >= 2 && token < grid * grid; ++token) {
                const std::string prefix = "v.out." + number;
                Row vector = times(prefix, rms(x[at(token)], prefix + ".norm"));
                const std::vector<float>& position = values(prefix + ".pos");
                for (std::size_t i = 0; i < vector.size(); ++i) {
                    vector[i] += position[at(token) * vector.size() + i];
                }
                vectors.push_back(vector);
            }
        }
        return finish(vectors, 0);
    }

    Rows sound(const std::vector<float>& frames, const std::vector<float>& logMel,
               std::int64_t numFrames) const {
        Rows mel;
        for (std::int64_t t = 0; t < numFrames; ++t) {
            mel.emplace_back(logMel.begin() + t * kMelBins, logMel.begin() + (t + 1) * kMelBins);
        }
        const Rows spectrogram = convolve(mel, "a.mel", 1);
        Rows x;
        for (std::int64_t t = 0; t < numFrames; ++t) {
            const Row frame(frames.begin() + t * kFrameLength,
                            frames.begin() + (t + 1) * kFrameLength);
            Row fused = times("a.wave2", activated(times("a.wave1", frame)));
            fused.insert(fused.end(), spectrogram[at(t)].begin(), spectrogram[at(t)].end());
            x.push_back(fused);
        }
        x = convolve(convolve(x, "a.conv1", 2), "a.conv2", 2);
        for (std::size_t position = 0; position < x.size(); ++position) {
            const auto width = static_cast<double>(x[position].size());
            for (std::size_t i = 0; i < x[position].size(); i += 2) {
                const double angle = static_cast<double>(position) /
                                     std::pow(10000.0, static_cast<double>(i) / width);
                x[position][i] += std::sin(angle);
                x[position][i + 1] += std::cos(angle);
            }
        }
        for (int block = 0; block < 2; ++block) {
            const std::string prefix = "a." + std::to_string(block) + ".";
            const auto logit = [](std::int64_t, std::size_t, std::size_t) { return 0.0; };
            attention(x, prefix, 2, logit);
            feedForward(x, prefix);
        }
        Rows vectors;
        for (const Row& row : x) {
            vectors.push_back(times("a.out", rms(row, "a.out_norm")));
        }
        return finish(vectors, 1);
    }

private:
    static constexpr double kMasked = -1e30;

    const std::vector<float>& values(const std::string& name) const {
        return m_model.tensor(name + ".weight").values;
    }

    Row rms(const Row& x, const std::string& gain) const {
        const double squares = std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
        const double scale = 1.0 / std::sqrt(squares / static_cast<double>(x.size()) + 1e-6);
        Row y(x);
        for (std::size_t i = 0; i < y.size(); ++i) {
            y[i] *= scale * values(gain)[i];
        }
        return y;
    }

    Row times(const std::string& name, const Row& x) const {
        const std::vector<float>& weight = values(name);
        Row y(weight.size() / x.size());
        for (std::size_t r = 0; r < y.size(); ++r) {
            for (std::size_t c = 0; c < x.size(); ++c) {
                y[r] += weight[r * x.size() + c] * x[c];
            }
        }
        return y;
    }

    static Row activated(Row x) {
        std::transform(x.begin(), x.end(), x.begin(), gelu);
        return x;
    }

    static void add(Row& y, const Row& x) {
        std::transform(x.begin(), x.end(), y.begin(), y.begin(), std::plus<>());
    }

    void feedForward(Rows& x, const std::string& prefix) const {
        for (Row& row : x) {
            const Row hidden = activated(times(prefix + "ffn_up", rms(row, prefix + "ffn_norm")));
            add(row, times(prefix + "ffn_down", hidden));
        }
    }

    /// `logit(head, query, key)` is added to each logit.
    template <class Logit>
    void attention(Rows& x, const std::string& prefix, std::int64_t heads,
                   const Logit& logit) const {
        Rows qkv;
        for (const Row& row : x) {
            qkv.push_back(times(prefix + "attn_qkv", rms(row, prefix + "attn_norm")));
        }
        const std::size_t width = x.front().size();
        const std::size_t dim = width / at(heads);
        for (std::size_t query = 0; query < x.size(); ++query) {
            Row out(width);
            for (std::int64_t head = 0; head < heads; ++head) {
                const std::size_t first = at(head) * dim;
                Row mass;
                double sum = 0;
                for (std::size_t key = 0; key < x.size(); ++key) {
                    double product = 0;
                    for (std::size_t i = first; i < first + dim; ++i) {
                        product += qkv[query][i] * qkv[key][width + i];
                    }
                    // The logits are small enough for exp without their largest.
                    mass.push_back(std::exp(product / std::sqrt(static_cast<double>(dim)) +
                                            logit(head, query, key)));
                    sum += mass.back();
                }
                for (std::size_t key = 0; key < x.size(); ++key) {
                    for (std::size_t i = first; i < first + dim; ++i) {
                        out[i] += mass[key] / sum * qkv[key][2 * width + i];
                    }
                }
            }
            add(x[query], times(prefix + "attn_output", out));
        }
    }

    /// Windows as masks: two tokens see each other where they are in one window of the grid that is
    /// rolled by half a window and were not brought together by the roll.
    void swinAttention(Rows& x, const std::string& prefix, std::int64_t grid, bool isOdd,
                       std::int64_t heads) const {
        const std::int64_t window = std::min<std::int64_t>(grid, 4);
        const std::int64_t shift = isOdd && grid > window ? window / 2 : 0;
        const std::int64_t span = 2 * window - 1;
        const std::vector<float>& bias = values(prefix + "attn_rel_bias");
        const auto rolled = [&](std::int64_t i) { return (i - shift + grid) % grid; };
        const auto isTogether = [&](std::int64_t a, std::int64_t b) {
            return rolled(a) / window == rolled(b) / window && (a < shift) == (b < shift);
        };
        attention(x, prefix, heads, [&](std::int64_t head, std::size_t query, std::size_t key) {
            const auto q = static_cast<std::int64_t>(query);
            const auto k = static_cast<std::int64_t>(key);
            if (!isTogether(q / grid, k / grid) || !isTogether(q % grid, k % grid)) {
                return kMasked;
            }
            const std::int64_t dy = q / grid - k / grid + window - 1;
            const std::int64_t dx = q % grid - k % grid + window - 1;
            return static_cast<double>(bias[at(head * span * span + dy * span + dx)]);
        });
    }

    Rows convolve(const Rows& x, const std::string& name, std::int64_t stride) const {
        Rows y;
        const auto length = static_cast<std::int64_t>(x.size());
        for (std::int64_t centre = 0; centre < length; centre += stride) {
            Row taps;
            for (std::int64_t t = centre - 1; t <= centre + 1; ++t) {
                const Row tap = t < 0 || t >= length ? Row(x.front().size()) : x[at(t)];
                taps.insert(taps.end(), tap.begin(), tap.end());
            }
            y.push_back(activated(times(name, taps)));
        }
        return y;
    }

    Rows finish(const Rows& vectors, std::size_t type) const {
        Rows y;
        for (const Row& vector : vectors) {
            y.push_back(rms(vector, "mm.norm"));
            for (std::size_t i = 0; i < vector.size(); ++i) {
                y.back()[i] += values("mm.type_embd")[type * vector.size() + i];
            }
        }
        return y;
    }

    const TinyHearthModel& m_model;
};

/// Largest difference relative to the largest value of all.
double worstDifference(const std::vector<float>& actual, const Rows& expected) {
    double worst = 0;
    double largest = 0;
    std::size_t i = 0;
    for (const Row& row : expected) {
        for (const double value : row) {
            largest = std::max(largest, std::abs(value));
            worst = std::max(worst, std::abs(static_cast<double>(actual[i++]) - value));
        }
    }
    return worst / largest;
}

class HearthEncodersTest : public testing::TestWithParam<IsaRequest> {
protected:
    HearthEncodersTest() : m_model(TinyHearthSizes{}, 31), m_pool(2) {}

    void SetUp() override {
        ASSERT_TRUE(m_model.write(m_folder.path() / "tiny.gguf").isOk());
        m_file = GgufFile::open(m_folder.path() / "tiny.gguf").value();
        m_config = HearthConfig::read(*m_file).value();
        m_weights = HearthWeights::bind(*m_file, m_config).value();
        m_device = openDevice(*selectCpuOps(GetParam()).value(), 0, &m_pool).value();
        m_stream = createStream(m_device).value();
    }

    HearthEncoders encoders(const HearthAblation& ablation = {}) {
        return {m_device, m_stream.get(), m_config, m_weights, ablation};
    }

    TinyHearthModel m_model;
    TempFolder m_folder;
    ThreadPool m_pool;
    std::unique_ptr<GgufFile> m_file;
    HearthConfig m_config;
    HearthWeights m_weights;
    UniqueDevice m_device;
    UniqueStream m_stream;
};

TEST_P(HearthEncodersTest, PicturesFollowTheEquations) {
    const std::vector<float> pixels = randomNormal(32UL * 32 * 3, 0.5F, 32);
    const auto vectors = encoders().encodeImage({pixels.data(), 32, 32}, {});
    ASSERT_TRUE(vectors.has_value()) << vectors.error().message();
    const Rows expected = Oracle(m_model).picture(pixels);
    ASSERT_EQ(vectors->size(), expected.size() * 64);
    EXPECT_EQ(static_cast<std::int64_t>(expected.size()), m_config.vision.numVectors());
    const double worst = worstDifference(*vectors, expected);
    std::printf("worst relative difference %.2e\n", worst);
    EXPECT_LE(worst, kTolerance);
}

TEST_P(HearthEncodersTest, SoundFollowsTheEquations) {
    for (const int numFrames : {4, 8, 36, 64}) {
        SCOPED_TRACE(numFrames);
        const auto count = static_cast<std::size_t>(numFrames);
        const std::vector<float> frames = randomNormal(count * kFrameLength, 1.0F, 33);
        const std::vector<float> logMel = randomNormal(count * kMelBins, 1.0F, 34);
        const auto vectors = encoders().encodeAudio(
            {frames.data(), logMel.data(), numFrames, kFrameLength, kMelBins}, {});
        ASSERT_TRUE(vectors.has_value()) << vectors.error().message();
        const Rows expected = Oracle(m_model).sound(frames, logMel, numFrames);
        ASSERT_EQ(vectors->size(), count / 4 * 64);
        ASSERT_EQ(expected.size(), count / 4);
        EXPECT_LE(worstDifference(*vectors, expected), kTolerance);
    }
}

TEST_P(HearthEncodersTest, EachPathOfTheSoundCanBeSwitchedOff) {
    const std::vector<float> frames = randomNormal(16UL * kFrameLength, 1.0F, 35);
    const std::vector<float> logMel = randomNormal(16UL * kMelBins, 1.0F, 36);
    const AudioView view{frames.data(), logMel.data(), 16, kFrameLength, kMelBins};
    const std::vector<float> both = encoders().encodeAudio(view, {}).value();
    const std::vector<float> noWave = encoders({.waveform = true}).encodeAudio(view, {}).value();
    const std::vector<float> noMel = encoders({.spectrogram = true}).encodeAudio(view, {}).value();
    EXPECT_NE(both, noWave);
    EXPECT_NE(both, noMel);
    // A path that is off reads nothing of its input.
    const AudioView onlyMel{nullptr, logMel.data(), 16, kFrameLength, kMelBins};
    EXPECT_EQ(encoders({.waveform = true}).encodeAudio(onlyMel, {}).value(), noWave);
}

TEST_P(HearthEncodersTest, TheSameInputGivesTheSameVectors) {
    const std::vector<float> pixels = randomNormal(32UL * 32 * 3, 0.5F, 37);
    HearthEncoders one = encoders();
    const std::vector<float> first = one.encodeImage({pixels.data(), 32, 32}, {}).value();
    const std::vector<float> second = one.encodeImage({pixels.data(), 32, 32}, {}).value();
    EXPECT_EQ(first, second);
}

std::string isaName(const testing::TestParamInfo<IsaRequest>& parameter) {
    return parameter.param == IsaRequest::Reference ? "Reference" : "Auto";
}

INSTANTIATE_TEST_SUITE_P(Isas, HearthEncodersTest,
                         testing::Values(IsaRequest::Reference, IsaRequest::Auto), isaName);

}  // namespace
}  // namespace hearth::testing_support
