#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <system_error>

#include "tests/integration/app/program_run.h"
#include "tests/integration/app/rehearsal_makers.h"

namespace hearth::testing_support {
namespace {

namespace fs = std::filesystem;

struct Voice {
    std::string name;
    int wordsPerMinute = 0;
    int pitch = 0;
};

Voice drawVoice(Draw& draw) {
    return {.name = draw.from(std::vector<std::string>{"en-us", "en-us", "en-gb", "en-us+f3",
                                                       "en-us+m3", "en-gb+f2"}),
            .wordsPerMinute = draw.between(130, 175),
            .pitch = draw.between(35, 65)};
}

fs::path speak(const fs::path& stem, const char* ending, const Voice& voice,
               const std::string& text) {
    fs::path path = stem;
    path += ending;
    ProgramRun run(
        {findSpeaker().string(), "-v", voice.name, "-s", std::to_string(voice.wordsPerMinute), "-p",
         std::to_string(voice.pitch), "-w", path.string(), text},
        path.parent_path());
    const ProgramOutcome outcome = run.finish();
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    return path;
}

RehearsalItem spokenItem(Draw& draw, const fs::path& stem, const std::string& question,
                         const std::array<std::string, 2>& texts,
                         const std::array<std::vector<Wanted>, 2>& wanted) {
    const Voice voice = drawVoice(draw);
    RehearsalItem item;
    item.kind = app::AttachmentKind::Recording;
    item.question = question;
    item.sides[0] = {speak(stem, "-a.wav", voice, texts[0]), wanted[0]};
    item.sides[1] = {speak(stem, "-b.wav", voice, texts[1]), wanted[1]};
    return item;
}

std::string drawSpeechQuestion(Draw& draw) {
    return draw.from(std::vector<std::string>{"What is said?", "What did I say?",
                                              "What does the speaker say?", "What was said?",
                                              "Transcribe the recording."});
}

/// A pattern with one "{}" and what may stand there.
struct Pattern {
    std::string text;
    std::vector<std::string> fillings;
};

RehearsalItem patternItem(Draw& draw, const fs::path& stem, const Pattern& pattern) {
    const auto [first, second] = draw.twoFrom(pattern.fillings);
    const std::size_t at = pattern.text.find("{}");
    const auto filled = [&](const std::string& filling) {
        return pattern.text.substr(0, at) + filling + pattern.text.substr(at + 2);
    };
    return spokenItem(draw, stem, drawSpeechQuestion(draw), {filled(first), filled(second)},
                      {std::vector<Wanted>{{first}}, std::vector<Wanted>{{second}}});
}

}  // namespace

fs::path findSpeaker() {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        std::error_code error;
        if (fs::is_regular_file(fs::path(folder) / "espeak-ng", error)) {
            return fs::path(folder) / "espeak-ng";
        }
    }
    return {};
}

RehearsalItem makeSpokenDigitItem(Draw& draw, const fs::path& stem) {
    static const std::vector<Wanted> kDigits{
        {"zero", "0"}, {"one", "1"}, {"two", "2"},   {"three", "3"}, {"four", "4"},
        {"five", "5"}, {"six", "6"}, {"seven", "7"}, {"eight", "8"}, {"nine", "9"}};
    const auto [first, second] = draw.twoFrom(kDigits);
    const std::string question =
        draw.from(std::vector<std::string>{"Which digit was spoken?", "What digit do you hear?",
                                           "Which number was said?", "Which digit did I say?"});
    return spokenItem(draw, stem, question, {first.front(), second.front()},
                      {std::vector<Wanted>{first}, std::vector<Wanted>{second}});
}

RehearsalItem makeSpokenCommandItem(Draw& draw, const fs::path& stem) {
    static const std::vector<std::string> kCommands{"yes",   "no",   "up", "down", "left",
                                                    "right", "stop", "go", "on",   "off"};
    static const std::vector<Pattern> kPatterns{
        {"Turn {} the light.", {"on", "off"}},
        {"Turn on the {}.", {"light", "radio", "heater", "television", "fan", "oven"}},
        {"Turn off the {}.", {"lamp", "music", "heater", "camera", "computer", "radio"}},
        {"{} the door.", {"open", "close", "lock", "paint"}},
        {"Open the {}.", {"window", "door", "gate", "box", "bottle"}},
        {"Play some {}.", {"jazz", "piano music", "dance music", "rain sounds"}},
        {"Set a timer for {} minutes.", {"two", "five", "seven", "ten", "twenty"}},
        {"Call my {}.", {"mother", "brother", "sister", "father", "uncle"}},
        {"Turn {} the volume.", {"up", "down"}}};
    if (draw.chance(0.4)) {
        const auto [first, second] = draw.twoFrom(kCommands);
        const std::string question = draw.from(std::vector<std::string>{
            "Which command was spoken?", "What command is it?", "Which command do you hear?"});
        return spokenItem(draw, stem, question, {first, second},
                          {std::vector<Wanted>{{first}}, std::vector<Wanted>{{second}}});
    }
    return patternItem(draw, stem, draw.from(kPatterns));
}

RehearsalItem makeSpokenSentenceItem(Draw& draw, const fs::path& stem) {
    static const std::vector<Pattern> kPatterns{
        {"The {} is sleeping in the garden.", {"dog", "cat", "horse", "rabbit", "child"}},
        {"My sister lives in {}.", {"London", "Paris", "Berlin", "Canada", "Norway"}},
        {"We need {} for breakfast.", {"bread", "milk", "butter", "eggs", "cheese", "honey"}},
        {"The train leaves at {} in the morning.", {"six", "seven", "eight", "nine", "ten"}},
        {"I lost my {} at the station.", {"key", "umbrella", "ticket", "jacket", "phone"}},
        {"The meeting is on {}.", {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"}},
        {"The old house is {}.", {"white", "green", "empty", "beautiful", "dark"}},
        {"Please wash the {} before dinner.", {"car", "cups", "windows", "apples", "plates"}},
        {"{} is waiting in the kitchen.", {"Anna", "Peter", "Maria", "Thomas", "Julia"}},
        {"There will be {} tomorrow.", {"rain", "snow", "wind", "fog", "sunshine"}}};
    return patternItem(draw, stem, draw.from(kPatterns));
}

}  // namespace hearth::testing_support
