#include "ui/widgets/attachment_chip.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace hearth::ui {

AttachmentChip::AttachmentChip(const QString& filePath, Place place, QWidget* parent)
    : QFrame(parent),
      m_filePath(filePath),
      m_fileName(QFileInfo(filePath).fileName()),
      m_description(new QLabel) {
    setObjectName(QStringLiteral("chip"));
    setAccessibleName(tr("Attachment %1").arg(m_fileName));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(2 * kSpacing, kSpacing, 2 * kSpacing, kSpacing);
    layout->setSpacing(2 * kSpacing);
    auto* name = new QLabel(fontMetrics().elidedText(m_fileName, Qt::ElideMiddle, 200));
    name->setTextFormat(Qt::PlainText);
    name->setToolTip(m_fileName.toHtmlEscaped());
    layout->addWidget(name);
    m_description->setObjectName(QStringLiteral("secondary"));
    m_description->setTextFormat(Qt::PlainText);
    m_description->hide();
    layout->addWidget(m_description);
    if (place == Place::Composer) {
        auto* remove = new QToolButton;
        remove->setIcon(tintedIcon(QStringLiteral("remove"), palette().color(QPalette::Text)));
        remove->setAccessibleName(tr("Remove %1").arg(m_fileName));
        remove->setToolTip(tr("Remove"));
        connect(remove, &QToolButton::clicked, this, &AttachmentChip::removeRequested);
        layout->addWidget(remove);
    }
}

void AttachmentChip::setDescription(const QString& description) {
    m_description->setText(description);
    m_description->show();
    setAccessibleDescription(description);
}

}  // namespace hearth::ui
