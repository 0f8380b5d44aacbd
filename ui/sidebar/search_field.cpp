#include "ui/sidebar/search_field.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>

#include "ui/sidebar/paint.h"
#include "ui/sidebar/side_bar_button.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

using namespace std::chrono_literals;
constexpr auto kTypingPause = 120ms;

}  // namespace

SearchField::SearchField(QWidget* parent)
    : QWidget(parent),
      m_edit(new QLineEdit),
      m_clear(new SideBarButton(SideBarButton::Shape::Icon, QStringLiteral("close"))) {
    setFixedHeight(kSideBarRowHeight);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSideBarInset + kIconSize + kSpacing, 2, 2, 2);
    layout->setSpacing(0);
    m_edit->setObjectName(QStringLiteral("search"));
    // The field is drawn around the line, which shows its words alone.
    m_edit->setStyleSheet(QStringLiteral("QLineEdit { background: transparent; border: none; }"));
    m_edit->setMaxLength(1000);
    m_edit->installEventFilter(this);
    layout->addWidget(m_edit);
    layout->addWidget(m_clear);
    m_clear->hide();
    setFocusProxy(m_edit);
    m_pause.setSingleShot(true);
    m_pause.setInterval(kTypingPause);
    connect(&m_pause, &QTimer::timeout, this, &SearchField::ask);
    connect(m_edit, &QLineEdit::textChanged, this, &SearchField::onEdited);
    connect(m_clear, &QPushButton::clicked, this, [this] {
        clear();
        m_edit->setFocus();
    });
    retranslate();
}

void SearchField::retranslate() {
    m_edit->setPlaceholderText(tr("Search"));
    m_edit->setAccessibleName(tr("Search chats and documents"));
    m_edit->setToolTip(
        tr("Search chats and documents (%1)")
            .arg(
                QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F).toString(QKeySequence::NativeText)));
    m_clear->setWords(tr("Clear the search"));
}

QString SearchField::text() const {
    return m_edit->text().trimmed();
}

void SearchField::clear() {
    m_edit->clear();
}

void SearchField::focusText() {
    m_edit->setFocus(Qt::ShortcutFocusReason);
    m_edit->selectAll();
}

void SearchField::onEdited() {
    m_clear->setVisible(!m_edit->text().isEmpty());
    if (text().isEmpty()) {
        m_pause.stop();
        Q_EMIT searchEnded();
    } else {
        m_pause.start();
    }
}

void SearchField::ask() {
    m_pause.stop();
    if (!text().isEmpty()) {
        Q_EMIT searchRequested(text());
    }
}

bool SearchField::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
        update();
    } else if (event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
            case Qt::Key_Escape:
                if (m_edit->text().isEmpty()) {
                    return false;  // for those above
                }
                clear();
                return true;
            case Qt::Key_Down:
                Q_EMIT leftDownwards();
                return true;
            case Qt::Key_Return:
            case Qt::Key_Enter:
                if (m_pause.isActive()) {
                    ask();
                }
                Q_EMIT entered();
                return true;
            default:
                break;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void SearchField::mousePressEvent(QMouseEvent*) {
    m_edit->setFocus(Qt::MouseFocusReason);
}

void SearchField::paintEvent(QPaintEvent*) {
    const ThemeColors& colors = themeColors(themeKindOf(palette()));
    QPainter painter(this);
    const bool hasKeyboard = m_edit->hasFocus();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(hasKeyboard ? colors.card : hoverColor(colors));
    painter.drawRoundedRect(rect(), kControlRadius, kControlRadius);
    drawIcon(painter, QRect(kSideBarInset - 2, 0, kIconSize, height()), QStringLiteral("search"),
             colors.secondaryText, 18);
    if (hasKeyboard) {
        drawFocusRing(painter, rect(), colors);
    }
}

}  // namespace hearth::ui
