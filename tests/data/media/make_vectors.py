#!/usr/bin/env python3
"""Writes the vectors that tests/unit/media compare the preprocessing with, by the recipe's own code.

Usage: make_vectors.py REPOSITORY_ROOT   (needs NumPy and OpenCV)

pictures.u8    for each size of SIZES: `fit_image` of an invented RGBA picture, [128, 128, 3] bytes
sound.f32      log-mel rows [104, 64] of an invented second of sound, transforms in float64
Licence: as the rest of the repository; the content is invented.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

SIZES = [(1, 1), (3, 200), (127, 128), (128, 128), (64, 64), (129, 40), (300, 200), (257, 511), (1000, 7)]
NUM_SAMPLES = 16_500


def noise(count: int, seed: int) -> np.ndarray:
    """Bytes of a linear congruential generator that the C++ test repeats."""
    out = np.empty(count, np.uint8)
    state = seed
    for i in range(count):
        state = (state * 1_664_525 + 1_013_904_223) & 0xFFFFFFFF
        out[i] = state >> 24
    return out


def picture(width: int, height: int) -> np.ndarray:
    """Noise over a slope, with noisy transparency in the right half."""
    rgba = noise(width * height * 4, width * 1000 + height).reshape(height, width, 4)
    slope = (np.arange(width) * 255 // max(width - 1, 1)).astype(np.uint8)
    rgba[:, :, 0] = slope[None, :]
    rgba[:, : width // 2, 3] = 255
    return rgba


def main() -> int:
    root = Path(sys.argv[1])
    sys.path.insert(0, str(root / "resources/hearth-mini/recipe"))
    from hearth_mini import preprocess

    out = Path(__file__).parent
    pictures = [preprocess.fit_image(picture(width, height)) for width, height in SIZES]
    (out / "pictures.u8").write_bytes(np.concatenate([p.ravel() for p in pictures]).tobytes())

    time = np.arange(NUM_SAMPLES) / 16_000
    samples = (noise(NUM_SAMPLES, 7).astype(np.float64) - 128) / 1280 + 0.3 * np.sin(2 * np.pi * 440 * time) + 0.05
    chunk = preprocess.sound_chunks(samples.astype(np.float32))[0]
    spectrum = np.fft.rfft(chunk.astype(np.float64) * preprocess.hann_window(), n=512, axis=1)
    energy = (spectrum.real**2 + spectrum.imag**2) @ preprocess.mel_filters().astype(np.float64).T
    log_mel = ((np.log(np.maximum(energy, 1e-6)) + 4) / 4).astype(np.float32)
    (out / "sound.f32").write_bytes(log_mel.astype("<f4").tobytes())
    print("largest difference to the recipe's float32:", np.abs(log_mel - preprocess.log_mel(chunk)).max())
    return 0


if __name__ == "__main__":
    sys.exit(main())
