"""Summaries that keep to the words of the text, notes of one line for a section, titles and topics."""

from __future__ import annotations

import re

from .ask import Reading
from .corpus import STORIES, Corpus, split_title
from .facts import interleaved, paragraph
from .letters import write
from .names import Ctx, capital
from .passages import split_sentences, world
from .sample import Sample
from .wiki import about, passage_of, sentences_of

_SUM = (
    "Summarise the {d}.", "Summarize this {d}.", "Give a short summary.", "Sum up the {d} in a few sentences.", "Summarise this in {n}.",
    "What is the {d} about? Answer in {n}.", "Write a summary of {n}.", "Summary, please.", "Give me the main points of the {d} in {n}.",
    "Please summarise the {d} briefly.", "tl;dr", "Shorten this {d} to {n}.", "In {n}: what does the {d} say?",
)  # fmt: skip
_COUNT = {1: "one sentence", 2: "two sentences", 3: "three sentences"}
_NOTE = (
    "Write a note of one line about this section.",
    "Give a one-line note for this section.",
    "Note for this section, one line:",
    "One line about this {d}, please.",
    "Sum up this section in one line.",
    "Section note:",
)
_TITLE = (
    "Give the {d} a title.",
    "What would be a good title?",
    "Suggest a title.",
    "Write a heading for this {d}.",
    "What is the subject of the {d}?",
    "Name the topic of this {d}.",
)


def _ask(ctx: Ctx, forms: tuple[str, ...], noun: str, count: int) -> str:
    """A request; forms that name a number of sentences are the more likely the more that number matters."""
    return ctx.phrase(forms).format(d=noun, n=_COUNT.get(count, f"{count} sentences"))


def trim(text: str) -> str:
    """A sentence without brackets and asides, as it stands in a summary."""
    text = re.sub(r" \([^()]*\)", "", text)
    text = re.sub(
        r"^(?:However|Moreover|Furthermore|In addition|Also|Therefore|Thus|Additionally|Nevertheless), (\w)",
        lambda m: m[1].upper(),
        text,
    )
    shorter = re.sub(
        r", (?:which|who|where) [^,.;]{10,120}(?=[,.])(?:,(?= (?:is|was|has|had|are|were|will)))?", "", text
    )
    if len(shorter) > 40 and not re.search(r",\s*\.$", shorter):
        text = shorter
    return re.sub(r"\s+", " ", text).strip()


def condense(passage: str, count: int, title: str) -> list[str]:
    """The first sentence and those that share most with the rest of the text, trimmed, in the order of the text."""
    sentences = [
        s for s in sentences_of(passage) if 35 <= len(s) <= 330 and s.endswith((".", '."')) and s.count('"') % 2 == 0
    ]
    if len(sentences) < count + 1:
        return []
    words = [set(re.findall(r"[a-z]{4,}|\d{3,4}", s.lower())) - _STOP for s in sentences]
    scores = []
    for i, own in enumerate(words):
        if i == 0 or not own:
            scores.append(0.0)
            continue
        shared = sum(len(own & other) for j, other in enumerate(words) if j != i)
        leans = re.match(r"(?:This|These|That|Those|Such|Another|Other|There|Here|Then)\b", sentences[i]) is not None
        scores.append(shared / (len(own) + 4) * (0.4 if leans else 1.0) / (1 + 0.12 * i))
    best = sorted(range(1, len(sentences)), key=lambda i: -scores[i])[: count - 1]
    return [trim(sentences[i]) for i in sorted([0, *best])]


_STOP = frozenset(
    "that this with from were have been which their they also into after before during when where there these those "
    "than then some such only other more most first later would could about between through under over being while "
    "because both each many much very".split()
)


class WikiSummary:
    """Summaries, notes and titles of encyclopaedia passages and of children's stories."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._has_stories = any(corpus.has(s) for s in STORIES)

    def __call__(self, ctx: Ctx) -> Sample:
        while True:
            title, passage = passage_of(self._corpus, ctx, 500, 3000)
            roll = ctx.rng.random()
            reading = Reading(ctx, "summary_wiki", [passage])
            noun = reading.noun
            if roll < 0.7:
                count = ctx.weighted(((1, 0.2), (2, 0.5), (3, 0.3)))
                chosen = condense(passage, count, title)
                if not chosen:
                    continue
                forms = tuple(f for f in _SUM if "{n}" in f) if count != 2 or ctx.chance(0.3) else _SUM
                reading.turn(_ask(ctx, forms, noun, count), " ".join(chosen))
            elif roll < 0.85:
                chosen = condense(passage, 1, title)
                if not chosen or len(chosen[0]) > 200:
                    continue
                reading.turn(ctx.phrase(_NOTE).format(d=noun), chosen[0])
            else:
                if about(title).split()[0] not in passage:
                    continue
                reading.turn(ctx.phrase(_TITLE).format(d=noun), about(title))
            return reading.sample


def summary_made(ctx: Ctx) -> Sample:
    """Summaries of invented passages: what each thing is and its most important facts."""
    entities = world(ctx, ctx.weighted(((1, 0.5), (2, 0.3), (3, 0.2))), (4, 7))
    mixed = len(entities) > 1 and ctx.chance(0.15)
    texts = [interleaved(entities, ctx)] if mixed else ["\n\n".join(paragraph(e, ctx) for e in entities)]
    reading = Reading(ctx, "summary_made", texts)
    noun = reading.noun
    if len(entities) == 1 and not mixed:
        entity = entities[0]
        count = ctx.integer(1, 3)
        first = split_sentences(texts[0])[0]
        chosen = [first] + [entity.full(f, ctx) for f in entity.facts[: count - 1]]
        forms = tuple(f for f in _SUM if "{n}" in f) if count != 2 else _SUM
        reading.turn(_ask(ctx, forms, noun, count), " ".join(chosen))
    elif mixed:
        listing = "; ".join(f"{e.name}: {e.facts[0].attr.label} {e.facts[0].value}" for e in entities)
        reading.turn(
            ctx.phrase(
                (
                    "Write one line about each thing, with one fact.",
                    "Sum up: one fact for each name.",
                    "Give a line with one fact for each name.",
                )
            ),
            listing.replace("; ", "\n"),
        )
    else:
        firsts = [split_sentences(p)[0] for p in texts[0].split("\n\n")]
        if ctx.chance(0.5):
            forms = (
                "Summarise each paragraph in one sentence.",
                "One sentence for each paragraph, please.",
                "Give a line about every paragraph.",
                "Sum up paragraph by paragraph.",
                "What is each paragraph about?",
            )
            reading.turn(ctx.phrase(forms), "\n".join(f"{i + 1}. {s}" for i, s in enumerate(firsts)))
        else:
            count = len(entities)
            reading.turn(_ask(ctx, tuple(f for f in _SUM if "{n}" in f), noun, count), " ".join(firsts))
    if ctx.chance(0.3):
        entity = ctx.pick(entities)
        fact = ctx.pick(entity.facts)
        reading.turn(entity.ask(fact, ctx), fact.value)
    return reading.sample


def summary_paper(ctx: Ctx) -> Sample:
    """Summaries and notes of everyday documents."""
    paper = write(ctx, None, 0.9)
    told = [t for t in paper.told if len(t.text) < 160]
    if len(told) < 3:
        return summary_paper(ctx)
    count = ctx.integer(2, 3)
    chosen = told[:1] + ctx.some(told[1:4], count - 1)
    chosen.sort(key=lambda t: paper.text.index(t.text))
    unique = list(dict.fromkeys(t.text for t in chosen))
    reading = Reading(ctx, "summary_paper", [paper.text])
    if ctx.chance(0.35):
        forms = (
            "Give the key facts as bullet points.",
            "List the main facts of the {d}.",
            "Key points, as bullets:",
            "Note the most important facts.",
            "Bullet points with the facts, please.",
        )
        reading.turn(ctx.phrase(forms).format(d=reading.noun), "\n".join(f"- {s}" for s in unique))
    else:
        text = " ".join(s if s.endswith(".") else s + "." for s in unique)
        reading.turn(_ask(ctx, tuple(f for f in _SUM if "{n}" in f), reading.noun, len(unique)), text)
    return reading.sample


class StorySummary:
    """Questions about children's stories: title, first and last sentence, who says what, short retelling."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def __call__(self, ctx: Ctx) -> Sample:
        while True:
            title, body = split_title(self._corpus.next(*STORIES))
            if not 200 <= len(body) <= 3000:
                continue
            sentences = [s for p in body.split("\n") for s in split_sentences(p)]
            if len(sentences) < 5:
                continue
            reading = Reading(ctx, "stories", [body.replace("\n\n", "\n")])
            roll = ctx.integer(0, 3)
            if roll == 0 and not any(word in body.lower() for word in re.findall(r"[a-z]{4,}", title.lower())):
                continue
            if roll == 0:
                reading.turn(
                    ctx.pick(
                        (
                            "What is a good title for this story?",
                            "Give the story a title.",
                            "What could the story be called?",
                        )
                    ),
                    capital(title),
                )
            elif roll == 1:
                reading.turn(
                    ctx.pick(("How does the story begin?", "What is the first sentence of the story?")), sentences[0]
                )
            elif roll == 2:
                reading.turn(ctx.pick(("How does the story end?", "What is the last sentence?")), sentences[-1])
            else:
                middle = sentences[len(sentences) // 2]
                reading.turn(
                    ctx.pick(("Retell the story in three sentences.", "Sum up the story in three sentences.")),
                    " ".join((sentences[0], middle, sentences[-1])),
                )
            return reading.sample
