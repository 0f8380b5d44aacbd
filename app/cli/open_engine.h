#pragma once

#include <memory>

#include "app/cli/commands.h"
#include "inference/engine/engine.h"
#include "kernels/base/status.h"

namespace hearth::cli {

/// Whether the device that the arguments name can be used. Errors: Unsupported.
Status checkDevice(const ModelArguments& arguments);

/// The model that the arguments name, or the built-in one. Looks at no file if checkDevice fails.
Result<std::shared_ptr<const Model>> openModel(const ModelArguments& arguments);

/// An engine for that model. `options` gives what the arguments do not; a context above the model's
/// is an error.
Result<std::unique_ptr<Engine>> openEngine(const ModelArguments& arguments, EngineOptions options);

/// The same for a model that is open already.
Result<std::unique_ptr<Engine>> openEngine(const ModelArguments& arguments,
                                           std::shared_ptr<const Model> model,
                                           EngineOptions options);

}  // namespace hearth::cli
