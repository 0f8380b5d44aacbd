#include "app/storage/attachment_store.h"

#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include "app/storage/file_system.h"
#include "app/storage/index_rows.h"

namespace hearth::storage {
namespace {

constexpr std::string_view kCountReferences =
    "SELECT (SELECT count(*) FROM parts WHERE attachment = ?1) + "
    "(SELECT count(*) FROM documents WHERE attachment = ?1 AND kept <> 0)";

}  // namespace

AttachmentStore::AttachmentStore(Database& database, const AttachmentFiles& files,
                                 Clock clock) noexcept
    : m_database(database), m_files(files), m_clock(std::move(clock)) {}

Result<AttachmentId> AttachmentStore::add(const StoredContent& content, std::string_view mediaType,
                                          std::string_view name) {
    if (!isSha256(content.sha256) || !m_files.contains(content.sha256)) {
        return Status(ErrorCode::NotFound,
                      "the file is not among the stored ones; attach it again");
    }
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_ASSIGN_OR_RETURN(
        std::optional<AttachmentId> id,
        m_database.queryInt("SELECT id FROM attachments WHERE sha256 = ?", content.sha256));
    const Time now = m_clock();
    if (id.has_value()) {
        // It counts as new: a moment ago nothing may have referred to it.
        HEARTH_RETURN_IF_ERROR(
            m_database.run("UPDATE attachments SET created_us = ? WHERE id = ?", now, *id));
    } else {
        HEARTH_RETURN_IF_ERROR(m_database.run(
            "INSERT INTO attachments(sha256, media_type, bytes, name, created_us) VALUES (?, ?, ?, "
            "?, ?)",
            content.sha256, mediaType, content.bytes, name, now));
        id = m_database.lastInsertId();
    }
    HEARTH_RETURN_IF_ERROR(
        m_database.run("DELETE FROM removed_files WHERE sha256 = ?", content.sha256));
    HEARTH_RETURN_IF_ERROR(transaction.commit());
    return *id;
}

Result<Attachment> AttachmentStore::attachment(AttachmentId id) {
    HEARTH_ASSIGN_OR_RETURN(
        Statement read,
        m_database.prepare(
            "SELECT sha256, media_type, bytes, name, created_us FROM attachments WHERE id = ?"));
    HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.bind(1, id).step());
    if (!hasRow) {
        return Status(ErrorCode::NotFound, "there is no attachment " + std::to_string(id));
    }
    Attachment attachment;
    attachment.id = id;
    attachment.sha256 = read.columnText(0);
    attachment.mediaType = read.columnText(1);
    attachment.bytes = read.columnInt(2);
    attachment.name = read.columnText(3);
    attachment.created = read.columnTime(4);
    return attachment;
}

Result<std::filesystem::path> AttachmentStore::path(AttachmentId id) {
    HEARTH_ASSIGN_OR_RETURN(const Attachment found, attachment(id));
    if (!isSha256(found.sha256) || !m_files.contains(found.sha256)) {
        return Status(ErrorCode::NotFound,
                      "the file of attachment " + std::to_string(id) + " was lost");
    }
    return m_files.pathOf(found.sha256);
}

Result<int> AttachmentStore::numReferences(AttachmentId id) {
    HEARTH_ASSIGN_OR_RETURN(const std::optional<std::int64_t> count,
                            m_database.queryInt(kCountReferences, id));
    return static_cast<int>(count.value_or(0));
}

Status AttachmentStore::setThumbnail(AttachmentId id, const Thumbnail& thumbnail) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "INSERT OR REPLACE INTO thumbnails(attachment, media_type, width_px, height_px, bytes) "
        "VALUES (?, ?, ?, ?, ?)",
        id, thumbnail.mediaType, thumbnail.widthPx, thumbnail.heightPx,
        std::span<const std::byte>(thumbnail.bytes)));
    return transaction.commit();
}

Result<std::optional<Thumbnail>> AttachmentStore::thumbnail(AttachmentId id) {
    HEARTH_ASSIGN_OR_RETURN(Statement read,
                            m_database.prepare("SELECT media_type, width_px, height_px, bytes FROM "
                                               "thumbnails WHERE attachment = ?"));
    HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.bind(1, id).step());
    if (!hasRow) {
        return std::optional<Thumbnail>();
    }
    Thumbnail thumbnail;
    thumbnail.mediaType = read.columnText(0);
    thumbnail.widthPx = static_cast<int>(read.columnInt(1));
    thumbnail.heightPx = static_cast<int>(read.columnInt(2));
    const std::span<const std::byte> bytes = read.columnBytes(3);
    thumbnail.bytes.assign(bytes.begin(), bytes.end());
    return std::optional(std::move(thumbnail));
}

Result<int> dropUnreferenced(Database& database, const std::vector<AttachmentId>& candidates) {
    int numDropped = 0;
    for (const AttachmentId id : candidates) {
        HEARTH_ASSIGN_OR_RETURN(const std::optional<std::int64_t> references,
                                database.queryInt(kCountReferences, id));
        if (references.value_or(0) != 0) {
            continue;
        }
        std::vector<DocumentId> documents;
        {
            HEARTH_ASSIGN_OR_RETURN(
                Statement read, database.prepare("SELECT id FROM documents WHERE attachment = ?"));
            HEARTH_RETURN_IF_ERROR(read.bind(1, id).forEach(
                [&](const Statement& row) { documents.push_back(row.columnInt(0)); }));
        }
        for (const DocumentId document : documents) {
            HEARTH_RETURN_IF_ERROR(removeDocumentFromIndexes(database, document));
        }
        HEARTH_RETURN_IF_ERROR(
            database.run("INSERT OR IGNORE INTO removed_files(sha256) SELECT sha256 FROM "
                         "attachments WHERE id = ?",
                         id));
        HEARTH_RETURN_IF_ERROR(database.run("DELETE FROM attachments WHERE id = ?", id));
        numDropped += static_cast<int>(database.changedRows());
    }
    return numDropped;
}

Result<int> AttachmentStore::removeUnused(Time before) {
    std::vector<AttachmentId> unused;
    {
        HEARTH_ASSIGN_OR_RETURN(
            Statement read,
            m_database.prepare(
                "SELECT id FROM attachments WHERE created_us < ? AND NOT EXISTS (SELECT 1 FROM "
                "parts WHERE attachment = attachments.id) AND NOT EXISTS (SELECT 1 FROM documents "
                "WHERE attachment = attachments.id AND kept <> 0)"));
        HEARTH_RETURN_IF_ERROR(read.bind(1, before).forEach(
            [&](const Statement& row) { unused.push_back(row.columnInt(0)); }));
    }
    if (unused.empty()) {
        return 0;
    }
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_ASSIGN_OR_RETURN(const int numDropped, dropUnreferenced(m_database, unused));
    HEARTH_RETURN_IF_ERROR(transaction.commit());
    HEARTH_RETURN_IF_ERROR(removePendingFiles());
    return numDropped;
}

Status AttachmentStore::removePendingFiles() {
    std::vector<std::string> pending;
    {
        HEARTH_ASSIGN_OR_RETURN(Statement read,
                                m_database.prepare("SELECT sha256 FROM removed_files"));
        HEARTH_RETURN_IF_ERROR(
            read.forEach([&](const Statement& row) { pending.emplace_back(row.columnText(0)); }));
    }
    for (const std::string& sha256 : pending) {
        if (isSha256(sha256)) {
            HEARTH_RETURN_IF_ERROR(m_files.remove(sha256));
        }
    }
    if (pending.empty()) {
        return {};
    }
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.execute("DELETE FROM removed_files"));
    return transaction.commit();
}

Result<int> AttachmentStore::removeUnknownFiles() {
    int numRemoved = 0;
    HEARTH_ASSIGN_OR_RETURN(Statement read,
                            m_database.prepare("SELECT 1 FROM attachments WHERE sha256 = ?"));
    for (const std::string& sha256 : m_files.list()) {
        HEARTH_ASSIGN_OR_RETURN(const bool isKnown, read.bind(1, sha256).step());
        read.reset();
        std::error_code error;
        const auto written = std::filesystem::last_write_time(m_files.pathOf(sha256), error);
        const auto age = std::filesystem::file_time_type::clock::now() - written;
        if (!isKnown && !error && age > std::chrono::hours(24)) {
            HEARTH_RETURN_IF_ERROR(m_files.remove(sha256));
            ++numRemoved;
        }
    }
    return numRemoved;
}

}  // namespace hearth::storage
