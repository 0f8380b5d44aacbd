"""Lists of everyday things in the form that is asked for."""

from __future__ import annotations

from . import words
from .names import Ctx, capital
from .sample import Sample

_LISTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("fruits", ("apples", "pears", "plums", "cherries", "grapes", "oranges", "lemons", "bananas", "figs", "peaches")),
    ("vegetables", ("carrots", "onions", "cabbage", "potatoes", "peas", "beans", "leeks", "spinach", "beetroot", "tomatoes")),
    ("animals", ("a dog", "a cat", "a horse", "a cow", "a fox", "a wolf", "a bear", "a hare", "an owl", "a seal")),
    ("birds", ("a swan", "a heron", "an owl", "a raven", "a stork", "a falcon", "a crane", "a duck", "a robin", "a gull")),
    ("colours", ("red", "blue", "green", "yellow", "white", "black", "brown", "orange", "purple", "grey")),
    ("days of the week", words.WEEKDAYS), ("months", words.MONTHS), ("musical instruments", words.INSTRUMENTS), ("sports", words.SPORTS),
    ("trees", ("oak", "beech", "willow", "elm", "maple", "pine", "spruce", "ash", "birch", "poplar")),
    ("tools", ("a hammer", "a saw", "a drill", "a screwdriver", "pliers", "a file", "a chisel", "a plane", "a spanner", "an axe")),
    ("things in a kitchen", ("a pan", "a pot", "a knife", "a spoon", "a cup", "a plate", "an oven", "a sink", "a kettle", "a bowl")),
    ("things in a school", ("a desk", "a board", "a book", "a pencil", "a teacher", "a map", "a clock", "a chair", "a ruler", "a bag")),
    ("jobs", ("teacher", "nurse", "baker", "carpenter", "pilot", "farmer", "engineer", "cook", "doctor", "librarian")),
    ("countries", words.COUNTRY), ("metals", ("iron", "copper", "gold", "silver", "tin", "zinc", "lead", "nickel", "aluminium")),
    ("pieces of furniture", ("a table", "a chair", "a bed", "a sofa", "a desk", "a shelf", "a wardrobe", "a stool", "a bench")),
    ("means of transport", ("a car", "a train", "a bus", "a bicycle", "a ship", "a plane", "a tram", "a lorry", "a boat")),
    ("drinks", ("water", "tea", "coffee", "milk", "apple juice", "lemonade", "cocoa", "orange juice")),
    ("seasons", words.SEASONS), ("pieces of clothing", ("a coat", "a hat", "a shirt", "a scarf", "gloves", "socks", "a skirt", "trousers", "a jacket", "shoes")),
)  # fmt: skip
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven")


def lists(ctx: Ctx) -> Sample:
    """Lists of everyday things in the form that is asked for."""
    sample = Sample("lists")
    for _ in range(ctx.integer(1, 2)):
        name, items = ctx.pick(_LISTS)
        count = ctx.integer(2, min(6, len(items)))
        if name in ("days of the week", "months", "seasons"):
            items = items[:count]
            chosen = list(items)
        else:
            chosen = ctx.some(items, count)
        number = ctx.pick((str(count), _COUNTS[count - 1], _COUNTS[count - 1]))
        style = ctx.weighted((("plain", 0.4), ("bullets", 0.25), ("numbers", 0.2), ("commas", 0.15)))
        ask = ctx.phrase(
            (
                "Name {n} {t}",
                "Give me {n} {t}",
                "List {n} {t}",
                "Can you name {n} {t}",
                "Write down {n} {t}",
                "Tell me {n} {t}",
                "What are {n} {t}",
            )
        )
        end = "?" if ask.startswith(("Can", "What")) else "."
        text = ask.format(n=number, t=name)
        if style == "plain":
            sample.turn(text + end, capital(f"{', '.join(chosen[:-1])} and {chosen[-1]}."))
        elif style == "bullets":
            sample.turn(
                text + ctx.pick((" as a bulleted list", " as bullet points", " in a bulleted list")) + end,
                "\n".join(f"- {capital(c)}" for c in chosen),
            )
        elif style == "numbers":
            sample.turn(
                text + ctx.pick((" as a numbered list", " in a numbered list", " and number them")) + end,
                "\n".join(f"{i + 1}. {capital(c)}" for i, c in enumerate(chosen)),
            )
        else:
            sample.turn(
                text + ctx.pick((", separated by commas", " with commas between them")) + end, ", ".join(chosen)
            )
    return sample
