#pragma once

#include <cstdint>
#include <span>
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
                                               std::span<const PromptPiece> pieces);

/// The tokens that end an answer: "<|end|>", which is also the first, and the end of the text.
std::vector<std::int32_t> answerEndTokens(const Tokenizer& tokenizer);

}  // namespace hearth::app
