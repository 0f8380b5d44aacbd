#pragma once

#include <QPersistentModelIndex>
#include <QStyledItemDelegate>

namespace hearth::ui {

struct ThemeColors;

/// Paints the rows of a ChatListModel and lends them a field to rename them in place. GUI thread
/// only.
class ChatListDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    explicit ChatListDelegate(QObject* parent = nullptr);

    /// The heading whose section a dragged chat would come into; invalid for none.
    void setDropTarget(const QModelIndex& heading) { m_dropTarget = heading; }
    const QPersistentModelIndex& dropTarget() const { return m_dropTarget; }
    /// Whether the pointer is over the row's button for more.
    void setMoreLit(bool isLit) { m_isMoreLit = isLit; }

    /// Where the button that opens the menu is in a row that is laid out in `item`.
    static QRect moreRect(const QRect& item);

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const override;
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const override;

private:
    void paintHeading(QPainter& painter, const QStyleOptionViewItem& option,
                      const QModelIndex& index, const ThemeColors& colors) const;
    void paintFolder(QPainter& painter, const QStyleOptionViewItem& option,
                     const QModelIndex& index, const ThemeColors& colors) const;
    void paintChat(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index,
                   const ThemeColors& colors) const;
    void paintMore(QPainter& painter, const QStyleOptionViewItem& option,
                   const ThemeColors& colors) const;

    QPersistentModelIndex m_dropTarget;
    bool m_isMoreLit = false;
};

}  // namespace hearth::ui
