"""How many floating-point operations the equations of the model ask for, to lay beside the rate of a device."""

from __future__ import annotations

from .data import SOUND_FRAMES
from .encoders import (
    PATCH, PICTURE_VECTORS, SOUND_BLOCKS, SOUND_WIDTH, STAGE_DEPTHS, STAGE_GRIDS, STAGE_WIDTHS, STAGE_WINDOWS,
)
from .modeling import HearthConfig
from .preprocess import FRAME, MEL_BINS

ACTIVE_EXPERTS = 2
"""Routed experts of each token."""


def model_flops(
    config: HearthConfig, rows: int, length: int, far: str = "dense", window: int = 0, pictures: int = 0,
    sounds: int = 0,
) -> dict[str, int]:
    """Operations of one forward pass over `rows` rows of `length` tokens, by part of the model.

    Only products of matrices count, a multiplication and an addition as two; norms, softmaxes, rotations, the
    spectrogram and the look-up of embeddings do not. What the equations mask out is not counted, even where a kernel
    computes it:

        window   of the query at `t` the keys `w(t) .. t`                  4 H D each (logits and values)
        memory   pooling of the blocks that left the last window           6 G D a token
                 exact and compressed logits of what left that of `t`      2 H D each; training needs both in both forms
                 values: "dense" every far token; "sparse" those of the
                 selected blocks and all compressed entries                2 H D each
        experts  `ACTIVE_EXPERTS` routed ones, the shared one and the router

    `pictures` and `sounds` are how many of each the batch holds. Every row counts as many media vectors as the fullest
    one, and every token sees all of them, as `Media` pads rows. Training costs three times as much: each product has
    two gradients, each as dear as itself.
    """
    width, head, layers = config.hidden_size, config.head_dim, config.num_hidden_layers
    heads, groups = config.num_attention_heads, config.num_key_value_heads
    tokens, block = rows * length, config.memory_block
    starts = window_starts(length, window or config.sliding_window, block)
    near, past = sum(t + 1 - start for t, start in enumerate(starts)), sum(starts)
    read = past
    if far == "sparse":
        read = sum(min(start, config.memory_selected * block) + start // block for start in starts)
    memory = 2 * heads * head * (past + past // block + read) + 6 * groups * head * starts[-1]
    vectors = (PICTURE_VECTORS if pictures else 0) + (SOUND_FRAMES // 4 if sounds else 0)
    inner, narrow = config.cross_heads * head, config.cross_kv_heads * head
    cross = 2 * width * (2 * inner * length + 2 * narrow * vectors) + 4 * inner * length * vectors
    expert = 2 * 3 * width * config.expert_hidden
    return {
        "projections": layers * tokens * 2 * width * (2 * heads + 2 * groups) * head,
        "window": layers * rows * 4 * heads * head * near,
        "memory": len(config.memory_layers) * rows * memory,
        "cross": len(config.cross_layers) * rows * cross if vectors else 0,
        "experts": layers * tokens * ((ACTIVE_EXPERTS + 1) * expert + 2 * width * config.num_experts),
        "vocabulary": tokens * 2 * width * config.vocab_size,
        "pictures": pictures * picture_flops(width),
        "sounds": sounds * sound_flops(width),
    }


def window_starts(length: int, window: int, block: int) -> list[int]:
    """The first token of the window of each query, as `AttentionShape.window_start` has it."""
    return [block * (max(0, t - (window - 1)) // block) for t in range(length)]


def picture_flops(out: int) -> int:
    """Of one picture through the encoder, up to vectors of `out` numbers."""
    total = 2 * STAGE_GRIDS[0] ** 2 * 3 * PATCH**2 * STAGE_WIDTHS[0]
    for stage, (width, depth) in enumerate(zip(STAGE_WIDTHS, STAGE_DEPTHS)):
        tokens, window = STAGE_GRIDS[stage] ** 2, STAGE_WINDOWS[stage] ** 2
        # Queries, keys, values and output are 4 c^2 weights, the feed-forward 8 c^2.
        total += depth * tokens * (2 * 12 * width**2 + 4 * window * width)
        if stage > 0:
            total += 2 * tokens * 4 * STAGE_WIDTHS[stage - 1] * width
        if stage >= 2:
            total += 2 * tokens * width * out
    return total


def sound_flops(out: int, frames: int = SOUND_FRAMES) -> int:
    """Of one recording of `frames` frames through the encoder, up to vectors of `out` numbers."""
    width, half, vectors = SOUND_WIDTH, SOUND_WIDTH // 2, frames // 4
    paths = frames * (FRAME * width + width * half + 3 * MEL_BINS * half)
    convolutions = (frames // 2 + vectors) * 3 * width * width
    blocks = SOUND_BLOCKS * vectors * (12 * width**2 + 2 * vectors * width)
    return 2 * (paths + convolutions + blocks + vectors * width * out)
