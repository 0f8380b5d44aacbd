#include "ui/theme/theme.h"

#include <QTest>

namespace hearth::ui {

class ThemeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void textIsReadableOnEverySurface() {
        constexpr double kEnoughForText = 4.5;
        for (const ThemeKind kind : {ThemeKind::Light, ThemeKind::Dark}) {
            const ThemeColors& colors = themeColors(kind);
            for (const QColor& surface : {colors.page, colors.sideBar, colors.card}) {
                for (const QColor& text :
                     {colors.text, colors.secondaryText, colors.accent, colors.bad}) {
                    QVERIFY2(contrastRatio(text, surface) >= kEnoughForText,
                             qPrintable(text.name() + QStringLiteral(" on ") + surface.name()));
                }
            }
            for (const QColor& surface : {colors.page, colors.card}) {
                QVERIFY(contrastRatio(colors.good, surface) >= kEnoughForText);
                QVERIFY(contrastRatio(colors.warning, surface) >= kEnoughForText);
            }
            for (const QColor& code : {colors.codeKeyword, colors.codeString, colors.codeComment,
                                       colors.codeNumber, colors.codeType, colors.codeFunction}) {
                QVERIFY2(contrastRatio(code, colors.sideBar) >= kEnoughForText,
                         qPrintable(code.name()));
            }
            QVERIFY(contrastRatio(colors.text, colors.softAccent) >= kEnoughForText);
            QVERIFY(contrastRatio(colors.onAccent, colors.accent) >= kEnoughForText);
        }
    }

    void contrastOfBlackAndWhiteIsTwentyOne() {
        QCOMPARE(contrastRatio(Qt::black, Qt::white), 21.0);
        QCOMPARE(contrastRatio(Qt::red, Qt::red), 1.0);
    }

    void everyPlaceholderOfTheStyleSheetIsFilled() {
        for (const ThemeKind kind : {ThemeKind::Light, ThemeKind::Dark}) {
            QVERIFY(!themeStyleSheet(kind).contains(QLatin1Char('@')));
        }
    }
};

}  // namespace hearth::ui

QTEST_GUILESS_MAIN(hearth::ui::ThemeTest)
#include "theme_test.moc"
