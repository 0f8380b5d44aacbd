#pragma once

#include <filesystem>

#include "kernels/base/status.h"

namespace hearth::app {

/// The folder that the running program lies in; empty if the system does not tell.
std::filesystem::path programFolder();

/// The built-in model: beside the program, in ../share/hearth/ from it, or in the source tree that
/// it was built in. Errors: NotFound, which names the places.
Result<std::filesystem::path> findBuiltInModel();

/// hearth-decoder: beside the program or in ../libexec/hearth/ from it. Errors: NotFound, which
/// names the places.
Result<std::filesystem::path> findDecoderProgram();

}  // namespace hearth::app
