#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "inference/gguf/gguf_file.h"
#include "kernels/base/status.h"

namespace hearth {

/// Number of a token in a model's vocabulary.
using TokenId = std::int32_t;

/// How Tokenizer::encode reads a text.
struct EncodeOptions {
    /// Whether control tokens written out in the text, such as "<|end|>", become those tokens. Only
    /// for text that the program itself has put together: in a user's text they stay plain text.
    bool parsesSpecial = false;
    /// Whether the token that starts a text is put first, where the model file asks for one.
    bool addsBos = false;
    /// Looked at before each word.
    std::stop_token stop{};
};

/// How Tokenizer::decode writes a text.
struct DecodeOptions {
    /// Whether control tokens are left out.
    bool hidesSpecial = false;
};

/// Turns text into a model's tokens and back: byte-level BPE as a GGUF file describes it. Any
/// bytes survive the round trip exactly. Const after load, so any thread may use it; it does not
/// need the file any more.
class Tokenizer {
public:
    /// Reads the keys `tokenizer.ggml.*`. Errors: NotFound (a key is missing), CorruptData,
    /// Unsupported (another kind of tokenizer or an unknown splitting rule), OutOfMemory.
    static Result<std::unique_ptr<Tokenizer>> load(const GgufFile& file);

    ~Tokenizer();
    Tokenizer(const Tokenizer&) = delete;
    Tokenizer& operator=(const Tokenizer&) = delete;

    /// The tokens of `text`, any bytes. O(n log n). Errors: InvalidArgument (4 GiB or more),
    /// Cancelled, OutOfMemory.
    Result<std::vector<TokenId>> encode(std::string_view text,
                                        const EncodeOptions& options = {}) const;

    /// The bytes that the tokens stand for. Errors: InvalidArgument for an id outside the
    /// vocabulary.
    Result<std::string> decode(std::span<const TokenId> tokens,
                               const DecodeOptions& options = {}) const;

    /// The bytes of one token, which may be part of a character: join them through Utf8Stream.
    /// Empty for an id outside the vocabulary.
    std::string_view tokenBytes(TokenId token) const noexcept;

    /// Whether `token` is a control token, which is not part of what a person reads.
    bool isControl(TokenId token) const noexcept;

    /// Whether the model ends its answer with `token`.
    bool endsGeneration(TokenId token) const noexcept;

    /// The token written as `text`, such as "<|image|>", if it is a control or user-defined one.
    std::optional<TokenId> specialToken(std::string_view text) const noexcept;

    /// Tokens in the vocabulary. A model may have more logits than that.
    std::size_t size() const noexcept;
    std::size_t numMerges() const noexcept;

    /// The token that starts a text, and whether the model expects it there.
    std::optional<TokenId> bosToken() const noexcept;
    bool expectsBos() const noexcept;
    /// The token that ends a text or turn, if the file names one.
    std::optional<TokenId> eosToken() const noexcept;
    /// All tokens for which endsGeneration() holds, ascending.
    std::span<const TokenId> endTokens() const noexcept;

private:
    struct Impl;
    explicit Tokenizer(std::unique_ptr<Impl> impl) noexcept;

    std::unique_ptr<Impl> m_impl;
};

}  // namespace hearth
