#include "tests/integration/engine/parity_vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "tests/integration/engine/npy_reader.h"

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/sha.h>
}

namespace hearth::testing_support {
namespace {

namespace fs = std::filesystem;

NpyArray arrayOf(const fs::path& path) {
    std::optional<NpyArray> array = readNpy(path);
    if (!array.has_value()) {
        ADD_FAILURE() << path << " is missing";
        return {};
    }
    return *std::move(array);
}

}  // namespace

ParityCase readCase(const fs::path& folder, const std::string& name) {
    const auto read = [&](const char* array) {
        return arrayOf(folder / name / (std::string(array) + ".npy"));
    };
    ParityCase result;
    result.ids = read("ids").integers;
    result.positions = read("positions").integers;
    result.expected = {.logSumExp = read("log_sum_exp").floats,
                       .sampleLogits = read("sample_logits").floats,
                       .topIds = read("top_ids").integers,
                       .topLogits = read("top_logits").floats,
                       .sampleIds = arrayOf(folder / "sample_ids.npy").integers};
    if (fs::exists(folder / name / "selected.npy")) {
        result.selected = read("selected").integers;
    }
    return result;
}

ExpectedLogits readWithout(const fs::path& folder, const std::string& name,
                           const std::string& part) {
    const std::string stem = "without_" + part;
    return {.logSumExp = arrayOf(folder / name / (stem + ".log_sum_exp.npy")).floats,
            .sampleLogits = arrayOf(folder / name / (stem + ".sample_logits.npy")).floats,
            .topIds = {},
            .topLogits = {},
            .sampleIds = arrayOf(folder / "sample_ids.npy").integers};
}

std::string sha256OfFile(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::unique_ptr<AVSHA, decltype(&av_free)> sha(av_sha_alloc(), &av_free);
    if (!file || sha == nullptr) {
        return {};
    }
    av_sha_init(sha.get(), 256);
    std::vector<std::uint8_t> buffer(std::size_t{1} << 20U);
    while (file) {
        file.read(reinterpret_cast<char*>(buffer.data()),
                  static_cast<std::streamsize>(buffer.size()));
        av_sha_update(sha.get(), buffer.data(), static_cast<std::size_t>(file.gcount()));
    }
    std::array<std::uint8_t, 32> digest{};
    av_sha_final(sha.get(), digest.data());
    std::string text;
    for (const unsigned byte : digest) {
        text += "0123456789abcdef"[byte >> 4U];
        text += "0123456789abcdef"[byte & 15U];
    }
    return text;
}

Difference compare(const ExpectedLogits& expected, std::span<const float> logits,
                   std::size_t vocabSize) {
    const std::size_t numRows = logits.size() / vocabSize;
    Difference result;
    result.numPositions = std::min(numRows, expected.numPositions());
    if (result.numPositions == 0) {
        ADD_FAILURE() << "nothing to compare";
        return result;
    }
    const std::size_t numSamples = expected.sampleIds.size();
    const std::size_t numTop = expected.topIds.size() / expected.numPositions();
    std::vector<double> differences;
    for (std::size_t i = 0; i < result.numPositions; ++i) {
        const std::size_t entry = expected.numPositions() - result.numPositions + i;
        const std::size_t row = numRows - result.numPositions + i;
        const std::span<const float> ours = logits.subspan(row * vocabSize, vocabSize);
        std::vector<std::pair<double, double>> pairs;  // ours, expected
        for (std::size_t k = 0; k < numSamples; ++k) {
            pairs.emplace_back(ours[static_cast<std::size_t>(expected.sampleIds[k])],
                               expected.sampleLogits[entry * numSamples + k]);
        }
        for (std::size_t k = entry * numTop; k < (entry + 1) * numTop; ++k) {
            pairs.emplace_back(ours[static_cast<std::size_t>(expected.topIds[k])],
                               expected.topLogits[k]);
        }
        const auto best = std::max_element(ours.begin(), ours.end());
        const double sum = std::accumulate(
            ours.begin(), ours.end(), 0.0,
            [&](double total, float logit) { return total + std::exp(double{logit} - *best); });
        pairs.emplace_back(*best + std::log(sum), expected.logSumExp[entry]);
        if (numTop > 0) {
            result.numOtherArgmax += best - ours.begin() != expected.topIds[entry * numTop];
        }
        double largest = 0;
        for (const auto& [value, wanted] : pairs) {
            largest = std::max(largest, std::abs(wanted));
        }
        double worst = 0;
        for (const auto& [value, wanted] : pairs) {
            const double scale = std::max(std::abs(wanted), largest / 100);
            // A value that is no number fails every comparison.
            const double difference = std::abs(value - wanted) / scale;
            worst = std::isnan(difference) ? HUGE_VAL : std::max(worst, difference);
        }
        differences.push_back(worst);
    }
    std::sort(differences.begin(), differences.end());
    result.worst = differences.back();
    result.median = differences[differences.size() / 2];
    return result;
}

}  // namespace hearth::testing_support
