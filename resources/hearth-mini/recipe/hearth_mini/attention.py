"""Window attention with a compressed memory branch, in an exact form and a fast form that agree.

The equations are those of docs/adr/0001-hearth-mini-model.md ("Window attention", "Memory branch"). `reference_attention`
is the specification: dense products and masks in float32. `fast_attention` computes the window with a fused kernel and
the far part as a dense product over the tokens that left the window, and joins both by their log-sum-exp.

Source: Native Sparse Attention, arXiv:2502.11089 (compress, select, slide). We differ: one softmax over all three parts
instead of gates, a fixed learned query that pools each block, and no rotation outside the window.
Letters: B batch, H query heads, G key/value heads, R = H / G, T tokens, D head length, E memory blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention.flex_attention import AuxRequest, BlockMask, create_block_mask, flex_attention

from .encoders import rms

MASKED = -1e30
"""Finite, so that the gradient of a fully masked row is zero times a number instead of NaN."""


@dataclass(frozen=True)
class AttentionShape:
    """The sizes that decide which token sees which."""

    window: int
    block: int
    selected: int

    def window_start(self, t: Tensor) -> Tensor:
        """First token of the window of a query at `t`: a multiple of the block length."""
        return self.block * ((t - (self.window - 1)).clamp_min(0) // self.block)

    def num_far_blocks(self, length: int) -> int:
        """Blocks that have left the window of the last of `length` tokens."""
        return max(0, length - self.window) // self.block


class Memory(NamedTuple):
    """Learned tensors of the memory branch of one layer."""

    query: Tensor
    """[G, D]: what a block is pooled with."""
    pos: Tensor
    """[G, block]: position bias of the pooling."""
    norm: Tensor
    """[D]: gain of a compressed key."""
    bias: Tensor
    """[2, H]: added to compressed logits (row 0) and to read-back logits (row 1)."""


def rotary_table(length: int, head_length: int, base: float, device: torch.device) -> tuple[Tensor, Tensor]:
    """cos and sin [T, D / 2] of `t base^(-2 i / D)`, float32; angles are formed in float64."""
    rates = base ** (-torch.arange(0, head_length, 2, dtype=torch.float64, device=device) / head_length)
    angles = torch.arange(length, dtype=torch.float64, device=device)[:, None] * rates
    return angles.cos().float(), angles.sin().float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """NeoX rotary embedding: component `i` pairs with `i + D / 2`. x [..., T, D]."""
    low, high = x.float().chunk(2, -1)
    return torch.cat((low * cos - high * sin, high * cos + low * sin), -1).to(x.dtype)


def compress(k: Tensor, v: Tensor, memory: Memory, block: int, eps: float) -> tuple[Tensor, Tensor]:
    """Pools whole blocks: k, v [B, G, E * block, D] to a compressed key and value [B, G, E, D] each."""
    batch, groups, length, width = k.shape
    k = k.view(batch, groups, length // block, block, width)
    v = v.view(batch, groups, length // block, block, width)
    weights = torch.einsum("bgeid,gd->bgei", k.float(), memory.query.float()) + memory.pos.float()[None, :, None, :]
    weights = weights.softmax(-1).to(k.dtype)
    keys = rms(torch.einsum("bgei,bgeid->bged", weights, k), memory.norm, eps)
    return keys, torch.einsum("bgei,bgeid->bged", weights, v)


def reference_attention(
    q: Tensor, k: Tensor, v: Tensor, cos: Tensor, sin: Tensor, shape: AttentionShape, memory: Memory | None,
    eps: float, far: str = "sparse", record: dict[str, Tensor] | None = None, chunk: int = 256,
) -> Tensor:
    """The specification. q [B, H, T, D] and k [B, G, T, D] are normed and unrotated; returns [B, H, T, D].

    `far` is "sparse" (inference: compressed entries and exact read-back of the selected blocks) or "dense" (training:
    every far token exact, no compressed entries). `record` receives `selected` [B, G, T, 16] (block numbers, -1 where
    there are fewer) and `selection_margin` [B, G, T]: the lowest selected score minus the highest rejected one.
    """
    batch, heads, length, width = q.shape
    groups = k.shape[1]
    scale = width**-0.5
    rotated_q = rotate(q, cos, sin).view(batch, groups, heads // groups, length, width)
    rotated_k = rotate(k, cos, sin)
    q = q.view(batch, groups, heads // groups, length, width)
    num_far = shape.num_far_blocks(length) if memory is not None else 0
    if memory is not None and num_far > 0:
        span = num_far * shape.block
        pooled_k, pooled_v = compress(k[:, :, :span], v[:, :, :span], memory, shape.block, eps)
        bias = memory.bias.view(2, groups, heads // groups, 1, 1)
    selected = torch.full((batch, groups, length, shape.selected), -1, dtype=torch.long, device=q.device)
    margin = torch.full((batch, groups, length), torch.inf, device=q.device)
    outputs = []
    for begin in range(0, length, chunk):
        end = min(begin + chunk, length)
        t = torch.arange(begin, end, device=q.device)
        start = shape.window_start(t)
        first = int(start[0])
        j = torch.arange(first, end, device=q.device)
        seen = (j >= start[:, None]) & (j <= t[:, None])
        logits = rotated_q[..., begin:end, :] @ rotated_k[:, :, None, first:end].transpose(-1, -2) * scale
        parts, values = [logits.masked_fill(~seen, -torch.inf)], [v[:, :, first:end]]
        visible = shape.num_far_blocks(end) if num_far > 0 else 0
        if visible > 0:
            span = visible * shape.block
            past = torch.arange(visible, device=q.device) < (start // shape.block)[:, None]
            part = q[..., begin:end, :]
            exact = part @ k[:, :, None, :span].transpose(-1, -2) * scale + bias[1]
            read = past.expand(batch, groups, -1, -1)
            if far == "sparse":
                pooled = part @ pooled_k[:, :, None, :visible].transpose(-1, -2) * scale
                pooled = pooled.masked_fill(~past, -torch.inf)
                scores = pooled.softmax(-1).nan_to_num(0.0).sum(2).masked_fill(~past, -1.0)
                read, order, gap = _select(scores, past, shape.selected)
                selected[:, :, begin:end, : order.shape[-1]] = order
                margin[:, :, begin:end] = gap
                parts.append(pooled + bias[0])
                values.append(pooled_v[:, :, :visible])
            read = read.repeat_interleave(shape.block, -1)
            parts.append(exact.masked_fill(~read[:, :, None], -torch.inf))
            values.append(v[:, :, :span])
        weights = torch.cat(parts, -1).softmax(-1)
        outputs.append(weights @ torch.cat(values, 2)[:, :, None])
    if record is not None:
        record["selected"], record["selection_margin"] = selected, margin
    return torch.cat(outputs, 3).reshape(batch, heads, length, width)


def _select(scores: Tensor, past: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """The `count` best blocks of each query, ties to the lower block.

    scores [B, G, t, E], below zero where `past` [t, E] is false. Returns the mask [B, G, t, E], the block numbers in
    ascending order with -1 for none [B, G, t, min(count, E)], and the gap to the best rejected block [B, G, t].
    """
    ranked, order = scores.sort(dim=-1, descending=True, stable=True)
    chosen = order[..., :count]
    mask = torch.zeros_like(scores, dtype=torch.bool).scatter(-1, chosen, True) & past
    valid = mask.gather(-1, chosen)
    numbers = torch.where(valid, chosen, scores.shape[-1]).sort(-1).values
    numbers = torch.where(numbers == scores.shape[-1], -1, numbers)
    if scores.shape[-1] <= count:
        return mask, numbers, torch.full_like(ranked[..., 0], torch.inf)
    rejected = ranked[..., count]
    gap = torch.where(rejected >= 0, ranked[..., count - 1] - rejected, torch.inf)
    return mask, numbers, gap


def window_block_mask(length: int, shape: AttentionShape, device: torch.device) -> BlockMask:
    """The sliding window as a FlexAttention mask for `length` tokens."""

    def sees(_batch: Tensor, _head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (key <= query) & (key >= shape.window_start(query))

    return create_block_mask(sees, None, None, length, length, device=device)


def window_attention(q: Tensor, k: Tensor, v: Tensor, shape: AttentionShape, mask: BlockMask | None) -> tuple[Tensor, Tensor]:
    """Rotated q [B, H, T, D], k [B, G, T, D] to the output [B, H, T, D] and the log-sum-exp [B, H, T] of the window.

    With a `BlockMask` the fused kernel runs (it has no backward pass on a CPU), otherwise a dense product.
    """
    if mask is not None:
        out, aux = flex_attention(q, k, v, block_mask=mask, enable_gqa=True, return_aux=AuxRequest(lse=True))
        return out, aux.lse
    repeat = q.shape[1] // k.shape[1]
    t = torch.arange(q.shape[2], device=q.device)
    seen = (t <= t[:, None]) & (t >= shape.window_start(t)[:, None])
    logits = (q @ k.repeat_interleave(repeat, 1).transpose(-1, -2)).float() * q.shape[-1] ** -0.5
    logits = logits.masked_fill(~seen, MASKED)
    lse = logits.logsumexp(-1)
    return (logits - lse[..., None]).exp().to(v.dtype) @ v.repeat_interleave(repeat, 1), lse


def fast_attention(
    q: Tensor, k: Tensor, v: Tensor, cos: Tensor, sin: Tensor, shape: AttentionShape, memory: Memory | None,
    eps: float, far: str, mask: BlockMask | None,
) -> tuple[Tensor, Tensor]:
    """As `reference_attention`, and the auxiliary loss of the memory branch (a scalar, 0 without far tokens)."""
    length = q.shape[2]
    rotated_q, rotated_k = rotate(q, cos, sin), rotate(k, cos, sin)
    none = q.new_zeros((), dtype=torch.float32)
    if length < shape.window + shape.block:
        return F.scaled_dot_product_attention(rotated_q, rotated_k, v, is_causal=True, enable_gqa=True), none
    near, near_lse = window_attention(rotated_q, rotated_k, v, shape, mask)
    if memory is None:
        return near, none
    first = shape.window
    out, lse, loss = _far_attention(q[:, :, first:], k, v, first, shape, memory, eps, far)
    share = torch.sigmoid(lse - near_lse[:, :, first:].float())[..., None]
    tail = near[:, :, first:].float() * (1.0 - share) + out.float() * share
    return torch.cat((near[:, :, :first], tail.to(near.dtype)), 2), loss


def _far_attention(
    q: Tensor, k: Tensor, v: Tensor, first: int, shape: AttentionShape, memory: Memory, eps: float, far: str
) -> tuple[Tensor, Tensor, Tensor]:
    """Output [B, H, t, D], log-sum-exp [B, H, t] and auxiliary loss of the queries from `first` over what left the window.

    The loss is `KL(m || c)`: `m` the mass of each block under exact far attention, `c` the softmax of the compressed
    logits, both averaged over the heads of a group; only `c` receives a gradient.
    """
    batch, heads, count, width = q.shape
    groups = k.shape[1]
    scale = width**-0.5
    blocks = shape.num_far_blocks(first + count)
    k, v = k[:, :, : blocks * shape.block], v[:, :, : blocks * shape.block]
    pooled_k, pooled_v = compress(k, v, memory, shape.block, eps)
    q = q.reshape(batch, groups, heads // groups, count, width)
    bias = memory.bias.float().view(2, groups, heads // groups, 1, 1)
    t = first + torch.arange(count, device=q.device)
    past = torch.arange(blocks, device=q.device) < (shape.window_start(t) // shape.block)[:, None]
    past_tokens = past.repeat_interleave(shape.block, -1)
    exact = (q @ k[:, :, None].transpose(-1, -2)).float() * scale + bias[1]
    exact = exact.masked_fill(~past_tokens, MASKED)
    pooled = (q @ pooled_k[:, :, None].transpose(-1, -2)).float() * scale
    pooled = pooled.masked_fill(~past, MASKED)
    share = pooled.softmax(-1)
    if far == "sparse":
        scores = share.detach().sum(2).masked_fill(~past, -1.0)
        chosen = scores.topk(min(shape.selected, blocks), dim=-1).indices
        read = torch.zeros_like(scores, dtype=torch.bool).scatter(-1, chosen, True) & past
        read = read.repeat_interleave(shape.block, -1)[:, :, None]
        near_logits = exact.masked_fill(~read, MASKED)
        far_logits = (pooled + bias[0]).masked_fill(~past, MASKED)
        lse = torch.logaddexp(near_logits.logsumexp(-1), far_logits.logsumexp(-1))
        out = (near_logits - lse[..., None]).exp().to(v.dtype) @ v[:, :, None]
        out = out + (far_logits - lse[..., None]).exp().to(v.dtype) @ pooled_v[:, :, None]
        mass = exact.detach().softmax(-1)
    else:
        lse = exact.logsumexp(-1)
        weights = (exact - lse[..., None]).exp()
        out = weights.to(v.dtype) @ v[:, :, None]
        mass = weights.detach()
    mass = mass.view(batch, groups, heads // groups, count, blocks, shape.block).sum(-1).mean(2)
    divergence = (mass * (mass.clamp_min(1e-9).log() - share.mean(2).clamp_min(1e-9).log())).sum(-1)
    filled = past[:, 0].float()
    loss = (divergence * filled).sum() / (filled.sum() * batch * groups).clamp_min(1.0)
    return out.reshape(batch, heads, count, width), lse.reshape(batch, heads, count), loss
