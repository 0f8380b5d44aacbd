#include "app/storage/database.h"

#include <sqlite3.h>

#include <utility>

namespace hearth::storage {
namespace {

Status databaseError(sqlite3* handle, std::string_view what) {
    const int code = sqlite3_errcode(handle) & 0xff;
    ErrorCode kind = ErrorCode::Internal;
    if (code == SQLITE_NOMEM) {
        kind = ErrorCode::OutOfMemory;
    } else if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        kind = ErrorCode::Busy;
    } else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
        kind = ErrorCode::CorruptData;
    } else if (code == SQLITE_IOERR || code == SQLITE_FULL || code == SQLITE_CANTOPEN ||
               code == SQLITE_READONLY) {
        kind = ErrorCode::Io;
    }
    return {kind, std::string(what) + ": " + sqlite3_errmsg(handle)};
}

}  // namespace

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

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path) {
    sqlite3* handle = nullptr;
    constexpr int kFlags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path.c_str(), &handle, kFlags, nullptr);
    auto database = std::unique_ptr<Database>(new Database(handle));
    if (code != SQLITE_OK) {
        return databaseError(handle, "cannot open " + path.string());
    }
    sqlite3_busy_timeout(handle, 5000);
    HEARTH_RETURN_IF_ERROR(
        database->execute("PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL;"));
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

Result<Transaction> Transaction::begin(Database& database) {
    HEARTH_RETURN_IF_ERROR(database.execute("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : m_database(std::exchange(other.m_database, nullptr)) {}

Transaction::~Transaction() {
    if (m_database != nullptr) {
        // A failed rollback means that SQLite has already rolled back by itself.
        static_cast<void>(m_database->execute("ROLLBACK").isOk());
    }
}

Status Transaction::commit() {
    HEARTH_RETURN_IF_ERROR(m_database->execute("COMMIT"));
    m_database = nullptr;
    return {};
}

}  // namespace hearth::storage
