#pragma once

#include <filesystem>

#include "tests/integration/app/rehearsal_item.h"

namespace hearth::testing_support {

// Each function draws one item and writes its two files, whose paths are `stem` with an ending.

// Pictures: plain grounds, colours by their CSS names, letters of OpenCV.
RehearsalItem makeShapeItem(Draw& draw, const std::filesystem::path& stem);
RehearsalItem makeColourItem(Draw& draw, const std::filesystem::path& stem);
RehearsalItem makeTwoShapesItem(Draw& draw, const std::filesystem::path& stem);
RehearsalItem makePrintedDigitItem(Draw& draw, const std::filesystem::path& stem);
RehearsalItem makePrintedWordItem(Draw& draw, const std::filesystem::path& stem);

// Recordings, spoken by espeak-ng. A failure of that program fails the running test.
RehearsalItem makeSpokenDigitItem(Draw& draw, const std::filesystem::path& stem);
RehearsalItem makeSpokenCommandItem(Draw& draw, const std::filesystem::path& stem);
RehearsalItem makeSpokenSentenceItem(Draw& draw, const std::filesystem::path& stem);
/// Where espeak-ng is; empty if it is not installed.
std::filesystem::path findSpeaker();

// Documents: one passage of invented facts, or a newsletter of four with other texts between them,
// which is more than the model is given at once.
RehearsalItem makePassageItem(Draw& draw, const std::filesystem::path& stem);
RehearsalItem makeLongDocumentItem(Draw& draw, const std::filesystem::path& stem);

}  // namespace hearth::testing_support
