"""Documents, content hashes and the files in which documents are stored between the steps."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard


@dataclass(frozen=True, slots=True)
class Document:
    """One text with the source it came from and its name there."""

    source: str
    name: str
    text: str


def content_hash(text: str) -> int:
    """Return a 64-bit hash of ``text`` that ignores case and the amount of white space."""
    squeezed = " ".join(text.lower().split())
    return int.from_bytes(hashlib.blake2b(squeezed.encode(), digest_size=8).digest(), "big")


def write_documents(path: Path, documents: Iterable[Document]) -> int:
    """Write ``documents`` as zstd-compressed JSON lines and return how many there were."""
    count = 0
    with path.open("wb") as raw, zstandard.ZstdCompressor(level=1).stream_writer(raw) as out:
        for document in documents:
            record = {"source": document.source, "name": document.name, "text": document.text}
            out.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
            count += 1
    return count


def read_documents(path: Path) -> Iterator[Document]:
    """Yield the documents that ``write_documents`` wrote to ``path``, in order."""
    with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
        for line in io.TextIOWrapper(stream, encoding="utf-8", newline="\n"):
            record = json.loads(line)
            yield Document(record["source"], record["name"], record["text"])
