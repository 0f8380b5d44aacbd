"""A tiny model with the shape rules of the shipped one."""

from __future__ import annotations

import pytest
import torch

from hearth_mini.modeling import HearthConfig, HearthForCausalLM

WINDOW, BLOCK = 32, 8

# Matrices this small are no work to share: threads would wait for one another, above all on a busy machine.
torch.set_num_threads(1)


def tiny_config(**changes: object) -> HearthConfig:
    """Two layers, one with memory and cross-attention; windows of 32 tokens, blocks of 8, 2 selected."""
    values = {
        "vocab_size": 256, "hidden_size": 256, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
        "head_dim": 64, "sliding_window": WINDOW, "memory_block": BLOCK, "memory_selected": 2, "memory_layers": [1],
        "num_experts": 4, "expert_hidden": 256, "cross_layers": [1], "cross_heads": 4, "cross_kv_heads": 2,
    }
    return HearthConfig(**{**values, **changes})


def make_tiny() -> HearthForCausalLM:
    """The tiny model with open gates and decisive memory weights."""
    torch.manual_seed(3)
    model = HearthForCausalLM(tiny_config()).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(("mem_query.weight", "mem_pos.weight", "mem_bias.weight")):
                parameter.normal_(0.0, 0.5)
            elif name.endswith(("q_norm.weight", "k_norm.weight", "mem_norm.weight")):
                parameter.fill_(1.5)
            elif name.endswith("cross_gate.weight"):
                parameter.fill_(0.7)
            elif name.endswith("gate_inp.weight"):
                parameter.normal_(0.0, 0.2)
    return model


@pytest.fixture
def tiny() -> HearthForCausalLM:
    """A fresh tiny model."""
    return make_tiny()
