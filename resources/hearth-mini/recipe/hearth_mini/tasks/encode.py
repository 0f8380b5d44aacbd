"""Token streams: bits 0-13 are the id, bit 15 marks a token without loss; samples are separated by id 0."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .sample import END, END_OF_TEXT, NO_LOSS, ROLE_ID, Sample

ID_MASK = 0x3FFF


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
