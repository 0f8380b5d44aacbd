#include "app/storage/settings_store.h"

namespace hearth::storage {

Status SettingsStore::set(std::string_view key, std::string_view value) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.run(
        "INSERT INTO settings(key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = "
        "excluded.value",
        key, value));
    return transaction.commit();
}

Result<std::optional<std::string>> SettingsStore::value(std::string_view key) {
    HEARTH_ASSIGN_OR_RETURN(Statement statement,
                            m_database.prepare("SELECT value FROM settings WHERE key = ?"));
    HEARTH_ASSIGN_OR_RETURN(const bool hasRow, statement.bind(1, key).step());
    return hasRow ? std::optional(std::string(statement.columnText(0))) : std::nullopt;
}

Status SettingsStore::remove(std::string_view key) {
    HEARTH_ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    HEARTH_RETURN_IF_ERROR(m_database.run("DELETE FROM settings WHERE key = ?", key));
    return transaction.commit();
}

}  // namespace hearth::storage
