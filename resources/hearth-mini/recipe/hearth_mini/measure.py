"""Measures a training device: `python -m hearth_mini.measure --data DIR --out DIR [--rates 6e-3:3e-3,1e-2:3e-3]`.

Compares the fast path with the reference, times whole training steps of several batch shapes, and trains briefly at
several pairs of rates (Muon : AdamW) from the same start. Prints one JSON object a line, to OUT/measure.jsonl as well.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
from torch import Tensor

from .data import MediaSource, TokenSource
from .modeling import HearthConfig, HearthForCausalLM, Media
from .optimiser import Optimiser
from .train import Plan, Trainer
from .vectors import random_model

SHAPES = (("text", 128, 1_024, "dense"), ("text", 64, 2_048, "dense"), ("text", 64, 2_048, "sparse"),
          ("picture", 256, 80, "dense"), ("sound", 256, 80, "dense"))


def relative_error(actual: Tensor, expected: Tensor) -> float:
    """Norm of the difference over the norm of what is expected."""
    return float((actual.float() - expected.float()).norm() / expected.float().norm())


@torch.no_grad()
def compare_paths(device: torch.device) -> dict[str, float]:
    """Relative error of the fast path's logits against the float32 reference for random decisive weights."""
    torch.set_float32_matmul_precision("highest")
    model = random_model(1).to(device)
    ids = torch.randint(32, 16_384, (1, 2_048), device=device)
    errors = {}
    for length, far in ((1_024, "dense"), (2_048, "dense"), (2_048, "sparse")):
        part = ids[:, :length]
        model.far, model.path, model.compute_dtype = far, "reference", torch.float32
        expected = model(part).logits
        model.path, model.compute_dtype = "fast", torch.float32
        exact = torch.compile(model.hidden)(part)[0]
        errors[f"{length} {far} fast float32"] = relative_error(
            torch.nn.functional.linear(exact, model.token_embd.weight), expected)
        model.compute_dtype = torch.bfloat16
        errors[f"{length} {far} fast bf16"] = relative_error(model(part).logits, expected)
    return errors


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rates", default="6e-3:3e-3,1e-2:3e-3,1e-2:6e-3")
    parser.add_argument("--seconds", type=float, default=12.0, help="for each pair of rates")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    log = (options.out / "measure.jsonl").open("w", encoding="utf-8")
    started = time.monotonic()

    def say(**values: object) -> None:
        line = json.dumps({"at": round(time.monotonic() - started, 1), **values})
        print(line, flush=True)
        log.write(line + "\n")
        log.flush()

    device = torch.device("cuda")
    torch.manual_seed(1)
    text = TokenSource(options.data / "text", device, 1, aligned=False)
    text.poll()
    media_source = MediaSource(options.data / "media", device, 1)
    media_source.poll()
    say(text_tokens=text.num_tokens, samples={kind: media_source.count(kind) for kind in media_source.KINDS})
    trainer = Trainer(HearthForCausalLM(HearthConfig()), Plan(), device)
    start = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    for kind, rows, length, far in SHAPES:
        if kind != "text" and media_source.count(kind) == 0:
            continue

        def draw(kind: str = kind, rows: int = rows, length: int = length) -> tuple[Tensor, Media | None]:
            return (text.draw(rows, length), None) if kind == "text" else media_source.draw(kind, rows, length)

        begin = time.monotonic()
        try:
            for _ in range(3):
                trainer.backward(*draw(), far, 1.0)
                trainer.optimiser.step(1e-3, 1e-3)
            torch.cuda.synchronize()
        except RuntimeError as error:
            # One shape that does not fit or compile must not cost the other measurements.
            say(kind=kind, rows=rows, length=length, far=far, error=repr(error)[:2_000])
            continue
        compiled = time.monotonic() - begin
        begin, steps = time.monotonic(), 12
        for _ in range(steps):
            trainer.backward(*draw(), far, 1.0)
            trainer.optimiser.step(1e-3, 1e-3)
        torch.cuda.synchronize()
        seconds = (time.monotonic() - begin) / steps
        say(kind=kind, rows=rows, length=length, far=far, first_steps=round(compiled, 1), milliseconds=round(1e3 * seconds, 1),
            positions_per_second=round(rows * length / seconds), gib=round(torch.cuda.max_memory_allocated() / 2**30, 1))
        torch.cuda.reset_peak_memory_stats()
    for pair in options.rates.split(",") if options.rates else []:
        muon_rate, adam_rate = (float(value) for value in pair.split(":"))
        trainer.model.load_state_dict(start)
        trainer.optimiser = Optimiser(trainer.model, 0.1, compiled=True)
        begin, step, losses = time.monotonic(), 0, []
        while time.monotonic() - begin < options.seconds:
            factor = min(1.0, (step + 1) / 40)
            loss, _ = trainer.backward(text.draw(128, 1_024), None, "dense", 1.0)
            trainer.optimiser.step(muon_rate * factor, adam_rate * factor)
            losses.append(loss)
            step += 1
            if step % 20 == 0:
                torch.cuda.synchronize()
        values = torch.stack(losses).tolist()
        say(muon=muon_rate, adam=adam_rate, steps=step, at_80=round(sum(values[70:90]) / 20, 4),
            last_20=round(sum(values[-20:]) / 20, 4), loads=[round(float(16 * trainer.loads.min()), 2),
                                                             round(float(16 * trainer.loads.max()), 2)])
    say(errors={name: round(value, 5) for name, value in compare_paths(device).items()})


if __name__ == "__main__":
    main()
