#include "ui/sidebar/paint.h"

#include <QPainter>
#include <QPixmap>
#include <algorithm>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace hearth::ui {

QColor hoverColor(const ThemeColors& colors) {
    QColor color = colors.line;
    color.setAlphaF(0.6F);
    return color;
}

QRect sideBarRow(const QRect& item) {
    QRect row = item.adjusted(kSideBarMargin, 1, 0, -1);
    row.setRight(std::min(item.right(), kSideBarWidth - 2 - kSideBarMargin));
    return row;
}

void fillRow(QPainter& painter, const QRect& rect, const QColor& color) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(rect, kControlRadius, kControlRadius);
    painter.restore();
}

void drawFocusRing(QPainter& painter, const QRect& rect, const ThemeColors& colors) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colors.accent, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), kControlRadius - 1,
                            kControlRadius - 1);
    painter.restore();
}

void drawIcon(QPainter& painter, const QRect& rect, const QString& name, const QColor& color,
              int size) {
    // The scale of what is drawn into, which for a picture of a widget is not the widget's own.
    const qreal scale = std::max(1.0, painter.deviceTransform().m11());
    const QPixmap pixmap = tintedPixmap(name, color, scale, size);
    painter.drawPixmap(rect.left() + (rect.width() - size) / 2,
                       rect.top() + (rect.height() - size) / 2, pixmap);
}

QFont scaledFont(const QFont& font, double scale, QFont::Weight weight) {
    QFont scaled = font;
    if (font.pointSizeF() > 0) {
        scaled.setPointSizeF(font.pointSizeF() * scale);
    }
    scaled.setWeight(weight);
    return scaled;
}

}  // namespace hearth::ui
