#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "app/storage/database.h"
#include "app/storage/records.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// What is kept beside an answer: what a person thinks of it, and which experts wrote it. Every
/// change is one synced transaction. One thread at a time; must not outlive the database, which has
/// been migrated. All functions fail with Io, CorruptData or Busy as SQLite does, and changes with
/// Unsupported in a store that is read-only.
class FeedbackStore {
public:
    FeedbackStore(Database& database, Clock clock) noexcept;

    /// Replaces what was said of the answer before; neither thumb nor text removes it. Errors:
    /// InvalidArgument (no such message).
    Status setFeedback(MessageId message, std::optional<Thumb> thumb,
                       std::optional<std::string_view> editedAnswer);
    /// Nothing where nothing was said.
    Result<std::optional<Feedback>> feedback(MessageId message);
    /// All feedback on messages outside the bin, oldest first, for export.
    Result<std::vector<Feedback>> allFeedback();

    /// Errors: InvalidArgument (no such message).
    Status addRouterTraces(MessageId message, const std::vector<RouterTrace>& traces);
    /// By layer, then by token.
    Result<std::vector<RouterTrace>> routerTraces(MessageId message);

private:
    Database& m_database;
    Clock m_clock;
};

}  // namespace hearth::storage
