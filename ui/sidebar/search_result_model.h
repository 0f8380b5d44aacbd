#pragma once

#include <QAbstractListModel>
#include <vector>

#include "ui/sidebar/search_hit.h"

namespace hearth::ui {

/// What a search found, in the order of the values. GUI thread only.
class SearchResultModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role {
        TitleMatchesRole = Qt::UserRole + 1,  ///< QList<TextRange> into Qt::DisplayRole
        SnippetRole,                          ///< QString
        SnippetMatchesRole,                   ///< QList<TextRange> into SnippetRole
        TimeRole,                             ///< QDateTime, null for none
        IsDocumentRole,                       ///< bool: a document, not a chat
        PageRole,                             ///< int, from 1; 0 for none
    };
    // Qt::DisplayRole is the title, Qt::AccessibleTextRole title and snippet.

    explicit SearchResultModel(QObject* parent = nullptr);

    /// Replaces all rows: results of another search have nothing in common with these.
    void setHits(std::vector<SearchHit> hits);
    const std::vector<SearchHit>& hits() const { return m_hits; }

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    std::vector<SearchHit> m_hits;
};

}  // namespace hearth::ui
