#include "ui/widgets/conversation_view.h"

#include <QHBoxLayout>
#include <QLabel>
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
    m_welcome = new QLabel(
        tr("<p style='font-size:14pt'>What can I look at for you?</p>"
           "<p>Ask a question, or drop a picture, a recording or a document here. The built-in "
           "model is small: it reads, copies "
           "and names what it is shown, and it can be wrong. Nothing leaves this machine.</p>"));
    m_welcome->setWordWrap(true);
    m_welcome->setAlignment(Qt::AlignCenter);
    m_welcome->setContentsMargins(0, 24 * kSpacing, 0, 0);
    m_column->addWidget(m_welcome);
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
    m_welcome->hide();
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
    // The welcome text stays first and the stretch last.
    while (m_column->count() > 2) {
        QLayoutItem* item = m_column->takeAt(1);
        delete item->widget();
        delete item;
    }
    m_welcome->show();
}

void ConversationView::scrollToEnd() {
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

}  // namespace hearth::ui
