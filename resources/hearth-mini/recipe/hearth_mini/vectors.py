"""Parity vectors: what the reference path computes, for checking another implementation value by value.

    python -m hearth_mini.vectors OUT --random              # a model with decisive random weights, written as OUT/model.gguf
    python -m hearth_mini.vectors OUT --gguf MODEL.gguf [--text FILE]

Four cases (short text, text beyond the window, a picture, a recording), each as a folder of `.npy` arrays and as one
`.npz`; OUT/README.md, written beside them, describes every array.
"""

from __future__ import annotations

import argparse
import wave
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from . import preprocess
from .export import RECIPE, export
from .import_gguf import read_gguf
from .modeling import ABLATIONS, HearthConfig, HearthForCausalLM, Media

LONG_TOKENS = 2_400
LONG_POSITIONS = 288
LAYERS = (0, 1)
"""Layers whose intermediate states are stored."""

SHORT_TEXT = (
    "<|system|>You are Hearth Mini.<|end|><|user|>Name three fruits that grow on trees, and say which one is red.<|end|>"
    "<|assistant|>Apples, cherries and pears. A cherry is red.<|end|>"
)
PICTURE_TEXT = "<|user|><|image|>What does the picture show?<|end|><|assistant|>A red square on a grey wall.<|end|>"
SOUND_TEXT = "<|user|><|audio|>What was said?<|end|><|assistant|>Turn the light on.<|end|>"

README = """# Parity vectors of Hearth Mini

Computed by the reference path of `hearth_mini.modeling` (float32, sparse inference form). `model.gguf` is the model
(F32 weights) unless another file was named. Every case is a folder of `.npy` arrays (C order, little-endian) and the
same arrays in `CASE.npz`.

| array | shape | meaning |
| --- | --- | --- |
| `ids` | T int64 | token ids, positions 0 .. T-1, no BOS |
| `positions` | P int64 | the positions of everything below that has a P |
| `logits` | P x 16384 f32 | next-token logits |
| `logits.without_NAME` | P' x 16384 f32 | with one part switched off; the last P' <= 64 positions of `positions` |
| `blk.N.after_attention` | P x 512 f32 | residual stream of layer N after window attention and memory were added |
| `blk.N.after_ffn` | P x 512 f32 | after cross-attention and experts were added: the output of the layer |
| `blk.N.selected` | 2 x P x 16 int64 | blocks read back exactly, per KV head, ascending; -1: fewer than 16 |
| `selection_margin` | P f32 | lowest selected minus highest rejected block score, least over layers and KV heads (inf: nothing rejected) |
| `routing_margin` | P f32 | probability of the second minus the third expert, least over layers |
| `picture.pixels` | 128 x 128 x 3 f32 | prepared picture (case `picture`; the source is `picture.png`) |
| `sound.frames`, `sound.log_mel` | F x 400, F x 64 f32 | framed normalised sound and its spectrogram (case `sound`; the source is `sound.wav`) |
| `picture.projected`, `sound.projected` | 1 x n x 512 f32 | encoder output before the media norm |
| `media.vectors` | 1 x n x 512 f32 | what cross-attention sees |

The parts switched off: `memory` (no compressed entries, no read-back: the window alone), `shared_expert`,
`cross_attention`, `waveform` and `spectrogram` (the 128 values of that sound path are zero before the fusion).
Where a margin is below about 1e-4, rounding may choose another block or expert: leave such positions out of a
comparison, and those after them.

Fitting a picture: the longer side becomes 128, the shorter one `max(1, floor(size * scale + 0.5))`; the left and upper
border is `(128 - size) / 2` rounded down. Sound: mean and RMS are those of the whole recording; chunks of 480,000
samples are framed separately with zeros outside and positions from 0.
"""


@dataclass(frozen=True)
class Case:
    """One input with its media."""

    name: str
    ids: list[int]
    positions: list[int]
    pictures: list[Tensor]
    sounds: list[list[Tensor]]
    inputs: dict[str, NDArray[np.generic]]


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


def test_picture(seed: int) -> NDArray[np.uint8]:
    """A 150 x 200 RGB picture with a gradient, noise and two rectangles."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:150, 0:200]
    image = np.stack([x, y, (x + y) // 2], -1).astype(np.float64) + rng.normal(0, 12, (150, 200, 3))
    image[30:90, 40:110] = (200, 30, 40)
    image[70:140, 120:180] = (20, 120, 210)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def test_sound(seed: int) -> NDArray[np.int16]:
    """2.63 s at 16 kHz: a rising tone with harmonics, pauses and noise."""
    rng = np.random.default_rng(seed)
    time = np.arange(42_080) / preprocess.SAMPLE_RATE
    phase = 2 * np.pi * (180 * time + 160 * time**2)
    tone = sum(np.sin(order * phase) / order for order in range(1, 9))
    envelope = np.clip(np.sin(2 * np.pi * 1.7 * time) * 1.5, 0, 1)
    samples = 0.2 * tone * envelope + rng.normal(0, 0.01, len(time)) + 0.003
    return np.rint(np.clip(samples, -1, 1) * 32_767).astype(np.int16)


def make_cases(out: Path, tokenizer: Tokenizer, seed: int, text: str | None) -> list[Case]:
    """The four inputs; the sources of picture and sound are written beside the vectors."""

    def encode(value: str) -> list[int]:
        return tokenizer.encode(value, add_special_tokens=False).ids

    rng = np.random.default_rng(seed)
    long_ids = encode(text)[:LONG_TOKENS] if text else rng.integers(32, 16_384, LONG_TOKENS).tolist()
    if len(long_ids) < 2_048 + LONG_POSITIONS:
        raise SystemExit("the text of the long case is too short")
    image, samples = test_picture(seed), test_sound(seed)
    cv2.imwrite(str(out / "picture.png"), image[:, :, ::-1])
    with wave.open(str(out / "sound.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(preprocess.SAMPLE_RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    pixels = preprocess.normalise_image(preprocess.fit_image(image))
    chunks = preprocess.sound_chunks(samples / np.float32(32_768))
    sound_inputs = {"sound.frames": chunks[0], "sound.log_mel": preprocess.log_mel(chunks[0])}
    short, picture, sound = encode(SHORT_TEXT), encode(PICTURE_TEXT), encode(SOUND_TEXT)
    return [
        Case("short", short, list(range(len(short))), [], [], {}),
        Case("long", long_ids, list(range(len(long_ids) - LONG_POSITIONS, len(long_ids))), [], [], {}),
        Case("picture", picture, list(range(len(picture))), [torch.from_numpy(pixels)], [], {"picture.pixels": pixels}),
        Case("sound", sound, list(range(len(sound))), [], [[torch.from_numpy(chunk) for chunk in chunks]], sound_inputs),
    ]


@torch.no_grad()
def run_case(model: HearthForCausalLM, case: Case) -> dict[str, NDArray[np.generic]]:
    """All arrays of one case."""
    ids = torch.tensor([case.ids])
    media = Media.of_one(case.ids, case.pictures, case.sounds) if case.pictures or case.sounds else None
    at = torch.tensor(case.positions)
    record: dict[str, Tensor] = {}
    model.ablate = frozenset()
    logits = model(ids, media=media, record=record).logits[0, at]
    arrays: dict[str, NDArray[np.generic]] = {"ids": np.array(case.ids), "positions": np.array(case.positions)}
    arrays |= case.inputs
    arrays["logits"] = logits.numpy()
    for layer in LAYERS:
        for name in ("after_attention", "after_ffn"):
            arrays[f"blk.{layer}.{name}"] = record[f"blk.{layer}.{name}"][0, at].numpy()
    for layer in model.config.memory_layers:
        arrays[f"blk.{layer}.selected"] = record[f"blk.{layer}.selected"][0][:, at].numpy()
    selection = [record[f"blk.{layer}.selection_margin"][0].amin(0) for layer in model.config.memory_layers]
    routing = [record[f"blk.{layer}.routing_margin"] for layer in range(model.config.num_hidden_layers)]
    arrays["selection_margin"] = torch.stack(selection).amin(0)[at].numpy()
    arrays["routing_margin"] = torch.stack(routing).amin(0)[at].numpy()
    arrays |= {name: record[name].numpy() for name in ("picture.projected", "sound.projected", "media.vectors")
               if name in record}
    for name in sorted(ABLATIONS):
        model.ablate = frozenset({name})
        arrays[f"logits.without_{name}"] = model(ids, media=media).logits[0, at[-64:]].numpy()
    model.ablate = frozenset()
    return arrays


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--random", action="store_true")
    source.add_argument("--gguf", type=Path)
    parser.add_argument("--text", type=Path, help="UTF-8 text of the long case; random ids without it")
    parser.add_argument("--tokenizer", type=Path, default=RECIPE / "tokenizer.json")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.random:
        model = random_model(options.seed)
        state = {name: value.numpy() for name, value in model.state_dict().items()}
        export(state, model.config, options.tokenizer, options.out / "model.gguf", "f32")
    else:
        config, tensors = read_gguf(options.gguf)
        model = HearthForCausalLM(config).eval()
        model.load_state_dict(tensors)
    (options.out / "README.md").write_text(README, encoding="utf-8")
    text = options.text.read_text("utf-8") if options.text else None
    for case in make_cases(options.out, Tokenizer.from_file(str(options.tokenizer)), options.seed, text):
        arrays = run_case(model, case)
        folder = options.out / case.name
        folder.mkdir(exist_ok=True)
        for name, value in arrays.items():
            np.save(folder / f"{name}.npy", np.ascontiguousarray(value))
        np.savez(options.out / f"{case.name}.npz", **arrays)
        print(case.name, {name: value.shape for name, value in arrays.items()})
        print(case.name, "least margins", arrays["selection_margin"].min(), arrays["routing_margin"].min())


if __name__ == "__main__":
    main()
