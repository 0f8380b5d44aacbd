#pragma once

#include <QPixmap>
#include <QString>

namespace hearth::tests {

/// Saves `picture` as NAME.png in the folder that HEARTH_SCREENSHOT_DIR names, which is made where
/// it is missing; does nothing without the variable. False if the file cannot be written.
bool savePicture(const QPixmap& picture, const QString& name);

}  // namespace hearth::tests
