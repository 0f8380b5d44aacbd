"""Packs held-out text for `train.py`: `python -m hearth_mini.heldout TEXT_HELDOUT_DIR OUT_DIR`.

Reads `SOURCE.jsonl` files (objects with a `text`) and writes one shard for each register, at most 300,000 tokens each,
documents in file order and, within a register, one source after the other in turn.
"""

from __future__ import annotations

import argparse
import json
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
import zstandard
from tokenizers import Tokenizer

LIMIT = 300_000
REGISTERS = {
    "encyclopaedia": ("wiki-2014", "wiki-2018"),
    "books": ("gutenberg",),
    "dialogue": ("sgd", "self-dialogue", "taskmaster-4"),
    "textbooks": ("openstax-astronomy", "openstax-psychology", "openstax-us-history", "openstax-anatomy-physiology"),
}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tokenizer", type=Path, default=Path(__file__).resolve().parent.parent / "tokenizer.json")
    options = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    options.out.mkdir(parents=True, exist_ok=True)
    for register, names in REGISTERS.items():
        sources = [[json.loads(line)["text"] for line in (options.source / f"{name}.jsonl").open(encoding="utf-8")]
                   for name in names]
        ids: list[int] = []
        for text in chain.from_iterable(zip_longest(*sources)):
            if text is not None and len(ids) < LIMIT:
                ids += [*tokenizer.encode(text, add_special_tokens=False).ids, 0]
        packed = zstandard.ZstdCompressor(level=19).compress(np.array(ids[:LIMIT], "<u2").tobytes())
        (options.out / f"{register}.u16.zst").write_bytes(packed)
        print(register, min(len(ids), LIMIT), "tokens", len(packed), "bytes")


if __name__ == "__main__":
    main()
