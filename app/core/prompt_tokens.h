#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "app/core/prompt.h"
#include "kernels/base/status.h"

namespace hearth {
class Tokenizer;
}

namespace hearth::app {

/// Whether the vocabulary has every special token of the chat format. Errors: CorruptData, naming
/// the one that is missing.
Status checkChatTokens(const Tokenizer& tokenizer);

/// The tokens of a prompt. Requires `checkChatTokens`. Errors: those of Tokenizer::encode.
Result<std::vector<std::int32_t>> promptTokens(const Tokenizer& tokenizer,
                                               std::span<const PromptPiece> pieces,
                                               const std::stop_token& stop = {});

/// The tokens that end an answer: "<|end|>", which is also the first, and the end of the text.
std::vector<std::int32_t> answerEndTokens(const Tokenizer& tokenizer);

/// How an answer stands in the conversation: its tokens and its end. Placeholders of media that the
/// model wrote are left out, because no medium belongs to them.
std::vector<std::int32_t> answerTurn(const Tokenizer& tokenizer,
                                     std::span<const std::int32_t> answer);

}  // namespace hearth::app
