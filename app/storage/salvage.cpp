#include "app/storage/salvage.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "app/storage/damaged_file.h"
#include "app/storage/document_store.h"
#include "app/storage/file_system.h"
#include "app/storage/schema.h"
#include "kernels/base/mapped_file.h"

namespace hearth::storage {
namespace {

/// A table whose rows are worth taking. Search indexes and passages are made anew.
struct Table {
    std::string_view name;
    /// In the order in which they lie in a row.
    std::string_view columns;
    /// One letter a column: k row number (NULL in the row itself), i integer, t text, b bytes, r
    /// real; capital where NULL is allowed.
    std::string_view types;
    std::size_t minColumns;  ///< rows of version 1 end here
    bool isFoundByShape;     ///< rows of no other table or index look like its rows
};

constexpr std::array kTables{
    Table{"attachments", "id, sha256, media_type, bytes, name, created_us", "kttiti", 5, true},
    Table{"chats",
          "id, title, folder, pinned, created_us, changed_us, current_leaf, title_is_manual",
          "kttiiiIi", 7, true},
    Table{"messages",
          "id, chat, parent, role, state, created_us, model, details, finished_us, shown_child, "
          "bin_root",
          "kiIiiittIII", 8, true},
    Table{"parts", "message, position, kind, text, attachment, name, model_input", "iiiTItt", 5,
          true},
    Table{"streaming", "message, sequence, kind, text", "iiit", 4, true},
    Table{"documents", "id, attachment, title, page_count, state, kept, created_us", "kItiiii", 5,
          true},
    Table{"pages", "id, document, number, text", "kiit", 4, true},
    Table{"thumbnails", "attachment, media_type, width_px, height_px, bytes", "ktiib", 5, true},
    Table{"jobs", "id, kind, document, state, progress, parameters, created_us, error, changed_us",
          "kiIirtiti", 7, true},
    Table{"summary_nodes", "id, job, level, position, first_page, last_page, text, citations",
          "kiiiiitt", 8, true},
    Table{"feedback", "message, thumb, edited_answer, created_us", "kITi", 4, true},
    Table{"router_traces", "message, layer, first_token, token_count, expert_counts", "iiiib", 5,
          true},
    Table{"drafts", "chat, text, changed_us", "kti", 3, true},
    Table{"deletions", "kind, row, deleted_us", "iii", 3, false},
    Table{"folders", "name, position", "ti", 2, false},
    Table{"removed_files", "sha256", "t", 1, false},
    Table{"settings", "key, value", "tt", 2, false},
};

/// A number beyond this is a damaged one.
constexpr std::int64_t kMaxId = std::int64_t{1} << 40;

const Table* findTable(std::string_view name) {
    const auto table = std::find_if(kTables.begin(), kTables.end(),
                                    [&](const Table& other) { return other.name == name; });
    return table == kTables.end() ? nullptr : &*table;
}

bool isOfType(const RawValue& value, char type) {
    if (std::holds_alternative<std::monostate>(value)) {
        return type == 'k' || (type >= 'A' && type <= 'Z');
    }
    switch (type) {
        case 'i':
        case 'I':
            return std::holds_alternative<std::int64_t>(value);
        case 't':
        case 'T':
            return std::holds_alternative<std::string>(value);
        case 'b':
            return std::holds_alternative<RawBytes>(value);
        case 'r':  // whole numbers lie as integers in a column of reals
            return std::holds_alternative<double>(value) ||
                   std::holds_alternative<std::int64_t>(value);
        default:
            return false;
    }
}

bool isRowOf(const Table& table, const RawRow& row) {
    const bool hasRowId = table.types.front() == 'k';
    if (row.hasRowId != hasRowId || row.values.size() < table.minColumns ||
        row.values.size() > table.types.size() ||
        (hasRowId && (row.rowId < 0 || row.rowId > kMaxId))) {
        return false;
    }
    for (std::size_t i = 0; i < row.values.size(); ++i) {
        if (!isOfType(row.values[i], table.types[i])) {
            return false;
        }
    }
    return true;
}

/// The new store while rows come in.
class Builder {
public:
    explicit Builder(Database& database) : m_database(database) {}

    /// Whether the row is one of the table's; a row whose key is there already is left out.
    Result<bool> add(const Table& table, const RawRow& row) {
        if (!isRowOf(table, row)) {
            return false;
        }
        HEARTH_ASSIGN_OR_RETURN(Statement * insert, statementFor(table, row.values.size()));
        for (std::size_t i = 0; i < row.values.size(); ++i) {
            const int index = static_cast<int>(i) + 1;
            if (table.types[i] == 'k') {
                insert->bind(index, row.rowId);
            } else if (const auto* integer = std::get_if<std::int64_t>(&row.values[i])) {
                insert->bind(index, *integer);
            } else if (const auto* real = std::get_if<double>(&row.values[i])) {
                insert->bind(index, *real);
            } else if (const auto* text = std::get_if<std::string>(&row.values[i])) {
                insert->bind(index, *text);
            } else if (const auto* bytes = std::get_if<RawBytes>(&row.values[i])) {
                insert->bind(index, std::as_bytes(std::span(bytes->bytes)));
            }
        }
        HEARTH_RETURN_IF_ERROR(insert->run());
        m_numRows += static_cast<std::size_t>(m_database.changedRows());
        return true;
    }

    std::size_t numRows() const noexcept { return m_numRows; }

private:
    Result<Statement*> statementFor(const Table& table, std::size_t numColumns) {
        const auto key = std::pair(table.name, numColumns);
        auto found = m_statements.find(key);
        if (found == m_statements.end()) {
            std::string columns(table.columns);
            std::size_t end = 0;
            for (std::size_t i = 0; i < numColumns; ++i) {
                end = columns.find(',', end + 1);
            }
            std::string sql = "INSERT OR IGNORE INTO " + std::string(table.name) + "(" +
                              columns.substr(0, end) + ") VALUES (?";
            for (std::size_t i = 1; i < numColumns; ++i) {
                sql += ", ?";
            }
            HEARTH_ASSIGN_OR_RETURN(Statement statement, m_database.prepare(sql + ")"));
            found = m_statements.emplace(key, std::move(statement)).first;
        }
        return &found->second;
    }

    Database& m_database;
    std::map<std::pair<std::string_view, std::size_t>, Statement> m_statements;
    std::size_t m_numRows = 0;
};

Status takeFromFile(Database& database, DamagedFile& file, SalvageReport& report) {
    Builder builder(database);
    Status failure;
    const auto addTo = [&](const Table& table, const RawRow& row) {
        if (!failure.isOk()) {
            return true;
        }
        Result<bool> isTaken = builder.add(table, row);
        if (!isTaken.has_value()) {
            failure = std::move(isTaken).error();
            return true;
        }
        return *isTaken;
    };
    file.forEachRow([](const std::string& name) { return findTable(name) != nullptr; },
                    [&](const DamagedFile::Root* root, const RawRow& row) {
                        if (root != nullptr) {
                            return addTo(*findTable(root->name), row);
                        }
                        return std::any_of(kTables.begin(), kTables.end(), [&](const Table& table) {
                            return table.isFoundByShape && addTo(table, row);
                        });
                    });
    report.numRowsRead = builder.numRows();
    report.numDamagedPages = file.numDamagedPages();
    return failure;
}

/// Adds the rows that only the backup has. One of another schema, or one that is damaged itself, is
/// left aside.
Status takeFromBackup(Database& database, const std::filesystem::path& path,
                      SalvageReport& report) {
    const Result<std::unique_ptr<Database>> backup = Database::open(path, {.isImmutable = true});
    if (!backup.has_value()) {
        return {};
    }
    Database& old = **backup;
    const Result<std::int64_t> version = schemaVersion(old);
    if (!version.has_value() || *version != kSchemaVersion) {
        return {};
    }
    // What a person has since taken out of the bin, sent or changed must not come back.
    constexpr std::array<std::string_view, 4> kNotOld{"deletions", "drafts", "removed_files",
                                                      "streaming"};
    for (const Table& table : kTables) {
        if (std::find(kNotOld.begin(), kNotOld.end(), table.name) != kNotOld.end()) {
            continue;
        }
        Result<Statement> read = old.prepare("SELECT " + std::string(table.columns) + " FROM " +
                                             std::string(table.name));
        if (!read.has_value()) {
            continue;
        }
        std::string marks = "?";
        for (std::size_t i = 1; i < table.types.size(); ++i) {
            marks += ", ?";
        }
        HEARTH_ASSIGN_OR_RETURN(
            Statement insert,
            database.prepare("INSERT OR IGNORE INTO " + std::string(table.name) + "(" +
                             std::string(table.columns) + ") VALUES (" + marks + ")"));
        while (true) {
            const Result<bool> hasRow = read->step();
            if (!hasRow.has_value() || !*hasRow) {
                break;
            }
            for (std::size_t i = 0; i < table.types.size(); ++i) {
                const int column = static_cast<int>(i);
                if (read->isNull(column)) {
                    continue;
                }
                switch (table.types[i]) {
                    case 't':
                    case 'T':
                        insert.bind(column + 1, read->columnText(column));
                        break;
                    case 'b':
                        insert.bind(column + 1, read->columnBytes(column));
                        break;
                    case 'r':
                        insert.bind(column + 1, read->columnDouble(column));
                        break;
                    default:
                        insert.bind(column + 1, read->columnInt(column));
                }
            }
            HEARTH_RETURN_IF_ERROR(insert.run());
            report.numRowsFromBackup += static_cast<std::size_t>(database.changedRows());
        }
    }
    return {};
}

/// Gives rows that lost what they refer to a new place, so that nothing readable stays hidden.
Status mendReferences(Database& database, Time now) {
    const std::int64_t nowUs = now.time_since_epoch().count();
    HEARTH_RETURN_IF_ERROR(database.run(
        "INSERT OR IGNORE INTO chats(id, title, created_us, changed_us) SELECT DISTINCT chat, "
        "'Recovered chat', ?1, ?1 FROM messages WHERE chat NOT IN (SELECT id FROM chats)",
        nowUs));
    // Texts whose message was lost: a chat of their own, one after the other.
    HEARTH_ASSIGN_OR_RETURN(
        const std::optional<std::int64_t> numLost,
        database.queryInt("SELECT count(*) FROM (SELECT message FROM parts UNION SELECT message "
                          "FROM streaming) WHERE message NOT IN (SELECT id FROM messages)"));
    if (numLost.value_or(0) > 0) {
        HEARTH_RETURN_IF_ERROR(
            database.run("INSERT INTO chats(title, created_us, changed_us) VALUES ('Recovered "
                         "messages', ?1, ?1)",
                         nowUs));
        const std::int64_t chat = database.lastInsertId();
        HEARTH_RETURN_IF_ERROR(database.run(
            "INSERT INTO messages(id, chat, parent, role, state, created_us) SELECT message, ?1, "
            "lag(message) OVER (ORDER BY message), 2, CASE WHEN message IN (SELECT message FROM "
            "streaming) THEN 2 ELSE 1 END, ?2 FROM (SELECT message FROM parts UNION SELECT message "
            "FROM streaming) WHERE message NOT IN (SELECT id FROM messages)",
            chat, nowUs));
        HEARTH_RETURN_IF_ERROR(database.run(
            "UPDATE chats SET current_leaf = (SELECT max(id) FROM messages WHERE chat = ?1) WHERE "
            "id = ?1",
            chat));
    }
    // A message that was streaming when its streamed text was lost, too, still has its place.
    return database.execute(
        "UPDATE messages SET parent = NULL WHERE parent NOT IN (SELECT id FROM messages) OR parent "
        ">= id;"
        "UPDATE messages SET parent = NULL WHERE parent IS NOT NULL AND chat <> (SELECT chat FROM "
        "messages m WHERE m.id = messages.parent);"
        "UPDATE chats SET current_leaf = NULL WHERE current_leaf NOT IN (SELECT id FROM messages);"
        "INSERT OR IGNORE INTO attachments(id, sha256, media_type, bytes, name) SELECT DISTINCT "
        "attachment, 'lost-' || attachment, '', 0, '' FROM parts WHERE attachment NOT IN (SELECT "
        "id "
        "FROM attachments);"
        "DELETE FROM thumbnails WHERE attachment NOT IN (SELECT id FROM attachments);"
        "UPDATE documents SET attachment = NULL WHERE attachment NOT IN (SELECT id FROM "
        "attachments);"
        "INSERT OR IGNORE INTO documents(id, title, page_count) SELECT document, 'Recovered "
        "document', max(number) FROM pages WHERE document NOT IN (SELECT id FROM documents) GROUP "
        "BY document;"
        "UPDATE jobs SET document = NULL WHERE document NOT IN (SELECT id FROM documents);"
        "INSERT OR IGNORE INTO jobs(id, kind, state, created_us) SELECT DISTINCT job, 1, 3, 0 FROM "
        "summary_nodes WHERE job NOT IN (SELECT id FROM jobs);"
        "DELETE FROM feedback WHERE message NOT IN (SELECT id FROM messages);"
        "DELETE FROM router_traces WHERE message NOT IN (SELECT id FROM messages);"
        "DELETE FROM deletions WHERE (kind = 1 AND row NOT IN (SELECT id FROM chats)) OR (kind = 2 "
        "AND row NOT IN (SELECT id FROM messages)) OR (kind = 3 AND row NOT IN (SELECT id FROM "
        "documents)) OR kind NOT IN (1, 2, 3);"
        "UPDATE messages SET bin_root = NULL WHERE bin_root IS NOT NULL AND bin_root NOT IN "
        "(SELECT "
        "row FROM deletions WHERE kind = 2);"
        "INSERT OR IGNORE INTO folders(name, position) SELECT DISTINCT folder, 1000 FROM chats "
        "WHERE folder <> '';");
}

/// Cuts all pages into passages.
Status makeChunks(Database& database) {
    HEARTH_ASSIGN_OR_RETURN(Statement read, database.prepare("SELECT id, text FROM pages"));
    HEARTH_ASSIGN_OR_RETURN(
        Statement insert,
        database.prepare("INSERT INTO chunks(page, begin_byte, end_byte) VALUES (?, ?, ?)"));
    while (true) {
        HEARTH_ASSIGN_OR_RETURN(const bool hasRow, read.step());
        if (!hasRow) {
            return {};
        }
        for (const auto& [begin, end] : splitIntoChunks(read.columnText(1))) {
            HEARTH_RETURN_IF_ERROR(
                insert.bind(1, read.columnInt(0)).bind(2, begin).bind(3, end).run());
        }
    }
}

/// The bytes of a file while it is mapped; none for one that is empty or not there.
Result<std::unique_ptr<MappedFile>> mapIfThere(const std::filesystem::path& path) {
    Result<std::unique_ptr<MappedFile>> file = MappedFile::open(path);
    if (!file.has_value() && (file.error().code() == ErrorCode::NotFound ||
                              file.error().code() == ErrorCode::InvalidArgument)) {
        return std::unique_ptr<MappedFile>();
    }
    return file;
}

std::span<const std::byte> bytesOf(const std::unique_ptr<MappedFile>& file) {
    return file == nullptr ? std::span<const std::byte>() : file->bytes();
}

}  // namespace

Result<SalvageReport> salvage(const std::filesystem::path& source,
                              const std::filesystem::path& target,
                              const std::vector<std::filesystem::path>& backups, Time now) {
    SalvageReport report;
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<MappedFile> file, mapIfThere(source));
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<MappedFile> log,
                            mapIfThere(source.string() + "-wal"));
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Database> database, Database::open(target));
    // A half-made file is thrown away, so nothing has to be synced before the end.
    HEARTH_RETURN_IF_ERROR(
        database->execute("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;"));
    HEARTH_RETURN_IF_ERROR(migrate(*database));
    {
        HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*database));
        DamagedFile damaged(bytesOf(file), bytesOf(log));
        HEARTH_RETURN_IF_ERROR(takeFromFile(*database, damaged, report));
        for (const std::filesystem::path& backup : backups) {
            HEARTH_RETURN_IF_ERROR(takeFromBackup(*database, backup, report));
        }
        HEARTH_RETURN_IF_ERROR(mendReferences(*database, now));
        HEARTH_RETURN_IF_ERROR(makeChunks(*database));
        HEARTH_RETURN_IF_ERROR(rebuildIndexes(*database));
        HEARTH_RETURN_IF_ERROR(database->run(
            "INSERT OR REPLACE INTO settings(key, value) VALUES ('store.salvaged', ?)",
            std::to_string(now.time_since_epoch().count())));
        HEARTH_RETURN_IF_ERROR(transaction.commit());
    }
    HEARTH_ASSIGN_OR_RETURN(const std::optional<std::int64_t> numMessages,
                            database->queryInt("SELECT count(*) FROM messages"));
    HEARTH_ASSIGN_OR_RETURN(const std::optional<std::int64_t> numChats,
                            database->queryInt("SELECT count(*) FROM chats"));
    report.numMessages = static_cast<std::size_t>(numMessages.value_or(0));
    report.numChats = static_cast<std::size_t>(numChats.value_or(0));
    HEARTH_RETURN_IF_ERROR(database->truncateLog());
    return report;
}

}  // namespace hearth::storage
