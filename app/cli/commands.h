#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/core/assistant.h"
#include "kernels/base/status.h"

namespace hearth::cli {

/// Options that several commands share.
struct ModelArguments {
    std::filesystem::path model;  ///< empty: the built-in model
    int numThreads = 0;           ///< 0 = one per core
    std::string device = "auto";
    bool isJson = false;
};

struct ChatArguments : ModelArguments {
    std::vector<std::filesystem::path> images;
    std::vector<std::filesystem::path> audios;
    std::vector<std::filesystem::path> documents;
    std::string prompt;      ///< "-" reads standard input
    bool hasPrompt = false;  ///< one answer; otherwise a conversation
    std::string system;
    int contextTokens = 0;
    app::AnswerOptions answer;
};

struct SummarizeArguments : ModelArguments {
    std::filesystem::path file;
    std::string length = "medium";
};

struct BenchArguments : ModelArguments {
    std::vector<int> promptLengths{512, 4096};
    int generate = 128;
    std::vector<int> depths{0};
    int repeat = 5;
};

struct LogitsArguments : ModelArguments {
    std::vector<std::int32_t> tokens;
    std::vector<std::filesystem::path> images;
    std::vector<std::filesystem::path> audios;
    std::filesystem::path output;
};

struct TokenizeArguments : ModelArguments {
    bool parsesSpecial = false;
};

struct EmbedArguments : ModelArguments {
    std::filesystem::path file;
    std::filesystem::path output;
};

struct InspectArguments : ModelArguments {
    bool listsTensors = false;
};

struct QuantizeArguments {
    std::filesystem::path input;
    std::filesystem::path output;
    std::string type;
    bool isJson = false;
};

/// Each runs one command of docs/cli.md: results go to standard output, notes to standard error, a
/// failure is returned.
Status runChat(const ChatArguments& arguments);
Status runSummarize(const SummarizeArguments& arguments);
Status runBench(const BenchArguments& arguments);
Status runLogits(const LogitsArguments& arguments);
Status runTokenize(const TokenizeArguments& arguments);
Status runDetokenize(const TokenizeArguments& arguments);
Status runEmbedImage(const EmbedArguments& arguments);
Status runEmbedAudio(const EmbedArguments& arguments);
Status runInspect(const InspectArguments& arguments);
Status runQuantize(const QuantizeArguments& arguments);

}  // namespace hearth::cli
