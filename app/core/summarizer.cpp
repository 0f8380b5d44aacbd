#include "app/core/summarizer.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "app/core/prompt.h"
#include "app/core/prompt_tokens.h"
#include "app/core/sentences.h"
#include "app/storage/document_store.h"
#include "inference/engine/engine.h"
#include "inference/engine/generate.h"
#include "inference/tokenizer/tokenizer.h"
#include "inference/tokenizer/utf8_stream.h"

namespace hearth::app {
namespace {

/// Passages are about 500 tokens: long enough for context, short enough that one sentence can carry
/// what matters.
constexpr std::size_t kPassageBytes = 2000;
constexpr int kNoteTokens = 56;
constexpr int kPagesPerSection = 10;
/// Bytes of notes that are condensed at once.
constexpr std::size_t kCondenseBytes = 2400;

constexpr const char* kNoteInstruction = "Summarize the passage in one sentence.";

std::size_t statementsFor(SummaryLength length) {
    switch (length) {
        case SummaryLength::Short:
            return 3;
        case SummaryLength::Medium:
            return 6;
        case SummaryLength::Long:
            return 12;
    }
    return 6;
}

/// `text` on one line and with a full stop if it ends in none of the sentence marks.
std::string asSentence(std::string_view text) {
    std::string sentence = onOneLine(text);
    if (!sentence.empty() &&
        std::string_view(".!?\"'").find(sentence.back()) == std::string_view::npos) {
        sentence += '.';
    }
    return sentence;
}

/// How much of `claim` the words of `sentence` cover, by rarity.
double support(std::string_view sentence, std::string_view claim, const WordRarity& rarity) {
    std::vector<std::string> wanted = wordsOf(claim);
    std::sort(wanted.begin(), wanted.end());
    double shared = 0;
    for (const std::string& word : wordsOf(sentence)) {
        if (std::binary_search(wanted.begin(), wanted.end(), word)) {
            shared += rarity.of(word);
        }
    }
    return shared;
}

/// The sentence of pages firstPage .. lastPage that supports `claim` best.
Citation cite(std::span<const std::string> pages, int firstPage, int lastPage,
              std::string_view claim, const WordRarity& rarity) {
    Citation best;
    double bestSupport = -1;
    for (int number = firstPage; number <= lastPage; ++number) {
        const std::string& page = pages[static_cast<std::size_t>(number - 1)];
        const auto [begin, end] = supportingSentence(page, claim, rarity);
        const std::string_view sentence = std::string_view(page).substr(begin, end - begin);
        const double value = sentence.empty() ? -1 : support(sentence, claim, rarity);
        if (value > bestSupport) {
            bestSupport = value;
            best = {number, onOneLine(sentence), containsQuote(page, sentence)};
        }
    }
    return best;
}

}  // namespace

Summarizer::Summarizer(Engine& engine) noexcept
    : m_engine(engine), m_tokenizer(engine.model().tokenizer()) {}

Result<std::int64_t> Summarizer::countTokens(std::string_view text) const {
    HEARTH_ASSIGN_OR_RETURN(const std::vector<TokenId> tokens, m_tokenizer.encode(text));
    return static_cast<std::int64_t>(tokens.size());
}

Result<std::string> Summarizer::ask(std::string_view passage, std::string_view instruction,
                                    int maxTokens, const std::stop_token& stop) {
    const PromptTurn turn{
        .documents = {std::string(passage)}, .mediaTokens = {}, .text = std::string(instruction)};
    HEARTH_ASSIGN_OR_RETURN(const std::vector<TokenId> prompt,
                            promptTokens(m_tokenizer, turnPieces(turn)));
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Sequence> sequence, m_engine.createSequence());
    GenerateOptions options;
    options.maxTokens = maxTokens;
    options.sampling = {.repetitionPenalty = 1.05F, .temperature = 0};
    options.stopTokens = answerEndTokens(m_tokenizer);
    HEARTH_ASSIGN_OR_RETURN(const GenerateResult result,
                            generate(m_engine, *sequence, prompt, options, {}, stop));
    if (result.end == GenerateEnd::Cancelled) {
        return Status(ErrorCode::Cancelled, "stopped");
    }
    // A note may end within a character, and a model may write bytes that are none.
    HEARTH_ASSIGN_OR_RETURN(const std::string bytes, m_tokenizer.decode(result.tokens));
    Utf8Stream characters;
    std::string text = characters.push(bytes);
    if (result.end != GenerateEnd::MaxTokens) {
        text += characters.finish();
    }
    return asSentence(text);
}

Result<Summarizer::Note> Summarizer::readPage(int pageNumber, const std::string& page,
                                              SummaryCoverage& coverage,
                                              const std::stop_token& stop) {
    Note note{pageNumber, pageNumber, {}};
    for (const auto& [begin, end] : storage::splitIntoChunks(page, kPassageBytes)) {
        const std::string_view passage = std::string_view(page).substr(begin, end - begin);
        HEARTH_ASSIGN_OR_RETURN(const std::string sentence,
                                ask(passage, kNoteInstruction, kNoteTokens, stop));
        HEARTH_ASSIGN_OR_RETURN(const std::int64_t tokens, countTokens(passage));
        coverage.tokensRead += tokens;
        if (!sentence.empty()) {
            note.text += (note.text.empty() ? "" : " ") + sentence;
        }
    }
    ++coverage.pagesRead;
    return note;
}

/// Joins neighbours until at most `target` notes are left. What fits is condensed by the model.
Result<std::vector<Summarizer::Note>> Summarizer::condense(std::vector<Note> notes,
                                                           std::size_t target,
                                                           const std::stop_token& stop) {
    while (notes.size() > target) {
        // Even groups, as large as the limit allows but no larger than the target needs.
        const std::size_t perGroup = std::max<std::size_t>(2, (notes.size() + target - 1) / target);
        std::vector<Note> next;
        for (std::size_t begin = 0; begin < notes.size();) {
            Note group = notes[begin];
            std::size_t end = begin + 1;
            while (
                end < notes.size() && end - begin < perGroup &&
                (end == begin + 1 || group.text.size() + notes[end].text.size() < kCondenseBytes)) {
                group.text += ' ' + notes[end].text;
                group.lastPage = notes[end].lastPage;
                ++end;
            }
            if (end - begin > 1) {
                HEARTH_ASSIGN_OR_RETURN(group.text,
                                        ask(group.text, kNoteInstruction, kNoteTokens, stop));
            }
            next.push_back(std::move(group));
            begin = end;
        }
        notes = std::move(next);
    }
    return notes;
}

Result<Summary> Summarizer::summarize(std::span<const std::string> pages, SummaryLength length,
                                      const std::function<void(double)>& onProgress,
                                      const std::stop_token& stop) {
    Summary summary;
    WordRarity rarity;
    for (const std::string& page : pages) {
        rarity.addPage(page);
        // Counted by passage, as they are read: a cut may fall within what one token would be.
        const auto passages = storage::splitIntoChunks(page, kPassageBytes);
        for (const auto& [begin, end] : passages) {
            HEARTH_ASSIGN_OR_RETURN(const std::int64_t tokens,
                                    countTokens(std::string_view(page).substr(begin, end - begin)));
            summary.coverage.tokens += tokens;
        }
        summary.coverage.pages += passages.empty() ? 0 : 1;
    }
    if (summary.coverage.pages == 0) {
        return Status(ErrorCode::Unsupported, "the document has no text to summarise");
    }
    std::vector<Note> notes;
    for (std::size_t i = 0; i < pages.size(); ++i) {
        if (storage::splitIntoChunks(pages[i]).empty()) {
            continue;
        }
        const int number = static_cast<int>(i + 1);
        HEARTH_ASSIGN_OR_RETURN(Note note, readPage(number, pages[i], summary.coverage, stop));
        if (summary.sections.empty() ||
            number - summary.sections.back().firstPage >= kPagesPerSection) {
            summary.sections.push_back({number, number, {}});
        }
        SummarySection& section = summary.sections.back();
        section.lastPage = number;
        section.note +=
            (section.note.empty() ? "p. " : "\np. ") + std::to_string(number) + ": " + note.text;
        // The sentence that sets the page apart stands in the note in the page's own words.
        const auto [begin, end] = distinctiveSentence(pages[i], rarity);
        if (end > begin) {
            section.note +=
                " \"" + onOneLine(std::string_view(pages[i]).substr(begin, end - begin)) + "\"";
        }
        if (!note.text.empty()) {
            notes.push_back(std::move(note));
        }
        if (onProgress) {
            onProgress(static_cast<double>(i + 1) / static_cast<double>(pages.size()));
        }
    }
    HEARTH_ASSIGN_OR_RETURN(const std::vector<Note> statements,
                            condense(std::move(notes), statementsFor(length), stop));
    for (const Note& statement : statements) {
        summary.text += (summary.text.empty() ? "" : " ") + statement.text;
        Citation citation =
            cite(pages, statement.firstPage, statement.lastPage, statement.text, rarity);
        // A statement that shares no word with its pages has no sentence to stand on.
        if (!citation.quote.empty()) {
            summary.citations.push_back(std::move(citation));
        }
    }
    return summary;
}

}  // namespace hearth::app
