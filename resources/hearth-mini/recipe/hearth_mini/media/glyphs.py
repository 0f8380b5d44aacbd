"""Pictures that are read: handwritten and printed digits, numbers, words, lines, bar charts and cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import cv2
import numpy as np

from hearth_mini.media import canvas as cv
from hearth_mini.media.canvas import SIZE, Paint
from hearth_mini.media.phrases import DESCRIBE, NUMBERS, Turn, article, ask, capital, join, number_words
from hearth_mini.media.store import Assets, Pixels, is_held_out

WHICH_DIGIT = (
    "Which digit is this?", "What digit is shown?", "What digit do you see?", "Read the digit.",
    "Which number is this?", "What number do you see?", "What is the digit in the picture?", "Name the digit.",
    "Which handwritten digit is this?", "Can you read this digit?", "What digit was written?", "What number is it?",
)  # fmt: skip


@dataclass(frozen=True)
class DigitLook:
    """How a digit is put on the canvas; the digit itself is chosen apart, so that a twin can share the look."""

    ground: Paint
    ink: Paint
    height: int
    x: float
    y: float
    weight: int
    turn: float
    seed: int

    def render(self, mask: Pixels) -> Pixels:
        random = Random(self.seed)
        picture = cv.background(random, self.ground)
        width = max(1, round(mask.shape[1] * self.height / mask.shape[0]))
        big = np.asarray(cv2.resize(mask, (width, self.height), interpolation=cv2.INTER_CUBIC), np.uint8)
        if self.weight:
            kernel = np.ones((1 + abs(self.weight),) * 2, np.uint8)
            big = np.asarray(cv2.dilate(big, kernel) if self.weight > 0 else cv2.erode(big, kernel), np.uint8)
        if self.turn:
            big = cv.rotate(big, self.turn)
        left, top = round(self.x - big.shape[1] / 2), round(self.y - big.shape[0] / 2)
        cv.blend_mask(picture, big, self.ink.rgb, left, top)
        return cv.degrade(random, picture)


def digit_look(random: Random) -> DigitLook:
    if random.random() < 0.4:
        # White on black as in the data set, or ink on paper.
        names = random.choice((("black", "white"), ("white", "black"), ("white", "blue")))
        ground, ink = (cv.shade(random, name) for name in names)
    else:
        ground = cv.shade(random, random.choice(cv.COLOUR_NAMES))
        ink = cv.contrasting(random, ground, minimum=cv.MIN_STROKE_CONTRAST)
    height = random.randint(34, 122)
    slack = max(0.0, SIZE / 2 - height * 0.42)
    x, y = (SIZE / 2 + random.uniform(-slack, slack) for _ in range(2))
    weight = random.choice((0, 0, 0, 1, 2, -1)) if height > 60 else 0
    return DigitLook(ground, ink, height, x, y, weight, random.uniform(-12, 12), random.getrandbits(40))


def handwritten_mask(assets: Assets, split: str, index: int) -> tuple[int, Pixels]:
    row = assets.mnist(split)[index]
    return int(row[0]), row[1:].reshape(28, 28)


def digit_turns(random: Random, digit: int, look: DigitLook) -> list[Turn]:
    word = NUMBERS[digit]
    other = random.choice([value for value in range(10) if value != digit])
    asked = random.choice((digit, other))
    verdict = "Yes" if asked == digit else "No"
    return [
        ask(random, "digit", WHICH_DIGIT, f"The digit is {digit}.", str(digit), 0.25),
        ask(random, "digit", WHICH_DIGIT, f"The digit is {digit}.", str(digit), 0.25),
        ask(random, "describe", DESCRIBE,
            f"The picture shows the digit {digit} in {look.ink.name} {_on(look.ground)}."),
        ask(random, "in letters", ("Write the digit as a word.", "Which digit is this? Answer with a word.",
                                   "Spell out the digit."), f"{capital(word)}."),
        ask(random, "colour", ("What color is the digit?", "Which color is the digit written in?",
                               "What colour is the number?"), f"The digit is {look.ink.name}.", look.ink.name),
        ask(random, "yes or no", (f"Is this a {asked}?" if asked != 8 else "Is this an 8?",
                                  f"Does the picture show the digit {asked}?"),
            f"{verdict}, the digit is {digit}.", verdict.lower()),
    ]  # fmt: skip


def _on(ground: Paint) -> str:
    return f"on {article(ground.name)} background"


def handwritten_number(random: Random, assets: Assets, split: str, length: int) -> tuple[str, Pixels]:
    """Digits of the data set side by side, without the blank columns between them."""
    figures, parts = "", []
    for position in range(length):
        digit, mask = handwritten_mask(assets, split, random.randrange(len(assets.mnist(split))))
        while position == 0 and digit == 0:
            digit, mask = handwritten_mask(assets, split, random.randrange(len(assets.mnist(split))))
        columns = np.flatnonzero(mask.max(axis=0) > 40)
        parts.append(np.pad(mask[:, columns[0] : columns[-1] + 1], ((0, 0), (1, 2))))
        figures += str(digit)
    return figures, np.concatenate(parts, axis=1)


def fitted(look: DigitLook, mask: Pixels) -> DigitLook:
    """The look with the height and place at which a wide mask stays inside the picture."""
    height = min(look.height, int(116 * mask.shape[0] / mask.shape[1]))
    half = height * mask.shape[1] / mask.shape[0] / 2
    x = min(max(look.x, half + 4), SIZE - half - 4)
    return replace(look, height=height, x=x, turn=look.turn / 2, weight=0)


@dataclass(frozen=True)
class Lettering:
    """Lines of text with everything that decides their look except the letters themselves."""

    font: Path
    ground: Paint
    ink: Paint
    fill: float
    x: float
    y: float
    turn: float
    plate: bool
    seed: int

    def render(self, lines: Sequence[str]) -> Pixels:
        """`fill` is the share of the largest size that fits; x and y in 0..1 place the text in the room left."""
        random = Random(self.seed)
        picture = cv.background(random, self.ground)
        limit = 118 if abs(self.turn) < 1 else 108
        size = min(cv.font_size_for(line, self.font, limit, limit // len(lines) - 4 * (len(lines) - 1)) for line in lines)
        size = max(min(size, 13 if len(lines) == 1 else 12), round(size * self.fill))
        masks = [cv.text_mask(line, self.font, size) for line in lines]
        gap = max(3, size // 3)
        width = max(mask.shape[1] for mask in masks)
        height = sum(mask.shape[0] for mask in masks) + gap * (len(masks) - 1)
        block = np.zeros((height, width), np.uint8)
        top = 0
        for mask in masks:
            left = (width - mask.shape[1]) // 2
            block[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
            top += mask.shape[0] + gap
        if abs(self.turn) >= 1:
            block = cv.rotate(block, self.turn)
        left = 3 + round(self.x * max(0, SIZE - 6 - block.shape[1]))
        top = 3 + round(self.y * max(0, SIZE - 6 - block.shape[0]))
        if self.plate:
            pad = 6
            corner = (max(1, left - pad), max(1, top - pad))
            opposite = (min(SIZE - 2, left + block.shape[1] + pad), min(SIZE - 2, top + block.shape[0] + pad))
            cv2.rectangle(picture, corner, opposite, self.ink.rgb, 2)
        cv.blend_mask(picture, block, self.ink.rgb, left, top)
        return cv.degrade(random, picture, 0.8)


def lettering(random: Random, fonts: Sequence[Path]) -> Lettering:
    if random.random() < 0.45:
        ground, ink = (cv.shade(random, name) for name in random.choice((("white", "black"), ("black", "white"))))
    else:
        ground = cv.shade(random, "white" if random.random() < 0.3 else random.choice(cv.COLOUR_NAMES))
        ink = cv.contrasting(random, ground, minimum=cv.MIN_STROKE_CONTRAST)
    turn = 0.0 if random.random() < 0.5 else random.uniform(-9, 9)
    x, y = (0.5, 0.5) if random.random() < 0.4 else (random.random(), random.random())
    fill = random.uniform(0.55, 1.0)
    return Lettering(
        random.choice(fonts), ground, ink, fill, x, y, turn, random.random() < 0.12, random.getrandbits(40)
    )


VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"


def letter_string(random: Random, length: int) -> str:
    """Letters that are no word: every second time pronounceable."""
    if random.random() < 0.5:
        start = random.randint(0, 1)
        return "".join(random.choice(VOWELS if (start + i) % 2 else CONSONANTS) for i in range(length))
    return "".join(random.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(length))


def cased(random: Random, word: str) -> str:
    style = random.random()
    return word if style < 0.5 else (capital(word) if style < 0.7 else word.upper())


def drawable_words(assets: Assets, held_out: bool) -> list[str]:
    return [word for word in assets.words if len(word) <= 8 and is_held_out(word) == held_out]


def drawn_word(random: Random, words: Sequence[str]) -> str:
    """A real word, more often a common one, or a letter string of 1 to 8 letters."""
    if random.random() < 0.6:
        word = words[int(len(words) * random.random() ** 1.5)]
    else:
        word = letter_string(random, random.choice((1, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8)))
    return cased(random, word)


READ_ONLY = (
    "Read the word.", "Read the text.", "Transcribe the text.", "Read it.", "Copy the text from the picture.",
    "Write down what you read.", "Give me the text in this image.", "Read this out.", "OCR this image.",
    "Type the text you see.", "What is the text? Reply with the text only.",
)  # fmt: skip
WHAT_SAYS = (
    "What does it say?", "What is written here?", "Which word is this?", "What does the picture say?",
    "What word do you see?", "What is the word?", "What text is in the picture?", "Can you read this?",
    "What can you read here?",
)  # fmt: skip


def word_turns(random: Random, text: str, look: Lettering) -> list[Turn]:
    turns = [
        Turn("read", random.choice(READ_ONLY), text, text),
        Turn("says", random.choice(WHAT_SAYS), f'It says "{text}".', f'{text}"'),
        ask(random, "describe", DESCRIBE,
            f'The picture shows the word "{text}" in {look.ink.name} letters {_on(look.ground)}.',
            spelled=f'{text}"'),
        ask(random, "colour", ("What color are the letters?", "Which color is the text?",
                               "What colour is the word written in?"), f"The text is {look.ink.name}.", look.ink.name),
    ]  # fmt: skip
    if len(text) > 1:
        spelled = " ".join(text)
        turns.append(Turn("spell", random.choice(("Spell the word.", "Spell what you read, letter by letter.",
                                                  "Read the letters one by one.")), spelled))  # fmt: skip
        letters = len(text)
        turns.append(ask(random, "length", ("How many letters does the word have?", "Count the letters."),
                         f"The word has {NUMBERS[letters]} letters.", NUMBERS[letters]))  # fmt: skip
    return turns


def number_picture_turns(random: Random, value: int, look: Lettering | DigitLook) -> list[Turn]:
    words = number_words(value)
    return [
        ask(random, "number", ("Which number is this?", "What number do you see?", "What number is shown?",
                               "Read the number.", "What is the number in the picture?", "Tell me the number."),
            f"The number is {value}.", str(value), 0.3),
        ask(random, "number", ("Which number is this?", "What number do you see?", "Read the number."),
            f"The number is {value}.", str(value), 0.3),
        ask(random, "in letters", ("Write the number in words.", "Which number is this? Answer in words."),
            f"{capital(words)}."),
        ask(random, "describe", DESCRIBE,
            f"The picture shows the number {value} in {look.ink.name} {_on(look.ground)}."),
        ask(random, "parity", ("Is the number even or odd?", "Is this number odd or even?"),
            f"The number {value} is {'odd' if value % 2 else 'even'}.", "odd" if value % 2 else "even"),
        ask(random, "colour", ("What color is the number?", "Which color is the number written in?"),
            f"The number is {look.ink.name}.", look.ink.name),
    ]  # fmt: skip


def text_lines(random: Random, words: Sequence[str]) -> list[str]:
    """Two or three short words, or a word and a number, over one to three lines."""
    short = [words[int(len(words) * random.random() ** 1.5)] for _ in range(40)]
    short = [word for word in short if 2 <= len(word) <= 7]
    chosen = short[: random.choice((2, 2, 3))]
    if random.random() < 0.2:
        chosen = [chosen[0], str(random.randrange(10 ** random.choice((1, 2, 3))))]
    style = random.random()
    if style < 0.25:
        chosen = [word.upper() for word in chosen]
    elif style < 0.5:
        chosen = [capital(word) for word in chosen]
    if len(chosen) == 2 and len(" ".join(chosen)) <= 11 and random.random() < 0.6:
        return [" ".join(chosen)]
    if len(chosen) == 3 and len(" ".join(chosen[:2])) <= 10 and random.random() < 0.5:
        return [" ".join(chosen[:2]), chosen[2]]
    return chosen


def lines_turns(random: Random, lines: Sequence[str], look: Lettering) -> list[Turn]:
    text = " ".join(lines)
    turns = [
        Turn("read", random.choice(READ_ONLY[1:]), text, text),
        Turn("says", random.choice(WHAT_SAYS[:2] + WHAT_SAYS[6:]), f'It says "{text}".', f'{text}"'),
        ask(random, "describe", DESCRIBE,
            f'The picture shows the text "{text}" in {look.ink.name} letters {_on(look.ground)}.',
            spelled=f'{text}"'),
    ]  # fmt: skip
    words = text.split()
    position = random.randrange(len(words))
    ordinal = "last" if position == len(words) - 1 else ("first", "second")[position]
    turns.append(ask(random, "nth word", (f"What is the {ordinal} word?", f"Read the {ordinal} word."),
                     f'The {ordinal} word is "{words[position]}".', spelled=f'{words[position]}"'))  # fmt: skip
    count = NUMBERS[len(words)]
    turns.append(ask(random, "count", ("How many words are there?", "Count the words."),
                     f"There are {count} words.", count))  # fmt: skip
    return turns


@dataclass(frozen=True)
class Clock:
    """A dial with two hands; minutes are multiples of five."""

    hour: int
    minute: int
    ground: Paint
    dial: Paint
    ink: Paint
    x: float
    y: float
    radius: float
    figures: bool
    font: Path
    seed: int

    def render(self) -> Pixels:
        random = Random(self.seed)
        picture = cv.background(random, self.ground)
        centre = np.array([self.x, self.y])
        turns = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        ring = np.stack([np.cos(turns), np.sin(turns)], axis=1) * self.radius + centre
        cv.fill_polygon(picture, ring, self.dial.rgb)
        cv.stroke_polygon(picture, ring, self.ink.rgb, 2)
        for mark in range(12):
            direction = self._direction(mark / 12)
            if self.figures:
                mask = cv.text_mask(str(mark or 12), self.font, max(9, round(self.radius * 0.22)))
                place = centre + direction * self.radius * 0.82
                corner = np.rint(place - np.array(mask.shape[::-1]) / 2).astype(int)
                cv.blend_mask(picture, mask, self.ink.rgb, int(corner[0]), int(corner[1]))
            else:
                self._line(picture, centre + direction * self.radius * (0.78 if mark % 3 == 0 else 0.87),
                           centre + direction * self.radius * 0.95, 2 if mark % 3 == 0 else 1)  # fmt: skip
        self._line(picture, centre, centre + self._direction((self.hour + self.minute / 60) / 12) * self.radius * 0.45,
                   max(3, round(self.radius / 11)))  # fmt: skip
        self._line(picture, centre, centre + self._direction(self.minute / 60) * self.radius * 0.72, 2)
        return cv.degrade(random, picture, 0.6)

    @staticmethod
    def _direction(turn: float) -> np.ndarray:
        return np.array([np.sin(2 * np.pi * turn), -np.cos(2 * np.pi * turn)])

    def _line(self, picture: Pixels, start: np.ndarray, end: np.ndarray, width: int) -> None:
        first, second = (tuple(int(value) for value in np.rint(point * 16)) for point in (start, end))
        cv2.line(picture, first, second, self.ink.rgb, width, cv2.LINE_AA, 4)

    @property
    def words(self) -> str:
        """The time as people say it."""
        hour, following = NUMBERS[self.hour or 12], NUMBERS[self.hour % 12 + 1]
        if self.minute == 0:
            return f"{hour} o'clock"
        if self.minute == 30:
            return f"half past {hour}"
        if self.minute in (15, 45):
            return f"quarter past {hour}" if self.minute == 15 else f"quarter to {following}"
        if self.minute < 30:
            return f"{number_words(self.minute)} past {hour}"
        return f"{number_words(60 - self.minute)} to {following}"


def random_clock(random: Random, fonts: Sequence[Path]) -> Clock:
    ground = cv.shade(random, random.choice(cv.COLOUR_NAMES))
    dial = cv.shade(random, "white" if random.random() < 0.6 else random.choice(cv.COLOUR_NAMES))
    ink = cv.contrasting(random, dial, minimum=cv.MIN_STROKE_CONTRAST)
    radius = random.uniform(38, 60)
    x, y = (SIZE / 2 + random.uniform(-1, 1) * (62 - radius) for _ in range(2))
    minute = random.choice((0, 0, 15, 30, 30, 45, 5 * random.randrange(12)))
    return Clock(random.randrange(12), minute, ground, dial, ink, x, y, radius, radius > 46 and random.random() < 0.6,
                 random.choice(fonts), random.getrandbits(40))  # fmt: skip


def clock_turns(random: Random, clock: Clock) -> list[Turn]:
    figures = f"{clock.hour or 12}:{clock.minute:02d}"
    return [
        ask(random, "time", ("What time is it?", "What time does the clock show?", "Read the clock.",
                             "Which time is shown?", "Tell me the time."), f"It is {clock.words}.", clock.words, 0.1),
        ask(random, "figures", ("Write the time in figures.", "What time is it? Use figures."), figures),
        ask(random, "describe", DESCRIBE,
            f"The picture shows {article(clock.dial.name)} clock {_on(clock.ground)}. It is {clock.words}."),
    ]  # fmt: skip


CHART_LABELS = (
    ("Tea", "Milk", "Juice", "Water", "Cola"), ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug"), ("A", "B", "C", "D", "E", "F"),
    ("Cat", "Dog", "Cow", "Pig", "Hen"), ("Tom", "Ann", "Ben", "Eva", "Max", "Ida", "Leo", "Mia"),
    ("Car", "Bus", "Bike", "Tram"), ("2019", "2020", "2021", "2022", "2023"), ("Rain", "Sun", "Snow", "Fog"),
    ("Figs", "Plum", "Pear", "Kiwi", "Lime"), ("Gold", "Iron", "Zinc", "Tin"), ("North", "South", "East", "West"),
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    label: str
    paint: Paint
    value: int


@dataclass(frozen=True)
class BarChart:
    """Bars from left to right with their values, all different."""

    bars: tuple[Bar, ...]
    ground: Paint
    font: Path
    shows_values: bool
    seed: int

    def render(self) -> Pixels:
        random = Random(self.seed)
        picture = cv.blank(self.ground.rgb)
        ink = (30, 30, 30) if sum(self.ground.rgb) > 300 else (235, 235, 235)
        base, top, left = 106, 14, 8
        step = (SIZE - 2 * left) / len(self.bars)
        tallest = max(bar.value for bar in self.bars)
        for index, bar in enumerate(self.bars):
            centre = left + step * (index + 0.5)
            half = min(13.0, step * 0.34)
            height = (base - top) * bar.value / tallest * (0.86 if self.shows_values else 1.0)
            corners = np.array([(-half, 0), (half, 0), (half, -height), (-half, -height)]) + (centre, base)
            cv.fill_polygon(picture, corners, bar.paint.rgb)
            captions = [(bar.label, base + 5.0)]
            if self.shows_values:
                captions.append((str(bar.value), base - height - 11))
            for text, y in captions:
                size = min(13, cv.font_size_for(text, self.font, int(step) - 3, 13))
                mask = cv.text_mask(text, self.font, size)
                cv.blend_mask(picture, mask, ink, round(centre - mask.shape[1] / 2), round(y))
        cv2.line(picture, (left - 3, base), (SIZE - left + 3, base), ink, 1)
        if random.random() < 0.5:
            cv2.line(picture, (left - 3, top - 6), (left - 3, base), ink, 1)
        return cv.degrade(random, picture, 0.4)


def random_chart(random: Random, fonts: Sequence[Path]) -> BarChart:
    ground = cv.shade(random, random.choice(("white", "white", "white", "black", "gray")))
    count = random.randint(2, 4)
    labels = random.sample(random.choice(CHART_LABELS), count)
    steps = random.sample(range(2, 11), count)
    scale = random.choice((1, 1, 5, 10))
    paints: list[Paint] = []
    same = random.random() < 0.25
    for _ in range(count):
        # Bars may share one colour, or must all differ.
        if same and paints:
            paints.append(paints[0])
        else:
            paints.append(cv.contrasting(random, ground, *paints))
    bars = tuple(Bar(*parts) for parts in zip(labels, paints, (s * scale for s in steps), strict=True))
    return BarChart(bars, ground, random.choice(fonts), random.random() < 0.35, random.getrandbits(40))


def chart_turns(random: Random, chart: BarChart) -> list[Turn]:
    ranked = sorted(chart.bars, key=lambda bar: -bar.value)
    largest, smallest, count = ranked[0], ranked[-1], NUMBERS[len(ranked)]
    one, two = random.sample(chart.bars, 2)
    higher = one if one.value > two.value else two
    order = join([bar.label for bar in chart.bars])
    turns = [
        ask(random, "largest", ("Which bar is the largest?", "Which bar is the highest?", "What is the largest bar?",
                                "Which one is the biggest?", "Which label has the highest bar?",
                                "What has the greatest value?", "Which is the tallest bar?"),
            f"{largest.label} has the largest bar.", largest.label),
        ask(random, "smallest", ("Which bar is the smallest?", "Which bar is the lowest?", "What is the smallest bar?",
                                 "Which label has the shortest bar?", "What has the lowest value?"),
            f"{smallest.label} has the smallest bar.", smallest.label),
        ask(random, "compare", (f"Is {one.label} or {two.label} larger?",
                                f"Which is higher, {one.label} or {two.label}?"),
            f"{higher.label} is larger.", higher.label),
        ask(random, "count", ("How many bars are there?", "How many bars does the chart have?", "Count the bars."),
            f"There are {count} bars.", count),
        ask(random, "labels", ("What are the labels?", "Read the labels.", "Which labels does the chart have?"),
            f"The labels are {order}."),
        ask(random, "colour", (f"What color is the bar of {one.label}?", f"Which color does {one.label} have?"),
            f"The bar of {one.label} is {one.paint.name}.", one.paint.name),
        ask(random, "describe", DESCRIBE,
            f"The picture shows a bar chart with {count} bars: {order}. "
            f"{largest.label} is the largest and {smallest.label} the smallest."),
        ask(random, "kind", ("What kind of picture is this?", "What kind of chart is this?"), "It is a bar chart.",
            "bar chart"),
    ]  # fmt: skip
    if chart.shows_values:
        turns.append(ask(random, "value", (f"What is the value of {one.label}?", f"How much is {one.label}?",
                                           f"Which value does {one.label} have?"),
                         f"The value of {one.label} is {one.value}.", str(one.value)))  # fmt: skip
    return turns


CARD_KINDS = ("window", "dialog", "phone", "message", "list")
BUTTONS = (
    "OK", "Save", "Send", "Open", "Close", "Next", "Back", "Yes", "No", "Play", "Stop", "Buy", "Edit", "Done", "Start",
    "Login", "Share", "Retry", "Delete", "Cancel",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """A drawing in the manner of a screenshot: a frame, a title word and grey lines in place of small text."""

    kind: str
    title: str
    button: str
    dark: bool
    accent: Paint
    ground: Paint
    font: Path
    lines: int
    seed: int

    def render(self) -> Pixels:
        random = Random(self.seed)
        picture = cv.background(random, self.ground)
        surface, faint, ink = ((46, 47, 52), (96, 98, 106), (238, 238, 240)) if self.dark else (
            (250, 250, 250), (196, 198, 204), (28, 28, 30))  # fmt: skip
        margin = 24 if self.kind == "phone" else 6
        left, right, top, bottom = margin, SIZE - margin, 8, SIZE - 8
        if self.kind == "message":
            top, bottom = 26, 98
        cv2.rectangle(picture, (left, top), (right, bottom), surface, -1)
        cv2.rectangle(picture, (left, top), (right, bottom), faint, 1)
        y = top + 6
        if self.kind in ("window", "phone"):
            cv2.rectangle(picture, (left, top), (right, top + 22), self.accent.rgb, -1)
            on_accent = (250, 250, 250) if cv.contrast(self.accent.rgb, (250, 250, 250)) > 130 else (20, 20, 20)
            self._write(picture, self.title, left + 6, top + 4, right - left - 12, 15, on_accent)
            y = top + 30
        elif self.kind == "message":
            cv2.circle(picture, (left + 14, top + 16), 8, self.accent.rgb, -1, cv2.LINE_AA)
            self._write(picture, self.title, left + 28, top + 9, right - left - 34, 15, ink)
            y = top + 34
        else:
            self._write(picture, self.title, left + 8, y + 2, right - left - 16, 17, ink)
            y += 30
        floor = bottom - (30 if self.button else 8)
        for _ in range(self.lines):
            if y + 5 > floor:
                break
            start = left + 8
            if self.kind == "list":
                cv2.circle(picture, (start + 3, y + 2), 3, self.accent.rgb, -1, cv2.LINE_AA)
                start += 12
            cv2.rectangle(picture, (start, y), (random.randint((start + right) // 2, right - 8), y + 4), faint, -1)
            y += 12
        if self.button:
            corner = (right - 56, bottom - 26)
            cv2.rectangle(picture, corner, (right - 7, bottom - 7), self.accent.rgb, -1)
            on_accent = (250, 250, 250) if cv.contrast(self.accent.rgb, (250, 250, 250)) > 130 else (20, 20, 20)
            self._write(picture, self.button, corner[0] + 4, corner[1] + 4, 41, 12, on_accent, centred=True)
        return cv.degrade(random, picture, 0.4)

    def _write(
        self, picture: Pixels, text: str, x: int, y: int, width: int, height: int, rgb: cv.Rgb, centred: bool = False
    ) -> None:
        mask = cv.text_mask(text, self.font, min(20, cv.font_size_for(text, self.font, width, height)))
        left = x + (width - mask.shape[1]) // 2 if centred else x
        cv.blend_mask(picture, mask, rgb, left, y + (height - mask.shape[0]) // 2)


def random_card(random: Random, fonts: Sequence[Path], words: Sequence[str]) -> Card:
    kind = random.choice(CARD_KINDS)
    dark = random.random() < 0.35
    surface = Paint("", (46, 47, 52) if dark else (250, 250, 250))
    titles = [word for word in (drawn_word(random, words) for _ in range(12)) if 3 <= len(word) <= 8] or ["Notes"]
    button = random.choice(BUTTONS) if kind in ("dialog", "window") and random.random() < 0.8 else ""
    ground = cv.shade(random, random.choice(cv.COLOUR_NAMES))
    accent = cv.contrasting(random, surface)
    title = capital(titles[0]) if random.random() < 0.6 else titles[0]
    return Card(kind, title, button, dark, accent, ground, random.choice(fonts), random.randint(2, 5),
                random.getrandbits(40))  # fmt: skip


CARD_WORDS = {
    "window": "a screenshot of a window", "dialog": "a screenshot of a dialog", "phone": "a screenshot of a phone app",
    "message": "a screenshot of a message", "list": "a screenshot of a list",
}  # fmt: skip


def card_turns(random: Random, card: Card) -> list[Turn]:
    button = f' and a button "{card.button}"' if card.button else ""
    theme = "dark" if card.dark else "light"
    turns = [
        ask(random, "title", ("What is the title?", "Read the title.", "What does the title say?",
                              "Which title does it have?", "What is the heading?"), f'The title is "{card.title}".',
            spelled=f'{card.title}"'),
        ask(random, "title", ("What is the title?", "Read the heading.", "What word is at the top?"),
            f'The title is "{card.title}".', spelled=f'{card.title}"'),
        ask(random, "describe", DESCRIBE,
            f'The picture shows {CARD_WORDS[card.kind]} with the title "{card.title}"{button}.'),
        ask(random, "kind", ("What kind of picture is this?", "What is this?", "Is this a photo or a screenshot?"),
            f"It is {CARD_WORDS[card.kind]}.", "screenshot"),
        ask(random, "theme", ("Is the design light or dark?", "Is it in dark or light mode?"),
            f"The design is {theme}.", theme),
    ]  # fmt: skip
    if card.kind in ("dialog", "window"):
        turns.append(ask(random, "button", ("What does the button say?", "Which button do you see?",
                                            "What is written on the button?"),
                         f'The button says "{card.button}".' if card.button else "There is no button."))  # fmt: skip
    return turns

