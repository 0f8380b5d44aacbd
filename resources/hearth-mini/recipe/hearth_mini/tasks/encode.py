"""Token streams: bits 0-13 are the id, bit 15 marks a token without loss; samples are separated by id 0.

`python -m hearth_mini.tasks.encode ITEMS.jsonl ... --out DIR` packs questions of `hearth_mini.tasks.heldout` as shards
of the same form, DIR/ITEMS.u16.zst, which training scores when DIR is its `heldout_tasks`: the first accepted answer
carries the loss. Only kinds whose accepted answers are whole answers are taken.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard
from tokenizers import Tokenizer

from .sample import END, END_OF_TEXT, NO_LOSS, ROLE_ID, Sample

ID_MASK = 0x3FFF
WHOLE_ANSWERS = ("qa", "missing")
"""Kinds of evaluation items of which an accepted answer is all that the model should say."""
_RECIPE = Path(__file__).resolve().parents[2]


class Encoder:
    """Turns samples into token streams with the tokenizer of the recipe."""

    def __init__(self, tokenizer: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        size = self._tokenizer.get_vocab_size()
        if size > ID_MASK + 1:
            raise ValueError(f"{size} ids do not fit into 14 bits")

    def encode(self, samples: Sequence[Sample]) -> list[npt.NDArray[np.uint16]]:
        """One stream a sample, ending with the separator. A text that holds a special token gives an empty stream."""
        texts = [part.text for sample in samples for part in sample.parts]
        encoded = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        out = []
        at = 0
        for sample in samples:
            ids: list[int] = []
            clean = True
            for part in sample.parts:
                own = encoded[at].ids
                at += 1
                clean = clean and "<|" not in part.text
                ids.append(ROLE_ID[part.role] | NO_LOSS)
                if part.learn:
                    ids.extend(own)
                    ids.append(END)
                else:
                    ids.extend(i | NO_LOSS for i in own)
                    ids.append(END | NO_LOSS)
            ids.append(END_OF_TEXT | NO_LOSS)
            out.append(np.array(ids if clean else [], dtype=np.uint16))
        return out

    def decode(self, stream: npt.NDArray[np.uint16]) -> str:
        """The text of a stream with its special tokens, for reading."""
        return str(self._tokenizer.decode([int(i) & ID_MASK for i in stream], skip_special_tokens=False))

    def count(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)


def learned(stream: npt.NDArray[np.uint16]) -> int:
    """How many tokens carry loss."""
    return int(np.count_nonzero((stream & NO_LOSS) == 0))


def as_sample(item: Mapping[str, Any]) -> Sample:
    """An evaluation item (`sample.Item.as_json`) as a chat whose last answer, the first accepted one, is learnt."""
    sample = Sample("heldout")
    for text in item["documents"]:
        sample.document(text)
    for question, answer in item["turns"]:
        sample.user(question).answer(answer, learn=False)
    return sample.turn(item["question"], item["answers"][0])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("items", type=Path, nargs="+", help="files made by hearth_mini.tasks.heldout")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, default=_RECIPE / "tokenizer.json")
    options = parser.parse_args()
    encoder = Encoder(options.tokenizer)
    options.out.mkdir(parents=True, exist_ok=True)
    for path in options.items:
        items = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
        streams = encoder.encode([as_sample(item) for item in items if item["kind"] in WHOLE_ANSWERS])
        streams = [stream for stream in streams if len(stream) > 0]
        if not streams:
            print(f"{path.stem}: no items of the kinds {', '.join(WHOLE_ANSWERS)}")
            continue
        values = np.concatenate(streams)
        packed = zstandard.ZstdCompressor(level=19).compress(values.astype("<u2").tobytes())
        (options.out / f"{path.stem}.u16.zst").write_bytes(packed)
        print(f"{path.stem}: {len(streams)} of {len(items)} items, {len(values)} tokens, {learned(values)} learnt, "
              f"the longest item {max(len(stream) for stream in streams)}")


if __name__ == "__main__":
    main()
