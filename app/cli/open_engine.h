#pragma once

#include <memory>

#include "app/cli/commands.h"
#include "inference/engine/engine.h"
#include "kernels/base/status.h"

namespace hearth::cli {

/// The model that the arguments name, or the built-in one.
Result<std::shared_ptr<const Model>> openModel(const ModelArguments& arguments);

/// An engine for that model. `options` gives what the arguments do not; a context above the model's
/// is an error.
Result<std::unique_ptr<Engine>> openEngine(const ModelArguments& arguments, EngineOptions options);

}  // namespace hearth::cli
