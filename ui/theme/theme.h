#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

namespace hearth::ui {

/// The colours of the program; no colour is written anywhere else.
struct ThemeColors {
    QColor page;
    QColor sideBar;
    QColor card;
    QColor text;
    QColor secondaryText;
    QColor line;
    QColor accent;
    QColor onAccent;
    QColor softAccent;
    QColor good;
    QColor warning;
    QColor bad;
    // Code, on a side bar's ground.
    QColor codeKeyword;
    QColor codeString;
    QColor codeComment;
    QColor codeNumber;
    QColor codeType;
    QColor codeFunction;
};

enum class ThemeKind { Light, Dark };

/// Spacing and radii in device-independent pixels; everything is a multiple of 4.
inline constexpr int kSpacing = 4;
inline constexpr int kControlRadius = 8;
inline constexpr int kCardRadius = 14;
inline constexpr int kTextColumnWidth = 760;
inline constexpr int kSideBarWidth = 264;
inline constexpr int kPanelWidth = 380;
inline constexpr int kIconSize = 20;

const ThemeColors& themeColors(ThemeKind kind);

/// The theme of a palette: dark where its window is darker than its text. A widget that paints asks
/// with its own palette, and so follows a change while the program runs.
ThemeKind themeKindOf(const QPalette& systemPalette);

/// A palette and a style sheet for the whole program.
QPalette themePalette(ThemeKind kind);
QString themeStyleSheet(ThemeKind kind);

/// Gives the running application the theme: style, palette and style sheet.
void applyTheme(ThemeKind kind);

/// Contrast ratio of two colours, 1 to 21 (WCAG 2.1, "relative luminance").
double contrastRatio(const QColor& a, const QColor& b);

}  // namespace hearth::ui
