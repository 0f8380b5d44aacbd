"""Data parallel training over the processes of one host, started by torchrun; one process needs nothing of it.

Every process holds the whole model and draws its own rows. Gradients are averaged in one all-reduce a step, so that
all processes take the same step; what the loop decides from its clock is decided by process 0.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import torch
import torch.distributed as dist
from torch import Tensor, nn


class World:
    """The processes that train together. Not thread-safe: collectives are called by the training thread alone."""

    def __init__(self) -> None:
        self.rank, self.size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
        self._control: dist.ProcessGroup | None = None
        if torch.cuda.is_available():
            torch.cuda.set_device(self.device())
        if self.size > 1:
            dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
            # Decisions travel between the CPUs, so that asking for one never waits for a device.
            self._control = dist.new_group(backend="gloo")

    def device(self) -> torch.device:
        """This process's GPU, else the CPU."""
        if not torch.cuda.is_available():
            return torch.device("cpu")
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))

    def agree(self, progress: float, stopping: bool, missing: int) -> tuple[float, bool, int]:
        """Process 0's progress, whether any process stops, and the union of the bits of `missing`."""
        if self._control is None:
            return progress, stopping, missing
        mine = torch.tensor([progress, float(stopping), float(missing)], dtype=torch.float64)
        every = [torch.zeros_like(mine) for _ in range(self.size)]
        dist.all_gather(every, mine, group=self._control)
        union = 0
        for values in every:
            union |= int(values[2])
        return float(every[0][0]), any(bool(values[1]) for values in every), union

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replaces every gradient by its mean over the processes; all have gradients of the same parameters."""
        if self.size == 1:
            return
        grads = [parameter.grad for parameter in parameters if parameter.grad is not None]
        joined = torch.cat([grad.flatten() for grad in grads])
        dist.all_reduce(joined)
        joined /= self.size
        parts = joined.split([grad.numel() for grad in grads])
        torch._foreach_copy_(grads, [part.view_as(grad) for part, grad in zip(parts, grads)])

    def copy_from_first(self, tensors: Iterable[Tensor]) -> None:
        """Gives every process the values of process 0."""
        if self.size == 1:
            return
        with torch.no_grad():
            for tensor in tensors:
                dist.broadcast(tensor.detach(), 0)

    def close(self) -> None:
        """Leaves the group."""
        if self.size > 1:
            dist.destroy_process_group()
