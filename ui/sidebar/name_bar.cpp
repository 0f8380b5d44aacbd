#include "ui/sidebar/name_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>

#include "ui/sidebar/paint.h"
#include "ui/sidebar/side_bar_button.h"
#include "ui/theme/theme.h"

namespace hearth::ui {

NameBar::NameBar(QWidget* parent)
    : QWidget(parent),
      m_edit(new QLineEdit),
      m_take(new SideBarButton(SideBarButton::Shape::Icon, QStringLiteral("check"))),
      m_leave(new SideBarButton(SideBarButton::Shape::Icon, QStringLiteral("close"))) {
    setFixedHeight(kSideBarRowHeight + kSpacing);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSideBarInset + kIconSize + kSpacing, 2, kSpacing, 2);
    layout->setSpacing(0);
    m_edit->setObjectName(QStringLiteral("folderName"));
    m_edit->setStyleSheet(QStringLiteral("QLineEdit { background: transparent; border: none; }"));
    m_edit->setMaxLength(100);
    layout->addWidget(m_edit);
    layout->addWidget(m_take);
    layout->addWidget(m_leave);
    connect(m_edit, &QLineEdit::returnPressed, this, &NameBar::take);
    connect(m_take, &QPushButton::clicked, this, &NameBar::take);
    connect(m_leave, &QPushButton::clicked, this, &NameBar::leave);
    connect(m_edit, &QLineEdit::textChanged, this,
            [this] { m_take->setEnabled(!m_edit->text().trimmed().isEmpty()); });
    m_take->setEnabled(false);
    retranslate();
}

void NameBar::retranslate() {
    m_edit->setPlaceholderText(tr("Name of the folder"));
    m_edit->setAccessibleName(tr("Name of the new folder"));
    m_take->setWords(tr("Make the folder"));
    m_leave->setWords(tr("Make no folder"));
}

void NameBar::ask() {
    m_edit->clear();
    show();
    m_edit->setFocus();
}

void NameBar::take() {
    const QString name = m_edit->text().simplified();
    if (!name.isEmpty()) {
        hide();
        Q_EMIT named(name);
    }
}

void NameBar::leave() {
    hide();
    Q_EMIT left();
}

void NameBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) {
        leave();
    } else {
        QWidget::keyPressEvent(event);
    }
}

void NameBar::paintEvent(QPaintEvent*) {
    const ThemeColors& colors = themeColors(themeKindOf(palette()));
    QPainter painter(this);
    fillRow(painter, rect(), colors.card);
    drawFocusRing(painter, rect(), colors);
    drawIcon(painter, QRect(kSideBarInset - 2, 0, kIconSize, height()), QStringLiteral("folder"),
             colors.accent, 18);
}

}  // namespace hearth::ui
