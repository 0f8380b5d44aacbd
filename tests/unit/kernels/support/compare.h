#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace hearth::testing {

/// How far `actual` may be from `expected`: the larger of an absolute part and a part of the
/// magnitude.
struct Tolerance {
    double absolute = 0;
    double relative = 0;
};

/// Checks every element against a bound. NaN matches NaN, an infinity its own sign. Empty text
/// means equal; otherwise the text names `context`, the worst index, both values and the bound.
std::string compareElements(std::span<const float> expected, std::span<const float> actual,
                            const std::function<double(std::size_t)>& bound,
                            const std::string& context);
std::string compareElements(std::span<const float> expected, std::span<const float> actual,
                            const Tolerance& tolerance, const std::string& context);

}  // namespace hearth::testing
