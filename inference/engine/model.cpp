#include "inference/engine/model.h"

#include <utility>

namespace hearth {

Model::Model(std::unique_ptr<GgufFile> file, HearthConfig config, HearthWeights weights)
    : m_file(std::move(file)), m_config(std::move(config)), m_weights(std::move(weights)) {
    const Result<std::string_view> name = m_file->getStringOr("general.name", "");
    m_name = name.has_value() && !name.value().empty()
                 ? std::string(name.value())
                 : std::filesystem::path(m_file->name()).stem().string();
    for (const GgufTensor& tensor : m_file->tensors()) {
        // Encoders run once a picture or recording, not for each token.
        if (tensor.name.starts_with("v.") || tensor.name.starts_with("a.") ||
            tensor.name.starts_with("mm.")) {
            continue;
        }
        const bool isExpert = tensor.name.find("_exps.") != std::string_view::npos;
        const std::uint64_t bytes = tensor.data.size();
        m_bytesPerToken += isExpert ? bytes / static_cast<std::uint64_t>(m_config.numExperts) *
                                          static_cast<std::uint64_t>(m_config.expertsUsed)
                                    : bytes;
    }
}

Result<std::shared_ptr<const Model>> Model::load(const std::filesystem::path& path) {
    HEARTH_ASSIGN_OR_RETURN(std::unique_ptr<GgufFile> file, GgufFile::open(path));
    HEARTH_ASSIGN_OR_RETURN(HearthConfig config, HearthConfig::read(*file));
    HEARTH_ASSIGN_OR_RETURN(HearthWeights weights, HearthWeights::bind(*file, config));
    return std::shared_ptr<const Model>(
        new Model(std::move(file), std::move(config), std::move(weights)));
}

}  // namespace hearth
