#pragma once

#include <QColor>
#include <QIcon>
#include <QPixmap>
#include <QString>

namespace hearth::ui {

/// The line icon `name` of resources/icons drawn in `color`, 20 device-independent pixels, sharp at
/// every scale.
QIcon tintedIcon(const QString& name, const QColor& color);

/// The same as one picture of `size` device-independent pixels for a screen of this scale, kept in
/// QPixmapCache: for those who paint it themselves, as often as they like.
QPixmap tintedPixmap(const QString& name, const QColor& color, qreal devicePixelRatio,
                     int size = 20);

}  // namespace hearth::ui
