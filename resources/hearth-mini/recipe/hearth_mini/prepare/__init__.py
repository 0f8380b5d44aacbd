"""Preparation of the text that Hearth Mini is trained on.

The package turns public repositories, listed in ``manifest.toml``, into cleaned documents, a
tokenizer, held-out sets and packed token shards. Every step is deterministic: the same
repositories give the same bytes.
"""
