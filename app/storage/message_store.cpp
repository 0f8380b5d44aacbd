#include "app/storage/message_store.h"

#include <algorithm>
#include <utility>

#include "app/storage/index_rows.h"
#include "app/storage/message_tree.h"

namespace hearth::storage {
namespace {

constexpr std::string_view kSelectMessage =
    "SELECT id, chat, parent, role, state, created_us, finished_us, model, details FROM messages "
    "WHERE id = ?";

Status noSuchMessage(MessageId id) {
    return {ErrorCode::NotFound, "there is no message " + std::to_string(id)};
}

Status notStreaming(MessageId id) {
    return {ErrorCode::InvalidArgument,
            "message " + std::to_string(id) + " is not an answer that is being written here"};
}

/// Adds a piece to the parts, as a part of its own where its kind differs from the last one.
void addPiece(std::vector<Part>& parts, PartKind kind, std::string_view text) {
    if (text.empty()) {
        return;
    }
    if (!parts.empty() && parts.back().kind == kind) {
        parts.back().text += text;
    } else {
        Part part;
        part.kind = kind;
        part.text = text;
        parts.push_back(std::move(part));
    }
}

}  // namespace

MessageStore::MessageStore(Database& database, Clock clock) noexcept
    : m_database(database), m_clock(std::move(clock)) {}

Status MessageStore::writeParts(MessageId id, const std::vector<Part>& parts) {
    HEARTH_ASSIGN_OR_RETURN(
        Statement insert,
        m_database.prepare("INSERT INTO parts(message, position, kind, text, attachment, name, "
                           "model_input) VALUES (?, ?, ?, ?, ?, ?, ?)"));
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Part& part = parts[i];
        if ((part.kind == PartKind::Attachment) != part.attachment.has_value()) {
            return {ErrorCode::InvalidArgument, "an attachment part needs an attachment"};
        }
        HEARTH_RETURN_IF_ERROR(insert.bind(1, id)
                                   .bind(2, i)
                                   .bind(3, part.kind)
                                   .bind(4, part.text)
                                   .bind(5, part.attachment)
                                   .bind(6, part.name)
                                   .bind(7, part.modelInput)
                                   .run());
    }
    return {};
}

Result<MessageId> MessageStore::insert(const NewMessage& message, MessageState state) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    const Time now = m_clock();
    HEARTH_ASSIGN_OR_RETURN(
        const std::optional<std::int64_t> leaf,
        m_database.queryInt("SELECT coalesce(current_leaf, 0) FROM chats WHERE id = ?",
                            message.chat));
    if (!leaf.has_value()) {
        return Status(ErrorCode::InvalidArgument, "a message needs a chat");
    }
    if (message.parent.has_value()) {
        HEARTH_ASSIGN_OR_RETURN(
            const std::optional<std::int64_t> chat,
            m_database.queryInt("SELECT chat FROM messages WHERE id = ? AND bin_root IS NULL",
                                *message.parent));
        if (chat != message.chat) {
            return Status(ErrorCode::InvalidArgument,
                          "the message that is to be followed is not in this chat");
        }
    }
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "INSERT INTO messages(chat, parent, role, state, created_us, finished_us, model, details) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        message.chat, message.parent, message.role, state, now,
        state == MessageState::Streaming ? std::nullopt : std::optional(now), message.model,
        message.details.empty() ? std::string_view("{}") : message.details));
    const MessageId id = m_database.lastInsertId();
    if (state != MessageState::Streaming) {
        HEARTH_RETURN_IF_ERROR(writeParts(id, message.parts));
        HEARTH_RETURN_IF_ERROR(indexMessage(m_database, id));
    }
    if (message.parent.value_or(0) == *leaf) {
        // The usual case, without a look at the whole tree.
        HEARTH_RETURN_IF_ERROR(
            m_database.run("UPDATE chats SET current_leaf = ? WHERE id = ?", id, message.chat));
    } else {
        HEARTH_ASSIGN_OR_RETURN(const MessageTree tree,
                                MessageTree::load(m_database, message.chat));
        HEARTH_RETURN_IF_ERROR(showBranch(m_database, message.chat, tree, id));
    }
    HEARTH_RETURN_IF_ERROR(
        m_database.run("UPDATE chats SET changed_us = ? WHERE id = ?", now, message.chat));
    HEARTH_RETURN_IF_ERROR(transaction.commit());
    return id;
}

Result<MessageId> MessageStore::add(const NewMessage& message) {
    return insert(message, MessageState::Complete);
}

Result<MessageId> MessageStore::beginAnswer(const NewMessage& answer) {
    HEARTH_ASSIGN_OR_RETURN(const MessageId id, insert(answer, MessageState::Streaming));
    m_streaming[id];
    return id;
}

Status MessageStore::append(MessageId answer, std::string_view text, PartKind kind) {
    const auto waiting = m_streaming.find(answer);
    if (waiting == m_streaming.end() || kind == PartKind::Attachment) {
        return notStreaming(answer);
    }
    if (waiting->second.pieces.empty()) {
        waiting->second.since = m_clock();
    }
    addPiece(waiting->second.pieces, kind, text);
    return flushDue();
}

std::optional<Time> MessageStore::nextFlush() const {
    std::optional<Time> next;
    for (const auto& [id, waiting] : m_streaming) {
        if (!waiting.pieces.empty()) {
            const Time due = waiting.since + kFlushInterval;
            next = next.has_value() ? std::min(*next, due) : due;
        }
    }
    return next;
}

Status MessageStore::flushDue() {
    const Time now = m_clock();
    for (auto& [id, waiting] : m_streaming) {
        // A clock that was set back must not hold the text.
        if (!waiting.pieces.empty() &&
            (now >= waiting.since + kFlushInterval || now < waiting.since)) {
            HEARTH_RETURN_IF_ERROR(flush(id, waiting));
        }
    }
    return {};
}

Status MessageStore::flush(MessageId id, Waiting& waiting) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    for (const Part& piece : waiting.pieces) {
        HEARTH_RETURN_IF_ERROR(m_database.run(
            "INSERT INTO streaming(message, sequence, kind, text) SELECT ?1, "
            "coalesce(max(sequence), 0) + 1, ?2, ?3 FROM streaming WHERE message = ?1",
            id, piece.kind, piece.text));
    }
    HEARTH_RETURN_IF_ERROR(transaction.commit());
    waiting.pieces.clear();
    return {};
}

Status MessageStore::finishAnswer(MessageId answer, MessageState state, std::string_view details) {
    if (!m_streaming.contains(answer) || state == MessageState::Streaming) {
        return notStreaming(answer);
    }
    HEARTH_RETURN_IF_ERROR(finish(answer, state, details));
    m_streaming.erase(answer);
    return {};
}

Status MessageStore::finish(MessageId id, MessageState state,
                            std::optional<std::string_view> details) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_ASSIGN_OR_RETURN(std::vector<Part> all, parts(id, MessageState::Streaming));
    if (const auto waiting = m_streaming.find(id); waiting != m_streaming.end()) {
        for (const Part& piece : waiting->second.pieces) {
            addPiece(all, piece.kind, piece.text);
        }
    }
    HEARTH_RETURN_IF_ERROR(writeParts(id, all));
    HEARTH_RETURN_IF_ERROR(m_database.run("DELETE FROM streaming WHERE message = ?", id));
    const Time now = m_clock();
    HEARTH_RETURN_IF_ERROR(
        m_database.run("UPDATE messages SET state = ?, finished_us = ?, details = coalesce(?, "
                       "details) WHERE id = ?",
                       state, now, details, id));
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "UPDATE chats SET changed_us = ? WHERE id = (SELECT chat FROM messages WHERE id = ?)", now,
        id));
    HEARTH_RETURN_IF_ERROR(indexMessage(m_database, id));
    return transaction.commit();
}

Result<int> MessageStore::recoverInterrupted() {
    std::vector<MessageId> left;
    {
        HEARTH_ASSIGN_OR_RETURN(Statement read,
                                m_database.prepare("SELECT id FROM messages WHERE state = 2"));
        HEARTH_RETURN_IF_ERROR(read.forEach([&](const Statement& row) {
            if (!m_streaming.contains(row.columnInt(0))) {
                left.push_back(row.columnInt(0));
            }
        }));
    }
    for (const MessageId id : left) {
        HEARTH_RETURN_IF_ERROR(finish(id, MessageState::Interrupted, std::nullopt));
    }
    return static_cast<int>(left.size());
}

Result<std::vector<Part>> MessageStore::parts(MessageId id, MessageState state) {
    std::vector<Part> result;
    if (state == MessageState::Streaming) {
        HEARTH_ASSIGN_OR_RETURN(
            Statement read,
            m_database.prepare(
                "SELECT kind, text FROM streaming WHERE message = ? ORDER BY sequence"));
        HEARTH_RETURN_IF_ERROR(read.bind(1, id).forEach([&](const Statement& row) {
            addPiece(result, static_cast<PartKind>(row.columnInt(0)), row.columnText(1));
        }));
        return result;
    }
    HEARTH_ASSIGN_OR_RETURN(
        Statement read, m_database.prepare("SELECT kind, text, attachment, name, model_input FROM "
                                           "parts WHERE message = ? ORDER BY position"));
    HEARTH_RETURN_IF_ERROR(read.bind(1, id).forEach([&](const Statement& row) {
        Part part;
        part.kind = static_cast<PartKind>(row.columnInt(0));
        part.text = row.columnText(1);
        part.attachment = row.columnOptionalInt(2);
        part.name = row.columnText(3);
        part.modelInput = row.columnText(4);
        result.push_back(std::move(part));
    }));
    return result;
}

Result<Message> MessageStore::message(MessageId id) {
    HEARTH_ASSIGN_OR_RETURN(Statement read, m_database.prepare(kSelectMessage));
    HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.bind(1, id).step());
    if (!hasRow) {
        return noSuchMessage(id);
    }
    Message message;
    message.id = id;
    message.chat = read.columnInt(1);
    message.parent = read.columnOptionalInt(2);
    message.role = static_cast<MessageRole>(read.columnInt(3));
    message.state = static_cast<MessageState>(read.columnInt(4));
    message.created = read.columnTime(5);
    if (!read.isNull(6)) {
        message.finished = read.columnTime(6);
    }
    message.model = read.columnText(7);
    message.details = read.columnText(8);
    HEARTH_ASSIGN_OR_RETURN(message.parts, parts(id, message.state));
    return message;
}

Result<std::vector<Message>> MessageStore::messages(std::span<const MessageId> ids) {
    std::vector<Message> result;
    result.reserve(ids.size());
    for (const MessageId id : ids) {
        Result<Message> found = message(id);
        if (found.has_value()) {
            result.push_back(std::move(found).value());
        } else if (found.error().code() != ErrorCode::NotFound) {
            return std::move(found).error();
        }
    }
    return result;
}

Result<std::vector<BranchEntry>> MessageStore::branch(ChatId chat) {
    HEARTH_ASSIGN_OR_RETURN(const MessageTree tree, MessageTree::load(m_database, chat));
    std::vector<BranchEntry> entries;
    const std::optional<MessageId> leaf = tree.shownLeaf();
    if (!leaf.has_value()) {
        return entries;
    }
    for (const MessageId id : tree.pathTo(*leaf)) {
        const MessageTree::Node* node = tree.find(id);
        const std::vector<MessageId>& siblings = tree.siblings(*node);
        const auto self = std::lower_bound(siblings.begin(), siblings.end(), id);
        entries.push_back({.id = id,
                           .role = node->role,
                           .state = node->state,
                           .siblingIndex = static_cast<int>(self - siblings.begin()),
                           .numSiblings = static_cast<int>(siblings.size())});
    }
    return entries;
}

Result<std::vector<MessageId>> MessageStore::siblings(MessageId id) {
    HEARTH_ASSIGN_OR_RETURN(const std::optional<std::int64_t> chat,
                            m_database.queryInt("SELECT chat FROM messages WHERE id = ?", id));
    if (!chat.has_value()) {
        return noSuchMessage(id);
    }
    HEARTH_ASSIGN_OR_RETURN(const MessageTree tree, MessageTree::load(m_database, *chat));
    const MessageTree::Node* node = tree.find(id);
    return node == nullptr ? Result<std::vector<MessageId>>(noSuchMessage(id))
                           : tree.siblings(*node);
}

Status MessageStore::show(MessageId id) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_ASSIGN_OR_RETURN(const std::optional<std::int64_t> chat,
                            m_database.queryInt("SELECT chat FROM messages WHERE id = ?", id));
    if (!chat.has_value()) {
        return noSuchMessage(id);
    }
    HEARTH_ASSIGN_OR_RETURN(const MessageTree tree, MessageTree::load(m_database, *chat));
    if (tree.find(id) == nullptr) {
        return noSuchMessage(id);
    }
    HEARTH_RETURN_IF_ERROR(showBranch(m_database, *chat, tree, tree.leafBelow(id)));
    return transaction.commit();
}

}  // namespace hearth::storage
