#include "app/storage/backup.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "app/storage/file_system.h"

namespace hearth::storage {
namespace {

constexpr std::string_view kPrefix = "hearth-";
constexpr std::string_view kUnfinished = "unfinished.part";
constexpr std::size_t kStampLength = 15;

struct BackupDeleter {
    void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
};

/// The time in a copy's name; nothing for another file.
std::optional<std::string> stampOf(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    if (!name.starts_with(kPrefix) || path.extension() != ".db" ||
        name.size() < kPrefix.size() + kStampLength) {
        return std::nullopt;
    }
    return name.substr(kPrefix.size(), kStampLength);
}

bool isBeforeMigration(const std::filesystem::path& path) {
    return path.filename().string().find("-before-") != std::string::npos;
}

}  // namespace

struct BackupKeeper::Running {
    std::unique_ptr<Database> target;
    std::unique_ptr<sqlite3_backup, BackupDeleter> backup;
    std::filesystem::path name;
};

BackupKeeper::BackupKeeper(Database& database, std::filesystem::path folder, Clock clock)
    : m_database(database), m_folder(std::move(folder)), m_clock(std::move(clock)) {}

BackupKeeper::~BackupKeeper() = default;

std::string BackupKeeper::stamp(Time time) {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - days));
    std::array<char, 32> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%04d%02u%02u-%02d%02d%02d", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    return {text.data(), static_cast<std::size_t>(std::max(length, 0))};
}

std::vector<std::filesystem::path> BackupKeeper::list(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> copies = filesIn(folder);
    std::erase_if(copies,
                  [](const std::filesystem::path& path) { return !stampOf(path).has_value(); });
    std::reverse(copies.begin(), copies.end());
    return copies;
}

bool BackupKeeper::isDue() const {
    const std::vector<std::filesystem::path> copies = list(m_folder);
    return copies.empty() || *stampOf(copies.front()) <= stamp(m_clock() - kBackupInterval) ||
           *stampOf(copies.front()) > stamp(m_clock() + kBackupInterval);
}

Status BackupKeeper::start(std::string_view suffix) {
    HEARTH_RETURN_IF_ERROR(makePrivateFolder(m_folder));
    auto running = std::make_unique<Running>();
    const std::filesystem::path unfinished = m_folder / kUnfinished;
    HEARTH_RETURN_IF_ERROR(removeFile(unfinished));
    HEARTH_RETURN_IF_ERROR(removeFile(unfinished.string() + "-wal"));
    HEARTH_RETURN_IF_ERROR(removeFile(unfinished.string() + "-journal"));
    running->name =
        m_folder / (std::string(kPrefix) + stamp(m_clock()) + std::string(suffix) + ".db");
    HEARTH_ASSIGN_OR_RETURN(running->target, Database::open(unfinished));
    // The copy is not used before it is complete, so it needs no log of its own.
    HEARTH_RETURN_IF_ERROR(
        running->target->execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"));
    running->backup.reset(
        sqlite3_backup_init(running->target->handle(), "main", m_database.handle(), "main"));
    if (running->backup == nullptr) {
        return databaseError(running->target->handle(), "cannot begin a backup");
    }
    m_running = std::move(running);
    return {};
}

Result<bool> BackupKeeper::step(int numPages) {
    if (m_running == nullptr) {
        HEARTH_RETURN_IF_ERROR(start({}));
    }
    const int code = sqlite3_backup_step(m_running->backup.get(), numPages);
    if (code == SQLITE_OK) {
        return true;
    }
    Status status;
    if (code == SQLITE_DONE) {
        status = finish();
    } else {
        // The code of the source's failure shows in the target's connection after the finish.
        m_running->backup.reset();
        status = sqlite3_errcode(m_running->target->handle()) == SQLITE_OK
                     ? Status(ErrorCode::Io, "cannot write a backup")
                     : databaseError(m_running->target->handle(), "cannot write a backup");
    }
    m_running.reset();
    if (!status.isOk()) {
        const Status removed = removeFile(m_folder / kUnfinished);
        static_cast<void>(removed.isOk());
        return status;
    }
    return false;
}

Status BackupKeeper::finish() {
    const std::filesystem::path unfinished = m_folder / kUnfinished;
    m_running->backup.reset();
    m_running->target.reset();
    HEARTH_RETURN_IF_ERROR(syncFile(unfinished));
    // A copy of a damaged store must not push out the good ones.
    {
        HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Database> copy,
                                Database::open(unfinished, {.isImmutable = true}));
        HEARTH_ASSIGN_OR_RETURN(Statement check, copy->prepare("PRAGMA quick_check(1)"));
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, check.step());
        if (!hasRow || check.columnText(0) != "ok") {
            return {ErrorCode::CorruptData, "the backup failed its check and was thrown away"};
        }
    }
    HEARTH_RETURN_IF_ERROR(renameSynced(unfinished, m_running->name));
    return removeOld();
}

Status BackupKeeper::backUpNow(std::string_view suffix) {
    m_running.reset();
    HEARTH_RETURN_IF_ERROR(start(suffix));
    bool isMore = true;
    while (isMore) {
        HEARTH_ASSIGN_OR_RETURN(isMore, step(-1));
    }
    return {};
}

Status BackupKeeper::removeOld() const {
    // Those before a migration are counted apart: they are what an older program can read.
    std::size_t numRegular = 0;
    std::size_t numBeforeMigration = 0;
    for (const std::filesystem::path& copy : list(m_folder)) {
        std::size_t& count = isBeforeMigration(copy) ? numBeforeMigration : numRegular;
        if (++count > (isBeforeMigration(copy) ? 2 : kNumBackups)) {
            HEARTH_RETURN_IF_ERROR(removeFile(copy));
        }
    }
    return {};
}

Status BackupKeeper::removeAll() {
    m_running.reset();
    for (const std::filesystem::path& file : filesIn(m_folder)) {
        HEARTH_RETURN_IF_ERROR(removeFile(file));
    }
    return {};
}

}  // namespace hearth::storage
