#include "ui/widgets/composer.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPlainTextEdit>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/attachment_chip.h"

namespace hearth::ui {
namespace {

constexpr int kMaxVisibleLines = 8;

}  // namespace

Composer::Composer(QWidget* parent)
    : QFrame(parent),
      m_chipRow(new QWidget),
      m_chipLayout(new QHBoxLayout(m_chipRow)),
      m_edit(new QPlainTextEdit),
      m_button(new QToolButton) {
    setObjectName(QStringLiteral("composer"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(3 * kSpacing, 2 * kSpacing, 2 * kSpacing, 2 * kSpacing);
    layout->setSpacing(kSpacing);

    m_chipLayout->setContentsMargins(0, 0, 0, 0);
    m_chipLayout->setSpacing(2 * kSpacing);
    m_chipLayout->addStretch();
    m_chipRow->hide();
    layout->addWidget(m_chipRow);

    m_edit->setObjectName(QStringLiteral("question"));
    m_edit->setPlaceholderText(tr("Ask anything. Drop pictures, sound or documents."));
    m_edit->setAccessibleName(tr("Question"));
    m_edit->setTabChangesFocus(true);
    m_edit->setAcceptDrops(false);
    m_edit->setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    m_edit->installEventFilter(this);
    connect(m_edit, &QPlainTextEdit::textChanged, this, [this] {
        updateHeight();
        updateButton();
    });
    layout->addWidget(m_edit);

    auto* row = new QHBoxLayout;
    row->setSpacing(kSpacing);
    auto* attach = new QToolButton;
    attach->setObjectName(QStringLiteral("attach"));
    attach->setIcon(tintedIcon(QStringLiteral("attach"), palette().color(QPalette::Text)));
    attach->setIconSize(QSize(kIconSize, kIconSize));
    attach->setAccessibleName(tr("Attach files"));
    attach->setToolTip(tr("Attach pictures, recordings or documents"));
    connect(attach, &QToolButton::clicked, this, &Composer::attachRequested);
    row->addWidget(attach);
    row->addStretch();
    m_button->setObjectName(QStringLiteral("send"));
    m_button->setIconSize(QSize(kIconSize, kIconSize));
    connect(m_button, &QToolButton::clicked, this, [this] {
        if (m_isAnswering) {
            Q_EMIT stopRequested();
        } else {
            Q_EMIT sendRequested();
        }
    });
    row->addWidget(m_button);
    layout->addLayout(row);
    setFocusProxy(m_edit);
    updateHeight();
    updateButton();
}

QString Composer::text() const {
    return m_edit->toPlainText().trimmed();
}

void Composer::setText(const QString& text) {
    m_edit->setPlainText(text);
}

QStringList Composer::files() const {
    QStringList paths;
    for (const AttachmentChip* chip : m_chipRow->findChildren<AttachmentChip*>()) {
        paths.append(chip->filePath());
    }
    return paths;
}

void Composer::addFiles(const QStringList& paths) {
    for (const QString& path : paths) {
        if (files().contains(path)) {
            continue;
        }
        auto* chip = new AttachmentChip(path, AttachmentChip::Place::Composer);
        connect(chip, &AttachmentChip::removeRequested, this, [this, chip] {
            chip->setParent(nullptr);
            chip->deleteLater();
            m_chipRow->setVisible(!files().isEmpty());
            updateButton();
            m_edit->setFocus();
        });
        m_chipLayout->insertWidget(m_chipLayout->count() - 1, chip);
    }
    m_chipRow->setVisible(!files().isEmpty());
    updateButton();
}

void Composer::clear() {
    m_edit->clear();
    qDeleteAll(m_chipRow->findChildren<AttachmentChip*>());
    m_chipRow->hide();
    updateButton();
}

void Composer::setAnswering(bool isAnswering) {
    m_isAnswering = isAnswering;
    updateButton();
}

void Composer::setReady(bool isReady) {
    m_isReady = isReady;
    updateButton();
}

void Composer::updateButton() {
    const QColor color = themeColors(themeKindOf(palette())).onAccent;
    m_button->setIcon(
        tintedIcon(m_isAnswering ? QStringLiteral("stop") : QStringLiteral("send"), color));
    m_button->setAccessibleName(m_isAnswering ? tr("Stop the answer") : tr("Send"));
    m_button->setToolTip(m_isAnswering ? tr("Stop (Esc)") : tr("Send (Enter)"));
    m_button->setEnabled(m_isAnswering || (m_isReady && (!text().isEmpty() || !files().isEmpty())));
}

void Composer::updateHeight() {
    const int numLines = std::clamp(
        static_cast<int>(std::ceil(m_edit->document()->size().height())), 2, kMaxVisibleLines);
    m_edit->setFixedHeight(numLines * m_edit->fontMetrics().lineSpacing() + 3 * kSpacing);
}

bool Composer::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_edit) {
        return QFrame::eventFilter(watched, event);
    }
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
        setProperty("focused", event->type() == QEvent::FocusIn);
        style()->unpolish(this);
        style()->polish(this);
    } else if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool isEnter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
        if (isEnter && (key->modifiers() & Qt::ShiftModifier) == 0) {
            if (!m_isAnswering && m_button->isEnabled()) {
                Q_EMIT sendRequested();
            }
            return true;
        }
    }
    return false;
}

}  // namespace hearth::ui
