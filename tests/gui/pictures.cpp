#include "tests/gui/pictures.h"

#include <QDir>

namespace hearth::tests {

bool savePicture(const QPixmap& picture, const QString& name) {
    const QString folder = qEnvironmentVariable("HEARTH_SCREENSHOT_DIR");
    if (folder.isEmpty()) {
        return true;
    }
    return QDir().mkpath(folder) &&
           picture.save(QDir(folder).filePath(name + QStringLiteral(".png")));
}

}  // namespace hearth::tests
