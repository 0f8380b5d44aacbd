"""Makes training data: `python -m hearth_mini.media.generate --assets DIR --tokenizer FILE --out DIR ...`.

The files are described in the package's docstring. Pictures, texts and augmentation depend on the seed and the counts
alone. Synthetic speech does not repeat bit by bit: the pitch flutter of espeak-ng runs on from one sentence to the next,
so that it depends on what the same worker said before.
"""

from __future__ import annotations

import argparse
import json
import math
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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

BLOCK_LENGTH = 200
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


@dataclass(frozen=True)
class StoredSample:
    """A sample whose picture, if any, is already in images.npy."""

    family: str
    ids: NDArray[np.uint16]
    picture: int
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


def make_maker(assets_folder: Path, tokenizer: Tokenizer, seed: int) -> SampleMaker:
    assets = Assets(assets_folder)
    engine = SpeechEngine(assets_folder / "espeak")
    return SampleMaker(PictureSource(assets), RecordingSource(assets, engine), tokenizer, seed)


NPY_HEADER_BYTES = 128
PICTURE_SHAPE = (128, 128, 3)


def npy_header(dtype: str, shape: tuple[int, ...]) -> bytes:
    """A version 1.0 header of fixed length, so that it can be rewritten once the length is known."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(NPY_HEADER_BYTES - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + (NPY_HEADER_BYTES - 10).to_bytes(2, "little") + text.encode()


class PictureFile:
    """images.npy, of known length from the start: every worker writes its own pictures into it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b")

    @staticmethod
    def create(path: Path, count: int) -> None:
        with path.open("wb") as file:
            file.write(npy_header("|u1", (count, *PICTURE_SHAPE)))
            file.truncate(NPY_HEADER_BYTES + count * math.prod(PICTURE_SHAPE))

    def put(self, number: int, pixels: Pixels) -> None:
        if pixels.shape != PICTURE_SHAPE:
            raise ValueError(f"a picture of shape {pixels.shape}")
        self._file.seek(NPY_HEADER_BYTES + number * math.prod(PICTURE_SHAPE))
        self._file.write(pixels.tobytes())

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class Block:
    """Samples `first` to `end` of a kind; their pictures go to images.npy of `folder` from `picture` on."""

    folder: Path
    seed: int
    kind: str
    first: int
    end: int
    picture: int


@dataclass(frozen=True)
class Counts:
    """Samples of one folder by kind."""

    pictures: int
    recordings: int
    mixed: int

    def blocks(self, folder: Path, seed: int) -> Iterator[Block]:
        """Mixed samples first, so that their pictures come first in images.npy."""
        kinds = (("mixed", self.mixed, 0), ("recording", self.recordings, 0), ("picture", self.pictures, self.mixed))
        for kind, count, picture in kinds:
            for first in range(0, count, BLOCK_LENGTH):
                yield Block(folder, seed, kind, first, min(count, first + BLOCK_LENGTH), picture + first)


def make_block(maker: SampleMaker, block: Block) -> list[StoredSample]:
    maker = replace(maker, seed=block.seed)
    make = {"picture": maker.picture, "recording": maker.recording, "mixed": maker.mixed}[block.kind]
    stored = []
    images = PictureFile(block.folder / "images.npy")
    for number in range(block.first, block.end):
        sample = make(number)
        picture = -1
        if sample.pixels is not None:
            picture = block.picture + number - block.first
            images.put(picture, sample.pixels)
        stored.append(StoredSample(sample.family, sample.ids, picture, sample.audio))
    images.close()
    return stored


_worker: SampleMaker | None = None


def _start_worker(assets_folder: Path, tokenizer_file: str) -> None:
    global _worker
    # Workers fill the cores already; nested threads would only get in each other's way.
    cv2.setNumThreads(1)
    _worker = make_maker(assets_folder, FileTokenizer(tokenizer_file), 0)


def _make_block(block: Block) -> list[StoredSample]:
    assert _worker is not None
    return make_block(_worker, block)


class SampleWriter:
    """Appends samples to audio.npy and samples.u16; `close` completes the header and writes index.npy."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._audio: BinaryIO = (out / "audio.npy").open("wb")
        self._ids: BinaryIO = (out / "samples.u16").open("wb")
        self._audio.write(bytes(NPY_HEADER_BYTES))
        self._index: list[tuple[int, int, int, int, int]] = []
        self._num_audio = self._num_ids = 0
        self.families: Counter[str] = Counter()

    def add(self, sample: StoredSample) -> None:
        audio_first, audio_end = -1, -1
        if sample.audio is not None:
            audio_first, audio_end = self._num_audio, self._num_audio + len(sample.audio)
            self._num_audio = audio_end
            self._audio.write(sample.audio.astype("<i2", copy=False).tobytes())
        end = self._num_ids + len(sample.ids)
        self._index.append((self._num_ids, end, sample.picture, audio_first, audio_end))
        self._ids.write(sample.ids.astype("<u2", copy=False).tobytes())
        self._num_ids = end
        self.families[sample.family] += 1

    def close(self) -> None:
        self._audio.seek(0)
        self._audio.write(npy_header("<i2", (self._num_audio,)))
        self._audio.close()
        self._ids.close()
        (self._out / "families.json").write_text(json.dumps(dict(self.families.most_common()), indent=1))
        # Whoever waits for the folder takes it as finished once index.npy is there.
        np.save(self._out / "unfinished.npy", np.array(self._index, np.int64).reshape(-1, 5))
        (self._out / "unfinished.npy").rename(self._out / "index.npy")


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
    parser.add_argument("--parts", type=int, help="make that many folders OUT/part000000, ... with seeds of their own")
    parser.add_argument("--lane", type=int, default=0, help="with --parts: last digit of the names, one a generator")
    parser.add_argument("--waiting", type=int, default=4, help="with --parts: pause while so many folders are unread")
    arguments = parser.parse_args()
    mixed = arguments.mixed
    if mixed is None:
        mixed = min(arguments.pictures, arguments.recordings) // 14
    counts = Counts(arguments.pictures - mixed, arguments.recordings - mixed, mixed)
    out: Path = arguments.out
    folders = [out] if arguments.parts is None else [
        out / f"part{number:05}{arguments.lane}" for number in range(arguments.parts)
    ]
    unread = f"part*{arguments.lane}/index.npy"
    start = time.monotonic()
    # Without a limit, workers that outrun this process would fill its memory with finished blocks.
    in_flight = threading.Semaphore(4 * arguments.workers)
    failed = threading.Event()

    def jobs() -> Iterator[Block]:
        for number, folder in enumerate(folders):
            while arguments.parts is not None and len(list(out.glob(unread))) >= arguments.waiting:
                time.sleep(0.2)
            folder.mkdir(parents=True, exist_ok=True)
            PictureFile.create(folder / "images.npy", arguments.pictures)
            for block in counts.blocks(folder, arguments.seed + number):
                while not in_flight.acquire(timeout=0.5):
                    if failed.is_set():
                        return
                yield block

    with get_context("spawn").Pool(arguments.workers, _start_worker, (arguments.assets, arguments.tokenizer)) as pool:
        finished = pool.imap(_make_block, jobs())
        for number, folder in enumerate(folders):
            writer: SampleWriter | None = None
            for _ in counts.blocks(folder, arguments.seed + number):
                try:
                    stored = next(finished)
                except Exception:
                    # Else the pool would wait for the thread that waits for room.
                    failed.set()
                    raise
                writer = writer or SampleWriter(folder)
                for sample in stored:
                    writer.add(sample)
                in_flight.release()
            if writer is not None:
                writer.close()
                families = dict(writer.families.most_common())
                seconds = time.monotonic() - start
                print(f"{folder.name}: {sum(families.values())} samples after {seconds:.1f} s", families, flush=True)


if __name__ == "__main__":
    main()
