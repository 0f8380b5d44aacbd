"""Command line: ``python -m hearth_mini.prepare text --mirror DIR --out DIR``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from .manifest import load_sources
from .pipeline import STEPS, Plan, run

RECIPE = Path(__file__).resolve().parents[2]
DEFAULT_MANIFEST = RECIPE / "manifest.toml"
DEFAULT_TOKENIZER = RECIPE / "tokenizer.json"
DEFAULT_STEPS = [step for step in STEPS if step != "tokenizer"]


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m hearth_mini.prepare", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    text = commands.add_parser("text", help="prepare the training text")
    text.add_argument("--mirror", type=Path, required=True, help="folder with a bare git directory per repository")
    text.add_argument("--out", type=Path, required=True, help="folder for everything that is made")
    text.add_argument("--manifest", type=Path, default=DEFAULT_MANIFEST, help="list of sources")
    text.add_argument(
        "--steps",
        nargs="+",
        choices=list(STEPS),
        default=DEFAULT_STEPS,
        help="steps to run; the step `tokenizer`, which trains a new one, is not among the default steps",
    )
    text.add_argument("--workers", type=int, default=2, help="processes to use")
    text.add_argument("--level", type=int, default=19, help="zstd level of the shards")
    text.add_argument(
        "--book-tiers",
        type=float,
        nargs="+",
        default=[60, 40, 80],
        help="millions of tokens of books in each tier, best first",
    )
    text.add_argument(
        "--wiki-tiers",
        type=float,
        nargs="+",
        default=[60, 1000],
        help="millions of tokens of the encyclopaedia in each tier, best first",
    )
    text.add_argument(
        "--tokenizer", type=Path, default=DEFAULT_TOKENIZER, help="tokenizer to use, or to write in the step `tokenizer`"
    )
    text.add_argument("--without-share-alike", action="store_true", help="leave share-alike sources out")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    options = _parser().parse_args(arguments)
    sources = load_sources(options.manifest)
    if options.without_share_alike:
        sources = [source for source in sources if not source.share_alike]
    plan = Plan(
        sources=sources,
        mirror=options.mirror,
        output=options.out,
        workers=options.workers,
        book_tiers=[round(millions * 1e6) for millions in options.book_tiers],
        wiki_tiers=[round(millions * 1e6) for millions in options.wiki_tiers],
        level=options.level,
        tokenizer=options.tokenizer,
    )
    run(plan, [step for step in STEPS if step in options.steps])


if __name__ == "__main__":
    main()
