"""Invented things with facts, the passages that tell them and the questions about them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import schema
from .names import Ctx, article, capital, held_out
from .schema import Attr, Kind

_PERSON_KINDS = {"scientist", "artist", "politician", "player", "employee"}
_PRONOUNS = {"it": ("it", "its"), "she": ("she", "her"), "he": ("he", "his"), "they": ("they", "their")}


@dataclass
class Fact:
    """An attribute of a thing with its value."""

    attr: Attr
    value: str


@dataclass
class Entity:
    """An invented thing."""

    kind: Kind
    name: str
    pronoun: str
    facts: list[Fact]

    @property
    def is_person(self) -> bool:
        return self.kind.name in _PERSON_KINDS

    def ref(self) -> str:
        """The name as it stands inside a sentence: with the article, quotes or noun it needs."""
        match = _REF.search(self.kind.attrs[0].asks[0])
        return _put(match.group(0), self.name) if match else self.name

    def say(self, template: str, fact: Fact | None, ctx: Ctx, by_name: bool) -> str:
        """A sentence. `by_name` avoids pronouns, as needed where several things are told of in turn."""
        he, his = _PRONOUNS[self.pronoun]
        if by_name:
            subject, possessive = self.name, f"{self.name}'s"
        else:
            options = [(self.name, f"{self.name}'s"), (he, his), (he, his)]
            if self.is_person:
                last = self.name.split()[-1]
                options += [(last, f"{last}'s")]
            elif self.kind.name not in ("book", "film", "order", "pet", "dish"):
                options += [(f"the {self.kind.name}", f"the {self.kind.name}'s")]
            subject, possessive = ctx.pick(options)
        inner = (self.name, f"{self.name}'s") if by_name else (he, his)
        given = {"n": self.name, "S": subject, "P": possessive, "s": inner[0], "p": inner[1]}
        if fact is not None:
            given["v"] = fact.value
            given["av"] = article(fact.value)
        text = ctx.fill(template, given)
        return capital(re.sub(r"\b([Tt])he the ", r"\1he ", text)).replace("..", ".")

    def intro(self, ctx: Ctx) -> str:
        return self.say(ctx.pick(self.kind.intros), None, ctx, True)

    def full(self, fact: Fact, ctx: Ctx) -> str:
        """The bare fact as a sentence of its own."""
        return self.say(fact.attr.says[0], fact, ctx, True)

    def tell(self, fact: Fact, ctx: Ctx, by_name: bool) -> str:
        says = fact.attr.says
        if by_name:
            says = tuple(t for t in says if any(f in t for f in ("{n}", "{S}", "{P}", "{s}"))) or says[:1]
        return self.say(ctx.pick(says), fact, ctx, by_name)

    def ask(self, fact: Fact, ctx: Ctx, subject: str | None = None) -> str:
        """A complete question. `subject` stands for the name, as in questions that take two steps."""
        if subject is None:
            if ctx.chance(0.14):
                label = f"the {fact.attr.label} of {self.ref()}"
                forms = ("What is {}?", "Give {}.", "Name {}.", "Find {}.", "I need {}.", "Tell me {}.", "State {}.")
                return ctx.phrase(forms).format(label)
            template = ctx.phrase(fact.attr.asks)
            return _the(_put(template, self.name))
        template = ctx.pick(fact.attr.asks)
        return _the(_REF.sub(lambda _: subject, template))

    def reverse(self, fact: Fact, ctx: Ctx) -> str | None:
        """A question whose answer is the name, if the bare sentence begins with it."""
        match = re.match(r"(?:\{S\}|The \{n\}) ", fact.attr.says[0])
        if not match or "{n}" in fact.attr.says[0][match.end() :] or self.kind.name == "pet":
            return None
        rest = ctx.fill(
            fact.attr.says[0][match.end() :], {"v": fact.value, "av": article(fact.value), "n": "", "s": "", "p": "its"}
        )
        head = "Who" if self.is_person else f"Which {self.kind.name}"
        return f"{head} {rest.rstrip('.')}?"


_REF = re.compile(r'(?:(?<![A-Za-z])(?:the|order|project|experiment) )?"?\{n\}"?')


def _put(template: str, name: str) -> str:
    return template.replace("{n}", name)


def _the(text: str) -> str:
    return text.replace("the the ", "the ").replace("The the ", "The ").replace("the The ", "the ")


def draw_name(kind: Kind, ctx: Ctx) -> tuple[str, str]:
    """A name for a thing of this kind, and its pronoun."""
    if kind.pronoun == "he/she" and kind.maker == "person":
        female = ctx.chance(0.5)
        return ctx.person(female), "she" if female else "he"
    templates = schema.NAME_TEMPLATES.get(kind.maker)
    if kind.maker == "ruler":
        female = ctx.chance(0.5)
        title = ctx.pick(("Queen", "Princess", "Empress") if female else ("King", "Prince", "Duke", "Emperor"))
        return f"{title} {ctx.first(female)} of {ctx.place()}", "she" if female else "he"
    pronoun = kind.pronoun
    if templates is None:
        return ctx.fill("{" + kind.maker + "}"), pronoun
    wanted = ctx.split != "train"
    while True:
        name = ctx.fill(ctx.pick(templates))
        if held_out(name) == wanted or kind.maker in ("pet", "experiment"):
            return name, pronoun


def draw_value(attr: Attr, kind: Kind, ctx: Ctx) -> str:
    if attr.value == "{tongue}":
        return ctx.fill("{Word}ish")
    value = ctx.fill(attr.value)
    if "}s and {" in attr.value or "} and {" in attr.value:
        while len(set(value.split(" and "))) < 2:
            value = ctx.fill(attr.value)
    return value


def make_entity(ctx: Ctx, kind: Kind | None = None, count: int | None = None, taken: set[str] | None = None) -> Entity:
    """A thing with `count` facts. Values in `taken` are avoided, so that each value points to one thing."""
    kind = kind or ctx.pick(schema.KINDS)
    taken = set() if taken is None else taken
    while True:
        name, pronoun = draw_name(kind, ctx)
        if name not in taken:
            break
    taken.add(name)
    total = len(kind.attrs)
    count = min(total, ctx.integer(3, total) if count is None else count)
    attrs = sorted(ctx.some(range(total), count))
    facts: list[Fact] = []
    for index in attrs:
        attr = kind.attrs[index]
        for _ in range(20):
            value = draw_value(attr, kind, ctx)
            if value not in taken:
                break
        facts.append(Fact(attr, value))
        taken.add(value)
    entity = Entity(kind, name, pronoun, facts)
    _order_years(entity, ctx)
    return entity


def _order_years(entity: Entity, ctx: Ctx) -> None:
    """Keeps the life of a person possible: death at 30 to 95 years."""
    by_key = {fact.attr.key: fact for fact in entity.facts}
    if "born" in by_key and "died" in by_key and by_key["born"].value.isdigit():
        by_key["died"].value = str(min(2024, int(by_key["born"].value) + ctx.integer(30, 95)))


def ordered(facts: list[Fact], ctx: Ctx) -> list[Fact]:
    return ctx.shuffled(facts) if ctx.chance(0.6) else list(facts)


def paragraph(entity: Entity, ctx: Ctx, by_name: bool = False) -> str:
    """A paragraph that introduces the thing and tells its facts in some order."""
    sentences = [entity.intro(ctx)]
    for fact in ordered(entity.facts, ctx):
        text = entity.tell(fact, ctx, by_name)
        start = text.split(" ", 1)[0]
        if (
            start in _JOINABLE
            and len(sentences) > 1
            and ", and " not in sentences[-1]
            and sentences[-1] not in _ASIDES
            and ctx.chance(0.3)
        ):
            sentences[-1] = f"{sentences[-1][:-1]}, and {text[:1].lower()}{text[1:]}"
        else:
            sentences.append(text)
        if ctx.chance(0.07):
            sentences.append(ctx.pick(_ASIDES))
    return " ".join(sentences)


_JOINABLE = {"It", "He", "She", "They", "Its", "His", "Her", "Their", "In", "At", "On"}
_ASIDES = (
    "Little is known about the early years.", "Opinions about this differ.", "Much has been written about it.",
    "Not all records have survived.", "This is confirmed by several letters.", "The details were checked twice.",
    "Visitors often ask about this.", "Older sources give other figures.", "No further changes are planned.",
    "For a long time nobody noticed.", "The reasons are still discussed.", "A photograph from that time exists.",
    "Some of this may change soon.", "The local newspaper reported it.", "That surprised many people.",
    "More about this can be found in the archive.", "The plan was not popular at first.", "It was a quiet time.",
    "Only a few people remember this.", "The weather played a part in it.", "Nobody had expected that.",
    "This has been the subject of a long debate.", "There is a drawing of it in the town hall.",
)  # fmt: skip


def interleaved(entities: list[Entity], ctx: Ctx) -> str:
    """One paragraph that tells the facts of several things mixed, each by name."""
    sentences = [e.tell(fact, ctx, True) for e in entities for fact in e.facts]
    return " ".join(ctx.shuffled(sentences))


def key_values(entity: Entity, ctx: Ctx) -> str:
    """The facts as lines of the form `label: value`."""
    sep = ctx.pick((": ", " = ", " - ", ": ", "\t"))
    lines = [f"{capital(f.attr.label)}{sep}{f.value}" for f in ordered(entity.facts, ctx)]
    head = ctx.pick((entity.name, f"Name{sep}{entity.name}", f"[{entity.name}]", f"# {entity.name}"))
    return "\n".join([head, *lines])


def table(entities: list[Entity], ctx: Ctx) -> str:
    """A table with one row a thing; all have the same attributes."""
    labels = [capital(f.attr.label) for f in entities[0].facts]
    rows = [[capital(entities[0].kind.name), *labels]] + [[e.name, *(f.value for f in e.facts)] for e in entities]
    style = ctx.integer(0, 3)
    if style == 0:
        head = f"| {' | '.join(rows[0])} |\n|{' --- |' * len(rows[0])}"
        return "\n".join([head, *(f"| {' | '.join(row)} |" for row in rows[1:])])
    if style == 1:
        return "\n".join("; ".join(row) for row in rows)
    if style == 2:
        return "\n".join("\t".join(row) for row in rows)
    return "\n".join(" | ".join(row) for row in rows)


def same_attributes(ctx: Ctx, kind: Kind, count: int, attrs: int) -> list[Entity]:
    """Several things of one kind that share the same attributes, with all values different."""
    taken: set[str] = set()
    first = make_entity(ctx, kind, attrs, taken)
    out = [first]
    while len(out) < count:
        name, pronoun = draw_name(kind, ctx)
        if name in taken:
            continue
        taken.add(name)
        facts = []
        for fact in first.facts:
            for _ in range(30):
                value = draw_value(fact.attr, kind, ctx)
                if value not in taken:
                    break
            taken.add(value)
            facts.append(Fact(fact.attr, value))
        entity = Entity(kind, name, pronoun, facts)
        _order_years(entity, ctx)
        out.append(entity)
    return out
