#include "app/storage/store.h"

#include <sys/statvfs.h>

#include <array>
#include <cerrno>
#include <utility>

#include "app/storage/backup.h"
#include "app/storage/file_system.h"
#include "app/storage/schema.h"

namespace hearth::storage {
namespace {

constexpr std::string_view kScrubPending = "store.scrub_pending";
constexpr std::string_view kSalvaged = "store.salvaged";

/// What SQLite lays beside a database.
constexpr std::array<const char*, 3> kCompanions{"-wal", "-shm", "-journal"};

/// Pages that a piece of a backup copies: 4 MiB, a few milliseconds.
constexpr int kBackupPages = 1024;

Time systemTime() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

Result<std::uint64_t> systemFreeBytes(const std::filesystem::path& folder) {
    struct statvfs status {};
    if (::statvfs(folder.c_str(), &status) != 0) {
        return fileError("look at the disk of", folder, errno);
    }
    return std::uint64_t{status.f_bavail} * status.f_frsize;
}

std::filesystem::path withSuffix(const std::filesystem::path& path, std::string_view suffix) {
    return path.string() + std::string(suffix);
}

bool isDamage(const Status& status) {
    return !status.isOk() && status.code() == ErrorCode::CorruptData;
}

}  // namespace

Store::Store(StoreOptions options)
    : m_options(std::move(options)), m_files(m_options.folder / "attachments") {
    if (!m_options.clock) {
        m_options.clock = systemTime;
    }
    if (!m_options.freeBytes) {
        m_options.freeBytes = systemFreeBytes;
    }
}

Store::~Store() = default;

std::filesystem::path Store::databasePath() const {
    return m_options.folder / "hearth.db";
}

std::filesystem::path Store::backupFolder() const {
    return m_options.folder / "backups";
}

Result<std::unique_ptr<Store>> Store::open(StoreOptions options) {
    auto store = std::unique_ptr<Store>(new Store(std::move(options)));
    HEARTH_RETURN_IF_ERROR(store->openFolder());
    HEARTH_RETURN_IF_ERROR(store->createParts());
    if (store->m_report.access == StoreAccess::ReadWrite) {
        Status recovered = store->recover();
        if (isDamage(recovered)) {
            // Damage that the quick check does not see, in the contents of an index.
            HEARTH_RETURN_IF_ERROR(rebuildIndexes(*store->m_database));
            recovered = store->recover();
        }
        HEARTH_RETURN_IF_ERROR(std::move(recovered));
    }
    return store;
}

Status Store::openFolder() {
    const Status made = makePrivateFolder(m_options.folder);
    if (!made.isOk() && !isFile(databasePath())) {
        return made;
    }
    Result<StoreLock> lock = StoreLock::take(m_options.folder, m_options.contact);
    if (lock.has_value()) {
        m_lock = std::move(lock).value();
        return openForWriting();
    }
    if (!isFile(databasePath())) {
        return std::move(lock).error();
    }
    if (lock.error().code() == ErrorCode::Busy) {
        m_report.otherCopy = StoreLock::owner(m_options.folder);
        return openForReading(StoreAccess::OtherCopy,
                              "another copy of Hearth has the store open; this one only shows it");
    }
    return openForReading(StoreAccess::ReadOnlyDisk,
                          "the store lies where nothing can be written; Hearth only shows it");
}

Status Store::openForReading(StoreAccess access, const std::string& reason) {
    m_report.access = access;
    Result<std::unique_ptr<Database>> database =
        Database::open(databasePath(), {.isReadOnly = true, .vfs = m_options.vfs});
    if (!database.has_value() && access == StoreAccess::ReadOnlyDisk) {
        // Without a place for the log's index only a file that nobody writes can be read.
        database = Database::open(databasePath(), {.isImmutable = true, .vfs = m_options.vfs});
    }
    if (!database.has_value()) {
        return std::move(database).error();
    }
    m_database = std::move(database).value();
    m_database->setReadOnly(reason);
    HEARTH_ASSIGN_OR_RETURN(const std::int64_t version, schemaVersion(*m_database));
    if (version < kSchemaVersion) {
        return access == StoreAccess::OtherCopy
                   ? Status(ErrorCode::Busy,
                            "another copy of Hearth has the store open; close it and try again")
                   : Status(ErrorCode::Unsupported,
                            "the store is of an older version and lies where nothing can be "
                            "written; copy it to another place");
    }
    return {};
}

/// A rebuilt file that had not taken its place yet when the program ended.
Status Store::finishSwap() {
    const std::filesystem::path path = databasePath();
    const std::filesystem::path rebuilt = withSuffix(path, ".rebuilt");
    for (const char* suffix : {".rebuilding", ".rebuilding-wal", ".rebuilding-shm"}) {
        HEARTH_RETURN_IF_ERROR(removeFile(withSuffix(path, suffix)));
    }
    if (!isFile(rebuilt)) {
        return {};
    }
    if (isFile(path)) {
        // The damaged file is still there, so it is rebuilt again.
        return removeFile(rebuilt);
    }
    const std::string damaged =
        path.string() + ".damaged-" + BackupKeeper::stamp(m_options.clock());
    for (const char* companion : kCompanions) {
        if (isFile(withSuffix(path, companion))) {
            HEARTH_RETURN_IF_ERROR(
                renameSynced(withSuffix(path, companion), withSuffix(damaged, companion)));
        }
    }
    return renameSynced(rebuilt, path);
}

/// Somebody or something has removed the file, but its copies are there.
Status Store::restoreIfGone() {
    const std::filesystem::path path = databasePath();
    if (isFile(path)) {
        return {};
    }
    const std::vector<std::filesystem::path> backups = BackupKeeper::list(backupFolder());
    if (backups.empty()) {
        m_report.isNew = true;
        return {};
    }
    for (const char* companion : kCompanions) {
        HEARTH_RETURN_IF_ERROR(removeFile(withSuffix(path, companion)));
    }
    const std::filesystem::path copy = withSuffix(path, ".rebuilding");
    std::error_code error;
    std::filesystem::copy_file(backups.front(), copy, error);
    if (error) {
        return fileError("restore the backup to", copy, error.value());
    }
    HEARTH_RETURN_IF_ERROR(syncFile(copy));
    HEARTH_RETURN_IF_ERROR(renameSynced(copy, path));
    m_report.restoredFrom = backups.front();
    return {};
}

Status Store::openForWriting() {
    HEARTH_RETURN_IF_ERROR(finishSwap());
    HEARTH_RETURN_IF_ERROR(restoreIfGone());
    if (isOfNewerVersion()) {
        // A newer program may now take the store.
        m_lock.reset();
        return openForReading(
            StoreAccess::NewerVersion,
            "the store was written by a newer Hearth; this one only shows it. Update Hearth");
    }
    Status opened = openDatabase();
    if (isDamage(opened)) {
        m_database.reset();
        HEARTH_RETURN_IF_ERROR(rebuild());
        opened = openDatabase();
    }
    if (!opened.isOk() && opened.code() == ErrorCode::Unsupported) {
        return openForReading(StoreAccess::ReadOnlyDisk, opened.message());
    }
    return opened;
}

bool Store::isOfNewerVersion() const {
    if (!isFile(databasePath())) {
        return false;
    }
    const Result<std::unique_ptr<Database>> database =
        Database::open(databasePath(), {.isReadOnly = true, .vfs = m_options.vfs});
    if (!database.has_value()) {
        return false;  // what is wrong shows when it is opened for writing
    }
    const Result<std::int64_t> version = schemaVersion(**database);
    return version.has_value() && *version > kSchemaVersion;
}

Status Store::openDatabase() {
    HEARTH_ASSIGN_OR_RETURN(m_database, Database::open(databasePath(), {.vfs = m_options.vfs}));
    HEARTH_ASSIGN_OR_RETURN(const std::int64_t version, schemaVersion(*m_database));
    if (version == 0) {
        // Only a new file has none: one with tables has lost its header, and one with backups has
        // lost everything.
        HEARTH_ASSIGN_OR_RETURN(const std::optional<std::int64_t> numTables,
                                m_database->queryInt("SELECT count(*) FROM sqlite_master"));
        if (numTables.value_or(0) > 0 || !BackupKeeper::list(backupFolder()).empty()) {
            return {ErrorCode::CorruptData, "the store has lost its version"};
        }
    }
    HEARTH_ASSIGN_OR_RETURN(const bool isSound, isHealthy());
    if (!isSound) {
        return {ErrorCode::CorruptData, "the store failed its check"};
    }
    return migrateWithBackup();
}

Result<bool> Store::isHealthy() {
    HEARTH_ASSIGN_OR_RETURN(Statement check, m_database->prepare("PRAGMA quick_check(1)"));
    HEARTH_ASSIGN_OR_RETURN(const bool hasRow, check.step());
    return hasRow && check.columnText(0) == "ok";
}

Status Store::migrateWithBackup() {
    HEARTH_ASSIGN_OR_RETURN(const std::int64_t before, schemaVersion(*m_database));
    HEARTH_RETURN_IF_ERROR(migrate(*m_database, [this] {
        return BackupKeeper(*m_database, backupFolder(), m_options.clock)
            .backUpNow("-before-v" + std::to_string(kSchemaVersion));
    }));
    if (before > 0 && before < kSchemaVersion) {
        m_report.migratedFrom = before;
    }
    return {};
}

Status Store::rebuild() {
    const std::filesystem::path path = databasePath();
    const std::filesystem::path rebuilding = withSuffix(path, ".rebuilding");
    const std::filesystem::path rebuilt = withSuffix(path, ".rebuilt");
    HEARTH_RETURN_IF_ERROR(finishSwap());
    HEARTH_ASSIGN_OR_RETURN(
        SalvageReport report,
        salvage(path, rebuilding, BackupKeeper::list(backupFolder()), m_options.clock()));
    HEARTH_RETURN_IF_ERROR(syncFile(rebuilding));
    HEARTH_RETURN_IF_ERROR(renameSynced(rebuilding, rebuilt));
    // From the next line on finishSwap() can end this.
    const std::string damaged =
        path.string() + ".damaged-" + BackupKeeper::stamp(m_options.clock());
    HEARTH_RETURN_IF_ERROR(renameSynced(path, damaged));
    HEARTH_RETURN_IF_ERROR(finishSwap());
    report.damagedFile = damaged;
    m_report.salvage = std::move(report);
    return {};
}

Status Store::createParts() {
    const Clock& clock = m_options.clock;
    m_backups = std::make_unique<BackupKeeper>(*m_database, backupFolder(), clock);
    HEARTH_ASSIGN_OR_RETURN(m_search, TextSearch::create(*m_database));
    m_chats = std::make_unique<ChatStore>(*m_database, clock);
    m_messages = std::make_unique<MessageStore>(*m_database, clock);
    m_attachments = std::make_unique<AttachmentStore>(*m_database, m_files, clock);
    m_documents = std::make_unique<DocumentStore>(*m_database);
    m_jobs = std::make_unique<JobStore>(*m_database, clock);
    m_feedback = std::make_unique<FeedbackStore>(*m_database, clock);
    m_settings = std::make_unique<SettingsStore>(*m_database);
    m_bin = std::make_unique<Bin>(*m_database, clock);
    return {};
}

Status Store::recover() {
    HEARTH_ASSIGN_OR_RETURN(const int numAnswers, m_messages->recoverInterrupted());
    m_report.numInterruptedAnswers += numAnswers;
    HEARTH_ASSIGN_OR_RETURN(const int numJobs, m_jobs->recoverInterrupted());
    m_report.numInterruptedJobs += numJobs;
    m_files.removeUnfinished();
    // An erasure that a kill interrupted. What keeps it from ending now is tried again later.
    HEARTH_ASSIGN_OR_RETURN(const bool isPending, isScrubPending());
    if (isPending) {
        const Status status = scrub();
        return isDamage(status) ? status : Status();
    }
    return {};
}

Status Store::readyToSend() const {
    if (!m_database->readOnlyReason().empty()) {
        return {ErrorCode::Unsupported, m_database->readOnlyReason()};
    }
    HEARTH_ASSIGN_OR_RETURN(const std::uint64_t free, m_options.freeBytes(m_options.folder));
    if (free < kReservedBytes) {
        return {ErrorCode::Io, "almost no space is left on the disk of " +
                                   m_options.folder.string() +
                                   "; free some and send again. Nothing is lost"};
    }
    return {};
}

Result<SearchResults> Store::search(std::string_view typed, const SearchLimits& limits) {
    Result<SearchResults> results = m_search->search(typed, limits);
    if (results.has_value() || !isDamage(results.error()) ||
        !m_database->readOnlyReason().empty()) {
        return results;
    }
    HEARTH_RETURN_IF_ERROR(rebuildIndexes(*m_database));
    return m_search->search(typed, limits);
}

Status Store::rebuildSearch() {
    return rebuildIndexes(*m_database);
}

Result<bool> Store::isScrubPending() {
    HEARTH_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                            m_settings->value(kScrubPending));
    return value.has_value();
}

Status Store::eraseForGood(const std::vector<BinEntry>& entries) {
    {
        HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*m_database));
        Status dropped = m_bin->dropRows(entries);
        if (isDamage(dropped)) {
            // A damaged index must not keep anything from being erased.
            HEARTH_RETURN_IF_ERROR(rebuildIndexes(*m_database));
            dropped = m_bin->dropRows(entries);
        }
        HEARTH_RETURN_IF_ERROR(std::move(dropped));
        HEARTH_RETURN_IF_ERROR(m_settings->set(kScrubPending, "1"));
        HEARTH_RETURN_IF_ERROR(transaction.commit());
    }
    return scrub();
}

Status Store::emptyBin() {
    HEARTH_ASSIGN_OR_RETURN(const std::vector<BinEntry> entries, m_bin->list());
    return entries.empty() ? Status() : eraseForGood(entries);
}

Status Store::scrub() {
    // Rebuilt rather than trusted to have forgotten: segments of an index keep a deleted term until
    // they happen to be merged.
    HEARTH_RETURN_IF_ERROR(m_attachments->removePendingFiles());
    HEARTH_RETURN_IF_ERROR(rebuildIndexes(*m_database));
    HEARTH_RETURN_IF_ERROR(m_backups->removeAll());
    for (const std::filesystem::path& file : filesIn(m_options.folder)) {
        if (file.filename().string().starts_with("hearth.db.")) {
            HEARTH_RETURN_IF_ERROR(removeFile(file));
        }
    }
    // Freed cells are zeroed, but a page that was rebuilt can keep old bytes between its cells; a
    // vacuum writes every page anew.
    HEARTH_RETURN_IF_ERROR(vacuum());
    HEARTH_RETURN_IF_ERROR(m_database->truncateLog());
    HEARTH_RETURN_IF_ERROR(m_settings->remove(kScrubPending));
    HEARTH_RETURN_IF_ERROR(m_database->truncateLog());
    return backUpNow();
}

Status Store::vacuum() {
    HEARTH_ASSIGN_OR_RETURN(const std::optional<std::int64_t> numPages,
                            m_database->queryInt("PRAGMA page_count"));
    // The copy is made in memory, like all that SQLite puts aside; a very large one in a temporary
    // file, which has no name and holds only what stays.
    constexpr std::int64_t kMaxPagesInMemory = std::int64_t{1} << 17;
    const bool isLarge = numPages.value_or(0) > kMaxPagesInMemory;
    HEARTH_RETURN_IF_ERROR(
        m_database->execute(isLarge ? "PRAGMA temp_store = FILE" : "PRAGMA temp_store = MEMORY"));
    const Status status = m_database->execute("VACUUM");
    HEARTH_RETURN_IF_ERROR(m_database->execute("PRAGMA temp_store = MEMORY"));
    return status;
}

Status Store::backUpNow() {
    if (!m_database->readOnlyReason().empty()) {
        return {ErrorCode::Unsupported, m_database->readOnlyReason()};
    }
    return m_backups->backUpNow();
}

Result<bool> Store::maintain() {
    if (!m_database->readOnlyReason().empty()) {
        return false;
    }
    const Time now = m_options.clock();
    HEARTH_ASSIGN_OR_RETURN(const bool isPending, isScrubPending());
    if (now >= m_nextErasing) {
        HEARTH_ASSIGN_OR_RETURN(std::vector<BinEntry> expired, m_bin->list());
        std::erase_if(expired, [&](const BinEntry& entry) { return entry.purged > now; });
        if (isPending || !expired.empty()) {
            m_nextErasing = now + std::chrono::minutes(10);
            HEARTH_RETURN_IF_ERROR(eraseForGood(expired));
            m_nextErasing = now;
            return true;
        }
    }
    if (now >= m_nextTidying) {
        m_nextTidying = now + std::chrono::hours(1);
        HEARTH_ASSIGN_OR_RETURN(const int numUnused,
                                m_attachments->removeUnused(now - std::chrono::hours(24)));
        static_cast<void>(numUnused);
        HEARTH_ASSIGN_OR_RETURN(const std::optional<std::string> salvaged,
                                m_settings->value(kSalvaged));
        // After a salvage a file without a row may be the only thing that is left of it.
        if (!salvaged.has_value()) {
            HEARTH_ASSIGN_OR_RETURN(const int numUnknown, m_attachments->removeUnknownFiles());
            static_cast<void>(numUnknown);
        }
        return true;
    }
    if (now >= m_nextBackup && (m_backups->isUnderWay() || m_backups->isDue())) {
        Result<bool> isMore = m_backups->step(kBackupPages);
        if (!isMore.has_value()) {
            m_nextBackup = now + std::chrono::hours(1);
        }
        return isMore;
    }
    return false;
}

}  // namespace hearth::storage
