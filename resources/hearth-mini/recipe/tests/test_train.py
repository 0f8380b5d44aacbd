"""The trainer on a CPU: loss falls, weights resume, data arrives late, media batches work."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

import numpy as np
import pytest
import torch
import zstandard
from conftest import make_tiny

from hearth_mini.checkpoint import load_checkpoint
from hearth_mini.data import MediaSource, TokenSource, document_rows, echo_rows, split_ids
from hearth_mini.distributed import World
from hearth_mini.modeling import HearthForCausalLM, Media
from hearth_mini.optimiser import Optimiser, orthogonalise
from hearth_mini.train import BatchPlan, Phase, Plan, Run, Trainer

CPU = torch.device("cpu")


def write_shard(folder: Path, name: str, values: np.ndarray, listed: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.u16.zst").write_bytes(zstandard.compress(values.astype("<u2").tobytes()))
    entries = [{"shard": f"{other}.u16.zst", "tokens": 1} for other in listed]
    (folder / "index.json").write_text(json.dumps(entries))


def repetitive(count: int) -> np.ndarray:
    """Documents that repeat a few words: easy to learn."""
    rng = np.random.default_rng(4)
    parts = [np.concatenate([np.tile(rng.integers(8, 40, 5), 6), [0]]) for _ in range(count)]
    return np.concatenate(parts).astype(np.uint16)


def make_media(folder: Path) -> None:
    rng = np.random.default_rng(5)
    folder.mkdir(parents=True)
    np.save(folder / "images.npy", rng.integers(0, 256, (3, 128, 128, 3), np.uint8))
    np.save(folder / "audio.npy", rng.integers(-9_000, 9_000, 20_000).astype(np.int16))
    mark = 0x8000
    picture = [2 | mark, 5 | mark, 60 | mark, 4 | mark, 3 | mark, 70, 71, 4, 0 | mark]
    sound = [2 | mark, 6 | mark, 61 | mark, 4 | mark, 3 | mark, 72, 4, 0 | mark]
    mixed = [2 | mark, 5 | mark, 6 | mark, 4 | mark, 3 | mark, 73, 4, 0 | mark]
    ids, index = [], []
    for kind, image, begin, end in ((picture, 0, -1, -1), (picture, 1, -1, -1), (sound, -1, 0, 9_000),
                                    (sound, -1, 9_000, 20_000), (mixed, 2, 3_000, 12_000), (mixed, 0, 0, 5_000)):
        index.append((len(ids), len(ids) + len(kind), image, begin, end))
        ids += kind
    np.array(ids, "<u2").tofile(folder / "samples.u16")
    np.save(folder / "index.npy", np.array(index, np.int64))


def test_shards_are_dealt_once_a_pass_and_may_arrive_late(tmp_path: Path) -> None:
    write_shard(tmp_path, "a", np.arange(1, 1_001), ["a", "b"])
    source = TokenSource(tmp_path, CPU, 1, aligned=False)
    assert source.poll() == ["a.u16.zst"] and source.num_tokens == 1_000
    first = source.draw(5, 50)
    assert (first[:, 1:] - first[:, :-1] == 1).all()
    write_shard(tmp_path, "b", np.arange(2_001, 3_001), ["a", "b"])
    assert source.poll() == ["b.u16.zst"] and source.poll() == []
    rest = torch.cat([source.draw(5, 50) for _ in range(6)])
    starts = torch.cat((first, rest))[:, 0].tolist()
    assert len(set(starts)) == len(starts) and max(starts) > 2_000


def test_the_index_of_the_task_generator_is_understood(tmp_path: Path) -> None:
    write_shard(tmp_path, "000-tasks", np.arange(1, 101), [])
    shards = [{"shard": "000-tasks.u16.zst"}, {"shard": "001-long.u16.zst"}]
    (tmp_path / "index.json").write_text(json.dumps({"seed": 1, "shards": shards}))
    source = TokenSource(tmp_path, CPU, 1, aligned=True)
    assert source.poll() == ["000-tasks.u16.zst"] and source.num_tokens == 100


def test_aligned_rows_begin_with_a_document(tmp_path: Path) -> None:
    write_shard(tmp_path, "a", repetitive(200), ["a"])
    source = TokenSource(tmp_path, CPU, 1, aligned=True)
    source.poll()
    before = {0, *(np.flatnonzero(source.stream.numpy() == 0) + 1)}
    rows = source.draw(20, 40).numpy()
    windows = np.lib.stride_tricks.sliding_window_view(source.stream.numpy(), 41)
    for row in rows:
        assert any(int(at) in before for at in np.flatnonzero((windows == row).all(1)))


def test_document_rows_hold_every_document_once() -> None:
    sizes = [5, 3, 30, 1, 8]
    documents = [np.append(np.full(size - 1, 10 + at), 0) for at, size in enumerate(sizes)]
    stored = np.concatenate(documents).astype(np.int16)
    rows = document_rows(torch.from_numpy(stored), 15)
    assert rows.shape == (3, 16)
    assert rows[0].tolist() == [10] * 4 + [0] + [11] * 2 + [0] + [-0x8000] * 8
    assert rows[1].tolist() == [12] * 16
    assert rows[2].tolist() == [0] + [14] * 7 + [0] + [-0x8000] * 7
    unfinished = document_rows(torch.from_numpy(stored[:-1]), 15)
    assert unfinished[2].tolist() == [0] + [14] * 7 + [-0x8000] * 8
    assert document_rows(torch.from_numpy(stored[:0]), 15).shape == (0, 16)


def test_recall_equals_the_reference_over_learnt_tokens() -> None:
    model = make_tiny()
    trainer = Trainer(model, Plan(), CPU)
    raw = torch.from_numpy(np.random.default_rng(9).integers(8, 256, (2, 101)).astype(np.int16))
    raw[:, :90] |= -0x8000
    loss, accuracy, count = trainer.recall(raw)
    model.path = "reference"
    ids = split_ids(raw)[0]
    with torch.no_grad():
        logits = model(ids[:, :-1]).logits[:, 89:].flatten(0, 1)
    targets = ids[:, 90:].flatten()
    assert count == 22
    assert loss == pytest.approx(float(torch.nn.functional.cross_entropy(logits, targets)), abs=1e-4)
    assert accuracy == pytest.approx(float((logits.argmax(-1) == targets).float().mean()))


def test_no_loss_bit() -> None:
    ids, learnt = split_ids(torch.from_numpy(np.array([5, 5 | 0x8000, 0x8000], np.uint16).view(np.int16)))
    assert ids.tolist() == [5, 5, 0] and learnt.tolist() == [True, False, False]


def test_newton_schulz_orthogonalises_batches() -> None:
    x = orthogonalise(torch.randn(3, 16, 64))
    values = torch.linalg.svdvals(x)
    assert values.min() > 0.5 and values.max() < 1.4


def test_every_parameter_has_one_rule() -> None:
    model = make_tiny()
    optimiser = Optimiser(model, 0.1, compiled=False)
    muon = [id(parameter) for group in optimiser._groups.values() for parameter in group]
    adam = [id(parameter) for parameter in optimiser._adam_parameters]
    assert sorted(muon + adam) == sorted(id(parameter) for parameter in model.parameters())


class SteppedRun(Run):
    """A run whose clock advances one second a step, so that the load of the machine does not matter."""

    @property
    def elapsed(self) -> float:
        return float(self.step)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    write_shard(tmp_path / "text", "a", repetitive(300), ["a"])
    write_shard(tmp_path / "tasks", "a", repetitive(200), ["a"])
    write_shard(tmp_path / "heldout", "books", repetitive(40), ["books"])
    write_shard(tmp_path / "heldout_tasks", "needle", repetitive(40), ["needle"])
    make_media(tmp_path / "media" / "one")
    text = BatchPlan("text", 64, 4, tasks=0.25, echo=0.25, window=16)
    media = BatchPlan("media", 16, pictures=1, sounds=1, mixed=1, weight=0.5)
    phases = (Phase(0.4, (text,)), Phase(1.0, (text, media)))
    plan = Plan(warmup_steps=3, evaluate_seconds=8.0, needle_length=128, log_steps=2, save_reserve_seconds=1.0,
                phases=phases)
    trainer = Trainer(make_tiny(), plan, CPU)
    return SteppedRun(plan, trainer, tmp_path, tmp_path / "out", 21.0, torch.ones(256, dtype=torch.long))


def test_training_learns_saves_and_resumes(run: Run) -> None:
    run.run()
    lines = [json.loads(line) for line in (run.out / "log.jsonl").read_text().splitlines()]
    losses = [line["losses"] for line in lines if "losses" in line]
    assert losses[-1]["text 64 window 16"]["echo"] < losses[0]["text 64 window 16"]["echo"]
    media = [loss["media"]["picture"] for loss in losses if "media" in loss]
    assert media[-1] < media[0] and len(media) < len(losses)
    bits = [line["bits_per_byte"]["books"] for line in lines if line.get("event") == "heldout"]
    assert len(bits) == 3 and bits[-1] < bits[0]
    needles = [line["scores"]["needle"] for line in lines if line.get("event") == "needle"]
    assert needles[-1]["tokens"] == 40 * 31 - 10 and needles[-1]["loss"] < needles[0]["loss"]
    assert 0 < needles[-1]["accuracy"] < 1
    assert [line["name"] for line in lines if line.get("event") == "saved"] == ["start", "half", "final"]
    config, state = load_checkpoint(run.out / "final")
    resumed = HearthForCausalLM(config)
    resumed.load_state_dict({name: value.float() for name, value in state.items()})
    raw = run.text.draw(4, 64)
    with torch.no_grad():
        first = Trainer(resumed, run.plan, CPU).nll(split_ids(raw)[0], None)[0].mean()
        last = run.trainer.nll(split_ids(raw)[0], None)[0].mean()
    assert abs(float(first - last)) < 0.02


def test_media_of_a_batch_equal_single_media(run: Run) -> None:
    source = MediaSource(run.data / "media", CPU, 1)
    source.poll()
    model = make_tiny()
    raw, media = source.draw(2, 2, 2, 15)
    ids = split_ids(raw)[0]
    with torch.no_grad():
        batch = model(ids, media=media).logits
        for row in range(6):
            picture = {0: 0, 1: 1, 4: 2, 5: 3}.get(row)
            sound = row - 2 if row >= 2 else None
            pictures = [] if picture is None else [media.pictures[picture]]
            sounds = [] if sound is None else [[media.frames[sound, : int(media.frame_counts[sound])]]]
            expected = model(ids[row : row + 1], media=Media.of_one(ids[row].tolist(), pictures, sounds)).logits[0]
            torch.testing.assert_close(batch[row], expected, rtol=0, atol=2e-4)


def test_a_stream_removes_what_it_has_read_and_keeps_few_parts(tmp_path: Path) -> None:
    source = MediaSource(tmp_path / "media", CPU, 1, stream=True)
    names: list[str] = []
    for number in range(8):
        make_media(tmp_path / "media" / f"part{number}")
        deadline = time.monotonic() + 20.0
        while len(names) <= number and time.monotonic() < deadline:
            names += source.poll()
        source.draw(2, 2, 2, 15)
    assert names == [f"part{number}" for number in range(8)]
    assert list((tmp_path / "media").iterdir()) == []
    assert source.count("picture") <= 2 * (MediaSource.KEPT + 1)


def test_echo_repeats_what_is_far_back() -> None:
    raw = torch.from_numpy(np.arange(1, 2 * 202 + 1, dtype=np.int16).reshape(2, 202))
    out = echo_rows(raw, np.random.default_rng(3), 40)
    assert torch.equal(out[:, :101], raw[:, :101])
    ids, learnt = split_ids(out)
    at = torch.arange(101, 202)
    for row in range(2):
        source = ids[row, 101:] - ids[row, 0]
        assert (at - source >= 40).all() and (source < 101).all()
        assert 0 < int((~learnt[row]).sum()) < 60


def _train_beside(rank: int, folder: Path, port: int) -> None:
    """One of two processes; each has text of its own."""
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    world = World()
    plan = Plan(warmup_steps=1, log_steps=2, save_reserve_seconds=1.0, phases=(Phase(1.0, (BatchPlan("text", 64, 4),)),))
    run = SteppedRun(plan, Trainer(make_tiny(), plan, CPU), folder / str(rank), folder / "out", 9.0,
                     torch.ones(256, dtype=torch.long), world=world)
    run.run()
    state = {name: value.clone() for name, value in run.trainer.model.state_dict().items()}
    torch.save(state, folder / f"{rank}.pt")
    world.close()


def test_two_processes_take_the_same_steps(tmp_path: Path) -> None:
    for rank in range(2):
        write_shard(tmp_path / str(rank) / "text", "a", repetitive(100 + 50 * rank), ["a"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    torch.multiprocessing.spawn(_train_beside, (tmp_path, port), nprocs=2)
    first, second = (torch.load(tmp_path / f"{rank}.pt") for rank in range(2))
    for name, value in first.items():
        torch.testing.assert_close(value, second[name], rtol=0, atol=0)


def test_phases_without_data_are_left_out(tmp_path: Path) -> None:
    write_shard(tmp_path / "text", "a", repetitive(300), ["a"])
    batches = (BatchPlan("text", 64, 4), BatchPlan("media", 16, pictures=2))
    plan = Plan(phases=(Phase(1.0, batches),))
    run = Run(plan, Trainer(make_tiny(), plan, CPU), tmp_path, tmp_path / "out", 5.0, torch.ones(256))
    run.poll()
    assert run.missing(batches) == 0b10


def test_stage_files_are_valid() -> None:
    folder = Path(__file__).resolve().parent.parent / "stages"
    for path in folder.glob("*.toml"):
        plan = Plan.read(path)
        assert plan.phases[-1].end >= 1.0
