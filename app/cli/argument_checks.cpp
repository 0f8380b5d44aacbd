#include "app/cli/argument_checks.h"

#include <charconv>
#include <cstdio>
#include <system_error>

namespace hearth::cli {
namespace {

/// All of `text` as a number, a plus sign allowed.
template <class T>
bool parseWhole(std::string_view text, T& number) {
    if (text.starts_with('+') && !text.starts_with("+-")) {
        text.remove_prefix(1);
    }
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && at == end;
}

std::string shortest(float number) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", static_cast<double>(number));
    return text;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t";
    const std::size_t begin = text.find_first_not_of(kBlank);
    return begin == std::string_view::npos
               ? std::string_view()
               : text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

}  // namespace

std::string checkNamed(const std::string& value) {
    return value.empty() ? "the name is empty" : "";
}

std::string checkSeed(const std::string& value) {
    std::uint64_t seed = 0;
    return parseWhole(value, seed)
               ? ""
               : "Value " + value + " is no whole number of 0 to 18446744073709551615";
}

std::string RealRange::check(const std::string& value) const {
    float number = 0;
    // Written so that NaN fails too.
    if (parseWhole(value, number) && number >= low && number <= high &&
        !(excludesLow && number == low)) {
        return "";
    }
    return "Value " + value + " is no number " +
           (excludesLow ? "above " + shortest(low) + " and up to "
                        : "of " + shortest(low) + " to ") +
           shortest(high);
}

std::string RealRange::description() const {
    return std::string("FLOAT in ") + (excludesLow ? "(" : "[") + shortest(low) + " - " +
           shortest(high) + "]";
}

Result<std::vector<std::int32_t>> parseNumbers(const std::vector<std::string>& words,
                                               const WholeRange& range) {
    std::vector<std::int32_t> numbers;
    for (const std::string& word : words) {
        std::string_view rest = word;
        for (bool hasMore = true; hasMore;) {
            const std::size_t comma = rest.find(',');
            const std::string_view entry = trimmed(rest.substr(0, comma));
            hasMore = comma != std::string_view::npos;
            rest = hasMore ? rest.substr(comma + 1) : std::string_view();
            std::int32_t number = 0;
            if (entry.empty()) {
                return Status(ErrorCode::InvalidArgument, "'" + word + "' has an empty entry");
            }
            if (!parseWhole(entry, number) || number < range.low || number > range.high) {
                return Status(ErrorCode::InvalidArgument,
                              "'" + std::string(entry) + "' is no whole number of " +
                                  std::to_string(range.low) + " to " + std::to_string(range.high));
            }
            numbers.push_back(number);
        }
    }
    if (numbers.empty()) {
        return Status(ErrorCode::InvalidArgument, "there is no number");
    }
    return numbers;
}

}  // namespace hearth::cli
