"""Questions and answers: phrasing helpers shared by pictures and recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

ONE_WORD = (" Answer in one word.", " One word only.", " Reply with one word.", " In one word.", " Just one word, please.")
BRIEF = (" Just the name.", " Answer briefly.", " Keep it short.", " Only the name, please.", " In a few words.")


@dataclass(frozen=True)
class Turn:
    """One question with its answer; `kind` names what is asked, such as "colour".

    `spelled` is a part of the answer that becomes one token a character: read text is learnt letter by letter, so that
    words which never occurred can be read too.
    """

    kind: str
    question: str
    answer: str
    spelled: str = ""


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def article(noun: str) -> str:
    """The noun with "a" or "an" by its first letter, good for the nouns used here."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def ask(
    random: Random, kind: str, questions: Sequence[str], answer: str, short: str = "", short_share: float = 0.2,
    spelled: str = "",
) -> Turn:
    """A phrasing of the question; now and then it demands, and gets, the short answer."""
    question = random.choice(questions)
    if short and random.random() < short_share:
        endings = ONE_WORD if " " not in short else BRIEF
        return Turn(kind, question + random.choice(endings), capital(short) + ".")
    if random.random() < 0.08:
        question = question[0].lower() + question[1:].rstrip("?.") if not question.startswith("I ") else question
    return Turn(kind, question, answer, spelled)


NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()


def number_words(value: int) -> str:
    """0 to 999,999 in words, without "and" and without hyphens."""
    if value < 20:
        return NUMBERS[value]
    if value < 100:
        return TENS[value // 10] + (f" {NUMBERS[value % 10]}" if value % 10 else "")
    if value < 1000:
        rest = f" {number_words(value % 100)}" if value % 100 else ""
        return f"{NUMBERS[value // 100]} hundred{rest}"
    rest = f" {number_words(value % 1000)}" if value % 1000 else ""
    return f"{number_words(value // 1000)} thousand{rest}"


DESCRIBE = (
    "Describe the picture.", "What do you see?", "What is in the picture?", "What does the picture show?",
    "Describe this image.", "Tell me what is in this image.", "Please describe what you see.",
    "What can you see here?", "Give a short description of the picture.", "What is shown here?",
    "Explain what is in the photo.", "What am I looking at?",
)  # fmt: skip
WHAT_IS_THIS = (
    "What is this?", "What is it?", "What's this?", "What do you see here?", "Can you tell me what this is?",
    "Name what you see.", "What is in this picture?", "Please tell me what this is.", "Identify this.",
    "What does this show?",
)  # fmt: skip
