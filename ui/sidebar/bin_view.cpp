#include "ui/sidebar/bin_view.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "ui/sidebar/bin_row.h"
#include "ui/sidebar/paint.h"
#include "ui/sidebar/side_bar_button.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

constexpr std::size_t kRowsAtOnce = 100;

}  // namespace

BinView::BinView(std::function<storage::Time()> now, QWidget* parent)
    : QWidget(parent),
      m_now(std::move(now)),
      m_maxRows(kRowsAtOnce),
      m_back(new SideBarButton(SideBarButton::Shape::Row, QStringLiteral("chevron-left"))),
      m_explanation(new QLabel),
      m_empty(new SideBarButton(SideBarButton::Shape::Danger, QString())),
      m_question(new QWidget),
      m_questionWords(new QLabel),
      m_eraseAll(new SideBarButton(SideBarButton::Shape::Danger, QString())),
      m_keepAll(new SideBarButton(SideBarButton::Shape::Words, QString())),
      m_scroll(new QScrollArea),
      m_rows(nullptr),
      m_more(new SideBarButton(SideBarButton::Shape::Row, QStringLiteral("chevron-down"))) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSideBarMargin, 0, kSideBarMargin, 0);
    layout->setSpacing(kSpacing);
    layout->addWidget(m_back);
    m_explanation->setObjectName(QStringLiteral("secondary"));
    m_explanation->setTextFormat(Qt::PlainText);
    m_explanation->setWordWrap(true);
    m_explanation->setContentsMargins(kSideBarInset, 0, kSideBarInset, kSpacing);
    layout->addWidget(m_explanation);

    auto* rows = new QWidget;
    m_rows = new QVBoxLayout(rows);
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setSpacing(0);
    m_rows->addWidget(m_more);
    m_rows->addStretch(1);
    m_scroll->setObjectName(QStringLiteral("sideBarScroll"));
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidgetResizable(true);
    m_scroll->setWidget(rows);
    rows->setAutoFillBackground(false);
    m_scroll->viewport()->setAutoFillBackground(false);
    layout->addWidget(m_scroll, 1);

    auto* foot = new QHBoxLayout;
    foot->addStretch(1);
    foot->addWidget(m_empty);
    layout->addLayout(foot);
    auto* answers = new QVBoxLayout(m_question);
    answers->setContentsMargins(kSideBarInset, 0, 0, 0);
    answers->setSpacing(kSpacing);
    m_questionWords->setTextFormat(Qt::PlainText);
    m_questionWords->setWordWrap(true);
    answers->addWidget(m_questionWords);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(m_eraseAll);
    buttons->addWidget(m_keepAll);
    answers->addLayout(buttons);
    layout->addWidget(m_question);
    m_question->hide();

    connect(m_back, &QPushButton::clicked, this, &BinView::left);
    connect(m_empty, &QPushButton::clicked, this, [this] { askAboutAll(true); });
    connect(m_keepAll, &QPushButton::clicked, this, [this] { askAboutAll(false); });
    connect(m_eraseAll, &QPushButton::clicked, this, [this] {
        askAboutAll(false);
        Q_EMIT emptyRequested();
    });
    connect(m_more, &QPushButton::clicked, this, [this] {
        m_maxRows += kRowsAtOnce;
        showRows();
    });
    retranslate();
}

void BinView::retranslate() {
    setAccessibleName(tr("Bin"));
    m_back->setWords(tr("Bin"));
    m_back->setAccessibleName(tr("Back to the chats"));
    m_back->setToolTip(tr("Back to the chats (Esc)"));
    m_empty->setWords(tr("Empty the bin"));
    m_eraseAll->setWords(tr("Erase all"));
    m_keepAll->setWords(tr("Keep"));
    m_more->setWords(tr("Show more"));
    showRows();
}

void BinView::setEntries(std::vector<storage::BinEntry> entries) {
    m_entries = std::move(entries);
    m_maxRows = kRowsAtOnce;
    const bool hadKeyboard = isAncestorOf(focusWidget()) && isVisible();
    showRows();
    if (hadKeyboard) {
        focusFirst();
    }
}

void BinView::showRows() {
    for (BinRow* row : findChildren<BinRow*>()) {
        row->hide();
        row->setParent(nullptr);
        row->deleteLater();  // it may be the one whose button was pressed
    }
    const std::size_t numRows = std::min(m_entries.size(), m_maxRows);
    const storage::Time now = m_now();
    for (std::size_t i = 0; i < numRows; ++i) {
        auto* row = new BinRow(m_entries[i], now);
        connect(row, &BinRow::restoreRequested, this, &BinView::restoreRequested);
        connect(row, &BinRow::eraseRequested, this, &BinView::eraseRequested);
        m_rows->insertWidget(static_cast<int>(i), row);
    }
    m_more->setVisible(numRows < m_entries.size());
    m_explanation->setText(m_entries.empty() ? tr("Nothing is in the bin.")
                                             : tr("What you delete stays here for 30 days."));
    m_empty->setVisible(!m_entries.empty());
    m_questionWords->setText(
        m_entries.size() == 1
            ? tr("Erase the one thing in the bin? There is no way back.")
            : tr("Erase all %1 things in the bin? There is no way back.").arg(m_entries.size()));
    m_question->hide();
}

void BinView::askAboutAll(bool isAsking) {
    m_question->setVisible(isAsking);
    m_empty->setVisible(!isAsking);
    (isAsking ? m_keepAll : m_empty)->setFocus(Qt::OtherFocusReason);
}

void BinView::focusFirst() {
    BinRow* first = m_scroll->findChild<BinRow*>();
    (first != nullptr ? first->restoreButton() : m_back)->setFocus(Qt::OtherFocusReason);
}

void BinView::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Escape) {
        QWidget::keyPressEvent(event);
    } else if (!m_question->isHidden()) {
        askAboutAll(false);
    } else {
        Q_EMIT left();
    }
}

}  // namespace hearth::ui
