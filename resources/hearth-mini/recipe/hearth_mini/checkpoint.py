"""Checkpoints in small pieces: bf16 safetensors files of at most 15 MiB and a `config.json`.

A tensor larger than a piece is cut along its first axis; its parts are named `name@begin` (begin: first row).
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from .modeling import HearthConfig

PIECE_BYTES = 15 * 1024 * 1024 - 65_536
"""Leaves room for the header of a file."""


def save_checkpoint(folder: Path, config: HearthConfig, state: dict[str, Tensor]) -> list[Path]:
    """Writes `state` in bf16 and returns the files; a file appears under its name only once it is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces: list[dict[str, Tensor]] = [{}]
    room = PIECE_BYTES
    for name, value in state.items():
        value = value.detach().to(torch.bfloat16).cpu().contiguous()
        rows = value.shape[0]
        row_bytes = 2 * value.numel() // rows
        begin = 0
        while begin < rows:
            count = min(rows - begin, room // row_bytes)
            if count == 0:
                pieces.append({})
                room = PIECE_BYTES
                continue
            whole = begin == 0 and count == rows
            pieces[-1][name if whole else f"{name}@{begin}"] = value[begin : begin + count].contiguous()
            room -= count * row_bytes
            begin += count
    files = []
    for index, piece in enumerate(pieces):
        path = folder / f"part-{index:02d}.safetensors"
        save_file(piece, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").rename(path)
        files.append(path)
    path = folder / "config.json"
    path.write_text(json.dumps(config.to_dict(), indent=1, default=list), encoding="utf-8")
    return [*files, path]


def load_checkpoint(folder: Path) -> tuple[HearthConfig, dict[str, Tensor]]:
    """The configuration and the joined tensors of a folder that `save_checkpoint` (or `save_pretrained`) wrote."""
    config = HearthConfig.from_dict(json.loads((folder / "config.json").read_text("utf-8")))
    parts: dict[str, dict[int, Tensor]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        for name, value in load_file(path).items():
            base, _, begin = name.partition("@")
            parts.setdefault(base, {})[int(begin or 0)] = value
    state = {name: torch.cat([rows[begin] for begin in sorted(rows)]) for name, rows in parts.items()}
    return config, state
