"""Reader of OpenStax modules in CNXML."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

from ..normal import normalise, squeeze
from ..tally import Tally

_NAMESPACE = "{http://cnx.rice.edu/cnxml}"
_SKIPPED = frozenset({"figure", "table", "exercise", "problem", "solution", "metadata", "media", "code", "equation", "footnote"})
_EMPTY_BRACKETS = re.compile(r" ?\((?:see |and |[;, ])*\)", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")


def _name(element: ElementTree.Element) -> str:
    """Return the tag of ``element`` without the CNXML namespace."""
    return element.tag.removeprefix(_NAMESPACE) if isinstance(element.tag, str) else ""


def _inline(element: ElementTree.Element) -> str | None:
    """Return the text inside ``element``; None where it contains mathematics, which has no plain form."""
    pieces = [element.text or ""]
    for child in element:
        name = _name(child)
        if name.startswith("{") and "MathML" in name:
            return None
        if name == "link" and not (child.text or "").strip() and len(child) == 0:
            pieces.append("" if (pieces[-1].rstrip().endswith("(")) else "the figure")
        elif name not in _SKIPPED and name not in {"list", "note"}:
            inner = _inline(child)
            if inner is None:
                return None
            pieces.append(inner)
        pieces.append(child.tail or "")
    return "".join(pieces)


def _plain(element: ElementTree.Element) -> str:
    """Return the text of ``element`` on one line, empty where it has no plain form."""
    text = _inline(element)
    return squeeze(_EMPTY_BRACKETS.sub("", _BLANKS.sub(" ", text))) if text else ""


def _blocks(element: ElementTree.Element, tally: Tally, source: str) -> Iterator[str]:
    """Yield the titles, paragraphs, lists and definitions below ``element``, in order."""
    for child in element:
        name = _name(child)
        if name in _SKIPPED:
            tally.add(source, "textbook: figure, table, exercise or formula", len("".join(child.itertext())))
        elif name in {"para", "title"}:
            text = _plain(child)
            if text:
                yield text
            elif any(child.itertext()):
                tally.add(source, "textbook: paragraph with mathematics", len("".join(child.itertext())))
            for inner in child:
                if _name(inner) == "list":
                    yield from _blocks(_wrapped(inner), tally, source)
        elif name == "list":
            items = [_plain(item) for item in child if _name(item) == "item"]
            if any(items):
                yield "\n".join(f"- {item}" for item in items if item)
        elif name == "definition":
            term = child.find(f"{_NAMESPACE}term")
            meaning = child.find(f"{_NAMESPACE}meaning")
            if term is not None and meaning is not None and _plain(meaning):
                yield f"{_plain(term)}: {_plain(meaning)}"
        elif name:
            yield from _blocks(child, tally, source)


def _wrapped(element: ElementTree.Element) -> ElementTree.Element:
    """Return a parent that holds only ``element``."""
    parent = ElementTree.Element(f"{_NAMESPACE}section")
    parent.append(element)
    return parent


def read_cnxml(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield the text of one textbook module."""
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError:
        tally.add(source, "textbook: module that is not XML", len(content))
        return
    body = root.find(f"{_NAMESPACE}content")
    if body is None:
        return
    parts = []
    title = root.find(f"{_NAMESPACE}title")
    if title is not None and _plain(title):
        parts.append(_plain(title))
    parts.extend(_blocks(body, tally, source))
    glossary = root.find(f"{_NAMESPACE}glossary")
    if glossary is not None:
        parts.extend(_blocks(glossary, tally, source))
    text = normalise("\n\n".join(parts))
    if len(text) >= 200:
        yield path, text
