"""Counting what each pass removed."""

from __future__ import annotations

from collections.abc import Mapping


class Tally:
    """For each source and rule: how many items were removed and how many characters they had."""

    def __init__(self) -> None:
        """Start with nothing removed."""
        self.counts: dict[tuple[str, str], list[int]] = {}

    def add(self, source: str, rule: str, characters: int, items: int = 1) -> None:
        """Record ``items`` items of ``source`` with ``characters`` characters removed by ``rule``."""
        entry = self.counts.setdefault((source, rule), [0, 0])
        entry[0] += items
        entry[1] += characters

    def merge(self, other: Tally) -> None:
        """Add the counts of ``other``."""
        for (source, rule), (items, characters) in other.counts.items():
            self.add(source, rule, characters, items)

    def by_rule(self) -> dict[str, dict[str, dict[str, int]]]:
        """Return the counts as rule → source → numbers, for the report."""
        table: dict[str, dict[str, dict[str, int]]] = {}
        for (source, rule), (items, characters) in sorted(self.counts.items()):
            table.setdefault(rule, {})[source] = {"items": items, "characters": characters}
        return table


def markdown_table(passes: Mapping[str, Mapping[str, Mapping[str, int]]], reasons: Mapping[str, str]) -> str:
    """Render the result of ``Tally.by_rule`` as a Markdown table with the reason of each rule."""
    lines = ["| pass | why | items | MB | mostly from |", "| --- | --- | ---: | ---: | --- |"]
    for rule, sources in passes.items():
        items = sum(entry["items"] for entry in sources.values())
        characters = sum(entry["characters"] for entry in sources.values())
        largest = sorted(sources, key=lambda name: -sources[name]["characters"])[:3]
        lines.append(
            f"| {rule} | {reasons.get(rule, '')} | {items:,} | {characters / 1e6:.2f} | {', '.join(largest)} |"
        )
    return "\n".join(lines) + "\n"
