#pragma once

#include <QFrame>
#include <QString>
#include <QStringList>
#include <QWidget>

class QLabel;

namespace hearth::ui {

class AttachmentChip;

/// A person's question: a tinted card at the right with its attachments. GUI thread only.
class QuestionCard : public QWidget {
    Q_OBJECT

public:
    QuestionCard(const QString& text, const QStringList& files, QWidget* parent = nullptr);

    /// What the model got of attachment `index`.
    void setAttachmentDescription(int index, const QString& description);

private:
    QList<AttachmentChip*> m_chips;
};

/// An answer: plain text on the page, with a line below that says what is happening or what it
/// cost. GUI thread only.
class AnswerBlock : public QWidget {
    Q_OBJECT

public:
    explicit AnswerBlock(QWidget* parent = nullptr);

    QString text() const { return m_text; }
    void addText(const QString& text);
    void setStatus(const QString& status);
    /// Shows what went wrong in place of a status.
    void setProblem(const QString& problem);

private:
    void setStatusLine(const QString& objectName, const QString& text);

    QString m_text;
    QLabel* m_label;
    QLabel* m_status;
};

}  // namespace hearth::ui
