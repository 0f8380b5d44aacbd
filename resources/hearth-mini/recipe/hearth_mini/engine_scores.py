"""Held-out scores of a GGUF, measured through the C++ engine as people use it.

    python -m hearth_mini.engine_scores --cli hearth-cli --model hearth-mini.gguf --media HELDOUT --tasks HELDOUT --out DIR
                                        [--per-kind 300] [--workers 2]

Every item is one run of `hearth-cli chat --json --temperature 0`. Writes DIR/answers.jsonl (each item with the answer) and DIR/scores.md: the
score of each kind with the 95 % interval of 2,000 bootstrap resamples. Items are taken in file order, at most --per-kind of each kind.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .media import score as media_score
from .tasks import score as task_score

NUM_RESAMPLES = 2_000
TIMEOUT_SECONDS = 120

Item = dict[str, Any]


@dataclass(frozen=True)
class Engine:
    """The program under test and the model file it loads."""

    cli: Path
    model: Path

    def answers(self, questions: Sequence[str], options: Sequence[str]) -> list[str]:
        """Answers of one conversation, greedy, one thread. `options` attach files to the first question.

        Raises RuntimeError with the program's own message when it fails.
        """
        command = [str(self.cli), "chat", "-m", str(self.model), "--json", "--temperature", "0", "--threads", "1", *options]
        text = "".join(" ".join(question.split()) + "\n" for question in questions)
        if len(questions) == 1:
            # A spoken question comes without text, which a conversation would skip as an empty line.
            command += ["-p", questions[0]]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
        lines = done.stdout.splitlines()
        if done.returncode != 0 or len(lines) != len(questions):
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or 'no answer'}")
        return [json.loads(line)["text"] for line in lines]


@dataclass(frozen=True)
class Score:
    """Units of one kind: `sum(got) / sum(of)` is the score, a word error rate where `is_error`."""

    got: NDArray[np.float64]
    of: NDArray[np.float64]
    is_error: bool = False

    def value(self) -> float:
        """The score over all units."""
        return float(self.got.sum() / max(self.of.sum(), 1e-9))

    def interval(self) -> tuple[float, float]:
        """95 % bootstrap interval."""
        at = np.random.default_rng(0).integers(0, len(self.got), (NUM_RESAMPLES, len(self.got)))
        low, high = np.percentile(self.got[at].sum(1) / np.maximum(self.of[at].sum(1), 1e-9), [2.5, 97.5])
        return float(low), float(high)


def read_items(path: Path) -> list[Item]:
    """The items of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def media_items(folder: Path, per_kind: int) -> list[Item]:
    """The first `per_kind` picture and sound items of each kind, in order."""
    seen: dict[str, int] = {}
    kept = []
    for item in read_items(folder / "items.jsonl"):
        seen[item["kind"]] = seen.get(item["kind"], 0) + 1
        if seen[item["kind"]] <= per_kind:
            kept.append(item)
    return kept


def task_items(folder: Path, per_kind: int) -> list[Item]:
    """The first `per_kind` text items of each file."""
    return [{**item, "kind": path.stem.replace("_", " "), "form": item["kind"]}
            for path in sorted(folder.glob("*.jsonl")) for item in read_items(path)[:per_kind]]


def answer_media(engine: Engine, folder: Path, item: Item) -> Item:
    """The item with the model's answer under "given"."""
    files = item["file"] if isinstance(item["file"], list) else [item["file"]]
    options = [text for file in files for text in ("--audio" if file.endswith(".wav") else "--image", str(folder / file))]
    return {**item, "given": engine.answers([item["question"]], options)[0]}


def answer_task(engine: Engine, item: Item) -> Item:
    """The item with the model's answer to its last question; earlier turns are asked again, as a person would see it."""
    with tempfile.TemporaryDirectory() as temporary:
        options = ["--retrieval", "off"]
        for index, text in enumerate(item["documents"]):
            file = Path(temporary) / f"{index}.txt"
            file.write_text(text, "utf-8")
            options += ["--document", str(file)]
        questions = [*(turn[0] for turn in item["turns"]), item["question"]]
        return {**item, "given": engine.answers(questions, options)[-1]}


def media_score_of(group: Sequence[Item]) -> Score:
    """The score of one kind; twins count as pairs, both of which must be right."""
    measure = group[0]["measure"]
    pairs = [(item["given"], item["expected"]) for item in group]
    if group[0]["twin"] is not None:
        right = [media_score.twin_score(measure, [twin]) for twin in zip(pairs[0::2], pairs[1::2], strict=False)]
    elif measure == "wer":
        edits = [media_score.edit_distance(media_score.words(a), media_score.words(b)) for a, b in pairs]
        return Score(np.array(edits, float), np.array([len(media_score.words(b)) for _, b in pairs], float), is_error=True)
    else:
        right = [media_score.score(measure, [pair]) for pair in pairs]
    return Score(np.array(right, float), np.ones(len(right)))


def task_score_of(group: Sequence[Item]) -> Score:
    """The score of one kind: the wanted answer is in the given one; of a summary the share of wanted facts."""
    units: dict[str, float] = {}
    for item in group:
        scores = task_score.score_item({**item, "kind": item["form"]}, item["given"])
        unit = str(item.get("pair") or item["id"])
        units[unit] = min(units.get(unit, 1.0), scores["facts"] if item["form"] == "summary" else scores["contains"])
    right = np.array(list(units.values()), float)
    return Score(right, np.ones(len(right)))


def table(answered: Sequence[Item]) -> str:
    """One Markdown row a kind."""
    groups: dict[str, list[Item]] = {}
    for item in answered:
        groups.setdefault(item["kind"], []).append(item)
    lines = ["| ability | score | 95 % interval | items |", "| --- | --- | --- | --- |"]
    for kind, group in groups.items():
        result = task_score_of(group) if "form" in group[0] else media_score_of(group)
        low, high = result.interval()
        suffix = " word error rate" if result.is_error else ""
        lines.append(f"| {kind} | {100 * result.value():.1f} %{suffix} | {100 * low:.1f}–{100 * high:.1f} % | {len(result.got)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--media", type=Path, required=True, help="folder made by hearth_mini.media.heldout")
    parser.add_argument("--tasks", type=Path, required=True, help="folder made by hearth_mini.tasks.heldout")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--per-kind", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    engine = Engine(options.cli, options.model)
    with ThreadPoolExecutor(options.workers) as pool:
        answered = list(pool.map(lambda item: answer_task(engine, item), task_items(options.tasks, options.per_kind)))
        answered += pool.map(lambda item: answer_media(engine, options.media, item),
                             media_items(options.media, options.per_kind))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "answers.jsonl").write_text("".join(json.dumps(item) + "\n" for item in answered), "utf-8")
    (options.out / "scores.md").write_text(table(answered), "utf-8")
    print(table(answered))


if __name__ == "__main__":
    main()
