#include "app/core/assistant.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "app/core/attachment_loader.h"
#include "app/core/program_files.h"
#include "app/core/prompt.h"
#include "app/core/prompt_tokens.h"
#include "app/core/retrieval.h"
#include "app/storage/document_store.h"
#include "app/storage/schema.h"
#include "inference/engine/engine.h"
#include "inference/engine/generate.h"
#include "inference/engine/model.h"
#include "inference/tokenizer/tokenizer.h"
#include "inference/tokenizer/utf8_stream.h"

namespace hearth::app {
namespace {

constexpr std::size_t kMaxWaiting = 16;
constexpr std::int64_t kDefaultContextTokens = 32768;

double perSecond(std::int64_t count, double seconds) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

/// A picture's or recording's vectors and where in the conversation its placeholder token is.
struct PlacedMedium {
    std::vector<float> vectors;
    std::int64_t position = 0;
};

/// A document of the conversation. Of a long one each question gets the passages that fit it.
struct KnownDocument {
    std::int64_t id = 0;
    std::vector<std::string> pages;
    bool isWhole = false;
};

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
    Status startNewConversation();

    std::string modelName() const { return m_model->name(); }
    std::string deviceDescription() const { return m_engine->deviceDescription(); }

private:
    struct Command {
        RequestId id = 0;  ///< 0: start a new conversation
        Question question;
        bool isStopped = false;
    };
    /// What a question adds to the conversation before its answer.
    struct Prepared {
        PromptTurn turn;
        std::vector<std::vector<float>> media;  ///< vectors, one entry a placeholder
        std::vector<KnownDocument> newDocuments;
        std::vector<AttachmentReport> reports;
    };

    void runThread();
    Result<AnswerReport> answer(const Command& command, const std::stop_token& stop);
    Result<Prepared> prepare(const Command& command, const std::stop_token& stop);
    Result<std::vector<float>> encode(const LoadedAttachment& attachment,
                                      const std::stop_token& stop);
    Status addDocument(const LoadedAttachment& attachment, const Question& question,
                       Prepared& prepared, AttachmentReport& report);
    Status addPassagesOfEarlierDocuments(const Question& question, Prepared& prepared);
    Status appendTokens(const std::vector<PromptPiece>& pieces,
                        std::vector<std::int32_t>& tokens) const;
    Result<GenerateResult> generateText(RequestId id, const Question& question,
                                        std::span<const std::int32_t> prompt, std::string& text,
                                        const std::stop_token& stop);
    int countTokens(std::string_view text) const;
    void forgetConversation();

    AssistantEvents& m_events;
    std::string m_systemText;
    std::shared_ptr<const Model> m_model;
    std::unique_ptr<Tokenizer> m_tokenizer;
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<Sequence> m_sequence;
    std::unique_ptr<media::DecoderClient> m_decoder;
    std::unique_ptr<storage::Database> m_database;

    // The conversation; the assistant's thread alone. The sequence may hold fewer of its tokens
    // after a failure.
    std::vector<std::int32_t> m_tokens;  ///< of all finished turns
    std::vector<PlacedMedium> m_media;
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
    HEARTH_ASSIGN_OR_RETURN(m_tokenizer, Tokenizer::load(m_model->file()));
    Status chatTokens = checkChatTokens(*m_tokenizer);
    if (!chatTokens.isOk()) {
        return std::move(chatTokens).withContext(path.string());
    }
    EngineOptions engineOptions;
    engineOptions.numThreads = options.numThreads;
    engineOptions.contextTokens =
        options.contextTokens > 0
            ? options.contextTokens
            : std::min(m_model->config().contextLength, kDefaultContextTokens);
    HEARTH_ASSIGN_OR_RETURN(m_engine, Engine::create(m_model, engineOptions));
    HEARTH_ASSIGN_OR_RETURN(m_sequence, m_engine->createSequence());
    HEARTH_ASSIGN_OR_RETURN(const std::filesystem::path decoderProgram, findDecoderProgram());
    HEARTH_ASSIGN_OR_RETURN(m_decoder, media::DecoderClient::open({.programPath = decoderProgram}));
    HEARTH_ASSIGN_OR_RETURN(m_database, storage::Database::open(":memory:"));
    HEARTH_RETURN_IF_ERROR(storage::migrate(*m_database));
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

Status Assistant::Impl::startNewConversation() {
    const std::scoped_lock lock(m_mutex);
    if (m_waiting.size() >= kMaxWaiting) {
        return {ErrorCode::Busy,
                "16 questions are waiting already; try again when one is answered"};
    }
    m_waiting.push_back({});
    m_changed.notify_all();
    return {};
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
        if (command.id == 0) {
            forgetConversation();
            continue;
        }
        const Result<AnswerReport> report = answer(command, stop);
        if (report.has_value()) {
            m_events.finished(command.id, report.value());
        } else if (report.error().code() == ErrorCode::Cancelled) {
            // Stopped before the first token: an empty answer, and the conversation is as it was.
            AnswerReport empty;
            empty.finishReason = FinishReason::Cancelled;
            m_events.finished(command.id, empty);
        } else {
            m_events.failed(command.id, report.error());
        }
    }
}

void Assistant::Impl::forgetConversation() {
    m_sequence->truncate(0);
    m_tokens.clear();
    m_media.clear();
    m_documents.clear();
}

Result<std::vector<float>> Assistant::Impl::encode(const LoadedAttachment& attachment,
                                                   const std::stop_token& stop) {
    if (const auto* image = std::get_if<media::PreparedImage>(&attachment.content)) {
        return m_engine->encodeImage(image->view(), stop);
    }
    const auto& audio = std::get<media::Audio>(attachment.content);
    HEARTH_ASSIGN_OR_RETURN(const media::AudioPreprocessor preprocessor,
                            media::AudioPreprocessor::open(audio.samples));
    std::vector<float> vectors;
    for (std::size_t chunk = 0; chunk < preprocessor.numChunks(); ++chunk) {
        HEARTH_ASSIGN_OR_RETURN(const media::PreparedAudio prepared,
                                preprocessor.prepareChunk(chunk));
        HEARTH_ASSIGN_OR_RETURN(const std::vector<float> part,
                                m_engine->encodeAudio(prepared.view(), stop));
        vectors.insert(vectors.end(), part.begin(), part.end());
    }
    return vectors;
}

Status Assistant::Impl::addDocument(const LoadedAttachment& attachment, const Question& question,
                                    Prepared& prepared, AttachmentReport& report) {
    const auto& document = std::get<media::Document>(attachment.content);
    storage::DocumentStore store(*m_database);
    HEARTH_ASSIGN_OR_RETURN(const std::int64_t id,
                            store.addDocument(report.path.filename().string(), document.pages));
    RetrievalOptions options;
    options.isOn = question.options.isRetrievalOn;
    HEARTH_ASSIGN_OR_RETURN(Retrieved found,
                            retrieve(store, id, document.pages, question.text, options,
                                     [this](std::string_view text) { return countTokens(text); }));
    report.tokens = found.tokens;
    report.isWhole = found.isWhole;
    report.passages = std::move(found.passages);
    prepared.turn.documents.insert(prepared.turn.documents.end(),
                                   std::make_move_iterator(found.texts.begin()),
                                   std::make_move_iterator(found.texts.end()));
    prepared.newDocuments.push_back({id, document.pages, report.isWhole});
    return {};
}

Status Assistant::Impl::addPassagesOfEarlierDocuments(const Question& question,
                                                      Prepared& prepared) {
    storage::DocumentStore store(*m_database);
    for (const KnownDocument& document : m_documents) {
        if (document.isWhole || !question.options.isRetrievalOn) {
            continue;
        }
        HEARTH_ASSIGN_OR_RETURN(
            Retrieved found, retrieve(store, document.id, document.pages, question.text, {},
                                      [this](std::string_view text) { return countTokens(text); }));
        prepared.turn.documents.insert(prepared.turn.documents.end(),
                                       std::make_move_iterator(found.texts.begin()),
                                       std::make_move_iterator(found.texts.end()));
    }
    return {};
}

Result<Assistant::Impl::Prepared> Assistant::Impl::prepare(const Command& command,
                                                           const std::stop_token& stop) {
    const Question& question = command.question;
    const AttachmentLoader loader(*m_decoder);
    Prepared prepared;
    prepared.turn.text = question.text;
    HEARTH_RETURN_IF_ERROR(addPassagesOfEarlierDocuments(question, prepared));
    for (std::size_t i = 0; i < question.files.size(); ++i) {
        const AttachedFile& file = question.files[i];
        HEARTH_ASSIGN_OR_RETURN(const LoadedAttachment attachment,
                                loader.load(file.path, file.kind, stop));
        AttachmentReport report = attachment.report;
        if (report.kind == AttachmentKind::Document) {
            HEARTH_RETURN_IF_ERROR(addDocument(attachment, question, prepared, report));
        } else {
            HEARTH_ASSIGN_OR_RETURN(std::vector<float> vectors, encode(attachment, stop));
            report.vectors = static_cast<int>(static_cast<std::int64_t>(vectors.size()) /
                                              m_model->config().width);
            prepared.media.push_back(std::move(vectors));
            prepared.turn.mediaTokens.push_back(
                report.kind == AttachmentKind::Picture ? "<|image|>" : "<|audio|>");
        }
        m_events.attachmentReady(command.id, i, report);
        prepared.reports.push_back(std::move(report));
    }
    return prepared;
}

int Assistant::Impl::countTokens(std::string_view text) const {
    // A text that cannot be encoded (4 GiB or more) counts as longer than any limit.
    const Result<std::vector<TokenId>> tokens = m_tokenizer->encode(text);
    return tokens.has_value() ? static_cast<int>(tokens.value().size())
                              : std::numeric_limits<int>::max();
}

Status Assistant::Impl::appendTokens(const std::vector<PromptPiece>& pieces,
                                     std::vector<std::int32_t>& tokens) const {
    HEARTH_ASSIGN_OR_RETURN(const std::vector<std::int32_t> added,
                            promptTokens(*m_tokenizer, pieces));
    tokens.insert(tokens.end(), added.begin(), added.end());
    return {};
}

Result<GenerateResult> Assistant::Impl::generateText(RequestId id, const Question& question,
                                                     std::span<const std::int32_t> prompt,
                                                     std::string& text,
                                                     const std::stop_token& stop) {
    const Tokenizer& tokenizer = *m_tokenizer;
    GenerateOptions options;
    options.maxTokens = question.options.maxTokens;
    options.sampling = {.repetitionPenalty = question.options.repeatPenalty,
                        .topK = question.options.topK,
                        .topP = question.options.topP,
                        .minP = question.options.minP,
                        .temperature = question.options.temperature,
                        .seed = question.options.seed};
    options.stopTokens = answerEndTokens(*m_tokenizer);
    Utf8Stream characters;
    const auto emit = [&](const std::string& part) {
        if (!part.empty()) {
            text += part;
            m_events.textAdded(id, part);
        }
    };
    GenerateEvents events;
    events.onPromptProgress = [&](std::int64_t done, std::int64_t total) {
        m_events.promptProgress(id, static_cast<int>(done), static_cast<int>(total));
    };
    events.onToken = [&](std::int32_t token) {
        emit(characters.push(tokenizer.tokenBytes(token)));
    };
    HEARTH_ASSIGN_OR_RETURN(GenerateResult result,
                            generate(*m_engine, *m_sequence, prompt, options, events, stop));
    emit(characters.finish());
    return result;
}

Result<AnswerReport> Assistant::Impl::answer(const Command& command, const std::stop_token& stop) {
    HEARTH_ASSIGN_OR_RETURN(Prepared prepared, prepare(command, stop));
    std::vector<std::int32_t> tokens = m_tokens;
    if (tokens.empty()) {
        HEARTH_RETURN_IF_ERROR(appendTokens(systemPieces(m_systemText), tokens));
    }
    HEARTH_RETURN_IF_ERROR(appendTokens(turnPieces(prepared.turn), tokens));
    const auto length = static_cast<std::int64_t>(tokens.size());
    if (length >= m_engine->contextTokens()) {
        return Status(ErrorCode::InvalidArgument,
                      "this question needs " + std::to_string(length) +
                          " tokens with what came "
                          "before; the context has room for " +
                          std::to_string(m_engine->contextTokens()) +
                          ". Start a new conversation, use retrieval, or ask for a larger context");
    }
    // Placeholders of the new media, in order, among the new tokens.
    std::vector<PlacedMedium> placed;
    auto next = tokens.begin() + static_cast<std::ptrdiff_t>(m_tokens.size());
    for (std::size_t i = 0; i < prepared.media.size(); ++i) {
        next =
            std::find(next, tokens.end(), *m_tokenizer->specialToken(prepared.turn.mediaTokens[i]));
        placed.push_back({std::move(prepared.media[i]), next - tokens.begin()});
        ++next;
    }
    const auto restore = [&](Status status) {
        m_sequence->truncate(
            std::min(m_sequence->length(), static_cast<std::int64_t>(m_tokens.size())));
        return status;
    };
    // After a failure the sequence may have lost its media together with its tokens.
    for (std::size_t i = static_cast<std::size_t>(m_sequence->numMedia()); i < m_media.size();
         ++i) {
        HEARTH_RETURN_IF_ERROR(m_sequence->addMedia(m_media[i].vectors, m_media[i].position));
    }
    for (const PlacedMedium& medium : placed) {
        Status status = m_sequence->addMedia(medium.vectors, medium.position);
        if (!status.isOk()) {
            return restore(std::move(status));
        }
    }
    const std::span<const std::int32_t> prompt =
        std::span<const std::int32_t>(tokens).subspan(m_sequence->tokens().size());
    AnswerReport report;
    Result<GenerateResult> generated =
        generateText(command.id, command.question, prompt, report.text, stop);
    if (!generated.has_value()) {
        return restore(std::move(generated).error());
    }
    if (generated.value().end == GenerateEnd::Cancelled && generated.value().tokens.empty()) {
        return restore(Status(ErrorCode::Cancelled, "stopped"));
    }
    const GenerateResult& result = generated.value();
    tokens.insert(tokens.end(), result.tokens.begin(), result.tokens.end());
    tokens.push_back(answerEndTokens(*m_tokenizer).front());
    m_tokens = std::move(tokens);
    std::move(placed.begin(), placed.end(), std::back_inserter(m_media));
    std::move(prepared.newDocuments.begin(), prepared.newDocuments.end(),
              std::back_inserter(m_documents));
    report.promptTokens = static_cast<int>(result.promptTokens);
    report.generatedTokens = static_cast<int>(result.tokens.size());
    report.promptTokensPerSecond = perSecond(result.promptTokens, result.promptSeconds);
    report.generatedTokensPerSecond = perSecond(report.generatedTokens, result.generateSeconds);
    report.finishReason = result.end == GenerateEnd::Cancelled   ? FinishReason::Cancelled
                          : result.end == GenerateEnd::StopToken ? FinishReason::Stop
                                                                 : FinishReason::Length;
    report.attachments = std::move(prepared.reports);
    return report;
}

Assistant::Assistant(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Assistant::~Assistant() = default;

Result<std::unique_ptr<Assistant>> Assistant::open(const AssistantOptions& options,
                                                   AssistantEvents& events) {
    auto impl = std::make_unique<Impl>(events);
    HEARTH_RETURN_IF_ERROR(impl->open(options));
    return std::unique_ptr<Assistant>(new Assistant(std::move(impl)));
}

Result<RequestId> Assistant::ask(Question question) {
    return m_impl->ask(std::move(question));
}

void Assistant::stop(RequestId id) {
    m_impl->stop(id);
}

Status Assistant::startNewConversation() {
    return m_impl->startNewConversation();
}

std::string Assistant::modelName() const {
    return m_impl->modelName();
}

std::string Assistant::deviceDescription() const {
    return m_impl->deviceDescription();
}

}  // namespace hearth::app
