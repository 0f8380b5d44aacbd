#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "app/storage/database.h"
#include "app/storage/records.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// Long work that goes on after a restart, and what it has finished so far. Every change is one
/// synced transaction. One thread at a time; must not outlive the database, which has been
/// migrated. All functions fail with Io, CorruptData or Busy as SQLite does, and changes with
/// Unsupported in a store that is read-only.
class JobStore {
public:
    JobStore(Database& database, Clock clock) noexcept;

    /// A waiting job. Errors: InvalidArgument (no such document).
    Result<JobId> create(JobKind kind, std::optional<DocumentId> document,
                         std::string_view parameters = "{}");
    /// Errors: NotFound.
    Result<Job> job(JobId id);
    /// Oldest first.
    Result<std::vector<Job>> list();
    /// Those of a document, oldest first.
    Result<std::vector<Job>> listOf(DocumentId document);
    /// The oldest waiting job becomes running and is returned; nothing where none waits.
    Result<std::optional<Job>> startNext();
    /// `error` is kept for a failed job only. Errors: NotFound.
    Status setState(JobId id, JobState state, std::string_view error = {});
    /// Removes the job and its nodes.
    Status remove(JobId id);
    /// Jobs that ran when the program ended wait again; returns how many.
    Result<int> recoverInterrupted();

    /// Keeps a finished piece together with the progress of the job, in one transaction; the same
    /// level and position again replaces it. Errors: InvalidArgument (no such job).
    Status addNode(JobId job, const SummaryNode& node, double progress);
    /// By level, then by position.
    Result<std::vector<SummaryNode>> nodes(JobId job);

private:
    Result<std::vector<Job>> select(std::string_view where, std::optional<std::int64_t> parameter);

    Database& m_database;
    Clock m_clock;
};

}  // namespace hearth::storage
