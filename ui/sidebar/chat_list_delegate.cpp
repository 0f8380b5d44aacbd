#include "ui/sidebar/chat_list_delegate.h"

#include <QLineEdit>
#include <QPainter>

#include "ui/sidebar/chat_list_model.h"
#include "ui/sidebar/paint.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

constexpr int kMoreSide = 28;
constexpr int kFolderIndent = 12;
constexpr int kMarkWidth = 20;

bool isInFolder(const QModelIndex& index) {
    return index.data(ChatListModel::SectionRole).toInt() == static_cast<int>(ChatSection::Folder);
}

bool isHovered(const QStyleOptionViewItem& option) {
    return option.state.testFlag(QStyle::State_MouseOver);
}

bool hasKeyboard(const QStyleOptionViewItem& option) {
    return option.state.testFlag(QStyle::State_HasFocus);
}

void drawElided(QPainter& painter, const QRect& rect, const QString& text) {
    painter.drawText(rect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                     painter.fontMetrics().elidedText(text, Qt::ElideRight, rect.width()));
}

}  // namespace

ChatListDelegate::ChatListDelegate(QObject* parent) : QStyledItemDelegate(parent) {}

QRect ChatListDelegate::moreRect(const QRect& item) {
    const QRect row = sideBarRow(item);
    return {row.right() - kMoreSide - 2, row.top() + (row.height() - kMoreSide) / 2, kMoreSide,
            kMoreSide};
}

QSize ChatListDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {kSideBarRowHeight, kSideBarRowHeight};
}

void ChatListDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
    const ThemeColors& colors = themeColors(themeKindOf(option.palette));
    painter->save();
    painter->setFont(option.font);
    if (index.data(ChatListModel::IsHeadingRole).toBool()) {
        if (m_dropTarget == index) {
            fillRow(*painter, sideBarRow(option.rect), colors.softAccent);
        }
        if (isInFolder(index)) {
            paintFolder(*painter, option, index, colors);
        } else {
            paintHeading(*painter, option, index, colors);
        }
    } else {
        paintChat(*painter, option, index, colors);
    }
    if (hasKeyboard(option)) {
        drawFocusRing(*painter, sideBarRow(option.rect), colors);
    }
    painter->restore();
}

void ChatListDelegate::paintHeading(QPainter& painter, const QStyleOptionViewItem& option,
                                    const QModelIndex& index, const ThemeColors& colors) const {
    // The words stand low in their row: the space above sets the section off from the last one.
    const QRect words =
        sideBarRow(option.rect).adjusted(kSideBarInset, 2 * kSpacing, -kSideBarInset, 0);
    painter.setFont(scaledFont(option.font, 1, QFont::DemiBold));
    painter.setPen(m_dropTarget == index ? colors.text : colors.secondaryText);
    drawElided(painter, words, index.data().toString());
}

void ChatListDelegate::paintFolder(QPainter& painter, const QStyleOptionViewItem& option,
                                   const QModelIndex& index, const ThemeColors& colors) const {
    const QRect row = sideBarRow(option.rect);
    const bool isOpen = index.data(ChatListModel::IsOpenRole).toBool();
    const bool isLit = isHovered(option) || hasKeyboard(option);
    if (isHovered(option) && m_dropTarget != index) {
        fillRow(painter, row, hoverColor(colors));
    }
    constexpr int kIcon = 18;
    const QRect icon(row.left() + kSideBarInset - 1, row.top(), kIcon, row.height());
    const QColor ink = m_dropTarget == index ? colors.text : colors.secondaryText;
    drawIcon(painter, icon, isOpen ? QStringLiteral("folder-open") : QStringLiteral("folder"), ink,
             kIcon);
    QRect end = moreRect(option.rect);
    if (isLit) {
        paintMore(painter, option, colors);
    } else {
        const QString arrow =
            isOpen ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right");
        drawIcon(painter, end, arrow, ink, 16);
    }
    painter.setPen(ink);
    if (!isOpen) {
        const QString count = QString::number(index.data(ChatListModel::NumChatsRole).toInt());
        const int width = painter.fontMetrics().horizontalAdvance(count);
        end.setLeft(end.left() - width - kSpacing);
        painter.drawText(QRect(end.left(), row.top(), width, row.height()), Qt::AlignVCenter,
                         count);
    }
    painter.setFont(scaledFont(option.font, 1, QFont::DemiBold));
    QRect words = row;
    words.setLeft(icon.right() + 2 * kSpacing);
    words.setRight(end.left() - kSpacing);
    drawElided(painter, words, index.data().toString());
}

void ChatListDelegate::paintChat(QPainter& painter, const QStyleOptionViewItem& option,
                                 const QModelIndex& index, const ThemeColors& colors) const {
    const QRect row = sideBarRow(option.rect);
    const bool isOpenChat = option.state.testFlag(QStyle::State_Selected);
    if (isOpenChat) {
        fillRow(painter, row, colors.softAccent);
    } else if (isHovered(option)) {
        fillRow(painter, row, hoverColor(colors));
    }
    QRect words = row.adjusted(kSideBarInset, 0, -kSideBarInset, 0);
    if (isInFolder(index)) {
        words.setLeft(words.left() + kFolderIndent);
    }
    if (isHovered(option) || hasKeyboard(option)) {
        paintMore(painter, option, colors);
        words.setRight(moreRect(option.rect).left() - kSpacing);
    }
    const bool isAnswering = index.data(ChatListModel::IsAnsweringRole).toBool();
    const bool isUnread = index.data(ChatListModel::IsUnreadRole).toBool();
    if (isAnswering || isUnread) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colors.accent);
        const QPointF centre(words.right() - 4, QRectF(row).center().y());
        if (isAnswering) {  // an ember with its glow
            QColor glow = colors.accent;
            glow.setAlphaF(0.25F);
            painter.drawEllipse(centre, 3, 3);
            painter.setBrush(glow);
            painter.drawEllipse(centre, 7, 7);
        } else {
            painter.drawEllipse(centre, 4, 4);
        }
        words.setRight(words.right() - kMarkWidth);
    }
    painter.setFont(scaledFont(option.font, 1, isUnread ? QFont::DemiBold : QFont::Normal));
    painter.setPen(colors.text);
    drawElided(painter, words, index.data().toString());
}

void ChatListDelegate::paintMore(QPainter& painter, const QStyleOptionViewItem& option,
                                 const ThemeColors& colors) const {
    const QRect more = moreRect(option.rect);
    if (m_isMoreLit && isHovered(option)) {
        fillRow(painter, more, colors.line);
    }
    drawIcon(painter, more, QStringLiteral("more"),
             m_isMoreLit && isHovered(option) ? colors.text : colors.secondaryText, 18);
}

QWidget* ChatListDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                                        const QModelIndex& index) const {
    auto* editor = new QLineEdit(parent);
    const bool isHeading = index.data(ChatListModel::IsHeadingRole).toBool();
    editor->setAccessibleName(isHeading ? tr("Name of the folder") : tr("Title of the chat"));
    editor->setMaxLength(200);
    const ThemeColors& colors = themeColors(themeKindOf(option.palette));
    editor->setStyleSheet(
        QStringLiteral("QLineEdit { background: %1; color: %2; border: 2px solid %3; "
                       "border-radius: %4px; padding: 0 %5px; }")
            .arg(colors.card.name(), colors.text.name(), colors.accent.name())
            .arg(kControlRadius)
            .arg(kSideBarInset - 4));
    return editor;
}

void ChatListDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                            const QModelIndex&) const {
    editor->setGeometry(sideBarRow(option.rect));
}

}  // namespace hearth::ui
