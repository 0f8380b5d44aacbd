#pragma once

#include <QDateTime>
#include <QList>
#include <QString>
#include <cstddef>
#include <optional>
#include <string_view>

#include "app/storage/records.h"

namespace hearth::ui {

/// Characters [begin, end) of a QString.
struct TextRange {
    int begin = 0;
    int end = 0;

    bool operator==(const TextRange&) const = default;
};

/// Something that a search found: a chat by its title, a message in a chat, or a page of a
/// document.
struct SearchHit {
    std::optional<storage::ChatId> chat;
    std::optional<storage::MessageId> message;
    std::optional<storage::DocumentId> document;
    int pageNumber = 0;  ///< of a document, from 1; 0 for its title
    QString title;       ///< of the chat or document
    QList<TextRange> titleMatches;
    QString snippet;  ///< of the message or page; empty where the title was found
    QList<TextRange> snippetMatches;
    QDateTime time;  ///< of the message or chat; null for none

    bool operator==(const SearchHit&) const = default;
};

/// Where byte `position` of `utf8` stands in the QString of the same text. Past the end: its end.
int utf16Position(std::string_view utf8, std::size_t position);

/// Ranges of bytes (with members `begin` and `end`), as ranges of the QString of the same text.
template <class ByteRanges>
QList<TextRange> textRanges(std::string_view utf8, const ByteRanges& ranges) {
    QList<TextRange> converted;
    for (const auto& range : ranges) {
        converted.append({utf16Position(utf8, range.begin), utf16Position(utf8, range.end)});
    }
    return converted;
}

}  // namespace hearth::ui
