#include "inference/engine/model.h"

#include <algorithm>
#include <utility>

namespace hearth {
namespace {

/// Touches each page of the tensors, so that they are in memory. Errors: Cancelled.
Status readAhead(const GgufFile& file, const ModelOptions& options) {
    constexpr std::size_t kSystemPageBytes = 4096;
    // Small enough that a stop is noticed within 50 ms on a slow disk.
    constexpr std::size_t kPieceBytes = 4U << 20;
    std::size_t total = 0;
    for (const GgufTensor& tensor : file.tensors()) {
        total += tensor.data.size();
    }
    std::size_t done = 0;
    for (const GgufTensor& tensor : file.tensors()) {
        for (std::size_t piece = 0; piece < tensor.data.size(); piece += kPieceBytes) {
            if (options.stop.stop_requested()) {
                return {ErrorCode::Cancelled, "stopped"};
            }
            const std::size_t end = std::min(piece + kPieceBytes, tensor.data.size());
            for (std::size_t i = piece; i < end; i += kSystemPageBytes) {
                static_cast<void>(*static_cast<const volatile std::byte*>(&tensor.data[i]));
            }
            done += end - piece;
            if (options.onProgress) {
                options.onProgress(
                    static_cast<float>(static_cast<double>(done) / static_cast<double>(total)));
            }
        }
    }
    return {};
}

/// The ids that a tokenizer gives to the words of the chat format, or the defaults.
ChatTokens chatTokensOf(const Tokenizer* tokenizer) {
    ChatTokens tokens;
    if (tokenizer == nullptr) {
        return tokens;
    }
    const auto find = [&](std::string_view text, TokenId fallback) {
        return tokenizer->specialToken(text).value_or(fallback);
    };
    tokens.endOfText = find("<|endoftext|>", tokens.endOfText);
    tokens.system = find("<|system|>", tokens.system);
    tokens.user = find("<|user|>", tokens.user);
    tokens.assistant = find("<|assistant|>", tokens.assistant);
    tokens.endOfTurn = find("<|end|>", tokens.endOfTurn);
    tokens.image = find("<|image|>", tokens.image);
    tokens.audio = find("<|audio|>", tokens.audio);
    tokens.document = find("<|document|>", tokens.document);
    return tokens;
}

}  // namespace

Model::Model(std::unique_ptr<GgufFile> file, HearthConfig config, HearthWeights weights,
             std::unique_ptr<Tokenizer> tokenizer)
    : m_file(std::move(file)),
      m_config(std::move(config)),
      m_weights(std::move(weights)),
      m_tokenizer(std::move(tokenizer)),
      m_chatTokens(chatTokensOf(m_tokenizer.get())) {
    const Result<std::string_view> name = m_file->getStringOr("general.name", "");
    m_name = name.has_value() && !name.value().empty()
                 ? std::string(name.value())
                 : std::filesystem::path(m_file->name()).stem().string();
    const auto numExperts = static_cast<std::uint64_t>(m_config.numExperts);
    const auto expertsUsed = static_cast<std::uint64_t>(m_config.expertsUsed);
    for (const GgufTensor& tensor : m_file->tensors()) {
        m_numParameters += tensor.numElements();
        // Encoders run once a picture or recording, not for each token.
        if (tensor.name.starts_with("v.") || tensor.name.starts_with("a.") ||
            tensor.name.starts_with("mm.")) {
            continue;
        }
        const bool isExpert = tensor.name.find("_exps.") != std::string_view::npos;
        const auto active = [&](std::uint64_t count) {
            return isExpert ? count / numExperts * expertsUsed : count;
        };
        m_numActiveParameters += active(tensor.numElements());
        m_bytesPerToken += active(tensor.data.size());
    }
}

Result<std::shared_ptr<const Model>> Model::load(const std::filesystem::path& path,
                                                 const ModelOptions& options) {
    HEARTH_ASSIGN_OR_RETURN(std::unique_ptr<GgufFile> file, GgufFile::open(path));
    HEARTH_ASSIGN_OR_RETURN(HearthConfig config, HearthConfig::read(*file));
    HEARTH_ASSIGN_OR_RETURN(HearthWeights weights, HearthWeights::bind(*file, config));
    std::unique_ptr<Tokenizer> tokenizer;
    if (options.needsTokenizer || file->contains("tokenizer.ggml.tokens")) {
        HEARTH_ASSIGN_OR_RETURN(tokenizer, Tokenizer::load(*file));
    }
    if (options.readsAhead) {
        HEARTH_RETURN_IF_ERROR(readAhead(*file, options));
    }
    return std::shared_ptr<const Model>(
        new Model(std::move(file), std::move(config), std::move(weights), std::move(tokenizer)));
}

}  // namespace hearth
