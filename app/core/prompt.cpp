#include "app/core/prompt.h"

namespace hearth::app {
namespace {

void addSpecial(std::vector<PromptPiece>& pieces, std::string_view name) {
    pieces.push_back({PromptPiece::Kind::Special, std::string(name)});
}

void addText(std::vector<PromptPiece>& pieces, std::string_view text) {
    if (!text.empty()) {
        pieces.push_back({PromptPiece::Kind::Text, std::string(text)});
    }
}

}  // namespace

std::vector<PromptPiece> systemPieces(std::string_view systemText) {
    std::vector<PromptPiece> pieces;
    if (!systemText.empty()) {
        addSpecial(pieces, "<|system|>");
        addText(pieces, systemText);
        addSpecial(pieces, "<|end|>");
    }
    return pieces;
}

std::vector<PromptPiece> turnPieces(const PromptTurn& turn) {
    std::vector<PromptPiece> pieces;
    for (const std::string& document : turn.documents) {
        addSpecial(pieces, "<|document|>");
        addText(pieces, document);
        addSpecial(pieces, "<|end|>");
    }
    addSpecial(pieces, "<|user|>");
    for (const std::string_view token : turn.mediaTokens) {
        addSpecial(pieces, token);
    }
    addText(pieces, turn.text);
    addSpecial(pieces, "<|end|>");
    addSpecial(pieces, "<|assistant|>");
    return pieces;
}

}  // namespace hearth::app
