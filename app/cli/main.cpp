#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <limits>
#include <new>
#include <string>

#include "app/cli/argument_checks.h"
#include "app/cli/commands.h"
#include "app/cli/streams.h"
#include "inference/gguf/printable.h"

namespace hearth::cli {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

/// An option of real numbers in `range`.
CLI::Option* addReal(CLI::App& command, const char* name, float& value, const RealRange& range,
                     const char* description = "") {
    const auto check = [range](std::string& text) { return range.check(text); };
    return command.add_option(name, value, description)
        ->check(CLI::Validator(check, range.description()))
        ->capture_default_str();
}

/// An option of whole numbers with commas between them.
CLI::Option* addNumbers(CLI::App& command, const char* name, std::vector<std::int32_t>& values,
                        const WholeRange& range, const char* description) {
    const auto parse = [&values, name, range](const std::vector<std::string>& words) {
        Result<std::vector<std::int32_t>> numbers = parseNumbers(words, range);
        if (!numbers.has_value()) {
            throw CLI::ValidationError(name, numbers.error().message());
        }
        values = std::move(numbers).value();
    };
    std::string defaults;
    for (const std::int32_t value : values) {
        defaults += (defaults.empty() ? "" : ",") + std::to_string(value);
    }
    return command.add_option_function<std::vector<std::string>>(name, parse, description)
        ->type_name("INT,...")
        ->default_str(defaults);
}

/// The line about arguments that cannot be understood.
std::string wrongUsage(const std::string& problem) {
    return "hearth-cli: " + printableText(problem) + "; run with --help for more information\n";
}

void addModelOptions(CLI::App& command, ModelArguments& arguments) {
    command
        .add_option("-m,--model", arguments.model,
                    "Model file (GGUF); the built-in model if left out")
        ->check(checkNamed);
    command.add_option("--threads", arguments.numThreads, "Threads; one per core if left out")
        ->check(CLI::Range(1, 1024));
    command.add_option("--device", arguments.device, "auto, cpu or cuda")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
        ->capture_default_str();
    command.add_flag("--json", arguments.isJson, "Print one JSON object");
}

/// The exit status of a command that ended with `status`, once what it printed is out.
int finish(Status status) {
    if (status.isOk()) {
        status = flushStandardOutput();
    }
    if (!status.isOk()) {
        std::fprintf(stderr, "hearth-cli: %s\n", printableText(status.message()).c_str());
        return kFailed;
    }
    return 0;
}

/// Parses the command line and runs what it asks for.
int run(int argc, char** argv) {
    CLI::App program(
        "Hearth: a private assistant that runs on this machine. Every command is described in "
        "docs/cli.md.",
        "hearth-cli");
    program.require_subcommand(1);
    program.set_version_flag("--version", HEARTH_VERSION);
    program.failure_message(
        [](const CLI::App*, const CLI::Error& error) { return wrongUsage(error.what()); });
    std::function<Status()> action;

    ChatArguments chat;
    std::string retrieval = "on";
    CLI::App* chatCommand =
        program.add_subcommand("chat", "Answer one question (-p) or hold a conversation");
    addModelOptions(*chatCommand, chat);
    chatCommand->add_option("--image", chat.images, "Picture to ask about (may be repeated)")
        ->allow_extra_args(false);
    chatCommand->add_option("--audio", chat.audios, "Recording or video whose sound to ask about")
        ->allow_extra_args(false);
    chatCommand->add_option("--document", chat.documents, "Document to ask about")
        ->allow_extra_args(false);
    CLI::Option* prompt =
        chatCommand->add_option("-p,--prompt", chat.prompt, "The question; - reads standard input");
    chatCommand->add_option("--system", chat.system, "Text that is put before the conversation");
    chatCommand->add_option("--max-tokens", chat.answer.maxTokens, "Longest answer")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    addReal(*chatCommand, "--temperature", chat.answer.temperature, {.low = 0, .high = 10},
            "0 always takes the likeliest token");
    chatCommand->add_option("--top-k", chat.answer.topK)
        ->check(CLI::Range(0, 1 << 20))
        ->capture_default_str();
    addReal(*chatCommand, "--top-p", chat.answer.topP, {.low = 0, .high = 1, .excludesLow = true});
    addReal(*chatCommand, "--min-p", chat.answer.minP, {.low = 0, .high = 1});
    addReal(*chatCommand, "--repeat-penalty", chat.answer.repeatPenalty, {.low = 1, .high = 10});
    chatCommand->add_option("--seed", chat.answer.seed)->check(checkSeed)->capture_default_str();
    chatCommand->add_option("--context", chat.contextTokens, "Most tokens of a conversation")
        ->check(CLI::Range(256, 1 << 20));
    chatCommand
        ->add_option("--retrieval", retrieval,
                     "on: search long documents for fitting passages; off: give them whole")
        ->check(CLI::IsMember({"on", "off"}))
        ->capture_default_str();
    chatCommand->callback([&] {
        chat.hasPrompt = prompt->count() > 0;
        chat.answer.isRetrievalOn = retrieval == "on";
        action = [&] { return runChat(chat); };
    });

    SummarizeArguments summarize;
    CLI::App* summarizeCommand =
        program.add_subcommand("summarize", "Summarise a whole document with citations");
    addModelOptions(*summarizeCommand, summarize);
    summarizeCommand->add_option("file", summarize.file, "Document")->required()->check(checkNamed);
    summarizeCommand->add_option("--length", summarize.length, "short, medium or long")
        ->check(CLI::IsMember({"short", "medium", "long"}))
        ->capture_default_str();
    summarizeCommand->callback([&] { action = [&] { return runSummarize(summarize); }; });

    BenchArguments bench;
    CLI::App* benchCommand = program.add_subcommand("bench", "Measure reading and writing speed");
    addModelOptions(*benchCommand, bench);
    constexpr std::int32_t kMaxTokens = 1 << 20;
    addNumbers(*benchCommand, "--prompt", bench.promptLengths, {1, kMaxTokens}, "Prompt lengths");
    benchCommand->add_option("--generate", bench.generate, "Tokens to generate; 0 = none")
        ->check(CLI::Range(0, 1 << 20))
        ->capture_default_str();
    addNumbers(*benchCommand, "--depth", bench.depths, {0, kMaxTokens},
               "Tokens of context before the test");
    benchCommand->add_option("--repeat", bench.repeat, "Runs of each test")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    benchCommand->callback([&] { action = [&] { return runBench(bench); }; });

    LogitsArguments logits;
    CLI::App* logitsCommand =
        program.add_subcommand("logits", "Next-token logits of every position");
    addModelOptions(*logitsCommand, logits);
    addNumbers(*logitsCommand, "--tokens", logits.tokens,
               {0, std::numeric_limits<std::int32_t>::max()}, "Token ids")
        ->required();
    logitsCommand->add_option("--image", logits.images, "Picture for the next image token")
        ->allow_extra_args(false);
    logitsCommand->add_option("--audio", logits.audios, "Recording for the next audio token")
        ->allow_extra_args(false);
    logitsCommand->add_option("--output", logits.output, "NumPy file to write")->check(checkNamed);
    logitsCommand->callback([&] { action = [&] { return runLogits(logits); }; });

    TokenizeArguments tokenize;
    CLI::App* tokenizeCommand =
        program.add_subcommand("tokenize", "Text on standard input to token ids");
    addModelOptions(*tokenizeCommand, tokenize);
    tokenizeCommand->add_flag("--special", tokenize.parsesSpecial,
                              "Recognise special tokens in the text");
    tokenizeCommand->callback([&] { action = [&] { return runTokenize(tokenize); }; });
    CLI::App* detokenizeCommand =
        program.add_subcommand("detokenize", "Token ids on standard input to text");
    addModelOptions(*detokenizeCommand, tokenize);
    detokenizeCommand->callback([&] { action = [&] { return runDetokenize(tokenize); }; });

    EmbedArguments embed;
    const auto addEmbed = [&](const char* name, const char* description,
                              Status (*function)(const EmbedArguments&)) {
        CLI::App* command = program.add_subcommand(name, description);
        addModelOptions(*command, embed);
        command->add_option("file", embed.file)->required()->check(checkNamed);
        command->add_option("--output", embed.output, "NumPy file to write")->check(checkNamed);
        command->callback([&embed, &action, function] {
            action = [&embed, function] { return function(embed); };
        });
    };
    addEmbed("embed-image", "The vectors that the decoder gets of a picture", runEmbedImage);
    addEmbed("embed-audio", "The vectors that the decoder gets of a recording", runEmbedAudio);

    InspectArguments inspect;
    CLI::App* inspectCommand =
        program.add_subcommand("inspect", "What is in a model file and whether it runs here");
    inspectCommand->add_option("file", inspect.model, "Model file (GGUF)")
        ->required()
        ->check(checkNamed);
    inspectCommand->add_flag("--tensors", inspect.listsTensors, "List the tensors");
    inspectCommand->add_flag("--json", inspect.isJson, "Print one JSON object");
    inspectCommand->callback([&] { action = [&] { return runInspect(inspect); }; });

    QuantizeArguments quantize;
    CLI::App* quantizeCommand =
        program.add_subcommand("quantize", "Write a model file with another weight type");
    quantizeCommand->add_option("input", quantize.input, "Model file (GGUF)")
        ->required()
        ->check(checkNamed);
    quantizeCommand->add_option("output", quantize.output, "File to write")
        ->required()
        ->check(checkNamed);
    quantizeCommand
        ->add_option("--type", quantize.type,
                     "q8_0, q4_0, q5_0, q4_k, q5_k, q6_k, f16, bf16 or f32")
        ->required()
        ->check(
            CLI::IsMember({"q8_0", "q4_0", "q5_0", "q4_k", "q5_k", "q6_k", "f16", "bf16", "f32"},
                          CLI::ignore_case));
    quantizeCommand->add_flag("--json", quantize.isJson, "Print one JSON object");
    quantizeCommand->callback([&] { action = [&] { return runQuantize(quantize); }; });

    try {
        program.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        // Without a command the parser complains of that alone and not of the word it did not know.
        if (program.get_subcommands().empty() && program.remaining_size() > 0) {
            const std::string problem =
                wrongUsage("there is no command or option " + program.remaining().front());
            std::fputs(problem.c_str(), stderr);
            return kWrongUsage;
        }
        program.exit(error);
        return kWrongUsage;
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? finish({}) : kWrongUsage;
    }
    return finish(action());
}

}  // namespace
}  // namespace hearth::cli

int main(int argc, char** argv) {
    hearth::cli::reserveStandardStreams();
    hearth::cli::makeFileLimitAnError();
    try {
        return hearth::cli::run(argc, argv);
    } catch (const std::bad_alloc&) {
        std::fputs(
            "hearth-cli: not enough memory; use a shorter context or smaller files, or close other "
            "programs\n",
            stderr);
        return 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hearth-cli: %s\n", hearth::printableText(error.what()).c_str());
        return 1;
    }
}
