"""The two attention paths, causality, ablations, media and storage of the Transformers classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import BLOCK, WINDOW

from hearth_mini.attention import AttentionShape, compress, reference_attention, rotary_table
from hearth_mini.modeling import ABLATIONS, HearthForCausalLM, Media

LENGTH = 100


def random_ids(rows: int = 2, length: int = LENGTH, seed: int = 5) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(8, 256, (rows, length), generator=generator)


def media_prompt() -> tuple[torch.Tensor, Media]:
    """A conversation with a picture and a recording of two chunks."""
    generator = torch.Generator().manual_seed(7)
    ids = [2, 5, 6, 90, 91, 92, 4, 3]
    picture = torch.rand(128, 128, 3, generator=generator) * 2 - 1
    sound = [torch.randn(frames, 400, generator=generator) * 0.1 for frames in (40, 12)]
    return torch.tensor([ids]), Media.of_one(ids, [picture], [sound])


@pytest.mark.parametrize("far", ["sparse", "dense"])
@pytest.mark.parametrize("length", [WINDOW + BLOCK - 1, WINDOW + BLOCK, LENGTH])
def test_fast_path_equals_reference(tiny: HearthForCausalLM, far: str, length: int) -> None:
    ids = random_ids(length=length)
    tiny.far = far
    with torch.no_grad():
        expected = tiny(ids).logits
        tiny.path = "fast"
        actual = tiny(ids).logits
    torch.testing.assert_close(actual, expected, rtol=0, atol=2e-5)


def test_attention_equals_the_written_equations() -> None:
    """One query at a time, in plain loops over the sets that docs/adr/0001 names."""
    from hearth_mini.attention import Memory

    torch.manual_seed(2)
    heads, groups, width, length = 4, 2, 16, 70
    shape = AttentionShape(window=16, block=4, selected=3)
    q, k, v = torch.randn(1, heads, length, width), torch.randn(1, groups, length, width), torch.randn(1, groups, length, width)
    memory = Memory(torch.randn(groups, width), torch.randn(groups, 4), torch.rand(width) + 0.5, torch.randn(2, heads))
    cos, sin = rotary_table(length, width, 10_000.0, torch.device("cpu"))
    actual = reference_attention(q, k, v, cos, sin, shape, memory, 1e-6)

    def turned(x: torch.Tensor, t: int) -> torch.Tensor:
        low, high = x[: width // 2], x[width // 2 :]
        return torch.cat((low * cos[t] - high * sin[t], high * cos[t] + low * sin[t]))

    for t in (0, 15, 18, 19, 47, 69):
        start = 4 * (max(0, t - 15) // 4)
        for head in range(heads):
            group = head // 2
            entries = [(turned(q[0, head, t], t) @ turned(k[0, group, j], j) / 4, v[0, group, j]) for j in range(start, t + 1)]
            pooled = []
            for block in range(start // 4):
                span = slice(4 * block, 4 * block + 4)
                weights = (k[0, group, span] @ memory.query[group] + memory.pos[group]).softmax(0)
                key = weights @ k[0, group, span]
                key = key / (key.square().mean() + 1e-6).sqrt() * memory.norm
                pooled.append((key, weights @ v[0, group, span]))
            if pooled:
                keys = torch.stack([key for key, _ in pooled])
                scores = sum((keys @ q[0, other, t] / 4).softmax(0) for other in (2 * group, 2 * group + 1))
                entries += [(q[0, head, t] @ key / 4 + memory.bias[0, head], value) for key, value in pooled]
                for block in sorted(range(len(pooled)), key=lambda e: (-float(scores[e]), e))[:3]:
                    entries += [(q[0, head, t] @ k[0, group, j] / 4 + memory.bias[1, head], v[0, group, j])
                                for j in range(4 * block, 4 * block + 4)]
            weights = torch.stack([logit for logit, _ in entries]).softmax(0)
            expected = weights @ torch.stack([value for _, value in entries])
            torch.testing.assert_close(actual[0, head, t], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("path", ["reference", "fast"])
@pytest.mark.parametrize("far", ["sparse", "dense"])
@pytest.mark.parametrize("changed", [3, 47, 64, 71, 98])
def test_later_tokens_never_change_earlier_logits(tiny: HearthForCausalLM, path: str, far: str, changed: int) -> None:
    ids = random_ids(rows=1)
    other = ids.clone()
    other[0, changed:] = random_ids(rows=1, seed=11)[0, changed:]
    tiny.path, tiny.far = path, far
    with torch.no_grad():
        before, after = tiny(ids).logits, tiny(other).logits
    torch.testing.assert_close(after[:, :changed], before[:, :changed], rtol=0, atol=1e-5)
    assert (after[:, changed:] - before[:, changed:]).abs().max() > 1e-3


def test_far_tokens_reach_the_last_logits_only_through_memory(tiny: HearthForCausalLM) -> None:
    ids = random_ids(rows=1)
    other = ids.clone()
    other[0, :BLOCK] = random_ids(rows=1, seed=12)[0, :BLOCK]
    with torch.no_grad():
        assert (tiny(ids).logits[0, -1] - tiny(other).logits[0, -1]).abs().max() > 1e-5
        tiny.ablate = frozenset({"memory"})
        # Two window layers carry a token 2 * (window + block) positions at most; the first block is beyond that.
        torch.testing.assert_close(tiny(ids).logits[0, -1], tiny(other).logits[0, -1], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", sorted(ABLATIONS))
def test_each_ablation_changes_the_logits(tiny: HearthForCausalLM, name: str) -> None:
    ids, media = (random_ids(rows=1), None) if name == "memory" else media_prompt()
    with torch.no_grad():
        full = tiny(ids, media=media).logits
        tiny.ablate = frozenset({name})
        assert (tiny(ids, media=media).logits - full).abs().max() > 1e-4


def test_media_are_invisible_before_their_placeholder(tiny: HearthForCausalLM) -> None:
    ids, media = media_prompt()
    with torch.no_grad():
        plain, seen = tiny(ids).logits, tiny(ids, media=media).logits
    torch.testing.assert_close(seen[:, :1], plain[:, :1], rtol=0, atol=1e-6)
    assert (seen[:, 1] - plain[:, 1]).abs().max() > 1e-4


def test_padding_of_recordings_changes_nothing(tiny: HearthForCausalLM) -> None:
    frames = torch.randn(1, 24, 400) * 0.1
    padded = torch.nn.functional.pad(frames, (0, 0, 0, 16)) + 0.0
    padded[:, 24:] = 0.3
    counts = torch.tensor([24])
    with torch.no_grad():
        exact = tiny.a(frames, counts, torch.float32, frozenset())
        batched = tiny.a(padded, counts, torch.float32, frozenset())
    torch.testing.assert_close(batched[:, :6], exact, rtol=0, atol=1e-5)


def test_skipping_the_second_expert(tiny: HearthForCausalLM) -> None:
    ids = random_ids(rows=1, length=20)
    with torch.no_grad():
        full = tiny(ids).logits
        tiny.config.expert_skip_threshold = 0.5
        assert (tiny(ids).logits - full).abs().max() > 1e-4
        tiny.config.expert_skip_threshold = 1.0
        torch.testing.assert_close(tiny(ids).logits, full)


def test_saved_model_loads_with_equal_logits(tiny: HearthForCausalLM, tmp_path: Path) -> None:
    ids, media = media_prompt()
    tiny.save_pretrained(tmp_path)
    loaded = HearthForCausalLM.from_pretrained(tmp_path).eval()
    with torch.no_grad():
        torch.testing.assert_close(loaded(ids, media=media).logits, tiny(ids, media=media).logits)


def test_loss_ignores_masked_labels(tiny: HearthForCausalLM) -> None:
    ids = random_ids(rows=1, length=20)
    labels = ids.clone()
    labels[:, :10] = -100
    with torch.no_grad():
        out = tiny(ids, labels=labels)
    nll = -out.logits.log_softmax(-1)[0, 9:-1].gather(-1, ids[0, 10:, None]).mean()
    torch.testing.assert_close(out.loss, nll)


def test_generation_of_a_batch_equals_single_prompts(tiny: HearthForCausalLM) -> None:
    prompts = [[2, 40, 41, 4, 3], [2, 50, 4, 3]]
    assert tiny.generate(prompts, 6) == [tiny.generate([prompt], 6)[0] for prompt in prompts]


def test_memory_loss_teaches_only_the_compressed_branch() -> None:
    from hearth_mini.attention import Memory, fast_attention

    torch.manual_seed(1)
    shape = AttentionShape(16, 4, 2)
    tensors = [torch.randn(1, heads, 64, 16, requires_grad=True) for heads in (4, 2, 2)]
    memory = Memory(*(torch.randn(size, requires_grad=True) for size in ((2, 16), (2, 4), (16,), (2, 4))))
    cos, sin = rotary_table(64, 16, 10_000.0, torch.device("cpu"))
    _, loss = fast_attention(*tensors, cos, sin, shape, memory, 1e-6, "dense", None)
    loss.backward()
    assert loss > 0
    assert memory.query.grad.abs().max() > 0
    assert memory.bias.grad is None and tensors[2].grad is None


def test_compression_pools_whole_blocks() -> None:
    from hearth_mini.attention import Memory

    k, v = torch.randn(1, 2, 12, 16), torch.randn(1, 2, 12, 16)
    memory = Memory(torch.zeros(2, 16), torch.zeros(2, 4), torch.ones(16), torch.zeros(2, 4))
    keys, values = compress(k, v, memory, 4, 1e-6)
    np.testing.assert_allclose(values[0, 1, 2], v[0, 1, 8:12].mean(0), atol=1e-6)
    np.testing.assert_allclose(keys.square().mean(-1), 1.0, atol=1e-4)
