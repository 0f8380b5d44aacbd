#include "tests/gui/accessibility_walk.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAccessible>
#include <QApplication>
#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSet>
#include <QTest>
#include <QTextEdit>

namespace hearth::tests {
namespace {

bool needsName(QAccessible::Role role) {
    switch (role) {
        case QAccessible::Button:
        case QAccessible::ButtonMenu:
        case QAccessible::CheckBox:
        case QAccessible::RadioButton:
        case QAccessible::ComboBox:
        case QAccessible::EditableText:
        case QAccessible::SpinBox:
        case QAccessible::Slider:
        case QAccessible::Dial:
        case QAccessible::ProgressBar:
        case QAccessible::Link:
        case QAccessible::List:
        case QAccessible::ListItem:
        case QAccessible::Table:
        case QAccessible::Tree:
        case QAccessible::TreeItem:
        case QAccessible::Cell:
        case QAccessible::MenuItem:
        case QAccessible::PageTab:
        case QAccessible::Dialog:
        case QAccessible::Graphic:
            return true;
        default:
            return false;
    }
}

QString describe(const QAccessibleInterface& control) {
    QString text = QStringLiteral("role 0x%1").arg(control.role(), 0, 16);
    if (const QObject* object = control.object()) {
        text = QStringLiteral("%1 '%2'").arg(QLatin1String(object->metaObject()->className()),
                                             object->objectName());
    }
    return text;
}

void walk(QAccessibleInterface& control, const QString& path, QStringList& unnamed) {
    if (!control.isValid() || control.state().invisible) {
        return;
    }
    const QString here = path + QStringLiteral(" / ") + describe(control);
    if (needsName(control.role()) && control.text(QAccessible::Name).trimmed().isEmpty()) {
        unnamed.append(here);
    }
    for (int i = 0; i < control.childCount(); ++i) {
        if (QAccessibleInterface* child = control.child(i)) {
            walk(*child, here, unnamed);
        }
    }
}

bool isControl(const QWidget& widget) {
    if (qobject_cast<const QScrollBar*>(&widget) != nullptr) {
        return false;
    }
    return qobject_cast<const QAbstractButton*>(&widget) != nullptr ||
           qobject_cast<const QAbstractItemView*>(&widget) != nullptr ||
           qobject_cast<const QAbstractSlider*>(&widget) != nullptr ||
           qobject_cast<const QLineEdit*>(&widget) != nullptr ||
           qobject_cast<const QTextEdit*>(&widget) != nullptr ||
           qobject_cast<const QPlainTextEdit*>(&widget) != nullptr ||
           qobject_cast<const QComboBox*>(&widget) != nullptr;
}

}  // namespace

QStringList unnamedControls(QWidget& root) {
    QStringList unnamed;
    if (QAccessibleInterface* tree = QAccessible::queryAccessibleInterface(&root)) {
        walk(*tree, QString(), unnamed);
    } else {
        unnamed.append(QStringLiteral("no accessibility tree"));
    }
    return unnamed;
}

QStringList controlsNotReachedByTab(QWidget& window) {
    QSet<const QWidget*> reached;
    for (QWidget* focus = QApplication::focusWidget();; focus = QApplication::focusWidget()) {
        if (focus != nullptr && reached.contains(focus)) {
            break;
        }
        if (focus != nullptr) {
            reached.insert(focus);
        }
        // A text field may keep Tab for itself unless the key is pressed in it.
        QTest::keyClick(focus != nullptr ? focus : &window, Qt::Key_Tab);
        if (focus == nullptr && QApplication::focusWidget() == nullptr) {
            break;
        }
    }
    QStringList missed;
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        if (isControl(*widget) && widget->isVisible() && widget->isEnabled() &&
            widget->window() == &window && widget->focusProxy() == nullptr &&
            !reached.contains(widget)) {
            missed.append(QStringLiteral("%1 '%2' %3")
                              .arg(QLatin1String(widget->metaObject()->className()),
                                   widget->objectName(), widget->accessibleName()));
        }
    }
    return missed;
}

}  // namespace hearth::tests
