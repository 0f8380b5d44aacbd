#include "inference/engine/medium_input.h"

namespace hearth {

Result<std::vector<float>> encodeMedium(Engine& engine, const MediumInput& input,
                                        const std::stop_token& stop) {
    if (const auto* picture = std::get_if<PictureInput>(&input)) {
        return engine.encodeImage(picture->view(), stop);
    }
    const auto& recording = std::get<RecordingInput>(input);
    std::vector<float> vectors;
    for (std::size_t i = 0; i < recording.numChunks; ++i) {
        if (stop.stop_requested()) {
            return Status(ErrorCode::Cancelled, "stopped");
        }
        HEARTH_ASSIGN_OR_RETURN(const RecordingInput::Chunk chunk, recording.makeChunk(i));
        HEARTH_ASSIGN_OR_RETURN(const std::vector<float> part,
                                engine.encodeAudio(chunk.view(), stop));
        vectors.insert(vectors.end(), part.begin(), part.end());
    }
    if (vectors.empty()) {
        return Status(ErrorCode::InvalidArgument, "a recording has no sound");
    }
    return vectors;
}

}  // namespace hearth
