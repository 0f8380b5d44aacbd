"""Packed base assets: small files that need only numpy, cv2, Pillow and soundfile to read.

Folder layout (all written by `hearth_mini.media.assets`):

    emoji.blob, emoji.json       72 px PNG bytes; entries {name, category, tags}
    icons.npy.xz, icons.json     uint8 [n, 64, 64] coverage masks; names
    flags.npy.xz, flags.json     uint8 [n, 72, 96, 3] RGB; {name, capital, continent}
    mnist_train.npy.xz, mnist_test.npy.xz      uint8 [n, 785]: label, then 28 x 28 pixels
    speech.blob, speech.json     Ogg Opus, 16 kHz mono; entries {set, label, speaker, split}
    sentences.txt.xz, words.txt.xz              one per line; words by falling frequency
    fonts/train, fonts/evaluation               TTF and OTF files
    espeak/lib, espeak/bin, espeak/espeak-ng-data
"""

from __future__ import annotations

import io
import json
import lzma
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Samples = NDArray[np.float32]

SAMPLE_RATE = 16_000


def write_blob(folder: Path, name: str, items: Iterable[tuple[bytes, dict[str, Any]]]) -> int:
    """Writes `name.blob` and `name.json`; returns the number of items."""
    entries: list[dict[str, Any]] = []
    position = 0
    with (folder / f"{name}.blob").open("wb") as out:
        for data, entry in items:
            entries.append({**entry, "at": position, "bytes": len(data)})
            out.write(data)
            position += len(data)
    (folder / f"{name}.json").write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
    return len(entries)


def write_array(path: Path, array: NDArray[Any]) -> None:
    buffer = io.BytesIO()
    np.save(buffer, array)
    path.write_bytes(lzma.compress(buffer.getvalue(), preset=9))


def read_array(path: Path) -> NDArray[Any]:
    array: NDArray[Any] = np.load(io.BytesIO(lzma.decompress(path.read_bytes())))
    return array


def is_held_out(text: str) -> bool:
    """True for one text in twenty: never trained on, used by the evaluation sets."""
    return zlib.crc32(text.strip().lower().encode()) % 20 == 0


@dataclass
class Assets:
    """Reads the packed folder on demand; one per process, not shared between threads."""

    folder: Path
    _emoji_cache: dict[int, Pixels] = field(default_factory=dict)

    def _entries(self, name: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        return entries

    @cached_property
    def emoji(self) -> list[dict[str, Any]]:
        return self._entries("emoji")

    @cached_property
    def _emoji_bytes(self) -> bytes:
        return (self.folder / "emoji.blob").read_bytes()

    def emoji_rgba(self, index: int) -> Pixels:
        """The emoji as RGBA, 72 px at most on a side, cropped to what is drawn."""
        if index not in self._emoji_cache:
            entry = self.emoji[index]
            data = self._emoji_bytes[entry["at"] : entry["at"] + entry["bytes"]]
            decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
            if decoded is None:
                raise ValueError(f"emoji {index} cannot be decoded")
            rgba = np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGBA), np.uint8)
            rows = np.flatnonzero(rgba[:, :, 3].max(axis=1))
            columns = np.flatnonzero(rgba[:, :, 3].max(axis=0))
            self._emoji_cache[index] = rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return self._emoji_cache[index]

    @cached_property
    def icon_names(self) -> list[str]:
        return [entry["name"] for entry in self._entries("icons")]

    @cached_property
    def icons(self) -> Pixels:
        return read_array(self.folder / "icons.npy.xz")

    @cached_property
    def flags(self) -> Pixels:
        return read_array(self.folder / "flags.npy.xz")

    @cached_property
    def flag_entries(self) -> list[dict[str, Any]]:
        return self._entries("flags")

    @cached_property
    def _mnist(self) -> dict[str, Pixels]:
        return {}

    def mnist(self, split: str) -> Pixels:
        """uint8 [n, 785] of split "train" or "test"."""
        if split not in self._mnist:
            self._mnist[split] = read_array(self.folder / f"mnist_{split}.npy.xz")
        return self._mnist[split]

    @property
    def has_mnist(self) -> bool:
        return (self.folder / "mnist_train.npy.xz").exists()

    @cached_property
    def _speech_entries(self) -> list[dict[str, Any]]:
        return self._entries("speech")

    @cached_property
    def _speech_bytes(self) -> bytes:
        return (self.folder / "speech.blob").read_bytes()

    @cached_property
    def _speech_groups(self) -> dict[tuple[str, str, str], list[int]]:
        groups: dict[tuple[str, str, str], list[int]] = {}
        for index, entry in enumerate(self._speech_entries):
            groups.setdefault((entry["set"], entry["split"], entry["label"]), []).append(index)
        return groups

    def speech_labels(self, dataset: str, split: str) -> list[str]:
        return sorted(label for name, part, label in self._speech_groups if (name, part) == (dataset, split))

    def speech_clips(self, dataset: str, split: str, label: str) -> Sequence[int]:
        return self._speech_groups.get((dataset, split, label), [])

    def speech_entry(self, index: int) -> dict[str, Any]:
        return self._speech_entries[index]

    def speech(self, index: int) -> Samples:
        import soundfile

        entry = self._speech_entries[index]
        data = self._speech_bytes[entry["at"] : entry["at"] + entry["bytes"]]
        samples, _ = soundfile.read(io.BytesIO(data), dtype="float32")
        return np.asarray(samples, np.float32)

    def _lines(self, name: str) -> list[str]:
        return lzma.decompress((self.folder / name).read_bytes()).decode().splitlines()

    @cached_property
    def sentences(self) -> list[str]:
        return self._lines("sentences.txt.xz")

    @cached_property
    def words(self) -> list[str]:
        return self._lines("words.txt.xz")

    def fonts(self, split: str) -> list[Path]:
        return sorted((self.folder / "fonts" / split).iterdir())
