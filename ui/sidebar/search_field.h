#pragma once

#include <QTimer>
#include <QWidget>

class QLineEdit;

namespace hearth::ui {

class SideBarButton;

/// Where a search is typed. Asks for results when the typing has paused for 120 ms, and at once on
/// Enter; Esc empties it. GUI thread only.
class SearchField : public QWidget {
    Q_OBJECT

public:
    explicit SearchField(QWidget* parent = nullptr);

    /// Without white space at its ends.
    QString text() const;
    void clear();
    /// Gives it the keyboard, with its text selected.
    void focusText();
    void retranslate();

Q_SIGNALS:
    /// `text` is not empty.
    void searchRequested(const QString& text);
    /// The field has become empty.
    void searchEnded();
    /// Down was pressed.
    void leftDownwards();
    /// Enter was pressed.
    void entered();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    void onEdited();
    void ask();

    QLineEdit* m_edit;
    SideBarButton* m_clear;
    QTimer m_pause;
};

}  // namespace hearth::ui
