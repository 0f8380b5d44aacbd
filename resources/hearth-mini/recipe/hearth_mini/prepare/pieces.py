"""Third step: turn the chosen documents into pieces with quality features."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .documents import Document, read_documents, write_documents
from .duplicates import PARAGRAPH_CHARACTERS
from .hashing import word_hashes
from .quality import book_bonus, features
from .randomness import number_from
from .reading import Description
from .selection import Choice
from .tally import Tally

PIECE_CHARACTERS = (10_000, 28_000)
EARLY_CUT_CHARACTERS = 8_500
LONGEST_PIECE = {"wiki": 30_000, "modern": 30_000, "dialogue": 30_000}


@dataclass(slots=True)
class Pieces:
    """The pieces of one unit: where they are stored, their features, bonuses and sizes in bytes."""

    source: str
    kind: str
    path: Path
    features: npt.NDArray[np.float32]
    bonuses: npt.NDArray[np.float32]
    sizes: npt.NDArray[np.int64]
    held_out: list[Document]
    tally: Tally = field(default_factory=Tally)


def _is_heading(paragraph: str) -> bool:
    """Tell whether a paragraph looks like the title of a chapter."""
    return len(paragraph) <= 70 and paragraph[-1:] not in '.!?"'


def cut(text: str, name: str) -> list[str]:
    """Cut a long text at paragraph ends into pieces of varied length, at chapter titles where they come in time."""
    pieces: list[str] = []
    current: list[str] = []
    size = 0
    low, high = PIECE_CHARACTERS
    target = low + number_from(name, "0") % (high - low)
    for paragraph in text.split("\n\n"):
        if size >= target or (size >= EARLY_CUT_CHARACTERS and _is_heading(paragraph)):
            pieces.append("\n\n".join(current))
            current, size = [], 0
            target = low + number_from(name, str(len(pieces))) % (high - low)
        current.append(paragraph)
        size += len(paragraph) + 2
    last = "\n\n".join(current)
    if pieces and len(last) < low // 5:
        pieces[-1] += "\n\n" + last
    else:
        pieces.append(last)
    return pieces


def _without_repeats(text: str, keep: npt.NDArray[np.bool_]) -> str:
    """Return ``text`` without the long paragraphs that ``keep`` marks as seen before."""
    if keep.all():
        return text
    flags = iter(keep)
    return "\n\n".join(
        paragraph for paragraph in text.split("\n\n") if len(paragraph) < PARAGRAPH_CHARACTERS or next(flags)
    )


def make_pieces(
    description: Description, choice: Choice, ratios: npt.NDArray[np.float32], output: Path
) -> Pieces:
    """Store the pieces of the kept documents of a unit and return their description."""
    tally = Tally()
    held_out: list[Document] = []
    pieces: list[Document] = []
    table: list[tuple[float, float, float, float]] = []
    start = 0
    for index, document in enumerate(read_documents(description.path)):
        end = start + int(description.paragraph_counts[index])
        flags = choice.keep_paragraph[start:end]
        start = end
        if choice.held_out[index]:
            held_out.append(document)
        if not choice.keep[index]:
            continue
        text = _without_repeats(document.text, flags)
        removed = len(document.text) - len(text)
        if removed:
            tally.add(document.source, "duplicate: paragraph", removed, int((~flags).sum()))
        if removed > 0.5 * len(document.text):
            tally.add(document.source, "duplicate: mostly repeated paragraphs", len(text))
            continue
        long = len(text) > LONGEST_PIECE.get(description.kind, 0)
        for part in cut(text, document.name) if long else [text]:
            pieces.append(Document(document.source, document.name, part))
            table.append(features(part, word_hashes(part), ratios))
    write_documents(output, pieces)
    return Pieces(
        source=description.source,
        kind=description.kind,
        path=output,
        features=np.array(table, np.float32).reshape(-1, 4),
        bonuses=np.array([book_bonus(piece.name) for piece in pieces], np.float32),
        sizes=np.array([len(piece.text.encode()) for piece in pieces], np.int64),
        held_out=held_out,
        tally=tally,
    )
