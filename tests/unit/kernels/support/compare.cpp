#include "tests/unit/kernels/support/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace hearth::testing {

std::string compareElements(std::span<const float> expected, std::span<const float> actual,
                            const std::function<double(std::size_t)>& bound,
                            const std::string& context) {
    std::ostringstream text;
    text.precision(9);
    if (expected.size() != actual.size()) {
        text << context << ": " << expected.size() << " elements expected, got " << actual.size();
        return text.str();
    }
    double worst = 0;
    std::size_t worstIndex = 0;
    std::size_t numWrong = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double e = static_cast<double>(expected[i]);
        const double a = static_cast<double>(actual[i]);
        double excess = 0;
        if (std::isfinite(e) && std::isfinite(a)) {
            excess = std::fabs(e - a) - bound(i);
        } else if (!(std::isnan(e) && std::isnan(a)) && e != a) {
            excess = std::numeric_limits<double>::infinity();
        }
        if (excess > 0) {
            ++numWrong;
            if (excess > worst) {
                worst = excess;
                worstIndex = i;
            }
        }
    }
    if (numWrong > 0) {
        text << context << ": " << numWrong << " of " << expected.size()
             << " elements are off, worst at " << worstIndex << ": expected "
             << expected[worstIndex] << ", got " << actual[worstIndex] << ", bound "
             << bound(worstIndex);
    }
    return text.str();
}

std::string compareElements(std::span<const float> expected, std::span<const float> actual,
                            const Tolerance& tolerance, const std::string& context) {
    return compareElements(
        expected, actual,
        [&](std::size_t i) {
            return std::max(tolerance.absolute,
                            tolerance.relative * std::fabs(static_cast<double>(expected[i])));
        },
        context);
}

}  // namespace hearth::testing
