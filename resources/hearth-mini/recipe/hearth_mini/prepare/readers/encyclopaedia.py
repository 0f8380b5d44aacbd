"""Reader of the output of WikiExtractor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..normal import decode, normalise, squeeze, unescape
from ..tally import Tally

_ARTICLE = re.compile(r'<doc id="(\d+)"[^>]*? title="([^"]*)"[^>]*>\n(.*?)(?:</doc>|(?=<doc id=)|\Z)', re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_EMPTY_BRACKETS = re.compile(r" ?\(\s*(?:[;,]|or|and|\s)*\s*\)")
_BRACKET_START = re.compile(r"\(\s*(?:[;,:]\s*)+")
_BRACKET_END = re.compile(r"\s*[;,]\s*\)")
_SPACE_BEFORE = re.compile(r" +([,.;:)])(?=\s|$)")
_TEMPLATE_REST = re.compile(r"\{\{|\}\}|\[\[|\]\]|\|\||__[A-Z]+__|&lt;|&gt;")
_VERB = frozenset("is are was were has have had he she it they died won became can may will would in".split())
_PRONOUN = frozenset("he she it they there this these".split())
_DISAMBIGUATION = re.compile(r"\b(?:may|can|could) (?:also )?refer to\b[^.]{0,60}:?\s*$|\brefers? to:\s*$")
MINIMUM_CHARACTERS = 300


def _is_section_title(line: str) -> bool:
    """Tell whether a line is a section title, which the extractor ends with a full stop."""
    if len(line) > 60 or not line.endswith(".") or line.endswith(".."):
        return False
    words = line[:-1].split()
    if not 1 <= len(words) <= 7 or not (line[0].isupper() or line[0].isdigit()):
        return False
    if words[0].lower() in _PRONOUN or any(word.lower() in _VERB for word in words[1:]):
        return False
    return "," not in line


def tidy_line(line: str) -> str:
    """Remove what templates and markup left behind in one line."""
    line = unescape(line)
    if "<" in line:
        line = _TAG.sub("", line)
    if "(" in line:
        line = _EMPTY_BRACKETS.sub("", line)
        line = _BRACKET_START.sub("(", line)
        line = _BRACKET_END.sub(")", line)
    line = line.replace("'''", "").replace("''", '"').replace("( ", "(")
    return squeeze(_SPACE_BEFORE.sub(r"\1", line))


def article_text(title: str, body: str) -> str:
    """Return an article as its title, its paragraphs and those section titles that have text."""
    parts: list[str] = []
    pending: str | None = None
    for raw in body.split("\n"):
        line = tidy_line(raw)
        if not line or line == title or _TEMPLATE_REST.search(line):
            continue
        if _is_section_title(line):
            pending = line[:-1]
            continue
        if line.endswith(":") and len(line) < 200:
            continue
        if pending is not None:
            parts.append(pending)
            pending = None
        parts.append(line)
    return "\n\n".join([title, *parts]) if parts else ""


def read_wiki_extractor(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield the articles of one WikiExtractor file that have a body of at least 300 characters."""
    for match in _ARTICLE.finditer(normalise(decode(content))):
        number, title, body = match.groups()
        title = unescape(title)
        first = body.strip()[len(title) :].strip()[:300].split("\n")[0]
        if _DISAMBIGUATION.search(first):
            tally.add(source, "article: disambiguation", len(body))
            continue
        text = article_text(title, body)
        if len(text) - len(title) < MINIMUM_CHARACTERS:
            tally.add(source, "article: stub", len(body))
            continue
        yield f"{path}#{number}", text
