"""Invented names and values. Every draw is random, so a value can be learnt only by reading the context.

`Ctx.split` keeps training and evaluation apart: a name is used in the split to which its hash assigns it.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from . import words

T = TypeVar("T")

HELD_OUT_SHARE = 8  # one name in so many belongs to the evaluation sets

_ONSETS = (
    "b br c ch d dr f fl g gr h j k kr l m n p pr r s sh sk st t th tr v w y z bl cl gl qu sw v l m n r s t d k".split()
)
_VOWELS = "a e i o u a e i o u a e i o u a e i o a e ai ea ei ia io oa ou ee au y".split()
_CODAS = "n r l s t m k d nd rt lm st rn ck sh th x n r l n s '' '' '' '' ''".replace("''", "").split(" ")
_LAST_ENDS = (
    "son man ez ski sen ov ini ley ford well ton berg mann ssen ic ano etti aro ova ek ur im ado eira oglu akis escu "
    "quist dal vik worth field more shaw by ell ard in en er"
).split()
_PLACE_ENDS = (
    "ford ton ham bury burg by wick dale mouth field port stead holm vik hausen ville grad ovo ice ano ara ina pur "
    "abad minster ley combe thorpe den nes fjord au bach dorf mont val"
).split()
_PLACE_PREFIX = ("New", "Upper", "Lower", "North", "South", "East", "West", "Great", "Little", "Old", "Saint", "Port")
_FIRM_ENDS = (
    "Works", "Industries", "Brothers", "Group", "Systems", "Foods", "Instruments", "Textiles", "Shipping", "Motors",
    "Energy", "Press", "Logistics", "Optics", "Tools", "Partners", "Mills", "Electronics", "Foundry", "Trading Company",
)  # fmt: skip


def held_out(name: str) -> bool:
    """True if the name belongs to the evaluation sets."""
    return zlib.crc32(name.lower().encode()) % HELD_OUT_SHARE == 0


def article(noun: str) -> str:
    """The noun with its indefinite article."""
    vowel = noun[:1].lower() in "aeiou" and not re.match(r"(?i)(uni|use|eu|one\b|ur[aeiou])", noun)
    return f"{'an' if vowel or noun.startswith(('hour', 'honest')) else 'a'} {noun}"


def group_digits(value: int) -> str:
    return f"{value:,}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass
class Ctx:
    """The random state of one generator, with the split it writes for."""

    rng: random.Random
    split: str = "train"
    _memo: dict[str, str] = field(default_factory=dict)

    # Random choice

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.rng.random() * len(options))]

    def phrase(self, options: Sequence[str]) -> str:
        """Picks a phrasing. Where there are five or more, the last is kept for evaluation, which uses it half the time."""
        if len(options) < 5:
            return self.pick(options)
        if self.split == "train":
            return self.pick(options[:-1])
        return options[-1] if self.chance(0.5) else self.pick(options)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def integer(self, low: int, high: int) -> int:
        return self.rng.randint(low, high)

    def some(self, options: Sequence[T], count: int) -> list[T]:
        return self.rng.sample(list(options), min(count, len(options)))

    def shuffled(self, options: Sequence[T]) -> list[T]:
        out = list(options)
        self.rng.shuffle(out)
        return out

    def weighted(self, table: Sequence[tuple[T, float]]) -> T:
        return self.rng.choices([entry for entry, _ in table], [weight for _, weight in table])[0]

    # Names

    def _kept(self, make: Callable[[], str]) -> str:
        """Draws until the name belongs to this split."""
        while True:
            name = make()
            if held_out(name) == (self.split != "train"):
                return name

    def _syllables(self, count: int) -> str:
        out = ""
        for index in range(count):
            out += self.pick(_ONSETS) if index or self.chance(0.8) else ""
            out += self.pick(_VOWELS)
            if index + 1 < count:
                out += self.pick(_CODAS) if self.chance(0.35) else ""
        return re.sub(r"(.)\1\1+", r"\1\1", out)

    def word(self) -> str:
        """A lower-case invented word of two or three syllables."""
        return self._kept(lambda: self._syllables(self.integer(2, 3)) + self.pick(_CODAS))

    def surname(self) -> str:
        def make() -> str:
            base = self._syllables(self.integer(1, 2)) + self.pick(_CODAS)
            name = capital(base + (self.pick(_LAST_ENDS) if self.chance(0.6) else ""))
            return name if len(name) > 3 else name + "en"

        return self._kept(make)

    def first(self, female: bool | None = None) -> str:
        girl = self.chance(0.5) if female is None else female
        if self.chance(0.6):
            return self.pick(words.FEMALE if girl else words.MALE)

        def make() -> str:
            return capital(
                self._syllables(2)
                + (self.pick("a ia e ina elle a".split()) if girl else self.pick("n r s o k l".split()))
            )

        return self._kept(make)

    def person(self, female: bool | None = None) -> str:
        middle = f" {self.pick('ABCDEFGHIJKLMNOPRSTVW')}." if self.chance(0.06) else ""
        return f"{self.first(female)}{middle} {self.surname()}"

    def place(self) -> str:
        def make() -> str:
            base = capital(self._syllables(self.integer(1, 2)) + self.pick(_CODAS))
            name = base + (self.pick(_PLACE_ENDS) if self.chance(0.75) else "")
            name = name if len(name) > 3 else name + "ford"
            return f"{self.pick(_PLACE_PREFIX)} {name}" if self.chance(0.12) else name

        return self._kept(make)

    def firm(self) -> str:
        def make() -> str:
            base = self.surname() if self.chance(0.5) else capital(self._syllables(2) + self.pick(_CODAS))
            if self.chance(0.15):
                return f"{base} & {self.surname()}"
            return (
                f"{base} {self.pick(_FIRM_ENDS)}"
                if self.chance(0.8)
                else f"{base}{self.pick(('tec', 'soft', 'corp', 'lab', 'net'))}"
            )

        return self._kept(make)

    def title(self) -> str:
        kind = self.integer(0, 4)
        adj, noun, other = self.pick(words.ADJ), self.pick(words.NOUNS), self.pick(words.NOUNS)
        text = (
            f"The {adj} {noun}", f"{noun} of {self.place()}", f"The {noun} and the {other}", f"A {noun} in {self.place()}",
            f"{adj} {noun}s",
        )[kind]  # fmt: skip
        small = {"of", "and", "the", "in", "a"}
        parts = text.split(" ")
        return " ".join(p if i and p in small else capital(p) for i, p in enumerate(parts))

    def ship(self) -> str:
        return self._kept(
            lambda: (
                f"{self.pick(('', 'MV ', 'SS ', ''))}{self.pick((self.first(True), self.place(), capital(self.pick(words.ADJ)) + ' ' + capital(self.pick(words.ANIMALS))))}"
            )
        )

    def model(self) -> str:
        return self._kept(
            lambda: (
                f"{capital(self._syllables(2))} {self.pick('ABCDEFGHKLMNPRSTVXZ')}{self.pick(('', '-'))}{self.integer(2, 990)}"
            )
        )

    def code(self) -> str:
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
        kind = self.integer(0, 5)
        if kind == 0:
            return f"{self.pick(letters)}{self.pick(letters)}-{self.integer(100, 9999)}"
        if kind == 1:
            return "".join(self.pick(letters + "23456789") for _ in range(self.integer(5, 8)))
        if kind == 2:
            return str(self.integer(1000, 999999))
        if kind == 3:
            return f"{self.integer(10, 99)}-{self.integer(100, 999)}-{self.pick(letters)}"
        if kind == 4:
            return f"{self.pick(words.COLOURS).split()[-1]}-{self.pick(words.ANIMALS)}-{self.integer(2, 99)}"
        return f"{self.word()}{self.integer(2, 99)}"

    # Values

    def year(self, low: int = 1650, high: int = 2024) -> str:
        return str(self.integer(max(low, 1840), high) if self.chance(0.75) and high > 1840 else self.integer(low, high))

    def date(self) -> str:
        day, month = self.integer(1, 28), self.pick(words.MONTHS)
        return self.pick((f"{day} {month} {self.year()}", f"{month} {day}, {self.year()}", f"{day} {month}"))

    def day(self) -> str:
        return f"{self.integer(1, 28)} {self.pick(words.MONTHS)}"

    def time(self) -> str:
        minute = self.pick((0, 0, 15, 30, 45, self.integer(1, 59)))
        if self.chance(0.5):
            return f"{self.integer(0, 23):02d}:{minute:02d}"
        return f"{self.integer(1, 12)}:{minute:02d} {self.pick(('a.m.', 'p.m.'))}"

    def money(self) -> str:
        amount = self.pick(
            (self.integer(2, 99), self.integer(100, 999), self.integer(10, 99) * 100, self.integer(10, 999) * 1000)
        )
        sign = self.pick(("$", "£", "€", ""))
        return (
            f"{sign}{group_digits(amount)}"
            if sign
            else f"{group_digits(amount)} {self.pick(('crowns', 'euros', 'dollars', 'pounds', 'francs'))}"
        )

    def phone(self) -> str:
        return self.pick(
            (
                f"{self.integer(100, 999)}-{self.integer(1000, 9999)}",
                f"0{self.integer(100, 999)} {self.integer(100, 999)} {self.integer(100, 999)}",
                f"555-{self.integer(1000, 9999)}",
            )
        )

    def number(self, low: int, high: int) -> str:
        """An integer, spread evenly over the magnitudes between the two bounds."""
        if high > low * 50 and low > 0:
            value = int(low * (high / low) ** self.rng.random())
        else:
            value = self.integer(low, high)
        return group_digits(value) if value >= 1000 and self.chance(0.85) else str(value)

    # Templates: "{person} came in {year}" with any maker below as a field, `{a:job}` for the article, `{int:2:40}`.

    def fill(self, template: str, given: dict[str, str] | None = None) -> str:
        if "{" not in template:
            return template
        return FIELD.sub(lambda match: self._field(match.group(1), given or {}), template)

    def _field(self, name: str, given: dict[str, str]) -> str:
        if name in given:
            return given[name]
        head, _, rest = name.partition(":")
        if head == "a":
            return article(self._field(rest, given))
        if head == "cap":
            return capital(self._field(rest, given))
        if head == "int":
            low, high = rest.split(":")
            return self.number(int(low), int(high))
        if head == "dec":
            low, high = rest.split(":")
            return f"{self.rng.uniform(float(low), float(high)):.1f}"
        if head == "year" and rest:
            low, high = rest.split(":")
            return self.year(int(low), int(high))
        if head == "or":
            return self.fill(self.pick(rest.split("|")).replace("<", "{").replace(">", "}"), given)
        return _MAKERS[head](self)


FIELD = re.compile(r"\{([^{}]+)\}")


def _from(options: Sequence[str]) -> Callable[[Ctx], str]:
    return lambda ctx: ctx.pick(options)


def _distinct(options: Sequence[str], count: int) -> Callable[[Ctx], str]:
    def make(ctx: Ctx) -> str:
        chosen = ctx.some(options, count)
        return f"{', '.join(chosen[:-1])} and {chosen[-1]}"

    return make


_MAKERS: dict[str, Callable[[Ctx], str]] = {
    "person": lambda c: c.person(),
    "woman": lambda c: c.person(True),
    "man": lambda c: c.person(False),
    "first": lambda c: c.first(),
    "girl": lambda c: c.first(True),
    "surname": lambda c: c.surname(),
    "place": lambda c: c.place(),
    "firm": lambda c: c.firm(),
    "title": lambda c: c.title(),
    "ship": lambda c: c.ship(),
    "model": lambda c: c.model(),
    "code": lambda c: c.code(),
    "word": lambda c: c.word(),
    "Word": lambda c: capital(c.word()),
    "year": lambda c: c.year(),
    "date": lambda c: c.date(),
    "day": lambda c: c.day(),
    "time": lambda c: c.time(),
    "money": lambda c: c.money(),
    "phone": lambda c: c.phone(),
    "colour": _from(words.COLOURS),
    "material": _from(words.MATERIALS),
    "animal": _from(words.ANIMALS),
    "food": _from(words.FOODS),
    "foods": _distinct(words.FOODS, 2),
    "goods": _from(words.GOODS),
    "goods2": _distinct(words.GOODS, 2),
    "job": _from(words.JOBS),
    "role": _from(words.ROLES),
    "science": _from(words.FIELDS),
    "style": _from(words.STYLES),
    "instrument": _from(words.INSTRUMENTS),
    "sport": _from(words.SPORTS),
    "genre": _from(words.GENRES),
    "music": _from(words.MUSIC),
    "weekday": _from(words.WEEKDAYS),
    "month": _from(words.MONTHS),
    "season": _from(words.SEASONS),
    "direction": _from(words.DIRECTIONS),
    "country": _from(words.COUNTRY),
    "nation": _from(words.NATIONS),
    "plant": _from(words.PLANTS),
    "object": _from(words.OBJECTS),
    "room": _from(words.ROOMS),
    "topic": _from(words.TOPICS),
    "event": _from(words.EVENTS),
    "cause": _from(words.CAUSES),
    "adj": _from(words.ADJ),
    "noun": _from(words.NOUNS),
    "email": lambda c: f"{c.first().lower()}@{c.word()}.{c.pick(('org', 'com', 'net', 'example'))}",
    "pct": lambda c: (
        f"{c.integer(2, 97)} {c.pick(('percent', 'per cent'))}" if c.chance(0.6) else f"{c.integer(2, 97)}%"
    ),
    "kind": lambda c: c.pick(words.ADJ),
}
