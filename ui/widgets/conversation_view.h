#pragma once

#include <QScrollArea>
#include <QStringList>

class QLabel;
class QVBoxLayout;

namespace hearth::ui {

class AnswerBlock;
class QuestionCard;

/// The conversation as a centred column of at most 760 pixels. Streaming follows only while the
/// view is at its end. GUI thread only.
class ConversationView : public QScrollArea {
    Q_OBJECT

public:
    explicit ConversationView(QWidget* parent = nullptr);

    QuestionCard* addQuestion(const QString& text, const QStringList& files);
    AnswerBlock* addAnswer();
    void clear();
    void scrollToEnd();

private:
    QVBoxLayout* m_column;
    QLabel* m_welcome;  ///< shown while the conversation is empty
    bool m_isFollowing = true;
};

}  // namespace hearth::ui
