"""Changing text: extraction to JSON, lists, politeness, voice, tense, shortening, splitting and joining sentences."""

from __future__ import annotations

import json
import re

from . import schema, words
from .ask import Reading
from .corpus import Corpus
from .facts import make_entity, paragraph, same_attributes
from .letters import write
from .names import FIELD, Ctx, capital
from .passages import split_sentences
from .sample import Sample


def _key(label: str) -> str:
    return label.replace("'s", "").replace('"', "").replace(" ", "_").lower()


def json_extract(ctx: Ctx) -> Sample:
    """Facts of a text as a JSON object with the keys that are asked for; null where the text has nothing."""
    several = ctx.chance(0.25)
    if several:
        entities = same_attributes(ctx, ctx.pick(schema.KINDS), ctx.integer(2, 3), ctx.integer(2, 3))
    else:
        entities = [make_entity(ctx, None, ctx.integer(2, 6))]
    texts = ["\n\n".join(paragraph(e, ctx) for e in entities)]
    reading = Reading(ctx, "json_extract", texts)
    first = entities[0]
    facts = ctx.some(first.facts, ctx.integer(1, min(4, len(first.facts))))
    keys = ["name", *(_key(f.attr.label) for f in facts)]
    values = [
        [e.name, *(next(x.value for x in e.facts if x.attr.key == f.attr.key).strip('"') for f in facts)]
        for e in entities
    ]
    absent = None
    if not several and ctx.chance(0.2):
        told = {f.attr.key for f in first.facts}
        left = [a for a in first.kind.attrs if a.key not in told]
        if left:
            absent = ctx.pick(left)
            keys.append(_key(absent.label))
    objects = [dict(zip(keys, [*row, *([None] if absent else [])], strict=True)) for row in values]
    listing = ", ".join(keys)
    forms = (
        "Extract as JSON with the keys {k}.", "Give the facts as a JSON object: {k}.", "Write JSON with these keys: {k}.",
        "Turn this {d} into JSON ({k}).", "JSON with {k}, please.", "Return a JSON object with the fields {k}.", "Extract {k} as JSON.",
    )  # fmt: skip
    extra = " Use null for what is missing." if absent else " One object for each." if several else ""
    answer = json.dumps(objects if several else objects[0], ensure_ascii=False)
    reading.turn(ctx.phrase(forms).format(k=listing, d=reading.noun) + extra, answer)
    return reading.sample


def _in_order(values: list[str], text: str) -> list[str]:
    """The values that stand in the text as whole words or numbers, each once, by where they first do."""
    places: dict[str, int] = {}
    for value in values:
        # "4" stands neither in "478" nor in "4,780".
        if match := re.search(rf"(?<![\w,]){re.escape(value)}(?!\w|,\d)", text):
            places[value] = match.start()
    return sorted(places, key=lambda value: places[value])


def extract_list(ctx: Ctx) -> Sample:
    """All names, numbers or dates of a document as a list, in the order of the text."""
    people = [ctx.person() for _ in range(ctx.integer(2, 5))]
    places = [ctx.place() for _ in range(ctx.integer(2, 4))]
    numbers = [ctx.number(3, 9000) for _ in range(ctx.integer(2, 4))]
    lines = (
        "{p} came from {q}.", "In {q} {p} bought {n} {g}.", "{p} wrote to a friend in {q}.", "{n} people met {p} in {q}.",
        "{p} lost {n} {g} on the road to {q}.", "{p} counted {n} {a}s near {q}.", "{p} paid {n} crowns in {q}.",
        "The road to {q}, said {p}, was {n} metres wide.", "{p} left {q} after {n} days.",
    )  # fmt: skip
    out: list[str] = []
    for index in range(max(len(people), len(places), len(numbers))):
        p, q, n = people[index % len(people)], places[index % len(places)], numbers[index % len(numbers)]
        line = ctx.pick(lines)
        out.append(
            line.format(
                p=p, q=q, n=n, g=ctx.pick(words.GOODS), a=ctx.pick(("seal", "goat", "owl", "bird", "tree", "boat"))
            )
        )
    reading = Reading(ctx, "extract_list", [" ".join(out)])
    choices = [("people", people), ("places", places), ("numbers", numbers)]
    text = " ".join(out)
    for what, values in ctx.some(choices, ctx.integer(1, 3)):
        found = _in_order(values, text)
        if not found:
            continue
        forms = (
            "List all {w} in the {d}.",
            "Which {w} are mentioned?",
            "Write down the {w} in the {d}.",
            "Extract the {w}.",
            "Name all {w} that appear.",
            "Give me a list of the {w} in the {d}.",
        )
        question = ctx.phrase(forms).format(w=what, d=reading.noun)
        if ctx.chance(0.4):
            reading.turn(question + " One on each line.", "\n".join(found))
        elif ctx.chance(0.3):
            reading.turn(question + " Use bullets.", "\n".join(f"- {v}" for v in found))
        else:
            reading.turn(question, ", ".join(found))
    return reading.sample if reading.sample.is_chat() else extract_list(ctx)


_POLITE = (
    ("Send me the {object}.", "Could you please send me the {object}?"), ("Give me {int:2:40} {goods}.", "Could you please give me {int:2:40} {goods}?"),
    ("Come to room {int:2:90} at {time}.", "Could you please come to room {int:2:90} at {time}?"), ("Call {person} today.", "Could you please call {person} today?"),
    ("Tell me the price of the {object}.", "Could you please tell me the price of the {object}?"), ("Open the {room}.", "Could you please open the {room}?"),
    ("Fix the {object} by {weekday}.", "Could you please fix the {object} by {weekday}?"), ("Write to {firm}.", "Could you please write to {firm}?"),
    ("Bring the {object} to {place}.", "Could you please bring the {object} to {place}?"), ("Show me the {room}.", "Could you please show me the {room}?"),
    ("Wait for {first} in the {room}.", "Could you please wait for {first} in the {room}?"), ("Pay {money} to {firm}.", "Could you please pay {money} to {firm}?"),
)  # fmt: skip
_VOICE = (
    ("{person} wrote the letter.", "The letter was written by {person}."), ("{person} repaired the {object}.", "The {object} was repaired by {person}."),
    ("{firm} built the bridge.", "The bridge was built by {firm}."), ("{person} found the {object} in the {room}.", "The {object} was found in the {room} by {person}."),
    ("{person} painted the {room}.", "The {room} was painted by {person}."), ("{firm} sells the {goods}.", "The {goods} are sold by {firm}."),
    ("{person} opened the meeting at {time}.", "The meeting was opened at {time} by {person}."), ("{person} invented the {word}.", "The {word} was invented by {person}."),
    ("{person} translated the book in {year}.", "The book was translated by {person} in {year}."), ("{first} cleaned the {object}.", "The {object} was cleaned by {first}."),
    ("{person} leads the project.", "The project is led by {person}."), ("{person} discovered the island in {year}.", "The island was discovered by {person} in {year}."),
)  # fmt: skip
_TENSE = (
    ("{person} lives in {place}.", "{person} lived in {place}.", "{person} will live in {place}."), ("{person} works for {firm}.", "{person} worked for {firm}.", "{person} will work for {firm}."),
    ("The {animal} sleeps in the {room}.", "The {animal} slept in the {room}.", "The {animal} will sleep in the {room}."), ("{first} buys {int:2:40} {goods}.", "{first} bought {int:2:40} {goods}.", "{first} will buy {int:2:40} {goods}."),
    ("The train leaves {place} at {time}.", "The train left {place} at {time}.", "The train will leave {place} at {time}."), ("{firm} makes {goods}.", "{firm} made {goods}.", "{firm} will make {goods}."),
    ("{first} plays the {instrument}.", "{first} played the {instrument}.", "{first} will play the {instrument}."), ("It rains in {place}.", "It rained in {place}.", "It will rain in {place}."),
    ("{person} is the {role}.", "{person} was the {role}.", "{person} will be the {role}."), ("The {object} costs {money}.", "The {object} cost {money}.", "The {object} will cost {money}."),
    ("{first} reads {title}.", "{first} read {title}.", "{first} will read {title}."), ("We meet in the {room} on {weekday}.", "We met in the {room} on {weekday}.", "We will meet in the {room} on {weekday}."),
)  # fmt: skip
_NEGATE = (
    ("{person} is in {place}.", "{person} is not in {place}."), ("The {object} was in the {room}.", "The {object} was not in the {room}."), ("{firm} can deliver {goods}.", "{firm} cannot deliver {goods}."),
    ("The meeting will begin at {time}.", "The meeting will not begin at {time}."), ("{first} has seen the {animal}.", "{first} has not seen the {animal}."), ("{person} lives in {place}.", "{person} does not live in {place}."),
    ("The code is {code}.", "The code is not {code}."), ("{first} likes {food}.", "{first} does not like {food}."), ("The {object} is {colour}.", "The {object} is not {colour}."),
)  # fmt: skip
_QUESTION = (
    ("{person} is in {place}.", "Is {person} in {place}?"), ("The {object} was in the {room}.", "Was the {object} in the {room}?"), ("{firm} can deliver {goods}.", "Can {firm} deliver {goods}?"),
    ("The meeting will begin at {time}.", "Will the meeting begin at {time}?"), ("{first} has seen the {animal}.", "Has {first} seen the {animal}?"), ("{person} lives in {place}.", "Does {person} live in {place}?"), ("{first} likes {food}.", "Does {first} like {food}?"),
    ("The {object} is {colour}.", "Is the {object} {colour}?"), ("{person} works as {a:job}.", "Does {person} work as {a:job}?"),
)  # fmt: skip
_MESSY = (
    ("hey can u send me the {object}, need it by {weekday}, thx", "Hello,\n\ncould you please send me the {object}? I need it by {weekday}.\n\nThank you."),
    ("meeting moved to {time}, room {int:2:90}, tell {first}", "Hello,\n\nthe meeting has been moved to {time} in room {int:2:90}. Please tell {first}.\n\nThank you."),
    ("cant come on {weekday}, {cause}, sry", "Hello,\n\nI am sorry, but I cannot come on {weekday}. The reason is {cause}.\n\nKind regards."),
    ("{firm} wants {money} for the {goods}, ok?", "Hello,\n\n{firm} asks for {money} for the {goods}. Do you agree?\n\nKind regards."),
    ("where r the {goods}? ordered {int:2:80} on {day}!!", "Hello,\n\nI ordered {int:2:80} {goods} on {day}. Could you please tell me where they are?\n\nKind regards."),
    ("thx for the {object}, works great, greetings from {place}", "Hello,\n\nthank you for the {object}. It works very well.\n\nKind regards from {place}."),
    ("need {int:2:30} chairs in the {room} by {time}, {first} knows", "Hello,\n\nwe need {int:2:30} chairs in the {room} by {time}. {first} knows about it.\n\nThank you."),
)  # fmt: skip


def _same(ctx: Ctx, *templates: str) -> list[str]:
    """Fills templates with the same value for each field."""
    fields = {name for template in templates for name in FIELD.findall(template)}
    given = {name: ctx.fill("{" + name + "}") for name in sorted(fields)}
    return [FIELD.sub(lambda m: given[m.group(1)], template) for template in templates]


def _typo(ctx: Ctx, text: str) -> str | None:
    """The text with two letters of one plain word swapped."""
    plain = [w for w in text.split() if w.isalpha() and w.islower() and len(w) > 4 and w in _COMMON]
    if not plain:
        return None
    word = ctx.pick(plain)
    at = ctx.integer(1, len(word) - 3)
    wrong = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return text.replace(word, wrong, 1) if wrong != word else None


_COMMON = frozenset(
    "please should could would their there which where think paint ordered price meeting table people never answered "
    "letter visit started booked password nobody since teacher prefer friend house green black white yellow brown "
    "leaves arrives library kitchen garden cellar office bathroom bedroom workshop station street school money water "
    "train ticket written repaired painted found opened today tomorrow morning evening without together between".split()
)


def rewrite(ctx: Ctx) -> Sample:
    """One or two small changes of wording."""
    sample = Sample("rewrite")
    forms: tuple[str, ...]
    for _ in range(ctx.integer(1, 3)):
        kind = ctx.integer(0, 11)
        if kind == 0:
            a, b = _same(ctx, *ctx.pick(_POLITE))
            forms = (
                "Make this polite: {t}",
                "Say this politely: {t}",
                "Rewrite this as a polite request: {t}",
                "Make it friendlier: {t}",
                "Put this more politely: {t}",
            )
        elif kind == 1:
            a, b = _same(ctx, *ctx.pick(_VOICE))
            if ctx.chance(0.4):
                a, b = b, a
                forms = (
                    "Rewrite in the active voice: {t}",
                    "Make this sentence active: {t}",
                    "Active voice, please: {t}",
                    "Turn this into the active voice: {t}",
                    "Change to active: {t}",
                )
            else:
                forms = (
                    "Rewrite in the passive voice: {t}",
                    "Make this sentence passive: {t}",
                    "Passive voice, please: {t}",
                    "Turn this into the passive voice: {t}",
                    "Change to passive: {t}",
                )
        elif kind == 2:
            now, past, future = _same(ctx, *ctx.pick(_TENSE))
            a, b, name = ctx.pick(
                (
                    (now, past, "past"),
                    (past, now, "present"),
                    (now, future, "future"),
                    (past, future, "future"),
                    (future, past, "past"),
                )
            )
            forms = tuple(
                f.replace("{x}", name)
                for f in (
                    "Put this into the {x} tense: {t}",
                    "Rewrite in the {x}: {t}",
                    "{x} tense: {t}",
                    "Change to the {x} tense: {t}",
                    "Write this in the {x} tense: {t}",
                )
            )
        elif kind == 3:
            a, b = _same(ctx, *ctx.pick(_NEGATE))
            forms = (
                "Make this negative: {t}",
                "Say the opposite with not: {t}",
                "Negate this sentence: {t}",
                "Turn this into a negative sentence: {t}",
                "Write the negative form: {t}",
            )
        elif kind == 4:
            a, b = _same(ctx, *ctx.pick(_QUESTION))
            forms = (
                "Make a question of this: {t}",
                "Turn this into a question: {t}",
                "Rewrite as a question: {t}",
                "Ask this as a yes-or-no question: {t}",
                "As a question: {t}",
            )
        elif kind == 5:
            a, b = _same(ctx, *ctx.pick(_MESSY))
            forms = (
                "Write this as a polite message:\n{t}",
                "Turn this note into a proper e-mail: {t}",
                "Make a polite e-mail of this: {t}",
                "Rewrite as a formal message: {t}",
                "Write a correct message from this note: {t}",
            )
        elif kind in (6, 7):
            a = capital(ctx.fill(ctx.pick(_PLAIN))) + "."
            upper = ctx.chance(0.5)
            b = a.upper() if upper else a.lower()
            forms = (
                ("Write this in capital letters: {t}", "In upper case: {t}", "Make everything upper case: {t}")
                if upper
                else ("Write this in small letters: {t}", "In lower case: {t}", "Make everything lower case: {t}")
            )
        elif kind == 8:
            b = capital(ctx.fill(ctx.pick(_PLAIN))) + "."
            wrong = _typo(ctx, b)
            if wrong is None:
                continue
            a = wrong
            forms = (
                "Correct the spelling: {t}",
                "Fix the mistake: {t}",
                "Find and correct the error: {t}",
                "Correct this sentence: {t}",
                "Write this without the mistake: {t}",
            )
        elif kind == 9:
            items = [ctx.fill(ctx.pick(("{first}", "{place}", "{food}", "{object}"))) for _ in range(ctx.integer(3, 7))]
            items = list(dict.fromkeys(items))
            b = "\n".join(f"- {i}" for i in items)
            a = ", ".join(items)
            forms = (
                "Write as a bulleted list: {t}",
                "Make a list with bullets: {t}",
                "Turn into bullet points: {t}",
                "As bullet points: {t}",
                "Bullet list of: {t}",
            )
        elif kind == 10:
            items = sorted({ctx.pick((ctx.first(), ctx.place(), ctx.surname())) for _ in range(ctx.integer(3, 7))})
            a, b = ", ".join(ctx.shuffled(items)), ", ".join(items)
            forms = (
                "Sort alphabetically: {t}",
                "Put in alphabetical order: {t}",
                "Sort these from A to Z: {t}",
                "Alphabetical order, please: {t}",
                "Order these names by the alphabet: {t}",
            )
        else:
            person, other, done = (
                ctx.first(),
                ctx.first(),
                ctx.pick(
                    (
                        "went to {place}",
                        "bought {int:2:30} {goods}",
                        "wrote to {firm}",
                        "fed the {animal}",
                        "closed the {room}",
                    )
                ),
            )
            second = ctx.pick(("called {person}", "lost the {object}", "paid {money}", "took the train at {time}"))
            one, two = ctx.fill(done), ctx.fill(second)
            if ctx.chance(0.5):
                a, b = f"{person} {one}. {other} {two}.", f"{person} {one} and {other} {two}."
                forms = (
                    "Join these sentences: {t}",
                    "Make one sentence of these: {t}",
                    "Combine into one sentence: {t}",
                    "Write as one sentence: {t}",
                    "Connect the two sentences: {t}",
                )
            else:
                b, a = f"{person} {one}. {other} {two}.", f"{person} {one} and {other} {two}."
                forms = (
                    "Split into two sentences: {t}",
                    "Make two sentences of this: {t}",
                    "Write as two short sentences: {t}",
                    "Divide this sentence into two: {t}",
                    "Break this up into two sentences: {t}",
                )
        sample.turn(capital(ctx.phrase(forms).replace("{t}", a)), b)
    return sample if sample.parts else rewrite(ctx)


_PLAIN = (
    "please send the {object} to {place}", "we should paint the {room} {colour}", "the meeting with {person} is today", "the price of the {object} is {money}",
    "nobody answered the letter from {firm}", "the train to {place} leaves at {time}", "our teacher found {a:animal} in the garden", "the {colour} {object} was found in the kitchen",
    "I would like to visit {place} together with {first}", "the water in the cellar is rising", "{person} has written to the library", "they ordered {int:2:80} {goods} without asking",
    "could you wait for {first} at the station", "{first} lost money between {place} and {place}",
)  # fmt: skip


class Splits:
    """Splitting the long sentences of an encyclopaedia at ", and it …", and joining them again."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def __call__(self, ctx: Ctx) -> Sample:
        while True:
            _, body = self._corpus.article()
            found = []
            for paragraph_text in body.split("\n"):
                for text in split_sentences(paragraph_text):
                    m = re.match(
                        r"([A-Z][^,;()\"]{25,140}), (?:and|but) (he|she|it|they|the) ([^;()\"]{20,140}\.)$", text
                    )
                    if m:
                        found.append((text, f"{m[1]}. {capital(m[2])} {m[3]}"))
            if found:
                text, two = ctx.pick(found)
                sample = Sample("splits")
                forms = (
                    "Split this into two sentences: {t}",
                    "Write this as two shorter sentences: {t}",
                    "Make this easier to read: {t}",
                    "Rewrite in two sentences: {t}",
                    "Divide this long sentence: {t}",
                )
                sample.turn(ctx.phrase(forms).replace("{t}", text), two)
                return sample


def shorten(ctx: Ctx) -> Sample:
    """A document as a title, as notes, or as the two facts that matter."""
    paper = write(ctx, None, 0.8)
    body = paper.text.split("\n\n", 1)[-1]
    sample = Sample("shorten")
    kind = ctx.integer(0, 2)
    if kind == 0 and body != paper.text:
        sample.document(body)
        sample.turn(
            ctx.phrase(
                (
                    "Which kind of text is this?",
                    "What kind of document is this?",
                    "What is this: a letter, a report, a recipe or something else?",
                    "Name the kind of text.",
                    "What sort of text is it?",
                )
            ),
            capital(_KINDS[paper.genre]) + ".",
        )
        return sample
    told = ctx.some(paper.told, min(3, len(paper.told)))
    told.sort(key=lambda t: paper.text.index(t.text))
    if not told:
        return shorten(ctx)
    sample.document(paper.text)
    topics = [t.questions[0] for t in told]
    sample.turn(
        f"{ctx.phrase(('Answer each question on a line of its own.', 'Answer these questions, one line each.', 'Give one short answer a line.'))}\n"
        + "\n".join(f"{i + 1}. {q}" for i, q in enumerate(topics)),
        "\n".join(f"{i + 1}. {t.answer}" for i, t in enumerate(told)),
    )
    return sample


_KINDS = {
    "minutes": "minutes of a meeting", "letter": "a letter", "log": "a log", "notice": "a notice", "recipe": "a recipe",
    "incident": "a report about a failure", "mail": "an e-mail", "report": "an annual report", "manual": "instructions for a device",
    "story": "a story", "ad": "an advertisement for a house", "travel": "a travel plan",
}  # fmt: skip
