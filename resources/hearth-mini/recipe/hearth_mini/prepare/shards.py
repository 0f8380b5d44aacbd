"""Last step: encode the chosen pieces and pack them into compressed shards of token ids."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import zstandard

from .documents import read_documents
from .manifest import KINDS
from .tokenizer import Encoder

SHARD_BYTES = 15 * 1024 * 1024
BATCH = 2_000
END_OF_TEXT = 0
PROBE_TOKENS = 2_500_000


@dataclass(frozen=True, slots=True)
class EncodedUnit:
    """The token ids of one unit, stored with the end and the tier of every document."""

    source: str
    kind: str
    path: Path


def encode_unit(
    pieces: Path, source: str, kind: str, tiers: npt.NDArray[np.int64], tokenizer: Path, output: Path
) -> EncodedUnit:
    """Encode the pieces that have a tier, each followed by the end-of-text token."""
    encoder = Encoder.from_file(tokenizer)
    end = np.array([END_OF_TEXT], np.uint16)
    parts: list[npt.NDArray[np.uint16]] = []
    lengths: list[int] = []
    batch: list[str] = []

    def flush() -> None:
        for ids in encoder.encode_many(batch):
            parts.extend((ids, end))
            lengths.append(len(ids) + 1)
        batch.clear()

    for tier, document in zip(tiers, read_documents(pieces), strict=True):
        if tier >= 0:
            batch.append(document.text)
            if len(batch) == BATCH:
                flush()
    flush()
    np.savez(
        output,
        tokens=np.concatenate(parts) if parts else np.empty(0, np.uint16),
        lengths=np.array(lengths, np.int64),
        tiers=tiers[tiers >= 0],
    )
    return EncodedUnit(source, kind, output)


def _gather(units: list[EncodedUnit], kind: str, tier: int) -> list[npt.NDArray[np.uint16]]:
    """Return the documents of a kind and tier as arrays of ids, in a shuffled but fixed order."""
    documents: list[npt.NDArray[np.uint16]] = []
    for unit in units:
        if unit.kind != kind:
            continue
        with np.load(unit.path) as stored:
            tokens, lengths, tiers = stored["tokens"], stored["lengths"], stored["tiers"]
        ends = np.cumsum(lengths)
        documents.extend(tokens[ends[row] - lengths[row] : ends[row]] for row in np.flatnonzero(tiers == tier))
    generator = np.random.default_rng(KINDS.index(kind) * 100 + tier)
    return [documents[row] for row in generator.permutation(len(documents))]


def compress(tokens: npt.NDArray[np.uint16], level: int) -> bytes:
    """Compress token ids as little-endian 16-bit numbers with a window that covers the whole shard."""
    parameters = zstandard.ZstdCompressionParameters.from_level(level, window_log=26, enable_ldm=True)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(tokens.astype("<u2").tobytes())


def _split(documents: list[npt.NDArray[np.uint16]], shard_tokens: int) -> list[list[npt.NDArray[np.uint16]]]:
    """Split documents into runs of about equal numbers of tokens, none above ``shard_tokens`` by much."""
    ends = np.cumsum([len(document) for document in documents])
    count = int(-(-ends[-1] // shard_tokens))
    bounds = np.searchsorted(ends, np.arange(1, count) * ends[-1] / count)
    edges = [0, *bounds.tolist(), len(documents)]
    return [documents[start:stop] for start, stop in itertools.pairwise(edges)]


def write_shards(units: list[EncodedUnit], folder: Path, level: int) -> None:
    """Write the shards in the order in which they should be carried, and ``index.json``.

    Dialogue and modern text come first, then the tiers of the encyclopaedia and of the books in turn.
    """
    for old in folder.glob("*.u16.zst"):
        old.unlink()
    tiers: dict[str, int] = {}
    for unit in units:
        with np.load(unit.path) as stored:
            highest = int(stored["tiers"].max(initial=-1))
        tiers[unit.kind] = max(tiers.get(unit.kind, -1), highest)
    plan = [(kind, tier) for tier in range(max(tiers.values()) + 1) for kind in KINDS if tier <= tiers.get(kind, -1)]
    index: list[dict[str, str | int]] = []
    for kind, tier in plan:
        documents = _gather(units, kind, tier)
        probe = np.concatenate(documents[: max(1, len(documents) * PROBE_TOKENS // sum(map(len, documents)))])
        rate = len(compress(probe, level)) / len(probe)
        for part in _split(documents, int(0.97 * SHARD_BYTES / rate)):
            tokens = np.concatenate(part)
            packed = compress(tokens, level)
            if len(packed) > SHARD_BYTES:
                raise ValueError(f"a shard of {kind} has {len(packed)} bytes")
            name = f"{len(index):03d}-{kind}.u16.zst"
            (folder / name).write_bytes(packed)
            index.append(
                {
                    "shard": name,
                    "kind": kind,
                    "tier": tier,
                    "tokens": len(tokens),
                    "documents": len(part),
                    "bytes": len(packed),
                    "sha256": hashlib.sha256(packed).hexdigest(),
                }
            )
    (folder / "index.json").write_text(json.dumps(index, indent=1), encoding="utf-8")
