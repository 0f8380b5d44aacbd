#include "ui/theme/theme.h"

#include <QApplication>
#include <algorithm>
#include <cmath>

namespace hearth::ui {
namespace {

double relativeLuminance(const QColor& color) {
    const auto linear = [](double channel) {
        return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
           0.0722 * linear(color.blueF());
}

}  // namespace

const ThemeColors& themeColors(ThemeKind kind) {
    static const ThemeColors light{.page = QColor(0xFB, 0xFA, 0xF8),
                                   .sideBar = QColor(0xF3, 0xF1, 0xED),
                                   .card = QColor(0xFF, 0xFF, 0xFF),
                                   .text = QColor(0x1F, 0x1D, 0x1A),
                                   .secondaryText = QColor(0x6B, 0x66, 0x5E),
                                   .line = QColor(0xE4, 0xE0, 0xD9),
                                   .accent = QColor(0xC2, 0x41, 0x0C),
                                   .onAccent = QColor(0xFF, 0xFF, 0xFF),
                                   .softAccent = QColor(0xFC, 0xEB, 0xDD),
                                   .good = QColor(0x2F, 0x7D, 0x4F),
                                   .warning = QColor(0xA1, 0x62, 0x07),
                                   .bad = QColor(0xB4, 0x23, 0x18),
                                   .codeKeyword = QColor(0x9A, 0x34, 0x12),
                                   .codeString = QColor(0x2C, 0x6E, 0x49),
                                   .codeComment = QColor(0x6B, 0x66, 0x5E),
                                   .codeNumber = QColor(0x1D, 0x5F, 0x8A),
                                   .codeType = QColor(0x6B, 0x3F, 0xA0),
                                   .codeFunction = QColor(0x8A, 0x5A, 0x00)};
    static const ThemeColors dark{.page = QColor(0x1B, 0x1A, 0x19),
                                  .sideBar = QColor(0x15, 0x14, 0x13),
                                  .card = QColor(0x24, 0x23, 0x21),
                                  .text = QColor(0xEC, 0xE9, 0xE4),
                                  .secondaryText = QColor(0xA3, 0x9D, 0x93),
                                  .line = QColor(0x34, 0x31, 0x2D),
                                  .accent = QColor(0xFB, 0x92, 0x3C),
                                  .onAccent = QColor(0x1B, 0x1A, 0x19),
                                  .softAccent = QColor(0x3A, 0x26, 0x18),
                                  .good = QColor(0x5B, 0xB3, 0x7F),
                                  .warning = QColor(0xE0, 0xB1, 0x3C),
                                  .bad = QColor(0xF0, 0x76, 0x6A),
                                  .codeKeyword = QColor(0xFB, 0x92, 0x3C),
                                  .codeString = QColor(0x7F, 0xC9, 0x9B),
                                  .codeComment = QColor(0xA3, 0x9D, 0x93),
                                  .codeNumber = QColor(0x7D, 0xB7, 0xE0),
                                  .codeType = QColor(0xC4, 0xA7, 0xF0),
                                  .codeFunction = QColor(0xE0, 0xB1, 0x3C)};
    return kind == ThemeKind::Light ? light : dark;
}

ThemeKind themeKindOf(const QPalette& systemPalette) {
    const bool isDark = systemPalette.color(QPalette::Window).lightness() <
                        systemPalette.color(QPalette::WindowText).lightness();
    return isDark ? ThemeKind::Dark : ThemeKind::Light;
}

QPalette themePalette(ThemeKind kind) {
    const ThemeColors& colors = themeColors(kind);
    QPalette palette;
    palette.setColor(QPalette::Window, colors.page);
    palette.setColor(QPalette::WindowText, colors.text);
    palette.setColor(QPalette::Base, colors.card);
    palette.setColor(QPalette::AlternateBase, colors.page);
    palette.setColor(QPalette::Text, colors.text);
    palette.setColor(QPalette::PlaceholderText, colors.secondaryText);
    palette.setColor(QPalette::Button, colors.card);
    palette.setColor(QPalette::ButtonText, colors.text);
    palette.setColor(QPalette::Highlight, colors.accent);
    palette.setColor(QPalette::HighlightedText, colors.onAccent);
    palette.setColor(QPalette::ToolTipBase, colors.card);
    palette.setColor(QPalette::ToolTipText, colors.text);
    palette.setColor(QPalette::Link, colors.accent);
    return palette;
}

QString themeStyleSheet(ThemeKind kind) {
    const ThemeColors& colors = themeColors(kind);
    QString sheet = QStringLiteral(R"(
QScrollArea, QWidget#page { background: @page; border: none; }
QFrame#composer { background: @card; border: 1px solid @line; border-radius: @cardRadiuspx; }
QFrame#composer[focused="true"] { border-color: @accent; }
QPlainTextEdit#question { background: transparent; border: none; color: @text; }
QFrame#questionCard { background: @softAccent; border: none; border-radius: @cardRadiuspx; }
QFrame#chip { background: @page; border: 1px solid @line; border-radius: @controlRadiuspx; }
QLabel#secondary { color: @secondaryText; }
QLabel#problem { color: @bad; }
QLabel#title { font-weight: 600; }
QToolButton { border: 1px solid transparent; border-radius: @controlRadiuspx; padding: 5px; background: transparent; color: @text; }
QToolButton:hover { background: @softAccent; }
QToolButton:focus { border-color: @accent; }
QToolButton#send { background: @accent; }
QToolButton#send:disabled { background: @line; }
QToolButton#send:focus { border: 2px solid @text; padding: 4px; }
QScrollArea#sideBarScroll { background: @sideBar; }
QMenu { background: @card; color: @text; border: 1px solid @line; border-radius: @controlRadiuspx; padding: 4px; }
QMenu::item { padding: 7px 28px 7px 12px; border-radius: 6px; }
QMenu::item:selected { background: @softAccent; color: @text; }
QMenu::item:disabled { color: @secondaryText; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; border: none; }
QScrollBar::handle:vertical { background: @line; border-radius: 3px; min-height: 32px; margin: 2px; }
QScrollBar::handle:vertical:hover { background: @secondaryText; }
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical { height: 0; }
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical { background: transparent; }
QToolTip { background: @card; color: @text; border: 1px solid @line; }
)");
    sheet.replace(QLatin1String("@page"), colors.page.name());
    sheet.replace(QLatin1String("@sideBar"), colors.sideBar.name());
    sheet.replace(QLatin1String("@cardRadius"), QString::number(kCardRadius));
    sheet.replace(QLatin1String("@card"), colors.card.name());
    sheet.replace(QLatin1String("@controlRadius"), QString::number(kControlRadius));
    sheet.replace(QLatin1String("@text"), colors.text.name());
    sheet.replace(QLatin1String("@secondaryText"), colors.secondaryText.name());
    sheet.replace(QLatin1String("@line"), colors.line.name());
    sheet.replace(QLatin1String("@accent"), colors.accent.name());
    sheet.replace(QLatin1String("@softAccent"), colors.softAccent.name());
    sheet.replace(QLatin1String("@bad"), colors.bad.name());
    return sheet;
}

void applyTheme(ThemeKind kind) {
    QApplication::setStyle(QStringLiteral("Fusion"));
    QApplication::setPalette(themePalette(kind));
    qApp->setStyleSheet(themeStyleSheet(kind));
}

double contrastRatio(const QColor& a, const QColor& b) {
    const double first = relativeLuminance(a);
    const double second = relativeLuminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

}  // namespace hearth::ui
