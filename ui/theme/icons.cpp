#include "ui/theme/icons.h"

#include <QFile>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>
#include <cmath>

#include "kernels/base/check.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

QByteArray tintedSvg(const QString& name, const QColor& color) {
    QFile file(QStringLiteral(":/icons/") + name + QStringLiteral(".svg"));
    HEARTH_CHECK(file.open(QIODevice::ReadOnly));
    QByteArray svg = file.readAll();
    svg.replace("currentColor", color.name().toLatin1());
    return svg;
}

QPixmap drawn(QSvgRenderer& renderer, int sizePx) {
    QPixmap pixmap(sizePx, sizePx);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    return pixmap;
}

}  // namespace

QIcon tintedIcon(const QString& name, const QColor& color) {
    QSvgRenderer renderer(tintedSvg(name, color));
    QIcon icon;
    for (const int scale : {1, 2, 3}) {
        icon.addPixmap(drawn(renderer, kIconSize * scale));
    }
    return icon;
}

QPixmap tintedPixmap(const QString& name, const QColor& color, qreal devicePixelRatio, int size) {
    const int sizePx = static_cast<int>(std::lround(size * devicePixelRatio));
    const QString key =
        QStringLiteral("hearth/%1/%2/%3").arg(name, color.name(), QString::number(sizePx));
    QPixmap pixmap;
    if (!QPixmapCache::find(key, &pixmap)) {
        QSvgRenderer renderer(tintedSvg(name, color));
        pixmap = drawn(renderer, sizePx);
        QPixmapCache::insert(key, pixmap);
    }
    pixmap.setDevicePixelRatio(devicePixelRatio);
    return pixmap;
}

}  // namespace hearth::ui
