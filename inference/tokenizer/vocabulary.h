#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inference/gguf/gguf_file.h"
#include "inference/tokenizer/bpe_merges.h"
#include "inference/tokenizer/special_tokens.h"
#include "kernels/base/status.h"

namespace hearth {

/// What a token is for. Stored on disk (`tokenizer.ggml.token_type`), never reuse.
enum class TokenKind : std::int32_t {
    Normal = 1,
    Unknown = 2,
    Control = 3,      ///< steers the conversation; never made from plain text
    UserDefined = 4,  ///< whole in every text, as "<think>" in some models
    Unused = 5,       ///< fills the vocabulary up
    Byte = 6,
};

/// The tokens of a byte-level BPE model and how they merge. Const after load.
class Vocabulary {
public:
    /// Reads the keys `tokenizer.ggml.*` of `file`, copying what it needs. Errors: NotFound (a key
    /// is missing), CorruptData, Unsupported (another kind of tokenizer).
    static Result<Vocabulary> load(const GgufFile& file);

    std::size_t size() const noexcept { return m_kinds.size(); }

    /// The bytes that a token stands for; of tokens that are no normal ones, their text. Requires
    /// id < size().
    std::string_view bytes(std::size_t id) const noexcept {
        return std::string_view(m_bytes).substr(m_starts[id], m_starts[id + 1] - m_starts[id]);
    }
    TokenKind kind(std::size_t id) const noexcept { return m_kinds[id]; }

    /// The token of a single byte.
    std::int32_t byteToken(unsigned char byte) const noexcept { return m_byteTokens[byte]; }

    /// The normal token that stands for exactly `bytes`. O(log n).
    std::optional<std::int32_t> find(std::string_view bytes) const noexcept;

    const BpeMerges& merges() const noexcept { return m_merges; }
    /// Tokens that every text may contain.
    const SpecialTokens& userDefined() const noexcept { return m_userDefined; }
    /// Those and the tokens that are made from text on request only.
    const SpecialTokens& allSpecial() const noexcept { return m_allSpecial; }

private:
    Status readTokens(const GgufFile& file);
    Status readMerges(const GgufFile& file);
    Status indexTokens(const GgufFile& file);

    std::string m_bytes;                // of all tokens, one after the other
    std::vector<std::size_t> m_starts;  // [size + 1]
    std::vector<TokenKind> m_kinds;
    std::vector<std::int32_t> m_byBytes;  // normal tokens in the order of their bytes
    std::array<std::int32_t, 256> m_byteTokens{};
    BpeMerges m_merges;
    SpecialTokens m_userDefined;
    SpecialTokens m_allSpecial;
};

}  // namespace hearth
