#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"

namespace hearth {
class Engine;
class Tokenizer;
}  // namespace hearth

namespace hearth::app {

enum class SummaryLength { Short, Medium, Long };

/// A statement of the summary and where the document says it.
struct Citation {
    int pageNumber = 0;       ///< from 1
    std::string quote;        ///< a sentence of that page, on one line
    bool isVerified = false;  ///< the quote was found on the page
};

/// What a run of pages says: one line a page.
struct SummarySection {
    int firstPage = 0;
    int lastPage = 0;
    std::string note;
};

/// How much of the document the model has read.
struct SummaryCoverage {
    int pages = 0;                ///< with text
    int pagesRead = 0;            ///< all of whose passages went through the model
    std::int64_t tokens = 0;      ///< of the pages' passages, each by itself
    std::int64_t tokensRead = 0;  ///< of the same, run through the model
};

struct Summary {
    std::string text;
    std::vector<SummarySection> sections;
    std::vector<Citation> citations;  ///< of each supported statement, in order
    SummaryCoverage coverage;
};

/// Summarises whole documents: each passage becomes a note of one sentence, notes of neighbouring
/// pages become statements, and a statement is cited by the sentence of its pages that supports it
/// best. Everything the model writes comes from text that it was given. One thread at a time.
class Summarizer {
public:
    /// `engine` has a model with a tokenizer and outlives the summarizer. Needs one free sequence
    /// while it works.
    explicit Summarizer(Engine& engine) noexcept;

    /// `pages` are UTF-8, page 1 first. `onProgress` gets the part of the pages that has been read,
    /// in [0, 1]; may be empty. Errors: Unsupported (no page has text), Cancelled, OutOfMemory,
    /// Device.
    Result<Summary> summarize(std::span<const std::string> pages, SummaryLength length,
                              const std::function<void(double)>& onProgress,
                              const std::stop_token& stop);

private:
    struct Note {
        int firstPage = 0;
        int lastPage = 0;
        std::string text;
    };

    Result<std::string> ask(std::string_view passage, std::string_view instruction, int maxTokens,
                            const std::stop_token& stop);
    Result<Note> readPage(int pageNumber, const std::string& page, SummaryCoverage& coverage,
                          const std::stop_token& stop);
    Result<std::vector<Note>> condense(std::vector<Note> notes, std::size_t target,
                                       const std::stop_token& stop);
    Result<std::int64_t> countTokens(std::string_view text) const;

    Engine& m_engine;
    const Tokenizer& m_tokenizer;
};

}  // namespace hearth::app
