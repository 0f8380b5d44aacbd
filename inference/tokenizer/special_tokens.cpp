#include "inference/tokenizer/special_tokens.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace hearth {

SpecialTokens::SpecialTokens(std::vector<Token> tokens) : m_tokens(std::move(tokens)) {
    std::sort(m_tokens.begin(), m_tokens.end(), [](const Token& a, const Token& b) {
        return std::tie(a.text, a.id) < std::tie(b.text, b.id);
    });
    const auto last = std::unique(m_tokens.begin(), m_tokens.end(),
                                  [](const Token& a, const Token& b) { return a.text == b.text; });
    m_tokens.erase(last, m_tokens.end());
    for (const Token& token : m_tokens) {
        m_isFirstByte[static_cast<unsigned char>(token.text[0])] = true;
    }
}

std::optional<SpecialTokens::Match> SpecialTokens::find(std::string_view text,
                                                        std::size_t start) const noexcept {
    if (m_tokens.empty()) {
        return std::nullopt;
    }
    for (std::size_t position = start; position < text.size(); ++position) {
        if (!m_isFirstByte[static_cast<unsigned char>(text[position])]) {
            continue;
        }
        // The tokens that share the bytes read so far are a range; each byte narrows it.
        const std::string_view rest = text.substr(position);
        auto first = m_tokens.begin();
        auto end = m_tokens.end();
        std::optional<Match> longest;
        for (std::size_t depth = 0; first != end; ++depth) {
            if (first->text.size() == depth) {
                longest = Match{position, depth, first->id};
                ++first;
            }
            if (depth == rest.size()) {
                break;
            }
            const auto byte = static_cast<unsigned char>(rest[depth]);
            const auto byteOf = [depth](const Token& token) {
                return static_cast<unsigned char>(token.text[depth]);
            };
            first =
                std::partition_point(first, end, [&](const Token& t) { return byteOf(t) < byte; });
            end =
                std::partition_point(first, end, [&](const Token& t) { return byteOf(t) == byte; });
        }
        if (longest) {
            return longest;
        }
    }
    return std::nullopt;
}

std::optional<std::int32_t> SpecialTokens::find(std::string_view text) const noexcept {
    const auto found =
        std::lower_bound(m_tokens.begin(), m_tokens.end(), text,
                         [](const Token& token, std::string_view t) { return token.text < t; });
    if (found == m_tokens.end() || found->text != text) {
        return std::nullopt;
    }
    return found->id;
}

}  // namespace hearth
