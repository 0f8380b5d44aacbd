#pragma once

#include <QFrame>
#include <QStringList>

class QHBoxLayout;
class QPlainTextEdit;
class QToolButton;

namespace hearth::ui {

/// Where a question is written: text, attached files, and one button that sends or stops. Enter
/// sends, Shift+Enter breaks the line. GUI thread only.
class Composer : public QFrame {
    Q_OBJECT

public:
    explicit Composer(QWidget* parent = nullptr);

    QString text() const;
    void setText(const QString& text);
    QStringList files() const;
    /// Files that are attached already are not attached twice.
    void addFiles(const QStringList& paths);
    void clear();

    /// While an answer streams the button stops it.
    void setAnswering(bool isAnswering);
    /// False until a model is loaded: a question can be written but not sent.
    void setReady(bool isReady);

Q_SIGNALS:
    void sendRequested();
    void stopRequested();
    void attachRequested();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void updateButton();
    void updateHeight();

    QWidget* m_chipRow;
    QHBoxLayout* m_chipLayout;
    QPlainTextEdit* m_edit;
    QToolButton* m_button;
    bool m_isAnswering = false;
    bool m_isReady = false;
};

}  // namespace hearth::ui
