"""Character-level normalisation that all sources share."""

from __future__ import annotations

import html
import re
import unicodedata

_REPLACEMENTS = (
    ("\r\n", "\n"),
    ("\r", "\n"),
    ("\ufeff", ""),
    ("\u00ad", ""),
    ("\u200b", ""),
    ("\u00a0", " "),
    ("\u2009", " "),
    ("\u202f", " "),
    ("\u2018", "'"),
    ("\u2019", "'"),
    ("\u201c", '"'),
    ("\u201d", '"'),
    ("\u2026", "..."),
    ("\u2011", "-"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[ \t]{2,}|\t")
_ENTITY = re.compile(r"&[#a-zA-Z0-9]{2,8};")


def decode(content: bytes) -> str:
    """Decode a file as UTF-8, or as Windows-1252 where it is not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def normalise(text: str) -> str:
    """Unify quotes, spaces and line ends, compose accents and drop control characters."""
    for old, new in _REPLACEMENTS:
        text = text.replace(old, new)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _CONTROL.sub("", text)


def unescape(text: str) -> str:
    """Replace HTML entities by their characters."""
    return html.unescape(text) if _ENTITY.search(text) else text


def squeeze(text: str) -> str:
    """Replace every run of blanks by one space and strip the ends."""
    return _SPACES.sub(" ", text).strip()
