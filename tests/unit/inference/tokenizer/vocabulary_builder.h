#pragma once

#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inference/gguf/gguf_file.h"
#include "inference/gguf/gguf_writer.h"

namespace hearth {

/// The keys of a small tokenizer, right until a test changes them: a token for each byte (ids 0 to
/// 255), then "he", "ll", "hell", "hello", "Ġhello" and the control token "<|end|>".
struct VocabularyBuilder {
    std::string model = "gpt2";
    std::string pre = "qwen2";
    std::vector<std::string> tokens;
    std::vector<std::int32_t> kinds;
    std::vector<std::string> merges{"h e", "l l", "he ll", "hell o", "\xc4\xa0 hello"};
    /// Adds further keys.
    std::function<void(GgufWriter&)> extra;

    VocabularyBuilder() {
        // The printable stand-ins of the bytes, as every byte-level vocabulary writes them.
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
        for (const char* word : {"he", "ll", "hell", "hello", "\xc4\xa0hello"}) {
            tokens.emplace_back(word);
        }
        kinds.assign(tokens.size(), 1);
        addToken("<|end|>", 3);
    }

    void addToken(std::string text, std::int32_t kind) {
        tokens.push_back(std::move(text));
        kinds.push_back(kind);
    }

    /// Writes and opens the file.
    Result<std::unique_ptr<GgufFile>> build() const {
        const auto views = [](const std::vector<std::string>& texts) {
            return std::vector<std::string_view>(texts.begin(), texts.end());
        };
        GgufWriter writer;
        HEARTH_RETURN_IF_ERROR(writer.addString("tokenizer.ggml.model", model));
        HEARTH_RETURN_IF_ERROR(writer.addString("tokenizer.ggml.pre", pre));
        HEARTH_RETURN_IF_ERROR(writer.addStrings("tokenizer.ggml.tokens", views(tokens)));
        if (!kinds.empty()) {
            HEARTH_RETURN_IF_ERROR(writer.addInts("tokenizer.ggml.token_type", kinds));
        }
        HEARTH_RETURN_IF_ERROR(writer.addStrings("tokenizer.ggml.merges", views(merges)));
        if (extra) {
            extra(writer);
        }
        const auto path = std::filesystem::temp_directory_path() /
                          ("hearth-vocabulary-" + std::to_string(::getpid()) + ".gguf");
        HEARTH_RETURN_IF_ERROR(writer.write(path));
        auto file = GgufFile::open(path);
        std::filesystem::remove(path);
        return file;
    }
};

}  // namespace hearth
