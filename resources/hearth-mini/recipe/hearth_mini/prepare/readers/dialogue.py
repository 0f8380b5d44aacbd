"""Readers of two-party dialogues; all give plain text with one labelled line a turn."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence

import yaml

from ..normal import decode, normalise, squeeze, unescape
from ..randomness import choose, number_from
from ..tally import Tally

_SERVICE_LABELS = (
    ("User", "Assistant"),
    ("Customer", "Agent"),
    ("Human", "Assistant"),
    ("Caller", "Operator"),
    ("Visitor", "Clerk"),
    ("Q", "A"),
    ("Guest", "Helper"),
)
_CHAT_LABELS = (
    ("A", "B"),
    ("Speaker 1", "Speaker 2"),
    ("Anna", "Ben"),
    ("Maria", "Tom"),
    ("Friend 1", "Friend 2"),
    ("Leila", "Sam"),
    ("X", "Y"),
    ("Person A", "Person B"),
)
_PERSONA_FILES = ("ai.yml", "botprofile.yml", "emotion.yml", "food.yml", "gossip.yml", "health.yml")


def script(turns: Sequence[tuple[int, str]], labels: tuple[str, str]) -> str:
    """Write turns, each a speaker 0 or 1 and a text, as lines with speaker labels.

    Neighbouring turns of the same speaker become one line.
    """
    merged: list[tuple[int, str]] = []
    for speaker, raw in turns:
        text = squeeze(unescape(normalise(raw)).replace("\n", " "))
        if not text:
            continue
        if merged and merged[-1][0] == speaker:
            merged[-1] = (speaker, f"{merged[-1][1]} {text}")
        else:
            merged.append((speaker, text))
    return "\n".join(f"{labels[speaker]}: {text}" for speaker, text in merged)


def read_schema_guided(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield the service dialogues of one file."""
    if not path.rsplit("/", 1)[-1].startswith("dialogues_"):
        return
    for dialogue in json.loads(content):
        name = str(dialogue["dialogue_id"])
        turns = [(int(turn["speaker"] != "USER"), str(turn["utterance"])) for turn in dialogue["turns"]]
        yield f"{path}#{name}", script(turns, choose(_SERVICE_LABELS, path, name))


def read_taskmaster(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield the ordering dialogues of one file."""
    for dialogue in json.loads(content):
        name = str(dialogue["conversation_id"])
        turns = [
            (int(str(turn.get("speaker", "")).lower() != "user"), str(turn.get("text") or ""))
            for turn in dialogue["utterances"]
        ]
        if len({speaker for speaker, _ in turns}) < 2:
            tally.add(source, "dialogue: one speaker only", sum(len(text) for _, text in turns))
            continue
        yield f"{path}#{name}", script(turns, choose(_SERVICE_LABELS, name))


def read_self_dialogue(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield the approved chats of one table; their turns are numbered columns."""
    csv.field_size_limit(1 << 24)
    rows = csv.DictReader(io.StringIO(normalise(decode(content))))
    columns = [f"Answer.sentence{number}" for number in range(1, 21)]
    for number, row in enumerate(rows):
        sentences = [(row.get(column) or "").strip() for column in columns]
        sentences = [sentence for sentence in sentences if sentence and sentence != "{}"]
        length = sum(len(sentence) for sentence in sentences)
        if row.get("AssignmentStatus") == "Rejected" or len(sentences) < 6 or length < 200:
            tally.add(source, "dialogue: rejected or too short", length)
            continue
        if len(set(sentences)) < len(sentences) - 2:
            tally.add(source, "dialogue: repeats itself", length)
            continue
        turns = [(index % 2, sentence) for index, sentence in enumerate(sentences)]
        yield f"{path}#{number}", script(turns, choose(_CHAT_LABELS, path, str(number)))


def read_chatterbot(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield the question and answer pairs of one file, without those in which a robot speaks of itself."""
    pairs = yaml.safe_load(decode(content)).get("conversations") or []
    if path.endswith(_PERSONA_FILES):
        tally.add(source, "dialogue: persona of another program", len(content), len(pairs))
        return
    for pair in pairs:
        turns = [(index % 2, str(text)) for index, text in enumerate(pair)]
        if any("```" in text for _, text in turns):
            tally.add(source, "dialogue: code on one line", sum(len(text) for _, text in turns))
        elif len(turns) >= 2:
            name = f"{path}#{number_from(*(text for _, text in turns))}"
            yield name, script(turns, choose(_SERVICE_LABELS + _CHAT_LABELS[:2], name))
