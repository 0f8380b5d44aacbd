#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/storage/attachment_store.h"
#include "app/storage/bin.h"
#include "app/storage/chat_store.h"
#include "app/storage/database.h"
#include "app/storage/document_store.h"
#include "app/storage/feedback_store.h"
#include "app/storage/job_store.h"
#include "app/storage/message_store.h"
#include "app/storage/salvage.h"
#include "app/storage/settings_store.h"
#include "app/storage/store_lock.h"
#include "app/storage/text_search.h"
#include "kernels/base/status.h"

namespace hearth::storage {

class BackupKeeper;

/// Whether the store can be changed, and why not.
enum class StoreAccess : std::uint8_t {
    ReadWrite,
    OtherCopy,     ///< another copy of the program has it open
    NewerVersion,  ///< a newer program has written it; this one shows all that it knows
    ReadOnlyDisk,  ///< the folder or the disk allows no writing
};

/// Room on the disk below which nothing new is begun, so that what is under way can end.
inline constexpr std::uint64_t kReservedBytes = std::uint64_t{32} << 20;

struct StoreOptions {
    std::filesystem::path folder =
        {};                    ///< made where it is not there; only its owner can look into it
    std::string contact = {};  ///< kept for other copies of the program, see otherCopy()
    Clock clock = {};          ///< the system's where empty
    std::string vfs = {};      ///< SQLite VFS of the database, for tests
    /// Bytes that are free for the store; the system's answer where empty.
    std::function<Result<std::uint64_t>(const std::filesystem::path& folder)> freeBytes = {};
};

/// What was found and done when the store was opened; people are told.
struct OpenReport {
    StoreAccess access = StoreAccess::ReadWrite;
    bool isNew = false;                        ///< there was no store before
    std::optional<std::int64_t> migratedFrom;  ///< older schema version that was brought up
    std::optional<SalvageReport> salvage;      ///< the file was damaged and has been rebuilt
    std::optional<std::filesystem::path> restoredFrom;  ///< the file was gone; this backup is used
    std::optional<StoreOwner> otherCopy;  ///< who has the store, where the access says so
    int numInterruptedAnswers = 0;        ///< answers ended with what was on disk of them
    int numInterruptedJobs = 0;           ///< jobs that wait again
};

/// All that Hearth keeps, in one folder:
///   hearth.db (+ -wal, -shm)  the database      attachments/ab/abcdef…  files by their SHA-256
///   backups/                  its copies        hearth.lock             who may write
///   hearth.db.damaged-TIME    kept where the file had to be rebuilt
/// Every change is on disk, synced, when its function returns. Where another copy of the program
/// has the store, it opens read-only and follows what the other one writes. One thread at a time
/// (the storage thread), but for files(), which any thread may use.
class Store {
public:
    /// Opens the store, which never fails for a damaged, newer or busy one: it is rebuilt or
    /// opened read-only, and the report says so. Errors: Io (the folder cannot be made, the disk is
    /// full or fails), Busy (another copy has the store and has not brought it to this version
    /// yet), Unsupported (it is of an older version, but cannot be written), OutOfMemory.
    static Result<std::unique_ptr<Store>> open(StoreOptions options);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    const OpenReport& report() const noexcept { return m_report; }

    ChatStore& chats() noexcept { return *m_chats; }
    MessageStore& messages() noexcept { return *m_messages; }
    AttachmentStore& attachments() noexcept { return *m_attachments; }
    DocumentStore& documents() noexcept { return *m_documents; }
    JobStore& jobs() noexcept { return *m_jobs; }
    FeedbackStore& feedback() noexcept { return *m_feedback; }
    SettingsStore& settings() noexcept { return *m_settings; }
    Bin& bin() noexcept { return *m_bin; }
    const AttachmentFiles& files() const noexcept { return m_files; }

    /// Whether a message can be sent now: the store is writable and the disk has kReservedBytes
    /// left. Errors: Unsupported (read-only, says why), Io (the disk is full).
    Status readyToSend() const;

    /// TextSearch::search(), which mends a damaged index on the way.
    Result<SearchResults> search(std::string_view typed, const SearchLimits& limits = {});
    /// Makes the search indexes anew from the texts, for people whose search misses something.
    Status rebuildSearch();
    const TextSearch& textSearch() const noexcept { return *m_search; }

    /// Removes entries of the bin for good: their rows, what of the search indexes they were in,
    /// the files of attachments that nothing else needs, all backups and damaged files (they hold
    /// the same words; one new backup is made), and every free byte of the database. When this
    /// returns success no file of the folder holds a trace of them. A kill on the way is made good
    /// at the next open. Errors: Busy (another copy reads; the rows are gone, and maintain()
    /// removes the traces later), Io (the same). Cost: the whole database is written anew.
    Status eraseForGood(const std::vector<BinEntry>& entries);
    /// eraseForGood() of all that is in the bin.
    Status emptyBin();

    /// Does a piece of what is due: a backup a day, what lies in the bin for more than 30 days
    /// (this takes as long as eraseForGood()), attachments that nothing refers to. True while there
    /// is more to do; to be called when nothing else is, and not while an answer streams: most
    /// pieces take some milliseconds, but the last one of a backup checks it (0.3 s at 100,000
    /// messages). Errors: Io, Busy; the rest is done at another time.
    Result<bool> maintain();
    /// Makes a copy in backups/ at once. Errors: Io.
    Status backUpNow();

private:
    explicit Store(StoreOptions options);

    Status openFolder();
    Status openForWriting();
    Status openForReading(StoreAccess access, const std::string& reason);
    Status openDatabase();
    bool isOfNewerVersion() const;
    Status finishSwap();
    Status restoreIfGone();
    Result<bool> isHealthy();
    Status rebuild();
    Status migrateWithBackup();
    Status createParts();
    Status recover();
    Status scrub();
    Status vacuum();
    Result<bool> isScrubPending();
    std::filesystem::path databasePath() const;
    std::filesystem::path backupFolder() const;

    // In this order they are made, and the other way round they go.
    StoreOptions m_options;
    OpenReport m_report;
    std::optional<StoreLock> m_lock;
    AttachmentFiles m_files;
    std::unique_ptr<Database> m_database;
    std::unique_ptr<BackupKeeper> m_backups;
    std::unique_ptr<TextSearch> m_search;
    std::unique_ptr<ChatStore> m_chats;
    std::unique_ptr<MessageStore> m_messages;
    std::unique_ptr<AttachmentStore> m_attachments;
    std::unique_ptr<DocumentStore> m_documents;
    std::unique_ptr<JobStore> m_jobs;
    std::unique_ptr<FeedbackStore> m_feedback;
    std::unique_ptr<SettingsStore> m_settings;
    std::unique_ptr<Bin> m_bin;
    Time m_nextTidying;  ///< when maintain() looks for unused attachments again
    Time m_nextBackup;   ///< not before, where one has failed
    Time m_nextErasing;  ///< the same for what is to be erased
};

}  // namespace hearth::storage
