#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/core/attachment.h"
#include "kernels/base/status.h"

namespace hearth::app {

/// Names one question for cancelling it and for telling its events apart. Never 0.
using RequestId = std::uint64_t;

/// How an answer is generated. The defaults suit the built-in model.
struct AnswerOptions {
    int maxTokens = 256;         ///< an answer is cut here, finish reason `Length`; > 0
    float temperature = 0.0F;    ///< 0 takes the likeliest token
    int topK = 40;               ///< 0 = all
    float topP = 0.95F;          ///< (0, 1]
    float minP = 0.0F;           ///< [0, 1]
    float repeatPenalty = 1.1F;  ///< >= 1; 1 = off
    std::uint64_t seed = 0;      ///< the same seed gives the same answer
    bool isRetrievalOn = true;   ///< search long documents for the passages that fit the question
};

/// A file that a person attached. The kind is found from its content unless the person said it.
struct AttachedFile {
    std::filesystem::path path;
    std::optional<AttachmentKind> kind;

    bool operator==(const AttachedFile&) const = default;
};

/// A question that has been answered.
struct Exchange {
    std::string text;                 ///< UTF-8
    std::vector<AttachedFile> files;  ///< as they were attached
    std::string answer;               ///< as `AnswerReport::text` gave it

    bool operator==(const Exchange&) const = default;
};

/// One question.
struct Question {
    std::vector<Exchange> earlier;    ///< the conversation that it continues, oldest first
    std::string text;                 ///< UTF-8
    std::vector<AttachedFile> files;  ///< shown to the model before the text, in this order
    AnswerOptions options;
};

enum class FinishReason : std::uint8_t { Stop, Length, Cancelled };

/// What an answer cost.
struct AnswerReport {
    std::string text;      ///< the whole answer
    int promptTokens = 0;  ///< tokens read for it, those known from earlier not counted again
    int generatedTokens = 0;
    double promptTokensPerSecond = 0;
    double generatedTokensPerSecond = 0;
    FinishReason finishReason = FinishReason::Stop;
    std::vector<AttachmentReport> attachments;
};

/// What happens to questions. Called on the assistant's own thread, one call at a time; must return
/// soon and must not call back into the assistant except `stop`. Every accepted question ends with
/// exactly one `finished` or `failed`.
class AssistantEvents {
public:
    virtual ~AssistantEvents() = default;

    /// An attached file is ready for the model; `index` counts the question's files, in order.
    virtual void attachmentReady(RequestId id, std::size_t index,
                                 const AttachmentReport& report) = 0;
    /// The prompt is being read: `done` of `total` tokens.
    virtual void promptProgress(RequestId id, int done, int total) = 0;
    /// More of the answer: whole UTF-8 characters, at least every 250 ms while tokens arrive.
    virtual void textAdded(RequestId id, std::string_view text) = 0;
    virtual void finished(RequestId id, const AnswerReport& report) = 0;
    /// The question could not be answered.
    virtual void failed(RequestId id, const Status& status) = 0;
};

/// What computes the answers, for a person to read.
struct AnswerDevice {
    enum class Kind : std::uint8_t { Cpu };
    Kind kind = Kind::Cpu;
    int numThreads = 1;  ///< that compute at the same time
};

struct AssistantOptions {
    std::filesystem::path modelPath;  ///< empty: the built-in model
    std::string systemText;           ///< put before the conversation; empty = none
    int contextTokens =
        0;  ///< most tokens of a conversation; 0 = what the model allows, at most 32,768
    int numThreads = 0;           ///< 0 = one per core
    std::string device = "auto";  ///< "auto", "cpu", "cuda"
};

/// Answers questions with one model: decodes attachments, finds passages, asks the engine. A
/// question carries the conversation that it continues; what two questions in a row have in common
/// is neither decoded nor read again. Questions are answered in order on a thread of its own.
/// Thread-safe, but for construction and destruction.
class Assistant {
public:
    /// Loads the model and starts the thread. `events` outlives the assistant.
    static Result<std::unique_ptr<Assistant>> open(const AssistantOptions& options,
                                                   AssistantEvents& events);

    /// Cancels what runs, joins the thread.
    ~Assistant();
    Assistant(const Assistant&) = delete;
    Assistant& operator=(const Assistant&) = delete;

    /// Queues a question. Errors: Busy when 16 are waiting.
    Result<RequestId> ask(Question question);
    /// Stops a question, running or waiting; it finishes with what was answered so far. Unknown ids
    /// are ignored.
    void stop(RequestId id);

    /// What answers, f. e. "Hearth Mini".
    std::string modelName() const;
    AnswerDevice device() const;
    /// The device with the exact name of its operations, f. e. "CPU (cpu-avx512), 2 threads".
    std::string deviceDescription() const;

private:
    class Impl;
    explicit Assistant(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace hearth::app
