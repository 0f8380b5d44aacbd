"""Long samples: facts hidden in filler text, lists of records far back, long articles with questions at the end."""

from __future__ import annotations

from . import schema
from .ask import bare, missing, quote, quoted
from .corpus import ENCYCLOPAEDIA, Texts, split_title
from .facts import Entity, Fact, make_entity, paragraph
from .names import Ctx, capital
from .passages import linked, split_sentences, two_step_question
from .sample import Sample
from .wiki import cut, derive

_PASS = (
    ("The {w} of {n} is {v}.", "What is the {w} of {n}?"), ("Remember this: the {w} for {n} is {v}.", "What is the {w} for {n}?"),
    ("Note that {n} has the {w} {v}.", "Which {w} does {n} have?"), ("In case it is needed, the {w} of {n} was set to {v}.", "What was the {w} of {n} set to?"),
    ("A note in the margin gives {v} as the {w} of {n}.", "What is given as the {w} of {n}?"), ("The {w} of {n}, someone wrote, must be {v}.", "What must the {w} of {n} be?"),
)  # fmt: skip
_WORDS = (
    ("pass key", "code"),
    ("secret number", "int:1000:99999"),
    ("code word", "word"),
    ("access code", "code"),
    ("telephone number", "phone"),
    ("meeting place", "place"),
    ("password", "code"),
    ("favourite colour", "colour"),
    ("date of arrival", "date"),
    ("price", "money"),
)


class Filler:
    """Paragraphs of real text, of the encyclopaedia, of books or of textbooks."""

    def __init__(self, corpus: Texts) -> None:
        self._corpus = corpus
        self._others = [
            s
            for s in (
                "gutenberg",
                "openstax-us-history",
                "openstax-world-history",
                "openstax-psychology",
                "openstax-astronomy",
            )
            if corpus.has(s)
        ]

    def paragraphs(self, ctx: Ctx, chars: int) -> list[str]:
        """Paragraphs with about `chars` characters in all; from several documents or from one."""
        out: list[str] = []
        size = 0
        while size < chars:
            if not self._others or ctx.chance(0.75):
                text = split_title(self._corpus.next(*ENCYCLOPAEDIA))[1]
            else:
                text = split_title(self._corpus.next(*self._others))[1]
            paragraphs = [p for p in text.split("\n\n") if 80 < len(p) < 1500]
            if not paragraphs:
                continue
            start = ctx.integer(0, max(0, len(paragraphs) - 6))
            for one in paragraphs[start : start + ctx.integer(2, 12)]:
                if size + len(one) > chars + 300:
                    continue
                out.append(one)
                size += len(one)
                if size >= chars:
                    break
        return out


def _place(paragraphs: list[str], text: str, at: int, whole: bool) -> None:
    """Puts a text in: as a paragraph of its own or at the end of the paragraph that is there."""
    if whole or at >= len(paragraphs):
        paragraphs.insert(at, text)
    else:
        paragraphs[at] = f"{paragraphs[at]} {text}"


def _system(ctx: Ctx, sample: Sample) -> None:
    if ctx.chance(0.2):
        sample.system(
            ctx.pick(
                (
                    "Answer from the document. If it does not say, say so.",
                    "You are Hearth Mini. Copy names and numbers exactly.",
                    "Use the documents to answer. Do not guess.",
                )
            )
        )


def _documents(ctx: Ctx, sample: Sample, paragraphs: list[str]) -> None:
    """The paragraphs as one to four documents."""
    count = ctx.weighted(((1, 0.6), (2, 0.2), (3, 0.1), (4, 0.1)))
    if len(paragraphs) < 2 * count:
        count = 1
    cuts = sorted(ctx.some(range(1, len(paragraphs)), count - 1))
    for start, end in zip([0, *cuts], [*cuts, len(paragraphs)], strict=True):
        sample.document("\n\n".join(paragraphs[start:end]))


class Needles:
    """One to five facts in filler; some are invented things with several facts, some are single lines with a code."""

    def __init__(self, corpus: Texts, low: int = 4200, high: int = 13200) -> None:
        self._filler = Filler(corpus)
        self._low, self._high = low, high

    def __call__(self, ctx: Ctx) -> Sample:
        sample = Sample("needles")
        _system(ctx, sample)
        paragraphs = self._filler.paragraphs(ctx, ctx.integer(self._low, self._high))
        asked: list[tuple[str, str, str]] = []
        taken: set[str] = set()
        for _ in range(ctx.integer(2, 5)):
            at = ctx.integer(0, len(paragraphs))
            if ctx.chance(0.5):
                word, maker = ctx.pick(_WORDS)
                name = ctx.fill(
                    ctx.pick(("{person}", "{place}", "{firm}", "room {int:2:900}", "project {Word}", "{ship}"))
                )
                value = ctx.fill("{" + maker + "}")
                says, ask = ctx.pick(_PASS)
                text = says.format(w=word, n=name, v=value)
                asked.append((ask.format(w=word, n=name), value, text))
                _place(paragraphs, text, at, ctx.chance(0.3))
            else:
                entity = make_entity(ctx, None, ctx.integer(1, 5), taken)
                text = paragraph(entity, ctx)
                for fact in ctx.some(entity.facts, 2):
                    where = [s for s in split_sentences(text) if fact.value in s]
                    asked.append((entity.ask(fact, ctx), fact.value, where[0] if len(where) == 1 else ""))
                _place(paragraphs, text, at, True)
        _documents(ctx, sample, paragraphs)
        absent = make_entity(ctx, None, 1, taken)
        for index, (question, value, source) in enumerate(ctx.some(asked, ctx.integer(2, 6))):
            if index and ctx.chance(0.1):
                sample.turn(bare(ctx, absent.ask(absent.facts[0], ctx), "document"), missing("document"))
            if source and ctx.chance(0.12):
                sample.turn(quote(ctx, question, "document"), quoted(source, "document"))
            else:
                sample.turn(bare(ctx, question, "document"), value)
        return sample


class LongRecords:
    """A long list of records, tables or statements; look up several of them."""

    def __call__(self, ctx: Ctx) -> Sample:
        sample = Sample("long_records")
        _system(ctx, sample)
        roll = ctx.integer(0, 2)
        goal = ctx.integer(4000, 9500)
        taken: set[str] = set()
        asked: list[tuple[str, str]] = []
        if roll == 0:
            lines: list[str] = []
            key, value = (
                ctx.pick(("person", "place", "firm", "code")),
                ctx.pick(("code", "phone", "place", "date", "money", "title", "person")),
            )
            word = {
                "code": "code",
                "phone": "number",
                "place": "place",
                "date": "date",
                "money": "price",
                "title": "title",
                "person": "person",
            }[value]
            while sum(map(len, lines)) < goal:
                k, v = ctx.fill("{" + key + "}"), ctx.fill("{" + value + "}")
                if k in taken or v in taken:
                    continue
                taken |= {k, v}
                lines.append(f"{k}: {v}")
                asked.append((f"What is the {word} of {k}?" if ctx.chance(0.7) else f"{k}?", v))
                asked.append((f"To whom or what does {v} belong?", k))
            sample.document("\n".join(lines))
        else:
            texts: list[str] = []
            kind = ctx.pick(schema.KINDS) if ctx.chance(0.4) else None
            while sum(map(len, texts)) < goal:
                entity = make_entity(ctx, kind, ctx.integer(3, 6), taken)
                texts.append(paragraph(entity, ctx))
                for fact in entity.facts:
                    asked.append((entity.ask(fact, ctx), fact.value))
            if roll == 1:
                sample.document("\n\n".join(texts))
            else:
                half = len(texts) // 2
                sample.document("\n\n".join(texts[:half]))
                sample.document("\n\n".join(texts[half:]))
        for question, answer in ctx.some(asked, ctx.integer(4, 9)):
            sample.turn(question, answer)
        return sample


class LongHops:
    """Two facts that must be joined, far apart in filler."""

    def __init__(self, corpus: Texts) -> None:
        self._filler = Filler(corpus)

    def __call__(self, ctx: Ctx) -> Sample:
        made = None
        while made is None:
            made = linked(ctx)
        entities, holder, link, target = made
        sample = Sample("long_hops")
        _system(ctx, sample)
        paragraphs = self._filler.paragraphs(ctx, ctx.integer(3600, 11000))
        for entity in entities:
            _place(paragraphs, paragraph(entity, ctx, True), ctx.integer(0, len(paragraphs)), True)
        _documents(ctx, sample, paragraphs)
        for fact in ctx.some(target.facts, 2):
            sample.turn(bare(ctx, two_step_question(ctx, holder, link, target, fact), "document"), fact.value)
        sample.turn(bare(ctx, holder.ask(link, ctx), "document"), target.name)
        return sample


class LongArticles:
    """Two to five long encyclopaedia passages with questions that the rules derive from each."""

    def __init__(self, corpus: Texts) -> None:
        self._corpus = corpus

    def __call__(self, ctx: Ctx) -> Sample:
        while True:
            sample = Sample("long_articles")
            _system(ctx, sample)
            asked: list[tuple[str, str, str]] = []
            goal = ctx.integer(4500, 12500)
            size = 0
            while size < goal:
                title, body = self._corpus.article()
                text = cut((title, body), ctx, 900, 5000)
                if text is None or size + len(text) > 13500:
                    continue
                size += len(text)
                sample.document(f"{title}\n\n{text}" if ctx.chance(0.5) else text)
                asked += [(a.question, a.answer, a.where) for a in derive(text, title, ctx) if a.named]
            if len(asked) < 3:
                continue
            for question, answer, where in ctx.some(asked, ctx.integer(3, 7)):
                if ctx.chance(0.1) and '"' not in where:
                    sample.turn(quote(ctx, question, "document"), quoted(where, "document"))
                else:
                    sample.turn(bare(ctx, question, "document"), answer)
            return sample


def needle_item(ctx: Ctx, filler: Filler, chars: int, back: int) -> tuple[str, Entity, Fact]:
    """A document of about `chars` characters in which one thing is told at least `back` characters before the end."""
    paragraphs = filler.paragraphs(ctx, chars)
    entity = make_entity(ctx, None, ctx.integer(2, 4))
    fact = ctx.pick(entity.facts)
    room = []
    for at in range(len(paragraphs)):
        if sum(len(p) for p in paragraphs[at:]) >= back:
            room.append(at)
    _place(paragraphs, paragraph(entity, ctx), ctx.pick(room) if room else 0, True)
    return capital("\n\n".join(paragraphs)), entity, fact
