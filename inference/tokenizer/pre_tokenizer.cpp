#include "inference/tokenizer/pre_tokenizer.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <cstdint>
#include <limits>
#include <new>
#include <utility>

#include "inference/gguf/printable.h"
#include "inference/tokenizer/utf8.h"

namespace hearth {
namespace {

// Unicode White_Space, which is what \s means in the libraries that the models were trained with.
// PCRE2's own \s also takes U+180E.
#define HEARTH_SPACE                                                                              \
    "\\x{09}-\\x{0d}\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}" \
    "\\x{205f}\\x{3000}"
// Whitespace not followed by text: the last space of a run stays with the word after it.
#define HEARTH_TRAILING_SPACE "[" HEARTH_SPACE "]+(?![^" HEARTH_SPACE "])|[" HEARTH_SPACE "]+"
#define HEARTH_NEWLINES "[" HEARTH_SPACE "]*[\\r\\n]+|"

constexpr const char* kGpt2Pattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^" HEARTH_SPACE
                                     "\\p{L}\\p{N}]+|" HEARTH_TRAILING_SPACE;

// The three below differ in digits (3 or 1 a piece) and in combining marks.
constexpr const char* kLlama3Pattern =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^" HEARTH_SPACE
    "\\p{L}\\p{N}]+[\\r\\n]*|" HEARTH_NEWLINES HEARTH_TRAILING_SPACE;

constexpr const char* kQwen2Pattern =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^" HEARTH_SPACE
    "\\p{L}\\p{N}]+[\\r\\n]*|" HEARTH_NEWLINES HEARTH_TRAILING_SPACE;

constexpr const char* kQwen35Pattern =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^" HEARTH_SPACE
    "\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|" HEARTH_NEWLINES HEARTH_TRAILING_SPACE;

#define HEARTH_UPPER "\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}"
#define HEARTH_LOWER "\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}"
constexpr const char* kGpt4oPattern =
    "[^\\r\\n\\p{L}\\p{N}]?[" HEARTH_UPPER "]*[" HEARTH_LOWER
    "]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[" HEARTH_UPPER "]+[" HEARTH_LOWER
    "]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^" HEARTH_SPACE
    "\\p{L}\\p{N}]+[\\r\\n/]*|" HEARTH_NEWLINES HEARTH_TRAILING_SPACE;

struct Rule {
    std::string_view name;
    const char* pattern;
    bool prefersWholeTokens;
};

constexpr std::array<Rule, 10> kRules{{
    {"qwen2", kQwen2Pattern, false},
    {"deepseek-r1-qwen", kQwen2Pattern, false},
    {"qwen35", kQwen35Pattern, false},
    {"llama-bpe", kLlama3Pattern, true},
    {"llama-v3", kLlama3Pattern, true},
    {"llama3", kLlama3Pattern, true},
    {"gpt-2", kGpt2Pattern, false},
    {"olmo", kGpt2Pattern, false},
    {"gpt-4o", kGpt4oPattern, false},
    {"llama4", kGpt4oPattern, false},
}};

struct CodeDeleter {
    void operator()(pcre2_code* code) const noexcept { pcre2_code_free(code); }
};
struct MatchDataDeleter {
    void operator()(pcre2_match_data* data) const noexcept { pcre2_match_data_free(data); }
};
struct MatchContextDeleter {
    void operator()(pcre2_match_context* context) const noexcept {
        pcre2_match_context_free(context);
    }
};

}  // namespace

struct PreTokenizer::Impl {
    std::unique_ptr<pcre2_code, CodeDeleter> code;
    bool hasJit = false;
    bool prefersWholeTokens = false;
};

struct PreTokenizer::Cursor::Scratch {
    std::unique_ptr<pcre2_match_data, MatchDataDeleter> match;
    std::unique_ptr<pcre2_match_context, MatchContextDeleter> context;
};

PreTokenizer::PreTokenizer(std::unique_ptr<Impl> impl) noexcept : m_impl(std::move(impl)) {}

PreTokenizer::~PreTokenizer() = default;

bool PreTokenizer::prefersWholeTokens() const noexcept {
    return m_impl->prefersWholeTokens;
}

std::string PreTokenizer::supportedNames() {
    std::string names;
    for (const Rule& rule : kRules) {
        names += names.empty() ? "" : ", ";
        names += rule.name;
    }
    return names;
}

Result<std::unique_ptr<PreTokenizer>> PreTokenizer::create(std::string_view name) {
    for (const Rule& rule : kRules) {
        if (rule.name != name) {
            continue;
        }
        auto impl = std::make_unique<Impl>();
        int error = 0;
        PCRE2_SIZE errorOffset = 0;
        impl->code.reset(
            pcre2_compile(reinterpret_cast<PCRE2_SPTR>(rule.pattern), PCRE2_ZERO_TERMINATED,
                          PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &error, &errorOffset, nullptr));
        if (impl->code == nullptr) {
            return Status(ErrorCode::Internal, "cannot compile the splitting rule \"" +
                                                   std::string(name) + "\": error " +
                                                   std::to_string(error) + " at " +
                                                   std::to_string(errorOffset));
        }
        // Fails where the system forbids executable memory; the interpreter then does the work.
        impl->hasJit = pcre2_jit_compile(impl->code.get(), PCRE2_JIT_COMPLETE) == 0;
        impl->prefersWholeTokens = rule.prefersWholeTokens;
        return std::unique_ptr<PreTokenizer>(new PreTokenizer(std::move(impl)));
    }
    return Status(ErrorCode::Unsupported, "the splitting rule \"" + printableName(name) +
                                              "\" (tokenizer.ggml.pre) is not supported; " +
                                              supportedNames() + " are");
}

PreTokenizer::Cursor::Cursor(const PreTokenizer& preTokenizer, std::string_view text)
    : m_preTokenizer(preTokenizer), m_scratch(std::make_unique<Scratch>()), m_text(text) {
    m_scratch->match.reset(pcre2_match_data_create(1, nullptr));
    m_scratch->context.reset(pcre2_match_context_create(nullptr));
    if (m_scratch->match == nullptr || m_scratch->context == nullptr) {
        throw std::bad_alloc();
    }
    // The rules take linear time, so long runs of one kind must not count as runaway matches.
    pcre2_set_match_limit(m_scratch->context.get(), std::numeric_limits<std::uint32_t>::max());
}

PreTokenizer::Cursor::~Cursor() = default;

void PreTokenizer::Cursor::reset(std::string_view text) noexcept {
    m_text = text;
    m_position = 0;
    m_validEnd = 0;
    m_hasFailed = false;
}

bool PreTokenizer::Cursor::next(std::string_view& piece) noexcept {
    if (m_position == m_text.size() || m_hasFailed) {
        return false;
    }
    if (m_position == m_validEnd) {
        m_validEnd += validUtf8Length(m_text.substr(m_position));
        if (m_position == m_validEnd) {
            while (m_validEnd < m_text.size()) {
                const Utf8Unit unit = firstUtf8Unit(m_text.substr(m_validEnd));
                if (unit.isValid) {
                    break;
                }
                m_validEnd += unit.length;
            }
            piece = m_text.substr(m_position, m_validEnd - m_position);
            m_position = m_validEnd;
            return true;
        }
    }
    const Impl& impl = *m_preTokenizer.m_impl;
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(m_text.data());
    pcre2_match_data* match = m_scratch->match.get();
    pcre2_match_context* context = m_scratch->context.get();
    int rc = PCRE2_ERROR_JIT_BADOPTION;
    if (impl.hasJit) {
        rc = pcre2_jit_match(impl.code.get(), subject, m_validEnd, m_position, PCRE2_NO_UTF_CHECK,
                             match, context);
    }
    if (rc < 0) {
        rc = pcre2_match(impl.code.get(), subject, m_validEnd, m_position,
                         PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, match, context);
    }
    const std::size_t end = rc >= 0 ? pcre2_get_ovector_pointer(match)[1] : m_position;
    if (end <= m_position) {
        m_hasFailed = true;
        return false;
    }
    piece = m_text.substr(m_position, end - m_position);
    m_position = end;
    return true;
}

}  // namespace hearth
