#include "tests/integration/app/rehearsal_item.h"

#include <algorithm>

namespace hearth::testing_support {
namespace {

/// " the digit is 7 ": lower-case words between single spaces.
std::string wordsOf(std::string_view text) {
    std::string words = " ";
    for (const char c : text) {
        const bool isUpper = c >= 'A' && c <= 'Z';
        if (isUpper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            words += isUpper ? static_cast<char>(c - 'A' + 'a') : c;
        } else if (words.back() != ' ') {
            words += ' ';
        }
    }
    if (words.back() != ' ') {
        words += ' ';
    }
    return words;
}

bool holds(const std::string& words, const Wanted& wanted) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& spelling) {
        return words.find(wordsOf(spelling)) != std::string::npos;
    });
}

}  // namespace

int Draw::between(int low, int high) {
    return low + static_cast<int>(index(static_cast<std::size_t>(high - low + 1)));
}

double Draw::between(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(m_engine);
}

bool Draw::chance(double share) {
    return between(0.0, 1.0) < share;
}

std::size_t Draw::index(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(m_engine);
}

bool isRight(std::string_view answer, const RehearsalSide& side, const RehearsalSide& twin) {
    const std::string words = wordsOf(answer);
    const auto isOfBoth = [&](const Wanted& wanted) {
        return std::find(side.wanted.begin(), side.wanted.end(), wanted) != side.wanted.end();
    };
    return std::all_of(side.wanted.begin(), side.wanted.end(),
                       [&](const Wanted& wanted) { return holds(words, wanted); }) &&
           std::none_of(twin.wanted.begin(), twin.wanted.end(), [&](const Wanted& wanted) {
               return !isOfBoth(wanted) && holds(words, wanted);
           });
}

}  // namespace hearth::testing_support
