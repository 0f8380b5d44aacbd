#pragma once

#include <QWidget>

#include "app/storage/records.h"

class QLabel;

namespace hearth::ui {

class SideBarButton;

/// One entry of the bin with its two buttons; asks in its own place before it erases. GUI thread
/// only.
class BinRow : public QWidget {
    Q_OBJECT

public:
    BinRow(const storage::BinEntry& entry, storage::Time now, QWidget* parent = nullptr);

    SideBarButton* restoreButton() const { return m_restore; }

Q_SIGNALS:
    void restoreRequested(const hearth::storage::BinEntry& entry);
    void eraseRequested(const hearth::storage::BinEntry& entry);

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void ask(bool isAsking);

    storage::BinEntry m_entry;
    QString m_title;
    QString m_note;  ///< kind and days left
    SideBarButton* m_restore;
    SideBarButton* m_erase;
    QWidget* m_question;
    SideBarButton* m_eraseSurely;
    SideBarButton* m_keep;
};

}  // namespace hearth::ui
