"""Families that read invented passages: plain questions, twins, two-step questions, missing answers, quotes."""

from __future__ import annotations

import re

from . import schema
from .ask import Reading, bare, missing, quote, quoted, sentence
from .facts import (
    Entity,
    Fact,
    draw_value,
    interleaved,
    key_values,
    make_entity,
    paragraph,
    same_attributes,
    table,
)
from .names import Ctx, capital
from .sample import Sample

_LINKS = {
    "{person}": ("scientist", "artist", "politician", "player", "employee"),
    "{place}": ("village", "town"),
    "{firm}": ("company",),
}
_LINK_LABELS = {
    "mayor", "founder", "director", "head teacher", "chief executive", "designer", "leader", "composer", "singer",
    "drummer", "coach", "record scorer", "architect", "inventor", "owner", "manager", "organiser", "author", "captain",
    "husband or wife", "friend", "successor", "discoverer", "star", "first climber", "twin town", "birthplace",
    "home town", "main village", "publisher", "record label", "carrier",
}  # fmt: skip
_BY_NAME = {kind.name: kind for kind in schema.KINDS}


def split_sentences(text: str) -> list[str]:
    """The sentences of a plain text. Initials and common abbreviations do not end one."""
    parts = re.split(r"(?<=[.!?])[\"')]?\s+(?=[\"'(A-Z0-9])", text)
    out: list[str] = []
    for part in parts:
        if out and re.search(
            r"(?:(?<!War )\b[A-Z]|\b(?:Dr|Mr|Mrs|Ms|St|No|vs|Jr|Sr|Prof|Gen|Col|Capt|Lt|Rev|approx|ca|c|a\.m|p\.m|etc|e\.g|i\.e|U\.S|Co|Inc|Ltd|Mt|Ft|Vol|vol|pp|p|ed|al))\.$",
            out[-1],
        ):
            out[-1] += " " + part
        else:
            out.append(part)
    return [part.strip() for part in out if part.strip()]


def world(ctx: Ctx, entities: int, facts: tuple[int, int] = (3, 7), one_kind: bool = False) -> list[Entity]:
    """Some things with all names and values different."""
    taken: set[str] = set()
    kind = ctx.pick(schema.KINDS)
    out: list[Entity] = []
    while len(out) < entities:
        out.append(make_entity(ctx, kind if one_kind else None, ctx.integer(*facts), taken))
    return out


def render(ctx: Ctx, entities: list[Entity]) -> list[str]:
    """The texts that tell of the things: one a thing, or all in one."""
    if len(entities) == 1:
        return [key_values(entities[0], ctx) if ctx.chance(0.08) else paragraph(entities[0], ctx)]
    kinds = [e.kind.name for e in entities]
    by_name = len(set(kinds)) < len(kinds)
    if ctx.chance(0.2):
        return [interleaved(entities, ctx)]
    paragraphs = [paragraph(e, ctx, by_name and ctx.chance(0.5)) for e in entities]
    return paragraphs if ctx.chance(0.5) else ["\n\n".join(paragraphs)]


def source_sentence(texts: list[str], value: str) -> str | None:
    """The only sentence that holds the value, or None."""
    found = [s for t in texts for p in t.split("\n") for s in split_sentences(p) if value in s]
    return found[0] if len(found) == 1 else None


def fact_turn(ctx: Ctx, reading: Reading, entity: Entity, fact: Fact, texts: list[str], pool: list[Entity]) -> None:
    """One question about a fact, answered in a form that its wording asks for."""
    noun = reading.noun
    roll = ctx.rng.random()
    if roll < 0.10 and sum(t.count(fact.value) for t in texts) == 1:
        question = entity.reverse(fact, ctx)
        if question is not None:
            reading.turn(bare(ctx, question, noun), entity.name)
            return
    question = entity.ask(fact, ctx)
    if roll < 0.76:
        reading.turn(bare(ctx, question, noun), fact.value)
    elif roll < 0.88:
        reading.turn(sentence(ctx, question, noun), entity.full(fact, ctx))
    elif roll < 0.95:
        found = source_sentence(texts, fact.value)
        if found is None:
            reading.turn(bare(ctx, question, noun), fact.value)
        else:
            reading.turn(quote(ctx, question, noun), quoted(found, noun))
    else:
        wrong = [f for e in pool for f in e.facts if f.attr.key == fact.attr.key and f.value != fact.value]
        claim = entity.full(fact, ctx)
        if ctx.chance(0.5) or not wrong and "{" not in fact.attr.value:
            reading.turn(
                f"{ctx.phrase(('Is this true according to the', 'Does this agree with the', 'Is this correct, going by the'))} {noun}? {claim}",
                f"Yes. {claim}",
            )
        else:
            other = ctx.pick(wrong).value if wrong else _other_value(ctx, entity, fact)
            false = entity.say(fact.attr.says[0], Fact(fact.attr, other), ctx, True)
            reading.turn(
                f"{ctx.phrase(('Is this true according to the', 'Does this agree with the', 'Is this correct, going by the'))} {noun}? {false}",
                f"No. {claim}",
            )


def _other_value(ctx: Ctx, entity: Entity, fact: Fact) -> str:
    while True:
        value = draw_value(fact.attr, entity.kind, ctx)
        if value != fact.value:
            return value


def passage_qa(ctx: Ctx) -> Sample:
    """Questions about one to four things; every second sample has several questions on the same text."""
    entities = world(ctx, ctx.weighted(((1, 0.42), (2, 0.3), (3, 0.18), (4, 0.1))), one_kind=ctx.chance(0.3))
    texts = render(ctx, entities)
    reading = Reading(ctx, "passage_qa", texts)
    facts = [(e, f) for e in entities for f in e.facts]
    count = ctx.weighted(((1, 0.25), (2, 0.2), (3, 0.25), (4, 0.15), (5, 0.1), (6, 0.05)))
    for entity, fact in ctx.some(facts, count):
        if ctx.chance(0.08):
            absent_turn(ctx, reading, entity)
        else:
            fact_turn(ctx, reading, entity, fact, texts, entities)
    return reading.sample


def absent_turn(ctx: Ctx, reading: Reading, entity: Entity, strict: bool = False) -> None:
    """A question about something that the text leaves open."""
    told = {f.attr.key for f in entity.facts}
    left = [a for a in entity.kind.attrs if a.key not in told]
    if left and ctx.chance(0.65):
        question = entity.ask(Fact(ctx.pick(left), ""), ctx)
    else:
        stranger = make_entity(ctx, entity.kind, 1)
        question = stranger.ask(stranger.facts[0], ctx)
    answer = missing(reading.noun)
    if not strict and ctx.chance(0.2) and entity.facts:
        fact = ctx.pick(entity.facts)
        text = entity.full(fact, ctx)
        reading.turn(sentence(ctx, question, reading.noun), f"{answer} It does say this: {text}")
        return
    reading.turn(bare(ctx, question, reading.noun), answer)


def unanswerable(ctx: Ctx) -> Sample:
    """Questions that the text leaves open, mixed with questions that it answers."""
    entities = world(ctx, ctx.weighted(((1, 0.6), (2, 0.3), (3, 0.1))), (2, 5))
    texts = render(ctx, entities)
    reading = Reading(ctx, "unanswerable", texts)
    for index in range(ctx.integer(1, 4)):
        entity = ctx.pick(entities)
        if index == 0 or ctx.chance(0.5):
            absent_turn(ctx, reading, entity)
        else:
            fact_turn(ctx, reading, entity, ctx.pick(entity.facts), texts, entities)
    return reading.sample


def twin_texts(ctx: Ctx) -> tuple[Entity, Fact, str, list[str], list[str]] | None:
    """A text and its twin, which differs in the value of one fact only."""
    entities = world(ctx, ctx.weighted(((1, 0.5), (2, 0.3), (3, 0.2))), one_kind=ctx.chance(0.5))
    entity = ctx.pick(entities)
    fact = ctx.pick(entity.facts)
    texts = ["\n\n".join(render(ctx, entities))]
    other = _other_value(ctx, entity, fact)
    if texts[0].count(fact.value) != 1 or other in texts[0] or any("{av}" in t for t in fact.attr.says):
        return None
    return entity, fact, other, texts, [texts[0].replace(fact.value, other)]


def twins(ctx: Ctx) -> list[Sample]:
    """Two samples alike but for one fact, with the same question."""
    while True:
        made = twin_texts(ctx)
        if made is not None:
            break
    entity, fact, other, first, second = made
    question = entity.ask(fact, ctx)
    state = ctx.rng.getstate()
    out = []
    for texts, value in ((first, fact.value), (second, other)):
        ctx.rng.setstate(state)
        reading = Reading(ctx, "twins", texts)
        reading.turn(bare(ctx, question, reading.noun), value)
        out.append(reading.sample)
    return out


def linked(ctx: Ctx) -> tuple[list[Entity], Entity, Fact, Entity] | None:
    """Things of which one is named in a fact of another."""
    kind = ctx.pick(schema.KINDS)
    attrs = [a for a in kind.attrs if a.value in _LINKS and a.label in _LINK_LABELS]
    if not attrs:
        return None
    attr = ctx.pick(attrs)
    taken: set[str] = set()
    target = make_entity(ctx, _BY_NAME[ctx.pick(_LINKS[attr.value])], ctx.integer(3, 5), taken)
    holder = make_entity(ctx, kind, ctx.integer(2, 5), taken)
    holder.facts = [f for f in holder.facts if f.attr.key != attr.key] + [Fact(attr, target.name)]
    others = [
        make_entity(ctx, ctx.pick((kind, target.kind)), ctx.integer(2, 4), taken) for _ in range(ctx.integer(0, 2))
    ]
    return [holder, target, *others], holder, holder.facts[-1], target


def two_step_question(ctx: Ctx, holder: Entity, link: Fact, target: Entity, fact: Fact) -> str:
    label = {"husband or wife": "spouse"}.get(link.attr.label, link.attr.label)
    return target.ask(fact, ctx, f"the {label} of {holder.ref()}")


def multi_hop(ctx: Ctx) -> Sample:
    """Questions that need two facts: the coach of the club, and where that person was born."""
    while True:
        made = linked(ctx)
        if made is not None:
            break
    entities, holder, link, target = made
    texts = [paragraph(e, ctx, True) for e in ctx.shuffled(entities)]
    if ctx.chance(0.6):
        texts = ["\n\n".join(texts)]
    reading = Reading(ctx, "multi_hop", texts)
    for fact in ctx.some(target.facts, ctx.integer(1, 3)):
        question = two_step_question(ctx, holder, link, target, fact)
        if ctx.chance(0.2):
            reading.turn(
                question + ctx.phrase((" Explain the steps.", " Show how you found it.", " Explain.")),
                f"{holder.full(link, ctx)} {target.full(fact, ctx)} So the answer is {fact.value}.",
            )
        else:
            reading.turn(bare(ctx, question, reading.noun), fact.value)
    if ctx.chance(0.3):
        fact_turn(ctx, reading, holder, ctx.pick(holder.facts), texts, entities)
    return reading.sample


def tables(ctx: Ctx) -> Sample:
    """Look-ups in tables, by row and by value."""
    entities = same_attributes(ctx, ctx.pick(schema.KINDS), ctx.integer(3, 9), ctx.integer(2, 5))
    text = table(entities, ctx)
    reading = Reading(ctx, "tables", [text])
    for _ in range(ctx.integer(2, 5)):
        entity = ctx.pick(entities)
        fact = ctx.pick(entity.facts)
        roll = ctx.rng.random()
        label = fact.attr.label
        if roll < 0.45:
            reading.turn(entity.ask(fact, ctx), fact.value)
        elif roll < 0.65:
            forms = (
                "{n}: {l}?",
                "What does the table give as the {l} of {n}?",
                "Look up the {l} for {n}.",
                "{l} of {n}?",
                "Table row {n}, column {l}: what does it say?",
            )
            reading.turn(ctx.phrase(forms).format(n=entity.name, l=label), fact.value)
        elif roll < 0.85:
            forms = (
                "Which {k} has {v} as the {l}?",
                "In which row is the {l} {v}?",
                "Whose {l} is {v}?",
                "Which name stands next to {v}?",
                "To which {k} does {v} belong?",
            )
            reading.turn(ctx.phrase(forms).format(k=entity.kind.name, v=fact.value, l=label), entity.name)
        elif roll < 0.93:
            row = "; ".join(f"{f.attr.label}: {f.value}" for f in entity.facts)
            reading.turn(
                ctx.phrase(
                    ("Give the whole row for {n}.", "What does the table say about {n}?", "Show everything about {n}.")
                ).format(n=entity.name),
                f"{entity.name} - {row}",
            )
        else:
            column = ", ".join(next(f.value for f in e.facts if f.attr.key == fact.attr.key) for e in entities)
            reading.turn(
                ctx.phrase(
                    ("List the column {l}.", "Give all values of {l}, in order.", "Copy the {l} column.")
                ).format(l=label),
                column,
            )
    return reading.sample


def records(ctx: Ctx) -> Sample:
    """Key-value records of one or more things."""
    entities = same_attributes(ctx, ctx.pick(schema.KINDS), ctx.integer(1, 4), ctx.integer(3, 6))
    state = ctx.rng.getstate()
    texts = []
    for entity in entities:
        ctx.rng.setstate(state)
        texts.append(key_values(entity, ctx))
    reading = Reading(ctx, "records", texts if ctx.chance(0.4) else ["\n\n".join(texts)])
    for _ in range(ctx.integer(2, 5)):
        entity = ctx.pick(entities)
        fact = ctx.pick(entity.facts)
        roll = ctx.rng.random()
        if roll < 0.6:
            reading.turn(entity.ask(fact, ctx), fact.value)
        elif roll < 0.8:
            reading.turn(sentence(ctx, entity.ask(fact, ctx), reading.noun), entity.full(fact, ctx))
        elif roll < 0.9:
            facts = ctx.some(entity.facts, 2)
            labels = " and the ".join(f.attr.label for f in facts)
            reading.turn(
                f"Give the {labels} of {entity.ref()}.", "\n".join(f"{capital(f.attr.label)}: {f.value}" for f in facts)
            )
        else:
            reading.turn(
                f"Write {ctx.phrase(('a short text', 'two sentences', 'a short description'))} about {entity.ref()} from this.",
                " ".join(entity.full(f, ctx) for f in entity.facts[:2]),
            )
    return reading.sample


def quotes(ctx: Ctx) -> Sample:
    """Copying whole sentences: first, last, the one that mentions a value, the one after it."""
    entities = world(ctx, ctx.integer(1, 3))
    texts = ["\n\n".join(paragraph(e, ctx) for e in entities)]
    sentences = [s for p in texts[0].split("\n\n") for s in split_sentences(p)]
    reading = Reading(ctx, "quotes", texts)
    noun = reading.noun
    for _ in range(ctx.integer(1, 4)):
        entity = ctx.pick(entities)
        fact = ctx.pick(entity.facts)
        found = source_sentence(texts, fact.value)
        roll = ctx.rng.random()
        if found is not None and found in sentences and roll < 0.55:
            forms = (
                "Quote the sentence that mentions {v}.",
                "Which sentence contains {v}?",
                "Copy the sentence with {v} in it.",
                "Find the sentence about {v}.",
                "Where does the {d} mention {v}? Quote it.",
            )
            reading.turn(ctx.phrase(forms).format(v=fact.value, d=noun), quoted(found, noun))
        elif found is not None and found in sentences and roll < 0.75 and found != sentences[-1]:
            follow = sentences[sentences.index(found) + 1]
            start = " ".join(found.split()[:4])
            reading.turn(
                ctx.phrase(
                    (
                        'Which sentence comes after the one that begins "{v}"?',
                        'What comes right after "{v}…"?',
                        'Copy the sentence that follows "{v} …".',
                    )
                ).format(v=start),
                follow,
            )
        elif roll < 0.85:
            reading.turn(
                ctx.phrase(
                    ("Quote the first sentence.", "Copy the first sentence of the {d}.", "How does the {d} begin?")
                ).format(d=noun),
                quoted(sentences[0], noun),
            )
        elif roll < 0.93:
            reading.turn(
                ctx.phrase(
                    ("Quote the last sentence.", "Copy the last sentence of the {d}.", "How does the {d} end?")
                ).format(d=noun),
                quoted(sentences[-1], noun),
            )
        else:
            words = " ".join(sentences[0].split()[: ctx.integer(3, 5)])
            reading.turn(f'Complete the sentence from the {noun}: "{words} …"', sentences[0])
    return reading.sample
