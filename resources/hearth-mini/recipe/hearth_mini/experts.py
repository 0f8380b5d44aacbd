"""Mixture of experts: 16 routed experts, the best two of each token, and one shared expert.

Equations: docs/adr/0001-hearth-mini-model.md, "Feed-forward". Load-balance loss after Switch Transformer
(arXiv:2101.03961, eq. 4), router z-loss after ST-MoE (arXiv:2202.08906, eq. 5).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Routing(NamedTuple):
    """Decisions for N tokens."""

    experts: Tensor
    """[N, 2] expert numbers, the more probable one first."""
    weights: Tensor
    """[N, 2] float32, they sum to 1."""
    balance: Tensor
    """Scalar: `experts * sum_e share_e * mean probability_e`, 1 when balanced."""
    z: Tensor
    """Scalar: mean of `logsumexp(router logits)^2`."""
    loads: Tensor
    """[experts] share of the assignments, float32."""
    margin: Tensor
    """[N] probability of the second expert minus that of the third."""


def route(h: Tensor, router: Tensor, skip_threshold: float = 1.0) -> Routing:
    """Chooses two experts of each token. h [N, d], router [experts, d]; all sums in float32; ties: the lower index.

    Where the first weight exceeds `skip_threshold` the second expert gets weight 0 and the first weight 1.
    """
    count = router.shape[0]
    logits = F.linear(h.float(), router.float())
    probabilities = logits.softmax(-1)
    ranked, order = probabilities.sort(dim=-1, descending=True, stable=True)
    weights = ranked[:, :2] / ranked[:, :2].sum(-1, keepdim=True)
    if skip_threshold < 1.0:
        sure = weights[:, :1] > skip_threshold
        weights = torch.where(sure, torch.tensor([1.0, 0.0], device=h.device), weights)
    chosen = order[:, :2]
    loads = (chosen[:, :, None] == torch.arange(count, device=h.device)).float().mean((0, 1))
    balance = count * (loads.detach() * probabilities.mean(0)).sum()
    z = logits.logsumexp(-1).square().mean()
    return Routing(chosen, weights, balance, z, loads, ranked[:, 1] - ranked[:, 2])


def swiglu(h: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """`down(silu(gate h) * up h)` of one expert; gate, up [hidden, d], down [d, hidden]."""
    kind = h.dtype
    return F.linear(F.silu(F.linear(h, gate.to(kind))) * F.linear(h, up.to(kind)), down.to(kind))


def routed_loop(h: Tensor, routing: Routing, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """One expert after the other: exact, on any device. gate, up [experts, hidden, d], down [experts, d, hidden]."""
    out = torch.zeros_like(h)
    for expert in range(gate.shape[0]):
        tokens, slot = (routing.experts == expert).nonzero(as_tuple=True)
        if tokens.numel() > 0:
            part = swiglu(h[tokens], gate[expert], up[expert], down[expert])
            out = out.index_add(0, tokens, part * routing.weights[tokens, slot, None].to(h.dtype))
    return out


class _Scatter(torch.autograd.Function):
    """Copies each token to its two places in expert order; the gradient is a gather, without atomic additions."""

    @staticmethod
    def forward(ctx, h: Tensor, order: Tensor, inverse: Tensor) -> Tensor:
        ctx.save_for_backward(inverse)
        return h[order // 2]

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None, None]:
        (inverse,) = ctx.saved_tensors
        return grad[inverse].view(-1, 2, grad.shape[-1]).sum(1), None, None


class _Permute(torch.autograd.Function):
    """`x[index]` for a permutation whose inverse is known: the gradient is a gather too."""

    @staticmethod
    def forward(ctx, x: Tensor, index: Tensor, inverse: Tensor) -> Tensor:
        ctx.save_for_backward(inverse)
        return x[index]

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None, None]:
        (inverse,) = ctx.saved_tensors
        return grad[inverse], None, None


def routed_grouped(h: Tensor, routing: Routing, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """All experts in two grouped products on CUDA; tokens are sorted by expert, no token is dropped."""
    flat = routing.experts.flatten()
    order = flat.to(torch.int32).sort(stable=True).indices
    inverse = torch.empty_like(order).scatter_(0, order, torch.arange(order.numel(), device=h.device))
    counts = (flat[:, None] == torch.arange(gate.shape[0], device=h.device)).sum(0)
    ends = counts.cumsum(0).to(torch.int32)
    kind = torch.bfloat16
    joined = torch.cat((gate.to(kind), up.to(kind)), 1).transpose(-1, -2)
    sorted_h = _Scatter.apply(h.to(kind), order, inverse)
    hidden, linear_part = torch._grouped_mm(sorted_h, joined, offs=ends).chunk(2, -1)
    out = torch._grouped_mm(F.silu(hidden) * linear_part, down.to(kind).transpose(-1, -2), offs=ends)
    out = _Permute.apply(out, inverse, order).view(-1, 2, h.shape[-1])
    return (out * routing.weights[..., None].to(kind)).sum(1).to(h.dtype)
