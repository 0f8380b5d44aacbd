"""Second step: hold documents out, then drop duplicates of documents and of paragraphs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .duplicates import first_occurrences, near_duplicates
from .hashing import BINS
from .manifest import KINDS
from .reading import Description
from .tally import Tally

HELD_OUT_SHARE = 0.003
HELD_OUT_MINIMUM = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """For each document of a unit: held out or kept; for each of its long paragraphs: kept or not."""

    held_out: npt.NDArray[np.bool_]
    keep: npt.NDArray[np.bool_]
    keep_paragraph: npt.NDArray[np.bool_]


def hold_out(groups: npt.NDArray[np.int64], hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Mark about 0.3 % of the documents of each group, at least 20, by the lowest content hashes."""
    marked = np.zeros(len(hashes), bool)
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        distinct = np.unique(hashes[rows])
        count = min(max(HELD_OUT_MINIMUM, round(HELD_OUT_SHARE * len(distinct))), max(1, len(distinct) // 4))
        marked[rows[hashes[rows] <= distinct[count - 1]]] = True
    return marked


def choose_documents(descriptions: list[Description], tally: Tally) -> list[Choice]:
    """Decide about every document; held-out documents come first, so their copies are never trained on."""
    names = sorted({description.source for description in descriptions})
    sizes = [len(description.hashes) for description in descriptions]
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    sources = np.concatenate([np.full(n, names.index(d.source)) for d, n in zip(descriptions, sizes, strict=True)])
    ranks = np.concatenate([np.full(n, KINDS.index(d.kind)) for d, n in zip(descriptions, sizes, strict=True)])
    hashes = np.concatenate([description.hashes for description in descriptions])
    lengths = np.concatenate([description.lengths for description in descriptions])
    signatures = np.concatenate([description.signatures.reshape(-1, BINS) for description in descriptions])

    groups = sorted({description.group for description in descriptions})
    group_of = np.array([groups.index(d.group) for d in descriptions], np.int64)
    held_out = hold_out(np.repeat(group_of, sizes), hashes)
    order = np.lexsort((np.arange(len(hashes)), ranks, ~held_out))
    distinct = np.zeros(len(hashes), bool)
    distinct[order] = first_occurrences(hashes[order])
    similar = np.zeros(len(hashes), bool)
    remaining = order[distinct[order]]
    similar[remaining] = near_duplicates(signatures[remaining])
    keep = distinct & ~similar
    for rule, dropped in (("duplicate: exact", ~distinct), ("duplicate: near", distinct & similar)):
        for index in np.unique(sources[dropped]):
            rows = dropped & (sources == index)
            tally.add(names[index], rule, int(lengths[rows].sum()), int(rows.sum()))

    counts = np.concatenate([description.paragraph_counts for description in descriptions])
    paragraphs = np.concatenate([description.paragraphs for description in descriptions])
    owners = np.repeat(np.arange(len(counts)), counts)
    place = np.empty(len(hashes), np.int64)
    place[order] = np.arange(len(order))
    usable = np.flatnonzero(keep[owners])
    sequence = usable[np.argsort(place[owners[usable]], kind="stable")]
    keep_paragraph = np.zeros(len(paragraphs), bool)
    keep_paragraph[sequence] = first_occurrences(paragraphs[sequence])
    keep_paragraph |= held_out[owners]

    ends = np.concatenate(([0], np.cumsum([len(description.paragraphs) for description in descriptions])))
    return [
        Choice(
            held_out=(held_out & keep)[offsets[i] : offsets[i + 1]],
            keep=(keep & ~held_out)[offsets[i] : offsets[i + 1]],
            keep_paragraph=keep_paragraph[ends[i] : ends[i + 1]],
        )
        for i in range(len(descriptions))
    ]
