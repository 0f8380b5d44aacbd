"""Token ids of a conversation with pictures and recordings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hearth_mini.media.phrases import Turn

END_OF_TEXT, SYSTEM, USER, ASSISTANT, END, IMAGE, AUDIO = range(7)
NO_LOSS = 0x8000


class Tokenizer(Protocol):
    """Text to ids, without special tokens."""

    def ids(self, text: str) -> list[int]: ...


class FileTokenizer:
    """A tokenizer.json, with a memory for phrases that come back."""

    _MAX_REMEMBERED = 50_000

    def __init__(self, path: str) -> None:
        import tokenizers

        self._tokenizer = tokenizers.Tokenizer.from_file(path)
        self._remembered: dict[str, list[int]] = {}
        if self._tokenizer.token_to_id("<|audio|>") != AUDIO:
            raise ValueError(f"{path} does not have the special ids of Hearth Mini")

    def ids(self, text: str) -> list[int]:
        found = self._remembered.get(text)
        if found is None:
            found = self._tokenizer.encode(text, add_special_tokens=False).ids
            if len(self._remembered) < self._MAX_REMEMBERED:
                self._remembered[text] = found
        return found


def answer_ids(tokenizer: Tokenizer, turn: Turn) -> list[int]:
    """Ids of an answer; its spelled part has one token (or a few, beyond ASCII) for each character."""
    if not turn.spelled:
        return tokenizer.ids(turn.answer)
    before, found, after = turn.answer.partition(turn.spelled)
    if not found:
        raise ValueError(f"the answer {turn.answer!r} does not hold {turn.spelled!r}")
    letters = [token for letter in turn.spelled for token in tokenizer.ids(letter)]
    return [*(tokenizer.ids(before) if before else ()), *letters, *(tokenizer.ids(after) if after else ())]


def encode(tokenizer: Tokenizer, media: Sequence[int], turns: Sequence[Turn]) -> NDArray[np.uint16]:
    """The media placeholders stand before the first question."""
    ids: list[int] = []
    for number, turn in enumerate(turns):
        prompt = [USER, *(media if number == 0 else ()), *tokenizer.ids(turn.question), END, ASSISTANT]
        ids += [token | NO_LOSS for token in prompt]
        ids += [*answer_ids(tokenizer, turn), END]
    ids.append(END_OF_TEXT | NO_LOSS)
    return np.array(ids, np.uint16)
