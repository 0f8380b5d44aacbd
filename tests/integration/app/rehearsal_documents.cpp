#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "tests/integration/app/rehearsal_makers.h"

namespace hearth::testing_support {
namespace {

namespace fs = std::filesystem;

/// What a fact's value is.
enum class ValueKind : std::uint8_t { Person, Place, Date, Year, Euros, Count, Weekday, Thing };

/// "{v}" is the value and "{n}" what the text is about, as in the question.
struct Fact {
    ValueKind kind;
    std::string sentence;
    std::string question;
};

/// A kind of text: names it may be about, a first sentence, facts.
struct Subject {
    std::vector<std::string> names;
    std::string opening;
    std::vector<Fact> facts;
};

const std::vector<Subject> kSubjects{
    {{"Harlow Rowing Club", "Torvik Chess Club", "Eastgate Sailing Club", "Linden Garden Club"},
     "The {n} welcomes new members of every age.",
     {{ValueKind::Year, "It was founded in {v} by eleven families.", "When was the {n} founded?"},
      {ValueKind::Person, "The treasurer is {v}, who takes payments on Saturdays.",
       "Who is the treasurer of the {n}?"},
      {ValueKind::Person, "The key of the club house is kept by {v}.",
       "Who keeps the key of the club house?"},
      {ValueKind::Euros, "Membership costs {v} euros a year.", "How much does membership cost?"},
      {ValueKind::Place, "The summer meeting takes place in {v}.",
       "Where does the summer meeting take place?"},
      {ValueKind::Weekday, "Practice is held every {v} evening.", "On which day is practice held?"},
      {ValueKind::Count, "The club has {v} members at present.",
       "How many members does the {n} have?"}}},
    {{"Saltmarsh Hotel", "Crowhill Inn", "Bellweather Lodge", "Old Mill Guest House"},
     "The {n} is a family business near the coast.",
     {{ValueKind::Year, "It was opened in {v}.", "When was the {n} opened?"},
      {ValueKind::Person, "The owner is {v}.", "Who is the owner of the {n}?"},
      {ValueKind::Person, "The kitchen is run by {v}.", "Who runs the kitchen?"},
      {ValueKind::Count, "There are {v} rooms.", "How many rooms are there?"},
      {ValueKind::Euros, "A night costs {v} euros with breakfast.", "How much does a night cost?"},
      {ValueKind::Place, "The nearest railway station is in {v}.",
       "Where is the nearest railway station?"},
      {ValueKind::Date, "The season begins on {v}.", "When does the season begin?"},
      {ValueKind::Thing, "The bakery next door is known for its {v}.",
       "What is the bakery next door known for?"}}},
    {{"Amberley Lantern Festival", "Winterbourne Fair", "Quarry Street Book Market",
      "Northmoor Music Week"},
     "The {n} has become the largest event of the region.",
     {{ValueKind::Date, "This year it opens on {v}.", "When does the {n} open?"},
      {ValueKind::Place, "It is held in {v}.", "Where is the {n} held?"},
      {ValueKind::Person, "The opening speech will be given by {v}.",
       "Who will give the opening speech?"},
      {ValueKind::Person, "{v} is responsible for the programme.",
       "Who is responsible for the programme?"},
      {ValueKind::Euros, "A ticket costs {v} euros.", "How much does a ticket cost?"},
      {ValueKind::Count, "Last year {v} volunteers helped.",
       "How many volunteers helped last year?"},
      {ValueKind::Thing, "The first prize of the raffle is a basket of {v}.",
       "What is in the basket of the first prize?"}}},
    {{"Brightwater Bridge", "Kestrel Tower", "Ferry Lane School", "Millbrook Library"},
     "The {n} is known far beyond the valley.",
     {{ValueKind::Year, "It was completed in {v} after long delays.",
       "When was the {n} completed?"},
      {ValueKind::Person, "The architect was {v}.", "Who was the architect of the {n}?"},
      {ValueKind::Person, "The first stone was laid by {v}.", "Who laid the first stone?"},
      {ValueKind::Place, "The stone was brought from {v}.", "Where was the stone brought from?"},
      {ValueKind::Date, "The opening was celebrated on {v}.",
       "On what date was the opening celebrated?"},
      {ValueKind::Count, "Building it took {v} workers.",
       "How many workers did it take to build the {n}?"},
      {ValueKind::Weekday, "Guided tours are offered every {v}.",
       "On which day are guided tours offered?"}}}};

/// What else stands in a newsletter.
const std::vector<std::string> kFillers{
    "The winter has been mild so far, and the river never froze over. Walkers should keep to the "
    "upper path all the same, because the lower one is soft after the rain and the wooden steps "
    "behind the mill are slippery. Whoever finds a broken rail is asked to tell the caretaker.",
    "Old newspapers and glass are collected behind the fire station. Please tie the papers "
    "together and rinse the bottles. Paint, batteries and lamps do not belong there; the lorry "
    "that takes them stops beside the church and waits for about an hour.",
    "Many readers have asked whether the bus will go back to its former route. It will not, at "
    "least for the present, since the narrow street cannot be widened and the new stop is closer "
    "to the clinic. The timetable hangs in the shelter and in the post office.",
    "Bees need flowers from early spring until late autumn. Even a box on a balcony helps, if it "
    "holds thyme, lavender or borage. Do not cut the grass too short, leave a corner of the lawn "
    "alone, and put out a flat bowl of water with a few stones in it.",
    "The choir is looking for low voices. Nobody has to read music; those who are shy may sit in "
    "the back row and listen for a while. There is tea afterwards, and a good deal of laughter. "
    "Singing, as the conductor likes to say, is cheaper than any medicine.",
    "Several bicycles have been left at the railings for months. They will be taken away, kept in "
    "a shed for some time and then given to the workshop, which repairs them with young people "
    "and passes them on to families who have just moved here.",
    "A word about dogs: they are welcome nearly everywhere, but not on the playground, and not "
    "among the sheep. A lead is no punishment. It spares the shepherd a sleepless night and the "
    "owner a long walk in the dark with a lantern.",
    "The old orchard has been pruned by volunteers, who found names carved into one of the trunks. "
    "The wood that was cut lies beside the gate and may be taken by anybody who can carry it. "
    "Apples that fall over the fence belong to those who pick them up.",
    "If you hear the siren twice, nothing has happened: it is only being tested. If you hear it "
    "without a pause, go inside, close the windows and turn on the radio. Look after neighbours "
    "who hear badly, and do not block the telephone lines.",
    "Our cook recommends a soup of lentils for cold evenings. Fry an onion slowly, add carrots and "
    "a spoon of mustard, then the lentils and plenty of water, and let it stand on a small flame "
    "until the spoon no longer finds anything hard. It tastes better the next day.",
    "The photographs in the corridor show the valley as it was before the dam. If you recognise a "
    "house or a face, write it on the sheet beside the door. Some of the pictures have no label "
    "at all, and soon there will be nobody left who could tell us what they show.",
    "Finally, a request from the cleaners. Shoes that have been in the mud should stay outside, "
    "cups do not find their own way into the kitchen, and the lights of the hall go out only if "
    "somebody presses the switch. Thank you."};

std::string drawValue(Draw& draw, ValueKind kind) {
    static const std::vector<std::string> kFirstNames{"Marta", "Jonas", "Ingrid", "Paula", "Ivo",
                                                      "Helen", "Tomas", "Agnes",  "Felix", "Rosa"};
    static const std::vector<std::string> kLastNames{"Lindqvist", "Okonkwo", "Brandt", "Moreau",
                                                     "Hale",      "Petrov",  "Quinn",  "Sato",
                                                     "Feld",      "Novak"};
    static const std::vector<std::string> kPlaces{"Ashford", "Torvik",    "Bremmel", "Castlerock",
                                                  "Dunmore", "Elmsworth", "Granton", "Yarrow"};
    static const std::vector<std::string> kMonths{"January", "March",   "April",   "June",
                                                  "August",  "October", "November"};
    static const std::vector<std::string> kWeekdays{"Monday",   "Tuesday", "Wednesday",
                                                    "Thursday", "Friday",  "Sunday"};
    static const std::vector<std::string> kThings{"cheese",     "apple cake", "honey",
                                                  "dark bread", "plums",      "walnuts"};
    switch (kind) {
        case ValueKind::Person:
            return draw.from(kFirstNames) + " " + draw.from(kLastNames);
        case ValueKind::Place:
            return draw.from(kPlaces);
        case ValueKind::Date:
            return std::to_string(draw.between(1, 28)) + " " + draw.from(kMonths);
        case ValueKind::Year:
            return std::to_string(draw.between(1850, 2015));
        case ValueKind::Euros:
            return std::to_string(draw.between(11, 190));
        case ValueKind::Count:
            return std::to_string(draw.between(12, 480));
        case ValueKind::Weekday:
            return draw.from(kWeekdays);
        case ValueKind::Thing:
            return draw.from(kThings);
    }
    return {};
}

std::string replaced(std::string text, const std::string& mark, const std::string& value) {
    for (std::size_t at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + value.size())) {
        text.replace(at, mark.size(), value);
    }
    return text;
}

/// A text about one thing with the values of its facts, no two alike.
struct Passage {
    const Subject* subject = nullptr;
    std::string name;
    std::vector<std::string> values;
    std::vector<std::size_t> order;  ///< of the facts

    std::string text() const {
        std::string result = replaced(subject->opening, "{n}", name);
        for (const std::size_t fact : order) {
            result += " " + replaced(replaced(subject->facts[fact].sentence, "{n}", name), "{v}",
                                     values[fact]);
        }
        return result;
    }
};

/// A value that none of `others` is.
std::string drawOther(Draw& draw, ValueKind kind, const std::vector<std::string>& others) {
    while (true) {
        std::string value = drawValue(draw, kind);
        if (std::find(others.begin(), others.end(), value) == others.end()) {
            return value;
        }
    }
}

Passage drawPassage(Draw& draw, const Subject& subject, const std::string& name) {
    Passage passage{.subject = &subject, .name = name, .values = {}, .order = {}};
    for (std::size_t i = 0; i < subject.facts.size(); ++i) {
        passage.values.push_back(drawOther(draw, subject.facts[i].kind, passage.values));
        passage.order.push_back(i);
    }
    draw.shuffle(passage.order);
    return passage;
}

/// One passage after the other, fillers between them.
fs::path writeDocument(const fs::path& stem, const char* ending,
                       const std::vector<Passage>& passages,
                       const std::vector<std::string>& fillers) {
    fs::path path = stem;
    path += ending;
    std::ofstream file(path);
    for (std::size_t i = 0, filler = 0; i < passages.size(); ++i) {
        file << passages[i].text() << "\n\n";
        for (; filler < fillers.size() * (i + 1) / passages.size(); ++filler) {
            file << fillers[filler] << "\n\n";
        }
    }
    file.close();
    EXPECT_TRUE(file.good()) << path;
    return path;
}

std::string lowerCase(std::string text) {
    for (char& c : text) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return text;
}

/// Asks about a fact of one of the passages.
RehearsalItem documentItem(Draw& draw, const fs::path& stem, std::vector<Passage> passages,
                           const std::vector<std::string>& fillers) {
    const auto indexOf = [&draw](const auto& list) {
        return static_cast<std::size_t>(draw.between(0, static_cast<int>(list.size()) - 1));
    };
    Passage& passage = passages[indexOf(passages)];
    const std::vector<Fact>& facts = passage.subject->facts;
    const std::size_t fact = indexOf(facts);
    const auto side = [&](const char* ending) {
        return RehearsalSide{writeDocument(stem, ending, passages, fillers),
                             {{lowerCase(passage.values[fact])}}};
    };
    RehearsalItem item;
    item.kind = app::AttachmentKind::Document;
    item.question = replaced(facts[fact].question, "{n}", passage.name);
    item.sides[0] = side("-a.txt");
    passage.values[fact] = drawOther(draw, facts[fact].kind, passage.values);
    item.sides[1] = side("-b.txt");
    return item;
}

}  // namespace

RehearsalItem makePassageItem(Draw& draw, const fs::path& stem) {
    const Subject& subject = draw.from(kSubjects);
    return documentItem(draw, stem, {drawPassage(draw, subject, draw.from(subject.names))}, {});
}

RehearsalItem makeLongDocumentItem(Draw& draw, const fs::path& stem) {
    std::vector<Passage> passages;
    for (const Subject& subject : kSubjects) {
        passages.push_back(drawPassage(draw, subject, draw.from(subject.names)));
    }
    draw.shuffle(passages);
    std::vector<std::string> fillers = kFillers;
    draw.shuffle(fillers);
    return documentItem(draw, stem, passages, fillers);
}

}  // namespace hearth::testing_support
