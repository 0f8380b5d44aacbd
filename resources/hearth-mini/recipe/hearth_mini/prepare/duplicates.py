"""Finding documents and paragraphs that repeat earlier ones."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import numpy.typing as npt

from .hashing import BINS

ROWS = 4
SIMILARITY = 0.75
PARAGRAPH_CHARACTERS = 80
_EMPTY = np.uint32(0xFFFFFFFF)
_NOT_LETTERS = re.compile(r"[^a-z]+")


def paragraph_hashes(text: str) -> list[int]:
    """Return a 64-bit hash of the letters of each paragraph that is long enough to be compared."""
    return [
        int.from_bytes(hashlib.blake2b(_NOT_LETTERS.sub("", paragraph.lower()).encode(), digest_size=8).digest(), "big")
        for paragraph in text.split("\n\n")
        if len(paragraph) >= PARAGRAPH_CHARACTERS
    ]


def first_occurrences(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Mark the first occurrence of each value."""
    keep = np.zeros(len(hashes), bool)
    keep[np.unique(hashes, return_index=True)[1]] = True
    return keep


def near_duplicates(signatures: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Mark the rows whose signature is similar to that of an earlier row that is not marked.

    Rows are candidates for each other where all four values of one of sixteen bands agree. Rows with
    mostly empty bins are too short to be compared.
    """
    marked = np.zeros(len(signatures), bool)
    comparable = np.flatnonzero((signatures != _EMPTY).sum(axis=1) >= BINS // 2)
    if not len(comparable):
        return marked
    pairs = []
    for start in range(0, BINS, ROWS):
        band = np.ascontiguousarray(signatures[comparable, start : start + ROWS])
        whole = band[(band != _EMPTY).all(axis=1)]
        rows = comparable[(band != _EMPTY).all(axis=1)]
        if not len(rows):
            continue
        keys = whole.view([("", np.uint32)] * ROWS).ravel()
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        same = np.flatnonzero(ordered[1:] == ordered[:-1])
        new_group = np.concatenate(([True], ordered[1:] != ordered[:-1]))
        leaders = np.maximum.accumulate(np.where(new_group, np.arange(len(order)), 0))
        pairs.append(np.stack([rows[order[leaders[same + 1]]], rows[order[same + 1]]], axis=1))
        pairs.append(np.stack([rows[order[same]], rows[order[same + 1]]], axis=1))
    candidates = np.unique(np.concatenate(pairs), axis=0)
    left, right = signatures[candidates[:, 0]], signatures[candidates[:, 1]]
    filled = (left != _EMPTY) | (right != _EMPTY)
    similarity = ((left == right) & filled).sum(axis=1) / np.maximum(filled.sum(axis=1), 1)
    close = candidates[similarity >= SIMILARITY]
    for earlier, later in close[np.argsort(close[:, 1], kind="stable")]:
        if not marked[earlier]:
            marked[later] = True
    return marked
