"""Small deterministic choices, made from a name so that no order of work changes them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def number_from(*parts: str) -> int:
    """Return a 64-bit number that depends on ``parts`` only."""
    joined = "\0".join(parts).encode()
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "big")


def choose(options: Sequence[Item], *parts: str) -> Item:
    """Return one of ``options``, picked by ``parts``."""
    return options[number_from(*parts) % len(options)]
