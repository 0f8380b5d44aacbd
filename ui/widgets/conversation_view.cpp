#include "ui/widgets/conversation_view.h"

#include <QHBoxLayout>
#include <QScrollBar>
#include <QVBoxLayout>

#include "ui/theme/theme.h"
#include "ui/widgets/message_widgets.h"

namespace hearth::ui {

ConversationView::ConversationView(QWidget* parent) : QScrollArea(parent) {
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Conversation"));
    auto* page = new QWidget;
    page->setObjectName(QStringLiteral("page"));
    auto* row = new QHBoxLayout(page);
    row->setContentsMargins(6 * kSpacing, 6 * kSpacing, 6 * kSpacing, 6 * kSpacing);
    auto* column = new QWidget;
    column->setMaximumWidth(kTextColumnWidth);
    m_column = new QVBoxLayout(column);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(6 * kSpacing);
    m_column->addStretch();
    row->addStretch(1);
    row->addWidget(column, 1000);
    row->addStretch(1);
    setWidget(page);
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, [this] {
        if (m_isFollowing) {
            scrollToEnd();
        }
    });
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        m_isFollowing = value >= verticalScrollBar()->maximum() - 4 * kSpacing;
    });
}

QuestionCard* ConversationView::addQuestion(const QString& text, const QStringList& files) {
    auto* card = new QuestionCard(text, files);
    m_column->insertWidget(m_column->count() - 1, card);
    m_isFollowing = true;
    return card;
}

AnswerBlock* ConversationView::addAnswer() {
    auto* answer = new AnswerBlock;
    m_column->insertWidget(m_column->count() - 1, answer);
    return answer;
}

void ConversationView::clear() {
    while (m_column->count() > 1) {
        QLayoutItem* item = m_column->takeAt(0);
        delete item->widget();
        delete item;
    }
}

void ConversationView::scrollToEnd() {
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

}  // namespace hearth::ui
