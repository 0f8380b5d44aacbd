#pragma once

#include <cstdint>
#include <string_view>

#include "app/storage/database.h"
#include "app/storage/records.h"

namespace hearth::storage {

// The rows of the three search indexes, which hold no text of their own (contentless): taking a row
// out needs the very text that was put in. Each function runs in the caller's transaction.

/// A row of the index of titles: chats and documents share it.
std::int64_t titleRowOfChat(ChatId chat) noexcept;
std::int64_t titleRowOfDocument(DocumentId document) noexcept;
/// The row's document if it is odd, else its chat.
bool isTitleOfDocument(std::int64_t row) noexcept;
std::int64_t titleOwner(std::int64_t row) noexcept;

Status addTitle(Database& database, std::int64_t row, std::string_view title);
Status removeTitle(Database& database, std::int64_t row, std::string_view title);

/// Indexes the text parts of a message that is not streaming.
Status indexMessage(Database& database, MessageId message);
/// The text of a message that search sees: its text parts, a line end between them.
Result<std::string> searchableText(Database& database, MessageId message);

/// Takes the passages and the title of a document out. To be called before its rows go, as their
/// numbers can be given to new ones.
Status removeDocumentFromIndexes(Database& database, DocumentId document);
/// The same for messages: those that `where` (a condition on `messages`, with one parameter)
/// selects.
Status removeMessagesFromIndex(Database& database, std::string_view where, std::int64_t parameter);

/// Put all rows into empty indexes.
Status indexAllChunks(Database& database);
Status indexAllMessages(Database& database);
Status indexAllTitles(Database& database);

}  // namespace hearth::storage
