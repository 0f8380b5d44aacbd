#include "ui/sidebar/bin_row.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <chrono>

#include "ui/sidebar/paint.h"
#include "ui/sidebar/side_bar_button.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

constexpr int kRowHeight = 52;
constexpr int kAskingHeight = 72;

QString kindIcon(storage::BinKind kind) {
    switch (kind) {
        case storage::BinKind::Document:
            return QStringLiteral("document");
        case storage::BinKind::Chat:
        case storage::BinKind::Message:
        default:  // a kind of a newer program
            return QStringLiteral("chat");
    }
}

}  // namespace

BinRow::BinRow(const storage::BinEntry& entry, storage::Time now, QWidget* parent)
    : QWidget(parent),
      m_entry(entry),
      m_title(QString::fromStdString(entry.title).simplified()),
      m_restore(new SideBarButton(SideBarButton::Shape::Icon, QStringLiteral("restore"))),
      m_erase(new SideBarButton(SideBarButton::Shape::Icon, QStringLiteral("delete"))),
      m_question(new QWidget(this)),
      m_eraseSurely(new SideBarButton(SideBarButton::Shape::Danger, QString())),
      m_keep(new SideBarButton(SideBarButton::Shape::Words, QString())) {
    setFixedHeight(kRowHeight);
    if (m_title.isEmpty()) {
        m_title = tr("New chat");
    }
    const auto daysLeft = std::chrono::floor<std::chrono::days>(entry.purged - now).count();
    QString time = tr("%1 days left").arg(daysLeft);
    if (daysLeft == 1) {
        time = tr("1 day left");
    } else if (daysLeft < 1) {
        time = tr("Less than a day left");
    }
    m_note = entry.kind == storage::BinKind::Message ? tr("Message · %1").arg(time) : time;
    setAccessibleName(tr("%1, %2").arg(m_title, m_note));

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 2, 0);
    layout->setSpacing(0);
    layout->addStretch(1);
    layout->addWidget(m_restore);
    layout->addWidget(m_erase);
    m_restore->setWords(tr("Restore %1").arg(m_title));
    m_restore->setToolTip(tr("Restore"));
    m_erase->setWords(tr("Erase %1 for good").arg(m_title));
    m_erase->setToolTip(tr("Erase for good"));

    auto* answers = new QHBoxLayout(m_question);
    answers->setContentsMargins(kSideBarInset, 0, kSpacing, 6);
    answers->setSpacing(0);
    auto* words = new QLabel(tr("Erase for good?"));
    words->setTextFormat(Qt::PlainText);
    answers->addWidget(words, 1);
    answers->addWidget(m_eraseSurely);
    answers->addWidget(m_keep);
    m_eraseSurely->setWords(tr("Erase"));
    m_eraseSurely->setAccessibleName(tr("Erase %1 for good, there is no way back").arg(m_title));
    m_keep->setWords(tr("Keep"));
    m_keep->setAccessibleName(tr("Keep %1 in the bin").arg(m_title));
    layout->addWidget(m_question, 1000, Qt::AlignBottom);
    m_question->hide();

    connect(m_restore, &QPushButton::clicked, this, [this] { Q_EMIT restoreRequested(m_entry); });
    connect(m_erase, &QPushButton::clicked, this, [this] { ask(true); });
    connect(m_keep, &QPushButton::clicked, this, [this] { ask(false); });
    connect(m_eraseSurely, &QPushButton::clicked, this, [this] { Q_EMIT eraseRequested(m_entry); });
}

void BinRow::ask(bool isAsking) {
    setFixedHeight(isAsking ? kAskingHeight : kRowHeight);
    m_question->setVisible(isAsking);
    // The safe answer has the keyboard.
    (isAsking ? m_keep : m_erase)->setVisible(true);
    (isAsking ? m_keep : m_erase)->setFocus(Qt::OtherFocusReason);
    m_restore->setVisible(!isAsking);
    m_erase->setVisible(!isAsking);
    update();
}

void BinRow::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && !m_question->isHidden()) {
        ask(false);
    } else {
        QWidget::keyPressEvent(event);
    }
}

void BinRow::paintEvent(QPaintEvent*) {
    const ThemeColors& colors = themeColors(themeKindOf(palette()));
    QPainter painter(this);
    if (!m_question->isHidden()) {
        fillRow(painter, rect().adjusted(0, 2, 0, -2), colors.card);
        const QRect title = rect().adjusted(kSideBarInset, 2 * kSpacing + 2, -kSideBarInset, 0);
        painter.setPen(colors.text);
        painter.setFont(scaledFont(font(), 1, QFont::DemiBold));
        painter.drawText(title, Qt::AlignLeft | Qt::AlignTop,
                         painter.fontMetrics().elidedText(m_title, Qt::ElideRight, title.width()));
        return;
    }
    if (underMouse()) {
        fillRow(painter, rect().adjusted(0, 2, 0, -2), hoverColor(colors));
    }
    constexpr int kIcon = 18;
    const QRect icon(kSideBarInset - 2, 6, kIcon, fontMetrics().lineSpacing());
    drawIcon(painter, icon, kindIcon(m_entry.kind), colors.secondaryText, kIcon);
    const int left = icon.right() + 2 * kSpacing;
    const QRect words(left, 6, m_restore->x() - left - kSpacing, height() - 12);
    painter.setPen(colors.text);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignTop,
                     fontMetrics().elidedText(m_title, Qt::ElideRight, words.width()));
    painter.setPen(colors.secondaryText);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignBottom,
                     fontMetrics().elidedText(m_note, Qt::ElideRight, words.width()));
}

}  // namespace hearth::ui
