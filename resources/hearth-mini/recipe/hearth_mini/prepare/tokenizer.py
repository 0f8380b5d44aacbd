"""The byte-level BPE tokenizer: training, checking and fast encoding of much text."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import regex
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY = 16_384
NAMED_TOKENS = (
    "<|endoftext|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|end|>",
    "<|image|>",
    "<|audio|>",
    "<|document|>",
)
SPECIAL_TOKENS = (*NAMED_TOKENS, *(f"<|reserved_{number}|>" for number in range(len(NAMED_TOKENS), 32)))
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_ASCII_SPLIT = re.compile(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\nA-Za-z0-9]?[A-Za-z]+|[0-9]| ?[^\sA-Za-z0-9]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    re.ASCII,
)
_UNICODE_SPLIT = regex.compile(SPLIT)
_PARAGRAPH_END = re.compile(r"(?<=\n\n)(?=\S)")


def train(texts: Iterator[str]) -> Tokenizer:
    """Train a tokenizer on ``texts``; special tokens take the ids from 0 and all 256 bytes are in the alphabet."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer=trainer)
    return tokenizer


def check(tokenizer: Tokenizer) -> None:
    """Raise ValueError unless ids, alphabet and round trips are as promised."""
    if tokenizer.get_vocab_size() != VOCABULARY:
        raise ValueError(f"vocabulary of {tokenizer.get_vocab_size()} instead of {VOCABULARY}")
    for number, token in enumerate(SPECIAL_TOKENS):
        if tokenizer.token_to_id(token) != number:
            raise ValueError(f"{token} is not token {number}")
    missing = [symbol for symbol in pre_tokenizers.ByteLevel.alphabet() if tokenizer.token_to_id(symbol) is None]
    if missing:
        raise ValueError(f"{len(missing)} bytes have no token")
    generator = random.Random(16384)
    samples = [bytes(generator.randrange(256) for _ in range(length)).decode("latin-1") for length in (1, 7, 300, 4000)]
    samples += ["\u4f60\u597d\uff0c\u4e16\u754c\u3002", "\U0001f600\U0001f469\u200d\U0001f680 ok", "I'LL  we're\r\n\r\n  \t x1234", ""]
    encoder = Encoder(tokenizer)
    for sample in samples:
        ids = tokenizer.encode(sample).ids
        if tokenizer.decode(ids, skip_special_tokens=False) != sample:
            raise ValueError(f"round trip changes {sample!r}")
        if encoder.encode(sample).tolist() != ids:
            raise ValueError(f"fast encoding of {sample!r} differs")


class Encoder:
    """Encodes text like the tokenizer, but looks every pre-token up in a cache.

    Special tokens are not recognised in the text, which is what training text needs.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Prepare an empty cache for ``tokenizer``."""
        self.tokenizer = tokenizer
        self._model = tokenizer.model
        self._byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        self._numbers: dict[str, int] = {}
        self._ids: list[list[int]] = []
        self._flat = np.empty(0, np.uint16)
        self._starts = np.zeros(1, np.int64)

    @classmethod
    def from_file(cls, path: Path) -> Encoder:
        """Return an encoder for the tokenizer stored at ``path``."""
        return cls(Tokenizer.from_file(str(path)))

    def _number(self, word: str) -> int:
        """Return the cache entry of a pre-token, adding it where it is new."""
        number = self._numbers.get(word)
        if number is None:
            mapped = "".join(part for part, _ in self._byte_level.pre_tokenize_str(word))
            number = len(self._ids)
            self._ids.append([token.id for token in self._model.tokenize(mapped)])
            self._numbers[word] = number
        return number

    def encode(self, text: str) -> npt.NDArray[np.uint16]:
        """Return the token ids of ``text``."""
        return self.encode_many([text])[0]

    def encode_many(self, texts: list[str]) -> list[npt.NDArray[np.uint16]]:
        """Return the token ids of each of ``texts``; many texts at once are faster than one by one."""
        known = self._numbers
        rows = []
        for text in texts:
            numbers: list[int] = []
            for paragraph in [text] if text.isascii() else _PARAGRAPH_END.split(text):
                pattern = _ASCII_SPLIT if paragraph.isascii() else _UNICODE_SPLIT
                numbers.extend(
                    [known[word] if word in known else self._number(word) for word in pattern.findall(paragraph)]
                )
            rows.append(np.array(numbers, np.int64))
        self._extend_flat()
        return [self._look_up(row) for row in rows]

    def _look_up(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint16]:
        """Return the concatenated ids of cache entries."""
        if not len(numbers):
            return np.empty(0, np.uint16)
        starts = self._starts[numbers]
        lengths = self._starts[numbers + 1] - starts
        ends = np.cumsum(lengths)
        places = np.arange(ends[-1]) + np.repeat(starts - ends + lengths, lengths)
        ids: npt.NDArray[np.uint16] = self._flat[places]
        return ids

    def _extend_flat(self) -> None:
        """Append to the flat copy of the cache the entries that it lacks."""
        fresh = self._ids[len(self._starts) - 1 :]
        if fresh:
            flat = [token for ids in fresh for token in ids]
            starts = self._starts[-1] + np.cumsum([len(ids) for ids in fresh])
            self._flat = np.concatenate((self._flat, np.array(flat, np.uint16)))
            self._starts = np.concatenate((self._starts, starts))
