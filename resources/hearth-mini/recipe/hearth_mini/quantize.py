"""Quantisers for the K types of GGUF that the `gguf` package can read but not write: Q4_K, Q5_K and Q6_K.

Block layouts: ggml's `ggml-common.h`. Scales are searched as k-quants do: for several trial scales the codes are
rounded and the scale (and offset) refitted by weighted least squares; the trial of least weighted error stays. All
functions work on whole arrays, `x` [..., n] float32 with `n` a multiple of 256, and return the packed bytes [..., m].
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from gguf import GGMLQuantizationType
from gguf import quants as gguf_quants
from numpy.typing import NDArray

SUPER = 256
CHUNK = 2_048
"""Super-blocks at a time: 2 MiB of float32, which stays in the cache of one core."""

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def _fit_asymmetric(x: Floats, top: int, first: float, trials: int) -> tuple[Floats, Floats]:
    """Scale and offset of `x ~ scale * code - offset`, codes 0..top, offset >= 0. x [n, 32] to two [n]."""
    weights = np.sqrt((x * x).mean(1, keepdims=True)) + np.abs(x)
    low = np.minimum(x.min(1), 0.0)
    span = x.max(1) - low
    flat = span <= 0
    safe = np.where(flat, 1.0, span)
    sum_w, sum_x = weights.sum(1), (weights * x).sum(1)
    best_scale, best_low = safe / top, low.copy()
    best_error = np.full(len(x), np.inf, np.float32)
    shifted = x - low[:, None]
    for trial in range(-1, trials):
        inverse = (top if trial < 0 else first + 0.1 * trial + top) / safe
        codes = np.clip(np.rint(shifted * inverse[:, None]), 0, top)
        weighted = weights * codes
        sum_l, sum_l2, sum_xl = weighted.sum(1), (weighted * codes).sum(1), (weighted * x).sum(1)
        determinant = sum_w * sum_l2 - sum_l * sum_l
        usable = determinant > 0
        divisor = np.where(usable, determinant, 1.0)
        scale = (sum_w * sum_xl - sum_x * sum_l) / divisor
        offset = (sum_l2 * sum_x - sum_l * sum_xl) / divisor
        positive = offset > 0
        scale = np.where(positive, sum_xl / np.maximum(sum_l2, 1e-30), scale)
        offset = np.where(positive, 0.0, offset)
        rest = scale[:, None] * codes + offset[:, None] - x
        error = (weights * rest * rest).sum(1)
        better = usable & (error < best_error)
        best_error = np.where(better, error, best_error)
        best_scale = np.where(better, scale, best_scale)
        best_low = np.where(better, offset, best_low)
    return np.where(flat, 0.0, best_scale).astype(np.float32), (-best_low).astype(np.float32)


def _ratio(numerator: Floats, divisor: Floats) -> Floats:
    """`numerator / divisor`, 0 where the divisor is 0."""
    return np.divide(numerator, divisor, out=np.zeros_like(numerator), where=divisor != 0)


def _asymmetric_codes(x: Floats, top: int, first: float, trials: int) -> tuple[Bytes, Bytes]:
    """Header bytes [n, 16] (d, dmin, packed 6-bit scales and offsets) and codes [n, 256] of super-blocks x [n, 256]."""
    count = len(x)
    parts = x.reshape(count * 8, 32)
    scale, offset = (value.reshape(count, 8) for value in _fit_asymmetric(parts, top, first, trials))
    d = (scale.max(1, keepdims=True) / 63).astype(np.float16)
    dmin = (offset.max(1, keepdims=True) / 63).astype(np.float16)
    scales = np.clip(np.rint(_ratio(scale, d.astype(np.float32))), 0, 63).astype(np.uint8)
    offsets = np.clip(np.rint(_ratio(offset, dmin.astype(np.float32))), 0, 63).astype(np.uint8)
    step = (d.astype(np.float32) * scales)[:, :, None]
    floor = (dmin.astype(np.float32) * offsets)[:, :, None]
    codes = np.clip(np.rint(_ratio(x.reshape(count, 8, 32) + floor, np.broadcast_to(step, (count, 8, 32)))), 0, top)
    packed = np.concatenate(
        [
            scales[:, :4] | (scales[:, 4:] >> 4) << 6,
            offsets[:, :4] | (offsets[:, 4:] >> 4) << 6,
            (scales[:, 4:] & 15) | (offsets[:, 4:] & 15) << 4,
        ],
        1,
    )
    header = np.concatenate([d.view(np.uint8), dmin.view(np.uint8), packed], 1)
    return header, codes.reshape(count, SUPER).astype(np.uint8)


def _q4_k(x: Floats) -> Bytes:
    header, codes = _asymmetric_codes(x, 15, -1.0, 21)
    pairs = codes.reshape(-1, 4, 2, 32)
    low = (pairs[:, :, 0] | pairs[:, :, 1] << 4).reshape(-1, 128)
    return np.concatenate([header, low], 1)


def _q5_k(x: Floats) -> Bytes:
    header, codes = _asymmetric_codes(x, 31, -0.5, 16)
    pairs = codes.reshape(-1, 4, 2, 32)
    low = ((pairs[:, :, 0] & 15) | (pairs[:, :, 1] & 15) << 4).reshape(-1, 128)
    bits = (codes.reshape(-1, 8, 32) >> 4) << np.arange(8, dtype=np.uint8)[None, :, None]
    return np.concatenate([header, np.bitwise_or.reduce(bits, axis=1), low], 1)


def _fit_symmetric(x: Floats) -> Floats:
    """Scale of `x ~ scale * code`, codes -32..31, for x [n, 16]: weights x^2, scale of either sign."""
    rows = np.arange(len(x))
    peak = x[rows, np.abs(x).argmax(1)]
    empty = np.abs(peak) < 1e-15
    safe = np.where(empty, 1.0, peak)
    weights = x * x
    best_scale = np.zeros(len(x), np.float32)
    best = np.full(len(x), -1.0, np.float32)
    for trial in range(-9, 10):
        codes = np.clip(np.rint(x * (-(32 + 0.1 * trial) / safe)[:, None]), -32, 31)
        weighted = weights * codes
        product, square = (weighted * x).sum(1), (weighted * codes).sum(1)
        gain = np.where(square > 0, product * product / np.maximum(square, 1e-30), -1.0)
        better = gain > best
        best = np.where(better, gain, best)
        best_scale = np.where(better, product / np.maximum(square, 1e-30), best_scale)
    return np.where(empty, 0.0, best_scale).astype(np.float32)


def _q6_k(x: Floats) -> Bytes:
    count = len(x)
    scale = _fit_symmetric(x.reshape(-1, 16)).reshape(count, 16)
    peak = scale[np.arange(count), np.abs(scale).argmax(1)][:, None]
    d = (peak / -128).astype(np.float16)
    scales = np.clip(np.rint(_ratio(scale, np.broadcast_to(d.astype(np.float32), scale.shape))), -128, 127)
    step = np.broadcast_to((d.astype(np.float32) * scales)[:, :, None], (count, 16, 16))
    codes = np.clip(np.rint(_ratio(x.reshape(count, 16, 16), step)), -32, 31) + 32
    quarters = codes.astype(np.uint8).reshape(count, 2, 4, 32)
    low = np.stack([(quarters[:, :, i] & 15) | (quarters[:, :, i + 2] & 15) << 4 for i in (0, 1)], 2)
    high = np.bitwise_or.reduce((quarters >> 4) << (2 * np.arange(4, dtype=np.uint8))[None, None, :, None], axis=2)
    parts = [low.reshape(count, 128), high.reshape(count, 64), scales.astype(np.int8).view(np.uint8), d.view(np.uint8)]
    return np.concatenate(parts, 1)


_K_TYPES: dict[GGMLQuantizationType, Callable[[Floats], Bytes]] = {
    GGMLQuantizationType.Q4_K: _q4_k,
    GGMLQuantizationType.Q5_K: _q5_k,
    GGMLQuantizationType.Q6_K: _q6_k,
}


def quantize(x: Floats, kind: GGMLQuantizationType) -> NDArray[np.generic]:
    """`x` [..., n] as the array that a GGUF file stores for `kind`: packed bytes, or float16 / float32 values."""
    if kind == GGMLQuantizationType.F32:
        return x.astype(np.float32)
    if kind not in _K_TYPES:
        return gguf_quants.quantize(np.ascontiguousarray(x, np.float32), kind)
    blocks = np.ascontiguousarray(x, np.float32).reshape(-1, SUPER)
    pack = _K_TYPES[kind]
    packed = np.concatenate([pack(blocks[at : at + CHUNK]) for at in range(0, len(blocks), CHUNK)])
    return packed.reshape(*x.shape[:-1], -1)
