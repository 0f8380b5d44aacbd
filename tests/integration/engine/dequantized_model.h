#pragma once

#include <filesystem>
#include <memory>

#include "inference/engine/model.h"
#include "kernels/base/status.h"

namespace hearth::testing_support {

/// Loads `path` with every weight expanded to f32, so that no operation rounds activations to the
/// integers that products with quantised weights use. Writes the expanded file (321 MB for Hearth
/// Mini) into `folder`, maps it and removes its name again. Errors: those of GgufFile, GgufWriter
/// and Model::load; Unsupported for a type that Hearth does not compute with.
Result<std::shared_ptr<const Model>> loadInF32(const std::filesystem::path& path,
                                               const std::filesystem::path& folder);

}  // namespace hearth::testing_support
