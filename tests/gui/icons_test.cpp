#include "ui/theme/icons.h"

#include <QDir>
#include <QFile>
#include <QPainter>
#include <QTest>

#include "tests/gui/pictures.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

// The sign of the program has its own colours and grid.
const QString kSign = QStringLiteral("hearth");

QStringList iconNames() {
    QStringList names;
    for (const QString& file : QDir(QStringLiteral(":/icons")).entryList(QDir::Files, QDir::Name)) {
        names.append(file.chopped(4));
    }
    names.removeOne(kSign);
    return names;
}

int numInkedPixels(const QImage& image) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            count += qAlpha(image.pixel(x, y)) > 64 ? 1 : 0;
        }
    }
    return count;
}

}  // namespace

class IconsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyIconThatTheProgramNeedsIsThere() {
        const QStringList names = iconNames();
        for (const char* const name :
             {"search", "new-chat",   "pin",          "folder",        "folder-open",
              "rename", "delete",     "bin",          "restore",       "library",
              "models", "settings",   "side-bar",     "more",          "copy",
              "retry",  "thumb-up",   "thumb-down",   "chevron-up",    "chevron-down",
              "attach", "microphone", "chevron-left", "chevron-right", "screenshot",
              "send",   "stop",       "check",        "warning",       "play",
              "pause",  "document",   "picture",      "sound",         "info",
              "close",  "chat"}) {
            QVERIFY2(names.contains(QLatin1String(name)), name);
        }
    }

    void allIconsShareOneGridAndOneStroke() {
        for (const QString& name : iconNames()) {
            QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray svg = file.readAll();
            QVERIFY2(svg.contains("viewBox=\"0 0 20 20\""), qPrintable(name));
            QVERIFY2(svg.contains("stroke-width=\"1.5\""), qPrintable(name));
            QVERIFY2(svg.contains("stroke=\"currentColor\""), qPrintable(name));
            QVERIFY2(!svg.contains('#'), qPrintable(name + QStringLiteral(" names a colour")));
        }
    }

    void everyIconIsDrawnInItsColourWithoutTouchingTheEdge() {
        for (const QString& name : iconNames()) {
            const QImage image =
                tintedPixmap(name, Qt::red, 2).toImage().convertToFormat(QImage::Format_ARGB32);
            QCOMPARE(image.size(), QSize(40, 40));
            QVERIFY2(numInkedPixels(image) > 30, qPrintable(name));
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    const QColor pixel = image.pixelColor(x, y);
                    const bool isEdge = x < 3 || y < 3 || x >= 37 || y >= 37;
                    QVERIFY2(!isEdge || pixel.alpha() == 0, qPrintable(name));
                    QVERIFY2(pixel.alpha() < 250 || (pixel.green() == 0 && pixel.blue() == 0),
                             qPrintable(name));
                }
            }
        }
    }

    void noTwoIconsLookTheSame() {
        const QStringList names = iconNames();
        for (qsizetype i = 0; i < names.size(); ++i) {
            for (qsizetype k = i + 1; k < names.size(); ++k) {
                const QImage a = tintedPixmap(names[i], Qt::black, 1).toImage();
                const QImage b = tintedPixmap(names[k], Qt::black, 1).toImage();
                QVERIFY2(a != b, qPrintable(names[i] + u' ' + names[k]));
            }
        }
    }

    void contactSheet() {
        constexpr int kCell = 96;
        constexpr int kColumns = 8;
        constexpr qreal kScale = 2;
        const QStringList names = iconNames();
        const int numRows = (static_cast<int>(names.size()) + kColumns - 1) / kColumns;
        for (const ThemeKind kind : {ThemeKind::Light, ThemeKind::Dark}) {
            const ThemeColors& colors = themeColors(kind);
            QPixmap sheet(QSize(kColumns * kCell, numRows * kCell) * kScale);
            sheet.setDevicePixelRatio(kScale);
            sheet.fill(colors.page);
            QPainter painter(&sheet);
            QFont font = painter.font();
            font.setPointSizeF(7);
            painter.setFont(font);
            for (int i = 0; i < names.size(); ++i) {
                const QRect cell((i % kColumns) * kCell, (i / kColumns) * kCell, kCell, kCell);
                const QPixmap large = tintedPixmap(names[i], colors.text, kScale, 40);
                painter.drawPixmap(cell.left() + 12, cell.top() + 16, large);
                const QPixmap small = tintedPixmap(names[i], colors.accent, kScale);
                painter.drawPixmap(cell.left() + 62, cell.top() + 26, small);
                painter.setPen(colors.secondaryText);
                painter.drawText(cell.adjusted(0, 60, 0, 0), Qt::AlignHCenter | Qt::AlignTop,
                                 names[i]);
            }
            painter.end();
            QVERIFY(tests::savePicture(sheet, kind == ThemeKind::Light
                                                  ? QStringLiteral("icons-light")
                                                  : QStringLiteral("icons-dark")));
        }
    }
};

}  // namespace hearth::ui

QTEST_MAIN(hearth::ui::IconsTest)
#include "icons_test.moc"
