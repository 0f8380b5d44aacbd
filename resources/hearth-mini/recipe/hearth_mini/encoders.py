"""The picture encoder (a Swin variant) and the two-path sound encoder of Hearth Mini.

Module names equal the GGUF tensor names of docs/adr/0001-hearth-mini-model.md (`v.0.1.attn_qkv.weight`), so a state
dictionary needs no translation. Linear layers have no bias; norms are root mean square norms with a gain.

Sources: Swin Transformer, arXiv:2103.14030 (windows, shifts, patch merging, relative position bias). We differ: RMS
norm, no biases, four small stages, vectors taken from the last two stages.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import preprocess

NORM_EPS = 1e-6
PICTURE_VECTORS = 80
STAGE_WIDTHS = (64, 128, 256, 256)
STAGE_DEPTHS = (2, 2, 4, 2)
STAGE_GRIDS = (32, 16, 8, 4)
STAGE_WINDOWS = (8, 8, 8, 4)
HEAD_LENGTH = 32
PATCH = 4
SOUND_WIDTH = 256
SOUND_BLOCKS = 4
SOUND_HEADS = 4


class Gain(nn.Module):
    """A bare parameter named `weight` that starts at a constant, so that its tensor name ends like every other one."""

    def __init__(self, *shape: int, value: float = 1.0) -> None:
        super().__init__()
        self.value = value
        self.weight = nn.Parameter(torch.full(shape, value))


class Matrix(nn.Module):
    """A weight `[..., out, in]` without bias that starts normal with the given deviation, `1 / sqrt(in)` by default."""

    def __init__(self, *shape: int, deviation: float | None = None) -> None:
        super().__init__()
        self.deviation = 1.0 / math.sqrt(shape[-1]) if deviation is None else deviation
        self.weight = nn.Parameter(torch.empty(shape).normal_(std=self.deviation))


def residual_deviation(fan_in: int, blocks: int) -> float:
    """Start of a matrix that writes into a residual stream of `blocks` blocks with two such writes each."""
    return 1.0 / math.sqrt(fan_in * 2 * blocks)


def rms(x: Tensor, gain: Tensor, eps: float = NORM_EPS) -> Tensor:
    """`x / sqrt(mean(x^2) + eps) * gain` over the last axis, in float32, returned in the type of `x`."""
    wide = x.float()
    return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + eps) * gain.float()).to(x.dtype)


def linear(x: Tensor, layer: Matrix) -> Tensor:
    """`x W^T` with the weight cast to the type of `x`."""
    return F.linear(x, layer.weight.to(x.dtype))


def gelu(x: Tensor) -> Tensor:
    """The tanh approximation."""
    return F.gelu(x, approximate="tanh")


class SwinBlock(nn.Module):
    """Attention inside (shifted) windows, then a GELU feed-forward of four times the width. x [B, grid, grid, c]."""

    def __init__(self, width: int, grid: int, window: int, shifted: bool) -> None:
        super().__init__()
        self.grid, self.window, self.heads = grid, window, width // HEAD_LENGTH
        self.shift = window // 2 if shifted and grid > window else 0
        self.attn_norm, self.ffn_norm = Gain(width), Gain(width)
        self.attn_rel_bias = Gain(self.heads, (2 * window - 1) ** 2, value=0.0)
        self.attn_qkv = Matrix(3 * width, width)
        self.attn_output = Matrix(width, width, deviation=residual_deviation(width, sum(STAGE_DEPTHS)))
        self.ffn_up = Matrix(4 * width, width)
        self.ffn_down = Matrix(width, 4 * width, deviation=residual_deviation(4 * width, sum(STAGE_DEPTHS)))
        for name, value in self.buffer_values().items():
            self.register_buffer(name, value, persistent=False)

    def buffer_values(self) -> dict[str, Tensor]:
        """`rel_index` [w^2, w^2] into the bias table; `region_mask`, see `_region_mask`."""
        at = torch.arange(self.window)
        delta = at[:, None] - at[None, :] + self.window - 1
        index = delta[:, None, :, None] * (2 * self.window - 1) + delta[None, :, None, :]
        return {"rel_index": index.reshape(self.window**2, self.window**2), "region_mask": self._region_mask()}

    def _region_mask(self) -> Tensor:
        """[windows, w^2, w^2], True where two tokens of a shifted window come from the same region of the grid."""
        grid = self.grid
        edge = torch.zeros(grid, dtype=torch.long)
        if self.shift:
            edge[grid - self.window : grid - self.shift] = 1
            edge[grid - self.shift :] = 2
        region = (3 * edge[:, None] + edge[None, :])[None, :, :, None]
        groups = _split_windows(region, self.window)[:, :, 0]
        return groups[:, :, None] == groups[:, None, :]

    def _attend(self, x: Tensor) -> Tensor:
        batch, grid, _, width = x.shape
        if self.shift:
            x = torch.roll(x, (-self.shift, -self.shift), (1, 2))
        tokens = _split_windows(x, self.window)
        count = self.window * self.window
        qkv = linear(tokens, self.attn_qkv).view(-1, count, 3, self.heads, HEAD_LENGTH).permute(2, 0, 3, 1, 4)
        bias = self.attn_rel_bias.weight[:, self.rel_index]
        mask = torch.where(self.region_mask, 0.0, -1e4)[:, None] + bias[None]
        mask = mask.repeat(batch, 1, 1, 1).to(x.dtype)
        out = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], attn_mask=mask)
        out = linear(out.transpose(1, 2).reshape(-1, count, width), self.attn_output)
        out = _join_windows(out, self.window, grid)
        return torch.roll(out, (self.shift, self.shift), (1, 2)) if self.shift else out

    def forward(self, x: Tensor) -> Tensor:
        x = x + self._attend(rms(x, self.attn_norm.weight))
        return x + linear(gelu(linear(rms(x, self.ffn_norm.weight), self.ffn_up)), self.ffn_down)


def _split_windows(x: Tensor, window: int) -> Tensor:
    """[B, grid, grid, c] to [B * windows, window^2, c], windows and tokens in row-major order."""
    batch, grid, _, width = x.shape
    parts = grid // window
    x = x.reshape(batch, parts, window, parts, window, width).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(batch * parts * parts, window * window, width)


def _join_windows(x: Tensor, window: int, grid: int) -> Tensor:
    """The inverse of `_split_windows`."""
    parts = grid // window
    x = x.reshape(-1, parts, parts, window, window, x.shape[-1]).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, grid, grid, x.shape[-1])


class Merge(Matrix):
    """Joins 2 x 2 neighbours, (dy, dx) in the order (0,0), (1,0), (0,1), (1,1), and projects them to the next width."""

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__(width_out, 4 * width_in)
        self.norm = Gain(4 * width_in)

    def forward(self, x: Tensor) -> Tensor:
        parts = [x[:, dy::2, dx::2] for dy, dx in ((0, 0), (1, 0), (0, 1), (1, 1))]
        joined = rms(torch.cat(parts, -1), self.norm.weight)
        return linear(joined, self)


class VectorHead(Matrix):
    """Projects a stage to decoder vectors with a learned position each: [B, grid, grid, c] to [B, grid^2, 512]."""

    def __init__(self, width: int, count: int, out: int) -> None:
        super().__init__(out, width)
        self.norm, self.pos = Gain(width), Gain(count, out, value=0.0)

    def forward(self, x: Tensor) -> Tensor:
        flat = rms(x.flatten(1, 2), self.norm.weight)
        return linear(flat, self) + self.pos.weight.to(x.dtype)


class PictureEncoder(nn.Module):
    """[B, 128, 128, 3] in [-1, 1] to 80 projected vectors [B, 80, 512]: 64 of stage 2, then 16 of stage 3."""

    def __init__(self, out: int) -> None:
        super().__init__()
        self.patch_embd = Matrix(STAGE_WIDTHS[0], 3 * PATCH * PATCH)
        self.patch_norm = Gain(STAGE_WIDTHS[0])
        for stage, (width, depth) in enumerate(zip(STAGE_WIDTHS, STAGE_DEPTHS)):
            grid, window = STAGE_GRIDS[stage], STAGE_WINDOWS[stage]
            blocks = [SwinBlock(width, grid, window, shifted=index % 2 == 1) for index in range(depth)]
            self.add_module(str(stage), nn.ModuleList(blocks))
        self.merge = nn.ModuleDict({str(s): Merge(STAGE_WIDTHS[s - 1], STAGE_WIDTHS[s]) for s in (1, 2, 3)})
        self.out = nn.ModuleDict({str(s): VectorHead(STAGE_WIDTHS[s], STAGE_GRIDS[s] ** 2, out) for s in (2, 3)})

    def forward(self, pictures: Tensor) -> Tensor:
        batch, grid = pictures.shape[0], STAGE_GRIDS[0]
        patches = pictures.reshape(batch, grid, PATCH, grid, PATCH, 3).permute(0, 1, 3, 2, 4, 5)
        x = linear(patches.reshape(batch, grid, grid, 3 * PATCH * PATCH), self.patch_embd)
        x = rms(x, self.patch_norm.weight)
        vectors = []
        for stage in range(len(STAGE_WIDTHS)):
            if stage > 0:
                x = self.merge[str(stage)](x)
            for block in getattr(self, str(stage)):
                x = block(x)
            if str(stage) in self.out:
                vectors.append(self.out[str(stage)](x))
        return torch.cat(vectors, 1)


class SoundBlock(nn.Module):
    """A bidirectional layer over the frames of one chunk. x [A, f, 256], mask [A, 1, 1, f] True at real frames."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attn_norm, self.ffn_norm = Gain(width), Gain(width)
        self.attn_qkv, self.ffn_up = Matrix(3 * width, width), Matrix(4 * width, width)
        self.attn_output = Matrix(width, width, deviation=residual_deviation(width, SOUND_BLOCKS))
        self.ffn_down = Matrix(width, 4 * width, deviation=residual_deviation(4 * width, SOUND_BLOCKS))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, frames, width = x.shape
        qkv = linear(rms(x, self.attn_norm.weight), self.attn_qkv)
        qkv = qkv.view(batch, frames, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        out = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], attn_mask=mask)
        x = x + linear(out.transpose(1, 2).reshape(batch, frames, width), self.attn_output)
        return x + linear(gelu(linear(rms(x, self.ffn_norm.weight), self.ffn_up)), self.ffn_down)


class SoundEncoder(nn.Module):
    """Frames of normalised sound to projected vectors: [A, F, 400] to [A, F / 4, 512].

    Two paths are fused: a learned one over the waveform and a convolution over the log-mel spectrogram. Frames past
    `counts` are silence that no real frame may see: they are zeroed before each convolution and masked in attention.
    """

    def __init__(self, out: int) -> None:
        super().__init__()
        half = SOUND_WIDTH // 2
        self.wave1, self.wave2 = Matrix(SOUND_WIDTH, preprocess.FRAME), Matrix(half, SOUND_WIDTH)
        self.mel = Matrix(half, 3 * preprocess.MEL_BINS)
        self.conv1, self.conv2 = Matrix(SOUND_WIDTH, 3 * SOUND_WIDTH), Matrix(SOUND_WIDTH, 3 * SOUND_WIDTH)
        for index in range(SOUND_BLOCKS):
            self.add_module(str(index), SoundBlock(SOUND_WIDTH, SOUND_HEADS))
        self.out_norm = Gain(SOUND_WIDTH)
        self.out = Matrix(out, SOUND_WIDTH)
        for name, value in self.buffer_values().items():
            self.register_buffer(name, value, persistent=False)

    def buffer_values(self) -> dict[str, Tensor]:
        """`hann` [400] and `filters` [64, 257] of the spectrogram path."""
        window, filters = preprocess.hann_window(), preprocess.mel_filters()
        return {"hann": torch.from_numpy(window), "filters": torch.from_numpy(filters)}

    @torch.compiler.disable
    def log_mel(self, frames: Tensor) -> Tensor:
        """The spectrogram of `preprocess.log_mel` on this device: [A, F, 400] to [A, F, 64], float32."""
        spectrum = torch.fft.rfft(frames.float() * self.hann, n=preprocess.FFT, dim=-1)
        power = spectrum.real.square() + spectrum.imag.square()
        return (torch.log((power @ self.filters.T).clamp_min(1e-6)) + 4.0) / 4.0

    def forward(self, frames: Tensor, counts: Tensor, dtype: torch.dtype, ablate: frozenset[str]) -> Tensor:
        """counts [A]: real frames of each recording, a multiple of 4. `ablate` may silence a path."""
        real = torch.arange(frames.shape[1], device=frames.device)[None, :] < counts[:, None]
        wave = linear(gelu(linear(frames.to(dtype), self.wave1)), self.wave2)
        mel = self.log_mel(frames).to(dtype) * real[..., None].to(dtype)
        spectrogram = gelu(_convolve(mel, self.mel, stride=1))
        if "waveform" in ablate:
            wave = torch.zeros_like(wave)
        if "spectrogram" in ablate:
            spectrogram = torch.zeros_like(spectrogram)
        x = torch.cat((wave, spectrogram), -1) * real[..., None].to(dtype)
        x = gelu(_convolve(x, self.conv1, stride=2)) * real[:, ::2, None].to(dtype)
        x = gelu(_convolve(x, self.conv2, stride=2))
        x = x + sinusoids(x.shape[1], SOUND_WIDTH, x.device).to(dtype)
        mask = real[:, None, None, ::4]
        for index in range(SOUND_BLOCKS):
            x = getattr(self, str(index))(x, mask)
        return linear(rms(x, self.out_norm.weight), self.out)


def _convolve(x: Tensor, layer: Matrix, stride: int) -> Tensor:
    """Convolution over time of kernel 3 with zero padding; output `i` is centred on input `stride * i`.

    x [A, F, c]; weight [out, 3 c] with index `tap * c + channel`.
    """
    padded = F.pad(x, (0, 0, 1, 1))
    count = x.shape[1] // stride
    taps = [padded[:, tap : tap + stride * (count - 1) + 1 : stride] for tap in range(3)]
    return linear(torch.cat(taps, -1), layer)


def sinusoids(count: int, width: int, device: torch.device) -> Tensor:
    """[count, width]: dimension `2 i` is sin, `2 i + 1` cos, of `pos / 10000^(2 i / width)`."""
    rates = torch.exp(torch.arange(0, width, 2, device=device) * (-math.log(10_000.0) / width))
    angles = torch.arange(count, device=device)[:, None] * rates[None, :]
    return torch.stack((angles.sin(), angles.cos()), -1).flatten(1)


def to_tensor(image: np.ndarray) -> Tensor:
    """One fitted picture [128, 128, 3] uint8 as a float32 batch of one."""
    return torch.from_numpy(preprocess.normalise_image(image))[None]
