#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"

namespace hearth::cli {

/// An unset variable of a script must not pass for "left out". Returns the problem or nothing, as
/// the parser of the command line wants it; so do the others.
std::string checkNamed(const std::string& value);

/// A number of 64 bits, without the wrap-around and rounding that the parser would allow.
std::string checkSeed(const std::string& value);

/// Real numbers from `low` to `high`; no infinities, no NaN.
struct RealRange {
    float low = 0;
    float high = 0;
    bool excludesLow = false;

    std::string check(const std::string& value) const;
    /// "FLOAT in [0 - 10]", for the list of options.
    std::string description() const;
};

/// Whole numbers from `low` to `high`.
struct WholeRange {
    std::int32_t low = 0;
    std::int32_t high = 0;
};

/// The numbers of words such as "1,2,3"; blanks around a number do not count. Errors:
/// InvalidArgument for a number that is none, out of `range` or missing between commas.
Result<std::vector<std::int32_t>> parseNumbers(const std::vector<std::string>& words,
                                               const WholeRange& range);

}  // namespace hearth::cli
