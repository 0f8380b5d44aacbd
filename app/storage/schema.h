#pragma once

#include <cstdint>
#include <functional>

#include "app/storage/database.h"
#include "kernels/base/status.h"

namespace hearth::storage {

/// The schema version that this program writes (`PRAGMA user_version`). Stored on disk. From
/// version 2 on a new version only adds tables and columns, so that an older program can still read
/// everything that it knows.
inline constexpr std::int64_t kSchemaVersion = 2;

/// The version of the schema in the file; 0 for an empty one.
Result<std::int64_t> schemaVersion(Database& database);

/// Brings a new or older database to `kSchemaVersion` in one transaction; does nothing to a current
/// one. `beforeChange`, where given, is called before an older database (not an empty one) is
/// changed and stops everything by failing. Errors: Unsupported for a database that a newer program
/// wrote; what SQLite reports, with the database unchanged. The tables are described in
/// docs/adr/0006-store-schema.md.
Status migrate(Database& database, const std::function<Status()>& beforeChange = {});

/// Makes the three search indexes anew from the texts, in one transaction.
Status rebuildIndexes(Database& database);

}  // namespace hearth::storage
