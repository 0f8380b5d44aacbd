"""Trains Hearth Mini: `python -m hearth_mini.train CONFIG.toml --data DIR --out DIR --seconds N [--init CHECKPOINT]`.

One TOML file describes a stage: rates and phases, each a list of batches that every step adds up. The schedule follows
the wall clock: warm-up, constant rates, linear decay to zero at the end of `--seconds`. Weights are saved as bf16 pieces
at the start (a rehearsal of the way back), at half time, at the end and when the process is asked to terminate;
training resumes from weights alone. The log is one JSON object a line in OUT/log.jsonl.

Several GPUs: start it with torchrun; each process draws its own rows. `--warm N` only builds the kernels of the N-th
batch shape into the compiler's cache and ends, so that a later phase does not wait for them.
"""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from .checkpoint import load_checkpoint, save_checkpoint
from .data import SOUND_FRAMES, MediaSource, TokenSource, document_rows, echo_rows, read_shard, split_ids
from .distributed import World
from .encoders import PICTURE_VECTORS
from .modeling import HearthConfig, HearthForCausalLM, Media
from .preprocess import FRAME
from .optimiser import Optimiser

LOSS_ROWS = 32_768
"""Positions whose logits exist at one time: 1 GiB in bf16."""
NEEDLE_ROWS = 128
"""Rows of each file of held-out conversations at most: they run one by one and uncompiled."""


@dataclass(frozen=True)
class BatchPlan:
    """One of the batches that a step adds up."""

    kind: str
    """"text" (text and tasks) or "media"."""
    length: int
    rows: int = 0
    """Of text."""
    pictures: int = 0
    """Rows with a picture; with a recording; with both."""
    sounds: int = 0
    mixed: int = 0
    weight: float = 1.0
    """Share of this batch's mean loss in the step; the shares of the usable batches are scaled to sum to 1."""
    tasks: float = 0.0
    """Share of rows from the task shards (of the long ones, for rows of more than 1,024 tokens)."""
    echo: float = 0.0
    """Share of rows whose second half repeats spans of the first."""
    far: str = "dense"
    window: int = 0
    """Tokens of the attention window; 0 is the model's own. A shorter one makes short rows a lesson for the memory
    branch, whose equations do not depend on distance."""

    @property
    def num_rows(self) -> int:
        """Rows of one process."""
        return self.rows + self.pictures + self.sounds + self.mixed

    @property
    def name(self) -> str:
        """As the log calls it."""
        if self.kind != "text":
            return self.kind
        return f"text {self.length}" + (f" window {self.window}" if self.window else "")

    @property
    def shape(self) -> tuple[str | int, ...]:
        """What kernels are built for."""
        return (self.kind, self.length, self.rows, self.pictures, self.sounds, self.mixed, self.far, self.window)

    @property
    def groups(self) -> dict[str, int]:
        """Rows of each source, in their order in the batch."""
        if self.kind != "text":
            return {"picture": self.pictures, "sound": self.sounds, "mixed": self.mixed}
        tasks, echo = round(self.rows * self.tasks), round(self.rows * self.echo)
        return {"text": self.rows - tasks - echo, "tasks": tasks, "echo": echo}


@dataclass(frozen=True)
class Phase:
    """Batches used until the fraction `end` of the time has passed."""

    end: float
    batches: tuple[BatchPlan, ...]


@dataclass(frozen=True)
class Plan:
    """A stage, read from TOML."""

    muon_rate: float = 6e-3
    adam_rate: float = 3e-3
    weight_decay: float = 0.1
    warmup_steps: int = 100
    decay_fraction: float = 0.35
    balance: float = 0.01
    z: float = 1e-4
    memory: float = 0.05
    """Weight of the compressed branch's divergence."""
    seed: int = 1
    log_steps: int = 25
    evaluate_seconds: float = 90.0
    needle_length: int = 4_096
    """Tokens of a row of held-out conversations."""
    save_reserve_seconds: float = 8.0
    phases: tuple[Phase, ...] = ()

    @staticmethod
    def read(path: Path) -> Plan:
        """The plan of a TOML file; unknown keys are errors."""
        values: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        phases = tuple(
            Phase(phase["end"], tuple(BatchPlan(**batch) for batch in phase["batch"])) for phase in values.pop("phase")
        )
        return Plan(phases=phases, **values)

    @property
    def distinct(self) -> list[BatchPlan]:
        """The first batch of each shape, in the order of the phases."""
        first: dict[tuple[str | int, ...], BatchPlan] = {}
        for phase in self.phases:
            for batch in phase.batches:
                first.setdefault(batch.shape, batch)
        return list(first.values())


def load_weights(path: Path) -> tuple[HearthConfig, dict[str, Tensor]]:
    """Weights of a checkpoint folder or a GGUF file."""
    if path.is_dir():
        return load_checkpoint(path)
    # Only this needs the gguf package.
    from .import_gguf import read_gguf

    return read_gguf(path)


def make_model(start: Path | None) -> HearthForCausalLM:
    """The model with the weights of a checkpoint folder or a GGUF file in float32; with random ones without it."""
    if start is None:
        return HearthForCausalLM(HearthConfig())
    config, state = load_weights(start)
    model = HearthForCausalLM(config)
    model.load_state_dict({name: value.float() for name, value in state.items()})
    return model


def token_bytes(tokenizer: Path) -> Tensor:
    """[vocabulary] UTF-8 bytes that each id stands for; 0 for special tokens."""
    stored = Tokenizer.from_file(str(tokenizer))
    special = {token for token, added in stored.get_added_tokens_decoder().items() if added.special}
    vocabulary = {index: token for token, index in stored.get_vocab().items()}
    # A byte-level token has one character for each byte.
    return torch.tensor([0 if index in special else len(vocabulary.get(index, "")) for index in range(max(vocabulary) + 1)])


def _chunk_nll(states: Tensor, table: Tensor, targets: Tensor) -> Tensor:
    """Negative log-likelihood [n] of targets [n] under states [n, d], logits formed in the type of the states."""
    return F.cross_entropy(F.linear(states, table.to(states.dtype)).float(), targets, reduction="none")


class Trainer:
    """The model with its optimiser and the loss of one batch."""

    def __init__(self, model: HearthForCausalLM, plan: Plan, device: torch.device) -> None:
        self.model, self.plan, self.device = model.to(device), plan, device
        on_gpu = device.type == "cuda"
        model.path = "fast"
        model.compute_dtype = torch.bfloat16 if on_gpu else torch.float32
        self._nll = _chunk_nll
        if on_gpu:
            torch.set_float32_matmul_precision("high")
            torch._dynamo.config.recompile_limit = 64
            for block in model.blk:
                block.compile(dynamic=False)
            model.v.compile(dynamic=False)
            model.a.compile(dynamic=False)
            self._nll = torch.compile(_chunk_nll, dynamic=False)
        self.optimiser = Optimiser(model, plan.weight_decay, compiled=on_gpu)
        self.loads = torch.zeros(model.config.num_hidden_layers, model.config.num_experts, device=device)

    def nll(self, ids: Tensor, media: Media | None) -> tuple[Tensor, Tensor]:
        """ids [rows, length + 1] to the negative log-likelihoods [rows * length] of all but the first, and aux [3]."""
        states, extra, loads = self.model.hidden(ids[:, :-1].contiguous(), media)
        self.loads = loads.detach()
        flat, targets = states.flatten(0, 1), ids[:, 1:].flatten()
        table = self.model.token_embd.weight
        parts = [self._nll(flat[at : at + LOSS_ROWS], table, targets[at : at + LOSS_ROWS])
                 for at in range(0, len(targets), LOSS_ROWS)]
        return torch.cat(parts), extra

    def backward(self, raw: Tensor, media: Media | None, batch: BatchPlan, weight: float) -> tuple[Tensor, Tensor]:
        """Adds the gradient of one batch of stored values; returns the losses of its groups and the auxiliary losses.

        Each group counts by its share of the rows, however few of its tokens are learnt: of a conversation that is a
        fortieth, so in a mean over tokens the answers would drown in the text.
        """
        ids, learnt = split_ids(raw)
        self.model.far, self.model.window = batch.far, batch.window
        nll, extra = self.nll(ids, media)
        mask = learnt[:, 1:]
        counts = [count for count in batch.groups.values() if count > 0]
        sums, numbers = ((nll.view_as(mask) * mask).sum(1).split(counts), mask.sum(1).split(counts))
        means = torch.stack([part.sum() / number.sum().clamp_min(1) for part, number in zip(sums, numbers)])
        loss = (means * torch.tensor(counts, device=means.device)).sum() / sum(counts)
        plan = self.plan
        total = loss + plan.balance * extra[0] + plan.z * extra[1] + plan.memory * extra[2]
        (total * weight).backward()
        return means.detach(), extra.detach()

    def bits_per_byte(self, raw: Tensor, rows: int, byte_counts: Tensor) -> float:
        """Mean code length of held-out rows [n, length + 1].

        Batches have the shape of training (the last one is filled up) and gradients stay on, so nothing is compiled
        for the evaluation alone.
        """
        self.model.far, self.model.window = "dense", 0
        bits, count = 0.0, 0
        for at in range(0, len(raw), rows):
            ids, _ = split_ids(raw[at : at + rows])
            real = len(ids)
            ids = torch.cat((ids, ids.new_zeros(rows - real, ids.shape[1])))
            nll, _ = self.nll(ids, None)
            bits += float(nll.detach().view(rows, -1)[:real].sum()) / math.log(2.0)
            count += int(byte_counts[ids[:real, 1:]].sum())
        return bits / max(count, 1)

    @torch.no_grad()
    def recall(self, raw: Tensor) -> tuple[float, float, int]:
        """Mean loss and share of greedy hits over the learnt tokens of held-out rows [n, length + 1], and their number.

        Attention takes the sparse form of inference. Rows run one by one without compilation: the shape need not be one
        of training, and a row at a time needs little memory beside it.
        """
        self.model.far, self.model.window = "sparse", 0
        table = self.model.token_embd.weight
        loss, hits, count = 0.0, 0, 0
        with torch.compiler.set_stance("force_eager"):
            for row in raw:
                ids, learnt = split_ids(row[None])
                states, _, _ = self.model.hidden(ids[:, :-1].contiguous(), None)
                wanted, targets = states[learnt[:, 1:]], ids[:, 1:][learnt[:, 1:]]
                logits = F.linear(wanted, table.to(wanted.dtype)).float()
                loss += float(F.cross_entropy(logits, targets, reduction="sum"))
                hits += int((logits.argmax(-1) == targets).sum())
                count += len(targets)
        return loss / max(count, 1), hits / max(count, 1), count


@dataclass
class Run:
    """One process: data, clock, log, saves."""

    plan: Plan
    trainer: Trainer
    data: Path
    out: Path
    seconds: float
    byte_counts: Tensor
    started: float = field(default_factory=time.monotonic)
    world: World = field(default_factory=World)
    stream: bool = False
    """Whether folders of media are removed once they have been read."""
    step: int = 0
    stopping: bool = False

    def __post_init__(self) -> None:
        device, rank = self.trainer.device, self.world.rank
        seed = self.plan.seed + 1000 * rank
        self.text = TokenSource(self.data / "text", device, seed, aligned=False)
        self.tasks = TokenSource(self.data / "tasks", device, seed + 1, aligned=True)
        self.long = TokenSource(self.data / "long", device, seed + 3, aligned=True)
        self.media = MediaSource(self.data / "media", device, seed + 2, self.stream, rank, self.world.size)
        self._rng = np.random.default_rng(seed + 4)
        self.out.mkdir(parents=True, exist_ok=True)
        self._log = (self.out / ("log.jsonl" if rank == 0 else f"log{rank}.jsonl")).open("a", encoding="utf-8")
        self.agreed = 0.0
        self._sums: dict[str, list[Tensor]] = {}
        self._groups: dict[str, list[str]] = {}
        self._media_rows = 0

    def _terminate(self, *_: object) -> None:
        self.stopping = True

    @property
    def elapsed(self) -> float:
        """Seconds since the start of the process."""
        return time.monotonic() - self.started

    @property
    def progress(self) -> float:
        """Fraction of the time that has passed; saving at the end is not part of it."""
        return min(1.0, self.elapsed / max(1.0, self.seconds - self.plan.save_reserve_seconds))

    def log(self, **values: object) -> None:
        """One line with the time and the step."""
        self._log.write(json.dumps({"seconds": round(self.elapsed, 2), "step": self.step, **values}) + "\n")
        self._log.flush()

    def save(self, name: str) -> None:
        """Process 0 writes the weights to OUT/name with a short account of what it saw."""
        model = self.trainer.model
        self.world.copy_from_first(model.parameters())
        if self.world.rank > 0:
            return
        save_checkpoint(self.out / name, model.config, model.state_dict())
        seen = {"steps": self.step, "seconds": round(self.elapsed, 1), "processes": self.world.size,
                "text_tokens": self.text.dealt, "task_tokens": self.tasks.dealt, "long_tokens": self.long.dealt,
                "media_rows": self._media_rows, "media_parts": self.media.parts_read,
                "text_unique": self.text.num_tokens, "task_unique": self.tasks.num_tokens,
                "text_shards": sorted(self.text.loaded), "task_shards": sorted(self.tasks.loaded)}
        (self.out / name / "seen.json").write_text(json.dumps(seen, indent=1), encoding="utf-8")
        self.log(event="saved", name=name)

    def poll(self) -> None:
        """Picks up data that has arrived."""
        for source in (self.text, self.tasks, self.long, self.media):
            if fresh := source.poll():
                self.log(event="data", folder=source.folder.name, names=fresh)

    def missing(self, batches: tuple[BatchPlan, ...]) -> int:
        """Bit `i` is set while this process has no data for the `i`-th batch."""
        bits = 0
        for index, batch in enumerate(batches):
            wanted = {"picture": batch.pictures, "sound": batch.sounds, "mixed": batch.mixed}
            absent = any(count > 0 and self.media.count(kind) == 0 for kind, count in wanted.items())
            absent |= batch.tasks > 0 and self._conversations(batch).num_tokens <= 2 * batch.length
            absent |= batch.kind == "text" and self.text.num_tokens <= 2 * batch.length
            if absent:
                bits |= 1 << index
        return bits

    def _conversations(self, batch: BatchPlan) -> TokenSource:
        """Where the task rows of a batch come from."""
        return self.tasks if batch.length <= 1024 else self.long

    def draw(self, batch: BatchPlan) -> tuple[Tensor, Media | None]:
        """Stored values and media of one batch."""
        if batch.kind == "media":
            self._media_rows += batch.num_rows
            return self.media.draw(batch.pictures, batch.sounds, batch.mixed, batch.length)
        groups = batch.groups
        parts = [self.text.draw(groups["text"], batch.length)] if groups["text"] else []
        if groups["tasks"]:
            parts.append(self._conversations(batch).draw(groups["tasks"], batch.length))
        if groups["echo"]:
            window = batch.window or self.trainer.model.config.sliding_window
            parts.append(echo_rows(self.text.draw(groups["echo"], batch.length), self._rng, window + 64))
        return torch.cat(parts), None

    def rates(self) -> float:
        """Factor of both rates: linear warm-up over steps, linear decay over the last part of the time."""
        warm = min(1.0, (self.step + 1) / self.plan.warmup_steps)
        left = (1.0 - self.agreed) / self.plan.decay_fraction
        return warm * min(1.0, max(0.0, left))

    def train_step(self, batches: list[BatchPlan]) -> None:
        """One update from all batches."""
        total = sum(batch.weight for batch in batches)
        for batch in batches:
            raw, media = self.draw(batch)
            means, extra = self.trainer.backward(raw, media, batch, batch.weight / total)
            self._sums.setdefault(batch.name, []).append(torch.cat((means, extra)))
            self._groups[batch.name] = [name for name, count in batch.groups.items() if count > 0]
            if batch.kind == "text":
                self._loads = self.trainer.loads
        factor = self.rates()
        self.world.average_gradients(self.trainer.model.parameters())
        self.trainer.optimiser.step(self.plan.muon_rate * factor, self.plan.adam_rate * factor)
        self.step += 1

    def report(self, positions: int, seconds: float) -> None:
        """Logs means since the last report."""
        means = {}
        for batch, rows in self._sums.items():
            names = [*self._groups[batch], "balance", "z", "memory"]
            means[batch] = {name: round(value, 4) for name, value in zip(names, torch.stack(rows).mean(0).tolist())}
        self._sums.clear()
        layers = self._loads.shape[1] * self._loads
        self.log(losses=means, factor=round(self.rates(), 4), tokens=self.text.dealt + self.tasks.dealt,
                 positions_per_second=round(positions / seconds), least_load=round(float(layers.min()), 3),
                 greatest_load=round(float(layers.max()), 3))

    def evaluate(self) -> None:
        """Logs the figures of all held-out data."""
        first = self.plan.phases[0].batches[0]
        self._evaluate_text(first.rows, first.length)
        self._evaluate_needles()

    def _evaluate_text(self, rows: int, length: int) -> None:
        """Logs the bits per byte of every held-out file, at most 256 Ki tokens each."""
        results = {}
        for path in sorted((self.data / "heldout").glob("*.u16.zst")):
            raw = torch.from_numpy(read_shard(path).copy()).to(self.trainer.device)
            count = min((len(raw) - 1) // length, max(1, 262_144 // length // rows) * rows)
            if count == 0:
                continue
            at = torch.arange(count, device=raw.device)[:, None] * length + torch.arange(length + 1, device=raw.device)
            name = path.name.split(".")[0]
            results[name] = round(self.trainer.bits_per_byte(raw[at], rows, self.byte_counts), 4)
        self.log(event="heldout", length=length, bits_per_byte=results)

    def _evaluate_needles(self) -> None:
        """Logs loss and greedy accuracy over the learnt tokens of every file of held-out conversations."""
        length, scores = self.plan.needle_length, {}
        for path in sorted((self.data / "heldout_tasks").glob("*.u16.zst")):
            raw = torch.from_numpy(read_shard(path).copy()).to(self.trainer.device)
            loss, accuracy, count = self.trainer.recall(document_rows(raw, length)[:NEEDLE_ROWS])
            scores[path.name.split(".")[0]] = {"loss": round(loss, 4), "accuracy": round(accuracy, 4), "tokens": count}
        if scores:
            self.log(event="needle", length=length, scores=scores)

    def run(self) -> None:
        """Trains until the time is over."""
        signal.signal(signal.SIGTERM, self._terminate)
        self.save("start")
        self._compile(self.plan.phases[0].batches[0])
        while self.text.num_tokens == 0 and not self.stopping:
            self.poll()
            time.sleep(0.2)
        self.world.copy_from_first(self.trainer.model.parameters())
        last_report = last_poll = time.monotonic()
        last_evaluation = self.elapsed
        positions, halfway = 0, False
        while True:
            # The phase of this step follows from the last agreement, so that all processes ask for the same batches.
            phase = next(phase for phase in self.plan.phases if self.agreed < phase.end or phase.end >= 1.0)
            self.agreed, stop, missing = self.world.agree(self.progress, self.stopping, self.missing(phase.batches))
            if stop or self.agreed >= 1.0:
                break
            batches = [batch for index, batch in enumerate(phase.batches) if not missing >> index & 1]
            if not batches:
                self.poll()
                time.sleep(0.2)
                continue
            self.train_step(batches)
            positions += sum(batch.num_rows * batch.length for batch in batches)
            now = time.monotonic()
            if self.step % self.plan.log_steps == 0:
                self.report(positions, now - last_report)
                last_report, positions = time.monotonic(), 0
            if now - last_poll > 1.0:
                self.poll()
                last_poll = time.monotonic()
            if self.world.rank == 0 and self.elapsed - last_evaluation > self.plan.evaluate_seconds:
                self.evaluate()
                last_evaluation = self.elapsed
            if not halfway and self.agreed > 0.5:
                halfway = True
                self.save("half")
        self.save("final")
        if self.world.rank == 0:
            self.evaluate()
        self.log(event="end")

    def warm(self, number: int) -> None:
        """Builds the kernels of one of the batch shapes."""
        self._compile(self.plan.distinct[number])

    def _compile(self, batch: BatchPlan) -> None:
        """Runs one batch of random ids, so that kernels are built while data is still on its way."""
        model, device = self.trainer.model, self.trainer.device
        begin = time.monotonic()
        self.trainer.backward(*stand_in(batch, model.config.vocab_size, device), batch, 1.0)
        for parameter in model.parameters():
            parameter.grad = None
        if device.type == "cuda":
            torch.cuda.synchronize()
        self.log(event="compiled", name=batch.name, far=batch.far, took=round(time.monotonic() - begin, 1))


def stand_in(batch: BatchPlan, vocabulary: int, device: torch.device) -> tuple[Tensor, Media | None]:
    """Random ids, grey pictures and silence in the shapes of a batch, for want of data."""
    raw = torch.randint(32, vocabulary, (batch.num_rows, batch.length + 1), dtype=torch.int16)
    return raw.to(device), empty_media(batch, device) if batch.kind == "media" else None


def empty_media(batch: BatchPlan, device: torch.device) -> Media:
    """Grey pictures and silence in the shapes of a batch."""
    seen, heard = batch.pictures + batch.mixed, batch.sounds + batch.mixed
    width = (PICTURE_VECTORS if seen else 0) + (SOUND_FRAMES // 4 if heard else 0)
    media = Media(torch.zeros(batch.num_rows, width, dtype=torch.long, device=device))
    if seen:
        media.pictures = torch.zeros(seen, 128, 128, 3, device=device)
        media.picture_slots = torch.arange(seen, device=device) * width
        media.picture_ordinals = torch.zeros(seen, dtype=torch.long, device=device)
    if heard:
        media.frames = torch.zeros(heard, SOUND_FRAMES, FRAME, device=device)
        media.frame_counts = torch.full((heard,), SOUND_FRAMES, device=device)
        media.sound_slots = torch.arange(heard, device=device) * width + (PICTURE_VECTORS if seen else 0)
        media.sound_ordinals = torch.zeros(heard, dtype=torch.long, device=device)
    return media


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--init", type=Path, help="checkpoint folder or GGUF file; random weights without it")
    parser.add_argument("--tokenizer", type=Path, default=Path(__file__).resolve().parent.parent / "tokenizer.json")
    parser.add_argument("--stream", action="store_true", help="remove folders of media once they have been read")
    parser.add_argument("--warm", type=int, help="only build the kernels of that batch shape, counted from 0")
    options = parser.parse_args()
    started = time.monotonic()
    plan = Plan.read(options.config)
    world = World()
    torch.manual_seed(plan.seed)
    device = world.device()
    trainer = Trainer(make_model(options.init), plan, device)
    byte_counts = token_bytes(options.tokenizer).to(device)
    run = Run(plan, trainer, options.data, options.out, options.seconds, byte_counts, started, world,
              options.stream and options.warm is None)
    if options.warm is not None:
        run.warm(options.warm)
    else:
        run.run()
    world.close()
    sys.stdout.flush()


if __name__ == "__main__":
    main()
