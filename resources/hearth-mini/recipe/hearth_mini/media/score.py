"""Scores of answers against the expected ones: exact, contains, word error rate."""

from __future__ import annotations

import re
from collections.abc import Sequence


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
