#include "inference/tokenizer/tokenizer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include "inference/tokenizer/bpe_merges.h"
#include "inference/tokenizer/pre_tokenizer.h"
#include "inference/tokenizer/vocabulary.h"

namespace hearth {
namespace {

/// Control tokens by which published models end an answer though their files name only one.
constexpr std::array<std::string_view, 8> kKnownEndTokens{
    "<|endoftext|>", "<|im_end|>", "<|eot_id|>",    "<|eom_id|>",
    "<|return|>",    "<|call|>",   "<end_of_turn>", "<|end_of_text|>"};

/// Tokens of the words that one call has already met. Texts repeat few words very often. A slot
/// points at the earlier word in the text and at its tokens in the output, so nothing is copied; a
/// collision forgets the older word.
class WordCache {
public:
    /// Longer words hardly ever repeat.
    static constexpr std::size_t kMaxWordBytes = 48;

    struct Slot {
        const char* word = nullptr;
        std::uint32_t wordBytes = 0;
        std::uint32_t numTokens = 0;
        std::size_t firstToken = 0;
    };

    explicit WordCache(std::size_t textBytes) {
        // 2^14 slots of 24 bytes stay in a second-level cache.
        constexpr std::size_t kMinTextBytes = 256;
        constexpr std::size_t kMaxSlots = std::size_t{1} << 14;
        if (textBytes >= kMinTextBytes) {
            m_slots.resize(std::min(kMaxSlots, std::bit_ceil(textBytes / 8)));
        }
    }

    /// The slot of `word`, whose `word` field equals it on a hit; null where words are not cached.
    Slot* find(std::string_view word, bool& isHit) noexcept {
        isHit = false;
        if (m_slots.empty() || word.size() > kMaxWordBytes) {
            return nullptr;
        }
        Slot& slot = m_slots[hash(word) & (m_slots.size() - 1)];
        isHit =
            slot.wordBytes == word.size() && std::memcmp(slot.word, word.data(), word.size()) == 0;
        return &slot;
    }

private:
    static std::size_t hash(std::string_view word) noexcept {
        constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15U;
        std::uint64_t value = word.size();
        while (!word.empty()) {
            std::uint64_t chunk = 0;
            const std::size_t numBytes = std::min(word.size(), sizeof(chunk));
            std::memcpy(&chunk, word.data(), numBytes);
            value = (value ^ chunk) * kMultiplier;
            value ^= value >> 32U;
            word.remove_prefix(numBytes);
        }
        return static_cast<std::size_t>(value);
    }

    std::vector<Slot> m_slots;
};

/// Reads an optional key that holds a token's id.
Result<std::optional<TokenId>> readToken(const GgufFile& file, std::string_view key,
                                         std::size_t numTokens) {
    if (!file.contains(key)) {
        return std::optional<TokenId>();
    }
    HEARTH_ASSIGN_OR_RETURN(const std::uint32_t id, file.getU32(key));
    // Some writers store -1 as u32 for "none".
    if (id == std::numeric_limits<std::uint32_t>::max()) {
        return std::optional<TokenId>();
    }
    if (id >= numTokens) {
        return Status(ErrorCode::CorruptData,
                      file.name() + ": key \"" + std::string(key) + "\" names token " +
                          std::to_string(id) + ", the vocabulary has " + std::to_string(numTokens));
    }
    return std::optional<TokenId>(static_cast<TokenId>(id));
}

}  // namespace

struct Tokenizer::Impl {
    Vocabulary vocabulary;
    std::unique_ptr<PreTokenizer> preTokenizer;
    std::optional<TokenId> bos;
    std::optional<TokenId> eos;
    bool addsBos = false;
    std::vector<TokenId> endTokens;

    Status readRoles(const GgufFile& file);
    bool contains(TokenId token) const noexcept {
        return token >= 0 && static_cast<std::size_t>(token) < vocabulary.size();
    }
};

namespace {

/// The state of one call of encode().
class Encoding {
public:
    Encoding(const Vocabulary& vocabulary, const PreTokenizer& preTokenizer, std::size_t textBytes)
        : m_vocabulary(vocabulary),
          m_prefersWholeTokens(preTokenizer.prefersWholeTokens()),
          m_cursor(preTokenizer, {}),
          m_cache(textBytes) {}

    /// Appends the tokens of text without special tokens.
    Status addPlain(std::string_view text, const std::stop_token& stop, std::vector<TokenId>& out) {
        m_cursor.reset(text);
        std::string_view word;
        while (m_cursor.next(word)) {
            if (stop.stop_requested()) {
                return {ErrorCode::Cancelled, "stopped"};
            }
            addWord(word, out);
        }
        if (m_cursor.hasFailed()) {
            return {ErrorCode::OutOfMemory,
                    "not enough memory to split the text into words; use a shorter text"};
        }
        return {};
    }

private:
    void addWord(std::string_view word, std::vector<TokenId>& out) {
        bool isHit = false;
        WordCache::Slot* slot = m_cache.find(word, isHit);
        if (isHit) {
            const std::size_t first = slot->firstToken;
            for (std::size_t i = 0; i < slot->numTokens; ++i) {
                out.push_back(out[first + i]);
            }
            return;
        }
        const std::size_t first = out.size();
        mergeWord(word, out);
        if (slot != nullptr) {
            *slot = {word.data(), static_cast<std::uint32_t>(word.size()),
                     static_cast<std::uint32_t>(out.size() - first), first};
        }
    }

    void mergeWord(std::string_view word, std::vector<TokenId>& out) {
        if (m_prefersWholeTokens) {
            if (const auto whole = m_vocabulary.find(word)) {
                out.push_back(*whole);
                return;
            }
        }
        m_bytes.clear();
        for (const char c : word) {
            m_bytes.push_back(m_vocabulary.byteToken(static_cast<unsigned char>(c)));
        }
        m_merger.run(m_vocabulary.merges(), m_bytes, out);
    }

    const Vocabulary& m_vocabulary;
    bool m_prefersWholeTokens;
    PreTokenizer::Cursor m_cursor;
    WordCache m_cache;
    BpeMerger m_merger;
    std::vector<TokenId> m_bytes;
};

}  // namespace

Status Tokenizer::Impl::readRoles(const GgufFile& file) {
    const std::size_t numTokens = vocabulary.size();
    HEARTH_ASSIGN_OR_RETURN(bos, readToken(file, "tokenizer.ggml.bos_token_id", numTokens));
    HEARTH_ASSIGN_OR_RETURN(eos, readToken(file, "tokenizer.ggml.eos_token_id", numTokens));
    HEARTH_ASSIGN_OR_RETURN(addsBos, file.getBoolOr("tokenizer.ggml.add_bos_token", false));
    if (eos) {
        endTokens.push_back(*eos);
    }
    for (const std::string_view key :
         {"tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"}) {
        HEARTH_ASSIGN_OR_RETURN(const std::optional<TokenId> token,
                                readToken(file, key, numTokens));
        if (token) {
            endTokens.push_back(*token);
        }
    }
    for (const std::string_view text : kKnownEndTokens) {
        const auto token = vocabulary.allSpecial().find(text);
        if (token && vocabulary.kind(static_cast<std::size_t>(*token)) == TokenKind::Control) {
            endTokens.push_back(*token);
        }
    }
    std::sort(endTokens.begin(), endTokens.end());
    endTokens.erase(std::unique(endTokens.begin(), endTokens.end()), endTokens.end());
    return {};
}

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) noexcept : m_impl(std::move(impl)) {}

Tokenizer::~Tokenizer() = default;

Result<std::unique_ptr<Tokenizer>> Tokenizer::load(const GgufFile& file) {
    try {
        auto impl = std::make_unique<Impl>();
        HEARTH_ASSIGN_OR_RETURN(impl->vocabulary, Vocabulary::load(file));
        HEARTH_ASSIGN_OR_RETURN(const std::string_view pre, file.getString("tokenizer.ggml.pre"));
        auto preTokenizer = PreTokenizer::create(pre);
        if (!preTokenizer) {
            return std::move(preTokenizer).error().withContext(file.name());
        }
        impl->preTokenizer = std::move(preTokenizer).value();
        HEARTH_RETURN_IF_ERROR(impl->readRoles(file));
        return std::unique_ptr<Tokenizer>(new Tokenizer(std::move(impl)));
    } catch (const std::bad_alloc&) {
        return Status(ErrorCode::OutOfMemory,
                      "not enough memory for the model's vocabulary; close other programs");
    }
}

Result<std::vector<TokenId>> Tokenizer::encode(std::string_view text,
                                               const EncodeOptions& options) const {
    if (text.size() >= std::numeric_limits<std::uint32_t>::max()) {
        return Status(ErrorCode::InvalidArgument, "a text of 4 GiB or more cannot be encoded");
    }
    try {
        std::vector<TokenId> tokens;
        if (options.addsBos && m_impl->addsBos && m_impl->bos) {
            tokens.push_back(*m_impl->bos);
        }
        const Vocabulary& vocabulary = m_impl->vocabulary;
        const SpecialTokens& special =
            options.parsesSpecial ? vocabulary.allSpecial() : vocabulary.userDefined();
        Encoding encoding(vocabulary, *m_impl->preTokenizer, text.size());
        std::size_t position = 0;
        while (position < text.size()) {
            const auto match = special.find(text, position);
            const std::size_t plainEnd = match ? match->position : text.size();
            HEARTH_RETURN_IF_ERROR(encoding.addPlain(text.substr(position, plainEnd - position),
                                                     options.stop, tokens));
            position = plainEnd;
            if (match) {
                tokens.push_back(match->id);
                position += match->length;
            }
        }
        return tokens;
    } catch (const std::bad_alloc&) {
        return Status(ErrorCode::OutOfMemory,
                      "not enough memory to encode the text; use a shorter text");
    }
}

Result<std::string> Tokenizer::decode(std::span<const TokenId> tokens,
                                      const DecodeOptions& options) const {
    try {
        std::string text;
        for (const TokenId token : tokens) {
            if (!m_impl->contains(token)) {
                return Status(ErrorCode::InvalidArgument, "token " + std::to_string(token) +
                                                              " is not in the vocabulary of " +
                                                              std::to_string(size()) + " tokens");
            }
            if (!options.hidesSpecial || !isControl(token)) {
                text += tokenBytes(token);
            }
        }
        return text;
    } catch (const std::bad_alloc&) {
        return Status(ErrorCode::OutOfMemory,
                      "not enough memory to decode the tokens; use a shorter text");
    }
}

std::string_view Tokenizer::tokenBytes(TokenId token) const noexcept {
    if (!m_impl->contains(token)) {
        return {};
    }
    return m_impl->vocabulary.bytes(static_cast<std::size_t>(token));
}

bool Tokenizer::isControl(TokenId token) const noexcept {
    return m_impl->contains(token) &&
           m_impl->vocabulary.kind(static_cast<std::size_t>(token)) == TokenKind::Control;
}

bool Tokenizer::endsGeneration(TokenId token) const noexcept {
    return std::binary_search(m_impl->endTokens.begin(), m_impl->endTokens.end(), token);
}

std::optional<TokenId> Tokenizer::specialToken(std::string_view text) const noexcept {
    return m_impl->vocabulary.allSpecial().find(text);
}

std::size_t Tokenizer::size() const noexcept {
    return m_impl->vocabulary.size();
}

std::size_t Tokenizer::numMerges() const noexcept {
    return m_impl->vocabulary.merges().size();
}

std::optional<TokenId> Tokenizer::bosToken() const noexcept {
    return m_impl->bos;
}

bool Tokenizer::expectsBos() const noexcept {
    return m_impl->addsBos && m_impl->bos.has_value();
}

std::optional<TokenId> Tokenizer::eosToken() const noexcept {
    return m_impl->eos;
}

std::span<const TokenId> Tokenizer::endTokens() const noexcept {
    return m_impl->endTokens;
}

}  // namespace hearth
