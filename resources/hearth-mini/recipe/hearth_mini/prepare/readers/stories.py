"""Reader of children's picture-book stories in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..normal import decode, normalise, squeeze
from ..tally import Tally

_LICENCE = re.compile(r"^\* License: *\[?(.*?)\]?$", re.MULTILINE)
_PAGES = re.compile(r"^##\s*$", re.MULTILINE)
_PERMITTED = frozenset({"CC-BY", "Public Domain"})


def read_story(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield one story, if its own licence line says CC BY or public domain."""
    text = normalise(decode(content))
    licence = _LICENCE.search(text)
    if licence is None or licence.group(1).strip() not in _PERMITTED:
        tally.add(source, "story: licence is not CC BY or public domain", len(text))
        return
    pages = _PAGES.split(text)
    parts = [squeeze(pages[0].strip().lstrip("#").strip())]
    for page in pages[1:]:
        if "* License:" not in page:
            parts.extend(squeeze(block.replace("\n", " ")) for block in re.split(r"\n\s*\n", page))
    story = "\n\n".join(part for part in parts if part)
    if len(story) >= 100:
        yield path, story
