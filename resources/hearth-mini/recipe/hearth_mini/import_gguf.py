"""Reads a Hearth Mini GGUF file back: `python -m hearth_mini.import_gguf IN.gguf OUT_CHECKPOINT`.

Quantised tensors are expanded, so that training can go on from the shipped file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from torch import Tensor

from .checkpoint import save_checkpoint
from .modeling import HearthConfig

KEYS = {
    "max_position_embeddings": "context_length",
    "hidden_size": "embedding_length",
    "num_hidden_layers": "block_count",
    "num_attention_heads": "attention.head_count",
    "num_key_value_heads": "attention.head_count_kv",
    "head_dim": "attention.key_length",
    "rms_norm_eps": "attention.layer_norm_rms_epsilon",
    "rope_base": "rope.freq_base",
    "sliding_window": "attention.sliding_window",
    "memory_block": "memory.block_length",
    "memory_selected": "memory.selected_blocks",
    "memory_layers": "memory.layers",
    "num_experts": "expert_count",
    "expert_hidden": "expert_feed_forward_length",
    "expert_skip_threshold": "expert_skip_threshold",
    "cross_layers": "cross_attention.layers",
    "cross_heads": "cross_attention.head_count",
    "cross_kv_heads": "cross_attention.head_count_kv",
}
"""Field of `HearthConfig` to key below `hearth.`."""


def read_gguf(path: Path) -> tuple[HearthConfig, dict[str, Tensor]]:
    """The configuration and all tensors, float32, in PyTorch's order of dimensions."""
    reader = GGUFReader(path)
    values = {name: reader.fields[f"hearth.{key}"].contents() for name, key in KEYS.items()}
    state = {}
    for tensor in reader.tensors:
        expanded = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        state[tensor.name] = torch.from_numpy(expanded.reshape([int(size) for size in reversed(tensor.shape)]).copy())
    config = HearthConfig(vocab_size=state["token_embd.weight"].shape[0], **values)
    return config, state


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gguf", type=Path)
    parser.add_argument("checkpoint", type=Path)
    options = parser.parse_args()
    config, state = read_gguf(options.gguf)
    save_checkpoint(options.checkpoint, config, state)


if __name__ == "__main__":
    main()
