#!/usr/bin/env python3
"""Writes the seeds of gguf_fuzzer and tokenizer_fuzzer with the PyPI package gguf.

Usage: make_seeds.py CORPUS_FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter


def close(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def values(path: Path, alignment: int) -> None:
    writer = GGUFWriter(str(path), "hearth")
    writer.add_custom_alignment(alignment)
    writer.add_uint8("u8", 200)
    writer.add_int16("i16", -3)
    writer.add_uint64("u64", 1 << 63)
    writer.add_float32("f32", 0.5)
    writer.add_float64("f64", 0.25)
    writer.add_bool("bool", True)
    writer.add_array("ints", [1, -2, 3])
    writer.add_array("floats", [0.5, 1.5])
    writer.add_array("strings", ["a", "", "bcd"])
    writer.add_tensor("f32", np.ones((2, 3), np.float32))
    writer.add_tensor("q8", np.zeros((1, 34), np.uint8), raw_dtype=GGMLQuantizationType.Q8_0)
    writer.add_tensor("iq4", np.zeros((1, 136), np.uint8), raw_dtype=GGMLQuantizationType.IQ4_XS)
    close(writer)


def byte_tokens() -> list[str]:
    """The printable stand-ins of the bytes."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) if byte in printable else chr(0x100 + hidden.index(byte)) for byte in range(256)]


def vocabulary(path: Path, rule: str) -> None:
    tokens = [*byte_tokens(), "he", "ll", "hell", "hello", "Ġhello", "<|end|>", "<think>", "[UNUSED]"]
    kinds = [1] * 261 + [3, 4, 5]
    writer = GGUFWriter(str(path), "hearth")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(rule)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(["h e", "l l", "he ll", "hell o", "Ġ hello"])
    writer.add_eos_token_id(261)
    writer.add_description("hello <|end|> hell 123 \U0001f525")
    close(writer)


def main() -> int:
    corpus = Path(sys.argv[1])
    for name in ("gguf_fuzzer", "tokenizer_fuzzer", "vocabulary_fuzzer"):
        (corpus / name).mkdir(parents=True, exist_ok=True)
    values(corpus / "gguf_fuzzer" / "values", 32)
    values(corpus / "gguf_fuzzer" / "aligned8", 8)
    (corpus / "gguf_fuzzer" / "empty").write_bytes(b"GGUF" + (3).to_bytes(4, "little") + bytes(16))
    for rule in ("qwen2", "llama-bpe", "gpt-2"):
        vocabulary(corpus / "tokenizer_fuzzer" / rule, rule)
    (corpus / "vocabulary_fuzzer" / "merges").write_bytes(
        bytes([0, 4, 1, 104, 100, 1, 108, 108, 2, 1, 3, 4, 7]) + b"<|end|>hello <|end|> hidden hill \xf0\x9f\x94\xa5")
    return 0


if __name__ == "__main__":
    sys.exit(main())
