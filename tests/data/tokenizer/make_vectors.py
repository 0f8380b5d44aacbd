#!/usr/bin/env python3
"""Makes the vocabularies and vectors of the tokenizer tests with the PyPI packages gguf and tokenizers.

NAME.gguf        a model file with only a vocabulary
NAME-vectors.gguf  texts (strings), lengths and ids (of all texts, one after the other) as `tokenizers` encodes them

"hearth-mini" is the built-in model's tokenizer; the others are trained here, small, one for each splitting rule.
Usage: make_vectors.py TOKENIZER_JSON [--out FOLDER] [--count N]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import unicodedata
from pathlib import Path

from gguf import GGUFWriter, TokenType
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

SUFFIXES = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
UPPER, LOWER = r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}", r"\p{Ll}\p{Lm}\p{Lo}\p{M}"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
RULES = {
    "gpt-2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama-bpe": SUFFIXES + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES,
    "qwen35": SUFFIXES + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + SPACES,
    "gpt-4o": rf"[^\r\n\p{{L}}\p{{N}}]?[{UPPER}]*[{LOWER}]+{SUFFIXES}?"
    rf"|[^\r\n\p{{L}}\p{{N}}]?[{UPPER}]+[{LOWER}]*{SUFFIXES}?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + SPACES,
}
WORDS = """the of and a in to is was for with that it as on by be this are from at I you they we don't won't It's HE'LL
can't I've we're she'd OR'S fire hearth ember kettle lantern winter harvest internationalisation HTTPServer camelCase
snake_case Hello World naïve café Straße ſtone' 'ſ 'S 'Ll 'RE fiancée Ångström façade résumé 'tis o'clock""".split()
SCRIPTS = [
    "日本語の文章です。", "中文的句子，没有空格。", "한국어 문장입니다", "Привет, мир!", "Γειά σου Κόσμε", "مرحبا بالعالم", "שלום עולם",
    "नमस्ते दुनिया", "สวัสดีชาวโลก", "ភាសាខ្មែរ", "Zażółć gęślą jaźń", "e\u0301a\u0308o\u0302", "ǅ ǈ ʰ ª º", "١٢٣ ४५६ Ⅷ ½ ²",
    "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪🇫🇷", "✨🔥", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "𠀀𠀁", "∑∫≈≠", "€£¥", "“quoted” – dash…",
]
SPACING = [" ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", " \n ", "\u00a0", "\u2003", "\u3000", "\u2028", "\u0085", "\u180e", "\u200b", "\v\f", ""]
MARKS = ["!", "?!", "...", "()", "[]", "{};", "//", "/\n", "->", "'", "''", '"', "#", "$x$", "<|end|>", "<|user|>", "<tag>", "\\n", "\x00", "\x7f", "@"]


def assigned_code_point(rng: random.Random) -> str:
    while True:
        code = rng.choice([rng.randrange(0x250), rng.randrange(0x3000), rng.randrange(0x20000), rng.randrange(0x110000)])
        if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co"):
            return chr(code)


def text(rng: random.Random) -> str:
    """A text of mixed kinds, at most some hundred characters."""
    parts = []
    for _ in range(rng.randrange(1, 9)):
        kind = rng.random()
        if kind < 0.4:
            word = rng.choice(WORDS)
            parts.append(rng.choice([word, word, word.upper(), word.title()]))
        elif kind < 0.5:
            parts.append(str(rng.randrange(10 ** rng.randrange(1, 9))))
        elif kind < 0.65:
            parts.append(rng.choice(SCRIPTS))
        elif kind < 0.8:
            parts.append(rng.choice(MARKS) * rng.choice([1, 1, 2, 5]))
        elif kind < 0.9:
            parts.append("".join(assigned_code_point(rng) for _ in range(rng.randrange(1, 5))))
        else:
            parts.append(rng.choice("abcXYZ 0.\n'") * rng.randrange(1, 40))
        parts.append(rng.choice(SPACING) if rng.random() < 0.5 else " ")
    return "".join(parts)


def train(rule: str) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(ignore_merges=rule == "llama-bpe"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(RULES[rule]), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1200, special_tokens=["<|endoftext|>", "<|end|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    rng = random.Random(7)
    tokenizer.train_from_iterator([text(rng) for _ in range(3000)], trainer)
    return tokenizer


def write_vocabulary(tokenizer: Tokenizer, pre: str, out: Path) -> None:
    stored = json.loads(tokenizer.to_str())
    size = tokenizer.get_vocab_size()
    tokens, types = [""] * size, [int(TokenType.NORMAL)] * size
    for token, index in stored["model"]["vocab"].items():
        tokens[index] = token
    for added in stored["added_tokens"]:
        tokens[added["id"]], types[added["id"]] = added["content"], int(TokenType.CONTROL)
    writer = GGUFWriter(str(out), "hearth")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in stored["model"]["merges"]])
    writer.add_eos_token_id(tokenizer.token_to_id("<|end|>"))
    writer.add_add_bos_token(False)
    close(writer)


def close(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_vectors(tokenizer: Tokenizer, count: int, seed: int, out: Path, sweep: bool) -> None:
    rng = random.Random(seed)
    texts = [text(rng) for _ in range(count)] + SCRIPTS + ["", " ", "a"]
    if sweep:
        texts += [f"a{chr(c)}b 1{chr(c)}" for c in range(1, 0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
    # Without the special tokens of the vocabulary: they are plain text unless asked for.
    plain = json.loads(tokenizer.to_str())
    plain["added_tokens"] = []
    encodings = Tokenizer.from_str(json.dumps(plain)).encode_batch(texts, add_special_tokens=False)
    ids = [id_ for encoding in encodings for id_ in encoding.ids]
    writer = GGUFWriter(str(out), "vectors")
    writer.add_array("texts", texts)
    writer.add_array("lengths", [len(encoding.ids) for encoding in encodings])
    writer.add_array("ids", ids)
    # The same texts with special tokens parsed.
    special = tokenizer.encode_batch(texts, add_special_tokens=False)
    writer.add_array("special.lengths", [len(encoding.ids) for encoding in special])
    writer.add_array("special.ids", [id_ for encoding in special for id_ in encoding.ids])
    close(writer)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--sweep", action="store_true", help="add every assigned code point")
    options = parser.parse_args()
    hearth = Tokenizer.from_file(str(options.tokenizer))
    for name, tokenizer, pre, count in [
        ("hearth-mini", hearth, "qwen2", 4 * options.count),
        *((rule, train(rule), rule, options.count) for rule in RULES),
    ]:
        write_vocabulary(tokenizer, pre, options.out / f"{name}.gguf")
        write_vectors(tokenizer, count, 11, options.out / f"{name}-vectors.gguf", options.sweep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
