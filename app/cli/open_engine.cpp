#include "app/cli/open_engine.h"

#include "app/core/program_files.h"

namespace hearth::cli {

Status checkDevice(const ModelArguments& arguments) {
    if (arguments.device == "cuda") {
        return {ErrorCode::Unsupported,
                "running on the GPU is not there yet; use --device cpu or auto"};
    }
    return {};
}

Result<std::shared_ptr<const Model>> openModel(const ModelArguments& arguments) {
    HEARTH_RETURN_IF_ERROR(checkDevice(arguments));
    std::filesystem::path path = arguments.model;
    if (path.empty()) {
        HEARTH_ASSIGN_OR_RETURN(path, app::findBuiltInModel());
    }
    return Model::load(path);
}

Result<std::unique_ptr<Engine>> openEngine(const ModelArguments& arguments, EngineOptions options) {
    HEARTH_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model, openModel(arguments));
    return openEngine(arguments, std::move(model), options);
}

Result<std::unique_ptr<Engine>> openEngine(const ModelArguments& arguments,
                                           std::shared_ptr<const Model> model,
                                           EngineOptions options) {
    options.numThreads = arguments.numThreads;
    return Engine::create(std::move(model), options);
}

}  // namespace hearth::cli
