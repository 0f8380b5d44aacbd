"""Writes the training shards: `python -m hearth_mini.tasks.generate --text DIR --out DIR --seed S --tokens N`.

`OUT/shards/NNN-<kind>.u16.zst` are zstd-compressed little-endian uint16 streams (see `encode`), at most 12 MiB each;
`OUT/shards/index.json` lists them. `--repos` is a folder with bare git copies `owner+name` of the published sets;
without it those sets are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard

from . import registry
from .corpus import Corpus
from .encode import Encoder, learned
from .names import Ctx
from .sample import Sample

MAX_TOKENS = {"tasks": 1000, "long": 4000}
SHARD_TOKENS = 6_000_000  # 12 MB before compression, so below 12 MiB in any case
BATCH = 256
_RECIPE = Path(__file__).resolve().parents[2]


@dataclass
class Tally:
    """What was written of one family."""

    samples: int = 0
    tokens: int = 0
    learned: int = 0

    def add(self, stream: npt.NDArray[np.uint16]) -> None:
        self.samples += 1
        self.tokens += len(stream)
        self.learned += learned(stream)

    def as_json(self) -> dict[str, int]:
        return {"samples": self.samples, "tokens": self.tokens, "learned": self.learned}


@dataclass
class Job:
    """What one worker writes."""

    text: Path
    out: Path
    tokenizer: Path
    repos: Path | None
    seed: int
    part: int
    parts: int
    goals: dict[str, int]  # tokens by kind


@dataclass
class _Source:
    """A family at work: what is left of its goal, and where its samples come from."""

    name: str
    goal: float
    make: registry.Maker | None
    rows: Iterator[Sample] | None
    tally: Tally = field(default_factory=Tally)
    is_done: bool = False

    def batch(self, ctx: Ctx) -> list[Sample]:
        if self.rows is not None:
            out = [sample for sample, _ in zip(self.rows, range(BATCH), strict=False)]
            self.is_done = len(out) < BATCH
            return out
        assert self.make is not None
        samples: list[Sample] = []
        for _ in range(BATCH):
            made = self.make(ctx)
            samples += made if isinstance(made, list) else [made] if made is not None else []
        return samples


class _Shards:
    """Collects streams and writes shuffled shards of one kind."""

    def __init__(self, folder: Path, kind: str, part: int, rng: random.Random) -> None:
        self._folder, self._kind, self._part, self._rng = folder, kind, part, rng
        self._held: list[tuple[str, npt.NDArray[np.uint16]]] = []
        self._tokens = 0
        self.records: list[dict[str, Any]] = []

    def add(self, family: str, stream: npt.NDArray[np.uint16]) -> None:
        if self._tokens + len(stream) > SHARD_TOKENS:
            self.flush()
        self._held.append((family, stream))
        self._tokens += len(stream)

    def flush(self) -> None:
        if not self._held:
            return
        self._rng.shuffle(self._held)
        tallies: dict[str, Tally] = {}
        for family, stream in self._held:
            tallies.setdefault(family, Tally()).add(stream)
        raw = np.concatenate([stream for _, stream in self._held]).astype("<u2").tobytes()
        packed = zstandard.ZstdCompressor(level=9).compress(raw)
        path = self._folder / f"part{self._part}-{len(self.records):03d}-{self._kind}.u16.zst"
        path.write_bytes(packed)
        self.records.append({
            "path": path.name,
            "kind": self._kind,
            "tokens": self._tokens,
            "learned": sum(t.learned for t in tallies.values()),
            "samples": sum(t.samples for t in tallies.values()),
            "families": {name: tallies[name].as_json() for name in sorted(tallies)},
            "bytes": len(packed),
            "sha256": hashlib.sha256(packed).hexdigest(),
        })  # fmt: skip
        self._held, self._tokens = [], 0


def run(job: Job) -> list[dict[str, Any]]:
    """Writes the shards of one worker and returns their records, with the names they have so far."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    rng = random.Random(job.seed * 7919 + job.part)
    ctx = Ctx(rng)
    encoder = Encoder(job.tokenizer)
    corpus = Corpus(job.text, job.seed, job.part, job.parts)
    makers = registry.made_families() | registry.text_families(corpus)
    rows = registry.published(job.repos, job.seed, job.part, job.parts) if job.repos else {}
    records = []
    for kind, goal in job.goals.items():
        sources = [
            _Source(f.name, goal * f.share / 100, makers.get(f.name), rows.get(f.name))
            for f in registry.FAMILIES
            if f.kind == kind and (f.name in makers or f.name in rows)
        ]
        shards = _Shards(job.out, kind, job.part, rng)
        seen: set[int] = set()
        started = time.monotonic()
        while True:
            open_sources = [s for s in sources if not s.is_done and s.tally.tokens < s.goal]
            if not open_sources:
                break
            source = min(open_sources, key=lambda s: s.tally.tokens / s.goal)
            before = source.tally.samples
            samples = [s for s in source.batch(ctx) if s.is_chat()]
            for sample, stream in zip(samples, encoder.encode(samples), strict=True):
                key = hash(stream.tobytes())
                if not 0 < len(stream) <= MAX_TOKENS[kind] or key in seen:
                    continue
                seen.add(key)
                source.tally.add(stream)
                shards.add(sample.family, stream)
            if source.tally.samples - before < BATCH // 20:
                source.is_done = True  # hardly anything new is left
        shards.flush()
        records += shards.records
        total = sum(r["tokens"] for r in shards.records)
        print(f"worker {job.part}: {kind} {total:,} tokens in {time.monotonic() - started:.0f} s", flush=True)
    return records


def write_index(folder: Path, records: list[dict[str, Any]], seed: int, tokenizer: Path) -> None:
    """Numbers the shards, tasks before long, and writes `index.json`."""
    families: dict[str, dict[str, int]] = {}
    records.sort(key=lambda r: (r["kind"] != "tasks", r["path"].split("-", 1)[1], r["path"]))
    for number, record in enumerate(records):
        name = f"{number:03d}-{record['kind']}.u16.zst"
        (folder / record.pop("path")).rename(folder / name)
        for family, counts in record["families"].items():
            total = families.setdefault(family, {"samples": 0, "tokens": 0, "learned": 0})
            for key, value in counts.items():
                total[key] += value
        records[number] = {"shard": name, **record}
    index = {
        "format": "uint16 little-endian; bits 0-13 token id, bit 15 no loss; samples end with id 0",
        "seed": seed,
        "tokenizer_sha256": hashlib.sha256(tokenizer.read_bytes()).hexdigest(),
        "tokens": sum(r["tokens"] for r in records),
        "learned": sum(r["learned"] for r in records),
        "families": {
            f.name: {"kind": f.kind, "share": f.share, "reason": f.reason, **families[f.name]}
            for f in registry.FAMILIES
            if f.name in families
        },
        "shards": records,
    }
    (folder / "index.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=Path, required=True, help="folder of the prepared texts")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokens", type=int, required=True, help="tokens of the kind `tasks`")
    parser.add_argument("--long-tokens", type=int, help="tokens of the kind `long` (an eighth of --tokens)")
    parser.add_argument("--repos", type=Path, help="folder of the published sets")
    parser.add_argument("--tokenizer", type=Path, default=_RECIPE / "tokenizer.json")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    folder = args.out / "shards"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.u16.zst"):
        old.unlink()
    long_tokens = args.tokens // 8 if args.long_tokens is None else args.long_tokens
    goals = {"tasks": args.tokens // args.workers, "long": long_tokens // args.workers}
    jobs = [
        Job(args.text, folder, args.tokenizer, args.repos, args.seed, part, args.workers, goals)
        for part in range(args.workers)
    ]
    with multiprocessing.get_context("spawn").Pool(args.workers) as pool:
        records = [record for made in pool.map(run, jobs) for record in made]
    write_index(folder, records, args.seed, args.tokenizer)


if __name__ == "__main__":
    main()
