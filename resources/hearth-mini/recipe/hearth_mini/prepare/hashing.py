"""Fast hashes of the words of a text, computed for the whole text at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_BLOCK = 1 << 20
_POWERS: Hashes = np.cumprod(np.full(_BLOCK, _BASE, np.uint64), dtype=np.uint64)
_INVERSES: Hashes = np.cumprod(np.full(_BLOCK, _INVERSE, np.uint64), dtype=np.uint64)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_SHIFT = np.uint64(32)
_SHINGLE = (
    np.uint64(0xA0761D6478BD642F),
    np.uint64(0xE7037ED1A0B428DB),
    np.uint64(0x8EBC6AF09C88C6E3),
    np.uint64(0x589965CC75374CC3),
    np.uint64(0x1D8E4E27C47D124F),
)
SHINGLE_WORDS = len(_SHINGLE)
BINS = 64

_IN_WORD = np.zeros(256, bool)
_IN_WORD[list(b"abcdefghijklmnopqrstuvwxyz0123456789'")] = True
_IN_WORD[128:] = True


def _mixed(values: Hashes) -> Hashes:
    """Scramble the bits of ``values``."""
    values = (values ^ (values >> _SHIFT)) * _MIX
    values = (values ^ (values >> _SHIFT)) * _MIX
    return values ^ (values >> _SHIFT)


def word_hashes(text: str) -> Hashes:
    """Return a 64-bit hash for each word of ``text``, ignoring case and punctuation."""
    raw = np.frombuffer(text.lower().encode(), np.uint8)
    pieces = []
    start = 0
    while start < len(raw):
        end = min(start + _BLOCK, len(raw))
        if end < len(raw):
            while end > start + 1 and _IN_WORD[raw[end - 1]]:
                end -= 1
        pieces.append(_block_hashes(raw[start:end]))
        start = end
    return np.concatenate(pieces) if pieces else np.empty(0, np.uint64)


def _block_hashes(raw: npt.NDArray[np.uint8]) -> Hashes:
    """Return the word hashes of at most ``_BLOCK`` bytes."""
    inside = np.concatenate(([False], _IN_WORD[raw], [False]))
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[0::2], edges[1::2]
    sums = np.zeros(len(raw) + 1, np.uint64)
    np.cumsum((raw.astype(np.uint64) + np.uint64(1)) * _POWERS[: len(raw)], out=sums[1:])
    return _mixed((sums[ends] - sums[starts]) * _INVERSES[starts])


def signature(words: Hashes) -> npt.NDArray[np.uint32]:
    """Return a one-permutation MinHash of the five-word shingles; an empty bin is the largest number."""
    result = np.full(BINS, 0xFFFFFFFF, np.uint32)
    count = len(words) - SHINGLE_WORDS + 1
    if count < 1:
        return result
    mixed = np.zeros(count, np.uint64)
    for offset, factor in enumerate(_SHINGLE):
        mixed += words[offset : offset + count] * factor
    ordered = np.sort(_mixed(mixed))
    bounds = np.searchsorted(ordered, np.arange(BINS, dtype=np.uint64) << np.uint64(58))
    filled = np.flatnonzero(np.diff(np.append(bounds, count)) > 0)
    smallest = ordered[bounds[filled]]
    result[filled] = ((smallest >> np.uint64(20)) & np.uint64(0xFFFFFFFE)).astype(np.uint32)
    return result
