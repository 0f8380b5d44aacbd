"""Scores of answers against the expected ones: exact, contains, word error rate.

    python -m hearth_mini.media.score --items HELDOUT/items.jsonl --answers FILE

prints one line a kind. FILE holds one JSON string a line, in the order of the items.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def normalised(text: str) -> str:
    """Lower case, without quotation marks, final punctuation and repeated blanks."""
    text = re.sub(r"[\"“”]", "", text.strip().lower())
    return re.sub(r"\s+", " ", text).strip(" .!?")


def words(text: str) -> list[str]:
    """Words for the error rate: lower case, letters, digits and inner apostrophes."""
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)*", text.lower().replace("’", "'"))


def exact(answer: str, expected: str) -> bool:
    return normalised(answer) == normalised(expected)


def contains(answer: str, expected: str) -> bool:
    """True if the words of `expected` stand together in the answer, as whole words."""
    wanted, given = words(expected), words(answer)
    if not wanted:
        return normalised(expected) in normalised(answer)
    return any(given[at : at + len(wanted)] == wanted for at in range(len(given) - len(wanted) + 1))


def edit_distance(first: Sequence[str], second: Sequence[str]) -> int:
    """Least number of insertions, deletions and replacements between two sequences."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


def word_error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Edits over reference words, summed over all (answer, expected) pairs; 0 for no pairs."""
    edits = sum(edit_distance(words(answer), words(expected)) for answer, expected in pairs)
    length = sum(len(words(expected)) for _, expected in pairs)
    return edits / length if length else 0.0


def letter_error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    edits = sum(edit_distance(normalised(answer), normalised(expected)) for answer, expected in pairs)
    length = sum(len(normalised(expected)) for _, expected in pairs)
    return edits / length if length else 0.0


def score(measure: str, pairs: Sequence[tuple[str, str]]) -> float:
    """Share of right answers for "exact" and "contains"; 1 minus the error rate, at least 0, for "wer"."""
    if measure == "wer":
        return max(0.0, 1.0 - word_error_rate(pairs))
    judge = {"exact": exact, "contains": contains}[measure]
    return sum(judge(answer, expected) for answer, expected in pairs) / len(pairs) if pairs else 0.0


def twin_score(measure: str, twins: Sequence[tuple[tuple[str, str], tuple[str, str]]]) -> float:
    """Share of twins of which both (answer, expected) pairs are right: guessing from the question alone scores 0."""
    judge = {"exact": exact, "contains": contains}[measure]
    return sum(judge(*first) and judge(*second) for first, second in twins) / len(twins) if twins else 0.0


def report(items: Sequence[dict[str, Any]], answers: Sequence[str]) -> dict[str, float]:
    """Score by kind; kinds made of twins count pairs, both of which must be right."""
    by_kind: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for item, answer in zip(items, answers, strict=True):
        by_kind.setdefault(item["kind"], []).append((item, answer))
    scores = {}
    for kind, group in by_kind.items():
        pairs = [(answer, item["expected"]) for item, answer in group]
        measure = group[0][0]["measure"]
        if group[0][0]["twin"] is None:
            scores[kind] = score(measure, pairs)
        else:
            scores[kind] = twin_score(measure, list(zip(pairs[0::2], pairs[1::2], strict=True)))
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description="Score answers to the held-out items.")
    parser.add_argument("--items", type=Path, required=True)
    parser.add_argument("--answers", type=Path, required=True)
    arguments = parser.parse_args()
    items, answers = (
        [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for path in (arguments.items, arguments.answers)
    )
    for kind, value in report(items, answers).items():
        print(f"{100 * value:6.1f} %  {kind}")


if __name__ == "__main__":
    main()
