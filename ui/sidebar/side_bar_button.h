#pragma once

#include <QPushButton>
#include <QString>

namespace hearth::ui {

/// A button of the side bar: icon and words in a row, an icon alone, or words alone. Paints itself
/// by the look's colours, so it follows a change of theme. GUI thread only.
class SideBarButton : public QPushButton {
    Q_OBJECT

public:
    enum class Shape {
        Row,     ///< icon and words, as wide as there is room
        Card,    ///< the same on a card: the action of the place
        Icon,    ///< a small square with the icon alone
        Words,   ///< words alone, in the accent colour
        Danger,  ///< words alone, in the colour of what cannot be taken back
    };

    SideBarButton(Shape shape, const QString& icon, QWidget* parent = nullptr);

    /// What the button says: shown in a row, otherwise told in a tip; always its accessible name.
    /// `shortcut` is added to the tip.
    void setWords(const QString& words, const QString& shortcut = {});
    /// A word or number at the end of a row.
    void setNote(const QString& note);
    void setIconName(const QString& icon);
    /// The place that the button leads to is the one that is shown.
    void setCurrentPlace(bool isCurrent);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    bool hasWordsAlone() const { return m_shape == Shape::Words || m_shape == Shape::Danger; }

    Shape m_shape;
    QString m_icon;
    QString m_note;
    bool m_isCurrentPlace = false;
};

}  // namespace hearth::ui
