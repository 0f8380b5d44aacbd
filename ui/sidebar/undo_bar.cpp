#include "ui/sidebar/undo_bar.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>

#include "ui/sidebar/paint.h"
#include "ui/sidebar/side_bar_button.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

using namespace std::chrono_literals;

}  // namespace

UndoBar::UndoBar(QWidget* parent)
    : QWidget(parent),
      m_words(new QLabel),
      m_undo(new SideBarButton(SideBarButton::Shape::Words, QString())) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSideBarInset, kSpacing, kSpacing, kSpacing);
    m_words->setTextFormat(Qt::PlainText);
    layout->addWidget(m_words, 1);
    layout->addWidget(m_undo);
    m_time.setSingleShot(true);
    m_time.setInterval(8s);
    connect(&m_time, &QTimer::timeout, this, [this] { hide(); });
    connect(m_undo, &QPushButton::clicked, this, &UndoBar::undo);
    m_undo->installEventFilter(this);
    hide();
    retranslate();
}

void UndoBar::retranslate() {
    m_words->setText(tr("Deleted."));
    m_undo->setWords(tr("Undo"));
    setAccessibleName(tr("Deleted. Undo brings it back."));
}

void UndoBar::offer() {
    show();
    m_time.start();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void UndoBar::undo() {
    if (isHidden()) {
        return;
    }
    m_time.stop();
    hide();
    Q_EMIT undoRequested();
}

void UndoBar::enterEvent(QEnterEvent* event) {
    m_time.stop();
    QWidget::enterEvent(event);
}

void UndoBar::leaveEvent(QEvent* event) {
    if (!m_undo->hasFocus() && !isHidden()) {
        m_time.start();
    }
    QWidget::leaveEvent(event);
}

bool UndoBar::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::FocusIn) {
        m_time.stop();
    } else if (event->type() == QEvent::FocusOut && !isHidden()) {
        m_time.start();
    }
    return QWidget::eventFilter(watched, event);
}

void UndoBar::paintEvent(QPaintEvent*) {
    const ThemeColors& colors = themeColors(themeKindOf(palette()));
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(colors.line);
    painter.setBrush(colors.card);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kControlRadius,
                            kControlRadius);
}

}  // namespace hearth::ui
