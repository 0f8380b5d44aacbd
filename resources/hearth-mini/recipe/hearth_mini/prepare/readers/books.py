"""Reader of Project Gutenberg plain-text books."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..normal import decode, normalise, squeeze
from ..tally import Tally

_START = re.compile(r"^\*\*\* ?START OF .*$|^\*END[\* ]*THE SMALL PRINT.*$", re.MULTILINE | re.IGNORECASE)
_END = re.compile(
    r"^(?:\*\*\* ?END OF .*|\*\*\*START: FULL LICENSE.*|End of (?:the |this )?Project Gutenberg.*)$",
    re.MULTILINE | re.IGNORECASE,
)
_COPYRIGHTED = re.compile(r"This is a COPYRIGHTED Project Gutenberg|copyrighted (?:Project Gutenberg )?eBook", re.IGNORECASE)
_LANGUAGE = re.compile(r"^Language:\s*(.+)$", re.MULTILINE)
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*?(?=\S|[ \t])")
_BRACKETED = re.compile(
    r"\[(?:Illustration|Footnote|Sidenote|Transcriber|Note|Picture|Pg|Page|\d+|[A-Z]|\*)[^\[\]]*\]", re.IGNORECASE
)
_UNDERSCORES = re.compile(r"(?<![A-Za-z0-9])_([^_\n]{1,200})_(?![A-Za-z0-9])")
_EQUALS = re.compile(r"(?<!\w)[=~+]([^=~+\n]{1,80})[=~+](?!\w)")
_PRODUCTION = re.compile(
    r"Project Gutenberg|Gutenberg-tm|Transcriber'?s? [Nn]ote|Produced by|Proofread|\bE-?text\b|https?:|www\.|"
    r"\b\d+ cts\b|\b12mo\b|\b8vo\b|\bCloth, |\bMOROCCO\b|Internet Archive|\[Illustration|Copyright|All rights reserved|Printed in|Entered according to"
)
_HEADING = re.compile(
    r"(?:chapter|book|part|section|letter|canto|act|scene|volume|preface|introduction|prologue|epilogue|conclusion)\b"
    r"|[IVXLC]+\.?(?:\s|$)|\d{1,2}\.?(?:\s|$)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?:;,\"')\-\u2014]$")
MAXIMUM_DROPPED_SHARE = 0.6


def _is_verse_or_table(lines: list[str]) -> bool:
    """Tell whether the lines of a paragraph are much shorter than wrapped prose, or are set in columns."""
    if len(lines) == 1:
        return lines[0].startswith("    ") and len(lines[0].strip()) < 60
    body = lines[:-1]
    mean = sum(len(line.strip()) for line in body) / len(body)
    if mean < 46:
        return True
    columns = sum(1 for line in lines if "   " in line.strip() or "|" in line)
    return columns * 2 >= len(lines)


def _body(text: str) -> str:
    """Return the text between the header and the footer of Project Gutenberg."""
    start = 0
    for match in _START.finditer(text, 0, 40_000):
        start = match.end()
    end = _END.search(text, start)
    return text[start : end.start() if end else len(text)]


def _paragraph(raw: str, source: str, tally: Tally) -> tuple[str, bool] | None:
    """Return the joined paragraph and whether it is a heading, or None where it is dropped."""
    lines = [line for line in raw.split("\n") if line.strip()]
    if not lines:
        return None
    if _PRODUCTION.search(raw):
        tally.add(source, "book: production and licence notes", len(raw))
        return None
    if _is_verse_or_table(lines):
        tally.add(source, "book: verse, index or table", len(raw))
        return None
    text = squeeze(" ".join(line.strip() for line in lines))
    text = _BRACKETED.sub("", text)
    if "_" in text:
        text = _UNDERSCORES.sub(r"\1", text)
    if "=" in text or "~" in text or "+" in text:
        text = _EQUALS.sub(r"\1", text)
    text = squeeze(text.replace("----", "\u2014").replace("--", "\u2014"))
    if len(text) < 3 or not any(character.isalpha() for character in text):
        return None
    if len(text) <= 70 and not _SENTENCE_END.search(text):
        if _HEADING.match(text):
            return text, True
        tally.add(source, "book: loose line", len(text))
        return None
    return text, bool(len(text) <= 70 and _HEADING.match(text) and text.isupper())


def read_gutenberg(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield the prose of one book as paragraphs separated by empty lines.

    Books with a copyright notice, books in other languages, and books of which most is verse or
    tables are dropped.
    """
    text = normalise(decode(content))
    head = text[:8_000]
    language = _LANGUAGE.search(head)
    if _COPYRIGHTED.search(head):
        tally.add(source, "book: copyrighted edition", len(text))
        return
    if language and "english" not in language.group(1).lower():
        tally.add(source, "book: not English", len(text))
        return
    body = _body(text)
    kept: list[tuple[str, bool]] = []
    for raw in _PARAGRAPHS.split(body):
        paragraph = _paragraph(raw.strip("\n"), source, tally)
        if paragraph is None:
            continue
        if paragraph[1] and kept and kept[-1][1]:
            tally.add(source, "book: heading without text", len(kept[-1][0]))
            kept.pop()
        kept.append(paragraph)
    result = "\n\n".join(paragraph for paragraph, _ in kept)
    if len(result) < (1 - MAXIMUM_DROPPED_SHARE) * len(body) or len(result) < 2_000:
        tally.add(source, "book: mostly verse or tables", len(result))
        return
    yield path, result
