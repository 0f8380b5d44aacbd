#pragma once

#include <QTimer>
#include <QWidget>
#include <chrono>

class QLabel;

namespace hearth::ui {

class SideBarButton;

/// Says for some seconds that something was deleted and offers to take that back. Stays while the
/// pointer is on it or it has the keyboard. GUI thread only.
class UndoBar : public QWidget {
    Q_OBJECT

public:
    explicit UndoBar(QWidget* parent = nullptr);

    /// How long it stays; 8 seconds unless set.
    void setDuration(std::chrono::milliseconds duration) { m_time.setInterval(duration); }
    void offer();
    /// As if its button was pressed. Does nothing while it is hidden.
    void undo();
    void retranslate();

Q_SIGNALS:
    /// The bar has gone.
    void undoRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QLabel* m_words;
    SideBarButton* m_undo;
    QTimer m_time;
};

}  // namespace hearth::ui
