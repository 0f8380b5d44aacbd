#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/storage/database.h"

namespace hearth::storage {

/// Identifiers of rows. Never reused, not even after the row is gone.
using ChatId = std::int64_t;
using MessageId = std::int64_t;
using AttachmentId = std::int64_t;
using DocumentId = std::int64_t;
using JobId = std::int64_t;

// The numbers of all enumerations below are stored on disk: never reuse one. A number that a newer
// program wrote is handed out as it is, so a switch over them needs a default.

enum class MessageRole : std::uint8_t { System = 1, User = 2, Assistant = 3 };

enum class MessageState : std::uint8_t {
    Complete = 1,
    Streaming = 2,    ///< the answer is being written
    Stopped = 3,      ///< by the person
    Failed = 4,       ///< by an error
    Interrupted = 5,  ///< the program ended while the answer was written
};

enum class PartKind : std::uint8_t { Text = 1, Attachment = 2, Reasoning = 3 };

/// A piece of a message.
struct Part {
    PartKind kind = PartKind::Text;
    std::string text;                        ///< UTF-8; of an attachment its caption, if any
    std::optional<AttachmentId> attachment;  ///< of an attachment
    std::string name;                        ///< file name that the attachment had here
    std::string modelInput;                  ///< JSON: what the model really got of it

    bool operator==(const Part&) const = default;
};

/// A message that is to be added.
struct NewMessage {
    ChatId chat = 0;
    std::optional<MessageId> parent;  ///< the message that it follows; none starts the chat
    MessageRole role = MessageRole::User;
    std::string model;    ///< of an answer: name of the model
    std::string details;  ///< JSON: counts, speeds, settings
    std::vector<Part> parts;
};

/// A message as it is stored. Parts never change once its state is not Streaming.
struct Message {
    MessageId id = 0;
    ChatId chat = 0;
    std::optional<MessageId> parent;
    MessageRole role = MessageRole::User;
    MessageState state = MessageState::Complete;
    Time created;
    std::optional<Time> finished;  ///< of an answer that has ended
    std::string model;
    std::string details;
    std::vector<Part> parts;  ///< of a streaming answer what is on disk so far
};

/// One message of the branch that is shown.
struct BranchEntry {
    MessageId id = 0;
    MessageRole role = MessageRole::User;
    MessageState state = MessageState::Complete;
    int siblingIndex = 0;  ///< from 0, among the messages with the same parent, oldest first
    int numSiblings = 1;   ///< itself included: the 3 of "2/3"
};

struct Chat {
    ChatId id = 0;
    std::string title;
    bool isTitleManual = false;  ///< a person named it; an automatic title does not replace it
    std::string folder;          ///< name; empty for none
    bool isPinned = false;
    Time created;
    Time changed;                     ///< when the last message was added
    std::optional<MessageId> newest;  ///< the message at the end of the shown branch
    std::optional<Time> binned;       ///< when it was put into the bin
};

struct Folder {
    std::string name;
    int position = 0;  ///< ascending order of folders
};

struct Attachment {
    AttachmentId id = 0;
    std::string sha256;     ///< 64 hexadecimal digits, lower case
    std::string mediaType;  ///< "image/png"
    std::int64_t bytes = 0;
    std::string name;  ///< file name when it was first attached
    Time created;
};

/// A small picture of an attachment, encoded as `mediaType` says.
struct Thumbnail {
    std::string mediaType;
    int widthPx = 0;
    int heightPx = 0;
    std::vector<std::byte> bytes;
};

struct Document {
    DocumentId id = 0;
    std::optional<AttachmentId> attachment;
    std::string title;
    int numPages = 0;
    bool isKept = false;  ///< stays although no chat has it any more
    Time created;
};

enum class JobKind : std::uint8_t { Summary = 1 };

enum class JobState : std::uint8_t { Waiting = 1, Running = 2, Paused = 3, Done = 4, Failed = 5 };

/// Work that goes on after a restart.
struct Job {
    JobId id = 0;
    JobKind kind = JobKind::Summary;
    std::optional<DocumentId> document;
    JobState state = JobState::Waiting;
    double progress = 0;     ///< in [0, 1]
    std::string parameters;  ///< JSON
    std::string error;       ///< of a failed job, English
    Time created;
    Time changed;
};

/// A finished piece of a summary: a note of some pages (level 0) or a statement over notes.
struct SummaryNode {
    int level = 0;
    int position = 0;  ///< within its level
    int firstPage = 0;
    int lastPage = 0;
    std::string text;
    std::string citations;  ///< JSON

    bool operator==(const SummaryNode&) const = default;
};

enum class Thumb : std::uint8_t { Up = 1, Down = 2 };

/// What a person thinks of an answer.
struct Feedback {
    MessageId message = 0;
    std::optional<Thumb> thumb;
    std::optional<std::string> editedAnswer;
    Time created;
};

/// How often each expert of a layer was chosen over a range of tokens of an answer.
struct RouterTrace {
    int layer = 0;
    std::int64_t firstToken = 0;
    std::int64_t numTokens = 0;
    std::vector<std::uint32_t> expertCounts;

    bool operator==(const RouterTrace&) const = default;
};

enum class BinKind : std::uint8_t { Chat = 1, Message = 2, Document = 3 };

/// Something in the bin. Of a message all that follows it is in the bin too.
struct BinEntry {
    BinKind kind = BinKind::Chat;
    std::int64_t row = 0;  ///< ChatId, MessageId or DocumentId
    std::string title;     ///< of the chat or document; beginning of the message
    Time deleted;
    Time purged;  ///< when it will be removed for good
};

}  // namespace hearth::storage
