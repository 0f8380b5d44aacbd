#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "app/storage/database.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// What came out of a damaged store.
struct SalvageReport {
    std::filesystem::path damagedFile;  ///< where the old file is kept
    std::size_t numMessages = 0;        ///< in the new file
    std::size_t numChats = 0;
    std::size_t numRowsRead = 0;        ///< rows of all tables taken from the damaged file
    std::size_t numRowsFromBackup = 0;  ///< rows that only a backup still had
    std::size_t numDamagedPages = 0;    ///< pages of the damaged file that are lost or partly so
};

/// Writes a new store to `target` (nothing is there) with all that can be read of the damaged file
/// `source` and of its log, and with what is missing there but is in one of `backups` (newest
/// first). What lost its place gets one: messages without a chat are put into a chat of recovered
/// messages. The source is not changed. Errors: Io, OutOfMemory, Internal.
Result<SalvageReport> salvage(const std::filesystem::path& source,
                              const std::filesystem::path& target,
                              const std::vector<std::filesystem::path>& backups, Time now);

}  // namespace hearth::storage
