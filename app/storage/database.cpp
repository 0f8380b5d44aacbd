#include "app/storage/database.h"

#include <sqlite3.h>

#include <cerrno>
#include <utility>

namespace hearth::storage {
namespace {

constexpr int kBusyMilliseconds = 5000;
/// A reader that holds the log for longer than that holds it for good.
constexpr int kLogBusyMilliseconds = 1000;

}  // namespace

Status databaseError(sqlite3* handle, std::string_view what) {
    const int extended = sqlite3_extended_errcode(handle);
    const int code = extended & 0xff;
    std::string reason = sqlite3_errmsg(handle);
    ErrorCode kind = ErrorCode::Internal;
    if (code == SQLITE_NOMEM) {
        kind = ErrorCode::OutOfMemory;
    } else if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        kind = ErrorCode::Busy;
    } else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
        kind = ErrorCode::CorruptData;
    } else if (code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG) {
        kind = ErrorCode::InvalidArgument;
    } else if (code == SQLITE_FULL ||
               (code == SQLITE_IOERR && sqlite3_system_errno(handle) == ENOSPC)) {
        kind = ErrorCode::Io;
        reason = "no space is left on the disk; free some and try again";
    } else if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_READONLY) {
        kind = ErrorCode::Io;
    }
    return {kind, std::string(what) + ": " + reason};
}

Statement::Statement(sqlite3_stmt* handle) noexcept : m_handle(handle) {}

Statement::~Statement() {
    sqlite3_finalize(m_handle);
}

Statement::Statement(Statement&& other) noexcept
    : m_handle(std::exchange(other.m_handle, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    std::swap(m_handle, other.m_handle);
    return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
    HEARTH_CHECK(sqlite3_bind_int64(m_handle, index, value) == SQLITE_OK);
    return *this;
}

Statement& Statement::bind(int index, double value) {
    HEARTH_CHECK(sqlite3_bind_double(m_handle, index, value) == SQLITE_OK);
    return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
    // A text past SQLite's limit or out of memory surfaces as an error of the next step, not here.
    const char* data = text.data() != nullptr ? text.data() : "";
    sqlite3_bind_text64(m_handle, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(int index, std::span<const std::byte> bytes) {
    const void* data = bytes.data() != nullptr ? static_cast<const void*>(bytes.data()) : "";
    sqlite3_bind_blob64(m_handle, index, data, bytes.size(), SQLITE_TRANSIENT);
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(m_handle);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code == SQLITE_DONE) {
        return false;
    }
    return databaseError(sqlite3_db_handle(m_handle), sqlite3_sql(m_handle));
}

Status Statement::run() {
    const Result<bool> row = step();
    Status status = row.has_value() ? Status() : row.error();
    reset();
    return status;
}

void Statement::reset() {
    sqlite3_reset(m_handle);
    sqlite3_clear_bindings(m_handle);
}

std::int64_t Statement::columnInt(int column) const {
    return sqlite3_column_int64(m_handle, column);
}

double Statement::columnDouble(int column) const {
    return sqlite3_column_double(m_handle, column);
}

std::string_view Statement::columnText(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(m_handle, column));
    return text == nullptr
               ? std::string_view()
               : std::string_view(text,
                                  static_cast<std::size_t>(sqlite3_column_bytes(m_handle, column)));
}

std::span<const std::byte> Statement::columnBytes(int column) const {
    const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(m_handle, column));
    return bytes == nullptr
               ? std::span<const std::byte>()
               : std::span(bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_handle, column)));
}

Time Statement::columnTime(int column) const {
    return Time(std::chrono::microseconds(columnInt(column)));
}

bool Statement::isNull(int column) const {
    return sqlite3_column_type(m_handle, column) == SQLITE_NULL;
}

std::optional<std::int64_t> Statement::columnOptionalInt(int column) const {
    return isNull(column) ? std::nullopt : std::optional(columnInt(column));
}

namespace {

/// A path as SQLite's "file:" address; what has a meaning there is escaped.
std::string fileAddress(const std::filesystem::path& path) {
    std::string address = "file:";
    for (const char c : path.string()) {
        if (c == '?' || c == '#' || c == '%') {
            constexpr std::string_view kDigits = "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(c);
            address += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
        } else {
            address += c;
        }
    }
    return address;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path,
                                                 const DatabaseOptions& options) {
    sqlite3* handle = nullptr;
    const bool isReadOnly = options.isReadOnly || options.isImmutable;
    const int flags =
        (isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
        SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (options.isImmutable ? SQLITE_OPEN_URI : 0);
    const std::string name =
        options.isImmutable ? fileAddress(path) + "?immutable=1" : path.string();
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
    auto database = std::unique_ptr<Database>(new Database(handle));
    if (code != SQLITE_OK) {
        return databaseError(handle, "cannot open " + path.string());
    }
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    // Sorting and the like stay in memory: no word of a person is written outside the store.
    HEARTH_RETURN_IF_ERROR(
        database->execute("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"));
    if (isReadOnly) {
        // Shows at once that the file is no database.
        const auto probe = database->queryInt("SELECT count(*) FROM sqlite_master");
        if (!probe.has_value()) {
            return probe.error();
        }
        database->setReadOnly("the store was opened for reading only");
    } else if (sqlite3_db_readonly(handle, "main") == 1) {
        return Status(ErrorCode::Unsupported, path.string() + " allows no writing");
    } else {
        HEARTH_RETURN_IF_ERROR(
            database->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                              "PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216;"));
    }
    return database;
}

Database::~Database() {
    sqlite3_close_v2(m_handle);
}

Status Database::execute(std::string_view sql) {
    const std::string text(sql);
    if (sqlite3_exec(m_handle, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return databaseError(m_handle, text.substr(0, 80));
    }
    return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(m_handle, sql.data(), static_cast<int>(sql.size()), &statement,
                           nullptr) != SQLITE_OK) {
        return databaseError(m_handle, sql);
    }
    return Statement(statement);
}

std::int64_t Database::lastInsertId() const {
    return sqlite3_last_insert_rowid(m_handle);
}

std::int64_t Database::changedRows() const {
    return sqlite3_changes64(m_handle);
}

Status Database::truncateLog() {
    HEARTH_ASSIGN_OR_RETURN(Statement statement, prepare("PRAGMA wal_checkpoint(TRUNCATE)"));
    sqlite3_busy_timeout(m_handle, kLogBusyMilliseconds);
    const Result<bool> hasRow = statement.step();
    sqlite3_busy_timeout(m_handle, kBusyMilliseconds);
    if (!hasRow.has_value()) {
        return hasRow.error();
    }
    if (*hasRow && statement.columnInt(0) != 0) {
        return {ErrorCode::Busy,
                "another copy of the program is reading the store; close it and try again"};
    }
    return {};
}

Result<Transaction> Transaction::begin(Database& database) {
    if (!database.readOnlyReason().empty()) {
        return Status(ErrorCode::Unsupported, database.readOnlyReason());
    }
    const bool isNested = sqlite3_get_autocommit(database.handle()) == 0;
    HEARTH_RETURN_IF_ERROR(database.execute(isNested ? "SAVEPOINT part" : "BEGIN IMMEDIATE"));
    return Transaction(database, isNested);
}

Transaction::Transaction(Transaction&& other) noexcept
    : m_database(std::exchange(other.m_database, nullptr)), m_isNested(other.m_isNested) {}

Transaction::~Transaction() {
    if (m_database != nullptr) {
        // A failed rollback means that SQLite has already rolled back by itself.
        const Status status =
            m_database->execute(m_isNested ? "ROLLBACK TO part; RELEASE part" : "ROLLBACK");
        static_cast<void>(status.isOk());
    }
}

Status Transaction::commit() {
    HEARTH_RETURN_IF_ERROR(m_database->execute(m_isNested ? "RELEASE part" : "COMMIT"));
    m_database = nullptr;
    return {};
}

}  // namespace hearth::storage
