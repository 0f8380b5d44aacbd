#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kernels/base/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace hearth::storage {

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

    /// Binds parameter `index` (from 1). Text is copied.
    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, double value);
    Statement& bind(int index, std::string_view text);

    /// Advances to the next row: true for a row, false at the end.
    Result<bool> step();
    /// Runs a statement that returns no rows and makes it ready to be bound again.
    Status run();
    /// Makes it ready to be stepped again; bindings are cleared.
    void reset();

    /// Columns (from 0) of the current row. A view is valid until the next step, reset or
    /// destruction.
    std::int64_t columnInt(int column) const;
    double columnDouble(int column) const;
    std::string_view columnText(int column) const;

private:
    sqlite3_stmt* m_handle;
};

/// One connection to a SQLite file. One thread at a time.
class Database {
public:
    /// Opens or creates `path`; ":memory:" gives a private database that vanishes with the object.
    /// Foreign keys are on. Errors: Io (cannot open, not a database), Internal.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);

    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs statements without parameters, separated by semicolons.
    Status execute(std::string_view sql);
    Result<Statement> prepare(std::string_view sql);
    std::int64_t lastInsertId() const;

private:
    explicit Database(sqlite3* handle) noexcept : m_handle(handle) {}

    sqlite3* m_handle;
};

/// Rolls the transaction back at the end of the scope unless `commit` succeeded.
class Transaction {
public:
    static Result<Transaction> begin(Database& database);
    ~Transaction();
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    Status commit();

private:
    explicit Transaction(Database& database) noexcept : m_database(&database) {}

    Database* m_database;
};

}  // namespace hearth::storage
