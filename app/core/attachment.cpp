#include "app/core/attachment.h"

#include <cmath>

namespace hearth::app {
namespace {

/// 1234567 as "1,234,567".
std::string grouped(std::size_t value) {
    std::string digits = std::to_string(value);
    for (std::size_t i = digits.size(); i > 3; i -= 3) {
        digits.insert(i - 3, 1, ',');
    }
    return digits;
}

std::string counted(std::size_t value, const char* one, const char* many) {
    return grouped(value) + ' ' + (value == 1 ? one : many);
}

/// 62.4 seconds as "1:02".
std::string clockTime(double seconds) {
    const auto whole = static_cast<long long>(std::llround(seconds));
    const std::string rest = std::to_string(whole % 60);
    return std::to_string(whole / 60) + ':' + (rest.size() < 2 ? "0" : "") + rest;
}

}  // namespace

std::string describe(const AttachmentReport& report) {
    const std::string warning = report.warning.empty() ? "" : "; " + report.warning;
    const auto count = [](int value) { return static_cast<std::size_t>(value); };
    switch (report.kind) {
        case AttachmentKind::Picture:
            return grouped(count(report.width)) + " × " + grouped(count(report.height)) +
                   " px, seen at " + grouped(count(report.modelWidth)) + " × " +
                   grouped(count(report.modelHeight)) + ", " +
                   counted(count(report.vectors), "vector", "vectors");
        case AttachmentKind::Recording:
            return clockTime(report.seconds) + ", mono, " +
                   counted(count(report.vectors), "vector", "vectors") + warning;
        case AttachmentKind::Document: {
            std::string text = counted(count(report.pages), "page", "pages");
            text += report.isWhole
                        ? ", read whole"
                        : ", " + counted(report.passages.size(), "passage", "passages") + " read";
            return text + ", " + counted(count(report.tokens), "token", "tokens") + warning;
        }
    }
    return {};
}

}  // namespace hearth::app
