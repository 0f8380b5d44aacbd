#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "inference/gguf/gguf_file.h"
#include "inference/model/hearth_config.h"
#include "inference/model/hearth_weights.h"
#include "inference/tokenizer/tokenizer.h"
#include "kernels/base/status.h"

namespace hearth {

/// How a model file is opened.
struct ModelOptions {
    /// Reads the weights once, so that the first answer does not wait for the disk. `onProgress`
    /// is called on the loading thread with the share that is done, in [0, 1].
    bool readsAhead = true;
    std::function<void(float)> onProgress = {};
    std::stop_token stop = {};
    /// Whether a file without a tokenizer is refused; checks against other programs need none.
    bool needsTokenizer = true;
};

/// Tokens of the chat format (docs/adr/0001-hearth-mini-model.md, "Chat format").
struct ChatTokens {
    TokenId endOfText = 0;
    TokenId system = 1;
    TokenId user = 2;
    TokenId assistant = 3;
    TokenId endOfTurn = 4;
    TokenId image = 5;
    TokenId audio = 6;
    TokenId document = 7;
};

/// A model file that is open: its sizes, its tokenizer and its weights, which stay in the mapping.
/// Const after load and shared by engines, so any thread may read.
class Model {
public:
    /// Maps and checks `path`. Errors: what GgufFile, HearthConfig, HearthWeights and Tokenizer
    /// report, naming the file; Cancelled.
    static Result<std::shared_ptr<const Model>> load(const std::filesystem::path& path,
                                                     const ModelOptions& options = {});

    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const GgufFile& file() const noexcept { return *m_file; }
    const HearthConfig& config() const noexcept { return m_config; }
    const HearthWeights& weights() const noexcept { return m_weights; }
    bool hasTokenizer() const noexcept { return m_tokenizer != nullptr; }
    /// Requires hasTokenizer(), which holds unless ModelOptions say otherwise.
    const Tokenizer& tokenizer() const noexcept {
        HEARTH_CHECK(m_tokenizer != nullptr);
        return *m_tokenizer;
    }
    const ChatTokens& chatTokens() const noexcept { return m_chatTokens; }

    /// `general.name`, or the file's name.
    const std::string& name() const noexcept { return m_name; }
    std::string_view architecture() const noexcept { return "hearth"; }
    std::int64_t contextLength() const noexcept { return m_config.contextLength; }
    bool takesImages() const noexcept { return true; }
    bool takesAudio() const noexcept { return true; }
    /// Numbers in all tensors.
    std::uint64_t numParameters() const noexcept { return m_numParameters; }
    /// Those that one token of text passes: without encoders and experts that are not chosen.
    std::uint64_t numActiveParameters() const noexcept { return m_numActiveParameters; }
    /// Bytes of the file.
    std::uint64_t weightBytes() const noexcept { return m_file->sizeBytes(); }
    /// Bytes of weights that one token needs at batch 1: all but the encoders and the experts that
    /// are not chosen.
    std::uint64_t bytesPerToken() const noexcept { return m_bytesPerToken; }

private:
    Model(std::unique_ptr<GgufFile> file, HearthConfig config, HearthWeights weights,
          std::unique_ptr<Tokenizer> tokenizer);

    std::unique_ptr<GgufFile> m_file;
    HearthConfig m_config;
    HearthWeights m_weights;
    std::unique_ptr<Tokenizer> m_tokenizer;
    ChatTokens m_chatTokens;
    std::string m_name;
    std::uint64_t m_numParameters = 0;
    std::uint64_t m_numActiveParameters = 0;
    std::uint64_t m_bytesPerToken = 0;
};

}  // namespace hearth
