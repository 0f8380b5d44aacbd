#pragma once

#include <string>
#include <string_view>

#include "kernels/base/status.h"

namespace hearth::cli {

/// Gives standard input, output and error that are closed a descriptor on which every read or write
/// fails. Without it the next file that is opened, a model or a result, would take their place.
void reserveStandardStreams();

/// Makes a file that grows beyond the limit of the system (ulimit -f) an error of the write, which
/// is told, instead of a signal that ends the program.
void makeFileLimitAnError();

/// All of standard input. Errors: Io when it cannot be read or is longer than 1 GiB.
Result<std::string> readStandardInput();

/// Writes out what was printed. Errors: Io when standard output did not take all of it.
Status flushStandardOutput();

}  // namespace hearth::cli
