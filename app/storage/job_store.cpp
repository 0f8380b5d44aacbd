#include "app/storage/job_store.h"

#include <algorithm>
#include <string>
#include <utility>

namespace hearth::storage {
namespace {

Status noSuchJob(JobId id) {
    return {ErrorCode::NotFound, "there is no job " + std::to_string(id)};
}

}  // namespace

JobStore::JobStore(Database& database, Clock clock) noexcept
    : m_database(database), m_clock(std::move(clock)) {}

Result<JobId> JobStore::create(JobKind kind, std::optional<DocumentId> document,
                               std::string_view parameters) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    const Time now = m_clock();
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "INSERT INTO jobs(kind, document, state, parameters, created_us, changed_us) VALUES (?, ?, "
        "?, ?, ?, ?)",
        kind, document, JobState::Waiting, parameters, now, now));
    const JobId id = m_database.lastInsertId();
    HEARTH_RETURN_IF_ERROR(transaction.commit());
    return id;
}

Result<std::vector<Job>> JobStore::select(std::string_view where,
                                          std::optional<std::int64_t> parameter) {
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        m_database.prepare("SELECT id, kind, document, state, progress, parameters, error, "
                           "created_us, changed_us FROM jobs " +
                           std::string(where)));
    if (parameter.has_value()) {
        read.bind(1, *parameter);
    }
    std::vector<Job> jobs;
    HEARTH_RETURN_IF_ERROR(read.forEach([&](const Statement& row) {
        Job job;
        job.id = row.columnInt(0);
        job.kind = static_cast<JobKind>(row.columnInt(1));
        job.document = row.columnOptionalInt(2);
        job.state = static_cast<JobState>(row.columnInt(3));
        job.progress = row.columnDouble(4);
        job.parameters = row.columnText(5);
        job.error = row.columnText(6);
        job.created = row.columnTime(7);
        job.changed = row.columnTime(8);
        jobs.push_back(std::move(job));
    }));
    return jobs;
}

Result<Job> JobStore::job(JobId id) {
    HEARTH_ASSIGN_OR_RETURN(std::vector<Job> found, select("WHERE id = ?", id));
    if (found.empty()) {
        return noSuchJob(id);
    }
    return std::move(found.front());
}

Result<std::vector<Job>> JobStore::list() {
    return select("ORDER BY id", std::nullopt);
}

Result<std::vector<Job>> JobStore::listOf(DocumentId document) {
    return select("WHERE document = ? ORDER BY id", document);
}

Result<std::optional<Job>> JobStore::startNext() {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_ASSIGN_OR_RETURN(
        std::vector<Job> waiting,
        select(
            "WHERE state = 1 AND (document IS NULL OR document NOT IN (SELECT row FROM deletions "
            "WHERE kind = 3)) ORDER BY id LIMIT 1",
            std::nullopt));
    if (waiting.empty()) {
        return std::optional<Job>();
    }
    Job& job = waiting.front();
    HEARTH_RETURN_IF_ERROR(setState(job.id, JobState::Running));
    HEARTH_RETURN_IF_ERROR(transaction.commit());
    job.state = JobState::Running;
    return std::optional(std::move(job));
}

Status JobStore::setState(JobId id, JobState state, std::string_view error) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "UPDATE jobs SET state = ?1, error = ?2, changed_us = ?3, progress = CASE WHEN ?1 = 4 THEN "
        "1.0 ELSE progress END WHERE id = ?4",
        state, state == JobState::Failed ? error : std::string_view(), m_clock(), id));
    if (m_database.changedRows() == 0) {
        return noSuchJob(id);
    }
    return transaction.commit();
}

Status JobStore::remove(JobId id) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.run("DELETE FROM jobs WHERE id = ?", id));
    return transaction.commit();
}

Result<int> JobStore::recoverInterrupted() {
    HEARTH_ASSIGN_OR_RETURN(const std::optional<std::int64_t> count,
                            m_database.queryInt("SELECT count(*) FROM jobs WHERE state = 2"));
    if (count.value_or(0) == 0) {
        return 0;
    }
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.run("UPDATE jobs SET state = ? WHERE state = ?",
                                          JobState::Waiting, JobState::Running));
    HEARTH_RETURN_IF_ERROR(transaction.commit());
    return static_cast<int>(*count);
}

Status JobStore::addNode(JobId job, const SummaryNode& node, double progress) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "INSERT INTO summary_nodes(job, level, position, first_page, last_page, text, citations) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job, level, position) DO UPDATE SET first_page "
        "= excluded.first_page, last_page = excluded.last_page, text = excluded.text, citations = "
        "excluded.citations",
        job, node.level, node.position, node.firstPage, node.lastPage, node.text,
        node.citations.empty() ? std::string_view("[]") : node.citations));
    HEARTH_RETURN_IF_ERROR(
        m_database.run("UPDATE jobs SET progress = ?, changed_us = ? WHERE id = ?",
                       std::clamp(progress, 0.0, 1.0), m_clock(), job));
    return transaction.commit();
}

Result<std::vector<SummaryNode>> JobStore::nodes(JobId job) {
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        m_database.prepare("SELECT level, position, first_page, last_page, text, citations FROM "
                           "summary_nodes WHERE job = ? ORDER BY level, position"));
    std::vector<SummaryNode> nodes;
    HEARTH_RETURN_IF_ERROR(read.bind(1, job).forEach([&](const Statement& row) {
        SummaryNode node;
        node.level = static_cast<int>(row.columnInt(0));
        node.position = static_cast<int>(row.columnInt(1));
        node.firstPage = static_cast<int>(row.columnInt(2));
        node.lastPage = static_cast<int>(row.columnInt(3));
        node.text = row.columnText(4);
        node.citations = row.columnText(5);
        nodes.push_back(std::move(node));
    }));
    return nodes;
}

}  // namespace hearth::storage
