"""Readers: each turns one file of a source into named texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..tally import Tally
from . import books, dialogue, encyclopaedia, manuals, reference, stories, textbook

Reader = Callable[[str, str, bytes, Tally], Iterator[tuple[str, str]]]
"""Called with the source name, the path, the content and the tally; yields names and texts."""

READERS: dict[str, Reader] = {
    "gutenberg": books.read_gutenberg,
    "wiki-extractor": encyclopaedia.read_wiki_extractor,
    "cnxml": textbook.read_cnxml,
    "command-pages": manuals.read_command_page,
    "powershell-docs": manuals.read_powershell_docs,
    "rust-chapters": manuals.read_rust_chapter,
    "wordset": reference.read_wordset,
    "factbook": reference.read_factbook,
    "stories": stories.read_story,
    "schema-guided": dialogue.read_schema_guided,
    "self-dialogue": dialogue.read_self_dialogue,
    "taskmaster": dialogue.read_taskmaster,
    "chatterbot": dialogue.read_chatterbot,
}

__all__ = ["READERS", "Reader"]
