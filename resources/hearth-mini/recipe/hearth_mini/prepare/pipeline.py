"""The steps of the preparation of text, their files and their report."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from .cleaning import REASONS
from .documents import read_documents
from .manifest import KINDS, Source
from .pieces import Pieces, make_pieces
from .quality import BUCKETS, assign_tiers, log_ratios, scores
from .randomness import number_from
from .reading import Description, plan, read_unit
from .selection import choose_documents
from .shards import EncodedUnit, encode_unit, write_shards
from .tally import Tally, markdown_table
from .tokenizer import Encoder, check, train

Result = TypeVar("Result")

SAMPLE_BYTES = {"wiki": 50_000_000, "books": 50_000_000, "modern": 34_000_000, "dialogue": 16_000_000}
MODERN_PROSE = ("openstax-", "stories-")
BOOK_REFERENCE = ("textbooks", "wiki", "dialogue", "dialogue")
UNLIMITED = 10**12


@dataclass(slots=True)
class Plan:
    """What the command line asks for."""

    sources: list[Source]
    mirror: Path
    output: Path
    workers: int
    book_tiers: list[int]
    wiki_tiers: list[int]
    level: int
    tokenizer: Path


@dataclass(slots=True)
class State:
    """What the steps hand on to each other; it is stored after each step, so that a step can be repeated."""

    descriptions: list[Description] = field(default_factory=list)
    pieces: list[Pieces] = field(default_factory=list)
    reading: Tally = field(default_factory=Tally)
    selecting: Tally = field(default_factory=Tally)
    seconds: dict[str, float] = field(default_factory=dict)


def _map(
    workers: int, function: Callable[..., Result], arguments: Sequence[tuple[Any, ...]], order: Sequence[int]
) -> list[Result]:
    """Call ``function`` for all arguments in worker processes, starting in the given order."""
    results: dict[int, Result] = {}
    with ProcessPoolExecutor(workers) as pool:
        futures = {index: pool.submit(function, *arguments[index]) for index in order}
        for index, future in futures.items():
            results[index] = future.result()
    return [results[index] for index in range(len(arguments))]


def _folder(path: Path) -> Path:
    """Return ``path`` after making it."""
    path.mkdir(parents=True, exist_ok=True)
    return path


def read(plan_: Plan, state: State) -> None:
    """Read and clean all sources."""
    units = plan(plan_.sources, plan_.mirror, _folder(plan_.output / "documents"))
    order = sorted(range(len(units)), key=lambda index: -sum(blob.size for blob in units[index].blobs))
    state.descriptions = _map(plan_.workers, read_unit, [(unit,) for unit in units], order)
    state.reading = Tally()
    for description in state.descriptions:
        state.reading.merge(description.tally)


def select(plan_: Plan, state: State) -> None:
    """Hold documents out, drop duplicates and cut the rest into pieces with features."""
    tally = Tally()
    choices = choose_documents(state.descriptions, tally)
    words: dict[str, np.ndarray[Any, np.dtype[np.int64]]] = {}
    for description in state.descriptions:
        prose = description.source.startswith(MODERN_PROSE)
        label = "textbooks" if prose else description.kind
        words[label] = words.get(label, np.zeros_like(description.words)) + description.words
    empty = np.zeros(BUCKETS, np.int64)
    modern = [words[label] for label in BOOK_REFERENCE if label in words]
    book_ratios = log_ratios(modern, words.get("books", empty))
    wiki_ratios = log_ratios([words.get("textbooks", empty)], words.get("wiki", empty))
    folder = _folder(plan_.output / "pieces")
    arguments = [
        (description, choice, wiki_ratios if description.kind == "wiki" else book_ratios, folder / description.path.name)
        for description, choice in zip(state.descriptions, choices, strict=True)
    ]
    order = sorted(range(len(arguments)), key=lambda index: -int(arguments[index][0].lengths.sum()))
    state.pieces = _map(plan_.workers, make_pieces, arguments, order)
    held_out = _folder(plan_.output / "heldout")
    for source in plan_.sources:
        documents = [item for unit in state.pieces if unit.source == source.name for item in unit.held_out]
        with (held_out / f"{source.name}.jsonl").open("w", encoding="utf-8") as file:
            for document in documents:
                record = {"source": document.source, "name": document.name, "text": document.text}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
    for unit in state.pieces:
        tally.merge(unit.tally)
    state.selecting = tally


def _kinds(pieces: list[Pieces], wanted: Iterable[str]) -> list[str]:
    """Return those of the ``wanted`` kinds that have text."""
    return [kind for kind in wanted if any(unit.kind == kind and len(unit.sizes) for unit in pieces)]


def _all_scores(pieces: list[Pieces], kind: str) -> list[tuple[int, np.ndarray[Any, np.dtype[np.float32]]]]:
    """Return for each unit of ``kind`` its index and the scores of its pieces."""
    units = [(index, unit) for index, unit in enumerate(pieces) if unit.kind == kind]
    table = np.concatenate([unit.features for _, unit in units])
    values = scores(kind, table) + np.concatenate([unit.bonuses for _, unit in units]) * (kind == "books")
    bounds = np.cumsum([len(unit.sizes) for _, unit in units])[:-1]
    return [(index, part) for (index, _), part in zip(units, np.split(values, bounds), strict=True)]


def _sample(pieces: list[Pieces], limits: dict[str, int]) -> Iterator[str]:
    """Yield pieces of each kind, picked by name and for books by score, up to a number of bytes a kind."""
    for kind in _kinds(pieces, limits):
        limit = limits[kind]
        scored = _all_scores(pieces, kind)
        everything = np.concatenate([part for _, part in scored])
        total = sum(int(pieces[index].sizes.sum()) for index, _ in scored)
        middle = float(np.median(everything)) if kind == "books" else -np.inf
        share = min(1.0, limit / (total * (0.5 if kind == "books" else 1.0)))
        for index, part in scored:
            for number, document in enumerate(read_documents(pieces[index].path)):
                draw = number_from("sample", document.name, str(number)) / 2**64
                if part[number] >= middle and draw < share:
                    yield document.text


def make_tokenizer(plan_: Plan, state: State) -> None:
    """Train the tokenizer, check it and store it."""
    tokenizer = train(_sample(state.pieces, SAMPLE_BYTES))
    check(tokenizer)
    tokenizer.save(str(plan_.tokenizer))


def pack(plan_: Plan, state: State) -> None:
    """Choose the pieces of each tier, encode them and write the shards."""
    encoder = Encoder.from_file(plan_.tokenizer)
    encoded = _folder(plan_.output / "encoded")
    tiers: dict[int, np.ndarray[Any, np.dtype[np.int64]]] = {}
    rates: dict[str, float] = {}
    for kind in _kinds(state.pieces, KINDS):
        texts = list(_sample(state.pieces, {kind: 2_000_000}))
        rates[kind] = sum(len(text.encode()) for text in texts) / sum(len(ids) + 1 for ids in encoder.encode_many(texts))
        limits = {"books": plan_.book_tiers, "wiki": plan_.wiki_tiers}.get(kind, [UNLIMITED])
        scored = _all_scores(state.pieces, kind)
        values = np.concatenate([part for _, part in scored])
        sizes = np.concatenate([state.pieces[index].sizes for index, _ in scored])
        tier = assign_tiers(values, np.ceil(sizes / rates[kind]).astype(np.int64), limits)
        for index, part in zip([i for i, _ in scored], np.split(tier, np.cumsum([len(p) for _, p in scored])[:-1]), strict=True):
            tiers[index] = part
            dropped = part < 0
            if dropped.any():
                unit = state.pieces[index]
                state.selecting.add(unit.source, "quality: trimmed", int(unit.sizes[dropped].sum()), int(dropped.sum()))
    none = np.empty(0, np.int64)
    arguments = [
        (unit.path, unit.source, unit.kind, tiers.get(index, none), plan_.tokenizer, encoded / f"{index:04d}.npz")
        for index, unit in enumerate(state.pieces)
    ]
    order = sorted(range(len(arguments)), key=lambda index: -int(state.pieces[index].sizes.sum()))
    units: list[EncodedUnit] = _map(plan_.workers, encode_unit, arguments, order)
    write_shards(units, _folder(plan_.output / "shards"), plan_.level)


def report(plan_: Plan, state: State) -> None:
    """Write the report of all passes as JSON and as a Markdown table."""
    tally = Tally()
    tally.merge(state.reading)
    tally.merge(state.selecting)
    read_counts = {
        source.name: {
            "documents": sum(len(unit.hashes) for unit in state.descriptions if unit.source == source.name),
            "characters": sum(int(unit.lengths.sum()) for unit in state.descriptions if unit.source == source.name),
            "pieces": sum(len(unit.sizes) for unit in state.pieces if unit.source == source.name),
            "piece_bytes": sum(int(unit.sizes.sum()) for unit in state.pieces if unit.source == source.name),
            "held_out": sum(len(unit.held_out) for unit in state.pieces if unit.source == source.name),
            "share_alike": source.share_alike,
        }
        for source in plan_.sources
    }
    summary = {"passes": tally.by_rule(), "sources": read_counts, "seconds": state.seconds}
    (plan_.output / "report.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")
    lines = [
        "| source | documents read | MB | pieces kept | MB kept | held out |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, counts in read_counts.items():
        lines.append(
            f"| {name} | {counts['documents']:,} | {counts['characters'] / 1e6:.1f} | {counts['pieces']:,}"
            f" | {counts['piece_bytes'] / 1e6:.1f} | {counts['held_out']} |"
        )
    text = "\n".join(lines) + "\n\n" + markdown_table(tally.by_rule(), REASONS)
    (plan_.output / "report.md").write_text(text, encoding="utf-8")


STEPS: dict[str, Callable[[Plan, State], None]] = {
    "read": read,
    "select": select,
    "tokenizer": make_tokenizer,
    "pack": pack,
    "report": report,
}


def run(plan_: Plan, steps: Sequence[str]) -> None:
    """Run the named steps in their fixed order and keep what they found in the output folder."""
    stored = _folder(plan_.output) / "state.pickle"
    state = State()
    if stored.is_file() and steps[0] != "read":
        with stored.open("rb") as file:
            state = pickle.load(file)
    for step in steps:
        began = time.monotonic()
        STEPS[step](plan_, state)
        state.seconds[step] = round(time.monotonic() - began, 1)
        print(f"{step}: {state.seconds[step]:.0f} s", flush=True)
        with stored.open("wb") as file:
            pickle.dump(state, file)
