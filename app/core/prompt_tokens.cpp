#include "app/core/prompt_tokens.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "inference/tokenizer/tokenizer.h"

namespace hearth::app {

Status checkChatTokens(const Tokenizer& tokenizer) {
    for (const char* name : {"<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|image|>",
                             "<|audio|>", "<|document|>"}) {
        if (!tokenizer.specialToken(name).has_value()) {
            return {ErrorCode::CorruptData, std::string("the vocabulary has no token ") + name};
        }
    }
    return {};
}

Result<std::vector<std::int32_t>> promptTokens(const Tokenizer& tokenizer,
                                               std::span<const PromptPiece> pieces,
                                               const std::stop_token& stop) {
    std::vector<std::int32_t> tokens;
    for (const PromptPiece& piece : pieces) {
        if (piece.kind == PromptPiece::Kind::Special) {
            tokens.push_back(tokenizer.specialToken(piece.text).value());
        } else {
            HEARTH_ASSIGN_OR_RETURN(const std::vector<TokenId> ids,
                                    tokenizer.encode(piece.text, {.stop = stop}));
            tokens.insert(tokens.end(), ids.begin(), ids.end());
        }
    }
    return tokens;
}

std::vector<std::int32_t> answerEndTokens(const Tokenizer& tokenizer) {
    std::vector<std::int32_t> tokens{tokenizer.specialToken("<|end|>").value()};
    if (const std::optional<TokenId> end = tokenizer.specialToken("<|endoftext|>")) {
        tokens.push_back(*end);
    }
    return tokens;
}

std::vector<std::int32_t> answerTurn(const Tokenizer& tokenizer,
                                     std::span<const std::int32_t> answer) {
    const TokenId image = tokenizer.specialToken("<|image|>").value();
    const TokenId audio = tokenizer.specialToken("<|audio|>").value();
    std::vector<std::int32_t> tokens;
    std::copy_if(answer.begin(), answer.end(), std::back_inserter(tokens),
                 [&](TokenId token) { return token != image && token != audio; });
    tokens.push_back(answerEndTokens(tokenizer).front());
    return tokens;
}

}  // namespace hearth::app
