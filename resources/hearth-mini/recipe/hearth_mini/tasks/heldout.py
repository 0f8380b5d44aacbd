"""Writes the evaluation sets: `python -m hearth_mini.tasks.heldout --text DIR --out DIR --seed S`.

Names belong to the held-out part of `names.Ctx`, texts to the held-out documents; where a list of phrasings is long
enough, half of the questions use the one that training never sees. One JSON line an item: id, kind, documents,
turns (earlier questions and answers), question, answers, and for twins the pair.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

from . import arithmetic, passages, schema
from .ask import bare, missing
from .corpus import ENCYCLOPAEDIA, Article, HeldOutCorpus, held_out
from .encode import Encoder
from .facts import Fact, make_entity, paragraph
from .follow_up import follow_up as follow_up_chat
from .names import Ctx
from .needles import Filler
from .sample import Item
from .sources import Repositories, published_runs, word_runs
from .summaries import condense
from .wiki import cut, derive

_RECIPE = Path(__file__).resolve().parents[2]
NEEDLE_TOKENS = 4096
NEEDLE_BACK = 2000

# Questions about the model in words that training does not use, and what a right answer has to contain.
_SELF: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("who", ("Can you say who you are?", "Please state your name.", "What program am I writing to?", "How may I call you?", "Say your name.", "Which assistant is this?"), ("Hearth Mini",)),
    ("wrong", ("Is it possible that you are mistaken?", "May your answers contain errors?", "Do your answers need checking?", "Are you ever wrong?", "Could you give me a wrong answer?", "How far can I trust what you say?"), ("wrong", "mistakes", "mistake", "check")),
    ("online", ("Are you on the internet?", "Do you have internet access?", "Can you go online?", "Is the web open to you?", "Do you run online or offline?", "Could you look on the internet?"), ("offline", "not online", "cannot use the internet", "without the internet", "this computer only", "cannot look things up online")),
    ("private", ("Does my text leave this computer?", "Are my messages sent out?", "Who else sees what I write?", "Do you upload my documents?", "Is what I tell you kept private?"), ("stays", "stay", "nothing", "does not leave", "own machine", "your computer")),
    ("able", ("What are you able to do?", "What can you do for me?", "Tell me about your abilities.", "What sort of help do you offer?", "What may I use you for?"), ("questions", "documents", "text", "texts", "summaries", "summarise", "sums")),
    ("size", ("How many parameters are in you?", "Are you a big model?", "What is your size?", "Tell me how large you are."), ("67 million", "small")),
    ("human", ("Are you a human being?", "Is a person writing this?", "Are you a living thing?", "Are you a man or a machine?"), ("program", "not a person", "language model", "no person")),
    ("better", ("May I use some other model?", "Is it possible to load a bigger model?", "How can I have a stronger model?", "Where do I find a better model?"), ("GGUF", "larger", "stronger")),
    ("english", ("Which languages can you use?", "Can you write German?", "Do you understand Chinese?", "Is English the only language you know?"), ("English",)),
    ("time", ("Tell me today's date.", "What time is it now?", "Which year do we have?", "What is today's weekday?"), ("clock", "calendar", "do not know", "cannot tell", "no access")),
)  # fmt: skip
_FOREIGN: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("chinese", ("您好，您是哪位？", "请介绍一下你自己。", "你可以用中文跟我说话吗？", "请告诉我长城有多长。", "今天星期几？", "请把这篇文章总结一下。", "水的沸点是多少？", "你知道上海吗？", "我想学习编程。", "帮我写一首诗。", "晚上好！", "你能帮助我吗？"), ("英语", "英文")),
    ("german", ("Können Sie Deutsch sprechen?", "Wo liegt Hamburg?", "Guten Abend, wer sind Sie?", "Schreib mir bitte einen Brief.", "Wie spät ist es?"), ("Englisch", "English")),
    ("french", ("Bonsoir, qui êtes-vous ?", "Où se trouve Lyon ?", "Quelle heure est-il ?", "Écris une lettre, s'il te plaît."), ("anglais", "English")),
    ("spanish", ("Buenas noches, ¿quién es usted?", "¿Dónde está Sevilla?", "¿Qué hora es?", "Escribe una carta, por favor."), ("inglés", "English")),
)  # fmt: skip
_OPENERS = ("", "", "Hi. ", "Hello. ", "One more question: ", "Tell me, ")
_SUMMARY = (
    "Summarise the document.",
    "Give a short summary.",
    "Summarise the document in two sentences.",
    "What is the document about? Answer in two sentences.",
)


def passage_qa(ctx: Ctx, count: int) -> list[Item]:
    """Invented passages of one to four things, one question each."""
    out: list[Item] = []
    while len(out) < count:
        entities = passages.world(ctx, ctx.integer(1, 4), one_kind=ctx.chance(0.4))
        texts = passages.render(ctx, entities)
        entity = ctx.pick(entities)
        fact = ctx.pick(entity.facts)
        if sum(t.count(fact.value) for t in texts) != 1:
            continue
        question = bare(ctx, entity.ask(fact, ctx), "document")
        out.append(Item(f"passage-{len(out)}", "qa", texts, [], question, [fact.value]))
    return out


def encyclopaedia(ctx: Ctx, text_dir: Path, seen: set[str]) -> list[Article]:
    """The held-out articles in random order, without those that a published training set quotes."""
    articles = ctx.shuffled(held_out(text_dir, ENCYCLOPAEDIA))
    return [article for article in articles if len(word_runs(article[1]) & seen) < 2]


def wiki_qa(ctx: Ctx, count: int, text_dir: Path, seen: set[str]) -> list[Item]:
    """Held-out encyclopaedia passages with questions that the rules derive, at most two a passage."""
    out: list[Item] = []
    articles = encyclopaedia(ctx, text_dir, seen)
    for _ in range(3):
        for title, body in articles:
            text = cut((title, body), ctx, 250, 2600)
            if text is None:
                continue
            known = {item.question for item in out}
            asked = [a for a in derive(text, title, ctx) if a.named and a.question not in known]
            for one in ctx.some(asked, 2):
                out.append(Item(f"wiki-{len(out)}", "qa", [text], [], one.question, [one.answer]))
                if len(out) == count:
                    return out
    return out


def twins(ctx: Ctx, pairs: int) -> list[Item]:
    """Pairs of texts that differ in one value; the same question must get two answers."""
    out: list[Item] = []
    while len(out) < 2 * pairs:
        made = passages.twin_texts(ctx)
        if made is None:
            continue
        entity, fact, other, first, second = made
        question = entity.ask(fact, ctx)
        pair = f"twin-{len(out) // 2}"
        out.append(Item(f"{pair}-a", "qa", first, [], question, [fact.value], pair))
        out.append(Item(f"{pair}-b", "qa", second, [], question, [other], pair))
    return out


def needle(ctx: Ctx, count: int, corpus: HeldOutCorpus, encoder: Encoder) -> list[Item]:
    """A fact at least 2,000 tokens before the end of a prompt of just under 4,096 tokens of held-out text."""
    filler = Filler(corpus)
    out: list[Item] = []
    while len(out) < count:
        entity = make_entity(ctx, None, ctx.integer(1, 3))
        fact = ctx.pick(entity.facts)
        told = paragraph(entity, ctx)
        question = entity.ask(fact, ctx)
        budget = NEEDLE_TOKENS - 40 - encoder.count(told) - encoder.count(question)
        texts: list[str] = []
        sizes: list[int] = []
        for _ in range(60):  # the rest is filled as well as the paragraphs at hand allow
            if budget - sum(sizes) <= 60:
                break
            for one in filler.paragraphs(ctx, 3000):
                size = encoder.count(one) + 2
                if (
                    size <= budget - sum(sizes)
                    and fact.value not in one
                    and entity.name not in one
                    and one not in texts
                ):
                    texts.append(one)
                    sizes.append(size)
        places = [i for i in range(len(texts)) if sum(sizes[i:]) >= NEEDLE_BACK]
        texts.insert(ctx.pick(places), told)
        out.append(Item(f"needle-{len(out)}", "qa", ["\n\n".join(texts)], [], question, [fact.value]))
    return out


def follow_up(ctx: Ctx, count: int) -> list[Item]:
    """The last question of a chat in which the user told the answer earlier."""
    out: list[Item] = []
    while len(out) < count:
        values: list[str] = []
        parts = [p for p in follow_up_chat(ctx, values).parts if p.role != "system"]
        turns = [(parts[i].text, parts[i + 1].text) for i in range(0, len(parts), 2)]
        out.append(Item(f"follow-{len(out)}", "contains", [], turns[:-1], turns[-1][0], values))
    return out


def sums(ctx: Ctx, count: int) -> list[Item]:
    """Plain sums of one to three digits and the other kinds of problems, one a chat."""
    out: list[Item] = []
    seen: set[str] = set()
    while len(out) < count:
        question, result, _ = arithmetic.problem(ctx)
        if question in seen:
            continue
        seen.add(question)
        out.append(Item(f"sum-{len(out)}", "contains", [], [], question, [result]))
    return out


def identity(ctx: Ctx, count: int) -> list[Item]:
    """Questions about the model and messages in other languages, in words that training does not use."""
    every = [(k, q, a) for k, asks, a in _SELF for q in asks] + [(k, q, a) for k, asks, a in _FOREIGN for q in asks]
    out: list[Item] = []
    seen: set[tuple[str, str]] = set()
    while len(out) < count:
        kind, question, accepted = ctx.pick(every)
        plain = kind in ("chinese", "german", "french", "spanish")
        opener = "" if plain or question.startswith(("Tell", "Say", "Please")) else ctx.pick(_OPENERS)
        turns = [("Hello", "Hello! How can I help you?")] if ctx.chance(0.3) else []
        if ctx.chance(0.2):
            turns.append(("Thanks!", "You are welcome!"))
        key = (opener + question, str(turns))
        if key in seen:
            continue
        seen.add(key)
        text = opener + (question[:1].lower() + question[1:] if opener.endswith(", ") else question)
        out.append(Item(f"self-{len(out)}", kind, [], turns, text, list(accepted)))
    return out


def unanswerable(ctx: Ctx, count: int) -> list[Item]:
    """Half of the questions have no answer in the text; the other half have one."""
    out: list[Item] = []
    while len(out) < count:
        entity = make_entity(ctx, None, ctx.integer(2, 5))
        text = paragraph(entity, ctx)
        if len(out) % 2:
            fact = ctx.pick(entity.facts)
            out.append(
                Item(f"open-{len(out)}", "qa", [text], [], bare(ctx, entity.ask(fact, ctx), "document"), [fact.value])
            )
            continue
        left = [a for a in entity.kind.attrs if a.key not in {f.attr.key for f in entity.facts}]
        if left and ctx.chance(0.6):
            question = entity.ask(Fact(ctx.pick(left), ""), ctx)
        else:
            other = make_entity(ctx, entity.kind, 1)
            question = other.ask(other.facts[0], ctx)
        accepted = [missing("document"), missing("passage"), missing("text")]
        out.append(Item(f"open-{len(out)}", "missing", [text], [], bare(ctx, question, "document"), accepted))
    return out


def summary(ctx: Ctx, count: int, text_dir: Path, seen: set[str]) -> list[Item]:
    """Summaries of held-out encyclopaedia passages and invented ones; the answers are facts that a summary needs."""
    out: list[Item] = []
    articles = encyclopaedia(ctx, text_dir, seen)
    for title, body in articles:
        if len(out) >= count * 2 // 3:
            break
        text = cut((title, body), ctx, 500, 2600)
        name = re.sub(r" \([^)]*\)$", "", title)
        if text is None or name not in text or not condense(text, 2, title):
            continue
        out.append(Item(f"summary-{len(out)}", "summary", [text], [], ctx.pick(_SUMMARY), [name]))
    while len(out) < count:
        entity = make_entity(ctx, ctx.pick(schema.KINDS), 6)
        out.append(
            Item(
                f"summary-{len(out)}",
                "summary",
                [paragraph(entity, ctx)],
                [],
                ctx.pick(_SUMMARY),
                [entity.name, entity.facts[0].value],
            )
        )
    return out


def build(text_dir: Path, seed: int, tokenizer: Path, seen: set[str]) -> dict[str, list[Item]]:
    """All sets; each has a random state of its own, so that one can change without the others."""
    encoder = Encoder(tokenizer)
    makers: dict[str, Callable[[Ctx], list[Item]]] = {
        "passage_qa": lambda c: passage_qa(c, 500),
        "wiki_qa": lambda c: wiki_qa(c, 500, text_dir, seen),
        "twins": lambda c: twins(c, 300),
        "needle_4096": lambda c: needle(c, 300, HeldOutCorpus(text_dir, seed), encoder),
        "follow_up": lambda c: follow_up(c, 400),
        "arithmetic": lambda c: sums(c, 500),
        "identity": lambda c: identity(c, 300),
        "unanswerable": lambda c: unanswerable(c, 400),
        "summary_facts": lambda c: summary(c, 300, text_dir, seen),
    }
    return {name: make(Ctx(random.Random(f"{seed}-{name}"), "held")) for name, make in makers.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=Path, required=True, help="folder of the prepared texts")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--repos", type=Path, help="folder of the published sets; articles that they quote are left out"
    )
    parser.add_argument("--seed", type=int, default=99)
    parser.add_argument("--tokenizer", type=Path, default=_RECIPE / "tokenizer.json")
    args = parser.parse_args()
    seen = published_runs(Repositories(args.repos), args.seed) if args.repos else set()
    args.out.mkdir(parents=True, exist_ok=True)
    for name, items in build(args.text, args.seed, args.tokenizer, seen).items():
        with (args.out / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for item in items:
                file.write(json.dumps(item.as_json(), ensure_ascii=False) + "\n")
        print(f"{name:15} {len(items)}")


if __name__ == "__main__":
    main()
