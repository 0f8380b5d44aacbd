#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/integration/app/program_run.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_hearth_model.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing_support::ProgramOptions;
using testing_support::ProgramOutcome;
using testing_support::ProgramRun;
using Words = std::vector<std::string>;

constexpr const char* kModel = HEARTH_BUILT_IN_MODEL;

std::string littleEndian(std::uint64_t value, int numBytes) {
    std::string bytes;
    for (int i = 0; i < numBytes; ++i) {
        bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
    }
    return bytes;
}

/// A BMP of 24 bits a pixel; `shade` changes every pixel.
std::string makePicture(int width, int height, int shade) {
    std::string pixels;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            pixels += static_cast<char>(x * 2 + shade);
            pixels += static_cast<char>(y * 3 + shade);
            pixels += static_cast<char>(shade);
        }
        pixels.append(static_cast<std::size_t>(width % 4), '\0');
    }
    const auto numBytes = static_cast<std::uint32_t>(pixels.size());
    constexpr int kHeader = 54;
    return "BM" + littleEndian(kHeader + numBytes, 4) + littleEndian(0, 4) +
           littleEndian(kHeader, 4) + littleEndian(40, 4) +
           littleEndian(static_cast<std::uint32_t>(width), 4) +
           littleEndian(static_cast<std::uint32_t>(height), 4) + littleEndian(1, 2) +
           littleEndian(24, 2) + littleEndian(0, 4) + littleEndian(numBytes, 4) +
           littleEndian(2835, 4) + littleEndian(2835, 4) + littleEndian(0, 8) + pixels;
}

/// A WAV of one second, 16 kHz, one channel; `period` samples a wave.
std::string makeRecording(int period) {
    constexpr std::uint32_t kRateHz = 16000;
    std::string samples;
    for (std::uint32_t i = 0; i < kRateHz; ++i) {
        const int level = static_cast<int>(i) % period * 8000 / period - 4000;
        samples += littleEndian(static_cast<std::uint32_t>(level), 2);
    }
    const auto numBytes = static_cast<std::uint32_t>(samples.size());
    return "RIFF" + littleEndian(36 + numBytes, 4) + "WAVEfmt " + littleEndian(16, 4) +
           littleEndian(1, 2) + littleEndian(1, 2) + littleEndian(kRateHz, 4) +
           littleEndian(2 * kRateHz, 4) + littleEndian(2, 2) + littleEndian(16, 2) + "data" +
           littleEndian(numBytes, 4) + samples;
}

std::string readFile(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Words keysOf(const json& object) {
    Words keys;
    for (const auto& [key, value] : object.items()) {
        keys.push_back(key);
    }
    return keys;
}

class CliTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::error_code error;
        if (!fs::is_regular_file(kModel, error)) {
            FAIL() << "The built-in model is missing: " << kModel
                   << ". These tests ask the real program and need it there.";
        }
    }

    fs::path write(const std::string& name, const std::string& content) const {
        const fs::path path = m_folder.path() / name;
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }

    Words command(Words words) const {
        words.insert(words.begin(), HEARTH_CLI_PROGRAM);
        return words;
    }

    ProgramOutcome run(const Words& words, const ProgramOptions& options = {}) const {
        ProgramOutcome outcome = ProgramRun(command(words), m_folder.path(), options).finish();
        EXPECT_FALSE(outcome.isTimedOut) << ::testing::PrintToString(words);
        return outcome;
    }

    ProgramOutcome runWithInput(const Words& words, const std::string& input) const {
        return run(words, {.inputPath = write("input", input)});
    }

    /// Status 1, nothing on standard output, one line on standard error with `parts` in it.
    static void expectFailure(const ProgramOutcome& outcome, const Words& parts) {
        EXPECT_EQ(outcome.status, 1) << outcome.errors;
        EXPECT_EQ(outcome.output, "");
        EXPECT_EQ(outcome.errors.rfind("hearth-cli: ", 0), 0U) << outcome.errors;
        EXPECT_EQ(outcome.errors.find('\n'), outcome.errors.size() - 1) << outcome.errors;
        for (const std::string& part : parts) {
            EXPECT_NE(outcome.errors.find(part), std::string::npos)
                << "'" << part << "' is not in: " << outcome.errors;
        }
    }

    /// Status 2, nothing on standard output, one line on standard error with `part` in it.
    static void expectWrongUsage(const ProgramOutcome& outcome, const std::string& part) {
        EXPECT_EQ(outcome.status, 2) << outcome.errors;
        EXPECT_EQ(outcome.output, "");
        EXPECT_EQ(outcome.errors.rfind("hearth-cli: ", 0), 0U) << outcome.errors;
        EXPECT_EQ(outcome.errors.find('\n'), outcome.errors.size() - 1) << outcome.errors;
        EXPECT_NE(outcome.errors.find(part), std::string::npos)
            << "'" << part << "' is not in: " << outcome.errors;
    }

    /// The one object that a successful run printed, with at least `keys`.
    static json expectObject(const ProgramOutcome& outcome, const Words& keys) {
        EXPECT_EQ(outcome.status, 0) << outcome.errors;
        // Strict: anything after the object is an error.
        json object = json::parse(outcome.output, nullptr, false);
        EXPECT_TRUE(object.is_object()) << outcome.output;
        for (const std::string& key : keys) {
            EXPECT_TRUE(object.is_object() && object.contains(key))
                << key << ": " << outcome.output;
        }
        return object;
    }

    /// Nothing but these names is in a folder of results.
    static void expectOnly(const fs::path& folder, const Words& names) {
        Words found;
        for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
            found.push_back(entry.path().filename().string());
        }
        std::sort(found.begin(), found.end());
        EXPECT_EQ(found, names);
    }

    fs::path makeFolder(const std::string& name) const {
        const fs::path path = m_folder.path() / name;
        fs::create_directory(path);
        return path;
    }

    testing_support::TempFolder m_folder;
};

const Words kAnswerKeys{"text",         "tokens_prompt", "tokens_generated", "prompt_tps",
                        "generate_tps", "device",        "finish_reason",    "attachments"};

TEST_F(CliTest, WrongUsageIsNamed) {
    expectWrongUsage(run({}), "subcommand is required");
    expectWrongUsage(run({"nosuch"}), "nosuch");
    expectWrongUsage(run({"--nosuch"}), "--nosuch");
    for (const char* const name : {"summarize", "embed-image", "embed-audio", "inspect"}) {
        expectWrongUsage(run({name}), "file is required");
    }
    expectWrongUsage(run({"logits"}), "--tokens is required");
    expectWrongUsage(run({"quantize"}), "is required");
    expectWrongUsage(run({"quantize", "a", "b", "--type", "q9"}), "q9");
    expectWrongUsage(run({"tokenize", "inspect"}), "inspect");
    for (const char* const name : {"chat", "bench", "tokenize", "inspect", "quantize"}) {
        expectWrongUsage(run({name, "--nosuch"}), "");
    }
    EXPECT_EQ(run({"--help"}).status, 0);
    EXPECT_EQ(run({"--version"}).status, 0);
}

TEST_F(CliTest, NumbersOutOfRangeAreWrongUsage) {
    const std::vector<std::pair<std::string, Words>> cases{
        {"--max-tokens", {"0", "-1", "1048577", "99999999999999999999", "x", ""}},
        {"--context", {"0", "-1", "255", "1048577", "99999999999999999999"}},
        {"--threads", {"0", "-1", "1025"}},
        {"--temperature", {"-1", "11", "inf", "nan", "-nan", "1e39", "1,5", ""}},
        {"--top-p", {"0", "-0", "-1", "1.01", "1e-50", "nan", ""}},
        {"--min-p", {"-1", "1.01", "nan", ""}},
        {"--seed", {"-1", "18446744073709551616", "1.5", ""}},
        {"--repeat-penalty", {"0", "-1", "inf", "nan"}},
        {"--top-k", {"-1", "1.5"}},
        {"--device", {"tpu"}},
        {"--retrieval", {"maybe"}},
        {"--model", {""}}};
    for (const auto& [option, values] : cases) {
        for (const std::string& value : values) {
            SCOPED_TRACE(option + "=" + value);
            expectWrongUsage(run({"chat", "-p", "hi", option, value}), option);
        }
    }
    for (const char* const numbers :
         {"", "-1", "1,-1", "2147483648", "abc", "1.5", "1 2", ",", "1,,2", ",1", "1,", "1, ,2"}) {
        SCOPED_TRACE(numbers);
        expectWrongUsage(run({"logits", "--tokens", numbers}), "--tokens");
        expectWrongUsage(run({"bench", "--prompt", numbers}), "--prompt");
        expectWrongUsage(run({"bench", "--depth", numbers}), "--depth");
    }
    expectWrongUsage(run({"bench", "--prompt", "0"}), "--prompt");
    expectWrongUsage(run({"logits", "--tokens", "1\n\x1b[2J"}), R"(1\x0a\x1b[2J)");
    const json blanks = expectObject(run({"logits", "--tokens", " 1, 2", "--json"}), {"shape"});
    EXPECT_EQ(blanks["shape"][0], 2);
    expectFailure(run({"chat", "-p", "hi", "--context", "1048576"}), {"131072", "1048576"});
    expectFailure(run({"logits", "--tokens", "99999999"}), {"99999999", "vocabulary"});
    expectFailure(run({"bench", "--prompt", "1", "--depth", "1048576"}), {"131072"});
}

TEST_F(CliTest, WhatIsNoModelIsRefusedByName) {
    const fs::path fifo = m_folder.path() / "fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    const Words paths{m_folder.path() / "missing",
                      m_folder.path(),
                      "/dev/zero",
                      fifo,
                      write("empty", ""),
                      write("notes.txt", "This is no model.\n")};
    for (const std::string& path : paths) {
        SCOPED_TRACE(path);
        expectFailure(run({"inspect", path}), {path});
        expectFailure(run({"chat", "-m", path, "-p", "hi"}), {path});
        expectFailure(run({"chat", "-m", path}), {path});
        expectFailure(run({"tokenize", "-m", path}), {path});
        expectFailure(run({"logits", "-m", path, "--tokens", "1"}), {path});
        expectFailure(run({"quantize", path, m_folder.path() / "result.gguf", "--type", "q8_0"}),
                      {path});
    }
    EXPECT_FALSE(fs::exists(m_folder.path() / "result.gguf"));
    // A name that would break the one line of the message, or the terminal.
    expectFailure(run({"inspect", m_folder.path() / "a\nb\x1b[2J"}), {R"(a\x0ab\x1b[2J)"});
}

TEST_F(CliTest, CutModelsAreRefused) {
    const fs::path path = m_folder.path() / "cut.gguf";
    fs::copy_file(kModel, path);
    const std::uintmax_t whole = fs::file_size(path);
    for (const std::uintmax_t length :
         {whole - 1, whole - 4096, whole / 2, std::uintmax_t{1000000}, std::uintmax_t{300000},
          std::uintmax_t{65536}, std::uintmax_t{4096}, std::uintmax_t{100}, std::uintmax_t{32},
          std::uintmax_t{24}, std::uintmax_t{23}, std::uintmax_t{8}, std::uintmax_t{4},
          std::uintmax_t{3}, std::uintmax_t{1}, std::uintmax_t{0}}) {
        SCOPED_TRACE(length);
        fs::resize_file(path, length);
        expectFailure(run({"inspect", path}), {path, "incomplete download"});
        expectFailure(run({"chat", "-m", path, "-p", "hi"}), {path, "incomplete download"});
        expectFailure(run({"tokenize", "-m", path}), {path});
    }
}

TEST_F(CliTest, FlippedBytesOfTheHeaderNeverCrash) {
    const fs::path path = m_folder.path() / "flipped.gguf";
    fs::copy_file(kModel, path);
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    for (int at = 0; at < 96; ++at) {
        SCOPED_TRACE(at);
        file.seekg(at);
        const auto byte = static_cast<char>(file.get());
        file.seekp(at);
        file.put(static_cast<char>(byte ^ (at % 2 == 0 ? 0x01 : 0x80))).flush();
        const ProgramOutcome outcome = run({"inspect", path, "--json"});
        if (outcome.status == 0) {
            expectObject(outcome, {"architecture"});
        } else {
            expectFailure(outcome, {path});
        }
        file.seekp(at);
        file.put(byte).flush();
    }
    expectObject(run({"inspect", path, "--json"}), {"architecture"});
}

TEST_F(CliTest, InspectHasTheDocumentedKeys) {
    const Words keys{"architecture", "name",           "parameters", "active_parameters", "tensors",
                     "types",        "context_length", "supported",  "placement"};
    const json facts = expectObject(run({"inspect", kModel, "--json"}), keys);
    EXPECT_TRUE(facts["supported"].get<bool>());
    EXPECT_FALSE(facts.contains("reason"));
    // The exact name of the operations is for those who measure.
    EXPECT_NE(run({"inspect", kModel}).output.find("yes, on the CPU (cpu-"), std::string::npos);
    const json listed = expectObject(run({"inspect", kModel, "--tensors", "--json"}), keys);
    EXPECT_EQ(listed["tensors"].size(), facts["tensors"].get<std::size_t>());
}

TEST_F(CliTest, InspectShowsNamesThatATerminalCanTake) {
    const std::string hostile =
        "\x1b]0;owned\x07\x7f\xc2\x9b"
        "2J\xe2\x80\xae";
    testing_support::TinyHearthModel model({}, 1);
    model.key("general.name").value = hostile;
    model.tensor("output_norm.weight").name = hostile;
    const fs::path path = m_folder.path() / "hostile.gguf";
    ASSERT_TRUE(model.write(path).isOk());
    const auto isPrintable = [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); };
    const ProgramOutcome listed = run({"inspect", path, "--tensors"});
    EXPECT_EQ(listed.status, 0) << listed.errors;
    EXPECT_TRUE(std::all_of(listed.output.begin(), listed.output.end(), isPrintable));
    EXPECT_NE(listed.output.find(R"(\x1b]0;owned)"), std::string::npos) << listed.output;
    // The characters of other languages are names like others.
    model.key("general.name").value = "锅炉 é";
    ASSERT_TRUE(model.write(path).isOk());
    EXPECT_NE(run({"inspect", path}).output.find("锅炉 é, hearth"), std::string::npos);
    model.key("general.name").value = hostile;
    ASSERT_TRUE(model.write(path).isOk());
    const ProgramOutcome outcome = run({"inspect", path, "--tensors", "--json"});
    EXPECT_TRUE(std::all_of(outcome.output.begin(), outcome.output.end(), isPrintable));
    EXPECT_EQ(expectObject(outcome, {"name"})["name"], hostile);

    model.key("general.architecture").value = hostile;
    ASSERT_TRUE(model.write(path).isOk());
    const ProgramOutcome other = run({"inspect", path});
    EXPECT_EQ(other.status, 0) << other.errors;
    EXPECT_TRUE(std::all_of(other.output.begin(), other.output.end(), isPrintable));
    const ProgramOutcome refused = run({"logits", "-m", path, "--tokens", "1"});
    expectFailure(refused, {R"(\x1b]0;owned)"});
    EXPECT_TRUE(std::all_of(refused.errors.begin(), refused.errors.end(), isPrintable));
}

TEST_F(CliTest, InspectSaysWhatTheEngineDoesNotRun) {
    testing_support::TinyHearthModel model({}, 1);
    model.key("hearth.audio.sample_rate").value = 44100U;
    const fs::path path = m_folder.path() / "other.gguf";
    ASSERT_TRUE(model.write(path).isOk());
    const json facts = expectObject(run({"inspect", path, "--json"}), {"supported", "reason"});
    EXPECT_FALSE(facts["supported"].get<bool>());
    const auto reason = facts["reason"].get<std::string>();
    EXPECT_NE(reason.find("hearth.audio.sample_rate is 44100"), std::string::npos) << reason;
    expectFailure(run({"logits", "-m", path, "--tokens", "1"}), {path, "hearth.audio.sample_rate"});
}

TEST_F(CliTest, TooLittleMemorySaysWhatToDo) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers need more address space than this test allows";
#endif
    // Programs and libraries fit in; then the model does not, or the caches do not.
    const auto runWithin = [this](const char* kibibytes, const Words& words) {
        Words limited{"/bin/sh", "-c", "ulimit -v \"$0\" && exec \"$@\"", kibibytes};
        const Words all = command(words);
        limited.insert(limited.end(), all.begin(), all.end());
        return ProgramRun(limited, m_folder.path()).finish();
    };
    const fs::path sparse = write("huge.gguf", "GGUF");
    fs::resize_file(sparse, std::uintmax_t{4} << 30U);
    expectFailure(runWithin("2000000", {"inspect", sparse}), {sparse, "smaller model file"});
    expectFailure(runWithin("250000", {"chat", "-p", "hi", "--context", "131072"}),
                  {"memory", "shorter context"});
}

TEST_F(CliTest, TokensAndBytesGoRoundAndGarbageIsNamed) {
    const std::string text("a\xff\xfe\0b\xed\xa0\x80 caf\xc3\xa9 <|user|>", 22);
    const ProgramOutcome ids = runWithInput({"tokenize"}, text);
    EXPECT_EQ(ids.status, 0);
    EXPECT_EQ(runWithInput({"detokenize"}, ids.output).output, text);
    const json object = expectObject(runWithInput({"tokenize", "--json"}, text), {"ids"});
    EXPECT_EQ(runWithInput({"detokenize"}, object["ids"].dump()).output, text);
    expectObject(runWithInput({"detokenize", "--json"}, ids.output), {"text"});
    EXPECT_EQ(runWithInput({"detokenize"}, "").status, 0);
    EXPECT_EQ(runWithInput({"tokenize"}, "").output, "\n");
    const std::vector<std::pair<std::string, std::string>> cases{
        {"abc", "'abc'"},  {"1 2 x", "'x'"},       {"-1", "'-1'"},
        {"1.5", "'.5'"},   {"[1,2", "has no end"}, {"[", "no end"},
        {"]", "']'"},      {"[[1]]", "'[1]'"},     {"99999999", "99999999"},
        {"0x10", "'x10'"}, {"1;2", "';2'"},        {"99999999999999999999", "9999"}};
    for (const auto& [input, part] : cases) {
        SCOPED_TRACE(input);
        expectFailure(runWithInput({"detokenize"}, input), {part});
        expectFailure(runWithInput({"detokenize", "--json"}, input), {part});
    }
}

TEST_F(CliTest, BrokenStandardStreamsFail) {
    const ProgramOptions closed{.inputPath = ""};
    expectFailure(run({"tokenize"}, closed), {"standard input"});
    expectFailure(run({"chat", "-p", "-"}, closed), {"standard input"});
    expectFailure(run({"tokenize"}, {.inputPath = m_folder.path()}), {"standard input"});
    expectFailure(run({"inspect", kModel, "--json"}, {.outputPath = "/dev/full"}),
                  {"standard output"});
    expectFailure(run({"inspect", kModel, "--json"}, {.isOutputClosed = true}),
                  {"standard output"});
    expectFailure(run({"--help"}, {.outputPath = "/dev/full"}), {"standard output"});
    // The result must not go where standard output was.
    const fs::path folder = makeFolder("closed");
    expectFailure(
        run({"logits", "--tokens", "1", "--output", folder / "a.npy"}, {.isOutputClosed = true}),
        {"standard output"});
    expectOnly(folder, {"a.npy"});
    EXPECT_EQ(readFile(folder / "a.npy").rfind("\x93NUMPY", 0), 0U);
}

TEST_F(CliTest, ResultsAreWholeOrNotThere) {
    const fs::path folder = makeFolder("results");
    fs::create_directory(folder / "taken");
    ASSERT_EQ(mkfifo((folder / "fifo").c_str(), 0600), 0);
    const json logits =
        expectObject(run({"logits", "--tokens", "1,2,3", "--output", folder / "a.npy", "--json"}),
                     {"shape", "argmax"});
    const auto vocabulary = logits["shape"][1].get<std::uintmax_t>();
    EXPECT_EQ(logits["argmax"].size(), 3U);
    EXPECT_EQ(fs::file_size(folder / "a.npy"), 128 + 3 * vocabulary * sizeof(float));
    for (const fs::path& path : {folder / "taken", folder / "fifo", folder / "missing" / "b"}) {
        SCOPED_TRACE(path);
        expectFailure(run({"logits", "--tokens", "1", "--output", path}), {path});
        expectFailure(run({"quantize", kModel, path, "--type", "q8_0"}), {path});
    }
    EXPECT_TRUE(fs::is_fifo(folder / "fifo"));
    expectOnly(folder, {"a.npy", "fifo", "taken"});
}

TEST_F(CliTest, ALimitOfFileSizesIsAnError) {
    const fs::path folder = makeFolder("limited");
    const Words words{"/bin/sh",
                      "-c",
                      "ulimit -f 64; exec \"$0\" \"$@\"",
                      HEARTH_CLI_PROGRAM,
                      "logits",
                      "--tokens",
                      "1,2,3",
                      "--output",
                      folder / "a.npy"};
    expectFailure(ProgramRun(words, m_folder.path()).finish(), {folder / "a.npy", "too large"});
    expectOnly(folder, {});
}

TEST_F(CliTest, QuantizeKeepsItsInput) {
    const fs::path folder = makeFolder("models");
    fs::create_symlink(kModel, folder / "link.gguf");
    const std::uintmax_t bytes = fs::file_size(kModel);
    expectFailure(run({"quantize", kModel, kModel, "--type", "q4_0"}), {"same file"});
    expectFailure(run({"quantize", kModel, folder / "link.gguf", "--type", "q4_0"}), {"same file"});
    EXPECT_EQ(fs::file_size(kModel), bytes);
    const json report =
        expectObject(run({"quantize", kModel, folder / "f16.gguf", "--type", "f16", "--json"}),
                     {"bytes_in", "bytes_out", "tensors_changed", "tensors_kept"});
    EXPECT_EQ(report["bytes_in"].get<std::uintmax_t>(), bytes);
    EXPECT_EQ(report["bytes_out"].get<std::uintmax_t>(), fs::file_size(folder / "f16.gguf"));
    expectObject(run({"inspect", folder / "f16.gguf", "--json"}), {"architecture"});
    expectOnly(folder, {"f16.gguf", "link.gguf"});
}

TEST_F(CliTest, AFileOfAnotherKindIsRefusedByName) {
    const fs::path fifo = m_folder.path() / "fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    const fs::path picture = write("a.bmp", makePicture(64, 48, 3));
    const fs::path recording = write("a.wav", makeRecording(40));
    const fs::path text = write("a.txt", "The boiler was serviced in March.\n");
    const std::vector<std::pair<std::string, std::vector<fs::path>>> cases{
        {"--image", {recording, text}},
        {"--audio", {picture, text}},
        {"--document", {picture, recording, write("blank.txt", " \n\n ")}}};
    for (const auto& [option, wrongKinds] : cases) {
        std::vector<fs::path> paths = wrongKinds;
        paths.insert(paths.end(), {m_folder.path() / "missing", m_folder.path(), fifo,
                                   fs::path("/dev/zero"), write("empty", "")});
        for (const fs::path& path : paths) {
            SCOPED_TRACE(option + " " + path.string());
            expectFailure(run({"chat", "-p", "hi", option, path, "--json"}), {path});
        }
    }
    expectFailure(run({"summarize", picture}), {picture});
    expectFailure(run({"embed-image", text}), {text});
    expectFailure(run({"embed-audio", picture}), {picture});
    expectFailure(run({"logits", "--tokens", "1,2", "--image", picture}), {"placeholders"});
}

TEST_F(CliTest, ARecordingThatEndsEarlyIsToldOf) {
    const std::string whole = makeRecording(40);
    const fs::path path = write("cut.wav", whole.substr(0, whole.size() / 2));
    const json answer = expectObject(
        run({"chat", "-p", "hi", "--audio", path, "--max-tokens", "1", "--json"}), kAnswerKeys);
    ASSERT_EQ(answer["attachments"].size(), 1U);
    ASSERT_TRUE(answer["attachments"][0].contains("warning")) << answer;
    const auto warning = answer["attachments"][0]["warning"].get<std::string>();
    const ProgramOutcome shown = run({"chat", "-p", "hi", "--audio", path, "--max-tokens", "1"});
    EXPECT_NE(shown.errors.find(warning), std::string::npos) << shown.errors;
}

TEST_F(CliTest, OneAnswerHasTheDocumentedKeys) {
    const json answer = expectObject(
        run({"chat", "-p", "Tell me about rivers.", "--max-tokens", "1", "--json"}), kAnswerKeys);
    EXPECT_EQ(answer["tokens_generated"], 1);
    EXPECT_EQ(answer["finish_reason"], "length");
    const json piped = expectObject(
        runWithInput({"chat", "-p", "-", "--max-tokens", "1", "--json"}, "Tell me about rivers."),
        kAnswerKeys);
    EXPECT_EQ(piped["text"], answer["text"]);
    for (const char* const prompt : {"", " \n", "-"}) {
        expectFailure(run({"chat", "-p", prompt}), {"question is empty", "-p"});
    }
    std::string longText;
    for (int i = 0; i < 400; ++i) {
        longText += std::to_string(i) + " ";
    }
    expectFailure(run({"chat", "-p", longText, "--context", "256"}), {"256", "larger context"});
    expectFailure(run({"chat", "-p", "hi", "--device", "cuda"}), {"cpu or auto"});
}

TEST_F(CliTest, ADeviceThatIsNotThereIsRefusedBeforeAnyFile) {
    const std::string missing = m_folder.path() / "missing";
    for (const Words& words :
         {Words{"chat", "-p", "hi"}, Words{"chat"}, Words{"summarize", missing}, Words{"bench"},
          Words{"logits", "--tokens", "1"}, Words{"embed-image", missing},
          Words{"embed-audio", missing}}) {
        SCOPED_TRACE(words.front());
        Words all = words;
        all.insert(all.end(), {"--device", "cuda", "-m", missing});
        expectFailure(run(all), {"cpu or auto"});
    }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Sanitizers reserve more address space than any limit allows.
TEST_F(CliTest, ThreadsThatCannotBeStartedAreAnError) {
    // Room for the model and the stacks of some threads of 8 MiB each.
    const std::string script = std::string("ulimit -v 700000; exec \"$0\" \"$@\"");
    const Words words{"/bin/sh", "-c",           script, HEARTH_CLI_PROGRAM, "chat", "-p",
                      "hi",      "--max-tokens", "1",    "--threads",        "1024"};
    const ProgramOutcome outcome = ProgramRun(words, m_folder.path()).finish();
    expectFailure(outcome, {"of 1024 compute threads", "ask for fewer"});
}
#endif

TEST_F(CliTest, AConversationGoesOnAfterFailures) {
    std::string longLine;
    for (int i = 0; i < 400; ++i) {
        longLine += std::to_string(i) + " ";
    }
    const fs::path text = write("a.txt", "The boiler was serviced in March.\n");
    const std::string missing = m_folder.path() / "missing.png";
    const ProgramOutcome outcome = runWithInput(
        {"chat", "--max-tokens", "2", "--context", "512", "--json"},
        "one\n/image " + missing + "\ntwo\nthree\n/document " + text.string() + "\nfour\n   \n" +
            longLine + "\n/image\nfive\nsix\nseven\neight\nnine\nten\n/quit\nafter\n");
    EXPECT_EQ(outcome.status, 0);
    EXPECT_NE(outcome.errors.find(missing), std::string::npos) << outcome.errors;
    EXPECT_NE(outcome.errors.find("larger context"), std::string::npos) << outcome.errors;
    EXPECT_NE(outcome.errors.find("name a file after /image"), std::string::npos);
    EXPECT_EQ(std::count(outcome.errors.begin(), outcome.errors.end(), '\n'), 3) << outcome.errors;
    // Ten questions, of which "two" lost its picture; each answer is one object a line.
    std::vector<json> answers;
    for (std::size_t begin = 0; begin < outcome.output.size();) {
        const std::size_t end = outcome.output.find('\n', begin);
        ASSERT_NE(end, std::string::npos) << outcome.output;
        answers.push_back(json::parse(outcome.output.substr(begin, end - begin), nullptr, false));
        ASSERT_TRUE(answers.back().is_object());
        begin = end + 1;
    }
    ASSERT_EQ(answers.size(), 9U);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        EXPECT_EQ(answers[i]["attachments"].size(), i == 2 ? 1U : 0U) << i;
    }
}

TEST_F(CliTest, AConversationTakesNamesAndLinesAsTerminalsGiveThem) {
    const std::string plain = write("a b.txt", "The boiler was serviced in March.\n");
    const std::string quoted = write("'c'", "The gate is green.\n");
    const ProgramOutcome outcome =
        runWithInput({"chat", "--max-tokens", "1", "--json"},
                     "/document '" + plain + "' \r\n/document \"" + plain + "\"\r\n/document " +
                         plain + "\r\n/document " + quoted + "\r\nhi\r\n/quit\r\nafter\r\n");
    const json answer = expectObject(outcome, kAnswerKeys);
    ASSERT_EQ(answer["attachments"].size(), 4U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(answer["attachments"][i]["file"], plain);
    }
    EXPECT_EQ(answer["attachments"][3]["file"], quoted);
}

TEST_F(CliTest, ChangedContentChangesNoReport) {
    const auto ask = [this](const char* option, const fs::path& path) {
        return expectObject(
            run({"chat", "-p", "What is it?", option, path, "--max-tokens", "1", "--json"}),
            kAnswerKeys);
    };
    // The same name and size, other content: the reports are the same to the letter.
    const std::vector<std::tuple<const char*, std::string, std::string, Words>> cases{
        {"--image",
         makePicture(64, 48, 0),
         makePicture(64, 48, 90),
         {"file", "height", "kind", "model_height", "model_width", "vectors", "width"}},
        {"--audio", makeRecording(40), makeRecording(97), {"file", "kind", "seconds", "vectors"}},
        {"--document",
         "The gate is green. The gate is green.\n",
         "The gate is black. The gate is black.\n",
         {"characters", "file", "kind", "pages", "passages", "tokens"}}};
    for (const auto& [option, content, changed, keys] : cases) {
        SCOPED_TRACE(option);
        const json before = ask(option, write("twin", content));
        const json after = ask(option, write("twin", changed));
        ASSERT_EQ(before["attachments"].size(), 1U);
        EXPECT_EQ(before["attachments"], after["attachments"]);
        EXPECT_EQ(before["tokens_prompt"], after["tokens_prompt"]);
        EXPECT_EQ(keysOf(before), keysOf(after));
        for (const std::string& key : keys) {
            EXPECT_TRUE(before["attachments"][0].contains(key)) << key;
        }
    }
    // A larger picture changes the sizes and counts of the report, nothing else.
    const json small = ask("--image", write("twin", makePicture(64, 48, 0)))["attachments"][0];
    json large = ask("--image", write("twin", makePicture(128, 320, 0)))["attachments"][0];
    EXPECT_EQ(large["width"], 128);
    EXPECT_EQ(large["height"], 320);
    for (const char* const key : {"width", "height", "model_width", "model_height", "vectors"}) {
        large[key] = small[key];
    }
    EXPECT_EQ(large, small);
    // The content itself reaches the model: other vectors in the same shape.
    const fs::path result = m_folder.path() / "vectors.npy";
    const auto embed = [&](int shade) {
        const json object =
            expectObject(run({"embed-image", write("twin", makePicture(64, 48, shade)), "--output",
                              result, "--json"}),
                         {"shape"});
        return std::pair(object, readFile(result));
    };
    const auto [shape, vectors] = embed(0);
    const auto [otherShape, otherVectors] = embed(90);
    EXPECT_EQ(shape, otherShape);
    EXPECT_EQ(shape["shape"][0], small["vectors"]);
    EXPECT_EQ(vectors.size(), otherVectors.size());
    EXPECT_NE(vectors, otherVectors);
}

TEST_F(CliTest, SummarizeAndBenchHaveTheDocumentedKeys) {
    const fs::path text =
        write("a.txt", "The boiler was serviced in March. The garden gate is green.\n");
    const json summary = expectObject(run({"summarize", text, "--length", "short", "--json"}),
                                      {"summary", "sections", "citations", "coverage"});
    EXPECT_EQ(summary["coverage"]["pages"], 1);
    EXPECT_EQ(summary["coverage"]["pages_read"], 1);
    EXPECT_EQ(summary["coverage"]["tokens"], summary["coverage"]["tokens_read"]);
    for (const json& citation : summary["citations"]) {
        EXPECT_EQ(citation["page"], 1);
        EXPECT_NE(citation["quote"], "");
    }
    // Passages are cut within the page, and its sentences go over several lines.
    std::string longPage;
    for (int i = 0; i < 40; ++i) {
        longPage += "The keeper of lighthouse " + std::to_string(i) +
                    "\nrows to the mill\n  in summer. Anna sees him go. ";
    }
    const json cut = expectObject(run({"summarize", write("b.txt", longPage), "--json"}),
                                  {"summary", "sections", "citations", "coverage"});
    EXPECT_EQ(cut["coverage"]["tokens"], cut["coverage"]["tokens_read"]);
    EXPECT_GT(cut["coverage"]["tokens"], 600);
    ASSERT_FALSE(cut["citations"].empty());
    for (const json& citation : cut["citations"]) {
        EXPECT_EQ(citation["quote"].get<std::string>().find('\n'), std::string::npos) << citation;
        EXPECT_TRUE(citation["verified"].get<bool>()) << citation;
    }
    for (const json& section : cut["sections"]) {
        EXPECT_EQ(section["note"].get<std::string>().find('\n'), std::string::npos) << section;
    }
    // A note of a text in another language may end within a character.
    std::string chinese;
    for (int i = 0; i < 40; ++i) {
        chinese += "锅炉在三月检修过。花园的门是绿色的。";
    }
    const ProgramOutcome shown = run({"summarize", write("c.txt", chinese)});
    EXPECT_EQ(shown.status, 0) << shown.errors;
    EXPECT_NO_THROW(static_cast<void>(json(shown.output).dump())) << "is no UTF-8";
    const json bench = expectObject(run({"bench", "--prompt", "8", "--generate", "2", "--depth",
                                         "0,16", "--repeat", "1", "--json"}),
                                    {"results", "device", "bytes_per_token"});
    EXPECT_EQ(bench["device"].get<std::string>().rfind("CPU (cpu-", 0), 0U) << bench["device"];
    ASSERT_EQ(bench["results"].size(), 4U);
    for (const json& result : bench["results"]) {
        EXPECT_EQ(keysOf(result),
                  (Words{"depth", "n", "test", "tps_max", "tps_median", "tps_min"}));
    }
    // The context of the model holds 131,072 tokens.
    expectFailure(run({"bench", "--prompt", "8", "--depth", "131073"}), {"131072"});
}

TEST_F(CliTest, TwoProgramsAtOnceAnswerAlike) {
    const Words words = command({"chat", "-p", "hi", "--max-tokens", "3", "--json"});
    ProgramRun first(words, m_folder.path());
    ProgramRun second(words, m_folder.path());
    const json firstAnswer = expectObject(first.finish(), kAnswerKeys);
    const json secondAnswer = expectObject(second.finish(), kAnswerKeys);
    EXPECT_EQ(firstAnswer["text"], secondAnswer["text"]);
}

/// Ctrl+C while a text of some 40,000 tokens is being read, which takes far longer than the test
/// waits.
class CliInterruptTest : public CliTest {
protected:
    Words readingCommand() const {
        std::string text;
        for (int i = 0; i < 3500; ++i) {
            text += "The people of the house by the river walk the dogs in summer.\n";
        }
        return command({"chat", "-p", "hi", "--document", write("long.txt", text), "--retrieval",
                        "off", "--context", "65536"});
    }

    static constexpr std::chrono::seconds kStart{30};
    /// An answer stops within one step of reading.
    static constexpr std::chrono::seconds kStop{10};
};

TEST_F(CliInterruptTest, OnceStopsTheAnswer) {
    ProgramRun program(readingCommand(), m_folder.path());
    ASSERT_TRUE(program.waitForError("read whole", kStart));
    program.signal(SIGINT);
    const ProgramOutcome outcome = program.finish(kStop);
    EXPECT_FALSE(outcome.isTimedOut);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.output, "\n");
}

TEST_F(CliInterruptTest, TwiceEndsTheProgram) {
    ProgramRun program(readingCommand(), m_folder.path());
    ASSERT_TRUE(program.waitForError("read whole", kStart));
    // Signals that come together count once, and the first may have ended the answer already.
    do {
        program.signal(SIGINT);
    } while (!program.waitForEnd(std::chrono::milliseconds(1)));
    const ProgramOutcome outcome = program.finish(kStop);
    EXPECT_TRUE(outcome.status == -SIGINT || outcome.status == 0) << outcome.status;
}

}  // namespace
}  // namespace hearth
