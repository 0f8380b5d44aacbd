"""The analytical count of operations against PyTorch's counter of what was computed."""

from __future__ import annotations

import pytest
import torch
from conftest import BLOCK, WINDOW
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from hearth_mini.attention import AttentionShape
from hearth_mini.data import SOUND_FRAMES
from hearth_mini.flops import model_flops, picture_flops, sound_flops, window_starts
from hearth_mini.modeling import HearthConfig, HearthForCausalLM
from hearth_mini.train import BatchPlan, empty_media


def counted(run: object, *arguments: object) -> int:
    """Operations of the matrix products of a call; attention is taken apart, since not every kernel is counted."""
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        run(*arguments)
    return counter.get_total_flops()


def test_windows_begin_where_the_model_says() -> None:
    shape = AttentionShape(WINDOW, BLOCK, 2)
    assert window_starts(100, WINDOW, BLOCK) == shape.window_start(torch.arange(100)).tolist()


@pytest.mark.parametrize("window", [0, 16])
@pytest.mark.parametrize("far", ["dense", "sparse"])
def test_text_equals_what_is_computed_but_for_masked_entries(tiny: HearthForCausalLM, far: str, window: int) -> None:
    rows, length, config = 2, 96, tiny.config
    tiny.path, tiny.far, tiny.window = "fast", far, window
    parts = model_flops(config, rows, length, far, window)
    # On a CPU the fast path computes whole rectangles: all pairs near, queries past the window times tokens past it.
    first = window or WINDOW
    inner, queries, blocks = config.num_attention_heads * config.head_dim, length - first, (length - first) // BLOCK
    span = blocks * BLOCK
    products = queries * (2 * span + blocks + (blocks if far == "sparse" else 0))
    pooling = 6 * config.num_key_value_heads * config.head_dim * span
    whole = {"window": config.num_hidden_layers * rows * 4 * inner * length**2,
             "memory": rows * (2 * inner * products + pooling)}
    assert counted(tiny, torch.randint(8, 256, (rows, length))) == sum((parts | whole).values())
    assert parts["window"] < whole["window"] and parts["memory"] < whole["memory"]


def test_masked_entries_are_those_of_the_equations() -> None:
    """Ten queries, windows of two to three tokens, blocks of two: counted by hand."""
    config = HearthConfig(sliding_window=2, memory_block=2, memory_selected=1)
    near = 1 + 2 + 3 + 2 + 3 + 2 + 3 + 2 + 3 + 2
    past = 0 + 0 + 0 + 2 + 2 + 4 + 4 + 6 + 6 + 8
    selected = 0 + 0 + 0 + 2 + 2 + 2 + 2 + 2 + 2 + 2
    inner, pooling = 512, 6 * 128 * 8
    dense, sparse = model_flops(config, 1, 10), model_flops(config, 1, 10, "sparse")
    assert dense["window"] == sparse["window"] == 8 * 4 * inner * near
    assert dense["memory"] == 4 * (2 * inner * (past + past // 2 + past) + pooling)
    assert sparse["memory"] == 4 * (2 * inner * (past + past // 2 + selected + past // 2) + pooling)


def test_media_equal_what_is_computed(tiny: HearthForCausalLM) -> None:
    batch = BatchPlan("media", 16, pictures=1, sounds=1, mixed=1)
    media = empty_media(batch, torch.device("cpu"))
    assert counted(tiny.v, media.pictures) == 2 * picture_flops(256)
    mel = 2 * 2 * SOUND_FRAMES * 257 * 64
    assert counted(tiny.a, media.frames, media.frame_counts, torch.float32, frozenset()) == 2 * sound_flops(256) + mel
    parts = model_flops(tiny.config, 3, 16, pictures=2, sounds=2)
    short = 2 * 3 * tiny.config.num_hidden_layers * 2 * 256 * 16**2
    tiny.path = "fast"
    whole = sum((parts | {"window": short}).values())
    assert counted(tiny, torch.randint(8, 256, (3, 16)), None, media) == whole + mel
