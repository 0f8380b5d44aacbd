#include "ui/sidebar/search_result_view.h"

#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QTextLayout>
#include <algorithm>
#include <utility>

#include "ui/sidebar/paint.h"
#include "ui/sidebar/search_result_model.h"
#include "ui/theme/theme.h"

namespace hearth::ui {
namespace {

constexpr int kMaxSnippetLines = 2;
constexpr int kPadding = 2 * kSpacing;

/// Draws at most `maxLines` lines of `text` into `rect` from the top down, with `matches` on the
/// soft accent; the last line is cut where the text goes on.
void drawMarkedText(QPainter& painter, const QRect& rect, const QString& text,
                    const QList<TextRange>& matches, const QFont& font, const QColor& ink,
                    const ThemeColors& colors, int maxLines) {
    QTextLayout layout(text, font, painter.device());
    QTextOption option;
    option.setWrapMode(maxLines == 1 ? QTextOption::NoWrap
                                     : QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    const auto format = [&](const QTextLayout& of) {
        QList<QTextLayout::FormatRange> ranges;
        for (const TextRange& match : matches) {
            const int begin = std::min<int>(match.begin, static_cast<int>(of.text().size()));
            const int end = std::min<int>(match.end, static_cast<int>(of.text().size()));
            if (begin < end) {
                QTextCharFormat marked;
                marked.setForeground(colors.text);
                marked.setBackground(colors.softAccent);
                marked.setFontWeight(QFont::DemiBold);
                ranges.append({begin, end - begin, marked});
            }
        }
        return ranges;
    };
    const auto layOut = [&](QTextLayout& of) {
        qreal y = 0;
        int end = 0;
        of.setFormats(format(of));
        of.beginLayout();
        for (int i = 0; i < maxLines; ++i) {
            QTextLine line = of.createLine();
            if (!line.isValid()) {
                break;
            }
            line.setLineWidth(rect.width());
            line.setPosition({0, y});
            y += line.height();
            const bool isTooWide = line.naturalTextWidth() > rect.width();
            end = isTooWide ? line.xToCursor(rect.width()) : line.textStart() + line.textLength();
        }
        of.endLayout();
        return end;
    };
    painter.setPen(ink);
    const int end = layOut(layout);
    if (end >= text.size()) {
        layout.draw(&painter, rect.topLeft());
        return;
    }
    // Room for the dots is made at the end of the last line.
    const QTextLine last = layout.lineAt(layout.lineCount() - 1);
    const QFontMetrics metrics(font, painter.device());
    const int room = rect.width() - metrics.horizontalAdvance(QStringLiteral("… "));
    const int cut = std::max(last.textStart() + 1, last.xToCursor(room));
    QTextLayout cutLayout(text.left(cut).trimmed() + QStringLiteral("…"), font, painter.device());
    cutLayout.setTextOption(option);
    layOut(cutLayout);
    cutLayout.draw(&painter, rect.topLeft());
}

class SearchResultDelegate : public QStyledItemDelegate {
public:
    SearchResultDelegate(std::function<QDate()> today, QObject* parent)
        : QStyledItemDelegate(parent), m_today(std::move(today)) {}

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const bool hasSnippet = !index.data(SearchResultModel::SnippetRole).toString().isEmpty();
        const int lines = hasSnippet ? 1 + kMaxSnippetLines : 1;
        return {100, lines * option.fontMetrics.lineSpacing() + 2 * kPadding +
                         (hasSnippet ? kSpacing : 0)};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const ThemeColors& colors = themeColors(themeKindOf(option.palette));
        painter->save();
        const QRect row = sideBarRow(option.rect);
        if (option.state.testFlag(QStyle::State_MouseOver)) {
            fillRow(*painter, row, hoverColor(colors));
        }
        const QRect inside = row.adjusted(kSideBarInset, kPadding - 1, -kSideBarInset, 0);
        const int lineHeight = option.fontMetrics.lineSpacing();

        const QString note = noteOf(index);
        const int noteWidth = option.fontMetrics.horizontalAdvance(note);
        QRect head(inside.left(), inside.top(), inside.width(), lineHeight);
        painter->setFont(option.font);
        painter->setPen(colors.secondaryText);
        painter->drawText(head, Qt::AlignRight | Qt::AlignVCenter, note);
        head.setRight(head.right() - noteWidth - (noteWidth > 0 ? 2 * kSpacing : 0));
        constexpr int kIcon = 16;
        const bool isDocument = index.data(SearchResultModel::IsDocumentRole).toBool();
        drawIcon(*painter, QRect(head.left(), head.top(), kIcon, lineHeight),
                 isDocument ? QStringLiteral("document") : QStringLiteral("chat"),
                 colors.secondaryText, kIcon);
        head.setLeft(head.left() + kIcon + kSpacing + 2);
        const QString snippet = index.data(SearchResultModel::SnippetRole).toString();
        drawMarkedText(*painter, head, index.data().toString(),
                       index.data(SearchResultModel::TitleMatchesRole).value<QList<TextRange>>(),
                       scaledFont(option.font, 1, QFont::DemiBold), colors.text, colors, 1);
        if (!snippet.isEmpty()) {
            drawMarkedText(
                *painter, inside.adjusted(0, lineHeight + kSpacing, 0, 0), snippet,
                index.data(SearchResultModel::SnippetMatchesRole).value<QList<TextRange>>(),
                option.font, colors.secondaryText, colors, kMaxSnippetLines);
        }
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            drawFocusRing(*painter, row, colors);
        }
        painter->restore();
    }

private:
    /// The page of a document, otherwise the day of a message, as short as it is clear.
    QString noteOf(const QModelIndex& index) const {
        if (const int page = index.data(SearchResultModel::PageRole).toInt(); page > 0) {
            return SearchResultView::tr("p. %1").arg(page);
        }
        const QDateTime time = index.data(SearchResultModel::TimeRole).toDateTime();
        if (!time.isValid()) {
            return {};
        }
        const QDate today = m_today();
        const QLocale locale;
        if (time.date() == today) {
            return locale.toString(time.time(), QLocale::ShortFormat);
        }
        return time.date().year() == today.year()
                   //: The day of a message of this year, a date format of Qt.
                   ? locale.toString(time.date(), SearchResultView::tr("d MMM"))
                   //: The month of a message of another year, a date format of Qt.
                   : locale.toString(time.date(), SearchResultView::tr("MMM yyyy"));
    }

    std::function<QDate()> m_today;
};

}  // namespace

SearchResultView::SearchResultView(std::function<QDate()> today, QWidget* parent)
    : QListView(parent), m_results(new SearchResultModel(this)) {
    setModel(m_results);
    setItemDelegate(new SearchResultDelegate(std::move(today), this));
    setFrameShape(QFrame::NoFrame);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_Hover);
    viewport()->setAutoFillBackground(false);
    verticalScrollBar()->setSingleStep(kSideBarRowHeight);
    connect(this, &QListView::clicked, this, &SearchResultView::open);
    retranslate();
}

void SearchResultView::retranslate() {
    setAccessibleName(tr("Search results"));
    viewport()->update();
}

void SearchResultView::setHits(std::vector<SearchHit> hits) {
    m_results->setHits(std::move(hits));
    scrollToTop();
    if (hasFocus()) {
        setCurrentIndex(m_results->index(0));
    }
}

int SearchResultView::numHits() const {
    return m_results->rowCount();
}

void SearchResultView::open(const QModelIndex& index) {
    if (index.isValid()) {
        const SearchHit hit = m_results->hits()[static_cast<std::size_t>(index.row())];
        Q_EMIT hitOpened(hit);
    }
}

void SearchResultView::openCurrent() {
    open(hasFocus() && currentIndex().isValid() ? currentIndex() : m_results->index(0));
}

void SearchResultView::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            openCurrent();
            return;
        case Qt::Key_Escape:
            Q_EMIT escaped();
            return;
        case Qt::Key_Up:
            if (currentIndex().row() <= 0) {
                Q_EMIT leftAtTop();
                return;
            }
            break;
        default:
            break;
    }
    QListView::keyPressEvent(event);
}

void SearchResultView::focusInEvent(QFocusEvent* event) {
    QListView::focusInEvent(event);
    if (!currentIndex().isValid()) {
        setCurrentIndex(m_results->index(0));
    }
}

void SearchResultView::changeEvent(QEvent* event) {
    QListView::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        scheduleDelayedItemsLayout();
    }
}

QItemSelectionModel::SelectionFlags SearchResultView::selectionCommand(const QModelIndex&,
                                                                       const QEvent*) const {
    return QItemSelectionModel::NoUpdate;
}

}  // namespace hearth::ui
