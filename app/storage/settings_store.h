#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/storage/database.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// Settings by name. Names that begin with "store." belong to the store itself. One thread at a
/// time; must not outlive the database, which has been migrated.
class SettingsStore {
public:
    explicit SettingsStore(Database& database) noexcept : m_database(database) {}

    /// Errors: Io, Busy, Unsupported (the store is read-only).
    Status set(std::string_view key, std::string_view value);
    /// Errors: as set().
    Status remove(std::string_view key);
    /// Nothing where it was never set. Errors: Io, CorruptData.
    Result<std::optional<std::string>> value(std::string_view key);

private:
    Database& m_database;
};

}  // namespace hearth::storage
