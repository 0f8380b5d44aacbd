#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/storage/database.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// How often a copy of the store is made, and how many of them stay.
inline constexpr std::chrono::hours kBackupInterval{24};
inline constexpr std::size_t kNumBackups = 5;

/// Copies of the database in a folder of their own, "hearth-20250314-092653.db" by the time in UTC;
/// "-before-v2" is appended where a migration was about to begin. A copy appears under its name
/// only when it is complete, checked and synced. One thread at a time; must not outlive the
/// database.
class BackupKeeper {
public:
    BackupKeeper(Database& database, std::filesystem::path folder, Clock clock);
    ~BackupKeeper();
    BackupKeeper(const BackupKeeper&) = delete;
    BackupKeeper& operator=(const BackupKeeper&) = delete;

    /// Whether the newest copy is older than kBackupInterval (or none is there).
    bool isDue() const;
    /// Does a piece of a copy, starting one where none is under way; true while there is more to
    /// do. What is written meanwhile through the same connection gets into the copy. Errors: Io;
    /// CorruptData (the copy failed its check and was thrown away). After an error the next call
    /// starts anew.
    Result<bool> step(int numPages);
    bool isUnderWay() const noexcept { return m_running != nullptr; }
    /// Makes a whole copy at once. `suffix` goes into its name.
    Status backUpNow(std::string_view suffix = {});
    /// Removes every copy.
    Status removeAll();
    /// All copies in a folder, newest first.
    static std::vector<std::filesystem::path> list(const std::filesystem::path& folder);
    /// "20250314-092653", in UTC.
    static std::string stamp(Time time);

private:
    struct Running;

    Status start(std::string_view suffix);
    Status finish();
    Status removeOld() const;

    Database& m_database;
    std::filesystem::path m_folder;
    Clock m_clock;
    std::unique_ptr<Running> m_running;
};

}  // namespace hearth::storage
