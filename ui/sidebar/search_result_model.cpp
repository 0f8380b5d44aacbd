#include "ui/sidebar/search_result_model.h"

#include <utility>

namespace hearth::ui {

SearchResultModel::SearchResultModel(QObject* parent) : QAbstractListModel(parent) {}

void SearchResultModel::setHits(std::vector<SearchHit> hits) {
    beginResetModel();
    m_hits = std::move(hits);
    endResetModel();
}

int SearchResultModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_hits.size());
}

QVariant SearchResultModel::data(const QModelIndex& index, int role) const {
    if (!hasIndex(index.row(), index.column())) {
        return {};
    }
    const SearchHit& hit = m_hits[static_cast<std::size_t>(index.row())];
    const QString title = hit.title.isEmpty() ? tr("New chat") : hit.title;
    switch (role) {
        case Qt::DisplayRole:
            return title;
        case Qt::AccessibleTextRole:
            return hit.snippet.isEmpty() ? title : tr("%1: %2").arg(title, hit.snippet);
        case TitleMatchesRole:
            return QVariant::fromValue(hit.titleMatches);
        case SnippetRole:
            return hit.snippet;
        case SnippetMatchesRole:
            return QVariant::fromValue(hit.snippetMatches);
        case TimeRole:
            return hit.time;
        case IsDocumentRole:
            return hit.document.has_value();
        case PageRole:
            return hit.pageNumber;
        default:
            return {};
    }
}

}  // namespace hearth::ui
