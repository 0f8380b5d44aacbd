#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// Finds tokens that are written out in a text, such as "<|user|>". Const after construction.
class SpecialTokens {
public:
    struct Token {
        std::string text;  ///< not empty
        std::int32_t id = 0;
    };
    struct Match {
        std::size_t position = 0;
        std::size_t length = 0;
        std::int32_t id = 0;
    };

    SpecialTokens() = default;
    /// Of two tokens with the same text the one of lower id stays.
    explicit SpecialTokens(std::vector<Token> tokens);

    /// The leftmost token at or after `start`, and of those that begin there the longest.
    std::optional<Match> find(std::string_view text, std::size_t start) const noexcept;

    /// The token that is exactly `text`.
    std::optional<std::int32_t> find(std::string_view text) const noexcept;

private:
    std::vector<Token> m_tokens;  // by text
    std::array<bool, 256> m_isFirstByte{};
};

}  // namespace hearth
