#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "kernels/base/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace hearth::storage {

/// A moment, UTC, to the microsecond; on disk the count since 1970.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// Says what time it is; tests hand in their own.
using Clock = std::function<Time()>;

/// A prepared statement. Values are always bound, never pasted into the SQL. One thread at a time;
/// must not outlive its Database.
class Statement {
public:
    explicit Statement(sqlite3_stmt* handle) noexcept;
    ~Statement();
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Binds parameter `index` (from 1). Text and bytes are copied. What is not bound is NULL.
    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, double value);
    Statement& bind(int index, std::string_view text);
    Statement& bind(int index, const char* text) { return bind(index, std::string_view(text)); }
    Statement& bind(int index, const std::string& text) {
        return bind(index, std::string_view(text));
    }
    Statement& bind(int index, std::span<const std::byte> bytes);
    Statement& bind(int index, Time time) {
        return bind(index, std::int64_t{time.time_since_epoch().count()});
    }
    template <class T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>) Statement& bind(int index, T value) {
        return bind(index, static_cast<std::int64_t>(value));
    }
    template <class T>
    Statement& bind(int index, const std::optional<T>& value) {
        return value.has_value() ? bind(index, *value) : *this;
    }

    /// Advances to the next row: true for a row, false at the end.
    Result<bool> step();
    /// Calls `row(*this)` for each row that is left.
    template <class Row>
    Status forEach(Row&& row) {
        while (true) {
            HEARTH_ASSIGN_OR_RETURN(const bool hasRow, step());
            if (!hasRow) {
                return {};
            }
            row(*this);
        }
    }
    /// Runs a statement that returns no rows and makes it ready to be bound again.
    Status run();
    /// Makes it ready to be stepped again; bindings are cleared.
    void reset();

    /// Columns (from 0) of the current row. A view is valid until the next step, reset or
    /// destruction. NULL reads as 0 or empty.
    std::int64_t columnInt(int column) const;
    double columnDouble(int column) const;
    std::string_view columnText(int column) const;
    std::span<const std::byte> columnBytes(int column) const;
    Time columnTime(int column) const;
    bool isNull(int column) const;
    std::optional<std::int64_t> columnOptionalInt(int column) const;

private:
    sqlite3_stmt* m_handle;
};

/// How a database file is opened.
struct DatabaseOptions {
    bool isReadOnly = false;
    bool isImmutable = false;  ///< read-only, and nobody writes: no log, no lock, no file beside it
    std::string vfs = {};      ///< name of a registered SQLite VFS; empty for the system's
};

/// One connection to a SQLite file: write-ahead log, foreign keys, every commit synced to the disk,
/// freed pages overwritten with zeros. One thread at a time.
class Database {
public:
    /// Opens or creates `path`; ":memory:" gives a private database that vanishes with the object.
    /// Errors: CorruptData (not a database), Unsupported (it is to be written, but its file
    /// allows only reading), Io (cannot open), Busy, Internal.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path,
                                                  const DatabaseOptions& options = {});

    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs statements without parameters, separated by semicolons.
    Status execute(std::string_view sql);
    Result<Statement> prepare(std::string_view sql);
    /// Prepares `sql`, binds `values` in their order and runs it.
    template <class... Values>
    Status run(std::string_view sql, const Values&... values) {
        HEARTH_ASSIGN_OR_RETURN(Statement statement, prepare(sql));
        int index = 0;
        (statement.bind(++index, values), ...);
        return statement.run();
    }
    /// The first column of the first row, or nothing where there is no row or it is NULL.
    template <class... Values>
    Result<std::optional<std::int64_t>> queryInt(std::string_view sql, const Values&... values) {
        HEARTH_ASSIGN_OR_RETURN(Statement statement, prepare(sql));
        int index = 0;
        (statement.bind(++index, values), ...);
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, statement.step());
        return hasRow ? statement.columnOptionalInt(0) : std::nullopt;
    }
    std::int64_t lastInsertId() const;
    /// Rows that the last INSERT, UPDATE or DELETE changed.
    std::int64_t changedRows() const;

    /// From now on every transaction fails with Unsupported and this sentence.
    void setReadOnly(std::string reason) { m_readOnlyReason = std::move(reason); }
    /// Empty while writing is allowed.
    const std::string& readOnlyReason() const noexcept { return m_readOnlyReason; }

    /// Moves the log into the file and cuts it to nothing. Errors: Busy while another copy of the
    /// program reads from the log.
    Status truncateLog();

    /// For the few users of SQLite's own functions inside this folder.
    sqlite3* handle() const noexcept { return m_handle; }

private:
    explicit Database(sqlite3* handle) noexcept : m_handle(handle) {}

    sqlite3* m_handle;
    std::string m_readOnlyReason;
};

/// What SQLite says of the last call on `handle`, as a status: Io for a full or failing disk,
/// CorruptData, Busy, OutOfMemory, InvalidArgument (refers to a row that is not there).
Status databaseError(sqlite3* handle, std::string_view what);

/// Rolls the transaction back at the end of the scope unless `commit` succeeded. One begun inside
/// another is a part of it: its changes can be rolled back alone, and last if the outer one does.
class Transaction {
public:
    /// Errors: Unsupported (the database is read-only), Busy, Io.
    static Result<Transaction> begin(Database& database);
    ~Transaction();
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// On return of success everything is on the disk, synced (for the outer transaction).
    Status commit();

private:
    Transaction(Database& database, bool isNested) noexcept
        : m_database(&database), m_isNested(isNested) {}

    Database* m_database;
    bool m_isNested;
};

}  // namespace hearth::storage
