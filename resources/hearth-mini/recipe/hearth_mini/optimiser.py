"""Muon for matrices, AdamW for everything else.

Muon (K. Jordan 2024; scaling by `0.2 sqrt(max dim)` after arXiv:2502.16982, section 2.2): the momentum of a matrix is
orthogonalised by a Newton-Schulz iteration and applied with a step whose root mean square does not depend on the shape,
so one rate serves all matrices and resembles an AdamW rate. Matrices of equal shape, those of all experts included, are
orthogonalised as one batch.
"""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor, nn

from .encoders import Matrix

ADAM_MATRICES = ("token_embd", "ffn_gate_inp", "type_embd", "ordinal_embd", "attn_mem_query")
"""Matrices that are tables, routers or queries rather than maps between states."""
MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def orthogonalise(x: Tensor, steps: int = 5) -> Tensor:
    """The nearest (semi-)orthogonal matrix to each `x` [n, r, c], r <= c, roughly: singular values land in 0.7 .. 1.2."""
    a, b, c = NEWTON_SCHULZ
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x


def _muon_direction(grad: Tensor, momentum: Tensor) -> tuple[Tensor, Tensor]:
    """Nesterov momentum, then orthogonalisation in bf16 (the iteration tolerates its rounding)."""
    momentum = momentum.lerp(grad, 1.0 - MOMENTUM)
    return orthogonalise(grad.lerp(momentum, MOMENTUM).bfloat16()), momentum


class Optimiser:
    """Both rules over one model; rates are passed at every step, so the schedule lives elsewhere."""

    def __init__(self, model: nn.Module, weight_decay: float, compiled: bool) -> None:
        self.weight_decay = weight_decay
        self._groups: dict[tuple[str, int, int], list[nn.Parameter]] = defaultdict(list)
        decayed, plain = [], []
        for path, module in model.named_modules():
            if isinstance(module, Matrix) and not path.endswith(ADAM_MATRICES):
                rows, columns = module.weight.shape[-2:]
                self._groups[(_part(path), min(rows, columns), max(rows, columns))].append(module.weight)
            elif hasattr(module, "weight"):
                (decayed if isinstance(module, Matrix) and "gate_inp" not in path else plain).append(module.weight)
        self._momentum: dict[tuple[str, int, int], Tensor] = {}
        self._direction = torch.compile(_muon_direction, dynamic=False) if compiled else _muon_direction
        groups = [{"params": decayed, "weight_decay": 0.5 * weight_decay}, {"params": plain, "weight_decay": 0.0}]
        self._adam_parameters = [*decayed, *plain]
        on_gpu = self._adam_parameters[0].is_cuda
        self.adam = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.95), eps=1e-8, fused=on_gpu)

    @torch.no_grad()
    def step(self, muon_rate: float, adam_rate: float) -> None:
        """One update from the gradients, which are then dropped. Parts without gradients stay as they are."""
        for key, parameters in self._groups.items():
            if any(parameter.grad is None for parameter in parameters):
                continue
            _, rows, columns = key
            grads = torch.cat([_wide(parameter.grad) for parameter in parameters])
            momentum = self._momentum.get(key)
            if momentum is None:
                momentum = torch.zeros_like(grads)
            update, self._momentum[key] = self._direction(grads, momentum)
            at, updates = 0, []
            for parameter in parameters:
                count = parameter.numel() // (rows * columns)
                part = update[at : at + count]
                part = part.mT if parameter.shape[-2] > parameter.shape[-1] else part
                updates.append(part.reshape(parameter.shape).float())
                at += count
            torch._foreach_mul_(parameters, 1.0 - muon_rate * self.weight_decay)
            torch._foreach_add_(parameters, updates, alpha=-muon_rate * 0.2 * columns**0.5)
        torch.nn.utils.clip_grad_norm_(self._adam_parameters, 1.0)
        for group in self.adam.param_groups:
            group["lr"] = adam_rate
        self.adam.step()
        for parameters in (*self._groups.values(), self._adam_parameters):
            for parameter in parameters:
                parameter.grad = None


def _wide(grad: Tensor) -> Tensor:
    """[..., out, in] as a batch [n, r, c] with r <= c."""
    batch = grad.reshape(-1, *grad.shape[-2:])
    return batch.mT if batch.shape[-2] > batch.shape[-1] else batch


def _part(path: str) -> str:
    """Modules that get gradients together: matrices of different parts never share a batch."""
    return "cross" if ".cross_" in path else {"v": "picture", "a": "sound"}.get(path.split(".", 1)[0], "text")
