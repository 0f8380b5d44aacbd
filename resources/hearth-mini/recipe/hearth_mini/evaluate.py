"""A quick look at a model: `python -m hearth_mini.evaluate MODEL --heldout DIR [--rows 8] [--tokens 48]`.

MODEL is a checkpoint folder or a GGUF file (expanded to float32). Prints the bits per byte of the first rows of every
held-out register and greedy answers to thirty prompts, so that a quantised file can be laid beside its checkpoint.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import torch
from tokenizers import Tokenizer

from .chat import user_prompt
from .data import read_shard, split_ids
from .modeling import HearthForCausalLM
from .train import load_weights, token_bytes

PROMPTS = (
    "Hello!", "Who are you?", "What can you do?", "What is the capital of France?", "What is 7 + 5?", "What is 48 + 37?",
    "Name three fruits.", "Write a bulleted list of four animals.", "My name is Grace. What is my name?",
    "My dog is called Rex and my cat is called Tom. What is my dog called?", "Spell the word house.",
    "Write the word garden in capital letters.", "What is the opposite of hot?", "Give me a word that means happy.",
    "What does the word library mean?", "What is the plural of mouse?", "Sort these numbers: 5, 2, 9.",
    "Which is larger, 31 or 13?", "How many days are in a week?", "Repeat after me: the blue lamp is on the desk.",
    "Summarise: The library was built in 1902. It holds forty thousand books. It is open every day except Monday.",
    "Read this: Francisco de Orellana explored the river in 1542. Who explored the river?",
    "Read this: The meeting was moved from Tuesday to Friday because Anna was ill. When is the meeting?",
    "Rewrite in the past tense: She walks to the shop.", "Is a whale a fish?", "How do I list files in a folder on Linux?",
    "Tell me a short story about a fox.", "Thank you!", "Can you browse the internet?",
    'Turn this into JSON with the keys name and age: Paul is 31 years old.',
)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--heldout", type=Path, required=True, help="folder of NAME.u16.zst")
    parser.add_argument("--rows", type=int, default=8, help="rows of 1,024 tokens of each register")
    parser.add_argument("--tokens", type=int, default=48, help="longest answer")
    parser.add_argument("--tokenizer", type=Path, default=Path(__file__).resolve().parent.parent / "tokenizer.json")
    options = parser.parse_args()
    config, state = load_weights(options.model)
    model = HearthForCausalLM(config).eval()
    model.load_state_dict({name: value.float() for name, value in state.items()})
    byte_counts = token_bytes(options.tokenizer)
    with torch.no_grad():
        for path in sorted(options.heldout.glob("*.u16.zst")):
            raw = torch.from_numpy(read_shard(path).copy())
            rows = min(options.rows, (len(raw) - 1) // 1_024)
            bits, count = 0.0, 0
            for row in range(rows):
                ids, _ = split_ids(raw[None, row * 1_024 : (row + 1) * 1_024 + 1])
                logits = model(ids[:, :-1]).logits[0]
                bits += float(torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum")) / math.log(2.0)
                count += int(byte_counts[ids[0, 1:]].sum())
            print(json.dumps({"register": path.name.split(".")[0], "bits_per_byte": round(bits / count, 4)}), flush=True)
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    answers = model.generate([user_prompt(tokenizer, prompt) for prompt in PROMPTS], options.tokens)
    for prompt, answer in zip(PROMPTS, answers):
        print(json.dumps({"prompt": prompt, "answer": tokenizer.decode(answer)}))


if __name__ == "__main__":
    main()
