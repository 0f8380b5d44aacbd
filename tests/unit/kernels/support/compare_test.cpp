#include "tests/unit/kernels/support/compare.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace hearth::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::string compare(const std::vector<float>& expected, const std::vector<float>& actual,
                    const Tolerance& tolerance) {
    return compareElements(expected, actual, tolerance, "case");
}

TEST(CompareElements, AcceptsWhatIsInsideTheBound) {
    EXPECT_EQ(compare({}, {}, {}), "");
    EXPECT_EQ(compare({1, -2}, {1, -2}, {}), "");
    EXPECT_EQ(compare({-100}, {-101}, {.relative = 0.011}), "");
    EXPECT_EQ(compare({0}, {1e-6F}, {.absolute = 1e-5}), "");
    EXPECT_EQ(compare({kNan, kInfinity}, {kNan, kInfinity}, {}), "");
}

TEST(CompareElements, ReportsTheWorstElement) {
    const std::string text = compare({1, 2, 3}, {1, 2.5F, 4}, {.absolute = 0.25});
    EXPECT_NE(text.find("case: 2 of 3"), std::string::npos) << text;
    EXPECT_NE(text.find("worst at 2: expected 3, got 4"), std::string::npos) << text;
    EXPECT_NE(compare({-100}, {-102}, {.relative = 0.01}), "");
}

TEST(CompareElements, NeverAcceptsNanOrInfinityForANumber) {
    EXPECT_NE(compare({1}, {kNan}, {.absolute = 1e9}), "");
    EXPECT_NE(compare({kNan}, {1}, {.absolute = 1e9}), "");
    EXPECT_NE(compare({1}, {kInfinity}, {.absolute = 1e9}), "");
    EXPECT_NE(compare({kInfinity}, {-kInfinity}, {.absolute = 1e9}), "");
    EXPECT_NE(compare({kNan}, {kInfinity}, {.absolute = 1e9}), "");
    EXPECT_NE(compare({1}, {}, {}), "");
}

}  // namespace
}  // namespace hearth::testing
