#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/npy.h"
#include "app/cli/open_engine.h"
#include "app/core/attachment_loader.h"
#include "app/core/medium_input.h"
#include "app/core/program_files.h"
#include "inference/gguf/atomic_file.h"

namespace hearth::cli {
namespace {

constexpr std::int32_t kImageToken = 5;
constexpr std::int32_t kAudioToken = 6;

Result<std::vector<float>> encodeFile(Engine& engine, const std::filesystem::path& path,
                                      app::AttachmentKind kind) {
    HEARTH_ASSIGN_OR_RETURN(const std::filesystem::path program, app::findDecoderProgram());
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<media::DecoderClient> client,
                            media::DecoderClient::open({.programPath = program}));
    HEARTH_ASSIGN_OR_RETURN(app::LoadedAttachment attachment,
                            app::AttachmentLoader(*client).load(path, kind, {}));
    HEARTH_ASSIGN_OR_RETURN(const std::shared_ptr<const MediumInput> input,
                            app::makeMediumInput(std::move(attachment)));
    return encodeMedium(engine, *input, {});
}

Status runEmbed(const EmbedArguments& arguments, app::AttachmentKind kind) {
    HEARTH_RETURN_IF_ERROR(AtomicFile::checkTarget(arguments.output));
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Engine> engine,
                            openEngine(arguments, {.contextTokens = 256}));
    HEARTH_ASSIGN_OR_RETURN(const std::vector<float> vectors,
                            encodeFile(*engine, arguments.file, kind));
    const std::int64_t width = engine->model().config().width;
    const std::vector<std::int64_t> shape{static_cast<std::int64_t>(vectors.size()) / width, width};
    if (!arguments.output.empty()) {
        HEARTH_RETURN_IF_ERROR(writeNpy(arguments.output, vectors, shape));
    }
    if (arguments.isJson) {
        std::printf("%s\n", nlohmann::json{{"shape", shape}}.dump().c_str());
    } else {
        std::printf("%lld vectors of %lld numbers\n", static_cast<long long>(shape[0]),
                    static_cast<long long>(width));
    }
    return {};
}

/// Adds each file at the next placeholder token of its kind.
Status placeMedia(Engine& engine, Sequence& sequence, const LogitsArguments& arguments) {
    std::size_t numImages = 0;
    std::size_t numAudios = 0;
    for (std::size_t i = 0; i < arguments.tokens.size(); ++i) {
        const bool isImage =
            arguments.tokens[i] == kImageToken && numImages < arguments.images.size();
        const bool isAudio =
            arguments.tokens[i] == kAudioToken && numAudios < arguments.audios.size();
        if (!isImage && !isAudio) {
            continue;
        }
        const std::filesystem::path& path =
            isImage ? arguments.images[numImages++] : arguments.audios[numAudios++];
        HEARTH_ASSIGN_OR_RETURN(
            const std::vector<float> vectors,
            encodeFile(engine, path,
                       isImage ? app::AttachmentKind::Picture : app::AttachmentKind::Recording));
        HEARTH_RETURN_IF_ERROR(sequence.addMedia(vectors, static_cast<std::int64_t>(i)));
    }
    if (numImages < arguments.images.size() || numAudios < arguments.audios.size()) {
        return {ErrorCode::InvalidArgument,
                "--tokens has fewer placeholders (5 for a picture, 6 for a recording) than files"};
    }
    return {};
}

}  // namespace

Status runEmbedImage(const EmbedArguments& arguments) {
    return runEmbed(arguments, app::AttachmentKind::Picture);
}

Status runEmbedAudio(const EmbedArguments& arguments) {
    return runEmbed(arguments, app::AttachmentKind::Recording);
}

Status runLogits(const LogitsArguments& arguments) {
    HEARTH_RETURN_IF_ERROR(AtomicFile::checkTarget(arguments.output));
    const auto numTokens = static_cast<std::int64_t>(arguments.tokens.size());
    HEARTH_ASSIGN_OR_RETURN(
        const std::unique_ptr<Engine> engine,
        openEngine(arguments, {.contextTokens = numTokens, .cacheType = DType::F32}));
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Sequence> sequence, engine->createSequence());
    HEARTH_RETURN_IF_ERROR(placeMedia(*engine, *sequence, arguments));
    const auto vocabSize = static_cast<std::size_t>(engine->model().config().vocabSize);
    std::vector<float> logits;
    std::vector<std::int64_t> argmax;
    const std::span<const std::int32_t> tokens(arguments.tokens);
    for (std::size_t done = 0; done < tokens.size();) {
        const std::size_t count =
            std::min(tokens.size() - done, static_cast<std::size_t>(Engine::kMaxStepRows));
        const SequenceWork work{.sequence = sequence.get(),
                                .tokens = tokens.subspan(done, count),
                                .logits = SequenceWork::Logits::All};
        HEARTH_ASSIGN_OR_RETURN(const std::span<const float> rows, engine->step({&work, 1}));
        for (std::size_t row = 0; row < count; ++row) {
            const std::span<const float> values = rows.subspan(row * vocabSize, vocabSize);
            argmax.push_back(std::max_element(values.begin(), values.end()) - values.begin());
        }
        if (!arguments.output.empty()) {
            logits.insert(logits.end(), rows.begin(), rows.end());
        }
        done += count;
    }
    const std::vector<std::int64_t> shape{numTokens, static_cast<std::int64_t>(vocabSize)};
    if (!arguments.output.empty()) {
        HEARTH_RETURN_IF_ERROR(writeNpy(arguments.output, logits, shape));
    }
    if (arguments.isJson) {
        std::printf("%s\n", nlohmann::json{{"shape", shape}, {"argmax", argmax}}.dump().c_str());
    } else {
        for (std::size_t i = 0; i < argmax.size(); ++i) {
            std::printf("%s%lld", i == 0 ? "" : " ", static_cast<long long>(argmax[i]));
        }
        std::printf("\n");
    }
    return {};
}

}  // namespace hearth::cli
