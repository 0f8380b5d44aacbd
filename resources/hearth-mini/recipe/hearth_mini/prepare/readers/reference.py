"""Readers of a dictionary and of country profiles, both stored as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ..normal import decode, normalise, squeeze, unescape
from ..randomness import choose, number_from
from ..tally import Tally

_BREAK = re.compile(r"(?:<br\s*/?>|</p>|<p>)+", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,100}>")
_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z' -]*")
_VOWELS = "aeiouAEIOU"


def _article(word: str) -> str:
    """Return the indefinite article for ``word``."""
    return "an" if word[0] in _VOWELS else "a"


def _meaning_lines(word: str, meanings: list[dict[str, Any]], form: str) -> list[str]:
    """Return the meanings of ``word`` as lines, in one of several forms of words."""
    lines = []
    for number, meaning in enumerate(meanings, 1):
        definition = squeeze(str(meaning.get("def", "")))
        kind = str(meaning.get("speech_part", "word"))
        example = squeeze(str(meaning.get("example", "")))
        synonyms = [str(item) for item in meaning.get("synonyms", [])][:5]
        if form == "list":
            line = f"{number}. ({kind}) {definition}"
        elif form == "sentence":
            line = f'As {_article(kind)} {kind}, "{word}" means: {definition}.'
        else:
            line = f"{word} ({kind}): {definition}."
        if example:
            line += f' Example: "{example}"' if form != "sentence" else f" For example: {example.rstrip('.')}."
        if synonyms:
            line += f" Similar words: {', '.join(synonyms)}."
        lines.append(line)
    return lines


def read_wordset(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield one text a dictionary entry; one entry in twelve is given as JSON."""
    entries: dict[str, dict[str, Any]] = json.loads(decode(content))
    for key, entry in entries.items():
        word = str(entry.get("word", key))
        meanings = [meaning for meaning in entry.get("meanings", []) if meaning.get("def")]
        if not meanings or not _PLAIN_WORD.fullmatch(word):
            tally.add(source, "dictionary: entry without a plain word or meaning", len(word))
            continue
        form = choose(("list", "sentence", "plain"), source, word)
        if number_from(source, word, "json") % 12 == 0:
            wanted = ("speech_part", "def", "example", "synonyms")
            record = {
                "word": word,
                "meanings": [{name: meaning[name] for name in wanted if name in meaning} for meaning in meanings],
            }
            text = json.dumps(record, indent=choose((None, 2), word), ensure_ascii=False)
        else:
            lines = _meaning_lines(word, meanings, form)
            text = f"{word}\n\n" + "\n".join(lines) if form == "list" else "\n".join(lines)
        yield word, normalise(text)


def _fields(value: Any, label: str) -> Iterator[tuple[str, str]]:
    """Yield the labelled texts inside one part of a country profile."""
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key == "text" and isinstance(inner, str):
            yield label, inner
        elif isinstance(inner, dict):
            yield from _fields(inner, f"{label} - {key.strip()}" if label else key.strip())


def read_factbook(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield one text for each section of a country profile."""
    profile = json.loads(decode(content))
    if not isinstance(profile, dict) or "Government" not in profile:
        tally.add(source, "profile: not a country or region", len(content))
        return
    names = dict(_fields(profile["Government"].get("Country name", {}), ""))
    country = squeeze(_TAG.sub("", names.get("conventional short form") or names.get("conventional long form") or ""))
    if not country or country.lower() == "none":
        country = squeeze(_TAG.sub("", names.get("conventional long form", "")))
    if not country or country.lower() == "none":
        tally.add(source, "profile: without a name", len(content))
        return
    for section, value in profile.items():
        lines = []
        for label, raw in _fields(value, ""):
            parts = [squeeze(_TAG.sub("", part)) for part in _BREAK.split(unescape(raw))]
            text = "; ".join(part for part in parts if part)
            if text and text.upper() != "NA":
                lines.append(f"{label}: {text}")
        body = "\n".join(lines)
        if len(body) >= 120:
            yield f"{path}#{section}", normalise(f"{country}: {section}\n\n{body}")
