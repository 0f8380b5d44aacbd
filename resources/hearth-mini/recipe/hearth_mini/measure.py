"""Measures a device on the batches of a stage: `python -m hearth_mini.measure STAGE.toml --data DIR --out DIR`.

For each batch shape of the stage: time of a step (drawing, forward and backward), positions per second, greatest
memory, and the share that it reaches of the rate of a large product of matrices, measured first. Batches for which DIR
holds no data are made up. Then the optimiser's own time and with it the length of a step of each phase. On request also
trial runs with pairs of rates (`--rates MUON:ADAMW,...`) from equal weights and the error of the fast path (`--paths`).

Prints one JSON object a line, to OUT/measure.jsonl as well. One process, one GPU; a CPU serves for trying it out.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .distributed import World
from .flops import model_flops
from .modeling import HearthForCausalLM, Media
from .optimiser import Optimiser
from .train import BatchPlan, Plan, Run, Trainer, make_model, stand_in

FIRST_STEPS = 3
"""Untimed steps of each shape: they build kernels and fill the allocator's cache."""
SYNC_STEPS = 20
"""Steps of a trial run between two waits for the device: the clock must not run ahead of it."""


def synchronise(device: torch.device) -> None:
    """Waits until the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def seconds_of(work: Callable[[], object], steps: int, device: torch.device) -> float:
    """Mean time of one call."""
    synchronise(device)
    begin = time.monotonic()
    for _ in range(steps):
        work()
    synchronise(device)
    return (time.monotonic() - begin) / steps


def matrix_rate(device: torch.device, kind: torch.dtype, size: int, steps: int = 20) -> float:
    """Operations per second of the product of two square matrices: what can be reached at best."""
    a, b = (torch.randn(size, size, device=device).to(kind) for _ in range(2))
    seconds_of(lambda: a @ b, FIRST_STEPS, device)
    return 2 * size**3 / min(seconds_of(lambda: a @ b, steps, device) for _ in range(3))


def relative_error(actual: Tensor, expected: Tensor) -> float:
    """Norm of the difference over the norm of what is expected."""
    return float((actual.float() - expected.float()).norm() / expected.float().norm())


@torch.no_grad()
def compare_paths(model: HearthForCausalLM, lengths: tuple[int, ...]) -> dict[str, float]:
    """Relative error of the fast path's logits against the float32 reference, compiled where there is a GPU."""
    torch.set_float32_matmul_precision("highest")
    device = model.token_embd.weight.device
    ids = torch.randint(32, model.config.vocab_size, (1, max(lengths)), device=device)
    hidden = torch.compile(model.hidden) if device.type == "cuda" else model.hidden
    errors = {}
    for length in lengths:
        for far in ("dense", "sparse"):
            part = ids[:, :length]
            model.far, model.path, model.compute_dtype = far, "reference", torch.float32
            expected = model(part).logits
            model.path = "fast"
            for kind in (torch.float32, torch.bfloat16):
                model.compute_dtype = kind
                states = hidden(part)[0]
                logits = torch.nn.functional.linear(states, model.token_embd.weight.to(states.dtype))
                errors[f"{length} {far} {str(kind).removeprefix('torch.')}"] = relative_error(logits, expected)
    return errors


class Measurement:
    """One stage on one device; results go to `say`."""

    def __init__(self, run: Run, say: Callable[..., None]) -> None:
        self._run, self._say = run, say
        self._trainer, self._device = run.trainer, run.trainer.device

    def _draw(self, batch: BatchPlan, made_up: bool) -> tuple[Tensor, Media | None]:
        if made_up:
            return stand_in(batch, self._trainer.model.config.vocab_size, self._device)
        return self._run.draw(batch)

    def shape(self, batch: BatchPlan, rate: float, steps: int) -> float | None:
        """Measures one batch and returns its seconds; None if it failed. Gradients are left behind."""
        made_up = bool(self._run.missing((batch,)))
        sizes = {"rows": batch.num_rows, "length": batch.length, "far": batch.far, "made_up": made_up}

        def work() -> None:
            self._trainer.backward(*self._draw(batch, made_up), batch, 1.0)

        try:
            begin = time.monotonic()
            seconds_of(work, FIRST_STEPS, self._device)
            first = time.monotonic() - begin
            if self._device.type == "cuda":
                torch.cuda.reset_peak_memory_stats(self._device)
            seconds = seconds_of(work, steps, self._device)
        except RuntimeError as error:
            # One shape that does not fit or compile must not cost the other measurements.
            self._say(batch=batch.name, **sizes, error=repr(error)[:2_000])
            return None
        on_gpu = self._device.type == "cuda"
        memory = round(torch.cuda.max_memory_allocated(self._device) / 2**30, 1) if on_gpu else None
        config = self._trainer.model.config
        parts = model_flops(config, batch.num_rows, batch.length, batch.far, batch.window, batch.pictures + batch.mixed,
                            batch.sounds + batch.mixed)
        flops = 3 * sum(parts.values())
        self._say(batch=batch.name, **sizes, first_seconds=round(first, 1), milliseconds=round(1e3 * seconds, 1),
                  positions_per_second=round(batch.num_rows * batch.length / seconds), gib=memory,
                  teraflops=round(flops / seconds / 1e12, 3), share=round(flops / seconds / rate, 4))
        return seconds

    def optimiser(self, steps: int) -> float:
        """Seconds of one update from the gradients that the shapes have left behind."""
        parameters = list(self._trainer.model.parameters())
        grads = [parameter.grad for parameter in parameters]

        def work() -> None:
            for parameter, grad in zip(parameters, grads):
                parameter.grad = grad
            # Clipping scales in place, which changes no time; rates of zero leave the weights alone.
            self._trainer.optimiser.step(0.0, 0.0)

        seconds_of(work, FIRST_STEPS, self._device)
        seconds = seconds_of(work, steps, self._device)
        self._say(optimiser_milliseconds=round(1e3 * seconds, 1))
        return seconds

    def stage(self, rate: float, steps: int) -> None:
        """Every shape, the optimiser and the steps of every phase."""
        plan = self._run.plan
        times = {batch.shape: self.shape(batch, rate, steps) for batch in plan.distinct}
        update = self.optimiser(steps)
        for number, phase in enumerate(plan.phases):
            parts = [times[batch.shape] for batch in phase.batches]
            if None not in parts:
                seconds = sum(parts) + update
                positions = sum(batch.num_rows * batch.length for batch in phase.batches)
                self._say(phase=number, milliseconds=round(1e3 * seconds, 1),
                          positions_per_second=round(positions / seconds))

    def trial(self, muon_rate: float, adam_rate: float, seconds: float, start: dict[str, Tensor]) -> None:
        """Trains on the first phase from the weights `start` and says losses and experts' loads of its first batch."""
        run, trainer = self._run, self._trainer
        batches = [batch for batch in run.plan.phases[0].batches if not run.missing((batch,))]
        if not batches:
            raise RuntimeError("no data for the batches of the first phase")
        trainer.model.load_state_dict(start)
        trainer.optimiser = Optimiser(trainer.model, run.plan.weight_decay, compiled=self._device.type == "cuda")
        total, losses = sum(batch.weight for batch in batches), []
        begin = time.monotonic()
        while time.monotonic() - begin < seconds or not losses:
            # The first batch comes last: its losses and loads are reported.
            for batch in reversed(batches):
                means, _ = trainer.backward(*run.draw(batch), batch, batch.weight / total)
            losses.append(means.mean())
            factor = min(1.0, len(losses) / run.plan.warmup_steps)
            trainer.optimiser.step(muon_rate * factor, adam_rate * factor)
            if len(losses) % SYNC_STEPS == 0:
                synchronise(self._device)
        last = torch.stack(losses[-SYNC_STEPS:]).mean()
        loads = trainer.loads.shape[1] * trainer.loads
        self._say(muon=muon_rate, adam=adam_rate, steps=len(losses), first_loss=round(float(losses[0]), 4),
                  last_loss=round(float(last), 4), loads=[round(float(loads.min()), 2), round(float(loads.max()), 2)])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path, help="TOML file of a stage")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--init", type=Path, help="checkpoint folder or GGUF file; random weights without it")
    parser.add_argument("--steps", type=int, default=12, help="timed steps of each shape")
    parser.add_argument("--matrix", type=int, default=8_192, help="rows and columns of the product of matrices")
    parser.add_argument("--rates", default="", help="pairs of rates to try, for example 6e-3:3e-3,1e-2:6e-3")
    parser.add_argument("--seconds", type=float, default=12.0, help="for each pair of rates")
    parser.add_argument("--paths", action="store_true", help="compare the fast path with the reference")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with (options.out / "measure.jsonl").open("w", encoding="utf-8") as log:

        def say(**values: Any) -> None:
            line = json.dumps({"at": round(time.monotonic() - started, 1), **values})
            print(line, flush=True)
            log.write(line + "\n")
            log.flush()

        measure(options, World().device(), say)


def measure(options: argparse.Namespace, device: torch.device, say: Callable[..., None]) -> None:
    """Everything that the options of the command line ask for."""
    plan = Plan.read(options.config)
    torch.manual_seed(plan.seed)
    model = make_model(options.init)
    trainer = Trainer(model, plan, device)
    start = {name: value.clone() for name, value in model.state_dict().items()}
    run = Run(plan, trainer, options.data, options.out, 0.0, torch.zeros(0, dtype=torch.long))
    run.poll()
    say(device=torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU", torch=torch.__version__,
        text_tokens=run.text.num_tokens, task_tokens=run.tasks.num_tokens, long_tokens=run.long.num_tokens,
        samples={kind: run.media.count(kind) for kind in run.media.KINDS})
    rate = matrix_rate(device, model.compute_dtype, options.matrix)
    kind = str(model.compute_dtype).removeprefix("torch.")
    say(matrix_teraflops=round(rate / 1e12, 3), size=options.matrix, type=kind)
    measurement = Measurement(run, say)
    measurement.stage(rate, options.steps)
    for pair in filter(None, options.rates.split(",")):
        muon_rate, adam_rate = (float(value) for value in pair.split(":"))
        measurement.trial(muon_rate, adam_rate, options.seconds, start)
    if options.paths:
        # Only this needs the packages of the parity vectors.
        from .vectors import random_model

        errors = compare_paths(random_model(1).to(device), (1_024, 2_048))
        say(errors={name: round(value, 6) for name, value in errors.items()})


if __name__ == "__main__":
    main()
