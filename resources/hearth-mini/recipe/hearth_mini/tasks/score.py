"""Scores of answers: exact, normalised, contained, word overlap, faithfulness of summaries, twin pairs.

`python -m hearth_mini.tasks.score ITEMS.jsonl ANSWERS.jsonl` prints them; each row of ANSWERS has `id` and `text`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_LEAD = re.compile(r"^(?:in|at|on|by|from|to|with|of)\s+")


def normalise(text: str) -> str:
    """Lower case without punctuation, articles, a leading preposition or commas inside numbers."""
    text = text.lower().strip()
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"(?<!\d)\.|\.(?!\d)|[\"'“”‘’`,;:!?()\[\]*]", " ", text)
    text = _ARTICLE.sub(" ", text)
    return _LEAD.sub("", " ".join(text.split()))


def exact_match(answer: str, accepted: Sequence[str]) -> bool:
    """True if the answer is one of the accepted strings, but for white space at its ends and a final full stop."""
    return answer.strip().removesuffix(".") in {a.strip().removesuffix(".") for a in accepted}


def normalised_match(answer: str, accepted: Sequence[str]) -> bool:
    own = normalise(answer)
    return any(own == normalise(a) for a in accepted)


def contains_match(answer: str, accepted: Sequence[str]) -> bool:
    """True if an accepted string stands in the answer as whole words."""
    own = f" {normalise(answer)} "
    return any(f" {normalise(a)} " in own for a in accepted if normalise(a)) or any(
        not a.isascii() and a in answer for a in accepted
    )


def word_overlap(answer: str, accepted: Sequence[str]) -> float:
    """The best F1 of words with an accepted string."""
    best = 0.0
    own = Counter(normalise(answer).split())
    for one in accepted:
        other = Counter(normalise(one).split())
        shared = sum((own & other).values())
        if shared:
            precision, recall = shared / sum(own.values()), shared / sum(other.values())
            best = max(best, 2 * precision * recall / (precision + recall))
    return best


def faithful_share(summary: str, document: str) -> float:
    """The share of the names and numbers of a summary that stand in the document; 0 for a summary without any."""
    found = re.findall(r"\d[\d,.]*\d|\d|(?<=[\w,] )[A-Z][\w'’\-]+", summary)
    if not found:
        return 0.0
    return sum(one in document for one in found) / len(found)


def quoted_share(summary: str, document: str, size: int = 4) -> float:
    """The share of the runs of `size` words of a summary that stand in the document."""
    words = summary.split()
    text = " ".join(document.split())
    runs = [" ".join(words[i : i + size]) for i in range(len(words) - size + 1)]
    return sum(run in text for run in runs) / len(runs) if runs else 0.0


def score_item(item: Mapping[str, Any], answer: str) -> dict[str, float]:
    """All scores that make sense for the kind of the item."""
    accepted = [str(a) for a in item["answers"]]
    if item["kind"] == "summary":
        document = "\n\n".join(item["documents"])
        return {
            "facts": sum(contains_match(answer, [a]) for a in accepted) / len(accepted) if accepted else 0.0,
            "faithful": faithful_share(answer, document),
            "quoted": quoted_share(answer, document),
        }
    return {
        "exact": float(exact_match(answer, accepted)),
        "normalised": float(normalised_match(answer, accepted)),
        "contains": float(contains_match(answer, accepted)),
        "overlap": word_overlap(answer, accepted),
    }


def score_all(items: Sequence[Mapping[str, Any]], answers: Mapping[str, str]) -> dict[str, float]:
    """Mean scores over the items; a missing answer counts as empty. Twin pairs count only if both halves are right."""
    sums: dict[str, float] = {}
    pairs: dict[str, list[bool]] = {}
    for item in items:
        answer = answers.get(str(item["id"]), "")
        scores = score_item(item, answer)
        for name, value in scores.items():
            sums[name] = sums.get(name, 0.0) + value
        if item.get("pair"):
            pairs.setdefault(str(item["pair"]), []).append(scores.get("contains", 0.0) > 0)
    out = {name: value / len(items) for name, value in sums.items()} if items else {}
    if pairs:
        out["pairs"] = sum(all(both) for both in pairs.values()) / len(pairs)
    out["items"] = float(len(items))
    return out


def read_rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("items", type=Path)
    parser.add_argument("answers", type=Path)
    args = parser.parse_args()
    answers = {str(row["id"]): str(row["text"]) for row in read_rows(args.answers)}
    for name, value in score_all(read_rows(args.items), answers).items():
        print(f"{name:12} {value:.4g}")


if __name__ == "__main__":
    main()
