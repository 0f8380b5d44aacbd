"""Makes training data: `python -m hearth_mini.media.generate --assets DIR --tokenizer FILE --out DIR ...`.

The files are described in the package's docstring. The result depends on the seed and the counts, not on the workers.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from hearth_mini.media.chat import AUDIO, IMAGE, FileTokenizer, Tokenizer, encode
from hearth_mini.media.phrases import Turn
from hearth_mini.media.pictures import Picture, PictureSource
from hearth_mini.media.recordings import Recording, RecordingSource
from hearth_mini.media.speech import SpeechEngine
from hearth_mini.media.store import Assets, Pixels

BLOCK = 200
SPOKEN_PROMPTS = ("", "", "", "Answer the spoken question.", "Listen and answer.", "Answer the question.")
MAX_SPOKEN_CHARACTERS = 70


def chosen_turns(random: Random, turns: Sequence[Turn], shares: Sequence[float]) -> list[Turn]:
    """Some turns of different kinds; `shares` weighs one, two, three, ... of them."""
    count = random.choices(range(1, len(shares) + 1), shares)[0]
    chosen: list[Turn] = []
    for turn in random.sample(list(turns), len(turns)):
        if len(chosen) < count and all(turn.kind != other.kind for other in chosen):
            chosen.append(turn)
    return chosen


@dataclass(frozen=True)
class Sample:
    family: str
    ids: NDArray[np.uint16]
    pixels: Pixels | None
    audio: NDArray[np.int16] | None


@dataclass
class SampleMaker:
    """Everything one worker needs. A sample depends on the seed, its kind and its number alone."""

    pictures: PictureSource
    recordings: RecordingSource
    tokenizer: Tokenizer
    seed: int

    def picture(self, number: int) -> Sample:
        random = Random(f"{self.seed} picture {number}")
        picture: Picture = self.pictures.draw(random)
        turns = chosen_turns(random, picture.turns, (45, 35, 20))
        return Sample(picture.family, encode(self.tokenizer, [IMAGE], turns), picture.pixels, None)

    def recording(self, number: int) -> Sample:
        random = Random(f"{self.seed} recording {number}")
        recording: Recording = self.recordings.draw(random)
        turns = chosen_turns(random, recording.turns, (80, 20))
        return Sample(recording.family, encode(self.tokenizer, [AUDIO], turns), None, recording.samples)

    def mixed(self, number: int) -> Sample:
        random = Random(f"{self.seed} mixed {number}")
        while True:
            picture = self.pictures.draw(random)
            short = [turn for turn in picture.turns if len(turn.question) <= MAX_SPOKEN_CHARACTERS]
            if short:
                turn = random.choice(short)
                audio = self.recordings.spoken_question(random, turn.question)
                written = Turn(turn.kind, random.choice(SPOKEN_PROMPTS), turn.answer)
                return Sample("spoken question", encode(self.tokenizer, [IMAGE, AUDIO], [written]), picture.pixels, audio)


_maker: SampleMaker | None = None


def make_maker(assets_folder: Path, tokenizer: Tokenizer, seed: int) -> SampleMaker:
    assets = Assets(assets_folder)
    engine = SpeechEngine(assets_folder / "espeak")
    return SampleMaker(PictureSource(assets), RecordingSource(assets, engine), tokenizer, seed)


def _start_worker(assets_folder: Path, tokenizer_file: str, seed: int) -> None:
    global _maker
    # Workers fill the cores already; nested threads would only get in each other's way.
    cv2.setNumThreads(1)
    _maker = make_maker(assets_folder, FileTokenizer(tokenizer_file), seed)


def _make_block(job: tuple[str, int, int]) -> list[Sample]:
    kind, first, end = job
    assert _maker is not None
    make = {"picture": _maker.picture, "recording": _maker.recording, "mixed": _maker.mixed}[kind]
    return [make(number) for number in range(first, end)]


def blocks(pictures: int, recordings: int, mixed: int) -> Iterator[tuple[str, int, int]]:
    for kind, count in (("mixed", mixed), ("recording", recordings), ("picture", pictures)):
        for first in range(0, count, BLOCK):
            yield kind, first, min(count, first + BLOCK)


NPY_HEADER_BYTES = 128


def npy_header(dtype: str, shape: tuple[int, ...]) -> bytes:
    """A version 1.0 header of fixed length, so that it can be rewritten once the length is known."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(NPY_HEADER_BYTES - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + (NPY_HEADER_BYTES - 10).to_bytes(2, "little") + text.encode()


class SampleWriter:
    """Appends samples to the four files; `close` completes their headers."""

    def __init__(self, out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._out = out
        self._images: BinaryIO = (out / "images.npy").open("wb")
        self._audio: BinaryIO = (out / "audio.npy").open("wb")
        self._ids: BinaryIO = (out / "samples.u16").open("wb")
        for file in (self._images, self._audio):
            file.write(bytes(NPY_HEADER_BYTES))
        self._index: list[tuple[int, int, int, int, int]] = []
        self._num_images = self._num_audio = self._num_ids = 0
        self.families: Counter[str] = Counter()

    def add(self, sample: Sample) -> None:
        picture, audio_first, audio_end = -1, -1, -1
        if sample.pixels is not None:
            picture = self._num_images
            self._num_images += 1
            self._images.write(sample.pixels.tobytes())
        if sample.audio is not None:
            audio_first, audio_end = self._num_audio, self._num_audio + len(sample.audio)
            self._num_audio = audio_end
            self._audio.write(sample.audio.astype("<i2", copy=False).tobytes())
        end = self._num_ids + len(sample.ids)
        self._index.append((self._num_ids, end, picture, audio_first, audio_end))
        self._ids.write(sample.ids.astype("<u2", copy=False).tobytes())
        self._num_ids = end
        self.families[sample.family] += 1

    def close(self) -> None:
        for file, header in (
            (self._images, npy_header("|u1", (self._num_images, 128, 128, 3))),
            (self._audio, npy_header("<i2", (self._num_audio,))),
        ):
            file.seek(0)
            file.write(header)
            file.close()
        self._ids.close()
        np.save(self._out / "index.npy", np.array(self._index, np.int64).reshape(-1, 5))
        (self._out / "families.json").write_text(json.dumps(dict(self.families.most_common()), indent=1))


def main() -> None:
    parser = argparse.ArgumentParser(description="Make picture and sound training data.")
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--tokenizer", type=str, default=str(Path(__file__).resolve().parents[2] / "tokenizer.json"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=0, help="pictures, the mixed ones included")
    parser.add_argument("--recordings", type=int, default=0, help="recordings, the mixed ones included")
    parser.add_argument("--mixed", type=int, help="samples of both; by default a fourteenth of the smaller count")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=16)
    arguments = parser.parse_args()
    mixed = arguments.mixed
    if mixed is None:
        mixed = min(arguments.pictures, arguments.recordings) // 14
    jobs = list(blocks(arguments.pictures - mixed, arguments.recordings - mixed, mixed))
    writer = SampleWriter(arguments.out)
    start = time.monotonic()
    with get_context("spawn").Pool(
        arguments.workers, _start_worker, (arguments.assets, arguments.tokenizer, arguments.seed)
    ) as pool:
        for block in pool.imap(_make_block, jobs):
            for sample in block:
                writer.add(sample)
    writer.close()
    seconds = time.monotonic() - start
    print(f"{sum(writer.families.values())} samples in {seconds:.1f} s", dict(writer.families.most_common()))


if __name__ == "__main__":
    main()
