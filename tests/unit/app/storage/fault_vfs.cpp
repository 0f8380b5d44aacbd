#include "tests/unit/app/storage/fault_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <new>

namespace hearth::storage {
namespace {

/// What SQLite allocates for a file: ours in front, the system's behind it.
struct FaultFile {
    sqlite3_file base;
    FaultVfs* vfs;
    std::string* path;
};

FaultFile* ours(sqlite3_file* file) {
    return reinterpret_cast<FaultFile*>(file);
}

sqlite3_file* inner(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(ours(file) + 1);
}

FaultVfs* vfsOf(sqlite3_vfs* vfs) {
    return static_cast<FaultVfs*>(vfs->pAppData);
}

int fileClose(sqlite3_file* file) {
    const int code = inner(file)->pMethods->xClose(inner(file));
    delete ours(file)->path;
    return code;
}

int fileRead(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
    return inner(file)->pMethods->xRead(inner(file), buffer, size, offset);
}

int fileWrite(sqlite3_file* file, const void* buffer, int size, sqlite3_int64 offset) {
    FaultVfs* vfs = ours(file)->vfs;
    if (const int code = vfs->onCall(FaultVfs::Fault::WriteError); code != SQLITE_OK) {
        return code;
    }
    const int code = inner(file)->pMethods->xWrite(inner(file), buffer, size, offset);
    if (code == SQLITE_OK) {
        vfs->state(*ours(file)->path)
            .pending.push_back(
                {static_cast<std::uint64_t>(offset),
                 std::string(static_cast<const char*>(buffer), static_cast<std::size_t>(size)),
                 false});
    }
    return code;
}

int fileTruncate(sqlite3_file* file, sqlite3_int64 size) {
    FaultVfs* vfs = ours(file)->vfs;
    if (const int code = vfs->onCall(FaultVfs::Fault::WriteError); code != SQLITE_OK) {
        return code;
    }
    const int code = inner(file)->pMethods->xTruncate(inner(file), size);
    if (code == SQLITE_OK) {
        vfs->state(*ours(file)->path)
            .pending.push_back({static_cast<std::uint64_t>(size), {}, true});
    }
    return code;
}

int fileSync(sqlite3_file* file, int flags) {
    FaultVfs* vfs = ours(file)->vfs;
    if (const int code = vfs->onCall(FaultVfs::Fault::SyncError); code != SQLITE_OK) {
        return code;
    }
    const int code = inner(file)->pMethods->xSync(inner(file), flags);
    if (code == SQLITE_OK) {
        FaultVfs::FileState& state = vfs->state(*ours(file)->path);
        for (const FaultVfs::Write& write : state.pending) {
            FaultVfs::apply(state.durable, write);
        }
        state.pending.clear();
    }
    return code;
}

int fileSize(sqlite3_file* file, sqlite3_int64* size) {
    return inner(file)->pMethods->xFileSize(inner(file), size);
}

int fileLock(sqlite3_file* file, int level) {
    return inner(file)->pMethods->xLock(inner(file), level);
}

int fileUnlock(sqlite3_file* file, int level) {
    return inner(file)->pMethods->xUnlock(inner(file), level);
}

int fileCheckReservedLock(sqlite3_file* file, int* result) {
    return inner(file)->pMethods->xCheckReservedLock(inner(file), result);
}

int fileControl(sqlite3_file* file, int operation, void* argument) {
    return inner(file)->pMethods->xFileControl(inner(file), operation, argument);
}

int fileSectorSize(sqlite3_file*) {
    return 512;
}

int fileDeviceCharacteristics(sqlite3_file*) {
    return 0;  // nothing is promised
}

int fileShmMap(sqlite3_file* file, int page, int pageSize, int extend, void volatile** memory) {
    return inner(file)->pMethods->xShmMap(inner(file), page, pageSize, extend, memory);
}

int fileShmLock(sqlite3_file* file, int offset, int count, int flags) {
    return inner(file)->pMethods->xShmLock(inner(file), offset, count, flags);
}

void fileShmBarrier(sqlite3_file* file) {
    inner(file)->pMethods->xShmBarrier(inner(file));
}

int fileShmUnmap(sqlite3_file* file, int deleteFlag) {
    return inner(file)->pMethods->xShmUnmap(inner(file), deleteFlag);
}

const sqlite3_io_methods kMethods{2,
                                  fileClose,
                                  fileRead,
                                  fileWrite,
                                  fileTruncate,
                                  fileSync,
                                  fileSize,
                                  fileLock,
                                  fileUnlock,
                                  fileCheckReservedLock,
                                  fileControl,
                                  fileSectorSize,
                                  fileDeviceCharacteristics,
                                  fileShmMap,
                                  fileShmLock,
                                  fileShmBarrier,
                                  fileShmUnmap,
                                  nullptr,
                                  nullptr};

int vfsOpen(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* outFlags) {
    FaultVfs* fault = vfsOf(vfs);
    FaultFile* self = ours(file);
    self->base.pMethods = nullptr;
    const int code = fault->base()->xOpen(fault->base(), name, inner(file), flags, outFlags);
    if (inner(file)->pMethods != nullptr) {
        self->vfs = fault;
        self->path = new std::string(name == nullptr ? "" : name);
        self->base.pMethods = &kMethods;
    }
    return code;
}

int vfsDelete(sqlite3_vfs* vfs, const char* name, int syncFolder) {
    FaultVfs* fault = vfsOf(vfs);
    if (const int code = fault->onCall(FaultVfs::Fault::WriteError); code != SQLITE_OK) {
        return SQLITE_IOERR_DELETE;
    }
    fault->forget(name);
    return fault->base()->xDelete(fault->base(), name, syncFolder);
}

}  // namespace

FaultVfs::FaultVfs()
    : m_base(sqlite3_vfs_find(nullptr)), m_vfs(std::make_unique<sqlite3_vfs>(*m_base)) {
    static std::atomic<int> counter{0};  // two of them may exist at a time
    m_name = "hearth-fault-" + std::to_string(counter.fetch_add(1));
    m_vfs->zName = m_name.c_str();
    m_vfs->pNext = nullptr;
    m_vfs->szOsFile = static_cast<int>(sizeof(FaultFile)) + m_base->szOsFile;
    m_vfs->pAppData = this;
    m_vfs->xOpen = vfsOpen;
    m_vfs->xDelete = vfsDelete;
    // The other functions know only their own state, which was copied.
    m_vfs->xAccess = [](sqlite3_vfs* vfs, const char* name, int flags, int* result) {
        return vfsOf(vfs)->base()->xAccess(vfsOf(vfs)->base(), name, flags, result);
    };
    m_vfs->xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* out) {
        return vfsOf(vfs)->base()->xFullPathname(vfsOf(vfs)->base(), name, size, out);
    };
    sqlite3_vfs_register(m_vfs.get(), 0);
}

FaultVfs::~FaultVfs() {
    sqlite3_vfs_unregister(m_vfs.get());
}

void FaultVfs::failAt(std::uint64_t call, Fault fault, bool isLasting) {
    m_failAt = m_numCalls + call;
    m_fault = fault;
    m_isLasting = isLasting;
    m_hasFailed = false;
}

void FaultVfs::losePowerAt(std::uint64_t call) {
    m_powerLossAt = m_numCalls + call;
}

void FaultVfs::clear() {
    m_failAt = UINT64_MAX;
}

int FaultVfs::onCall(Fault kind) {
    const std::uint64_t call = m_numCalls++;
    if (call >= m_powerLossAt) {
        m_hasFailed = true;
        return kind == Fault::SyncError ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
    }
    if (call < m_failAt || (call > m_failAt && !m_isLasting)) {
        return SQLITE_OK;
    }
    m_hasFailed = true;
    if (m_fault == Fault::DiskFull) {
        // A sync needs no room.
        return kind == Fault::SyncError ? SQLITE_OK : SQLITE_FULL;
    }
    return kind == Fault::SyncError ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
}

FaultVfs::FileState& FaultVfs::state(const std::string& path) {
    return m_files[path];
}

void FaultVfs::forget(const std::string& path) {
    m_files.erase(path);
}

void FaultVfs::apply(std::string& content, const Write& write) {
    if (write.isTruncation) {
        content.resize(static_cast<std::size_t>(write.offset));
        return;
    }
    const auto begin = static_cast<std::size_t>(write.offset);
    content.resize(std::max(content.size(), begin + write.bytes.size()));
    content.replace(begin, write.bytes.size(), write.bytes);
}

void FaultVfs::writeSurvivors(const std::filesystem::path& folder, std::mt19937* random) const {
    std::filesystem::create_directories(folder);
    for (const auto& [path, state] : m_files) {
        std::string content = state.durable;
        std::vector<Write> pending = random == nullptr ? std::vector<Write>() : state.pending;
        if (random != nullptr) {
            std::shuffle(pending.begin(), pending.end(), *random);
            pending.resize(pending.empty() ? 0 : (*random)() % (pending.size() + 1));
        }
        for (Write& write : pending) {
            // A write itself may be torn between sectors.
            if (!write.isTruncation && (*random)() % 4 == 0) {
                write.bytes.resize(write.bytes.size() / 512 / 2 * 512);
            }
            apply(content, write);
        }
        std::ofstream(folder / std::filesystem::path(path).filename(), std::ios::binary) << content;
    }
}

}  // namespace hearth::storage
