#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

namespace hearth::ui {

/// The line icon `name` of resources/icons drawn in `color`, 20 device-independent pixels, sharp at
/// every scale.
QIcon tintedIcon(const QString& name, const QColor& color);

}  // namespace hearth::ui
