"""Synthetic speech through the espeak-ng library: one engine per process, samples fetched by a callback."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

ACCENTS = (
    "en-us", "en-us", "en-us", "en", "en", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd",
    "en-us-nyc", "en-029",
)  # fmt: skip
# Variants that whisper, croak or are made for effect blur the words.
UNFIT_VARIANTS = frozenset(
    """whisper whisperf croak Demonic UniRobot anikaRobot AnxiousAndy robosoft robosoft2 robosoft3 robosoft4 robosoft5
    robosoft6 robosoft7 robosoft8 fast Storm Tweaky kaukovalta victor boris gustave Nguyen RicishayMax RicishayMax2
    RicishayMax3 iven iven2 iven3 iven4 Gene Gene2""".split()
)
HELD_OUT_VARIANTS = ("f3", "m5", "Andy", "linda", "steph2", "john")

_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_CHARACTERS_UTF8 = 1
_RATE, _PITCH, _RANGE, _WORD_GAP = 1, 3, 4, 7
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@dataclass(frozen=True)
class Voice:
    """`rate` in words a minute; `pitch` and `range` 0 to 99, 50 being the voice's own."""

    name: str
    rate: int
    pitch: int
    range: int
    gap: int = 0


class Speaker(Protocol):
    """What turns text into speech."""

    sample_rate: int

    def random_voice(self, random: Random, held_out: bool = False) -> Voice: ...

    def say(self, text: str, voice: Voice) -> NDArray[np.int16]: ...


class SpeechEngine:
    """Not thread-safe, and the library allows one instance per process."""

    def __init__(self, folder: Path) -> None:
        library_folder = folder / "lib"
        # Loaded by full path first, so that the loader finds them by name when it meets the dependency.
        for name in ("libpcaudio.so.0", "libsonic.so.0"):
            ctypes.CDLL(str(library_folder / name), mode=ctypes.RTLD_GLOBAL)
        self._library = ctypes.CDLL(str(library_folder / "libespeak-ng.so.1"))
        data_folder = ctypes.c_char_p(str(folder).encode())
        self.sample_rate: int = self._library.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, 4000, data_folder, _INITIALIZE_DONT_EXIT
        )
        if self.sample_rate <= 0:
            raise RuntimeError(f"espeak-ng cannot read its data in {folder}")
        self._parts: list[bytes] = []
        # The attribute keeps the callback alive for as long as the library may call it.
        self._callback = _CALLBACK(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)
        variants = sorted(path.name for path in (folder / "espeak-ng-data" / "voices" / "!v").iterdir())
        self.variants = [name for name in variants if name not in UNFIT_VARIANTS and name not in HELD_OUT_VARIANTS]

    def _collect(self, samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int | None) -> int:
        if count > 0:
            self._parts.append(ctypes.string_at(samples, 2 * count))
        return 0

    def random_voice(self, random: Random, held_out: bool = False) -> Voice:
        variants = list(HELD_OUT_VARIANTS) if held_out else self.variants
        accent = random.choice(ACCENTS)
        name = accent if random.random() < 0.1 and not held_out else f"{accent}+{random.choice(variants)}"
        return Voice(name, random.randint(120, 205), random.randint(25, 75), random.randint(25, 80))

    def say(self, text: str, voice: Voice) -> NDArray[np.int16]:
        """Samples at `sample_rate`."""
        if self._library.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise ValueError(f"no voice {voice.name}")
        for parameter, value in (
            (_RATE, voice.rate),
            (_PITCH, voice.pitch),
            (_RANGE, voice.range),
            (_WORD_GAP, voice.gap),
        ):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._parts.clear()
        data = text.encode()
        status = self._library.espeak_Synth(
            ctypes.c_char_p(data), ctypes.c_size_t(len(data) + 1), 0, 1, 0, _CHARACTERS_UTF8, None, None
        )
        if status != 0:
            raise RuntimeError(f"espeak-ng failed with status {status}")
        return np.frombuffer(b"".join(self._parts), np.int16)
