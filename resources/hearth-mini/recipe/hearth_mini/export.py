"""Writes a checkpoint as one GGUF file: `python -m hearth_mini.export CHECKPOINT OUT.gguf --type shipped|f32`.

Keys, tensor names and the types of the shipped file are those of docs/adr/0001-hearth-mini-model.md. The shipped file
must stay within 48 MiB; the byte table is printed and a larger file is refused.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFWriter, TokenType
from numpy.typing import NDArray

from . import encoders, preprocess
from .chat import CHAT_TEMPLATE
from .checkpoint import load_checkpoint
from .modeling import HearthConfig
from .quantize import quantize

LIMIT_BYTES = 48 * 1024 * 1024
RECIPE = Path(__file__).resolve().parent.parent

SHIPPED_TYPES: tuple[tuple[str, Type], ...] = (
    (r"token_embd\.weight", Type.Q5_K),
    (r"blk\.\d+\.attn_(q|k|v|output)\.weight", Type.Q6_K),
    (r"blk\.\d+\.cross_(q|k|v|output)\.weight", Type.Q5_K),
    (r"blk\.\d+\.ffn_(gate|up|down)_exps\.weight", Type.Q4_K),
    (r"blk\.\d+\.ffn_(gate|up|down)_shexp\.weight", Type.Q6_K),
    (r"v\.patch_embd\.weight|v\.out\.\d\.pos\.weight|a\.wave1\.weight", Type.F16),
    (r"a\.(wave2|mel)\.weight|v\.[01]\.\d\.(attn_qkv|attn_output|ffn_up|ffn_down)\.weight", Type.Q8_0),
    (r"v\.merge\.\d\.weight|v\.out\.\d\.weight|a\.out\.weight", Type.Q4_K),
    (r"v\.[23]\.\d\.(attn_qkv|attn_output|ffn_up|ffn_down)\.weight", Type.Q4_K),
    (r"a\.\d\.(attn_qkv|attn_output|ffn_up|ffn_down)\.weight|a\.conv[12]\.weight", Type.Q4_K),
)
"""First full match wins; everything else (norms, biases, router, gates) stays F32."""

DESCRIPTION = (
    "Hearth Mini, the built-in model of Hearth: a small mixture-of-experts language model (16 experts, 2 active, 1 shared) "
    "with sliding-window attention and compressed memory, that also takes pictures and short recordings. English only. "
    "It states wrong facts with confidence and must not be relied on; see the model card."
)


def shipped_type(name: str) -> Type:
    """The type of a tensor in the shipped file."""
    return next((kind for pattern, kind in SHIPPED_TYPES if re.fullmatch(pattern, name)), Type.F32)


def add_config(writer: GGUFWriter, config: HearthConfig) -> None:
    """All keys below `hearth.`."""

    def key(name: str) -> str:
        return f"hearth.{name}"

    numbers = {
        "context_length": config.max_position_embeddings,
        "embedding_length": config.hidden_size,
        "block_count": config.num_hidden_layers,
        "attention.head_count": config.num_attention_heads,
        "attention.head_count_kv": config.num_key_value_heads,
        "attention.key_length": config.head_dim,
        "attention.sliding_window": config.sliding_window,
        "memory.block_length": config.memory_block,
        "memory.selected_blocks": config.memory_selected,
        "expert_count": config.num_experts,
        "expert_used_count": 2,
        "expert_feed_forward_length": config.expert_hidden,
        "expert_shared_count": 1,
        "cross_attention.head_count": config.cross_heads,
        "cross_attention.head_count_kv": config.cross_kv_heads,
        "vision.image_size": preprocess.IMAGE_SIZE,
        "vision.patch_size": encoders.PATCH,
        "vision.window_size": encoders.STAGE_WINDOWS[0],
        "vision.head_length": encoders.HEAD_LENGTH,
        "audio.sample_rate": preprocess.SAMPLE_RATE,
        "audio.hop_length": preprocess.HOP,
        "audio.window_length": preprocess.FRAME,
        "audio.fft_length": preprocess.FFT,
        "audio.mel_bins": preprocess.MEL_BINS,
        "audio.wave_hidden_length": encoders.SOUND_WIDTH,
        "audio.path_length": encoders.SOUND_WIDTH // 2,
        "audio.embedding_length": encoders.SOUND_WIDTH,
        "audio.block_count": encoders.SOUND_BLOCKS,
        "audio.head_count": encoders.SOUND_HEADS,
        "audio.feed_forward_length": 4 * encoders.SOUND_WIDTH,
        "audio.max_chunk_frames": preprocess.CHUNK_SAMPLES // preprocess.HOP,
    }
    reals = {
        "attention.layer_norm_rms_epsilon": config.rms_norm_eps,
        "rope.freq_base": config.rope_base,
        "expert_skip_threshold": config.expert_skip_threshold,
        "audio.mel_min_hz": preprocess.MEL_LOW_HZ,
        "audio.mel_max_hz": preprocess.MEL_HIGH_HZ,
    }
    lists = {
        "memory.layers": config.memory_layers,
        "cross_attention.layers": config.cross_layers,
        "vision.embedding_lengths": encoders.STAGE_WIDTHS,
        "vision.block_counts": encoders.STAGE_DEPTHS,
    }
    for name, number in numbers.items():
        writer.add_uint32(key(name), number)
    for name, real in reals.items():
        writer.add_float32(key(name), real)
    for name, values in lists.items():
        writer.add_array(key(name), [int(value) for value in values])


def add_tokenizer(writer: GGUFWriter, path: Path, vocabulary: int) -> None:
    """Tokens, merges and types of a `tokenizers` byte-level BPE file; ids without a token are marked unused."""
    stored = json.loads(path.read_text("utf-8"))
    tokens = [f"[UNUSED{index}]" for index in range(vocabulary)]
    types = [int(TokenType.UNUSED)] * vocabulary
    for token, index in stored["model"]["vocab"].items():
        tokens[index], types[index] = token, int(TokenType.NORMAL)
    for added in stored["added_tokens"]:
        tokens[added["id"]] = added["content"]
        types[added["id"]] = int(TokenType.CONTROL if added["special"] else TokenType.USER_DEFINED)
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in stored["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(merges)
    writer.add_eos_token_id(4)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def export(
    state: dict[str, NDArray[np.float32]], config: HearthConfig, tokenizer: Path, out: Path, kind: str,
    card: dict[str, str] | None = None,
) -> dict[str, tuple[int, int]]:
    """Writes the file and returns parameters and bytes of each part. `kind` is "shipped" or "f32"."""
    writer = GGUFWriter(str(out), "hearth")
    writer.add_custom_alignment(32)
    writer.add_name("Hearth Mini")
    writer.add_description(DESCRIPTION)
    writer.add_license("apache-2.0")
    writer.add_license_link("https://www.apache.org/licenses/LICENSE-2.0")
    writer.add_array("general.languages", ["en"])
    for name, text in (card or {}).items():
        writer.add_string(f"general.{name}", text)
    add_config(writer, config)
    add_tokenizer(writer, tokenizer, config.vocab_size)
    sizes: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name, value in state.items():
        wanted = shipped_type(name) if kind == "shipped" else Type.F32
        data = quantize(value, wanted)
        writer.add_tensor(name, data, raw_dtype=wanted)
        part = _part(name) + (f" ({wanted.name})" if wanted != Type.F32 else "")
        count, size = sizes[part]
        sizes[part] = (count + value.size, size + data.nbytes)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    sizes["keys and tokenizer"] = (0, out.stat().st_size - sum(size for _, size in sizes.values()))
    return dict(sizes)


def _part(name: str) -> str:
    """The row of the byte table that a tensor belongs to."""
    groups = {
        r".*_exps\.weight": "experts", r".*_shexp\.weight": "shared experts", r"token_embd.*": "token embedding",
        r"blk\.\d+\.attn_(q|k|v|output)\.weight": "attention", r"blk\.\d+\.cross_(q|k|v|output)\.weight": "cross-attention",
        r"v\..*": "vision", r"a\..*": "sound",
    }
    return next((part for pattern, part in groups.items() if re.fullmatch(pattern, name)), "norms, router, bias")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--type", choices=("shipped", "f32"), default="shipped")
    parser.add_argument("--tokenizer", type=Path, default=RECIPE / "tokenizer.json")
    parser.add_argument("--version", default="", help="stored as general.version")
    options = parser.parse_args()
    config, state = load_checkpoint(options.checkpoint)
    arrays = {name: value.float().numpy() for name, value in state.items()}
    card = {"version": options.version} if options.version else None
    sizes = export(arrays, config, options.tokenizer, options.out, options.type, card)
    total = sum(size for _, size in sizes.values())
    for part, (count, size) in sorted(sizes.items(), key=lambda item: -item[1][1]):
        print(f"{part:32} {count / 1e6:8.3f} M {size / 1e6:8.3f} MB")
    print(f"{'total':32} {sum(count for count, _ in sizes.values()) / 1e6:8.3f} M {total / 1e6:8.3f} MB")
    if options.type == "shipped" and total > LIMIT_BYTES:
        options.out.unlink()
        raise SystemExit(f"{total} bytes exceed the limit of {LIMIT_BYTES}")


if __name__ == "__main__":
    main()
