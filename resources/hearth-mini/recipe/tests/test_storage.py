"""Checkpoints in pieces, GGUF files, quantisers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType as Type
from gguf.quants import dequantize
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from hearth_mini import checkpoint
from hearth_mini.export import export, shipped_type
from hearth_mini.import_gguf import read_gguf
from hearth_mini.modeling import HearthConfig, HearthForCausalLM
from hearth_mini.quantize import quantize

# Relative root mean square error on normal numbers; a plain (unsearched) rounding is 5 to 20 % worse.
BOUNDS = {Type.Q4_K: 0.074, Type.Q5_K: 0.0375, Type.Q6_K: 0.0185, Type.Q8_0: 0.006, Type.F16: 3e-4}


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    """A byte-level tokenizer of 256 tokens and some."""
    built = Tokenizer(models.BPE())
    built.pre_tokenizer, built.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=270, special_tokens=["<|endoftext|>", "<|system|>"],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    built.train_from_iterator(["the other mother"] * 5, trainer)
    built.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


@pytest.mark.parametrize("kind", BOUNDS)
def test_quantisers_stay_within_their_error(kind: Type) -> None:
    x = np.random.default_rng(1).standard_normal((64, 512)).astype(np.float32) * 0.03
    packed = quantize(x, kind)
    back = packed.astype(np.float32) if kind == Type.F16 else dequantize(packed, kind)
    assert back.shape == x.shape
    assert np.sqrt(((x - back) ** 2).mean() / (x**2).mean()) < BOUNDS[kind]


@pytest.mark.parametrize("kind", [Type.Q4_K, Type.Q5_K, Type.Q6_K])
@pytest.mark.parametrize("case", ["zeros", "positive", "negative", "constant", "outlier", "tiny"])
def test_quantisers_survive_odd_blocks(kind: Type, case: str) -> None:
    rng = np.random.default_rng(2)
    x = np.abs(rng.standard_normal((2, 256))).astype(np.float32)
    x = {"zeros": x * 0, "positive": x + 1, "negative": -x - 1, "constant": x * 0 + 0.7, "outlier": x,
         "tiny": x * np.float32(1e-3)}[case]
    if case == "outlier":
        x[0, 3] = -500.0
    back = dequantize(quantize(x, kind), kind)
    assert np.isfinite(back).all()
    step = (x.max(initial=0) - x.min(initial=0)) / {Type.Q4_K: 15, Type.Q5_K: 31, Type.Q6_K: 31}[kind]
    assert np.abs(x - back).max() <= 1.1 * step + 1e-7


def test_pieces_join_to_the_same_tensors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "PIECE_BYTES", 1_000)
    state = {"a": torch.randn(30, 16), "b": torch.randn(7), "c": torch.randn(5, 3, 4)}
    files = checkpoint.save_checkpoint(tmp_path, HearthConfig(num_hidden_layers=3), state)
    assert len(files) > 2
    config, loaded = checkpoint.load_checkpoint(tmp_path)
    assert config.num_hidden_layers == 3
    assert loaded.keys() == state.keys()
    for name, value in state.items():
        assert torch.equal(loaded[name], value.bfloat16())


@pytest.mark.parametrize("kind", ["f32", "shipped"])
def test_gguf_round_trip(tiny: HearthForCausalLM, tokenizer: Path, tmp_path: Path, kind: str) -> None:
    config = tiny.config
    state = {name: value.numpy() for name, value in tiny.state_dict().items()}
    state["token_embd.weight"] = np.concatenate([state["token_embd.weight"]] * 2)[:300]
    config.vocab_size = 300
    export(state, config, tokenizer, tmp_path / "model.gguf", kind)
    loaded_config, loaded = read_gguf(tmp_path / "model.gguf")
    assert loaded.keys() == state.keys()
    assert list(loaded_config.memory_layers) == [1] and loaded_config.sliding_window == 32
    for name, value in state.items():
        exact = kind == "f32" or shipped_type(name) == Type.F32
        assert loaded[name].shape == value.shape
        np.testing.assert_allclose(loaded[name].numpy(), value, atol=0 if exact else 0.2 * np.abs(value).max())
    model = HearthForCausalLM(loaded_config)
    model.load_state_dict(loaded)


def test_every_matrix_of_the_shipped_model_is_quantised() -> None:
    with torch.device("meta"):
        model = HearthForCausalLM(HearthConfig())
    for name, value in model.state_dict().items():
        kind = shipped_type(name)
        if value.numel() > 16_384:
            assert kind != Type.F32, name
        if kind.name.endswith("_K"):
            assert value.shape[-1] % 256 == 0, name
