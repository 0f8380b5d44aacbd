#include "app/storage/feedback_store.h"

#include <span>
#include <string>
#include <utility>

namespace hearth::storage {
namespace {

/// Counts as they lie on disk: 32 bits each, least significant byte first.
std::vector<std::byte> packCounts(const std::vector<std::uint32_t>& counts) {
    std::vector<std::byte> bytes;
    bytes.reserve(counts.size() * 4);
    for (const std::uint32_t count : counts) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            bytes.push_back(static_cast<std::byte>((count >> shift) & 0xFFU));
        }
    }
    return bytes;
}

std::vector<std::uint32_t> unpackCounts(std::span<const std::byte> bytes) {
    std::vector<std::uint32_t> counts(bytes.size() / 4);
    for (std::size_t i = 0; i < counts.size() * 4; ++i) {
        counts[i / 4] |= std::to_integer<std::uint32_t>(bytes[i]) << (8 * (i % 4));
    }
    return counts;
}

Feedback readFeedback(const Statement& row) {
    Feedback feedback;
    feedback.message = row.columnInt(0);
    if (!row.isNull(1)) {
        feedback.thumb = static_cast<Thumb>(row.columnInt(1));
    }
    if (!row.isNull(2)) {
        feedback.editedAnswer = std::string(row.columnText(2));
    }
    feedback.created = row.columnTime(3);
    return feedback;
}

}  // namespace

FeedbackStore::FeedbackStore(Database& database, Clock clock) noexcept
    : m_database(database), m_clock(std::move(clock)) {}

Status FeedbackStore::setFeedback(MessageId message, std::optional<Thumb> thumb,
                                  std::optional<std::string_view> editedAnswer) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    if (!thumb.has_value() && !editedAnswer.has_value()) {
        HEARTH_RETURN_IF_ERROR(m_database.run("DELETE FROM feedback WHERE message = ?", message));
    } else {
        HEARTH_RETURN_IF_ERROR(m_database.run(
            "INSERT INTO feedback(message, thumb, edited_answer, created_us) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (message) DO UPDATE SET thumb = excluded.thumb, edited_answer = "
            "excluded.edited_answer, created_us = excluded.created_us",
            message, thumb, editedAnswer, m_clock()));
    }
    return transaction.commit();
}

Result<std::optional<Feedback>> FeedbackStore::feedback(MessageId message) {
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        m_database.prepare(
            "SELECT message, thumb, edited_answer, created_us FROM feedback WHERE message = ?"));
    HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.bind(1, message).step());
    return hasRow ? std::optional(readFeedback(read)) : std::nullopt;
}

Result<std::vector<Feedback>> FeedbackStore::allFeedback() {
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        m_database.prepare(
            "SELECT feedback.message, thumb, edited_answer, feedback.created_us FROM feedback JOIN "
            "messages ON messages.id = feedback.message WHERE bin_root IS NULL AND chat NOT IN "
            "(SELECT row FROM deletions WHERE kind = 1) ORDER BY feedback.created_us, message"));
    std::vector<Feedback> all;
    HEARTH_RETURN_IF_ERROR(
        read.forEach([&](const Statement& row) { all.push_back(readFeedback(row)); }));
    return all;
}

Status FeedbackStore::addRouterTraces(MessageId message, const std::vector<RouterTrace>& traces) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    for (const RouterTrace& trace : traces) {
        const std::vector<std::byte> counts = packCounts(trace.expertCounts);
        HEARTH_RETURN_IF_ERROR(m_database.run(
            "INSERT OR REPLACE INTO router_traces(message, layer, first_token, token_count, "
            "expert_counts) VALUES (?, ?, ?, ?, ?)",
            message, trace.layer, trace.firstToken, trace.numTokens,
            std::span<const std::byte>(counts)));
    }
    return transaction.commit();
}

Result<std::vector<RouterTrace>> FeedbackStore::routerTraces(MessageId message) {
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        m_database.prepare("SELECT layer, first_token, token_count, expert_counts FROM "
                           "router_traces WHERE message = ? ORDER BY layer, first_token"));
    std::vector<RouterTrace> traces;
    HEARTH_RETURN_IF_ERROR(read.bind(1, message).forEach([&](const Statement& row) {
        traces.push_back({.layer = static_cast<int>(row.columnInt(0)),
                          .firstToken = row.columnInt(1),
                          .numTokens = row.columnInt(2),
                          .expertCounts = unpackCounts(row.columnBytes(3))});
    }));
    return traces;
}

}  // namespace hearth::storage
