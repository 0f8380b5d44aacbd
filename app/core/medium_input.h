#pragma once

#include <memory>

#include "app/core/attachment_loader.h"
#include "inference/engine/medium_input.h"
#include "kernels/base/status.h"

namespace hearth::app {

/// What the engine takes of a decoded picture or recording; moves it out of the attachment, which
/// is no document. Errors: InvalidArgument (samples that are no numbers).
Result<std::shared_ptr<const MediumInput>> makeMediumInput(LoadedAttachment attachment);

}  // namespace hearth::app
