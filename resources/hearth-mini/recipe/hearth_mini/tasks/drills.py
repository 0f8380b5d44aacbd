"""Copy and retrieval drills: short contexts full of random values, answers that can only be copied."""

from __future__ import annotations

from . import words
from .ask import Reading
from .names import Ctx, article, capital
from .sample import Sample

_THINGS = (
    "person", "place", "code", "year", "phone", "money", "date", "time", "firm", "model", "word", "colour", "object",
    "food", "title", "email", "int:2:9000", "day", "ship", "surname",
)  # fmt: skip
_KEY_MAKERS = (
    "first",
    "surname",
    "place",
    "code",
    "object",
    "word",
    "room",
    "weekday",
    "animal",
    "person",
    "firm",
    "Word",
    "month",
)
_KEY_WORDS = {
    "first": "person", "surname": "name", "place": "place", "code": "code", "object": "thing", "word": "word",
    "room": "room", "weekday": "day", "animal": "animal", "person": "person", "firm": "company", "Word": "name",
    "month": "month",
}  # fmt: skip
_VALUE_WORDS = {
    "person": "person", "place": "place", "code": "code", "year": "year", "phone": "phone number", "money": "price",
    "date": "date", "time": "time", "firm": "company", "model": "model", "word": "word", "colour": "colour",
    "object": "object", "food": "food", "title": "title", "email": "address", "int:2:9000": "number", "day": "date",
    "ship": "ship", "surname": "name",
}  # fmt: skip


def _distinct(ctx: Ctx, maker: str, count: int, taken: set[str] | None = None) -> list[str]:
    """Up to `count` different values."""
    seen: set[str] = set() if taken is None else taken
    out: list[str] = []
    for _ in range(count * 12):
        value = ctx.fill("{" + maker + "}")
        if value not in seen:
            seen.add(value)
            out.append(value)
        if len(out) == count:
            break
    return out


def key_list(ctx: Ctx) -> Sample:
    """A list of pairs; look up by key, by value, by place."""
    key_maker, value_maker = ctx.pick(_KEY_MAKERS), ctx.pick(_THINGS)
    taken: set[str] = set()
    keys = _distinct(ctx, key_maker, ctx.integer(3, 18), taken)
    values = _distinct(ctx, value_maker, len(keys), taken)
    keys = keys[: len(values)]
    sep = ctx.pick((": ", " = ", " -> ", " - ", " : ", ", ", "\t", " is ", " | "))
    numbered = ctx.chance(0.2)
    lines = [
        f"{f'{i + 1}. ' if numbered else ''}{k}{sep}{v}" for i, (k, v) in enumerate(zip(keys, values, strict=True))
    ]
    joiner = "\n" if ctx.chance(0.7) or sep == ", " else "; "
    reading = Reading(ctx, "key_list", [joiner.join(lines)], 0.1)
    kind, key_kind = _VALUE_WORDS[value_maker], _KEY_WORDS[key_maker]
    forms: tuple[str, ...]
    for _ in range(ctx.integer(2, 6)):
        i = ctx.integer(0, len(keys) - 1)
        roll = ctx.rng.random()
        if roll < 0.6:
            forms = (
                "What is the {w} of {k}?",
                "{k}?",
                "Which {w} belongs to {k}?",
                "Look up {k}.",
                "Find the {w} for {k}.",
                "What stands next to {k}?",
                "{k}: which {w}?",
                "Give the {w} of {k}.",
                "And {k}?",
                "I need the {w} for {k}.",
                "Which {w} is listed for {k}?",
            )
            reading.turn(ctx.phrase(forms).format(k=keys[i], w=kind), values[i])
        elif roll < 0.85:
            forms = (
                "Which {k} has {v}?",
                "To which {k} does {v} belong?",
                "Who or what has {v}?",
                "Next to which {k} stands {v}?",
                "{v} belongs to which {k}?",
                "Find the {k} with {v}.",
            )
            reading.turn(ctx.phrase(forms).format(k=key_kind, v=values[i]), keys[i])
        elif roll < 0.90 and i + 1 < len(keys):
            reading.turn(
                ctx.phrase(
                    (
                        "Which entry comes after {k}?",
                        "What comes next after {k} in the list?",
                        "Who or what follows {k}?",
                    )
                ).format(k=keys[i]),
                keys[i + 1],
            )
        elif roll < 0.94:
            picks = ctx.some(range(len(keys)), 2)
            reading.turn(
                f"Give the {kind} of {keys[picks[0]]}" + (f" and of {keys[picks[1]]}." if len(picks) > 1 else "."),
                " and ".join(values[p] for p in picks),
            )
        elif roll < 0.97:
            reading.turn(
                ctx.phrase(("How many entries are there?", "How many lines does the list have?", "Count the entries.")),
                str(len(keys)),
            )
        else:
            reading.turn(
                ctx.phrase(("What is the last entry?", "Copy the last entry."))
                if (last := ctx.chance(0.5))
                else "Copy the first entry.",
                f"{keys[-1 if last else 0]}{sep.strip() if sep == ': ' else ''} {values[-1 if last else 0]}"
                if sep in (": ", " ")
                else f"{keys[-1 if last else 0]}{sep}{values[-1 if last else 0]}",
            )
    return reading.sample


_SAYINGS = (
    ("{k} lives in {v}", "place", "Where does {k} live?", "Who lives in {v}?"),
    ("{k} works for {v}", "firm", "For whom does {k} work?", "Who works for {v}?"),
    ("{k} has the {v} {x}", "colour", "Which colour is {k}'s {x}?", "Who has the {v} {x}?"),
    ("the code of {k} is {v}", "code", "What is the code of {k}?", "Whose code is {v}?"),
    ("{k} was born in {v}", "year", "When was {k} born?", "Who was born in {v}?"),
    ("{k} arrives at {v}", "time", "When does {k} arrive?", "Who arrives at {v}?"),
    ("{k} owes {v}", "money", "How much does {k} owe?", "Who owes {v}?"),
    ("{k} plays the {v}", "instrument", "Which instrument does {k} play?", "Who plays the {v}?"),
    ("{k} likes {v}", "food", "What does {k} like?", "Who likes {v}?"),
    ("{k} left the keys in the {v}", "room", "Where did {k} leave the keys?", "Who left the keys in the {v}?"),
    ("{k} bought {int:2:90} {v}", "goods", "What did {k} buy?", "Who bought {v}?"),
    ("{k} is married to {v}", "person", "To whom is {k} married?", "Who is married to {v}?"),
    ("{k} comes from {v}", "country", "Where does {k} come from?", "Who comes from {v}?"),
    ("{k} works as {av}", "job", "What is the job of {k}?", "Who works as {av}?"),
    ("{k} has a pet {v}", "animal", "Which pet does {k} have?", "Who has a pet {v}?"),
    ("{k} has lost the {v}", "object", "What has {k} lost?", "Who has lost the {v}?"),
    ("{k} sails on the {v}", "ship", "On which ship does {k} sail?", "Who sails on the {v}?"),
    ("{k} studies {v}", "science", "What does {k} study?", "Who studies {v}?"),
    ("{k} can be called at {v}", "phone", "At which number can {k} be called?", "Who can be called at {v}?"),
    ("{k} drives {av}", "model", "What does {k} drive?", "Who drives {av}?"),
    ("{k} is reading \"{v}\"", "title", "What is {k} reading?", "Who is reading \"{v}\"?"),
    ("{k} will be back on {v}", "day", "When will {k} be back?", "Who will be back on {v}?"),
    ("{k} supports {v}", "Word", "Whom or what does {k} support?", "Who supports {v}?"),
    ("{k} has {v} points", "int:2:900", "How many points does {k} have?", "Who has {v} points?"),
)  # fmt: skip


def statements(ctx: Ctx) -> Sample:
    """Random statements about many people in random order; ask in both directions."""
    people = _distinct(ctx, ctx.pick(("first", "person", "first", "surname")), ctx.integer(3, 8))
    patterns = ctx.some(_SAYINGS, ctx.integer(1, 3))
    taken = set(people)
    facts: list[tuple[str, str, str, str]] = []
    for says, maker, ask, back in patterns:
        values = _distinct(ctx, maker, len(people), taken)
        for person, value in zip(people, values, strict=False):
            given = {"k": person, "v": value, "av": article(value), "x": "bicycle"}
            facts.append(
                (
                    capital(ctx.fill(says, given)) + ".",
                    ctx.fill(ask, given),
                    value,
                    ctx.fill(back, given) + "\n" + person,
                )
            )
    shuffled = ctx.shuffled(facts) if ctx.chance(0.7) else facts
    reading = Reading(ctx, "statements", [" ".join(f[0] for f in shuffled)], 0.1)
    for says, ask, value, back in ctx.some(facts, ctx.integer(2, 6)):
        question, person = back.split("\n")
        roll = ctx.rng.random()
        if roll < 0.55:
            reading.turn(ask, value)
        elif roll < 0.85:
            reading.turn(question, person)
        elif roll < 0.93:
            reading.turn(f"{ask} Answer in a full sentence.", says)
        else:
            reading.turn(
                f"What does the {reading.noun} say about {person}?",
                " ".join(f[0] for f in shuffled if f[3].endswith("\n" + person)),
            )
    return reading.sample


_LINES = (
    "I think we should paint the {room} {colour}", "my train leaves at {time}", "the code for the door is {code}",
    "I have ordered {int:2:90} {goods}", "we met {person} in {place}", "the price has gone up to {money}",
    "I am reading {title}", "the meeting is on {weekday}", "my cousin lives in {place}", "I lost my {object} in the {room}",
    "it was {cause}, I am sure", "{firm} never answered my letter", "I would like to visit {country}",
    "please call me at {phone}", "the {animal} ate all the {food}", "I started as {a:job} in {year:1990:2023}",
    "we can meet at {time} in the {room}", "I have booked a table for {int:2:12} people", "my flight is {code}",
    "the password is {code}", "nobody has seen the {object} since {weekday}", "my teacher was {person}",
    "the new boss is {person}", "I prefer {food} to {food}", "the {colour} {object} is mine",
)  # fmt: skip


_VERBS = ("said", "replied", "added", "answered")


def dialogues(ctx: Ctx) -> Sample:
    """Who said what in a short talk of several people."""
    people = _distinct(ctx, "first", ctx.integer(2, 5))
    templates = ctx.some(_LINES, ctx.integer(3, 9))
    spoken = [(ctx.pick(people), ctx.fill(t)) for t in templates]
    style = ctx.integer(0, 2)
    if style == 0:
        lines = [f"{p}: {capital(t)}." for p, t in spoken]
    elif style == 1:
        lines = [f'"{capital(t)}," {ctx.pick(_VERBS)} {p}.' for p, t in spoken]
    else:
        lines = [f"[{ctx.integer(8, 19):02d}:{ctx.integer(0, 59):02d}] {p}: {t}" for p, t in spoken]
    reading = Reading(ctx, "dialogues", ["\n".join(lines)], 0.1)
    said = [(p, t) for p, t in spoken if sum(q == p for q, _ in spoken) == 1]
    for _ in range(ctx.integer(1, 4)):
        person, text = ctx.pick(spoken)
        roll = ctx.rng.random()
        if roll < 0.5 or not said:
            forms = (
                'Who said "{t}"?',
                'Who spoke the words "{t}"?',
                'Whose words are these: "{t}"?',
                'Which person said "{t}"?',
                'By whom was this said: "{t}"?',
            )
            reading.turn(ctx.phrase(forms).format(t=text), person)
        elif roll < 0.85:
            person, text = ctx.pick(said)
            forms = (
                "What did {p} say?",
                "Quote {p}.",
                "What were the words of {p}?",
                "Repeat what {p} said.",
                "What does {p} tell the others?",
            )
            reading.turn(ctx.phrase(forms).format(p=person), f'"{capital(text)}"')
        elif roll < 0.93:
            reading.turn(ctx.pick(("Who spoke first?", "Who speaks first?")), spoken[0][0])
        else:
            reading.turn(ctx.pick(("Who spoke last?", "Who has the last word?")), spoken[-1][0])
    return reading.sample


def _random_text(ctx: Ctx) -> str:
    return " ".join(capital(ctx.fill(ctx.pick(_LINES))) + "." for _ in range(ctx.integer(1, 4)))


def repeat(ctx: Ctx) -> Sample:
    """Copying text exactly: whole, a line, a part between marks, with one word changed."""
    sample = Sample("repeat")
    for _ in range(ctx.integer(1, 2)):
        roll = ctx.integer(0, 7)
        text = _random_text(ctx)
        if roll == 0:
            forms = (
                "Repeat exactly: {t}",
                "Copy this text: {t}",
                "Say this again, word for word: {t}",
                "Write out the following text unchanged:\n{t}",
                "Repeat after me: {t}",
                "Copy without changes:\n{t}",
            )
            sample.turn(ctx.phrase(forms).format(t=text), text)
        elif roll in (1, 2):
            items = _distinct(ctx, ctx.pick(_THINGS), ctx.integer(3, 10))
            index = ctx.integer(1, len(items))
            name = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")[
                index - 1
            ]
            listing = "\n".join(items) if ctx.chance(0.6) else ", ".join(items)
            if roll == 1:
                sample.turn(
                    f"{listing}\n\n{ctx.phrase(('What is the {n} item?', 'Copy the {n} entry.', 'Give the {n} one.', 'Which is the {n} item in this list?', 'Repeat the {n} item only.')).format(n=name)}",
                    items[index - 1],
                )
            else:
                before = ctx.chance(0.5) and index > 1
                other = items[index - 2] if before else items[index] if index < len(items) else None
                if other is None:
                    sample.turn(f"{listing}\n\nWhat is the last item?", items[-1])
                else:
                    sample.turn(f"{listing}\n\nWhat comes {'before' if before else 'after'} {items[index - 1]}?", other)
        elif roll == 3:
            value = ctx.fill("{" + ctx.pick(_THINGS) + "}")
            left, right = ctx.pick((("[", "]"), ("<", ">"), ("(", ")"), ("*", "*"), ("{", "}"), ('"', '"')))
            filler = ctx.fill(ctx.pick(_LINES)).replace(left, "").replace(right, "")
            other = ctx.fill(ctx.pick(_LINES)).replace(left, "").replace(right, "")
            kind = {
                "[": "square brackets",
                "<": "angle brackets",
                "(": "brackets",
                "*": "stars",
                "{": "braces",
                '"': "quotation marks",
            }[left]
            sample.turn(
                f"{capital(filler)} {left}{value}{right} {other}.\n\n{ctx.phrase(('What stands in {k}?', 'Copy what is between {k}.', 'Give only the text in {k}.', 'Extract the part in {k}.', 'Which words are in {k}?')).format(k=kind)}",
                value,
            )
        elif roll == 4:
            old, new = ctx.pick(words.COLOURS), ctx.fill("{Word}")
            sentence = ctx.fill(
                "The {room} of {person} in {place} has {a:<>} door.".replace("{a:<>}", "a " + old)
                if old[0] not in "aeiou"
                else "The door of {person} in {place} is " + old + "."
            )
            sample.turn(
                ctx.phrase(
                    (
                        'Replace "{o}" with "{n}": {s}',
                        'Change "{o}" to "{n}" in this sentence: {s}',
                        '{s}\n\nWrite it again with "{n}" instead of "{o}".',
                        'Write this sentence with "{n}" in place of "{o}": {s}',
                        'Swap "{o}" for "{n}": {s}',
                    )
                ).format(o=old, n=new, s=sentence),
                sentence.replace(old, new),
            )
        elif roll == 5:
            codes = _distinct(ctx, "code", ctx.integer(2, 6))
            sample.turn(
                ctx.phrase(
                    (
                        "Repeat these codes: {c}",
                        "Copy the codes, one on each line: {c}",
                        "List these again, one a line: {c}",
                    )
                ).format(c=", ".join(codes)),
                "\n".join(codes),
            )
        elif roll == 6:
            text = "\n".join(capital(ctx.fill(t)) + "." for t in ctx.some(_LINES, ctx.integer(3, 7)))
            lines = text.split("\n")
            number = ctx.integer(1, len(lines))
            sample.turn(
                f"{text}\n\n{ctx.phrase(('Copy line {n}.', 'What does line {n} say?', 'Give line {n}.', 'Repeat line number {n}.', 'Which sentence is on line {n}?')).format(n=number)}",
                lines[number - 1],
            )
        else:
            word = ctx.fill(ctx.pick(("{Word}", "{surname}", "{place}", "{object}")))
            sample.turn(
                ctx.phrase(
                    (
                        "Spell {w}.",
                        "Spell the word {w}, with hyphens.",
                        "How is {w} spelled?",
                        "Give the letters of {w}.",
                        "Write {w} letter by letter.",
                    )
                ).format(w=word),
                "-".join(word.replace(" ", "").upper()),
            )
    return sample


_CARRY = (
    (
        "{p} put the {o} in the {r}.",
        "{p} moved the {o} to the {r}.",
        "{p} carried the {o} to the {r}.",
        "{p} took the {o} into the {r}.",
    ),
)


def tracking(ctx: Ctx) -> Sample:
    """Where a thing is after it was moved: the last statement counts."""
    people = _distinct(ctx, "first", ctx.integer(2, 4))
    things = ctx.some(words.OBJECTS, ctx.integer(2, 4))
    rooms = ctx.some(words.ROOMS, ctx.integer(4, 7))
    place: dict[str, str] = {}
    mover: dict[str, str] = {}
    before: dict[str, str] = {}
    lines = []
    for index in range(ctx.integer(4, 9)):
        thing = things[index] if index < len(things) else ctx.pick(things)
        room = ctx.pick([r for r in rooms if r != place.get(thing)])
        person = ctx.pick(people)
        if thing in place:
            before[thing] = place[thing]
        place[thing], mover[thing] = room, person
        forms = _CARRY[0][:1] if thing not in before else _CARRY[0][1:]
        lines.append(ctx.pick(forms).format(p=person, o=thing, r=room))
        if ctx.chance(0.2):
            lines.append(
                f"{ctx.pick(people)} {ctx.pick(('went for a walk', 'made some tea', 'read the newspaper', 'opened a window', 'fed the cat', 'answered the telephone'))}."
            )
    reading = Reading(ctx, "tracking", [" ".join(lines)], 0.1)
    for _ in range(ctx.integer(1, 3)):
        thing = ctx.pick(list(place))
        roll = ctx.rng.random()
        if roll < 0.5:
            reading.turn(
                ctx.phrase(
                    (
                        "Where is the {o} now?",
                        "Where is the {o}?",
                        "In which room is the {o} at the end?",
                        "Where can I find the {o}?",
                        "Where did the {o} end up?",
                    )
                ).format(o=thing),
                f"in the {place[thing]}",
            )
        elif roll < 0.75:
            reading.turn(f"Who moved the {thing} last?", mover[thing])
        elif thing in before:
            reading.turn(f"Where was the {thing} before the {place[thing]}?", f"in the {before[thing]}")
        else:
            reading.turn(f"Who put the {thing} in the {place[thing]}?", mover[thing])
    return reading.sample
