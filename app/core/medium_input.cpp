#include "app/core/medium_input.h"

#include <utility>

namespace hearth::app {

static_assert(media::kModelSampleRateHz == HearthAudioConfig::kSampleRateHz &&
              media::kModelHopLength == HearthAudioConfig::kHopLength);

Result<std::shared_ptr<const MediumInput>> makeMediumInput(LoadedAttachment attachment) {
    if (auto* image = std::get_if<media::PreparedImage>(&attachment.content)) {
        const ImageView view = image->view();
        return std::make_shared<const MediumInput>(PictureInput{
            .pixels = std::move(image->pixels), .width = view.width, .height = view.height});
    }
    const auto audio =
        std::make_shared<const media::Audio>(std::get<media::Audio>(std::move(attachment.content)));
    HEARTH_ASSIGN_OR_RETURN(const media::AudioPreprocessor preprocessor,
                            media::AudioPreprocessor::open(audio->samples));
    // The preprocessor borrows the samples, so both go with the function.
    auto makeChunk = [audio, preprocessor](std::size_t index) -> Result<RecordingInput::Chunk> {
        HEARTH_ASSIGN_OR_RETURN(media::PreparedAudio prepared, preprocessor.prepareChunk(index));
        const AudioView view = prepared.view();
        return RecordingInput::Chunk{.frames = std::move(prepared.frames),
                                     .logMel = std::move(prepared.logMel),
                                     .numFrames = view.numFrames,
                                     .frameLength = view.frameLength,
                                     .numMelBins = view.numMelBins};
    };
    return std::make_shared<const MediumInput>(
        RecordingInput{.numChunks = preprocessor.numChunks(), .makeChunk = std::move(makeChunk)});
}

}  // namespace hearth::app
