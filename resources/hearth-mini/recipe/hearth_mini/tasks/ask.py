"""How questions about a text are asked and answered: the wording around a question and the form of the answer."""

from __future__ import annotations

from .names import Ctx
from .sample import Sample

# The answer has one of three forms, and the wording of the request decides which.
_BARE = (
    "{q}", "{q}", "{q}", "{q}", "{q}", "According to the {d}, {l}", "Question: {q}", "{q} Answer from the {d}.",
    "Based on the {d}, {l}", "Using the {d}, answer this: {q}", "Please answer: {q}", "{q} Answer briefly.",
    "{q} Short answer, please.", "Read the {d} and answer. {q}", "Look it up in the {d}: {l}", "Can you tell me from the {d}: {l}",
    "Answer with a few words from the {d}. {q}", "From the {d}: {l}", "What does the {d} say: {l}",
    "In the {d}, {l}",
)  # fmt: skip
_SENTENCE = (
    "{q} Answer in a full sentence.", "{q} Please answer with a sentence.", "Answer in one sentence: {l}",
    "{q} Use a complete sentence.", "{q} Reply in a full sentence.",
)  # fmt: skip
_QUOTE = (
    "{q} Quote the {d}.", "{q} Give the sentence from the {d} that says so.", "{q} Show me the words in the {d}.",
    "{q} Answer with a quotation.", "{q} Quote the sentence.",
)  # fmt: skip
_MISSING = ("The {d} does not say.",)
_SYSTEMS = (
    "You are Hearth Mini, a small assistant that works offline. Answer from the given text.",
    "Answer questions about the document. If the document does not contain the answer, say so.",
    "You are a helpful assistant. Keep answers short.",
    "You are Hearth Mini. Answer only from the passage.",
    "Use the documents to answer. Do not guess.",
    "You are a careful reader. Copy names and numbers exactly.",
    "You are Hearth Mini, the built-in model of Hearth. Be brief and honest.",
)


def lower_first(question: str) -> str:
    """The question as it continues a sentence."""
    return question[:1].lower() + question[1:] if question[:2] != "I " else question


def wrap(ctx: Ctx, options: tuple[str, ...], question: str, noun: str) -> str:
    if not question.endswith("?"):
        options = tuple(o for o in options if "{l}" not in o)
    return ctx.phrase(options).format(q=question, l=lower_first(question), d=noun)


def bare(ctx: Ctx, question: str, noun: str) -> str:
    return wrap(ctx, _BARE, question, noun)


def sentence(ctx: Ctx, question: str, noun: str) -> str:
    return wrap(ctx, _SENTENCE, question, noun)


def quote(ctx: Ctx, question: str, noun: str) -> str:
    return wrap(ctx, _QUOTE, question, noun)


def quoted(text: str, noun: str) -> str:
    """The quote form of an answer."""
    return f'"{text}" (from the {noun})'


def missing(noun: str) -> str:
    return _MISSING[0].format(d=noun)


class Reading:
    """A chat about one or more texts: puts them into document parts or into the first question."""

    def __init__(self, ctx: Ctx, family: str, texts: list[str], system_share: float = 0.2) -> None:
        self.sample = Sample(family)
        self._asked: set[str] = set()
        if ctx.chance(system_share):
            self.sample.system(ctx.phrase(_SYSTEMS))
        self._pending: str | None = None
        if ctx.chance(0.7):
            self.noun = ctx.weighted((("document", 0.5), ("text", 0.25), ("passage", 0.25)))
            for text in texts:
                self.sample.document(text)
        else:
            self.noun = ctx.pick(("passage", "text", "passage"))
            joined = "\n\n".join(texts)
            self._pending = ctx.phrase((
                "{t}\n\n{q}", "Passage: {t}\n\nQuestion: {q}", "Read this text.\n\n{t}\n\n{q}", "Text:\n{t}\n\n{q}",
                '"""\n{t}\n"""\n{q}', "Here is a passage:\n\n{t}\n\n{q}", "{q}\n\n{t}", "Context: {t}\n\n{q}",
            )).replace("{t}", joined.replace("{q}", ""))  # fmt: skip

    def turn(self, question: str, answer: str) -> None:
        """Adds a question with its answer; a question already asked is left out."""
        if question in self._asked:
            return
        self._asked.add(question)
        if self._pending is not None:
            question, self._pending = self._pending.replace("{q}", question), None
        self.sample.turn(question, answer)
