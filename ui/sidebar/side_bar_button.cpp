#include "ui/sidebar/side_bar_button.h"

#include <QEvent>
#include <QPainter>

#include "ui/sidebar/paint.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

constexpr int kSmallSide = 32;

}  // namespace

SideBarButton::SideBarButton(Shape shape, const QString& icon, QWidget* parent)
    : QPushButton(parent), m_shape(shape), m_icon(icon) {
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setAutoDefault(false);
    const bool isRow = shape == Shape::Row || shape == Shape::Card;
    setSizePolicy(isRow ? QSizePolicy::Expanding : QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void SideBarButton::setWords(const QString& words, const QString& shortcut) {
    const bool isIcon = m_shape == Shape::Icon;
    setText(isIcon ? QString() : words);
    setAccessibleName(words);
    const QString tip = shortcut.isEmpty() ? words : tr("%1 (%2)").arg(words, shortcut);
    setToolTip(isIcon || !shortcut.isEmpty() ? tip : QString());
    updateGeometry();
    update();
}

void SideBarButton::setNote(const QString& note) {
    m_note = note;
    setAccessibleDescription(note);
    update();
}

void SideBarButton::setIconName(const QString& icon) {
    m_icon = icon;
    update();
}

void SideBarButton::setCurrentPlace(bool isCurrent) {
    m_isCurrentPlace = isCurrent;
    update();
}

QSize SideBarButton::sizeHint() const {
    if (m_shape == Shape::Icon) {
        return {kSmallSide, kSmallSide};
    }
    const int words = fontMetrics().horizontalAdvance(text());
    if (hasWordsAlone()) {
        return {words + 4 * kSpacing, kSmallSide};
    }
    return {words + kIconSize + 2 * kSideBarInset + 2 * kSpacing, kSideBarRowHeight};
}

QSize SideBarButton::minimumSizeHint() const {
    const bool isRow = m_shape == Shape::Row || m_shape == Shape::Card;
    return isRow ? QSize(kSideBarRowHeight, kSideBarRowHeight) : sizeHint();
}

bool SideBarButton::event(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::HoverEnter ||
        event->type() == QEvent::HoverLeave) {
        update();
    }
    return QPushButton::event(event);
}

void SideBarButton::paintEvent(QPaintEvent*) {
    const ThemeColors& colors = themeColors(themeKindOf(palette()));
    QPainter painter(this);
    const bool isLit = isEnabled() && (underMouse() || isDown());
    if (m_shape == Shape::Card) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(colors.line);
        painter.setBrush(isLit ? colors.softAccent : colors.card);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kControlRadius,
                                kControlRadius);
    } else if (m_isCurrentPlace) {
        fillRow(painter, rect(), colors.softAccent);
    } else if (isLit) {
        fillRow(painter, rect(), hasWordsAlone() ? colors.softAccent : hoverColor(colors));
    }

    QColor ink = colors.text;
    if (m_shape == Shape::Icon && !isLit) {
        ink = colors.secondaryText;
    } else if (m_shape == Shape::Words) {
        ink = colors.accent;
    } else if (m_shape == Shape::Danger) {
        ink = colors.bad;
    }
    if (!isEnabled()) {
        ink = colors.secondaryText;
    }
    painter.setPen(ink);
    if (m_shape == Shape::Icon) {
        drawIcon(painter, rect(), m_icon, ink);
    } else if (hasWordsAlone()) {
        painter.setFont(scaledFont(font(), 1, QFont::DemiBold));
        painter.drawText(rect(), Qt::AlignCenter, text());
    } else {
        QRect icon(kSideBarInset, 0, kIconSize, height());
        const QColor iconInk =
            m_shape == Shape::Card || m_isCurrentPlace ? colors.accent : colors.secondaryText;
        QRect words =
            rect().adjusted(kSideBarInset + kIconSize + 2 * kSpacing, 0, -kSideBarInset, 0);
        if (layoutDirection() == Qt::RightToLeft) {
            icon.moveRight(width() - kSideBarInset);
            words.moveLeft(kSideBarInset);
        }
        drawIcon(painter, icon, m_icon, iconInk);
        if (!m_note.isEmpty()) {
            painter.setPen(colors.secondaryText);
            painter.drawText(words, Qt::AlignVCenter | Qt::AlignTrailing, m_note);
            words.setWidth(words.width() - fontMetrics().horizontalAdvance(m_note) - 2 * kSpacing);
            painter.setPen(ink);
        }
        painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeading,
                         fontMetrics().elidedText(text(), Qt::ElideRight, words.width()));
    }
    if (hasFocus()) {
        drawFocusRing(painter, rect(), colors);
    }
}

}  // namespace hearth::ui
