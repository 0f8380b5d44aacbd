#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace hearth::storage {

/// A SQLite VFS over the system's that fails on order, and that knows what of each file would be
/// left after a power failure: only what was written before the last sync of that file. One thread
/// at a time; outlives the databases opened through it.
class FaultVfs {
public:
    /// What a failing call reports.
    enum class Fault { DiskFull, WriteError, SyncError };

    FaultVfs();
    ~FaultVfs();
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;

    /// For StoreOptions::vfs.
    const std::string& name() const { return m_name; }

    /// The `call`-th write, truncation or sync from now on fails (0: the next one); with
    /// `isLasting` so do all after it, until clear().
    void failAt(std::uint64_t call, Fault fault, bool isLasting);
    void clear();
    /// Writes, truncations and syncs so far.
    std::uint64_t numCalls() const { return m_numCalls; }
    bool hasFailed() const { return m_hasFailed; }

    /// Loses power at the `call`-th write, truncation or sync from now on: every later one fails.
    void losePowerAt(std::uint64_t call);
    /// Puts into `folder` what is left after the power failure. Of what was not synced nothing is
    /// left, or where `random` is given any part of it, in any order.
    void writeSurvivors(const std::filesystem::path& folder, std::mt19937* random) const;

    // For the C functions of the implementation.
    struct Write {
        std::uint64_t offset = 0;
        std::string bytes;
        bool isTruncation = false;
    };
    struct FileState {
        std::string durable;
        std::vector<Write> pending;
    };
    static void apply(std::string& content, const Write& write);
    int onCall(Fault kind);
    FileState& state(const std::string& path);
    void forget(const std::string& path);
    sqlite3_vfs* base() const { return m_base; }

private:
    std::string m_name;
    sqlite3_vfs* m_base;
    std::unique_ptr<sqlite3_vfs> m_vfs;
    std::map<std::string, FileState> m_files;
    std::uint64_t m_numCalls = 0;
    std::uint64_t m_failAt = UINT64_MAX;
    std::uint64_t m_powerLossAt = UINT64_MAX;
    Fault m_fault = Fault::DiskFull;
    bool m_isLasting = false;
    bool m_hasFailed = false;
};

}  // namespace hearth::storage
