#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "inference/gguf/gguf_file.h"
#include "inference/model/hearth_config.h"
#include "inference/model/hearth_weights.h"
#include "kernels/base/status.h"

namespace hearth {

/// A model file that is open: its sizes and its weights, which stay in the mapping. Const after
/// load and shared by engines, so any thread may read.
class Model {
public:
    /// Maps and checks `path`. Errors: what GgufFile, HearthConfig and HearthWeights report, naming
    /// the file.
    static Result<std::shared_ptr<const Model>> load(const std::filesystem::path& path);

    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const GgufFile& file() const noexcept { return *m_file; }
    const HearthConfig& config() const noexcept { return m_config; }
    const HearthWeights& weights() const noexcept { return m_weights; }
    /// `general.name`, or the file's name.
    const std::string& name() const noexcept { return m_name; }
    /// Bytes of weights that one token needs at batch 1: all but the experts that are not chosen,
    /// and one row of the embedding in place of the table where it is only looked up (here the
    /// table is the output matrix too).
    std::uint64_t bytesPerToken() const noexcept { return m_bytesPerToken; }

private:
    Model(std::unique_ptr<GgufFile> file, HearthConfig config, HearthWeights weights);

    std::unique_ptr<GgufFile> m_file;
    HearthConfig m_config;
    HearthWeights m_weights;
    std::string m_name;
    std::uint64_t m_bytesPerToken = 0;
};

}  // namespace hearth
