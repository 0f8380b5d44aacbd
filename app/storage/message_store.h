#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/storage/database.h"
#include "app/storage/records.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// The longest that a piece of a streaming answer stays in memory alone.
inline constexpr std::chrono::milliseconds kFlushInterval{250};

/// The messages of a chat: a tree, of which one branch is shown. A message that is complete never
/// changes; editing and regenerating add siblings. One thread at a time; must not outlive the
/// database, which has been migrated. All functions fail with Io, CorruptData or Busy as SQLite
/// does, and changes with Unsupported in a store that is read-only.
class MessageStore {
public:
    MessageStore(Database& database, Clock clock) noexcept;

    /// Adds a complete message below its parent, shows the branch that ends with it, and returns
    /// once it is on the disk, synced. The same parent as an older message makes a sibling of it.
    /// Errors: InvalidArgument (no such chat, parent or attachment; the parent is of another chat).
    Result<MessageId> add(const NewMessage& message);

    /// Adds an answer that is going to stream (its parts are ignored) and shows its branch. Errors:
    /// as add().
    Result<MessageId> beginAnswer(const NewMessage& answer);
    /// Adds text to a streaming answer. It is written at the first call of this or flushDue() that
    /// comes kFlushInterval after the oldest text that waits. A failed write loses nothing: the
    /// text stays in memory and goes with the next one. Errors: InvalidArgument (not streaming
    /// here), Io.
    Status append(MessageId answer, std::string_view text, PartKind kind = PartKind::Text);
    /// When flushDue() has something to do; nothing while no text waits.
    std::optional<Time> nextFlush() const;
    /// Writes the text that has waited long enough, of all answers.
    Status flushDue();
    /// Makes a streaming answer a message like any other, in one synced transaction. On failure it
    /// is still streaming, its text is kept, and the call can be repeated. `details` replaces those
    /// of beginAnswer(). Errors: InvalidArgument (not streaming here), Io.
    Status finishAnswer(MessageId answer, MessageState state, std::string_view details = "{}");
    /// Ends every answer that a program which is gone has left streaming, with what it had written;
    /// returns how many. Answers that stream here are not touched.
    Result<int> recoverInterrupted();

    /// Errors: NotFound.
    Result<Message> message(MessageId id);
    /// The messages in the order asked for; one that is not there (any more) is left out.
    Result<std::vector<Message>> messages(std::span<const MessageId> ids);

    /// The shown branch from its first message to its last, without contents. Empty for a chat
    /// without messages.
    Result<std::vector<BranchEntry>> branch(ChatId chat);
    /// The messages with the same parent, oldest first, itself included. Errors: NotFound.
    Result<std::vector<MessageId>> siblings(MessageId id);
    /// Shows the branch through this message; below it that which was shown last. Errors: NotFound
    /// (also for a message in the bin).
    Status show(MessageId id);

private:
    /// Text of a streaming answer that is not on disk yet.
    struct Waiting {
        std::vector<Part> pieces;
        Time since;  ///< when the oldest piece came
    };

    Result<MessageId> insert(const NewMessage& message, MessageState state);
    Status writeParts(MessageId id, const std::vector<Part>& parts);
    Status flush(MessageId id, Waiting& waiting);
    Status finish(MessageId id, MessageState state, std::optional<std::string_view> details);
    Result<std::vector<Part>> parts(MessageId id, MessageState state);

    Database& m_database;
    Clock m_clock;
    std::map<MessageId, Waiting> m_streaming;
};

}  // namespace hearth::storage
