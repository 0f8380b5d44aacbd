#include "inference/tokenizer/vocabulary.h"

#include <algorithm>
#include <random>
#include <unordered_map>
#include <utility>

#include "inference/gguf/printable.h"
#include "inference/tokenizer/utf8.h"

namespace hearth {
namespace {

constexpr std::size_t kMaxTokens = std::size_t{1} << 22;
constexpr std::size_t kMaxTokenBytes = 65535;
constexpr std::size_t kNumMappedCodePoints = 0x144;

/// Byte-level vocabularies write each byte as a printable character: the printable ones of Latin-1
/// as themselves, the other 68 as U+0100 and following, in order. This is the way back; -1 where a
/// character stands for no byte.
std::array<std::int16_t, kNumMappedCodePoints> makeByteOfCodePoint() {
    std::array<std::int16_t, kNumMappedCodePoints> table{};
    table.fill(-1);
    std::size_t next = 0x100;
    for (std::size_t byte = 0; byte < 256; ++byte) {
        const bool isPrintable =
            (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
        table[isPrintable ? byte : next++] = static_cast<std::int16_t>(byte);
    }
    return table;
}

/// Appends the bytes that the text of a normal token stands for.
void appendDecoded(std::string_view text, std::string& out) {
    static const auto kByteOfCodePoint = makeByteOfCodePoint();
    while (!text.empty()) {
        const Utf8Unit unit = firstUtf8Unit(text);
        if (unit.isValid && unit.codePoint < kNumMappedCodePoints &&
            kByteOfCodePoint[unit.codePoint] >= 0) {
            out += static_cast<char>(kByteOfCodePoint[unit.codePoint]);
        } else {
            out += text.substr(0, unit.length);
        }
        text.remove_prefix(unit.length);
    }
}

/// A string hash that differs from run to run: a file cannot be made whose tokens all collide.
class SeededHash {
public:
    SeededHash() : m_seed(std::uint64_t{std::random_device{}()} << 32U | std::random_device{}()) {}

    std::size_t operator()(std::string_view text) const noexcept {
        std::uint64_t hash = m_seed;
        for (const char c : text) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x9e3779b97f4a7c15U;
            hash ^= hash >> 29U;
        }
        return static_cast<std::size_t>(hash ^ hash >> 32U);
    }

private:
    std::uint64_t m_seed;
};

Status corrupt(const GgufFile& file, const std::string& message) {
    return {ErrorCode::CorruptData, file.name() + ": " + message};
}

}  // namespace

Result<Vocabulary> Vocabulary::load(const GgufFile& file) {
    HEARTH_ASSIGN_OR_RETURN(const std::string_view model, file.getString("tokenizer.ggml.model"));
    if (model != "gpt2") {
        return Status(ErrorCode::Unsupported,
                      file.name() + ": the tokenizer \"" + printableName(model) +
                          "\" (tokenizer.ggml.model) is not supported; gpt2 (byte-level BPE) is");
    }
    Vocabulary vocabulary;
    HEARTH_RETURN_IF_ERROR(vocabulary.readTokens(file));
    HEARTH_RETURN_IF_ERROR(vocabulary.indexTokens(file));
    HEARTH_RETURN_IF_ERROR(vocabulary.readMerges(file));
    return vocabulary;
}

Status Vocabulary::readTokens(const GgufFile& file) {
    HEARTH_ASSIGN_OR_RETURN(const GgufStringArray tokens, file.getStrings("tokenizer.ggml.tokens"));
    if (tokens.size() == 0 || tokens.size() > kMaxTokens) {
        return corrupt(file, "tokenizer.ggml.tokens has " + std::to_string(tokens.size()) +
                                 " tokens, 1 to " + std::to_string(kMaxTokens) + " were expected");
    }
    m_kinds.assign(tokens.size(), TokenKind::Normal);
    constexpr std::string_view kTypeKey = "tokenizer.ggml.token_type";
    if (file.contains(kTypeKey)) {
        HEARTH_ASSIGN_OR_RETURN(const GgufIntArray kinds, file.getInts(kTypeKey));
        if (kinds.size() != tokens.size()) {
            return corrupt(file, "tokenizer.ggml.token_type has " + std::to_string(kinds.size()) +
                                     " elements for " + std::to_string(tokens.size()) + " tokens");
        }
        for (std::size_t id = 0; id < kinds.size(); ++id) {
            if (kinds[id] < static_cast<std::int64_t>(TokenKind::Normal) ||
                kinds[id] > static_cast<std::int64_t>(TokenKind::Byte)) {
                return corrupt(file, "token " + std::to_string(id) + " has the undefined type " +
                                         std::to_string(kinds[id]));
            }
            m_kinds[id] = static_cast<TokenKind>(kinds[id]);
        }
    }
    m_starts.reserve(tokens.size() + 1);
    m_starts.push_back(0);
    std::size_t id = 0;
    for (const std::string_view text : tokens) {
        if (text.size() > kMaxTokenBytes) {
            return corrupt(file, "token " + std::to_string(id) + " has " +
                                     std::to_string(text.size()) + " bytes, at most " +
                                     std::to_string(kMaxTokenBytes) + " are allowed");
        }
        if (m_kinds[id] == TokenKind::Normal) {
            appendDecoded(text, m_bytes);
        } else {
            m_bytes += text;
        }
        m_starts.push_back(m_bytes.size());
        ++id;
    }
    return {};
}

Status Vocabulary::indexTokens(const GgufFile& file) {
    std::vector<SpecialTokens::Token> userDefined;
    std::vector<SpecialTokens::Token> allSpecial;
    m_byteTokens.fill(-1);
    for (std::size_t id = 0; id < size(); ++id) {
        const std::string_view text = bytes(id);
        const auto signedId = static_cast<std::int32_t>(id);
        switch (m_kinds[id]) {
            case TokenKind::Normal:
                m_byBytes.push_back(signedId);
                if (text.size() == 1 && m_byteTokens[static_cast<unsigned char>(text[0])] < 0) {
                    m_byteTokens[static_cast<unsigned char>(text[0])] = signedId;
                }
                break;
            case TokenKind::UserDefined:
                if (!text.empty()) {
                    userDefined.push_back({std::string(text), signedId});
                    allSpecial.push_back({std::string(text), signedId});
                }
                break;
            case TokenKind::Control:
            case TokenKind::Unknown:
                if (!text.empty()) {
                    allSpecial.push_back({std::string(text), signedId});
                }
                break;
            case TokenKind::Unused:
            case TokenKind::Byte:
                break;
        }
    }
    for (std::size_t byte = 0; byte < m_byteTokens.size(); ++byte) {
        if (m_byteTokens[byte] < 0) {
            return corrupt(file, "the vocabulary has no token for the byte " +
                                     std::to_string(byte) + ", so not every text can be encoded");
        }
    }
    // Stable, so that of tokens with the same bytes the lowest id is found.
    std::stable_sort(m_byBytes.begin(), m_byBytes.end(), [&](std::int32_t a, std::int32_t b) {
        return bytes(static_cast<std::size_t>(a)) < bytes(static_cast<std::size_t>(b));
    });
    m_userDefined = SpecialTokens(std::move(userDefined));
    m_allSpecial = SpecialTokens(std::move(allSpecial));
    return {};
}

Status Vocabulary::readMerges(const GgufFile& file) {
    HEARTH_ASSIGN_OR_RETURN(const GgufStringArray tokens, file.getStrings("tokenizer.ggml.tokens"));
    HEARTH_ASSIGN_OR_RETURN(const GgufStringArray lines, file.getStrings("tokenizer.ggml.merges"));
    if (lines.size() > kMaxTokens) {
        return corrupt(file, "tokenizer.ggml.merges has " + std::to_string(lines.size()) +
                                 " merges, at most " + std::to_string(kMaxTokens) + " are allowed");
    }
    std::unordered_map<std::string_view, std::int32_t, SeededHash> ids;
    ids.reserve(tokens.size());
    std::int32_t nextId = 0;
    for (const std::string_view text : tokens) {
        ids.emplace(text, nextId++);
    }
    std::vector<BpeMerge> merges;
    merges.reserve(lines.size());
    std::string joined;
    for (const std::string_view line : lines) {
        const auto rank = static_cast<std::uint32_t>(merges.size());
        const std::size_t space = line.find(' ', 1);
        if (space == std::string_view::npos || space + 1 == line.size()) {
            return corrupt(file, "merge " + std::to_string(rank) +
                                     " of tokenizer.ggml.merges is not two tokens with a space "
                                     "between them");
        }
        const std::string_view left = line.substr(0, space);
        const std::string_view right = line.substr(space + 1);
        joined.assign(left).append(right);
        const auto leftId = ids.find(left);
        const auto rightId = ids.find(right);
        const auto resultId = ids.find(joined);
        if (leftId == ids.end() || rightId == ids.end() || resultId == ids.end()) {
            return corrupt(file, "merge " + std::to_string(rank) +
                                     " of tokenizer.ggml.merges needs a token that the vocabulary "
                                     "does not have");
        }
        // Encoding is exact only as long as a merge keeps the bytes, and safe only as long as plain
        // text cannot become a control token.
        const auto toIndex = [](std::int32_t id) { return static_cast<std::size_t>(id); };
        const std::size_t result = toIndex(resultId->second);
        const std::string_view leftBytes = bytes(toIndex(leftId->second));
        const std::string_view rightBytes = bytes(toIndex(rightId->second));
        const std::string_view resultBytes = bytes(result);
        if (m_kinds[result] != TokenKind::Normal ||
            resultBytes.size() != leftBytes.size() + rightBytes.size() ||
            !resultBytes.starts_with(leftBytes) || !resultBytes.ends_with(rightBytes)) {
            return corrupt(file, "merge " + std::to_string(rank) +
                                     " of tokenizer.ggml.merges does not make a normal token with "
                                     "the bytes of its two tokens");
        }
        merges.push_back({leftId->second, rightId->second, resultId->second, rank});
    }
    m_merges = BpeMerges(std::move(merges), size());
    return {};
}

std::optional<std::int32_t> Vocabulary::find(std::string_view text) const noexcept {
    const auto found = std::lower_bound(m_byBytes.begin(), m_byBytes.end(), text,
                                        [&](std::int32_t id, std::string_view wanted) {
                                            return bytes(static_cast<std::size_t>(id)) < wanted;
                                        });
    if (found == m_byBytes.end() || bytes(static_cast<std::size_t>(*found)) != text) {
        return std::nullopt;
    }
    return *found;
}

}  // namespace hearth
