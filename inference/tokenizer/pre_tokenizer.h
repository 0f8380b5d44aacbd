#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "kernels/base/status.h"

namespace hearth {

/// Cuts text into the pieces inside which tokens are merged, by the rule that a model file names
/// in `tokenizer.ggml.pre`. Const after create, so any thread may use it.
class PreTokenizer {
public:
    /// Errors: Unsupported for a name that is not known; it names the known ones.
    static Result<std::unique_ptr<PreTokenizer>> create(std::string_view name);

    /// The known names, separated by ", ".
    static std::string supportedNames();

    ~PreTokenizer();
    PreTokenizer(const PreTokenizer&) = delete;
    PreTokenizer& operator=(const PreTokenizer&) = delete;

    /// Whether a piece that is a token as a whole becomes that token, even where merging would
    /// lead elsewhere (Llama 3).
    bool prefersWholeTokens() const noexcept;

    /// Walks the pieces of one text. They follow each other without gaps. Bytes that are no valid
    /// UTF-8 form pieces of their own, one for each run. The text and the PreTokenizer outlive the
    /// cursor. One thread at a time.
    class Cursor {
    public:
        Cursor(const PreTokenizer& preTokenizer, std::string_view text);
        ~Cursor();
        Cursor(const Cursor&) = delete;
        Cursor& operator=(const Cursor&) = delete;

        /// Goes on to another text.
        void reset(std::string_view text) noexcept;

        /// Puts the next piece, never empty, into `piece`. False at the end and after a failure.
        bool next(std::string_view& piece) noexcept;

        /// Whether the matcher gave up, which only a lack of memory can cause.
        bool hasFailed() const noexcept { return m_hasFailed; }

    private:
        struct Scratch;

        const PreTokenizer& m_preTokenizer;
        std::unique_ptr<Scratch> m_scratch;
        std::string_view m_text;
        std::size_t m_position = 0;
        std::size_t m_validEnd = 0;  // text up to here is known to be valid UTF-8
        bool m_hasFailed = false;
    };

private:
    struct Impl;
    explicit PreTokenizer(std::unique_ptr<Impl> impl) noexcept;

    std::unique_ptr<Impl> m_impl;
};

}  // namespace hearth
