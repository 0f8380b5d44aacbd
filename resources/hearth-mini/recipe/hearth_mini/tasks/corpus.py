"""The prepared texts: `pieces/NNNN.jsonl.zst` for training, `heldout/<source>.jsonl` for evaluation."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import zstandard

Article = tuple[str, str]  # title, body

ENCYCLOPAEDIA = ("wiki-2014", "wiki-2018")
STORIES = ("stories-african", "stories-pratham")


def _records(path: Path) -> Iterator[dict[str, str]]:
    if path.suffix == ".zst":
        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
            for line in io.TextIOWrapper(stream, encoding="utf-8", newline="\n"):
                if line.strip():
                    yield json.loads(line)
    else:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)


def split_title(text: str) -> Article:
    title, _, body = text.partition("\n\n")
    return title.strip(), body.strip()


def held_out(text_dir: Path, sources: tuple[str, ...]) -> list[Article]:
    """The held-out documents of some sources."""
    out = []
    for source in sources:
        path = text_dir / "heldout" / f"{source}.jsonl"
        if path.exists():
            out += [split_title(record["text"]) for record in _records(path)]
    return out


class Texts(Protocol):
    """What the generators need of a corpus."""

    def has(self, source: str) -> bool: ...

    def next(self, *sources: str) -> str: ...

    def article(self) -> Article: ...


class Corpus:
    """The training documents of every `parts`-th record, by source, each source in a shuffled endless order."""

    def __init__(self, text_dir: Path, seed: int, part: int = 0, parts: int = 1, limit: int = 400_000) -> None:
        """Reads at most `limit` documents a source. Files under `heldout` are never opened here."""
        self._texts: dict[str, list[str]] = {}
        self._at: dict[str, int] = {}
        self._rng = random.Random(seed * 1009 + part)
        paths = sorted((text_dir / "pieces").glob("*.jsonl.zst"))
        if not paths:
            raise FileNotFoundError(f"no prepared text under {text_dir}/pieces")
        for number, path in enumerate(paths):
            for index, record in enumerate(_records(path)):
                source = record["source"]
                if source == "gutenberg" and number % 8:
                    break  # an eighth of the books is plenty of filler
                if index % parts == part:
                    texts = self._texts.setdefault(source, [])
                    if len(texts) < limit:
                        texts.append(record["text"])
        for texts in self._texts.values():
            self._rng.shuffle(texts)

    def has(self, source: str) -> bool:
        return bool(self._texts.get(source))

    def count(self, source: str) -> int:
        return len(self._texts.get(source, ()))

    def next(self, *sources: str) -> str:
        """The next document of one of the sources, picked in proportion to their sizes."""
        present = [s for s in sources if self.has(s)]
        if not present:
            raise LookupError(f"no documents of {', '.join(sources)}")
        source = self._rng.choices(present, [self.count(s) for s in present])[0]
        index = self._at.get(source, 0)
        self._at[source] = (index + 1) % self.count(source)
        return self._texts[source][index]

    def article(self) -> Article:
        return split_title(self.next(*ENCYCLOPAEDIA))


class HeldOutCorpus:
    """The held-out documents behind the same methods as `Corpus`, for the evaluation sets."""

    def __init__(self, text_dir: Path, seed: int) -> None:
        self._rng = random.Random(seed)
        self._texts: dict[str, list[str]] = {}
        self._at: dict[str, int] = {}
        for path in sorted((text_dir / "heldout").glob("*.jsonl")):
            texts = [record["text"] for record in _records(path)]
            self._rng.shuffle(texts)
            self._texts[path.stem] = texts

    def has(self, source: str) -> bool:
        return bool(self._texts.get(source))

    def next(self, *sources: str) -> str:
        present = [s for s in sources if self.has(s)]
        if not present:
            raise LookupError(f"no held-out documents of {', '.join(sources)}")
        source = self._rng.choices(present, [len(self._texts[s]) for s in present])[0]
        index = self._at.get(source, 0)
        self._at[source] = (index + 1) % len(self._texts[source])
        return self._texts[source][index]

    def article(self) -> Article:
        return split_title(self.next(*ENCYCLOPAEDIA))
