#include <semaphore.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/streams.h"
#include "inference/gguf/printable.h"

namespace hearth::cli {
namespace {

/// Set by the first Ctrl+C while an answer runs; the second one ends the program.
std::atomic<bool> isInterrupted{false};

/// Wakes the main thread: an answer has ended or Ctrl+C was pressed. A semaphore, because a signal
/// handler may raise one.
sem_t wakeUp;

extern "C" void onInterrupt(int signal) {
    if (isInterrupted.exchange(true)) {
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
    sem_post(&wakeUp);
}

/// Lets Ctrl+C stop the answer instead of the program while it exists.
class InterruptScope {
public:
    InterruptScope() : m_before(std::signal(SIGINT, onInterrupt)) { isInterrupted = false; }
    ~InterruptScope() { std::signal(SIGINT, m_before); }
    InterruptScope(const InterruptScope&) = delete;
    InterruptScope& operator=(const InterruptScope&) = delete;

private:
    void (*m_before)(int);
};

/// Prints an answer as it comes and lets the main thread wait for its end. Thread-safe.
class AnswerPrinter final : public app::AssistantEvents {
public:
    explicit AnswerPrinter(bool isStreaming) : m_isStreaming(isStreaming) {}

    void attachmentReady(app::RequestId, std::size_t,
                         const app::AttachmentReport& report) override {
        if (m_isStreaming) {
            std::fprintf(stderr, "[%s: %s]\n",
                         printableText(report.path.filename().string()).c_str(),
                         app::describe(report).c_str());
        }
    }

    void promptProgress(app::RequestId, int done, int total) override {
        // A short prompt is read before a person could follow its progress.
        constexpr int kLongPrompt = 4096;
        if (m_isStreaming && total >= kLongPrompt && isatty(STDERR_FILENO) != 0) {
            std::fprintf(stderr, "\rReading: %d of %d tokens%s", done, total,
                         done == total ? "\n" : "");
        }
    }

    void textAdded(app::RequestId, std::string_view text) override {
        if (m_isStreaming) {
            std::fwrite(text.data(), 1, text.size(), stdout);
            std::fflush(stdout);
        }
    }

    void finished(app::RequestId, const app::AnswerReport& report) override {
        if (m_isStreaming) {
            std::fputc('\n', stdout);
            std::fflush(stdout);
        }
        end(report);
    }

    void failed(app::RequestId, const Status& status) override { end(status); }

    /// Waits for the end of the question that was asked last; stops it on Ctrl+C.
    Result<app::AnswerReport> wait(app::Assistant& assistant, app::RequestId id) {
        bool isStopSent = false;
        while (true) {
            // A signal may also end the wait without a wake-up.
            sem_wait(&wakeUp);
            if (isInterrupted && !isStopSent) {
                isStopSent = true;
                assistant.stop(id);
            }
            const std::scoped_lock lock(m_mutex);
            if (m_outcome.has_value()) {
                Result<app::AnswerReport> outcome = *std::move(m_outcome);
                m_outcome.reset();
                return outcome;
            }
        }
    }

private:
    void end(Result<app::AnswerReport> outcome) {
        const std::scoped_lock lock(m_mutex);
        m_outcome.emplace(std::move(outcome));
        sem_post(&wakeUp);
    }

    const bool m_isStreaming;
    std::mutex m_mutex;  // guards m_outcome
    std::optional<Result<app::AnswerReport>> m_outcome;
};

const char* kindName(app::AttachmentKind kind) {
    switch (kind) {
        case app::AttachmentKind::Picture:
            return "picture";
        case app::AttachmentKind::Recording:
            return "recording";
        case app::AttachmentKind::Document:
            return "document";
    }
    return "";
}

nlohmann::json toJson(const app::AttachmentReport& report) {
    nlohmann::json json{{"file", report.path.string()}, {"kind", kindName(report.kind)}};
    switch (report.kind) {
        case app::AttachmentKind::Picture:
            json.update({{"width", report.width},
                         {"height", report.height},
                         {"model_width", report.modelWidth},
                         {"model_height", report.modelHeight},
                         {"vectors", report.vectors}});
            break;
        case app::AttachmentKind::Recording:
            json.update({{"seconds", report.seconds}, {"vectors", report.vectors}});
            break;
        case app::AttachmentKind::Document:
            json.update({{"pages", report.pages},
                         {"characters", report.characters},
                         {"tokens", report.tokens},
                         {"whole", report.isWhole},
                         {"passages", nlohmann::json::array()}});
            for (const app::PassageReport& passage : report.passages) {
                json["passages"].push_back({{"page", passage.pageNumber},
                                            {"begin", passage.beginByte},
                                            {"end", passage.endByte}});
            }
            break;
    }
    if (!report.warning.empty()) {
        json["warning"] = report.warning;
    }
    return json;
}

const char* finishReasonName(app::FinishReason reason) {
    switch (reason) {
        case app::FinishReason::Stop:
            return "stop";
        case app::FinishReason::Length:
            return "length";
        case app::FinishReason::Cancelled:
            return "cancelled";
    }
    return "";
}

std::string toJsonLine(const app::AnswerReport& report, const std::string& device) {
    nlohmann::json json{{"text", report.text},
                        {"tokens_prompt", report.promptTokens},
                        {"tokens_generated", report.generatedTokens},
                        {"prompt_tps", report.promptTokensPerSecond},
                        {"generate_tps", report.generatedTokensPerSecond},
                        {"device", device},
                        {"finish_reason", finishReasonName(report.finishReason)},
                        {"attachments", nlohmann::json::array()}};
    for (const app::AttachmentReport& attachment : report.attachments) {
        json["attachments"].push_back(toJson(attachment));
    }
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

app::Question questionOf(const ChatArguments& arguments) {
    app::Question question;
    question.options = arguments.answer;
    const auto add = [&](const std::vector<std::filesystem::path>& paths,
                         app::AttachmentKind kind) {
        for (const std::filesystem::path& path : paths) {
            question.files.push_back({path, kind});
        }
    };
    add(arguments.images, app::AttachmentKind::Picture);
    add(arguments.audios, app::AttachmentKind::Recording);
    add(arguments.documents, app::AttachmentKind::Document);
    return question;
}

bool isBlank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// The file that a person named: as it stands, or else without the blanks and quotes around it that
/// a terminal puts there when a file is dropped on it.
std::filesystem::path namedFile(std::string_view name) {
    std::error_code error;
    if (std::filesystem::exists(name, error)) {
        return name;
    }
    const std::size_t begin = name.find_first_not_of(" \t");
    std::string_view bare = name.substr(begin, name.find_last_not_of(" \t") - begin + 1);
    if (bare.size() > 2 && (bare.front() == '\'' || bare.front() == '"') &&
        bare.back() == bare.front()) {
        bare = bare.substr(1, bare.size() - 2);
    }
    return bare;
}

/// "/image F", "/audio F", "/document F": the file to attach to the next message, an empty path if
/// none is named.
std::optional<app::AttachedFile> attachCommand(std::string_view line) {
    constexpr std::pair<std::string_view, app::AttachmentKind> kCommands[]{
        {"/image", app::AttachmentKind::Picture},
        {"/audio", app::AttachmentKind::Recording},
        {"/document", app::AttachmentKind::Document}};
    for (const auto& [name, kind] : kCommands) {
        if (!line.starts_with(name)) {
            continue;
        }
        const std::string_view rest = line.substr(name.size());
        if (isBlank(rest)) {
            return app::AttachedFile{{}, kind};
        }
        if (rest.front() == ' ') {
            return app::AttachedFile{namedFile(rest.substr(1)), kind};
        }
    }
    return std::nullopt;
}

/// Answers line after line of standard input until its end or /quit.
Status converse(const ChatArguments& arguments, app::Assistant& assistant, AnswerPrinter& printer) {
    const bool isTerminal = isatty(STDIN_FILENO) != 0;
    if (isTerminal) {
        std::fprintf(
            stderr,
            "%s on %s. /image, /audio, /document FILE attach to the next message; /quit ends.\n",
            printableName(assistant.modelName()).c_str(), assistant.deviceDescription().c_str());
    }
    app::Question question = questionOf(arguments);
    std::string line;
    while (true) {
        if (isTerminal) {
            std::fputs("> ", stderr);
        }
        if (!std::getline(std::cin, line)) {
            return {};
        }
        if (line.ends_with('\r')) {
            line.pop_back();
        }
        if (line == "/quit") {
            return {};
        }
        if (isBlank(line)) {
            continue;
        }
        if (const std::optional<app::AttachedFile> file = attachCommand(line)) {
            if (file->path.empty()) {
                std::fprintf(stderr, "hearth-cli: name a file after %s\n",
                             printableText(line).c_str());
            } else {
                question.files.push_back(*file);
            }
            continue;
        }
        question.text = line;
        const InterruptScope interrupt;
        HEARTH_ASSIGN_OR_RETURN(const app::RequestId id, assistant.ask(question));
        const Result<app::AnswerReport> answer = printer.wait(assistant, id);
        if (!answer.has_value()) {
            std::fprintf(stderr, "hearth-cli: %s\n",
                         printableText(answer.error().message()).c_str());
        } else if (arguments.isJson) {
            std::printf("%s\n", toJsonLine(answer.value(), assistant.deviceDescription()).c_str());
        }
        if (answer.has_value() && !answer.value().text.empty()) {
            question.earlier.push_back(
                {std::move(question.text), std::move(question.files), answer.value().text});
        }
        question.text.clear();
        question.files.clear();
    }
}

}  // namespace

Status runChat(const ChatArguments& arguments) {
    app::Question question = questionOf(arguments);
    if (arguments.hasPrompt) {
        question.text = arguments.prompt;
        if (arguments.prompt == "-") {
            HEARTH_ASSIGN_OR_RETURN(question.text, readStandardInput());
        }
        if (isBlank(question.text) && question.files.empty()) {
            return {ErrorCode::InvalidArgument,
                    "the question is empty; give it after -p or, with -p -, on standard input"};
        }
    }
    sem_init(&wakeUp, 0, 0);
    AnswerPrinter printer(!arguments.isJson);
    app::AssistantOptions options;
    options.modelPath = arguments.model;
    options.systemText = arguments.system;
    options.contextTokens = arguments.contextTokens;
    options.numThreads = arguments.numThreads;
    options.device = arguments.device;
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<app::Assistant> assistant,
                            app::Assistant::open(options, printer));
    if (!arguments.hasPrompt) {
        return converse(arguments, *assistant, printer);
    }
    const InterruptScope interrupt;
    HEARTH_ASSIGN_OR_RETURN(const app::RequestId id, assistant->ask(std::move(question)));
    HEARTH_ASSIGN_OR_RETURN(const app::AnswerReport report, printer.wait(*assistant, id));
    if (arguments.isJson) {
        std::printf("%s\n", toJsonLine(report, assistant->deviceDescription()).c_str());
    }
    return {};
}

}  // namespace hearth::cli
