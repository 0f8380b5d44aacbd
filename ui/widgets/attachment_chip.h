#pragma once

#include <QFrame>
#include <QString>

class QLabel;

namespace hearth::ui {

/// An attached file as a small card: its name, what the model got of it, and, over the composer, a
/// cross that takes it away. GUI thread only.
class AttachmentChip : public QFrame {
    Q_OBJECT

public:
    enum class Place { Composer, Message };

    AttachmentChip(const QString& filePath, Place place, QWidget* parent = nullptr);

    const QString& filePath() const { return m_filePath; }
    /// "1,024 × 768 px, 80 vectors".
    void setDescription(const QString& description);

Q_SIGNALS:
    void removeRequested();

private:
    QString m_filePath;
    QString m_fileName;
    QLabel* m_description;
};

}  // namespace hearth::ui
