// A vocabulary with all bytes, to which the input adds tokens of any kind and merges, then a text.
// Most inputs are accepted, so this reaches what lies behind the checks of the file.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/inference/round_trip.h"
#include "tests/unit/inference/gguf/byte_builder.h"

namespace {

using hearth::ByteBuilder;
using Type = hearth::GgufValueType;

constexpr std::array<std::string_view, 6> kRules{"qwen2", "qwen35", "llama-bpe",
                                                 "gpt-2", "gpt-4o", "none"};

constexpr std::size_t kMaxTokenBytes = 4096;

/// Takes bytes off the front of the input; zeros once it is used up.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size)
        : m_bytes(reinterpret_cast<const char*>(data), size) {}

    std::size_t number() {
        if (m_bytes.empty()) {
            return 0;
        }
        const auto value = static_cast<unsigned char>(m_bytes[0]);
        m_bytes.remove_prefix(1);
        return value;
    }
    std::string_view text(std::size_t length) {
        const std::string_view result = m_bytes.substr(0, length);
        m_bytes.remove_prefix(result.size());
        return result;
    }
    std::string_view rest() const { return m_bytes; }

private:
    std::string_view m_bytes;
};

/// The printable stand-ins of the bytes.
std::vector<std::string> byteTokens() {
    std::vector<std::string> tokens;
    unsigned next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const bool isPrintable =
            (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
        const unsigned codePoint = isPrintable ? byte : next++;
        std::string text;
        if (codePoint < 0x80) {
            text += static_cast<char>(codePoint);
        } else {
            text += static_cast<char>(0xc0U | codePoint >> 6U);
            text += static_cast<char>(0x80U | (codePoint & 0x3fU));
        }
        tokens.push_back(text);
    }
    return tokens;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    std::vector<std::string> tokens = byteTokens();
    std::vector<std::int32_t> kinds(tokens.size(), 1);
    std::vector<std::string> merges;
    const std::string_view rule = kRules[input.number() % kRules.size()];
    const std::size_t numSteps = input.number() % 64;
    for (std::size_t i = 0; i < numSteps; ++i) {
        const std::size_t choice = input.number();
        if (choice % 4 == 0) {
            tokens.emplace_back(input.text(input.number() % 8));
            kinds.push_back(static_cast<std::int32_t>(1 + choice / 4 % 6));
        } else {
            // Later tokens twice as often, so that merges build on merges.
            const auto pick = [&] {
                const std::size_t number = input.number();
                return number % 2 == 0 ? tokens[number]
                                       : tokens[tokens.size() - 1 - number / 2 % 16];
            };
            const std::string left = pick();
            const std::string right = pick();
            // Merges of merges double: sixty of them would fill any memory.
            if (left.size() + right.size() > kMaxTokenBytes) {
                continue;
            }
            merges.push_back(left + " " + right);
            tokens.push_back(left + right);
            kinds.push_back(1);
        }
    }
    ByteBuilder file;
    file.header(0, 5);
    file.key("tokenizer.ggml.model", Type::String).text("gpt2");
    file.key("tokenizer.ggml.pre", Type::String).text(rule);
    file.key("tokenizer.ggml.tokens", Type::Array).array(Type::String, tokens.size());
    for (const std::string& token : tokens) {
        file.text(token);
    }
    file.key("tokenizer.ggml.token_type", Type::Array).array(Type::I32, kinds.size());
    for (const std::int32_t kind : kinds) {
        file.add(kind);
    }
    file.key("tokenizer.ggml.merges", Type::Array).array(Type::String, merges.size());
    for (const std::string& merge : merges) {
        file.text(merge);
    }
    const auto parsed = file.parse();
    HEARTH_CHECK(parsed.has_value());
    const auto tokenizer = hearth::Tokenizer::load(**parsed);
    if (tokenizer) {
        hearth::checkRoundTrip(**tokenizer, input.rest());
    }
    return 0;
}
