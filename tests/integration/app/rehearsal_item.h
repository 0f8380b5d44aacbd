#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/core/attachment.h"

namespace hearth::testing_support {

/// A word or phrase in every spelling that counts ("7", "seven"), in lower case.
using Wanted = std::vector<std::string>;

/// One half of an item: what is attached, and what the answer must hold.
struct RehearsalSide {
    std::filesystem::path file;
    std::vector<Wanted> wanted;
};

/// A question that is asked about two files in which only the asked content differs.
struct RehearsalItem {
    std::string question;
    app::AttachmentKind kind = app::AttachmentKind::Picture;
    std::array<RehearsalSide, 2> sides;
};

/// Repeatable random choices.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : m_engine(seed) {}

    /// From `low` to `high`, both included.
    int between(int low, int high);
    double between(double low, double high);
    bool chance(double share);
    template <class List>
    const auto& from(const List& list) {
        return list[index(std::size(list))];
    }
    /// Two different ones.
    template <class List>
    auto twoFrom(const List& list) {
        const std::size_t first = index(std::size(list));
        const std::size_t second = (first + 1 + index(std::size(list) - 1)) % std::size(list);
        return std::pair(list[first], list[second]);
    }
    template <class T>
    void shuffle(std::vector<T>& list) {
        for (std::size_t i = list.size(); i > 1; --i) {
            std::swap(list[i - 1], list[index(i)]);
        }
    }

private:
    std::size_t index(std::size_t count);

    std::mt19937_64 m_engine;
};

/// Whether `answer` holds all that is wanted and nothing that is wanted of the twin alone. Whole
/// words count, case and punctuation do not.
bool isRight(std::string_view answer, const RehearsalSide& side, const RehearsalSide& twin);

}  // namespace hearth::testing_support
