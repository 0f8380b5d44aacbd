"""All families with their shares of the tokens and the reason for each share."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import (
    arithmetic, drills, edits, follow_up, identity, languages, letters, lists, needles, passages, small_talk, sources,
    summaries, wiki,
)  # fmt: skip
from .corpus import Corpus
from .names import Ctx
from .sample import Sample

Maker = Callable[[Ctx], Sample | list[Sample] | None]


@dataclass(frozen=True)
class Family:
    """A row of the table. `share` is in percent of the tokens asked for.

    The shares add up to more than 100, because the published sets end after one pass."""

    name: str
    kind: str
    share: float
    reason: str


FAMILIES = (
    Family("passage_qa", "tasks", 17.0, "copying from a passage is the hardest and the most useful skill; names and values are invented, so nothing can be memorised"),
    Family("wiki_qa", "tasks", 15.0, "real encyclopaedia style, as users paste it; questions by rules, gaps, quotes"),
    Family("papers", "tasks", 7.0, "documents of the office and of daily life, in the form in which the program sends them"),
    Family("unanswerable", "tasks", 5.0, "saying that the text does not say, mixed with questions that it answers"),
    Family("twins", "tasks", 3.5, "the same text with one changed fact: the answer must follow the text"),
    Family("multi_hop", "tasks", 3.5, "two facts that must be joined"),
    Family("tables", "tasks", 3.0, "look-up by row, by value, by column"),
    Family("records", "tasks", 2.5, "look-up in records of labels and values"),
    Family("quotes", "tasks", 2.5, "copying whole sentences trains exact copying for many tokens"),
    Family("key_list", "tasks", 3.5, "dense retrieval drill: most tokens of the answer are copied"),
    Family("statements", "tasks", 3.0, "retrieval in both directions among look-alikes"),
    Family("dialogues", "tasks", 2.0, "who said what"),
    Family("repeat", "tasks", 2.5, "copying, items by number, text between marks, spelling"),
    Family("tracking", "tasks", 1.0, "the last statement counts"),
    Family("json_extract", "tasks", 2.5, "facts of a text as JSON"),
    Family("extract_list", "tasks", 1.5, "all names, places or numbers of a text"),
    Family("rewrite", "tasks", 2.0, "small changes of wording"),
    Family("splits", "tasks", 1.0, "long sentences of real text made shorter"),
    Family("shorten", "tasks", 1.0, "several answers at once; kind of text"),
    Family("summary_wiki", "tasks", 5.5, "summaries that keep to the words of the text, section notes, titles"),
    Family("summary_made", "tasks", 2.0, "the main facts of invented passages, paragraph by paragraph"),
    Family("summary_paper", "tasks", 1.5, "the main facts of everyday documents"),
    Family("stories", "tasks", 0.25, "simple modern prose; few texts, so a small share"),
    Family("follow_up", "tasks", 4.0, "facts told earlier in a chat"),
    Family("identity", "tasks", 1.0, "few facts about the model, in many phrasings; more would be learnt by heart only"),
    Family("languages", "tasks", 0.3, "one answer a language"),
    Family("small_talk", "tasks", 0.6, "short polite replies"),
    Family("lists", "tasks", 0.7, "lists in the form that is asked for"),
    Family("arithmetic", "tasks", 5.0, "sums are cheap in tokens, and need many examples"),
    Family("definitions", "tasks", 1.5, "capped: a small model keeps few facts; a third of them with the entry at hand"),
    Family("countries", "tasks", 0.8, "capped for the same reason; mostly with the profile at hand"),
    Family("commands", "tasks", 0.9, "command help, mostly with the page at hand"),
    Family("service_chats", "tasks", 2.5, "real two-party talk over many turns; capped, since its booking manner leaks into other chats"),
    Family("reading_tasks", "tasks", 8.0, "published reading sets with human questions; used once, at most two templates a passage"),
    Family("worked_sums", "tasks", 1.5, "worked word problems, used once: form rather than skill"),
    Family("abstracts", "tasks", 1.0, "summaries by people, only those that keep to the words of the abstract"),
    Family("split_set", "tasks", 0.6, "sentence splits by people, used once"),
    Family("needles", "long", 50.0, "one to five facts in 1,200 to 3,800 tokens of real text"),
    Family("long_records", "long", 15.0, "many look-alikes, several look-ups each"),
    Family("long_hops", "long", 10.0, "two facts far apart"),
    Family("long_articles", "long", 25.0, "several real passages with questions about each"),
)  # fmt: skip


def made_families() -> dict[str, Maker]:
    """The families that need no text."""
    return {
        "passage_qa": passages.passage_qa,
        "papers": letters.papers,
        "unanswerable": passages.unanswerable,
        "twins": passages.twins,
        "multi_hop": passages.multi_hop,
        "tables": passages.tables,
        "records": passages.records,
        "quotes": passages.quotes,
        "key_list": drills.key_list,
        "statements": drills.statements,
        "dialogues": drills.dialogues,
        "repeat": drills.repeat,
        "tracking": drills.tracking,
        "json_extract": edits.json_extract,
        "extract_list": edits.extract_list,
        "rewrite": edits.rewrite,
        "shorten": edits.shorten,
        "summary_made": summaries.summary_made,
        "summary_paper": summaries.summary_paper,
        "follow_up": follow_up.follow_up,
        "identity": identity.identity,
        "languages": languages.languages,
        "small_talk": small_talk.small_talk,
        "lists": lists.lists,
        "arithmetic": arithmetic.arithmetic,
        "long_records": needles.LongRecords(),
    }


def _from_source(corpus: Corpus, source: str, make: Callable[[str, Ctx], Sample | None]) -> Maker:
    return lambda ctx: make(corpus.next(source), ctx)


def text_families(corpus: Corpus) -> dict[str, Maker]:
    """The families that draw on the prepared texts; those whose source is absent are left out."""
    made: dict[str, Maker] = {}
    if corpus.has("wiki-2014") or corpus.has("wiki-2018"):
        made["wiki_qa"] = wiki.WikiQuestions(corpus)
        made["splits"] = edits.Splits(corpus)
        made["summary_wiki"] = summaries.WikiSummary(corpus)
        made["needles"] = needles.Needles(corpus)
        made["long_hops"] = needles.LongHops(corpus)
        made["long_articles"] = needles.LongArticles(corpus)
    if corpus.has("stories-african") or corpus.has("stories-pratham"):
        made["stories"] = summaries.StorySummary(corpus)
    for name, source, make in (
        ("definitions", "wordset", sources.definition),
        ("countries", "factbook", sources.country),
        ("commands", "tldr", sources.command),
        ("service_chats", "sgd", sources.service_chat),
    ):
        if corpus.has(source):
            made[name] = _from_source(corpus, source, make)
    return made


def published(folder: Path, seed: int, part: int, parts: int) -> dict[str, Iterator[Sample]]:
    """The published sets, each of which ends after one pass; a worker takes every `parts`-th sample."""
    repositories = sources.Repositories(folder)
    ctx = Ctx(random.Random(seed))
    sets = {
        "reading_tasks": sources.reading_tasks(repositories, seed),
        "worked_sums": sources.worked_sums(repositories),
        "abstracts": sources.abstracts(repositories, ctx),
        "split_set": sources.split_sentences_set(repositories, ctx),
    }
    for samples in sets.values():
        ctx.rng.shuffle(samples)
    return {name: iter(samples[part::parts]) for name, samples in sets.items()}
