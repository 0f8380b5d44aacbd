#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace hearth::testing_support {

/// What PyTorch says about the next-token logits of some positions, in order.
struct ExpectedLogits {
    std::vector<float> logSumExp;         ///< [positions]
    std::vector<float> sampleLogits;      ///< [positions, sample ids]
    std::vector<std::int32_t> topIds;     ///< [positions, n], best first; empty: not stored
    std::vector<float> topLogits;         ///< [positions, n]
    std::vector<std::int32_t> sampleIds;  ///< vocabulary entries of `sampleLogits`

    std::size_t numPositions() const noexcept { return logSumExp.size(); }
};

/// One input with the positions that are compared.
struct ParityCase {
    std::vector<std::int32_t> ids;
    std::vector<std::int32_t> positions;
    ExpectedLogits expected;
    std::vector<std::int32_t> selected;  ///< [memory layers, positions, KV heads, 16]; may be empty
};

/// Reads the case `name` of the folder that the recipe's hearth_mini.vectors wrote. What is missing
/// fails the running test.
ParityCase readCase(const std::filesystem::path& folder, const std::string& name);

/// What PyTorch says about the last positions of a case with one part of the model switched off.
ExpectedLogits readWithout(const std::filesystem::path& folder, const std::string& name,
                           const std::string& part);

/// Lower-case hexadecimal; empty if the file cannot be read.
std::string sha256OfFile(const std::filesystem::path& path);

/// How far logits are from what is expected.
struct Difference {
    std::size_t numPositions = 0;
    std::size_t numOtherArgmax = 0;  ///< positions with another likeliest token
    double worst = 0;                ///< relative difference of a logit or a log-sum-exp
    double median = 0;               ///< of the worst differences of the positions

    /// Same likeliest tokens, and no difference above `tolerance`.
    bool isWithin(double tolerance) const noexcept {
        return numOtherArgmax == 0 && worst <= tolerance;
    }
};

/// Compares logits [positions, vocabulary] with `expected`. Where one side has fewer positions,
/// they are the last ones of the other. A difference is relative to the expected value, or to a
/// hundredth of the position's largest where the value is smaller than that.
Difference compare(const ExpectedLogits& expected, std::span<const float> logits,
                   std::size_t vocabSize);

}  // namespace hearth::testing_support
