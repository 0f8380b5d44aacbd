#pragma once

#include <QWidget>

class QLineEdit;

namespace hearth::ui {

class SideBarButton;

/// Asks in place for the name of a new folder: Enter takes it, Esc leaves it. GUI thread only.
class NameBar : public QWidget {
    Q_OBJECT

public:
    explicit NameBar(QWidget* parent = nullptr);

    /// Appears, empty, with the keyboard.
    void ask();
    void retranslate();

Q_SIGNALS:
    /// Not empty, without white space at its ends. The bar has gone.
    void named(const QString& name);
    /// The bar has gone without a name.
    void left();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void take();
    void leave();

    QLineEdit* m_edit;
    SideBarButton* m_take;
    SideBarButton* m_leave;
};

}  // namespace hearth::ui
