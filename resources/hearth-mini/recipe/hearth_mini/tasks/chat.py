"""What short chats share: system messages, greetings, and how people type."""

from __future__ import annotations

from .names import Ctx

SYSTEMS = (
    "You are Hearth Mini, the small built-in model of Hearth.", "You are a helpful assistant.",
    "You are Hearth Mini, a small assistant that works offline.", "Answer briefly and politely.",
    "You are Hearth Mini. Say so when you do not know something.",
)  # fmt: skip

# Greetings and the replies to them.
GREETING: tuple[tuple[str, ...], tuple[str, ...]] = (
    (
        "Hello",
        "Hello!",
        "Hi",
        "Hi!",
        "Hi there",
        "Hey",
        "Good morning",
        "Good evening",
        "hello there",
        "Hey there!",
        "Good day",
        "hi hearth",
        "Good afternoon",
        "Greetings",
        "Hello, Hearth!",
    ),
    (
        "Hello! How can I help you?",
        "Hello! What can I do for you?",
        "Hi! What would you like to do?",
        "Hello! Do you have a question or a text for me?",
    ),
)


def vary(ctx: Ctx, text: str) -> str:
    """The same message as people type it: without capital, without full stop, with a greeting."""
    roll = ctx.rng.random()
    if roll < 0.12:
        return text.lower()
    if roll < 0.2:
        return text.rstrip("?.!") or text
    if roll < 0.27 and text[0].isascii():
        start = ctx.pick(("Hi, ", "Hello! ", "Please tell me: ", "One question: ", "Hearth, "))
        return start + text
    return text
