"""Sums with numbers of one to three digits, comparisons, sequences, units, times, dates and short word problems."""

from __future__ import annotations

from collections.abc import Callable

from . import words
from .names import Ctx, held_out
from .sample import Sample

Problem = tuple[str, str, str]  # question, bare result, full answer


def _operand(ctx: Ctx, digits: int | None = None) -> int:
    digits = digits or ctx.weighted(((1, 0.25), (2, 0.45), (3, 0.3)))
    return ctx.integer(10 ** (digits - 1) if digits > 1 else 0, 10**digits - 1)


_ADD = (
    "What is {a} + {b}?",
    "{a} + {b}",
    "{a} + {b} =",
    "{a} plus {b}?",
    "Add {a} and {b}.",
    "What is {a} plus {b}?",
    "How much is {a} and {b} together?",
    "Work out {a} + {b}.",
    "Calculate {a}+{b}.",
    "Sum of {a} and {b}?",
)
_SUB = (
    "What is {a} - {b}?",
    "{a} - {b}",
    "{a} - {b} =",
    "{a} minus {b}?",
    "Subtract {b} from {a}.",
    "What is {a} minus {b}?",
    "How much is {a} less {b}?",
    "Work out {a} - {b}.",
    "Take {b} away from {a}.",
    "Calculate {a}-{b}.",
)
_MUL = (
    "What is {a} × {b}?",
    "{a} * {b}",
    "{a} x {b} =",
    "{a} times {b}?",
    "Multiply {a} by {b}.",
    "What is {a} times {b}?",
    "Work out {a} × {b}.",
    "Calculate {a}*{b}.",
    "What is the product of {a} and {b}?",
)
_DIV = (
    "What is {a} ÷ {b}?",
    "{a} / {b}",
    "{a} / {b} =",
    "{a} divided by {b}?",
    "Divide {a} by {b}.",
    "What is {a} divided by {b}?",
    "Work out {a} ÷ {b}.",
    "How often does {b} go into {a}?",
)


def _add(ctx: Ctx) -> Problem:
    a, b = _operand(ctx), _operand(ctx)
    if ctx.chance(0.12):
        c = _operand(ctx, ctx.integer(1, 2))
        return f"What is {a} + {b} + {c}?", str(a + b + c), f"{a} + {b} + {c} = {a + b} + {c} = {a + b + c}"
    return ctx.phrase(_ADD).format(a=a, b=b), str(a + b), f"{a} + {b} = {a + b}"


def _sub(ctx: Ctx) -> Problem:
    a, b = _operand(ctx), _operand(ctx)
    if a < b and ctx.chance(0.85):
        a, b = b, a
    return ctx.phrase(_SUB).format(a=a, b=b), str(a - b), f"{a} - {b} = {a - b}"


def _mul(ctx: Ctx) -> Problem:
    if ctx.chance(0.55):
        a, b = ctx.integer(0, 12), ctx.integer(0, 12)
        return ctx.phrase(_MUL).format(a=a, b=b), str(a * b), f"{a} × {b} = {a * b}"
    if ctx.chance(0.6):
        a, b = _operand(ctx, ctx.integer(2, 3)), ctx.integer(2, 9)
        places = [int(d) * 10 ** (len(str(a)) - 1 - i) for i, d in enumerate(str(a)) if d != "0"]
        steps = " + ".join(f"{p} × {b}" for p in places)
        sums = " + ".join(str(p * b) for p in places)
        full = f"{a} × {b} = {steps} = {sums} = {a * b}" if len(places) > 1 else f"{a} × {b} = {a * b}"
        return ctx.phrase(_MUL).format(a=a, b=b), str(a * b), full
    a, b = _operand(ctx, 2), ctx.integer(11, 99)
    tens, ones = b // 10 * 10, b % 10
    if ones == 0:
        return (
            ctx.phrase(_MUL).format(a=a, b=b),
            str(a * b),
            f"{a} × {b} = {a} × {b // 10} × 10 = {a * b // 10} × 10 = {a * b}",
        )
    return (
        ctx.phrase(_MUL).format(a=a, b=b),
        str(a * b),
        f"{a} × {b} = {a} × {tens} + {a} × {ones} = {a * tens} + {a * ones} = {a * b}",
    )


def _div(ctx: Ctx) -> Problem:
    b, q = ctx.integer(2, 12), ctx.integer(1, ctx.pick((12, 12, 99)))
    if ctx.chance(0.2):
        r = ctx.integer(1, b - 1)
        a = b * q + r
        return ctx.phrase(_DIV[:6]).format(a=a, b=b), f"{q} remainder {r}", f"{a} ÷ {b} = {q} remainder {r}"
    a = b * q
    return ctx.phrase(_DIV).format(a=a, b=b), str(q), f"{a} ÷ {b} = {q}"


def _compare(ctx: Ctx) -> Problem:
    count = ctx.integer(2, 5)
    numbers = ctx.some(range(1, ctx.pick((100, 1000))), count)
    listing = ", ".join(map(str, numbers[:-1])) + f" {ctx.pick(('or', 'and'))} {numbers[-1]}"
    largest = ctx.chance(0.5)
    answer = str(max(numbers) if largest else min(numbers))
    forms = (
        "Which is {w}: {l}?",
        "Which of these numbers is {w}? {l}",
        "{l}: which is {w}?",
        "Find the {w} number: {l}.",
    )
    word = ("larger" if count == 2 else "largest") if largest else ("smaller" if count == 2 else "smallest")
    return ctx.pick(forms[:3]).format(w=word, l=listing), answer, f"{answer} is the {word} number"


def _sort(ctx: Ctx) -> Problem:
    numbers = ctx.some(range(1, ctx.pick((50, 100, 1000))), ctx.integer(3, 7))
    down = ctx.chance(0.4)
    answer = ", ".join(map(str, sorted(numbers, reverse=down)))
    order = (
        ctx.pick(("from the largest to the smallest", "in falling order", "descending"))
        if down
        else ctx.pick(("from the smallest to the largest", "in rising order", "ascending"))
    )
    return (
        f"{ctx.pick(('Sort these numbers', 'Put these numbers in order', 'Order these'))} {order}: {', '.join(map(str, numbers))}",
        answer,
        answer,
    )


def _sequence(ctx: Ctx) -> Problem:
    start, step = ctx.integer(0, 60), ctx.integer(1, 15)
    if ctx.chance(0.3):
        row = [start + step * 6 - step * i for i in range(5)]
    elif ctx.chance(0.25):
        base = ctx.integer(1, 6)
        row = [base * 2**i for i in range(6)]
    else:
        row = [start + step * i for i in range(5)]
    shown, answer = ", ".join(map(str, row[:-1])), str(row[-1])
    return (
        ctx.phrase(
            (
                "What comes next: {s}?",
                "Continue the sequence: {s}, …",
                "Next number: {s}, ?",
                "Which number comes next in {s}?",
                "Find the next number of {s}.",
            )
        ).format(s=shown),
        answer,
        f"The next number is {answer}",
    )


def _parity(ctx: Ctx) -> Problem:
    number = ctx.integer(0, 999)
    even = number % 2 == 0
    answer = "even" if even else "odd"
    return (
        ctx.phrase(
            (
                "Is {n} even or odd?",
                "Is {n} an even or an odd number?",
                "{n}: odd or even?",
                "Tell me if {n} is even or odd.",
                "Even or odd: {n}?",
            )
        ).format(n=number),
        answer,
        f"{number} is {answer}",
    )


def _fraction(ctx: Ctx) -> Problem:
    name, divisor = ctx.pick((("half", 2), ("a third", 3), ("a quarter", 4), ("a fifth", 5), ("a tenth", 10)))
    result = ctx.integer(1, 90)
    whole = result * divisor
    return f"What is {name} of {whole}?", str(result), f"{name.capitalize()} of {whole} is {result}"


def _double(ctx: Ctx) -> Problem:
    word, factor = ctx.pick((("double", 2), ("triple", 3), ("ten times", 10), ("a hundred times", 100)))
    number = ctx.integer(1, 120)
    return f"What is {word} {number}?", str(number * factor), f"{word.capitalize()} {number} is {number * factor}"


def _percent(ctx: Ctx) -> Problem:
    percent = ctx.pick((1, 5, 10, 20, 25, 50, 75, 100))
    base = ctx.integer(1, 40) * (100 // {1: 1, 5: 5, 10: 10, 20: 20, 25: 25, 50: 50, 75: 25, 100: 100}[percent])
    result = base * percent // 100
    return (
        ctx.phrase(
            (
                "What is {p}% of {b}?",
                "How much is {p} percent of {b}?",
                "{p}% of {b}?",
                "Work out {p} per cent of {b}.",
                "Calculate {p}% of {b}.",
            )
        ).format(p=percent, b=base),
        str(result),
        f"{percent}% of {base} is {result}",
    )


_UNITS = (
    ("kilometre", "kilometres", "metres", 1000), ("metre", "metres", "centimetres", 100), ("kilogram", "kilograms", "grams", 1000),
    ("hour", "hours", "minutes", 60), ("minute", "minutes", "seconds", 60), ("day", "days", "hours", 24), ("week", "weeks", "days", 7),
    ("litre", "litres", "millilitres", 1000), ("year", "years", "months", 12), ("dozen", "dozen", "pieces", 12),
    ("centimetre", "centimetres", "millimetres", 10), ("ton", "tons", "kilograms", 1000), ("foot", "feet", "inches", 12), ("kilobyte", "kilobytes", "bytes", 1000),
)  # fmt: skip


def _unit(ctx: Ctx) -> Problem:
    one, many, small, factor = ctx.pick(_UNITS)
    count = ctx.integer(1, 20)
    big = f"{count} {one if count == 1 else many}"
    if ctx.chance(0.3):
        return (
            f"How many {many} are {count * factor} {small}?",
            str(count),
            f"{count * factor} {small} are {big}" if count != 1 else f"{factor} {small} are one {one}",
        )
    return (
        ctx.phrase(
            (
                "How many {s} are in {b}?",
                "Convert {b} to {s}.",
                "{b} in {s}?",
                "What is {b} in {s}?",
                "How many {s} make {b}?",
            )
        ).format(s=small, b=big),
        f"{count * factor}",
        f"{big} {'is' if count == 1 else 'are'} {count * factor} {small}",
    )


def _clock(ctx: Ctx) -> Problem:
    hour, minute, length = (
        ctx.integer(0, 22),
        ctx.pick((0, 5, 10, 15, 20, 30, 40, 45, 50)),
        ctx.pick((5, 10, 15, 20, 25, 30, 40, 45, 60, 75, 90, 120)),
    )
    total = (hour * 60 + minute + length) % 1440
    end = f"{total // 60:02d}:{total % 60:02d}"
    thing = ctx.pick(("A film", "A lesson", "A meeting", "The concert", "A train ride", "The game"))
    return (
        f"{thing} starts at {hour:02d}:{minute:02d} and lasts {length} minutes. When does it end?",
        end,
        f"It ends at {end}",
    )


def _weekday(ctx: Ctx) -> Problem:
    index, days = ctx.integer(0, 6), ctx.integer(1, 20)
    forward = ctx.chance(0.7)
    if days == 1 and ctx.chance(0.8):
        answer = words.WEEKDAYS[(index + (1 if forward else -1)) % 7]
        return f"Which day comes {'after' if forward else 'before'} {words.WEEKDAYS[index]}?", answer, answer
    answer = words.WEEKDAYS[(index + (days if forward else -days)) % 7]
    if forward:
        return (
            f"Today is {words.WEEKDAYS[index]}. What day is it in {days} {'day' if days == 1 else 'days'}?",
            answer,
            f"In {days} {'day' if days == 1 else 'days'} it is {answer}",
        )
    return (
        f"Today is {words.WEEKDAYS[index]}. What day was it {days} {'day' if days == 1 else 'days'} ago?",
        answer,
        f"It was {answer}",
    )


def _month(ctx: Ctx) -> Problem:
    index = ctx.integer(0, 11)
    if ctx.chance(0.5):
        after = ctx.chance(0.6)
        answer = words.MONTHS[(index + (1 if after else -1)) % 12]
        return f"Which month comes {'after' if after else 'before'} {words.MONTHS[index]}?", answer, answer
    days = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[index]
    extra = ", or 29 in a leap year" if index == 1 else ""
    return (
        f"How many days does {words.MONTHS[index]} have?",
        f"{days}{extra}",
        f"{words.MONTHS[index]} has {days} days{extra}",
    )


def _age(ctx: Ctx) -> Problem:
    born, age = ctx.integer(1900, 2005), ctx.integer(1, 95)
    name = ctx.first()
    return (
        f"{name} was born in {born}. How old was {name} in {born + age}?",
        str(age),
        f"{born + age} - {born} = {age}. {name} was {age} years old",
    )


_BUY = (
    "{n} has {a} {t} and buys {b} more. How many {t} does {n} have now?",
    "There are {a} {t} in a box and {b} {t} in another. How many {t} are there in all?",
    "{n} counted {a} {t} on Monday and {b} {t} on Tuesday. How many {t} is that together?",
)
_LOSE = (
    "{n} has {a} {t} and gives away {b}. How many {t} are left?",
    "A shop had {a} {t} and sold {b}. How many {t} are left?",
    "There were {a} {t}. {n} took {b} of them. How many remain?",
)
_GROUP = (
    "{n} has {a} boxes with {b} {t} in each. How many {t} is that?",
    "There are {a} rows of {b} {t}. How many {t} are there?",
    "{n} buys {a} bags of {b} {t}. How many {t} does {n} have?",
)
_PRICE = (
    "One ticket costs {a} euros. What do {b} tickets cost?",
    "A book costs {a} dollars. How much are {b} books?",
    "{n} earns {a} euros an hour. How much does {n} earn in {b} hours?",
)
_SHARE = (
    "{n} shares {a} {t} equally among {b} friends. How many does each friend get?",
    "{a} {t} are packed into {b} equal boxes. How many {t} are in each box?",
)


def _story(ctx: Ctx) -> Problem:
    name, things = (
        ctx.first(),
        ctx.pick(
            (
                "apples",
                "stamps",
                "eggs",
                "coins",
                "marbles",
                "books",
                "tickets",
                "plums",
                "nails",
                "cards",
                "chairs",
                "pens",
            )
        ),
    )
    kind = ctx.integer(0, 4)
    forms: tuple[str, ...]
    if kind == 0:
        a, b = ctx.integer(2, 99), ctx.integer(2, 99)
        forms, result, sum_ = _BUY, a + b, f"{a} + {b} = {a + b}"
    elif kind == 1:
        a = ctx.integer(5, 120)
        b = ctx.integer(1, a - 1)
        forms, result, sum_ = _LOSE, a - b, f"{a} - {b} = {a - b}"
    elif kind == 2:
        a, b = ctx.integer(2, 12), ctx.integer(2, 12)
        forms, result, sum_ = _GROUP, a * b, f"{a} × {b} = {a * b}"
    elif kind == 3:
        a, b = ctx.integer(2, 20), ctx.integer(2, 9)
        forms, result, sum_ = _PRICE, a * b, f"{a} × {b} = {a * b}"
    else:
        b, result = ctx.integer(2, 10), ctx.integer(2, 12)
        a = b * result
        forms, sum_ = _SHARE, f"{a} ÷ {b} = {result}"
    question = ctx.pick(forms).format(n=name, a=a, b=b, t=things)
    return question, str(result), f"{sum_}. The answer is {result}"


def _round(ctx: Ctx) -> Problem:
    number, to = ctx.integer(11, 989), ctx.pick((10, 10, 100))
    if number % to * 2 == to:
        number += 1
    result = round(number / to) * to
    return (
        f"Round {number} to the nearest {'ten' if to == 10 else 'hundred'}.",
        str(result),
        f"{number} rounded to the nearest {'ten' if to == 10 else 'hundred'} is {result}",
    )


_PROBLEMS: tuple[tuple[Callable[[Ctx], Problem], float], ...] = (
    (_add, 26), (_sub, 18), (_mul, 16), (_div, 8), (_compare, 4), (_sort, 4), (_sequence, 3), (_parity, 2), (_fraction, 2),
    (_double, 2), (_percent, 3), (_unit, 4), (_clock, 2), (_weekday, 2), (_month, 1), (_age, 2), (_story, 8), (_round, 2),
)  # fmt: skip
_ONLY = (
    " Just the number.",
    " Only the result.",
    " Answer with the result only.",
    " Give only the answer.",
    " Result only, please.",
)


def problem(ctx: Ctx) -> Problem:
    """A problem of this split: one in eight is kept for evaluation, by the hash of its answer in full."""
    while True:
        made = ctx.weighted(_PROBLEMS)(ctx)
        # The tables of one digit are too few to be kept from training.
        if held_out(made[2]) == (ctx.split != "train") or ctx.split == "train" and len(made[2]) < 11:
            return made


def arithmetic(ctx: Ctx) -> Sample:
    """A few problems in one chat."""
    sample = Sample("arithmetic")
    if ctx.chance(0.05):
        sample.system("You are a helpful assistant. Keep answers short.")
    for _ in range(ctx.weighted(((1, 0.3), (2, 0.2), (3, 0.2), (4, 0.15), (6, 0.1), (8, 0.05)))):
        question, bare, full = problem(ctx)
        if ctx.chance(0.15) and question.endswith(("?", ".")) and "\n" not in question:
            sample.turn(question + ctx.phrase(_ONLY), bare)
        else:
            sample.turn(
                question,
                full + ("." if any(w in full for w in (" is ", " are ", " has ", ". ", " at ", " was ")) else ""),
            )
    return sample
