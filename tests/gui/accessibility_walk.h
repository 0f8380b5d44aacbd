#pragma once

#include <QStringList>

class QWidget;

namespace hearth::tests {

/// Walks the accessibility tree below `root` and names each visible control (button, field, list,
/// row of a list, ...) that has no accessible name, by its path from `root`. Empty if all is well.
/// Scroll bars need none: their view's own keys scroll.
QStringList unnamedControls(QWidget& root);

/// Presses Tab from the first control on until the focus is back, and names the visible, enabled
/// controls of `window` that never had it. `window` must be active.
QStringList controlsNotReachedByTab(QWidget& window);

}  // namespace hearth::tests
