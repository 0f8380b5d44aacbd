"""The list of sources, read from ``manifest.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

KINDS = ("dialogue", "modern", "wiki", "books")


@dataclass(frozen=True, slots=True)
class Source:
    """One source of text: where it is, what its licence is and how it is read.

    Sources of the same ``group`` share one quota of held-out documents.
    """

    name: str
    kind: str
    repository: str
    commit: str
    licence: str
    share_alike: bool
    pattern: re.Pattern[str]
    reader: str
    use: str
    group: str


def load_sources(path: Path) -> list[Source]:
    """Read the ``[[source]]`` tables of the manifest at ``path``."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["source"]
    sources = [
        Source(
            name=table["name"],
            kind=table["kind"],
            repository=table["repository"],
            commit=table["commit"],
            licence=table["licence"],
            share_alike=table["share_alike"],
            pattern=re.compile(table["pattern"]),
            reader=table["reader"],
            use=table["use"],
            group=table.get("group", table["name"]),
        )
        for table in tables
    ]
    unknown = sorted({source.kind for source in sources} - set(KINDS))
    if unknown:
        raise ValueError(f"unknown kinds in {path}: {', '.join(unknown)}")
    return sources
