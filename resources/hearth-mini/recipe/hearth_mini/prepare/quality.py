"""A cheap quality score: how modern, plain and lively a piece of text is."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from .hashing import Hashes

BUCKETS = 1 << 17
_MASK = np.uint64(BUCKETS - 1)
_WEIGHTS = {"books": (1.0, 0.8, 0.5, 0.3), "wiki": (1.0, 0.0, 0.4, 0.5)}
_FAVOURED = (
    "Alcott Alger Andersen Barrie Baum Burnett Carroll Chesterton Chekhov Christie Doyle Emshwiller Goldfrap Grimm"
    " Hoskins Kelley Lang London Maupassant Montgomery Nesbit Orban Potter Russell Stevenson Twain Verne Wells Wodehouse Wrenn"
).split()
_DISFAVOURED = (
    "Buckley Burton Dante Gibbon Goethe Homer Jowett Milton Morley Ormsby Plato Pope Shakespeare Ibsen Voltaire Doré"
).split()
_FAVOURED_TITLE = re.compile(r"\b(?:Fairy|Tales?|Stor(?:y|ies)|Boys?'?s?|Girls?|Child(?:ren)?|Adventures?|Essays?)\b")
AUTHOR_BONUS = 0.7
TITLE_BONUS = 0.4


def word_counts(words: Hashes) -> npt.NDArray[np.int64]:
    """Count words by hash bucket."""
    return np.bincount((words & _MASK).astype(np.int64), minlength=BUCKETS)


def log_ratios(
    wanted: list[npt.NDArray[np.int64]], background: npt.NDArray[np.int64], common: int = 6000
) -> npt.NDArray[np.float32]:
    """Return for each bucket the clipped log ratio of its share in ``wanted`` to that in ``background``.

    The texts in ``wanted`` weigh the same whatever their length. Only the most common buckets count, so that
    the score follows style rather than subject; the others are zero.
    """
    shares = [(counts + 0.5) / (counts.sum() + 0.5 * BUCKETS) for counts in wanted]
    target = np.mean(shares, axis=0)
    base = (background + 0.5) / (background.sum() + 0.5 * BUCKETS)
    ratios = np.clip(np.log(target / base), -3.0, 3.0)
    frequent = np.zeros(BUCKETS, bool)
    frequent[np.argsort(-(target + base))[:common]] = True
    return np.where(frequent, ratios, 0.0).astype(np.float32)


def features(text: str, words: Hashes, ratios: npt.NDArray[np.float32]) -> tuple[float, float, float, float]:
    """Return style ratio, share of spoken paragraphs, plainness and fullness of a piece of text."""
    count = max(len(words), 1)
    style = float(ratios[(words & _MASK).astype(np.int64)].sum()) / count
    paragraphs = text.split("\n\n")
    spoken = sum(paragraph.startswith(('"', "'")) for paragraph in paragraphs) / len(paragraphs)
    sentences = text.count(". ") + text.count(".\n") + text.count("? ") + text.count("! ") + text.count('."') + 1
    plain = -abs(np.log(count / sentences / 15.0)) - max(0.0, len(text) / count - 5.8)
    full = float(np.log(min(count, 3000)))
    return style, min(spoken, 0.6), float(plain), full


def book_bonus(name: str) -> float:
    """Return the bonus of a book for its author and title, which are the parts of its path."""
    author, _, title = name.partition("/")
    return _author_bonus(author) + (TITLE_BONUS if _FAVOURED_TITLE.search(title) else 0.0)


def _author_bonus(author: str) -> float:
    """Return the bonus of a book for its author."""
    if any(author.startswith(favoured) for favoured in _FAVOURED):
        return AUTHOR_BONUS
    if any(author.startswith(disfavoured) for disfavoured in _DISFAVOURED):
        return -2 * AUTHOR_BONUS
    return 0.0


def scores(kind: str, table: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Combine standardised features into one score a row; every piece of the other kinds scores zero."""
    if kind not in _WEIGHTS or not len(table):
        return np.zeros(len(table), np.float32)
    spread = np.maximum(table.std(axis=0), 1e-6)
    standard = np.clip((table - table.mean(axis=0)) / spread, -3.0, 3.0)
    return np.asarray(standard @ np.array(_WEIGHTS[kind]), np.float32)


def assign_tiers(
    score: npt.NDArray[np.float32], tokens: npt.NDArray[np.int64], limits: list[int]
) -> npt.NDArray[np.int64]:
    """Return the tier of each piece: best first, each tier up to its number of tokens; -1 beyond the last."""
    order = np.argsort(-score, kind="stable")
    reached = np.cumsum(tokens[order])
    bounds = np.cumsum(limits)
    tier = np.searchsorted(bounds, reached, side="left")
    result = np.empty(len(score), np.int64)
    result[order] = np.where(tier < len(limits), tier, -1)
    return result
