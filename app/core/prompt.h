#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::app {

/// A stretch of a prompt: one special token by its name, or plain text in which nothing is special.
struct PromptPiece {
    enum class Kind : std::uint8_t { Special, Text };
    Kind kind = Kind::Text;
    std::string text;

    bool operator==(const PromptPiece&) const = default;
};

/// What one question puts before the model.
struct PromptTurn {
    std::vector<std::string> documents;  ///< whole texts or passages, in reading order
    std::vector<std::string_view>
        mediaTokens;  ///< "<|image|>" or "<|audio|>", one a medium, in order
    std::string text;
};

/// The chat format of Hearth Mini (docs/adr/0001-hearth-mini-model.md, "Chat format"): the system
/// text that opens a conversation; nothing for an empty one.
std::vector<PromptPiece> systemPieces(std::string_view systemText);

/// A question up to and including the token after which the answer begins.
std::vector<PromptPiece> turnPieces(const PromptTurn& turn);

}  // namespace hearth::app
