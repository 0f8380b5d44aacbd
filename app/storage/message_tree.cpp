#include "app/storage/message_tree.h"

#include <algorithm>

namespace hearth::storage {

Result<MessageTree> MessageTree::load(Database& database, ChatId chat) {
    MessageTree tree;
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        database.prepare("SELECT id, parent, role, state, shown_child FROM messages WHERE chat = ? "
                         "AND bin_root IS NULL ORDER BY id"));
    std::vector<MessageId> order;
    HEARTH_RETURN_IF_ERROR(read.bind(1, chat).forEach([&](const Statement& row) {
        Node node;
        node.id = row.columnInt(0);
        node.parent = row.columnOptionalInt(1);
        node.role = static_cast<MessageRole>(row.columnInt(2));
        node.state = static_cast<MessageState>(row.columnInt(3));
        node.shownChild = row.columnInt(4);
        order.push_back(node.id);
        tree.m_nodes.emplace(node.id, std::move(node));
    }));
    for (const MessageId id : order) {
        // A parent is older than its child; what breaks that rule could make a ring.
        Node& node = tree.m_nodes.at(id);
        const auto parent =
            node.parent.has_value() ? tree.m_nodes.find(*node.parent) : tree.m_nodes.end();
        if (parent != tree.m_nodes.end() && *node.parent < id) {
            parent->second.children.push_back(id);
        } else {
            // A message whose parent was lost is shown as a beginning rather than not at all.
            node.parent.reset();
            tree.m_roots.push_back(id);
        }
    }
    HEARTH_ASSIGN_OR_RETURN(tree.m_storedLeaf,
                            database.queryInt("SELECT current_leaf FROM chats WHERE id = ?", chat));
    std::optional<MessageId> up = tree.m_storedLeaf;
    while (up.has_value() && tree.find(*up) == nullptr) {
        HEARTH_ASSIGN_OR_RETURN(const std::optional<MessageId> parent,
                                database.queryInt("SELECT parent FROM messages WHERE id = ?", *up));
        up = parent.has_value() && *parent < *up ? parent : std::nullopt;
        if (up.has_value()) {
            tree.m_storedPath.push_back(*up);
        }
    }
    return tree;
}

const MessageTree::Node* MessageTree::find(MessageId id) const {
    const auto node = m_nodes.find(id);
    return node == m_nodes.end() ? nullptr : &node->second;
}

const std::vector<MessageId>& MessageTree::siblings(const Node& node) const {
    return node.parent.has_value() ? m_nodes.at(*node.parent).children : m_roots;
}

MessageId MessageTree::leafBelow(MessageId id) const {
    const Node* node = &m_nodes.at(id);
    while (!node->children.empty()) {
        const auto& children = node->children;
        const bool isRemembered =
            std::binary_search(children.begin(), children.end(), node->shownChild);
        node = &m_nodes.at(isRemembered ? node->shownChild : children.back());
    }
    return node->id;
}

std::optional<MessageId> MessageTree::shownLeaf() const {
    if (m_storedLeaf.has_value() && find(*m_storedLeaf) != nullptr) {
        return m_storedLeaf;
    }
    for (const MessageId ancestor : m_storedPath) {
        if (find(ancestor) != nullptr) {
            return leafBelow(ancestor);
        }
    }
    return m_roots.empty() ? std::nullopt : std::optional(leafBelow(m_roots.back()));
}

std::vector<MessageId> MessageTree::pathTo(MessageId leaf) const {
    std::vector<MessageId> path;
    for (const Node* node = find(leaf); node != nullptr;
         node = node->parent.has_value() ? find(*node->parent) : nullptr) {
        path.push_back(node->id);
    }
    std::reverse(path.begin(), path.end());
    return path;
}

Status showBranch(Database& database, ChatId chat, const MessageTree& tree, MessageId leaf) {
    const std::vector<MessageId> path = tree.pathTo(leaf);
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        const MessageTree::Node* node = tree.find(path[i]);
        if (node->children.size() > 1 && node->shownChild != path[i + 1]) {
            HEARTH_RETURN_IF_ERROR(database.run("UPDATE messages SET shown_child = ? WHERE id = ?",
                                                path[i + 1], path[i]));
        }
    }
    return database.run("UPDATE chats SET current_leaf = ? WHERE id = ?", leaf, chat);
}

}  // namespace hearth::storage
