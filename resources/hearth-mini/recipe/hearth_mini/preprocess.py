"""Exact preparation of pictures and sound, as docs/adr/0001-hearth-mini-model.md defines it.

Everything here is numpy (and OpenCV for the resampling of pictures), so that a second implementation can be compared
value by value. The encoders in `encoders.py` start from these arrays.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

IMAGE_SIZE = 128
SAMPLE_RATE = 16_000
HOP = 160
FRAME = 400
FRAME_LEAD = 120
"""Samples of frame `t` that lie before `HOP * t`: the frame is `[160 t - 120, 160 t + 280)`."""
FFT = 512
MEL_BINS = 64
MEL_LOW_HZ = 20.0
MEL_HIGH_HZ = 7_600.0
CHUNK_SAMPLES = 3_000 * HOP
"""Longest recording that is encoded in one piece: 30 s."""


def fit_image(image: NDArray[np.uint8], size: int = IMAGE_SIZE) -> NDArray[np.uint8]:
    """Fits an RGB, RGBA or grey picture into `size` x `size` on white, keeping its proportions.

    image  [height, width, 3 | 4] or [height, width], uint8, RGB order.
    Returns [size, size, 3] uint8. The longer side becomes `size`; the shorter one is rounded half up and at least 1.
    Transparency is laid over white before the resampling (`round(c a / 255 + 255 - a)`), area averages serve for
    shrinking, linear interpolation for enlarging.
    """
    if image.ndim == 2:
        image = np.repeat(image[:, :, None], 3, axis=2)
    if image.shape[2] == 4:
        alpha = image[:, :, 3:].astype(np.float32) / 255.0
        image = np.rint(image[:, :, :3] * alpha + 255.0 * (1.0 - alpha)).astype(np.uint8)
    height, width = image.shape[:2]
    scale = size / max(height, width)
    new_height = min(size, max(1, int(height * scale + 0.5)))
    new_width = min(size, max(1, int(width * scale + 0.5)))
    if (new_height, new_width) != (height, width):
        method = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
        image = cv2.resize(np.ascontiguousarray(image), (new_width, new_height), interpolation=method)
    canvas = np.full((size, size, 3), 255, np.uint8)
    top, left = (size - new_height) // 2, (size - new_width) // 2
    canvas[top : top + new_height, left : left + new_width] = image
    return canvas


def normalise_image(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """[128, 128, 3] uint8 to float32 in [-1, 1]."""
    return image.astype(np.float32) / np.float32(127.5) - np.float32(1.0)


def normalise_sound(samples: NDArray[np.floating]) -> NDArray[np.float32]:
    """Removes the mean of a mono recording and scales it to an RMS of 0.1 (the divisor is at least 1e-4).

    samples  [n] in [-1, 1] (int16 recordings are divided by 32,768 first). The sums run in float64.
    """
    centred = samples.astype(np.float64) - np.mean(samples, dtype=np.float64)
    rms = np.sqrt(np.mean(centred * centred))
    return (centred * (0.1 / max(rms, 1e-4))).astype(np.float32)


def num_frames(num_samples: int) -> int:
    """`4 ceil(ceil(n / 160) / 4)`: the frames of a recording, a multiple of 4."""
    return 4 * -(-(-(-num_samples // HOP)) // 4)


def frame_sound(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cuts one normalised chunk into overlapping frames, zeros outside the chunk: [n] to [num_frames(n), 400]."""
    frames = num_frames(len(samples))
    padded = np.zeros(HOP * (frames - 1) + FRAME if frames else 0, np.float32)
    usable = samples[: max(0, len(padded) - FRAME_LEAD)]
    padded[FRAME_LEAD : FRAME_LEAD + len(usable)] = usable
    index = HOP * np.arange(frames)[:, None] + np.arange(FRAME)[None, :]
    return padded[index]


def sound_chunks(samples: NDArray[np.floating]) -> list[NDArray[np.float32]]:
    """Normalises a whole recording, then cuts it into chunks of 30 s and each chunk into frames.

    The mean and the scale are those of the whole recording; a chunk sees zeros beyond its own ends and its positions
    start at 0.
    """
    normal = normalise_sound(samples)
    return [frame_sound(normal[at : at + CHUNK_SAMPLES]) for at in range(0, len(normal), CHUNK_SAMPLES)]


def hann_window() -> NDArray[np.float32]:
    """Periodic Hann window of 400 samples."""
    return (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)


def mel_filters() -> NDArray[np.float32]:
    """[64, 257] triangles of peak 1 between 20 and 7,600 Hz, evenly spaced on the HTK mel scale.

    `mel(f) = 2595 log10(1 + f / 700)`; the slopes are straight lines in Hz, sampled at the bins `k 16000 / 512`.
    """
    low, high = (2595.0 * np.log10(1.0 + hz / 700.0) for hz in (MEL_LOW_HZ, MEL_HIGH_HZ))
    edges = 700.0 * (10.0 ** (np.linspace(low, high, MEL_BINS + 2) / 2595.0) - 1.0)
    bins = np.arange(FFT // 2 + 1) * (SAMPLE_RATE / FFT)
    rising = (bins[None, :] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None, :]) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


def log_mel(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(ln(max(mel power, 1e-6)) + 4) / 4` of each frame: [f, 400] to [f, 64]. Window, zero padding to 512, |FFT|^2."""
    spectrum = np.fft.rfft(frames * hann_window(), n=FFT, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    energy = power @ mel_filters().T
    return ((np.log(np.maximum(energy, np.float32(1e-6))) + 4.0) / 4.0).astype(np.float32)
