#pragma once

#include <QColor>
#include <QFont>
#include <QRect>
#include <QString>

class QPainter;

namespace hearth::ui {

struct ThemeColors;

/// Measures that the parts of the side bar share, in device-independent pixels.
inline constexpr int kSideBarMargin = 8;  ///< from the edge of the side bar to its rows
inline constexpr int kSideBarRowHeight = 36;
inline constexpr int kSideBarInset = 12;  ///< from the edge of a row to what it says
inline constexpr int kSideBarStripWidth = 52;

/// The ground of a row under the pointer.
QColor hoverColor(const ThemeColors& colors);

/// What is painted of a row of a list that fills the side bar's width: it ends where the buttons
/// above the list do, whether or not a scroll bar takes its room.
QRect sideBarRow(const QRect& item);

/// A filled rectangle with the corners of controls.
void fillRow(QPainter& painter, const QRect& rect, const QColor& color);

/// The ring of what has the keyboard, inside `rect`.
void drawFocusRing(QPainter& painter, const QRect& rect, const ThemeColors& colors);

/// The icon `name` in the middle of `rect`.
void drawIcon(QPainter& painter, const QRect& rect, const QString& name, const QColor& color,
              int size = 20);

/// `font` at `scale`, half bold where asked.
QFont scaledFont(const QFont& font, double scale, QFont::Weight weight = QFont::Normal);

}  // namespace hearth::ui
