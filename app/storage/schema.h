#pragma once

#include "app/storage/database.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// The schema version that this program writes (`PRAGMA user_version`). Stored on disk.
inline constexpr std::int64_t kSchemaVersion = 1;

/// Brings a new or older database to `kSchemaVersion` in one transaction; does nothing to a current
/// one. Errors: Unsupported for a database that a newer program wrote; what SQLite reports, with
/// the database unchanged. The tables are described in docs/adr/0006-store-schema.md.
Status migrate(Database& database);

}  // namespace hearth::storage
