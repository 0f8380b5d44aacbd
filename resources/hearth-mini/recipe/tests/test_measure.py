"""The measuring tool on a CPU, with a tiny model and a tiny stage."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch
from conftest import WINDOW, make_tiny
from test_train import CPU, repetitive, write_shard

from hearth_mini import measure
from hearth_mini.train import BatchPlan, Phase, Plan

STAGE = """
warmup_steps = 2
[[phase]]
end = 0.5
batch = [{ kind = "text", rows = 2, length = 64 }]
[[phase]]
end = 1.0
batch = [
  { kind = "text", rows = 1, length = 64, weight = 0.2, far = "sparse" },
  { kind = "text", rows = 2, length = 64, weight = 0.5, tasks = 0.5 },
  { kind = "media", length = 16, pictures = 1, weight = 0.3 },
]
"""


def test_every_shape_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stage.toml").write_text(STAGE, "utf-8")
    write_shard(tmp_path / "data" / "text", "a", repetitive(60), ["a"])
    monkeypatch.setattr(measure, "make_model", lambda _: make_tiny())
    monkeypatch.setattr(measure.World, "device", lambda _: CPU)
    monkeypatch.setattr(measure, "FIRST_STEPS", 1)
    paths = [str(tmp_path / "stage.toml"), "--data", str(tmp_path / "data"), "--out", str(tmp_path / "out")]
    options = ["--steps", "1", "--matrix", "64", "--rates", "6e-3:3e-3", "--seconds", "0"]
    monkeypatch.setattr(sys, "argv", ["measure", *paths, *options])
    measure.main()
    lines = [json.loads(line) for line in (tmp_path / "out" / "measure.jsonl").read_text("utf-8").splitlines()]
    shapes = [line for line in lines if "batch" in line]
    assert [(line["batch"], line["rows"], line["far"], line["made_up"]) for line in shapes] == [
        ("text 64", 2, "dense", False), ("text 64", 1, "sparse", False), ("media", 1, "dense", True)]
    for line in shapes:
        assert line["positions_per_second"] > 0 and line["share"] > 0 and line["gib"] is None
    phases = [line for line in lines if "phase" in line]
    assert [line["phase"] for line in phases] == [0, 1]
    assert phases[1]["milliseconds"] > phases[0]["milliseconds"] > 0
    (trial,) = [line for line in lines if "muon" in line]
    assert trial["steps"] == 1 and trial["first_loss"] == trial["last_loss"] > 0


def test_a_shape_that_fails_costs_only_itself(tmp_path: Path) -> None:
    plan = Plan(phases=(Phase(1.0, (BatchPlan("text", 64, 1, far="dense"),)),))
    said: list[dict[str, object]] = []
    run = measure.Run(plan, measure.Trainer(make_tiny(), plan, CPU), tmp_path, tmp_path / "out", 0.0, torch.zeros(0))

    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    run.trainer.backward = fail
    measurement = measure.Measurement(run, lambda **values: said.append(values))
    assert measurement.shape(plan.distinct[0], 1e9, 1) is None
    assert "out of memory" in said[0]["error"]


def test_paths_agree_in_float32() -> None:
    errors = measure.compare_paths(make_tiny(), (WINDOW, 2 * WINDOW))
    assert len(errors) == 8
    for name, value in errors.items():
        assert value < (1e-5 if name.endswith("float32") else 0.1), name
