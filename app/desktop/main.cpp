#include <QApplication>
#include <QCommandLineParser>

#include "ui/bridge/assistant_bridge.h"
#include "ui/main_window.h"
#include "ui/theme/theme.h"

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("hearth"));
    QApplication::setApplicationDisplayName(QStringLiteral("Hearth"));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/hearth.svg")));

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main", "A private assistant that runs on this machine."));
    parser.addHelpOption();
    const QCommandLineOption model(
        {QStringLiteral("m"), QStringLiteral("model")},
        QCoreApplication::translate("main", "Model file to use instead of the built-in one."),
        QStringLiteral("GGUF"));
    parser.addOption(model);
    parser.process(application);

    hearth::ui::applyTheme(hearth::ui::themeKindOf(QApplication::palette()));

    hearth::app::AssistantOptions options;
    options.modelPath = parser.value(model).toStdString();
    hearth::ui::AssistantBridge bridge(std::move(options));
    hearth::ui::MainWindow window(bridge);
    window.show();
    return QApplication::exec();
}
