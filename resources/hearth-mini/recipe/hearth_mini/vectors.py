"""Parity vectors: what the reference path computes, for checking another implementation value by value.

    python -m hearth_mini.vectors OUT --gguf MODEL.gguf     # of a model file; quantised weights are expanded to float32
    python -m hearth_mini.vectors OUT --random              # of decisive random weights, written as OUT/model.gguf

Four cases (a short chat, a text beyond the window, a picture, a recording), each as a folder of small `.npy` arrays;
OUT/README.md, written beside them, describes every array. `--full` adds OUT/CASE.npz with all logits and states.
"""

from __future__ import annotations

import argparse
import hashlib
import wave
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from . import preprocess
from .export import RECIPE, export
from .import_gguf import read_gguf
from .modeling import HearthConfig, HearthForCausalLM, Media

SAMPLES = RECIPE.parent.parent / "samples"
LONG_TOKENS = 2_440
LONG_FIRST = 2_080
"""First position of the long case that may be compared: more than 2,048 tokens stand before it."""
MIN_LONG_POSITIONS = 256
MAX_LONG_POSITIONS = 320
ABLATED_POSITIONS = 64
MIN_ROUTING_MARGIN, MIN_SELECTION_MARGIN = 2e-6, 1e-6
"""No expert and no block of any position may win by less: rounding could decide it, and change all that follows.

Against float64 these margins differ by at most 1.3e-6 and 4.3e-7 over a text, by less than 1e-6 and 4e-7 at 99.9 % of its
positions."""
MIN_LEAD = 1e-5
"""Positions whose likeliest token leads by less, relative to the largest logit, are not compared."""
MAX_TRIES = 100
"""Texts of the long case that are tried, at most."""
TOP = 8
SAMPLE_IDS = np.arange(48) * 341 + 5
"""Vocabulary entries whose logits are stored at every position."""

SYSTEM = "<|system|>You are Hearth Mini.<|end|>"
CHATS = {
    "short": [
        SYSTEM + f"<|user|>Name three {things}.<|end|><|assistant|>{answer}<|end|>"
        for things, answer in (
            ("fruits that grow on trees, and say which one is red", "Apples, cherries and pears. A cherry is red."),
            ("animals of the forest, and say which one is the largest", "Foxes, owls and bears. The bear is the largest."),
            ("rivers, and say which one is the longest", "The Nile, the Rhine and the Po. The Nile is the longest."),
            ("tools that a carpenter needs, and say which one is sharp", "A hammer, a saw and a ruler. The saw is sharp."),
        )
    ],
    "picture": [
        f"<|user|><|image|>{question}<|end|><|assistant|>The picture shows a blue circle to the left of a red star on a "
        "white background.<|end|>"
        for question in ("What does the picture show?", "Describe the picture.", "What do you see?", "What is shown here?")
    ],
    "sound": [
        f"<|user|><|audio|>{question}<|end|><|assistant|>Please close the window before the rain comes.<|end|>"
        for question in ("What is said?", "Transcribe the recording.", "What did I say?", "What does the speaker say?")
    ],
}
"""Of each case the first chat that leaves nothing to rounding is taken."""
PARTS = {
    "short": ("shared_expert",), "long": ("memory",), "picture": ("cross_attention",),
    "sound": ("cross_attention", "waveform", "spectrogram"),
}
"""Parts of the model that are switched off, one at a time, in each case."""

README = """# Parity vectors of Hearth Mini

What the recipe's PyTorch model computes on its reference path (float32, sparse inference form) from the weights of the
model file whose SHA-256 is in `model.sha256`; quantised weights are expanded to float32. `parity_test` computes the same
with the C++ engine. They belong to that file alone: when it changes, run in `resources/hearth-mini/recipe`

    python -m hearth_mini.vectors ../../../tests/data/parity --gguf ../hearth-mini.gguf

Everything here, this page included, is written by that command. `picture.png` is the bundled sample fitted to 128 x 128,
`sound.wav` the bundled sample at 16 kHz; the texts are invented. Licence: as the rest of the repository.

| case | input |
| --- | --- |
| `short` | a chat of one question |
| `long` | 2,440 tokens of a register; entries of its beginning come again when they have left the window |
| `picture`, `sound` | a question about `picture.png` or `sound.wav` and its answer |

Each case is a folder of `.npy` arrays (C order; int16 and float32, little-endian); `sample_ids.npy` [48] names the vocabulary
entries of `sample_logits`.

| array | shape | meaning |
| --- | --- | --- |
| `ids` | T | token ids, positions 0 .. T-1, no BOS |
| `positions` | P | the positions of everything below |
| `top_ids`, `top_logits` | P x 8 | the likeliest next tokens, best first, and their logits |
| `log_sum_exp` | P | over all next-token logits |
| `sample_logits` | P x 48 | logits of `sample_ids` |
| `selected` | 4 x P x 2 x 16 | case `long`: blocks read back exactly in layers 1, 3, 5, 7, per KV head, ascending; -1: fewer than 16 |
| `without_NAME.*` | 64 or fewer of P | `log_sum_exp` and `sample_logits` of the last positions with one part of the model switched off |

The parts switched off: `memory` (no compressed entries, no read-back: the window alone), `shared_expert`,
`cross_attention`, `waveform` and `spectrogram` (the 128 values of that sound path are zero before the fusion).
The texts are chosen so that no expert and no block wins by so little, at any position, that rounding could decide it. Left
out are positions where the likeliest token leads by less than 1e-5 of the largest logit, and those of the long case before
which there are no more than 2,048 tokens.
"""

Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Case:
    """One input with its media."""

    name: str
    ids: list[int]
    pictures: list[Tensor] = field(default_factory=list)
    sounds: list[list[Tensor]] = field(default_factory=list)

    @property
    def media(self) -> Media | None:
        """What the model takes beside the tokens."""
        return Media.of_one(self.ids, self.pictures, self.sounds) if self.pictures or self.sounds else None


def random_model(seed: int) -> HearthForCausalLM:
    """The shipped sizes with random weights that make attention, routing, selection and gates decisive."""
    torch.manual_seed(seed)
    model = HearthForCausalLM(HearthConfig()).eval()
    spreads = {"mem_query": 0.25, "mem_pos": 0.5, "mem_bias": 0.5, "rel_bias": 0.5, "pos": 0.3, "gate_inp": 0.09,
               "token_embd": 0.05}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            part = name.removesuffix(".weight").rsplit(".", 1)[-1]
            spread = next((value for key, value in spreads.items() if part.endswith(key)), None)
            if part in ("attn_q_norm", "attn_k_norm", "cross_q_norm", "cross_k_norm", "attn_mem_norm"):
                parameter.normal_(1.6, 0.2)
            elif part.endswith("norm"):
                parameter.normal_(1.0, 0.2)
            elif part == "cross_gate":
                parameter.uniform_(0.4, 1.0)
            elif spread is not None:
                parameter.normal_(0.0, spread)
    return model


class Register:
    """An invented register of lendings. After 75 entries those of the first half come again, word for word."""

    _NEW = 75

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._entries: list[str] = []

    def add_line(self) -> str:
        """The next line, with its line break."""
        copies = len(self._entries) >= self._NEW
        self._entries.append(self._random.choice(self._entries[: self._NEW // 2]) if copies else self._entry())
        return self._entries[-1] + "\n"

    def drop_from(self, index: int) -> None:
        """Forgets line `index` and all after it; others will come in their place."""
        del self._entries[index:]

    def _entry(self) -> str:
        pick = self._random.choice
        things = "lamp ladder kettle violin tent saddle globe lantern sledge anvil clock mirror".split()
        looks = "brass oak green copper folding small painted heavy old silver".split()
        first = "Ida Jonas Marta Henry Rosa Piet Agnes Tomas Lucy Oskar Nora Emil".split()
        last = "Korhonen Feld Okonkwo Brandt Lind Moreau Hale Sato Petrov Quinn".split()
        places = "Millbrook Harlow Eastgate Torvik Ashford Linden Crowhill Saltmarsh".split()
        months = "January March April June August October".split()
        return (
            f"The {pick(looks)} {pick(things)} was lent to {pick(first)} {pick(last)} of {pick(places)} on "
            f"{self._random.randint(1, 28)} {pick(months)} for {self._random.randint(2, 40)} days."
        )


def sample_picture(path: Path) -> NDArray[np.float32]:
    """Writes the bundled picture, fitted to the model's size, to `path`; returns it normalised."""
    image = cv2.cvtColor(cv2.imread(str(SAMPLES / "picture.png")), cv2.COLOR_BGR2RGB)
    fitted = preprocess.fit_image(np.asarray(image, np.uint8))
    cv2.imwrite(str(path), fitted[:, :, ::-1])
    return preprocess.normalise_image(fitted)


def sample_sound(path: Path) -> list[NDArray[np.float32]]:
    """Writes the bundled recording at 16 kHz (linear interpolation) to `path`; returns its framed chunks."""
    with wave.open(str(SAMPLES / "recording.wav"), "rb") as file:
        rate, samples = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
    times = np.arange(int(len(samples) * preprocess.SAMPLE_RATE / rate)) * (rate / preprocess.SAMPLE_RATE)
    resampled = np.rint(np.interp(times, np.arange(len(samples)), samples)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(preprocess.SAMPLE_RATE)
        file.writeframes(resampled.tobytes())
    return preprocess.sound_chunks(resampled / np.float32(32_768))


@torch.no_grad()
def first_close_choice(model: HearthForCausalLM, case: Case) -> int | None:
    """The first position with a choice of an expert or a block that rounding could decide."""
    record: dict[str, Tensor] = {}
    model(torch.tensor([case.ids]), media=case.media, record=record)
    close = torch.zeros(len(case.ids), dtype=torch.bool)
    for layer in range(model.config.num_hidden_layers):
        close |= record[f"blk.{layer}.routing_margin"].flatten() < MIN_ROUTING_MARGIN
    for layer in model.config.memory_layers:
        close |= record[f"blk.{layer}.selection_margin"][0].amin(0) < MIN_SELECTION_MARGIN
    return int(close.nonzero()[0]) if close.any() else None


def long_case(model: HearthForCausalLM, tokenizer: Tokenizer, seed: int) -> Case:
    """The register, drawn anew from the first line that has a close choice, until there is none."""
    register = Register(seed)
    lines: list[list[int]] = []
    for _ in range(MAX_TRIES):
        while sum(map(len, lines)) < LONG_TOKENS:
            lines.append(tokenizer.encode(register.add_line(), add_special_tokens=False).ids)
        case = Case("long", [token for line in lines for token in line][:LONG_TOKENS])
        close = first_close_choice(model, case)
        if close is None:
            return case
        # All lines begin with the same token, so where that is it, the line before has to change.
        index = int(np.searchsorted(np.cumsum([len(line) for line in lines]), close - 1, side="right"))
        register.drop_from(index)
        del lines[index:]
    raise SystemExit("no decisive text found for the long case; try another --seed")


def make_cases(model: HearthForCausalLM, out: Path, tokenizer: Tokenizer, seed: int) -> list[Case]:
    """The four inputs; the sources of picture and sound are written beside the vectors."""
    pixels, chunks = sample_picture(out / "picture.png"), sample_sound(out / "sound.wav")
    pictures = {"picture": [torch.from_numpy(pixels)]}
    sounds = {"sound": [[torch.from_numpy(chunk) for chunk in chunks]]}
    cases = []
    for name, chats in CHATS.items():
        candidates = (Case(name, tokenizer.encode(chat, add_special_tokens=False).ids, pictures.get(name, []),
                           sounds.get(name, [])) for chat in chats)
        case = next((one for one in candidates if first_close_choice(model, one) is None), None)
        if case is None:
            raise SystemExit(f"each chat of the case {name} has a close choice; write another one")
        cases.append(case)
    return [*cases, long_case(model, tokenizer, seed)]


def summary(logits: Tensor) -> Arrays:
    """What is stored of logits [P, vocabulary]."""
    return {"log_sum_exp": logits.double().logsumexp(-1).float().numpy(), "sample_logits": logits[:, SAMPLE_IDS].numpy()}


@torch.no_grad()
def run_case(model: HearthForCausalLM, case: Case) -> tuple[Arrays, Arrays]:
    """The arrays that are stored, and all logits and states."""
    ids = torch.tensor([case.ids])
    media = case.media
    record: dict[str, Tensor] = {}
    model.ablate = frozenset()
    logits = model(ids, media=media, record=record).logits[0]
    best = logits.topk(2, -1).values
    at = (best[:, 0] - best[:, 1] >= MIN_LEAD * logits.abs().amax(-1)).nonzero().flatten()
    if case.name == "long":
        at = at[at >= LONG_FIRST][:MAX_LONG_POSITIONS]
        if len(at) < MIN_LONG_POSITIONS:
            raise SystemExit(f"only {len(at)} positions of the long case can be compared; try another --seed")
    arrays: Arrays = {"ids": np.array(case.ids), "positions": at.numpy()}
    top = logits[at].topk(TOP, -1)
    arrays |= {"top_ids": top.indices.numpy(), "top_logits": top.values.numpy(), **summary(logits[at])}
    if case.name == "long":
        selected = [record[f"blk.{layer}.selected"][0][:, at].transpose(0, 1) for layer in model.config.memory_layers]
        arrays["selected"] = torch.stack(selected).numpy()
    full: Arrays = {"ids": arrays["ids"], "logits": logits.numpy(), **{name: value.numpy() for name, value in record.items()}}
    for part in PARTS[case.name]:
        model.ablate = frozenset({part})
        ablated = model(ids, media=media).logits[0]
        arrays |= {f"without_{part}.{name}": value for name, value in summary(ablated[at[-ABLATED_POSITIONS:]]).items()}
        full[f"logits.without_{part}"] = ablated.numpy()
    model.ablate = frozenset()
    return arrays, full


def save(path: Path, array: NDArray[np.generic]) -> None:
    """An array as int16 or float32."""
    compact = array.astype("<f4" if np.issubdtype(array.dtype, np.floating) else "<i2")
    if not np.array_equal(compact, array):
        raise ValueError(f"{path.name} does not fit its type")
    np.save(path, np.ascontiguousarray(compact))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--random", action="store_true")
    source.add_argument("--gguf", type=Path)
    parser.add_argument("--tokenizer", type=Path, default=RECIPE / "tokenizer.json")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--full", action="store_true", help="also all logits and states, as CASE.npz")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.gguf
    if options.random:
        path = options.out / "model.gguf"
        model = random_model(options.seed)
        state = {name: value.numpy() for name, value in model.state_dict().items()}
        export(state, model.config, options.tokenizer, path, "f32")
    else:
        config, tensors = read_gguf(path)
        model = HearthForCausalLM(config).eval()
        model.load_state_dict(tensors)
    for case in make_cases(model, options.out, Tokenizer.from_file(str(options.tokenizer)), options.seed):
        arrays, full = run_case(model, case)
        folder = options.out / case.name
        folder.mkdir(exist_ok=True)
        for name, value in arrays.items():
            save(folder / f"{name}.npy", value)
        if options.full:
            np.savez(options.out / f"{case.name}.npz", **full)
        print(f"{case.name}: {len(arrays['positions'])} positions of {len(case.ids)} tokens")
    save(options.out / "sample_ids.npy", SAMPLE_IDS)
    (options.out / "README.md").write_text(README, encoding="utf-8")
    # Last, so that vectors of an interrupted run are never taken for those of the new file.
    (options.out / "model.sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
