#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace hearth::testing_support {

/// What a program runs with.
struct ProgramOptions {
    std::filesystem::path inputPath = "/dev/null";  ///< standard input; empty: closed
    std::filesystem::path outputPath = {};          ///< standard output; empty: collected
    bool isOutputClosed = false;
};

/// How a program ended.
struct ProgramOutcome {
    int status = -1;          ///< exit status; minus the number of the signal that ended it
    bool isTimedOut = false;  ///< it was still running at the deadline and was killed
    std::string output;       ///< standard output
    std::string errors;       ///< standard error
};

/// A running program whose streams are files in a folder. It is killed if it still runs at the end.
class ProgramRun {
public:
    /// Starts `command`, whose first word is the path of the program.
    ProgramRun(const std::vector<std::string>& command, const std::filesystem::path& folder,
               const ProgramOptions& options = {});
    ~ProgramRun();
    ProgramRun(const ProgramRun&) = delete;
    ProgramRun& operator=(const ProgramRun&) = delete;

    /// Waits until standard error has `text` in it; false if the program ends or the time is over
    /// before.
    bool waitForError(const std::string& text, std::chrono::milliseconds timeout);
    void signal(int number) const;
    /// Waits for the end; false if the time is over before.
    bool waitForEnd(std::chrono::milliseconds timeout);
    /// Waits for the end, kills the program at the deadline.
    ProgramOutcome finish(std::chrono::milliseconds timeout = std::chrono::seconds(60));

private:
    std::filesystem::path m_outputPath;
    std::filesystem::path m_errorPath;
    pid_t m_process = -1;
    int m_processFile = -1;  ///< becomes readable when the program ends
    bool m_hasEnded = false;
};

}  // namespace hearth::testing_support
