#pragma once

#include <QWidget>
#include <functional>
#include <vector>

#include "app/storage/records.h"

class QLabel;
class QScrollArea;
class QVBoxLayout;

namespace hearth::ui {

class BinRow;
class SideBarButton;

/// What has been deleted: each entry with the days it still has, a button that restores it and one
/// that erases it for good. Erasing asks first, in the place of the entry, as it cannot be undone.
/// At most 100 entries are shown until more are asked for. GUI thread only.
class BinView : public QWidget {
    Q_OBJECT

public:
    /// `now` says what time it is.
    explicit BinView(std::function<storage::Time()> now, QWidget* parent = nullptr);

    /// In the order in which they shall stand.
    void setEntries(std::vector<storage::BinEntry> entries);
    void focusFirst();
    void retranslate();

Q_SIGNALS:
    void restoreRequested(const hearth::storage::BinEntry& entry);
    void eraseRequested(const hearth::storage::BinEntry& entry);
    /// All entries shall be erased for good.
    void emptyRequested();
    /// Back to the list of chats.
    void left();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void showRows();
    void askAboutAll(bool isAsking);

    std::function<storage::Time()> m_now;
    std::vector<storage::BinEntry> m_entries;
    std::size_t m_maxRows;
    SideBarButton* m_back;
    QLabel* m_explanation;
    SideBarButton* m_empty;
    QWidget* m_question;
    QLabel* m_questionWords;
    SideBarButton* m_eraseAll;
    SideBarButton* m_keepAll;
    QScrollArea* m_scroll;
    QVBoxLayout* m_rows;
    SideBarButton* m_more;
};

}  // namespace hearth::ui
