#include "inference/engine/generator.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "inference/tokenizer/utf8_stream.h"

namespace hearth {
namespace {

using Clock = std::chrono::steady_clock;

/// Joins the text of several tokens, so that a fast model does not flood its listener: the first
/// text goes out at once, later text with the first token that comes this long after.
class TextMerger {
public:
    TextMerger(RequestId id, EngineEvents& events) : m_id(id), m_events(events) {}

    void add(std::string_view bytes) {
        m_text += m_characters.push(bytes);
        constexpr std::chrono::milliseconds kShortestPause{33};
        if (Clock::now() - m_lastSent >= kShortestPause) {
            send();
        }
    }

    void finish() {
        m_text += m_characters.finish();
        send();
    }

private:
    void send() {
        if (!m_text.empty()) {
            m_events.textAdded(m_id, m_text);
            m_text.clear();
            m_lastSent = Clock::now();
        }
    }

    RequestId m_id;
    EngineEvents& m_events;
    Utf8Stream m_characters;
    std::string m_text;
    Clock::time_point m_lastSent;
};

}  // namespace

Generator::Generator(std::unique_ptr<Engine> engine) noexcept : m_engine(std::move(engine)) {}

Generator::~Generator() = default;

Result<std::unique_ptr<Generator>> Generator::create(std::unique_ptr<Engine> engine) {
    HEARTH_CHECK(engine != nullptr && engine->model().hasTokenizer());
    auto generator = std::unique_ptr<Generator>(new Generator(std::move(engine)));
    for (std::int64_t i = 0; i < generator->m_engine->maxSequences(); ++i) {
        HEARTH_ASSIGN_OR_RETURN(std::unique_ptr<Sequence> sequence,
                                generator->m_engine->createSequence());
        generator->m_conversations.push_back({std::move(sequence), {}, 0});
    }
    return generator;
}

void Generator::clear() {
    for (Conversation& conversation : m_conversations) {
        conversation.sequence->truncate(0);
        conversation.media.clear();
    }
}

void Generator::run(const GenerateRequest& request, EngineEvents& events,
                    const std::stop_token& stop) {
    if (stop.stop_requested()) {
        GenerateReport report;
        report.end = GenerateEnd::Cancelled;
        report.promptTokens = static_cast<std::int64_t>(request.tokens.size());
        events.finished(request.id, report);
        return;
    }
    const Result<GenerateReport> report = answer(request, events, stop);
    if (report.has_value()) {
        events.finished(request.id, report.value());
    } else {
        events.failed(request.id, report.error());
    }
}

/// Positions of the placeholder tokens, checked against the media.
Result<std::vector<std::int64_t>> Generator::placeholders(const GenerateRequest& request) const {
    const ChatTokens& special = m_engine->model().chatTokens();
    std::vector<std::int64_t> positions;
    for (std::size_t i = 0; i < request.tokens.size(); ++i) {
        const TokenId token = request.tokens[i];
        if (token != special.image && token != special.audio) {
            continue;
        }
        const std::size_t index = positions.size();
        positions.push_back(static_cast<std::int64_t>(i));
        if (index < request.media.size() &&
            std::holds_alternative<PictureInput>(*request.media[index]) !=
                (token == special.image)) {
            return Status(ErrorCode::InvalidArgument,
                          "medium " + std::to_string(index) + " is not of its placeholder's kind");
        }
    }
    if (positions.size() != request.media.size()) {
        return Status(ErrorCode::InvalidArgument,
                      "the conversation has " + std::to_string(positions.size()) +
                          " placeholders for " + std::to_string(request.media.size()) + " media");
    }
    return positions;
}

/// Tokens at the start of the request that the conversation holds, media included; at least one
/// token of the request is left to run.
std::int64_t Generator::commonPrefix(const Conversation& conversation,
                                     const GenerateRequest& request,
                                     const std::vector<std::int64_t>& positions) {
    const std::span<const std::int32_t> known = conversation.sequence->tokens();
    const auto end = request.tokens.end() - 1;
    const auto differs =
        std::mismatch(request.tokens.begin(), end, known.begin(), known.end()).first;
    const std::int64_t common = differs - request.tokens.begin();
    for (std::size_t i = 0; i < positions.size() && positions[i] < common; ++i) {
        if (i >= conversation.media.size() || conversation.media[i].input != request.media[i] ||
            conversation.media[i].position != positions[i]) {
            return positions[i];
        }
    }
    return common;
}

/// Puts the media whose placeholders are not in the sequence yet into it.
Status Generator::placeMedia(Conversation& conversation, const GenerateRequest& request,
                             const std::vector<std::int64_t>& positions, GenerateReport& report,
                             EngineEvents& events, const std::stop_token& stop) {
    const auto numKept = static_cast<std::size_t>(conversation.sequence->numMedia());
    std::vector<PlacedMedium> earlier(
        std::make_move_iterator(conversation.media.begin() + static_cast<std::ptrdiff_t>(numKept)),
        std::make_move_iterator(conversation.media.end()));
    conversation.media.resize(numKept);
    for (std::size_t i = numKept; i < positions.size(); ++i) {
        PlacedMedium medium{request.media[i], positions[i], {}};
        const auto same =
            std::find_if(earlier.begin(), earlier.end(), [&](const PlacedMedium& other) {
                return other.input == medium.input && !other.vectors.empty();
            });
        if (same != earlier.end()) {
            medium.vectors = std::move(same->vectors);
        } else {
            HEARTH_ASSIGN_OR_RETURN(medium.vectors, encodeMedium(*m_engine, *medium.input, stop));
            ++report.encodedMedia;
            events.mediumEncoded(request.id, i,
                                 static_cast<std::int64_t>(medium.vectors.size()) /
                                     m_engine->model().config().width);
        }
        HEARTH_RETURN_IF_ERROR(conversation.sequence->addMedia(medium.vectors, medium.position));
        conversation.media.push_back(std::move(medium));
    }
    return {};
}

Result<GenerateReport> Generator::answer(const GenerateRequest& request, EngineEvents& events,
                                         const std::stop_token& stop) {
    GenerateReport report;
    report.promptTokens = static_cast<std::int64_t>(request.tokens.size());
    if (request.tokens.empty() || report.promptTokens > m_engine->contextTokens()) {
        return Status(ErrorCode::InvalidArgument, "the conversation has " +
                                                      std::to_string(report.promptTokens) +
                                                      " tokens; the context has room for 1 to " +
                                                      std::to_string(m_engine->contextTokens()));
    }
    if (request.options.maxTokens < 1) {
        return Status(ErrorCode::InvalidArgument, "an answer needs room for at least one token");
    }
    HEARTH_ASSIGN_OR_RETURN(const std::vector<std::int64_t> positions, placeholders(request));

    // The sequence of which most is kept and least is lost; of equal ones that of longest ago.
    const auto value = [&](const Conversation& conversation) {
        return 2 * commonPrefix(conversation, request, positions) - conversation.sequence->length();
    };
    Conversation& conversation = *std::max_element(
        m_conversations.begin(), m_conversations.end(),
        [&](const Conversation& a, const Conversation& b) {
            return std::pair(value(a), b.lastUse) < std::pair(value(b), a.lastUse);
        });
    conversation.lastUse = ++m_numRequests;
    Sequence& sequence = *conversation.sequence;
    report.reusedTokens = sequence.truncate(commonPrefix(conversation, request, positions));
    events.started(request.id, report.promptTokens, report.reusedTokens);
    m_engine->setSkipThreshold(
        request.skipThreshold.value_or(m_engine->model().config().skipThreshold));

    const Clock::time_point encodeStart = Clock::now();
    const Status placed = placeMedia(conversation, request, positions, report, events, stop);
    report.encodeSeconds = std::chrono::duration<double>(Clock::now() - encodeStart).count();
    if (!placed.isOk()) {
        // Media after the one that failed are not in the sequence; those before it are.
        if (placed.code() == ErrorCode::Cancelled) {
            report.end = GenerateEnd::Cancelled;
            return report;
        }
        return placed;
    }

    const Tokenizer& tokenizer = m_engine->model().tokenizer();
    TextMerger text(request.id, events);
    GenerateEvents steps;
    steps.onPromptProgress = [&](std::int64_t done, std::int64_t total) {
        events.promptProgress(request.id, done, total);
    };
    steps.onToken = [&](TokenId token) {
        if (!tokenizer.isControl(token)) {
            text.add(tokenizer.tokenBytes(token));
        }
    };
    if (request.tracesRouter) {
        steps.onRouting = [&](std::int64_t first, const RouterTrace& trace) {
            events.routed(request.id, first, trace);
        };
    }
    const std::span<const TokenId> unread =
        std::span(request.tokens).subspan(static_cast<std::size_t>(report.reusedTokens));
    HEARTH_ASSIGN_OR_RETURN(GenerateResult result,
                            generate(*m_engine, sequence, unread, request.options, steps, stop));
    text.finish();
    report.end = result.end;
    report.answer = std::move(result.tokens);
    report.promptSeconds = result.promptSeconds;
    report.generateSeconds = result.generateSeconds;
    return report;
}

}  // namespace hearth
