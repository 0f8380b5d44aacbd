"""Training data on the device: token shards that may still be arriving, pictures and recordings.

Layout of the data folder (every part is optional but `text`):

    text/index.json, text/*.u16.zst      zstd streams of little-endian uint16: bits 0-13 token id, bit 15: no loss on
    tasks/index.json, tasks/*.u16.zst    predicting this token; documents end with id 0
    heldout/NAME.u16.zst                 the same, never trained on
    media/NAME/{images,audio,index}.npy, samples.u16     as `hearth_mini.media` writes them; index.npy last

Shards are picked up once they stand in the folder under their final names, so training can start with the first one.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import preprocess
from .encoders import PICTURE_VECTORS
from .modeling import AUDIO_TOKEN, END_OF_TEXT, IMAGE_TOKEN, NO_MEDIA, Media

ID_MASK = 0x3FFF
SOUND_FRAMES = 600
"""Frames of a recording in training: six seconds, longer ones are cut."""


def read_shard(path: Path) -> NDArray[np.int16]:
    """A decompressed shard; the sign of a value is its no-loss bit."""
    try:
        import zstandard
    except ImportError:
        import pyarrow

        with pyarrow.input_stream(str(path), compression="zstd") as stream:
            return np.frombuffer(stream.read(), "<i2")
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        return np.frombuffer(stream.read(), "<i2")


def split_ids(raw: Tensor) -> tuple[Tensor, Tensor]:
    """Stored values to ids (int64) and the mask of tokens whose prediction is learnt."""
    return raw.to(torch.int64) & ID_MASK, raw >= 0


class TokenSource:
    """All shards of a folder as one stream on the device, cut into rows of any length.

    Each row length has its own deck of row starts: one pass deals every row once in random order, the next pass starts
    at another offset. With `aligned` rows begin at the first token of a document, so that no answer loses its question.
    """

    def __init__(self, folder: Path, device: torch.device, seed: int, aligned: bool) -> None:
        self.folder, self.device, self.aligned = folder, device, aligned
        self.stream = torch.zeros(0, dtype=torch.int16, device=device)
        self.loaded: set[str] = set()
        self._rng = np.random.default_rng(seed)
        self._starts = np.zeros(0, np.int64)
        self._decks: dict[int, NDArray[np.int64]] = {}
        self.dealt = 0
        """Tokens handed out so far."""

    @property
    def num_tokens(self) -> int:
        """Tokens loaded so far."""
        return self.stream.numel()

    def poll(self) -> list[str]:
        """Loads shards that have arrived since the last call and returns their names."""
        index = self.folder / "index.json"
        if not index.exists():
            return []
        names = [entry["shard"] for entry in json.loads(index.read_text("utf-8"))]
        fresh = [name for name in names if name not in self.loaded and (self.folder / name).exists()]
        for name in fresh:
            raw = read_shard(self.folder / name)
            begin = self.num_tokens
            self.stream = torch.cat((self.stream, torch.from_numpy(raw.copy()).to(self.device)))
            ends = np.flatnonzero((raw & ID_MASK) == END_OF_TEXT) + 1
            self._starts = np.concatenate([self._starts, begin + np.array([0]), begin + ends[ends < len(raw)]])
            for length in self._decks:
                self._extend(length, begin, self.num_tokens)
            self.loaded.add(name)
        return fresh

    def _extend(self, length: int, begin: int, end: int) -> None:
        """Shuffles the rows of [begin, end) into the deck of one length."""
        offset = int(self._rng.integers(0, length))
        starts = np.arange(begin + offset, end - length - 1, length)
        if self.aligned and len(starts):
            following = self._starts[np.minimum(np.searchsorted(self._starts, starts), len(self._starts) - 1)]
            starts = np.minimum(following, self.num_tokens - length - 1)
        deck = np.concatenate([self._decks.get(length, np.zeros(0, np.int64)), starts])
        self._decks[length] = self._rng.permutation(deck)

    def draw(self, rows: int, length: int) -> Tensor:
        """[rows, length + 1] stored values."""
        if length not in self._decks:
            self._extend(length, 0, self.num_tokens)
        while len(self._decks[length]) < rows:
            self._extend(length, 0, self.num_tokens)
        starts, self._decks[length] = np.split(self._decks[length], [rows])
        self.dealt += rows * length
        at = torch.from_numpy(starts).to(self.device)[:, None] + torch.arange(length + 1, device=self.device)
        return self.stream[at]


class MediaSource:
    """Pictures, recordings and their conversations, kept on the device and dealt in random order by kind."""

    KINDS = ("picture", "sound", "mixed")

    def __init__(self, folder: Path, device: torch.device, seed: int) -> None:
        self.folder, self.device = folder, device
        self.loaded: set[str] = set()
        self.images: list[Tensor] = []
        self.audio: list[Tensor] = []
        self.ids: list[NDArray[np.int16]] = []
        self._rng = np.random.default_rng(seed)
        self._samples: dict[str, list[tuple[int, NDArray[np.int64]]]] = {kind: [] for kind in self.KINDS}
        self._decks: dict[str, NDArray[np.int64]] = {}

    def poll(self) -> list[str]:
        """Loads finished parts that have appeared since the last call and returns their names."""
        fresh = sorted(path.parent.name for path in self.folder.glob("*/index.npy") if path.parent.name not in self.loaded)
        for name in fresh:
            part, number = self.folder / name, len(self.ids)
            self.images.append(torch.from_numpy(np.load(part / "images.npy")).to(self.device))
            self.audio.append(torch.from_numpy(np.load(part / "audio.npy")).to(self.device))
            self.ids.append(np.fromfile(part / "samples.u16", "<i2"))
            for row in np.load(part / "index.npy"):
                kind = "sound" if row[2] < 0 else "picture" if row[3] < 0 else "mixed"
                self._samples[kind].append((number, row))
            self.loaded.add(name)
            self._decks.clear()
        return fresh

    def count(self, kind: str) -> int:
        """Samples of a kind loaded so far."""
        return len(self._samples[kind])

    def draw(self, kind: str, rows: int, length: int) -> tuple[Tensor, Media]:
        """[rows, length + 1] stored values, padded with no-loss end-of-text, and their media on the device."""
        deck = self._decks.get(kind, np.zeros(0, np.int64))
        while len(deck) < rows:
            deck = np.concatenate([deck, self._rng.permutation(self.count(kind))])
        chosen, self._decks[kind] = np.split(deck, [rows])
        samples = [self._samples[kind][index] for index in chosen]
        raw = np.full((rows, length + 1), np.int16(-0x8000), np.int16)
        for row, (part, entry) in enumerate(samples):
            ids = self.ids[part][entry[0] : entry[1]][: length + 1]
            raw[row, : len(ids)] = ids
        return torch.from_numpy(raw).to(self.device), self._media(kind, samples, raw & ID_MASK)

    def _media(self, kind: str, samples: list[tuple[int, NDArray[np.int64]]], ids: NDArray[np.int16]) -> Media:
        rows, device = len(samples), self.device
        num_pictures = 0 if kind == "sound" else PICTURE_VECTORS
        num_sounds = 0 if kind == "picture" else SOUND_FRAMES // 4
        width = num_pictures + num_sounds
        positions = torch.full((rows, width), NO_MEDIA, dtype=torch.long)
        first = torch.arange(rows) * width
        media = Media(positions)
        picture_at, sound_at = (ids == IMAGE_TOKEN).argmax(1), (ids == AUDIO_TOKEN).argmax(1)
        if num_pictures:
            positions[:, :num_pictures] = torch.from_numpy(picture_at)[:, None]
            chosen = torch.stack([self.images[part][entry[2]] for part, entry in samples])
            media.pictures = chosen.float() / 127.5 - 1.0
            media.picture_slots = first.to(device)
            behind = (sound_at < picture_at) if num_sounds else np.zeros(rows, bool)
            media.picture_ordinals = torch.from_numpy(behind.astype(np.int64)).to(device)
        if num_sounds:
            waves = torch.zeros(rows, SOUND_FRAMES * preprocess.HOP, device=device)
            counts, ends = [], []
            for row, (part, entry) in enumerate(samples):
                samples_of_row = self.audio[part][entry[3] : entry[4]][: waves.shape[1]]
                waves[row, : len(samples_of_row)] = samples_of_row / 32_768.0
                ends.append(len(samples_of_row))
                counts.append(preprocess.num_frames(len(samples_of_row)))
            media.frames = frame_batch(waves, torch.tensor(ends, device=device))
            media.frame_counts = torch.tensor(counts, device=device)
            real = torch.arange(num_sounds)[None, :] < torch.tensor(counts)[:, None] // 4
            at = torch.from_numpy(sound_at.astype(np.int64))[:, None]
            positions[:, num_pictures:] = torch.where(real, at, NO_MEDIA)
            media.sound_slots = (first + num_pictures).to(device)
            behind = (picture_at < sound_at) if num_pictures else np.zeros(rows, bool)
            media.sound_ordinals = torch.from_numpy(behind.astype(np.int64)).to(device)
        media.positions = positions.to(device)
        return media


def frame_batch(waves: Tensor, ends: Tensor) -> Tensor:
    """`preprocess.normalise_sound` and `frame_sound` for a padded batch: waves [A, n], ends [A] to [A, n / 160, 400]."""
    real = torch.arange(waves.shape[1], device=waves.device) < ends[:, None]
    count = ends[:, None].float()
    centred = (waves - waves.sum(1, keepdim=True) / count) * real
    rms = (centred.square().sum(1, keepdim=True) / count).sqrt().clamp_min(1e-4)
    lead, tail = preprocess.FRAME_LEAD, preprocess.FRAME - preprocess.HOP - preprocess.FRAME_LEAD
    padded = torch.nn.functional.pad(centred * (0.1 / rms), (lead, tail))
    return padded.unfold(1, preprocess.FRAME, preprocess.HOP)
