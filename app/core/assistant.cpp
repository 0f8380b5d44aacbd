#include "app/core/assistant.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <new>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

#include "app/core/attachment_loader.h"
#include "app/core/medium_input.h"
#include "app/core/program_files.h"
#include "app/core/prompt.h"
#include "app/core/prompt_tokens.h"
#include "app/core/retrieval.h"
#include "app/storage/document_store.h"
#include "app/storage/schema.h"
#include "inference/engine/engine.h"
#include "inference/engine/generator.h"
#include "inference/engine/model.h"
#include "inference/tokenizer/tokenizer.h"

namespace hearth::app {
namespace {

constexpr std::size_t kMaxWaiting = 16;
constexpr std::int64_t kDefaultContextTokens = 32768;
constexpr const char* kOutOfMemory =
    "not enough memory; use a shorter context or smaller files, or close other programs";

double perSecond(std::int64_t count, double seconds) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

/// A document of the conversation. Of a long one each question gets the passages that fit it.
struct KnownDocument {
    std::int64_t id = 0;
    std::vector<std::string> pages;
    bool isWhole = false;
};

/// A question's pictures and recordings, as the engine takes them.
struct NewMedium {
    std::shared_ptr<const MediumInput> input;
    std::size_t fileIndex = 0;  ///< which of the question's files it is
};

/// What is known of a question's files. Each is told of once, in their order, when the model has
/// it: a picture or recording once it is encoded.
class FileReports {
public:
    /// Those of an exchange that is read again: nobody is told.
    FileReports() = default;
    FileReports(RequestId id, AssistantEvents* events) : m_id(id), m_events(events) {}

    void add(AttachmentReport report) { m_reports.push_back(std::move(report)); }
    AttachmentReport& at(std::size_t index) { return m_reports[index]; }
    std::size_t count() const { return m_reports.size(); }
    /// The files before `end` are ready.
    void announceUntil(std::size_t end) {
        for (; m_events != nullptr && m_numAnnounced < end; ++m_numAnnounced) {
            m_events->attachmentReady(m_id, m_numAnnounced, m_reports[m_numAnnounced]);
        }
    }
    std::vector<AttachmentReport> take() && { return std::move(m_reports); }

private:
    RequestId m_id = 0;
    AssistantEvents* m_events = nullptr;
    std::vector<AttachmentReport> m_reports;
    std::size_t m_numAnnounced = 0;
};

/// Passes on what the generator tells of one question and keeps how it ended.
class AnswerEvents final : public EngineEvents {
public:
    /// `media` are the question's own, the last ones of the request. All arguments outlive the
    /// object.
    AnswerEvents(AssistantEvents& events, std::size_t numEarlierMedia,
                 std::span<const NewMedium> media, FileReports& files)
        : m_events(events), m_numEarlierMedia(numEarlierMedia), m_media(media), m_files(files) {}

    const std::string& text() const { return m_text; }
    /// After the request has ended.
    Result<GenerateReport> takeOutcome() { return *std::move(m_outcome); }

    void started(RequestId, std::int64_t, std::int64_t) override {}
    void routed(RequestId, std::int64_t, const RouterTrace&) override {}

    void mediumEncoded(RequestId, std::size_t index, std::int64_t numVectors) override {
        if (index < m_numEarlierMedia) {
            return;
        }
        const std::size_t own = index - m_numEarlierMedia;
        m_files.at(m_media[own].fileIndex).vectors = static_cast<int>(numVectors);
        m_files.announceUntil(own + 1 < m_media.size() ? m_media[own + 1].fileIndex
                                                       : m_files.count());
    }

    void promptProgress(RequestId id, std::int64_t done, std::int64_t total) override {
        m_events.promptProgress(id, static_cast<int>(done), static_cast<int>(total));
    }

    void textAdded(RequestId id, std::string_view text) override {
        m_text += text;
        m_events.textAdded(id, text);
    }

    void finished(RequestId, const GenerateReport& report) override { m_outcome.emplace(report); }
    void failed(RequestId, const Status& status) override { m_outcome.emplace(status); }

private:
    AssistantEvents& m_events;
    std::size_t m_numEarlierMedia;
    std::span<const NewMedium> m_media;
    FileReports& m_files;
    std::string m_text;
    std::optional<Result<GenerateReport>> m_outcome;
};

FinishReason finishReasonOf(GenerateEnd end) {
    switch (end) {
        case GenerateEnd::StopToken:
            return FinishReason::Stop;
        case GenerateEnd::MaxTokens:
        case GenerateEnd::ContextFull:
            return FinishReason::Length;
        case GenerateEnd::Cancelled:
            return FinishReason::Cancelled;
    }
    return FinishReason::Stop;
}

}  // namespace

class Assistant::Impl {
public:
    explicit Impl(AssistantEvents& events) : m_events(events) {}

    ~Impl() {
        {
            const std::scoped_lock lock(m_mutex);
            m_isClosing = true;
            m_waiting.clear();
            m_stop.request_stop();
        }
        m_changed.notify_all();
        if (m_thread.joinable()) {
            m_thread.join();
        }
    }

    Status open(const AssistantOptions& options);
    Result<RequestId> ask(Question question);
    void stop(RequestId id);

    std::string modelName() const { return m_model->name(); }
    AnswerDevice device() const { return {.numThreads = m_generator->engine().numThreads()}; }
    std::string deviceDescription() const { return m_generator->engine().deviceDescription(); }

private:
    struct Command {
        RequestId id = 0;
        Question question;
        bool isStopped = false;
    };
    /// What a question adds to the conversation before its answer.
    struct Prepared {
        PromptTurn turn;
        std::vector<NewMedium> media;  ///< one entry a placeholder
        std::vector<KnownDocument> newDocuments;
    };
    /// An exchange of the conversation at hand, and how long the conversation is after it.
    struct KnownExchange {
        Exchange exchange;
        std::size_t numTokens = 0;
        std::size_t numMedia = 0;
        std::size_t numDocuments = 0;
    };

    void runThread();
    Result<AnswerReport> answerOrStatus(const Command& command, const std::stop_token& stop);
    Result<AnswerReport> answer(const Command& command, const std::stop_token& stop);
    Status recall(const Question& question, const std::stop_token& stop);
    Status keepOnly(std::size_t numExchanges);
    Status openDocuments();
    Status read(const Exchange& exchange, bool isRetrievalOn, const std::stop_token& stop);
    void remember(Exchange exchange, std::span<const std::int32_t> answer, Prepared prepared);
    Result<Prepared> prepare(std::string_view text, std::span<const AttachedFile> attached,
                             bool isRetrievalOn, FileReports& files, const std::stop_token& stop);
    Status addDocument(const LoadedAttachment& attachment, std::string_view text,
                       bool isRetrievalOn, Prepared& prepared, AttachmentReport& report,
                       const std::stop_token& stop);
    Status addPassagesOfEarlierDocuments(std::string_view text, Prepared& prepared,
                                         const std::stop_token& stop);
    Result<std::vector<std::int32_t>> tokensOf(const PromptTurn& turn,
                                               const std::stop_token& stop) const;
    Result<GenerateRequest> makeRequest(const Command& command, const Prepared& prepared,
                                        const std::stop_token& stop) const;
    int countTokens(std::string_view text, const std::stop_token& stop) const;

    AssistantEvents& m_events;
    std::string m_systemText;
    std::shared_ptr<const Model> m_model;
    std::unique_ptr<Generator> m_generator;  // the assistant's thread's
    std::unique_ptr<media::DecoderClient> m_decoder;
    std::unique_ptr<storage::Database> m_database;

    // The conversation at hand, without the running question. The assistant's thread alone.
    std::vector<KnownExchange> m_exchanges;
    std::vector<std::int32_t> m_tokens;
    std::vector<std::shared_ptr<const MediumInput>> m_media;  ///< one a placeholder of m_tokens
    std::vector<KnownDocument> m_documents;

    std::mutex m_mutex;  // guards all below
    std::condition_variable m_changed;
    std::deque<Command> m_waiting;
    RequestId m_lastId = 0;
    RequestId m_runningId = 0;
    std::stop_source m_stop;  ///< of the running question
    bool m_isClosing = false;

    std::thread m_thread;
};

Status Assistant::Impl::open(const AssistantOptions& options) {
    if (options.device == "cuda") {
        return {ErrorCode::Unsupported,
                "answering on the GPU is not there yet; use the device cpu or auto"};
    }
    if (options.device != "cpu" && options.device != "auto") {
        return {ErrorCode::InvalidArgument,
                "unknown device '" + options.device + "'; use auto, cpu or cuda"};
    }
    std::filesystem::path path = options.modelPath;
    if (path.empty()) {
        HEARTH_ASSIGN_OR_RETURN(path, findBuiltInModel());
    }
    HEARTH_ASSIGN_OR_RETURN(m_model, Model::load(path));
    Status chatTokens = checkChatTokens(m_model->tokenizer());
    if (!chatTokens.isOk()) {
        return std::move(chatTokens).withContext(path.string());
    }
    EngineOptions engineOptions;
    engineOptions.numThreads = options.numThreads;
    engineOptions.contextTokens =
        options.contextTokens > 0
            ? options.contextTokens
            : std::min(m_model->config().contextLength, kDefaultContextTokens);
    HEARTH_ASSIGN_OR_RETURN(std::unique_ptr<Engine> engine, Engine::create(m_model, engineOptions));
    HEARTH_ASSIGN_OR_RETURN(m_generator, Generator::create(std::move(engine)));
    HEARTH_ASSIGN_OR_RETURN(const std::filesystem::path decoderProgram, findDecoderProgram());
    HEARTH_ASSIGN_OR_RETURN(m_decoder, media::DecoderClient::open({.programPath = decoderProgram}));
    HEARTH_RETURN_IF_ERROR(openDocuments());
    m_systemText = options.systemText;
    m_thread = std::thread([this] { runThread(); });
    return {};
}

Result<RequestId> Assistant::Impl::ask(Question question) {
    if (question.options.maxTokens < 1) {
        return Status(ErrorCode::InvalidArgument, "an answer needs room for at least one token");
    }
    const std::scoped_lock lock(m_mutex);
    if (m_waiting.size() >= kMaxWaiting) {
        return Status(ErrorCode::Busy,
                      "16 questions are waiting already; try again when one is answered");
    }
    m_waiting.push_back({.id = ++m_lastId, .question = std::move(question)});
    m_changed.notify_all();
    return m_lastId;
}

void Assistant::Impl::stop(RequestId id) {
    const std::scoped_lock lock(m_mutex);
    if (id != 0 && id == m_runningId) {
        m_stop.request_stop();
    }
    for (Command& command : m_waiting) {
        command.isStopped = command.isStopped || (id != 0 && command.id == id);
    }
}

void Assistant::Impl::runThread() {
    while (true) {
        Command command;
        std::stop_token stop;
        {
            std::unique_lock lock(m_mutex);
            m_runningId = 0;
            m_changed.wait(lock, [this] { return m_isClosing || !m_waiting.empty(); });
            if (m_isClosing) {
                return;
            }
            command = std::move(m_waiting.front());
            m_waiting.pop_front();
            m_runningId = command.id;
            m_stop = std::stop_source();
            if (command.isStopped) {
                m_stop.request_stop();
            }
            stop = m_stop.get_token();
        }
        const Result<AnswerReport> report = answerOrStatus(command, stop);
        if (report.has_value()) {
            m_events.finished(command.id, report.value());
        } else if (report.error().code() == ErrorCode::Cancelled) {
            // Stopped before the first token: an empty answer.
            AnswerReport empty;
            empty.finishReason = FinishReason::Cancelled;
            m_events.finished(command.id, empty);
        } else {
            m_events.failed(command.id, report.error());
        }
    }
}

/// Makes the conversation that the question continues the one at hand.
Status Assistant::Impl::recall(const Question& question, const std::stop_token& stop) {
    const std::vector<Exchange>& earlier = question.earlier;
    std::size_t numCommon = 0;
    while (numCommon < earlier.size() && numCommon < m_exchanges.size() &&
           earlier[numCommon] == m_exchanges[numCommon].exchange) {
        ++numCommon;
    }
    HEARTH_RETURN_IF_ERROR(keepOnly(numCommon));
    for (std::size_t i = numCommon; i < earlier.size(); ++i) {
        HEARTH_RETURN_IF_ERROR(read(earlier[i], question.options.isRetrievalOn, stop));
    }
    return {};
}

Status Assistant::Impl::keepOnly(std::size_t numExchanges) {
    m_exchanges.resize(numExchanges);
    const KnownExchange end = m_exchanges.empty() ? KnownExchange{} : m_exchanges.back();
    m_tokens.resize(end.numTokens);
    m_media.resize(end.numMedia);
    const bool hadDocuments = !m_documents.empty();
    m_documents.resize(end.numDocuments);
    if (hadDocuments && m_documents.empty()) {
        return openDocuments();
    }
    return {};
}

/// An empty index for the documents of a conversation.
Status Assistant::Impl::openDocuments() {
    HEARTH_ASSIGN_OR_RETURN(m_database, storage::Database::open(":memory:"));
    return storage::migrate(*m_database);
}

/// Adds an exchange that was not at hand any more.
Status Assistant::Impl::read(const Exchange& exchange, bool isRetrievalOn,
                             const std::stop_token& stop) {
    FileReports untold;
    HEARTH_ASSIGN_OR_RETURN(Prepared prepared,
                            prepare(exchange.text, exchange.files, isRetrievalOn, untold, stop));
    HEARTH_ASSIGN_OR_RETURN(const std::vector<std::int32_t> added, tokensOf(prepared.turn, stop));
    HEARTH_ASSIGN_OR_RETURN(const std::vector<TokenId> answer,
                            m_model->tokenizer().encode(exchange.answer, {.stop = stop}));
    m_tokens.insert(m_tokens.end(), added.begin(), added.end());
    for (const NewMedium& medium : prepared.media) {
        m_media.push_back(medium.input);
    }
    remember(exchange, answer, std::move(prepared));
    return {};
}

/// Ends an exchange whose question is at the end of the conversation.
void Assistant::Impl::remember(Exchange exchange, std::span<const std::int32_t> answer,
                               Prepared prepared) {
    const std::vector<std::int32_t> turnEnd = answerTurn(m_model->tokenizer(), answer);
    m_tokens.insert(m_tokens.end(), turnEnd.begin(), turnEnd.end());
    std::move(prepared.newDocuments.begin(), prepared.newDocuments.end(),
              std::back_inserter(m_documents));
    m_exchanges.push_back(
        {std::move(exchange), m_tokens.size(), m_media.size(), m_documents.size()});
}

Status Assistant::Impl::addDocument(const LoadedAttachment& attachment, std::string_view text,
                                    bool isRetrievalOn, Prepared& prepared,
                                    AttachmentReport& report, const std::stop_token& stop) {
    const auto& document = std::get<media::Document>(attachment.content);
    storage::DocumentStore store(*m_database);
    HEARTH_ASSIGN_OR_RETURN(
        const std::int64_t id,
        store.addDocument(report.path.filename().string(), document.pages, {.stop = stop}));
    RetrievalOptions options;
    options.isOn = isRetrievalOn;
    HEARTH_ASSIGN_OR_RETURN(Retrieved found, retrieve(store, id, document.pages, text, options,
                                                      [&](std::string_view passage) {
                                                          return countTokens(passage, stop);
                                                      }));
    if (stop.stop_requested()) {
        return {ErrorCode::Cancelled, "stopped"};
    }
    report.tokens = found.tokens;
    report.isWhole = found.isWhole;
    report.passages = std::move(found.passages);
    prepared.turn.documents.insert(prepared.turn.documents.end(),
                                   std::make_move_iterator(found.texts.begin()),
                                   std::make_move_iterator(found.texts.end()));
    prepared.newDocuments.push_back({id, document.pages, report.isWhole});
    return {};
}

Status Assistant::Impl::addPassagesOfEarlierDocuments(std::string_view text, Prepared& prepared,
                                                      const std::stop_token& stop) {
    storage::DocumentStore store(*m_database);
    for (const KnownDocument& document : m_documents) {
        if (document.isWhole) {
            continue;
        }
        HEARTH_ASSIGN_OR_RETURN(Retrieved found, retrieve(store, document.id, document.pages, text,
                                                          {}, [&](std::string_view passage) {
                                                              return countTokens(passage, stop);
                                                          }));
        prepared.turn.documents.insert(prepared.turn.documents.end(),
                                       std::make_move_iterator(found.texts.begin()),
                                       std::make_move_iterator(found.texts.end()));
    }
    return {};
}

Result<Assistant::Impl::Prepared> Assistant::Impl::prepare(std::string_view text,
                                                           std::span<const AttachedFile> attached,
                                                           bool isRetrievalOn, FileReports& files,
                                                           const std::stop_token& stop) {
    const AttachmentLoader loader(*m_decoder);
    Prepared prepared;
    prepared.turn.text = text;
    if (isRetrievalOn) {
        HEARTH_RETURN_IF_ERROR(addPassagesOfEarlierDocuments(text, prepared, stop));
    }
    for (std::size_t i = 0; i < attached.size(); ++i) {
        const AttachedFile& file = attached[i];
        HEARTH_ASSIGN_OR_RETURN(LoadedAttachment attachment,
                                loader.load(file.path, file.kind, stop));
        AttachmentReport report = attachment.report;
        if (report.kind == AttachmentKind::Document) {
            HEARTH_RETURN_IF_ERROR(
                addDocument(attachment, text, isRetrievalOn, prepared, report, stop));
        } else {
            HEARTH_ASSIGN_OR_RETURN(std::shared_ptr<const MediumInput> input,
                                    makeMediumInput(std::move(attachment)));
            prepared.media.push_back({std::move(input), i});
            prepared.turn.mediaTokens.push_back(
                report.kind == AttachmentKind::Picture ? "<|image|>" : "<|audio|>");
        }
        files.add(std::move(report));
        if (prepared.media.empty()) {
            files.announceUntil(i + 1);
        }
    }
    return prepared;
}

int Assistant::Impl::countTokens(std::string_view text, const std::stop_token& stop) const {
    // A text that cannot be encoded (4 GiB or more, stopped) counts as longer than any limit.
    const Result<std::vector<TokenId>> tokens = m_model->tokenizer().encode(text, {.stop = stop});
    return tokens.has_value() ? static_cast<int>(tokens.value().size())
                              : std::numeric_limits<int>::max();
}

/// A turn as it stands at the end of the conversation at hand.
Result<std::vector<std::int32_t>> Assistant::Impl::tokensOf(const PromptTurn& turn,
                                                            const std::stop_token& stop) const {
    std::vector<PromptPiece> pieces;
    if (m_tokens.empty()) {
        pieces = systemPieces(m_systemText);
    }
    const std::vector<PromptPiece> own = turnPieces(turn);
    pieces.insert(pieces.end(), own.begin(), own.end());
    return promptTokens(m_model->tokenizer(), pieces, stop);
}

/// The whole conversation with the question at its end.
Result<GenerateRequest> Assistant::Impl::makeRequest(const Command& command,
                                                     const Prepared& prepared,
                                                     const std::stop_token& stop) const {
    const AnswerOptions& options = command.question.options;
    GenerateRequest request;
    request.id = command.id;
    request.tokens = m_tokens;
    HEARTH_ASSIGN_OR_RETURN(const std::vector<std::int32_t> added, tokensOf(prepared.turn, stop));
    request.tokens.insert(request.tokens.end(), added.begin(), added.end());
    const auto length = static_cast<std::int64_t>(request.tokens.size());
    const std::int64_t room = m_generator->engine().contextTokens();
    if (length >= room) {
        return Status(ErrorCode::InvalidArgument,
                      "this question needs " + std::to_string(length) +
                          " tokens with what came before; the context has room for " +
                          std::to_string(room) +
                          ". Start a new conversation, use retrieval, or ask for a larger context");
    }
    request.media = m_media;
    for (const NewMedium& medium : prepared.media) {
        request.media.push_back(medium.input);
    }
    request.options.maxTokens = options.maxTokens;
    request.options.sampling = {.repetitionPenalty = options.repeatPenalty,
                                .topK = options.topK,
                                .topP = options.topP,
                                .minP = options.minP,
                                .temperature = options.temperature,
                                .seed = options.seed};
    request.options.stopTokens = answerEndTokens(m_model->tokenizer());
    return request;
}

Result<AnswerReport> Assistant::Impl::answer(const Command& command, const std::stop_token& stop) {
    const Question& question = command.question;
    HEARTH_RETURN_IF_ERROR(recall(question, stop));
    FileReports files(command.id, &m_events);
    HEARTH_ASSIGN_OR_RETURN(
        Prepared prepared,
        prepare(question.text, question.files, question.options.isRetrievalOn, files, stop));
    HEARTH_ASSIGN_OR_RETURN(GenerateRequest request, makeRequest(command, prepared, stop));
    AnswerEvents events(m_events, m_media.size(), prepared.media, files);
    m_generator->run(request, events, stop);
    HEARTH_ASSIGN_OR_RETURN(const GenerateReport generated, events.takeOutcome());
    if (generated.end == GenerateEnd::Cancelled && generated.answer.empty()) {
        return Status(ErrorCode::Cancelled, "stopped");
    }
    m_tokens = std::move(request.tokens);
    m_media = std::move(request.media);
    remember({question.text, question.files, events.text()}, generated.answer, std::move(prepared));
    const std::int64_t tokensRead = generated.promptTokens - generated.reusedTokens;
    AnswerReport report;
    report.text = events.text();
    report.promptTokens = static_cast<int>(tokensRead);
    report.generatedTokens = static_cast<int>(generated.generatedTokens());
    report.promptTokensPerSecond = perSecond(tokensRead, generated.promptSeconds);
    report.generatedTokensPerSecond =
        perSecond(generated.generatedTokens(), generated.generateSeconds);
    report.finishReason = finishReasonOf(generated.end);
    report.attachments = std::move(files).take();
    return report;
}

/// `answer`, exhausted memory being an error like others.
Result<AnswerReport> Assistant::Impl::answerOrStatus(const Command& command,
                                                     const std::stop_token& stop) {
    try {
        return answer(command, stop);
    } catch (const std::bad_alloc&) {
        return Status(ErrorCode::OutOfMemory, kOutOfMemory);
    }
}

Assistant::Assistant(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Assistant::~Assistant() = default;

Result<std::unique_ptr<Assistant>> Assistant::open(const AssistantOptions& options,
                                                   AssistantEvents& events) {
    try {
        auto impl = std::make_unique<Impl>(events);
        HEARTH_RETURN_IF_ERROR(impl->open(options));
        return std::unique_ptr<Assistant>(new Assistant(std::move(impl)));
    } catch (const std::bad_alloc&) {
        return Status(ErrorCode::OutOfMemory, kOutOfMemory);
    } catch (const std::system_error& error) {
        return Status(ErrorCode::OutOfMemory,
                      "cannot start the assistant's thread: " + error.code().message() +
                          "; close other programs");
    }
}

Result<RequestId> Assistant::ask(Question question) {
    return m_impl->ask(std::move(question));
}

void Assistant::stop(RequestId id) {
    m_impl->stop(id);
}

std::string Assistant::modelName() const {
    return m_impl->modelName();
}

AnswerDevice Assistant::device() const {
    return m_impl->device();
}

std::string Assistant::deviceDescription() const {
    return m_impl->deviceDescription();
}

}  // namespace hearth::app
