"""First step: read the sources, clean the documents and describe them for the later steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .cleaning import clean
from .documents import Document, content_hash, write_documents
from .duplicates import paragraph_hashes
from .hashing import BINS, signature, word_hashes
from .manifest import Source
from .quality import BUCKETS, word_counts
from .readers import READERS
from .repository import Blob, Repository, locate
from .tally import Tally

UNIT_BYTES = 24_000_000
PROSE_KINDS = ("wiki", "books")
PROSE_READERS = ("cnxml", "stories")


@dataclass(frozen=True, slots=True)
class Unit:
    """A share of one source that one worker reads at a time."""

    number: int
    source: Source
    directory: Path
    blobs: tuple[Blob, ...]
    output: Path


@dataclass(slots=True)
class Description:
    """What the later steps need to know about the documents of one unit."""

    number: int
    source: str
    group: str
    kind: str
    path: Path
    hashes: npt.NDArray[np.uint64]
    lengths: npt.NDArray[np.int64]
    signatures: npt.NDArray[np.uint32]
    paragraph_counts: npt.NDArray[np.int64]
    paragraphs: npt.NDArray[np.uint64]
    words: npt.NDArray[np.int64]
    tally: Tally = field(default_factory=Tally)


def plan(sources: list[Source], mirror: Path, output: Path) -> list[Unit]:
    """Split the files of all sources into units of similar size."""
    units: list[Unit] = []
    for source in sources:
        directory = locate(mirror, source.repository)
        wanted = [
            blob
            for blob in Repository(directory).blobs(source.commit)
            if blob.size and source.pattern.fullmatch(blob.path)
        ]
        if not wanted:
            raise FileNotFoundError(f"no file of {source.repository} matches {source.pattern.pattern}")
        batch: list[Blob] = []
        size = 0
        for blob in wanted:
            batch.append(blob)
            size += blob.size
            if size >= UNIT_BYTES or blob is wanted[-1]:
                number = len(units)
                units.append(Unit(number, source, directory, tuple(batch), output / f"{number:04d}.jsonl.zst"))
                batch, size = [], 0
    return units


def read_unit(unit: Unit) -> Description:
    """Read and clean the documents of a unit, store them and return their description."""
    source = unit.source
    tally = Tally()
    reader = READERS[source.reader]
    documents: list[Document] = []
    for blob, content in Repository(unit.directory).read(unit.blobs):
        for name, text in reader(source.name, blob.path, content, tally):
            document = clean(Document(source.name, name, text), source.kind, tally)
            if document is not None:
                documents.append(document)
    comparable = source.kind in PROSE_KINDS or source.reader in PROSE_READERS
    words = np.zeros(BUCKETS, np.int64)
    signatures = []
    counts = []
    paragraphs: list[int] = []
    for document in documents:
        hashes = word_hashes(document.text)
        words += word_counts(hashes)
        signatures.append(signature(hashes))
        own = paragraph_hashes(document.text) if comparable else []
        counts.append(len(own))
        paragraphs.extend(own)
    write_documents(unit.output, documents)
    return Description(
        number=unit.number,
        source=source.name,
        group=source.group,
        kind=source.kind,
        path=unit.output,
        hashes=np.array([content_hash(document.text) for document in documents], np.uint64),
        lengths=np.array([len(document.text) for document in documents], np.int64),
        signatures=np.array(signatures, np.uint32).reshape(-1, BINS),
        paragraph_counts=np.array(counts, np.int64),
        paragraphs=np.array(paragraphs, np.uint64),
        words=words,
        tally=tally,
    )
