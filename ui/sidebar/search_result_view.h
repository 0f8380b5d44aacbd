#pragma once

#include <QDate>
#include <QListView>
#include <functional>
#include <vector>

#include "ui/sidebar/search_hit.h"

namespace hearth::ui {

class SearchResultModel;

/// What a search found: titles, and the words around each match, with the matches marked. Up and
/// Down move, Enter or Space opens. GUI thread only.
class SearchResultView : public QListView {
    Q_OBJECT

public:
    /// `today` gives the date of a message of which the time is shown and not the day.
    explicit SearchResultView(std::function<QDate()> today, QWidget* parent = nullptr);

    void setHits(std::vector<SearchHit> hits);
    int numHits() const;
    /// Opens the row that has the keyboard, otherwise the first one.
    void openCurrent();
    void retranslate();

Q_SIGNALS:
    void hitOpened(const hearth::ui::SearchHit& hit);
    /// Up was pressed in the first row.
    void leftAtTop();
    /// Esc was pressed.
    void escaped();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    QItemSelectionModel::SelectionFlags selectionCommand(const QModelIndex& index,
                                                         const QEvent* event) const override;

private:
    void open(const QModelIndex& index);

    SearchResultModel* m_results;
};

}  // namespace hearth::ui
