#include "ui/widgets/message_widgets.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QVBoxLayout>

#include "ui/theme/theme.h"
#include "ui/widgets/attachment_chip.h"

namespace hearth::ui {
namespace {

/// Model and file texts are shown as they are: never as markup, never with links that load
/// something.
QLabel* plainTextLabel(const QString& text) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setFocusPolicy(Qt::ClickFocus);
    return label;
}

}  // namespace

QuestionCard::QuestionCard(const QString& text, const QStringList& files, QWidget* parent)
    : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addStretch(1);
    auto* card = new QFrame;
    card->setObjectName(QStringLiteral("questionCard"));
    card->setMaximumWidth(kTextColumnWidth * 3 / 4);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(4 * kSpacing, 3 * kSpacing, 4 * kSpacing, 3 * kSpacing);
    layout->setSpacing(2 * kSpacing);
    for (const QString& file : files) {
        auto* chip = new AttachmentChip(file, AttachmentChip::Place::Message);
        m_chips.append(chip);
        layout->addWidget(chip, 0, Qt::AlignLeft);
    }
    if (!text.isEmpty()) {
        QLabel* label = plainTextLabel(text);
        label->setAccessibleName(tr("You asked: %1").arg(text));
        // A label that wraps asks for little width; one line of text gets what it needs up to the
        // card's limit.
        const int wanted =
            fontMetrics()
                .boundingRect(QRect(0, 0, kTextColumnWidth, 0), Qt::TextExpandTabs, text)
                .width();
        label->setMinimumWidth(
            std::min(wanted + 2 * kSpacing, kTextColumnWidth * 3 / 4 - 8 * kSpacing));
        layout->addWidget(label);
    }
    row->addWidget(card);
}

void QuestionCard::setAttachmentDescription(int index, const QString& description) {
    if (index >= 0 && index < m_chips.size()) {
        m_chips[index]->setDescription(description);
    }
}

AnswerBlock::AnswerBlock(QWidget* parent)
    : QWidget(parent), m_label(plainTextLabel(QString())), m_status(new QLabel) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2 * kSpacing);
    m_label->setObjectName(QStringLiteral("answer"));
    m_label->setAccessibleName(tr("Answer"));
    m_label->hide();
    layout->addWidget(m_label);
    m_status->setTextFormat(Qt::PlainText);
    m_status->setWordWrap(true);
    layout->addWidget(m_status);
}

void AnswerBlock::addText(const QString& text) {
    m_text += text;
    m_label->setText(m_text);
    m_label->show();
}

void AnswerBlock::setStatus(const QString& status) {
    setStatusLine(QStringLiteral("secondary"), status);
}

void AnswerBlock::setProblem(const QString& problem) {
    setStatusLine(QStringLiteral("problem"), problem);
}

void AnswerBlock::setStatusLine(const QString& objectName, const QString& text) {
    m_status->setText(text);
    m_status->setVisible(!text.isEmpty());
    if (m_status->objectName() != objectName) {
        m_status->setObjectName(objectName);
        style()->unpolish(m_status);
        style()->polish(m_status);
    }
}

}  // namespace hearth::ui
