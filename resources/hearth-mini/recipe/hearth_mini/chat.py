"""The chat format: special tokens, the Jinja template that the model file carries, prompts for tests."""

from __future__ import annotations

from tokenizers import Tokenizer

CHAT_TEMPLATE = (
    "{%- macro body(content) -%}"
    "{%- if content is string -%}{{ content }}"
    "{%- else -%}"
    "{%- for part in content if part.type in ('image', 'image_url', 'audio', 'input_audio') -%}"
    "{{ '<|image|>' if part.type in ('image', 'image_url') else '<|audio|>' }}"
    "{%- endfor -%}"
    "{%- for part in content if part.type == 'text' -%}{{ part.text }}{%- endfor -%}"
    "{%- endif -%}"
    "{%- endmacro -%}"
    "{%- for message in messages if message.role == 'system' -%}"
    "{{ '<|system|>' + body(message.content) + '<|end|>' }}"
    "{%- endfor -%}"
    "{%- if documents -%}{%- for document in documents -%}"
    "{{ '<|document|>' + document.text + '<|end|>' }}"
    "{%- endfor -%}{%- endif -%}"
    "{%- for message in messages if message.role != 'system' -%}"
    "{{ '<|' + message.role + '|>' + body(message.content) + '<|end|>' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|assistant|>' }}{%- endif -%}"
)
"""Roles are `user`, `assistant`, `document` and one optional `system`, which comes first."""


def user_prompt(tokenizer: Tokenizer, text: str, before: str = "") -> list[int]:
    """Token ids of one user turn, ready for the answer; `before` goes in front of it (system or document blocks)."""
    return tokenizer.encode(f"{before}<|user|>{text}<|end|><|assistant|>", add_special_tokens=False).ids
