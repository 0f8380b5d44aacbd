#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "app/storage/database.h"
#include "app/storage/records.h"

namespace hearth::storage {

/// The tree of a chat's messages without their contents, as it is when loaded; messages in the bin
/// and what follows them are left out. A plain value.
class MessageTree {
public:
    struct Node {
        MessageId id = 0;
        std::optional<MessageId> parent;
        MessageRole role = MessageRole::User;
        MessageState state = MessageState::Complete;
        MessageId shownChild = 0;         ///< that was shown last; 0 for none
        std::vector<MessageId> children;  ///< oldest first
    };

    static Result<MessageTree> load(Database& database, ChatId chat);

    const Node* find(MessageId id) const;
    const std::vector<MessageId>& roots() const noexcept { return m_roots; }
    /// The messages with the same parent, itself included.
    const std::vector<MessageId>& siblings(const Node& node) const;

    /// The end of the branch that is shown below `id`.
    MessageId leafBelow(MessageId id) const;
    /// The end of the branch that the chat shows: its stored one, else the nearest that is left.
    std::optional<MessageId> shownLeaf() const;
    /// From the first message to `leaf`.
    std::vector<MessageId> pathTo(MessageId leaf) const;

private:
    std::unordered_map<MessageId, Node> m_nodes;
    std::vector<MessageId> m_roots;
    std::optional<MessageId> m_storedLeaf;
    std::vector<MessageId> m_storedPath;  ///< from the stored leaf upwards, if it is in the bin
};

/// Makes the branch to `leaf` the one that the chat shows, in the caller's transaction.
Status showBranch(Database& database, ChatId chat, const MessageTree& tree, MessageId leaf);

}  // namespace hearth::storage
