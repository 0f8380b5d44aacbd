#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/streams.h"
#include "app/core/program_files.h"
#include "inference/gguf/gguf_file.h"
#include "inference/tokenizer/tokenizer.h"

namespace hearth::cli {
namespace {

/// The tokenizer alone: a file that holds only a vocabulary will do.
Result<std::unique_ptr<Tokenizer>> openTokenizer(const TokenizeArguments& arguments) {
    std::filesystem::path path = arguments.model;
    if (path.empty()) {
        HEARTH_ASSIGN_OR_RETURN(path, app::findBuiltInModel());
    }
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<GgufFile> file, GgufFile::open(path));
    return Tokenizer::load(*file);
}

/// Ids separated by white space or commas, or a JSON array.
Result<std::vector<TokenId>> parseIds(const std::string& text) {
    std::vector<TokenId> ids;
    constexpr const char* kSpace = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string::npos) {
        return ids;
    }
    const std::size_t last = text.find_last_not_of(kSpace);
    const bool isArray = text[first] == '[';
    if (isArray && (last == first || text[last] != ']')) {
        return Status(ErrorCode::InvalidArgument,
                      "the array of token ids has no end; is the input complete?");
    }
    const char* at = text.c_str() + first + (isArray ? 1 : 0);
    const char* const end = text.c_str() + last + (isArray ? 0 : 1);
    while (true) {
        while (at != end && std::string_view(" \t\r\n,").find(*at) != std::string_view::npos) {
            ++at;
        }
        if (at == end) {
            return ids;
        }
        char* next = nullptr;
        errno = 0;
        const long id = std::strtol(at, &next, 10);
        if (next == at || errno != 0 || id < 0 || id > INT32_MAX) {
            return Status(
                ErrorCode::InvalidArgument,
                "expected token ids, found '" +
                    std::string(at, std::min<std::size_t>(16, static_cast<std::size_t>(end - at))) +
                    "' at byte " + std::to_string(at - text.c_str()));
        }
        ids.push_back(static_cast<TokenId>(id));
        at = next;
    }
}

}  // namespace

Status runTokenize(const TokenizeArguments& arguments) {
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer, openTokenizer(arguments));
    HEARTH_ASSIGN_OR_RETURN(const std::string text, readStandardInput());
    HEARTH_ASSIGN_OR_RETURN(const std::vector<TokenId> ids,
                            tokenizer->encode(text, {.parsesSpecial = arguments.parsesSpecial}));
    if (arguments.isJson) {
        std::printf("%s\n", nlohmann::json{{"ids", ids}}.dump().c_str());
        return {};
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
        std::printf("%s%d", i == 0 ? "" : " ", ids[i]);
    }
    std::printf("\n");
    return {};
}

Status runDetokenize(const TokenizeArguments& arguments) {
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer, openTokenizer(arguments));
    HEARTH_ASSIGN_OR_RETURN(const std::string input, readStandardInput());
    HEARTH_ASSIGN_OR_RETURN(const std::vector<TokenId> ids, parseIds(input));
    HEARTH_ASSIGN_OR_RETURN(const std::string text, tokenizer->decode(ids));
    if (arguments.isJson) {
        std::printf("%s\n", nlohmann::json{{"text", text}}
                                .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                                .c_str());
    } else {
        // Exactly the bytes, so that a round trip is exact.
        std::fwrite(text.data(), 1, text.size(), stdout);
    }
    return {};
}

}  // namespace hearth::cli
