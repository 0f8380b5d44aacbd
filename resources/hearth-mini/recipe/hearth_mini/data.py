"""Training data on the device: token shards that may still be arriving, pictures and recordings.

Layout of the data folder (every part is optional but `text`):

    text/index.json, text/*.u16.zst      zstd streams of little-endian uint16: bits 0-13 token id, bit 15: no loss on
    tasks/index.json, tasks/*.u16.zst    predicting this token; documents end with id 0
    heldout/NAME.u16.zst                 the same, never trained on
    heldout_tasks/NAME.u16.zst           conversations that are never trained on (`hearth_mini.tasks.encode` makes them)
    long/...                             as tasks/, for rows longer than 1,024 tokens
    media/NAME/{images,audio,index}.npy, samples.u16     as `hearth_mini.media` writes them; index.npy last

Shards are picked up once they stand in the folder under their final names, so training can start with the first one.
"""

from __future__ import annotations

import json
import queue
import shutil
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import preprocess
from .encoders import PICTURE_VECTORS
from .modeling import AUDIO_TOKEN, END_OF_TEXT, IMAGE_TOKEN, NO_MEDIA, Media

ID_MASK = 0x3FFF
NO_LOSS_END = -0x8000
"""End-of-text that is not learnt, as a stored value: what rows are padded with."""
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


def document_rows(raw: Tensor, length: int) -> Tensor:
    """Every document of a stream of stored values once, in rows [n, length + 1] that begin with a document.

    As many whole documents as fit stand in a row, padded with no-loss end-of-text; one that fits no row loses its end.
    """
    ends = (torch.nonzero((raw & ID_MASK) == END_OF_TEXT).flatten() + 1).tolist()
    spans: list[tuple[int, int]] = []
    for begin, end in zip([0, *ends], [*ends, len(raw)]):
        if spans and end - spans[-1][0] <= length + 1:
            spans[-1] = (spans[-1][0], end)
        elif end > begin:
            spans.append((begin, end))
    at = torch.tensor(spans, dtype=torch.long, device=raw.device).reshape(-1, 2)
    return _gather(raw, at[:, 0], at[:, 1], length + 1, NO_LOSS_END)


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
        listed = json.loads(index.read_text("utf-8"))
        # The index of the tasks holds more than the list, and shards of both kinds: those of the other lie elsewhere.
        names = [entry["shard"] for entry in (listed["shards"] if isinstance(listed, dict) else listed)]
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


@dataclass
class MediaPart:
    """One folder of samples on the device."""

    name: str
    images: Tensor
    """[P, 128, 128, 3] uint8."""
    audio: Tensor
    """[samples] int16, all recordings one after the other."""
    ids: Tensor
    """[tokens] int16 stored values, all samples one after the other."""
    index: Tensor
    """[n, 5] int64: first and end token, picture or -1, first and end sample or -1."""
    rows: dict[str, NDArray[np.int64]]
    """Samples of each kind."""

    @staticmethod
    def read(folder: Path, device: torch.device) -> MediaPart:
        """Copies a finished folder to the device."""
        index = np.load(folder / "index.npy")
        kinds = np.where(index[:, 2] < 0, "sound", np.where(index[:, 3] < 0, "picture", "mixed"))
        ids = np.fromfile(folder / "samples.u16", "<i2")
        arrays = (np.load(folder / "images.npy"), np.load(folder / "audio.npy"), ids, index)
        images, audio, stored, rows = (torch.from_numpy(array).to(device) for array in arrays)
        return MediaPart(folder.name, images, audio, stored, rows,
                         {kind: np.flatnonzero(kinds == kind) for kind in MediaSource.KINDS})


class MediaSource:
    """Pictures, recordings and their conversations, part by part on the device.

    Each kind is dealt from one part at a time, in random order; then from the next part, or again from a random one
    while none is new. With `stream` a thread of its own reads the parts as they appear and removes each folder it has
    read, which tells the generator that there is room; of `size` processes each takes every `size`-th part.
    """

    KINDS = ("picture", "sound", "mixed")
    KEPT = 4
    """Parts on the device at most, in use or waiting."""

    def __init__(
        self, folder: Path, device: torch.device, seed: int, stream: bool = False, rank: int = 0, size: int = 1
    ) -> None:
        self.folder, self.device, self._stream, self._rank, self._size = folder, device, stream, rank, size
        self.loaded: set[str] = set()
        self.parts_read = 0
        self._parts: dict[int, MediaPart] = {}
        self._current = {kind: -1 for kind in self.KINDS}
        self._decks = {kind: np.zeros(0, np.int64) for kind in self.KINDS}
        self._rng = np.random.default_rng(seed)
        self._arrived: queue.Queue[MediaPart] = queue.Queue(maxsize=1)
        if stream:
            threading.Thread(target=self._read_forever, daemon=True).start()

    def _fresh(self) -> list[Path]:
        """Finished folders of this process that have not been read, oldest first."""
        paths = sorted(path.parent for path in self.folder.glob("*/index.npy"))
        mine = [path for path in paths if int("".join(filter(str.isdigit, path.name)) or 0) % self._size == self._rank]
        return [path for path in mine if path.name not in self.loaded]

    def _read_forever(self) -> None:
        """The thread of a stream: copies run beside the training."""
        side = torch.cuda.Stream(self.device) if self.device.type == "cuda" else None
        while True:
            for path in self._fresh():
                with torch.cuda.stream(side) if side else nullcontext():
                    part = MediaPart.read(path, self.device)
                if side:
                    side.synchronize()
                self.loaded.add(path.name)
                shutil.rmtree(path)
                self._arrived.put(part)
            time.sleep(0.2)

    def poll(self) -> list[str]:
        """Takes parts that have arrived since the last call and returns their names."""
        fresh: list[MediaPart] = []
        if self._stream:
            while not self._arrived.empty() and len(self._parts) + len(fresh) < self.KEPT + 1:
                fresh.append(self._arrived.get())
        else:
            fresh = [MediaPart.read(path, self.device) for path in self._fresh()]
            self.loaded |= {part.name for part in fresh}
        for part in fresh:
            self._parts[self.parts_read] = part
            self.parts_read += 1
        if self._stream:
            self._forget()
        return [part.name for part in fresh]

    def _forget(self) -> None:
        """Drops the oldest parts that are not dealt from, beyond those kept."""
        used = set(self._current.values())
        old = [number for number in sorted(self._parts) if number not in used and number < max(used)]
        old = old[: max(0, len(self._parts) - self.KEPT)]
        if old and self.device.type == "cuda":
            # The thread that reads parts may use their memory at once, so nothing may still be reading it.
            torch.cuda.current_stream(self.device).synchronize()
        for number in old:
            del self._parts[number]

    def count(self, kind: str) -> int:
        """Samples of a kind on the device."""
        return sum(len(part.rows[kind]) for part in self._parts.values())

    def _choose(self, kind: str, rows: int) -> tuple[MediaPart, Tensor]:
        """A part and `rows` of its samples [rows, 5]."""
        if self._current[kind] not in self._parts or len(self._decks[kind]) < rows:
            usable = [number for number, part in self._parts.items() if len(part.rows[kind]) > 0]
            later = [number for number in usable if number > self._current[kind]]
            self._current[kind] = min(later) if later else int(self._rng.choice(usable))
            own = self._parts[self._current[kind]].rows[kind]
            passes = [self._rng.permutation(own) for _ in range(-(-rows // len(own)))]
            self._decks[kind] = np.concatenate(passes)
        chosen, self._decks[kind] = np.split(self._decks[kind], [rows])
        part = self._parts[self._current[kind]]
        return part, part.index[torch.from_numpy(chosen).to(self.device)]

    def draw(self, pictures: int, sounds: int, mixed: int, length: int) -> tuple[Tensor, Media]:
        """Rows of `length` + 1 stored values, padded with no-loss end-of-text, and their media, on the device.

        First the rows with a picture, then those with a recording, then those with both. Each row has the vectors of a
        picture where there are any in the batch, then those of a recording.
        """
        device, wanted = self.device, {"picture": pictures, "sound": sounds, "mixed": mixed}
        chosen = {kind: self._choose(kind, count) for kind, count in wanted.items() if count > 0}
        raw = torch.cat([_gather(part.ids, entry[:, 0], entry[:, 1], length + 1, NO_LOSS_END)
                         for part, entry in chosen.values()])
        ids = raw.to(torch.int64) & ID_MASK
        rows = len(raw)
        num_pictures = PICTURE_VECTORS if pictures + mixed > 0 else 0
        num_sounds = SOUND_FRAMES // 4 if sounds + mixed > 0 else 0
        width = num_pictures + num_sounds
        positions = torch.full((rows, width), NO_MEDIA, dtype=torch.long, device=device)
        media = Media(positions)
        picture_at, sound_at = (ids == IMAGE_TOKEN).int().argmax(1), (ids == AUDIO_TOKEN).int().argmax(1)
        row = torch.arange(rows, device=device)
        both = row >= pictures + sounds
        if num_pictures:
            own = torch.cat((row[:pictures], row[pictures + sounds :]))
            positions[own, :num_pictures] = picture_at[own, None]
            stored = torch.cat([part.images[entry[:, 2]] for kind, (part, entry) in chosen.items() if kind != "sound"])
            media.pictures = stored.float() / 127.5 - 1.0
            media.picture_slots = own * width
            media.picture_ordinals = (both & (sound_at < picture_at))[own].long()
        if num_sounds:
            own = row[pictures:]
            heard = [(part, entry) for kind, (part, entry) in chosen.items() if kind != "picture"]
            limit = SOUND_FRAMES * preprocess.HOP
            waves = torch.cat([_gather(part.audio, entry[:, 3], entry[:, 4], limit, 0) for part, entry in heard])
            ends = torch.cat([entry[:, 4] - entry[:, 3] for _, entry in heard]).clamp_max(limit)
            media.frames = frame_batch(waves.float() / 32_768.0, ends)
            media.frame_counts = 4 * -(-(-(-ends // preprocess.HOP)) // 4)
            real = torch.arange(num_sounds, device=device) < (media.frame_counts // 4)[:, None]
            positions[own, num_pictures:] = torch.where(real, sound_at[own, None], NO_MEDIA)
            media.sound_slots = own * width + num_pictures
            media.sound_ordinals = (both & (picture_at < sound_at))[own].long()
        return raw, media


def _gather(values: Tensor, begin: Tensor, end: Tensor, length: int, padding: int) -> Tensor:
    """[rows, length]: row `r` is `values[begin[r]:end[r]]`, cut or padded."""
    at = begin[:, None] + torch.arange(length, device=values.device)
    return torch.where(at < end[:, None], values[at.clamp_max(len(values) - 1)], padding)


def echo_rows(raw: Tensor, rng: np.random.Generator, distance: int) -> Tensor:
    """Rows [n, length] whose second half repeats spans of the first, each at least `distance` tokens back.

    Every token of the second half but the first few of a span can be known by looking back alone: a dense lesson for
    the memory branch when `distance` is longer than the window. The first four tokens of a span are not learnt.
    """
    rows, length = raw.shape
    half = length // 2
    source = np.broadcast_to(np.arange(length), (rows, length)).copy()
    opening = np.zeros((rows, length), bool)
    for row in range(rows):
        at = half
        while at < length:
            count = min(int(rng.integers(16, 161)), length - at)
            begin = int(rng.integers(0, max(1, min(half - count, at - distance))))
            source[row, at : at + count] = np.arange(begin, begin + count)
            opening[row, at : at + 4] = True
            at += count
    out = raw.gather(1, torch.from_numpy(source).to(raw.device))
    return torch.where(torch.from_numpy(opening).to(raw.device), out | -0x8000, out)


def frame_batch(waves: Tensor, ends: Tensor) -> Tensor:
    """`preprocess.normalise_sound` and `frame_sound` for a padded batch: waves [A, n], ends [A] to [A, n / 160, 400]."""
    real = torch.arange(waves.shape[1], device=waves.device) < ends[:, None]
    count = ends[:, None].float()
    centred = (waves - waves.sum(1, keepdim=True) / count) * real
    rms = (centred.square().sum(1, keepdim=True) / count).sqrt().clamp_min(1e-4)
    lead, tail = preprocess.FRAME_LEAD, preprocess.FRAME - preprocess.HOP - preprocess.FRAME_LEAD
    padded = torch.nn.functional.pad(centred * (0.1 / rms), (lead, tail))
    return padded.unfold(1, preprocess.FRAME, preprocess.HOP)
