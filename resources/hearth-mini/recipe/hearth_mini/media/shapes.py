"""Coloured shapes: one object, several with positions, counting, and pictures with nothing in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from numpy.typing import NDArray

from hearth_mini.media import canvas as cv
from hearth_mini.media.canvas import COLOUR_NAMES, SIZE, Paint
from hearth_mini.media.phrases import DESCRIBE, NUMBERS, WHAT_IS_THIS, Turn, article, ask, capital, join
from hearth_mini.media.store import Pixels

SHAPES = (
    "circle", "square", "triangle", "rectangle", "oval", "diamond", "pentagon", "hexagon", "star", "heart", "arrow",
    "cross", "crescent", "ring",
)  # fmt: skip
# Largest turn, in degrees, that leaves the shape's name right.
MAX_TURN = {"square": 18, "diamond": 8, "rectangle": 20, "arrow": 12, "pentagon": 18, "hexagon": 30, "cross": 15}
DIRECTIONS = ("right", "down", "left", "up")


@dataclass(frozen=True)
class Shape:
    """Centre and radius in pixels; `turn` in degrees; `direction` only for arrows."""

    name: str
    paint: Paint
    x: float
    y: float
    radius: float
    turn: float = 0.0
    direction: str = ""
    outline: int = 0

    @property
    def words(self) -> str:
        return f"{self.paint.name} {self.name}"


def regular(corners: int, start: float = -90.0) -> NDArray[np.float64]:
    angles = np.radians(start + np.arange(corners) * 360 / corners)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def unit_outline(name: str) -> NDArray[np.float64]:
    """Corner points of a shape of radius 1 about the origin, y downwards."""
    turns = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    if name in ("circle", "ring"):
        return np.stack([np.cos(turns), np.sin(turns)], axis=1)
    if name == "oval":
        return np.stack([np.cos(turns), 0.58 * np.sin(turns)], axis=1)
    if name == "square":
        return np.array([(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)])
    if name == "rectangle":
        return np.array([(-1, -0.52), (1, -0.52), (1, 0.52), (-1, 0.52)])
    if name == "triangle":
        return regular(3) + (0, 0.2)
    if name == "diamond":
        return np.array([(0, -1), (0.68, 0), (0, 1), (-0.68, 0)])
    if name in ("pentagon", "hexagon"):
        return regular(5 if name == "pentagon" else 6)
    if name == "star":
        points = np.empty((10, 2))
        points[0::2] = regular(5)
        points[1::2] = regular(5, -54) * 0.42
        return points
    if name == "heart":
        x = 16 * np.sin(turns) ** 3
        y = -(13 * np.cos(turns) - 5 * np.cos(2 * turns) - 2 * np.cos(3 * turns) - np.cos(4 * turns))
        return np.stack([x / 17, y / 17], axis=1)
    if name == "arrow":
        return np.array([(-1, -0.28), (0.1, -0.28), (0.1, -0.75), (1, 0), (0.1, 0.75), (0.1, 0.28), (-1, 0.28)])
    if name == "cross":
        a = 0.32
        return np.array([(-a, -1), (a, -1), (a, -a), (1, -a), (1, a), (a, a), (a, 1), (-a, 1), (-a, a), (-1, a),
                         (-1, -a), (-a, -a)])  # fmt: skip
    if name == "crescent":
        outer = np.radians(np.linspace(60, 300, 30))
        inner = np.radians(np.linspace(285, 75, 30))
        outside = np.stack([np.cos(outer), np.sin(outer)], axis=1)
        inside = np.stack([0.42 + 0.86 * np.cos(inner), 0.86 * np.sin(inner)], axis=1)
        inside[[0, -1]] = outside[[-1, 0]]
        return np.concatenate([outside, inside]) + (0.2, 0)
    raise ValueError(f"unknown shape {name}")


OUTLINES = {name: unit_outline(name) for name in SHAPES}


def draw(picture: Pixels, shape: Shape) -> None:
    turn = shape.turn + (90 * DIRECTIONS.index(shape.direction) if shape.direction else 0)
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    matrix = np.array([[cosine, sine], [-sine, cosine]]) * shape.radius
    points = OUTLINES[shape.name] @ matrix + (shape.x, shape.y)
    if shape.name == "ring":
        width = max(3, round(shape.radius * 0.3))
        inner = OUTLINES["ring"] @ (matrix * (1 - width / 2 / shape.radius)) + (shape.x, shape.y)
        cv.stroke_polygon(picture, inner, shape.paint.rgb, width)
    elif shape.outline:
        cv.stroke_polygon(picture, points, shape.paint.rgb, shape.outline)
    else:
        cv.fill_polygon(picture, points, shape.paint.rgb)


@dataclass(frozen=True)
class ShapeScene:
    """A background and its shapes; `seed` drives grain and degradation, so that twins differ in one thing only."""

    ground: Paint
    shapes: tuple[Shape, ...]
    seed: int

    def render(self) -> Pixels:
        random = Random(self.seed)
        picture = cv.background(random, self.ground)
        for shape in self.shapes:
            draw(picture, shape)
        return cv.degrade(random, picture, 0.8)


def random_shape(random: Random, ground: Sequence[Paint], x: float, y: float, radius: float) -> Shape:
    name = random.choice(SHAPES)
    turn = random.uniform(-1, 1) * MAX_TURN.get(name, 20)
    direction = random.choice(DIRECTIONS) if name == "arrow" else ""
    outline = 0
    if radius > 18 and random.random() < 0.15 and name not in ("ring", "crescent"):
        outline = random.randint(3, 5)
    return Shape(name, cv.contrasting(random, *ground), x, y, radius, turn, direction, outline)


def single_scene(random: Random) -> ShapeScene:
    ground = cv.shade(random, "white" if random.random() < 0.35 else random.choice(COLOUR_NAMES))
    radius = random.uniform(14, 56)
    slack = SIZE / 2 - radius - 4
    x, y = (SIZE / 2 + random.uniform(-slack, slack) for _ in range(2))
    return ShapeScene(ground, (random_shape(random, [ground], x, y, radius),), random.getrandbits(40))


PAIR_LAYOUTS = ("beside", "stacked")


def pair_scene(random: Random, layout: str = "") -> ShapeScene:
    """Two shapes beside or above each other; the first is the left or the upper one."""
    ground = cv.shade(random, "white" if random.random() < 0.35 else random.choice(COLOUR_NAMES))
    layout = layout or random.choice(PAIR_LAYOUTS)
    shapes: list[Shape] = []
    level, shift = random.uniform(42, 86), random.uniform(-3, 3)
    for side in range(2):
        radius = random.uniform(12, 26)
        along = (33 if side == 0 else 95) + shift + random.uniform(-4, 4)
        across = level + random.uniform(-12, 12)
        x, y = (along, across) if layout == "beside" else (across, along)
        shape = random_shape(random, [ground], x, y, radius)
        while shapes and shape.words == shapes[0].words:
            shape = random_shape(random, [ground], x, y, radius)
        shapes.append(shape)
    return ShapeScene(ground, tuple(shapes), random.getrandbits(40))


PLACES = {
    (0, 0): "at the top left", (1, 0): "at the top", (2, 0): "at the top right", (0, 1): "on the left",
    (1, 1): "in the middle", (2, 1): "on the right", (0, 2): "at the bottom left", (1, 2): "at the bottom",
    (2, 2): "at the bottom right",
}  # fmt: skip


def trio_scene(random: Random) -> ShapeScene:
    """Three different shapes in three cells of a 3 x 3 grid."""
    ground = cv.shade(random, "white" if random.random() < 0.35 else random.choice(COLOUR_NAMES))
    shapes: list[Shape] = []
    cells = random.sample(list(PLACES), 3)
    for column, row in sorted(cells, key=lambda cell: (cell[1], cell[0])):
        x, y = 22 + 42 * column + random.uniform(-2, 2), 22 + 42 * row + random.uniform(-2, 2)
        radius = random.uniform(12, 18)
        shape = random_shape(random, [ground], x, y, radius)
        while any(shape.name == other.name for other in shapes):
            shape = random_shape(random, [ground], x, y, radius)
        shapes.append(shape)
    return ShapeScene(ground, tuple(shapes), random.getrandbits(40))


def place(shape: Shape) -> str:
    column, row = (min(2, int(value * 3 / SIZE)) for value in (shape.x, shape.y))
    return PLACES[column, row]


def counting_scene(random: Random, count: int = 0, others: int | None = None) -> ShapeScene:
    """`count` equal shapes (1 to 6) first, then up to two distractors of another shape."""
    ground = cv.shade(random, "white" if random.random() < 0.45 else random.choice(COLOUR_NAMES))
    count = count or random.randint(1, 6)
    if others is None:
        others = random.choice((0, 0, 0, 1, 2))
    cells = random.sample([(column, row) for column in range(3) for row in range(3)], count + others)
    template = random_shape(random, [ground], 0, 0, random.uniform(11, 17))
    template = replace(template, outline=0)
    other = random_shape(random, [ground], 0, 0, template.radius)
    while other.name == template.name or {other.name, template.name} & {"circle", "oval", "ring"} == {
        other.name,
        template.name,
    }:
        other = random_shape(random, [ground], 0, 0, template.radius)
    other = replace(other, outline=0)
    shapes = []
    for index, (column, row) in enumerate(cells):
        base = template if index < count else other
        turn = random.uniform(-1, 1) * MAX_TURN.get(base.name, 20)
        x, y = 23 + 41 * column + random.uniform(-4, 4), 23 + 41 * row + random.uniform(-4, 4)
        shapes.append(replace(base, x=x, y=y, turn=turn))
    return ShapeScene(ground, tuple(shapes), random.getrandbits(40))


def plural(name: str, count: int) -> str:
    if count == 1:
        return name
    return name + ("es" if name.endswith(("s", "x")) else "s")


def on_ground(scene: ShapeScene) -> str:
    return f"on {article(scene.ground.name)} background"


YES_NO_NONE = (
    "Is there any text in the picture?", "Can you read any text here?", "Does the picture contain a word?",
    "What does the text say?", "Read the text in the picture.",
)  # fmt: skip


def no_text(random: Random, seen: str) -> Turn:
    return Turn("no text", random.choice(YES_NO_NONE), f"There is no text in the picture. I see {seen}.")


def single_turns(random: Random, scene: ShapeScene) -> list[Turn]:
    shape = scene.shapes[0]
    other_colour = random.choice([name for name in COLOUR_NAMES if name not in (shape.paint.name, scene.ground.name)])
    other_shape = random.choice([name for name in SHAPES if name != shape.name])
    asked = random.choice(
        [shape.words, shape.words, f"{other_colour} {shape.name}", f"{shape.paint.name} {other_shape}"]
    )
    truth = f"Yes, it is {article(shape.words)}." if asked == shape.words else f"No, it is {article(shape.words)}."
    turns = [
        ask(random, "object", WHAT_IS_THIS, capital(article(shape.words)) + ".", shape.words, 0.1),
        ask(
            random, "shape",
            ("What shape is this?", "Which shape do you see?", "What shape is in the picture?", "Name the shape.",
             "Which shape is it?", "What is the shape of the object?", "What kind of shape is this?",
             "Tell me the shape.", "What figure is drawn here?", "Identify the shape."),
            f"It is {article(shape.name)}.", shape.name,
        ),
        ask(
            random, "colour",
            ("What color is it?", "Which color is the shape?", f"What color is the {shape.name}?",
             f"What is the color of the {shape.name}?", "What colour is this?", "Name the color of the object.",
             f"Which color does the {shape.name} have?", f"Tell me the color of the {shape.name}.",
             "What colour is the object?", "Which colour do you see on the shape?"),
            f"The {shape.name} is {shape.paint.name}.", shape.paint.name,
        ),
        ask(
            random, "background",
            ("What color is the background?", "Which color is behind the shape?", "What is the background color?",
             "Name the color of the background.", f"What color is behind the {shape.name}?"),
            f"The background is {scene.ground.name}.", scene.ground.name,
        ),
        ask(random, "describe", DESCRIBE, f"The picture shows {article(shape.words)} {on_ground(scene)}."),
        ask(
            random, "yes or no",
            (f"Is this {article(asked)}?", f"Do you see {article(asked)}?", f"Is there {article(asked)} here?",
             f"Does the picture show {article(asked)}?"),
            truth, truth.split(",")[0].lower(),
        ),
    ]  # fmt: skip
    if shape.direction:
        turns.append(
            ask(
                random, "direction",
                ("Which way does the arrow point?", "Where is the arrow pointing?", "In which direction does it point?"),
                f"The arrow points {shape.direction}.", shape.direction,
            )
        )  # fmt: skip
    if random.random() < 0.1:
        turns.append(no_text(random, article(shape.words)))
    return turns


def relation(first: Shape, second: Shape) -> str:
    """How `first` lies from `second`; empty when neither direction dominates."""
    dx, dy = first.x - second.x, first.y - second.y
    if abs(dx) > 1.6 * abs(dy):
        return "to the left of" if dx < 0 else "to the right of"
    if abs(dy) > 1.6 * abs(dx):
        return "above" if dy < 0 else "below"
    return ""


def pair_turns(random: Random, scene: ShapeScene) -> list[Turn]:
    first, second = scene.shapes
    beside = relation(first, second) == "to the left of"
    relation_words = "to the left of" if beside else "above"
    subject, reference = random.choice([(first, second), (second, first)])
    how = relation(subject, reference)
    asked = random.choice([subject, reference])
    side = {True: ("on the left", "on the right"), False: ("at the top", "at the bottom")}[beside]
    turns = [
        ask(
            random, "describe", DESCRIBE,
            f"The picture shows {article(first.words)} {relation_words} {article(second.words)} {on_ground(scene)}.",
        ),
        ask(random, "object", WHAT_IS_THIS,
            capital(f"{article(first.words)} {relation_words} {article(second.words)}."), ""),
        ask(
            random, "relation",
            (f"Where is the {subject.words}?", f"Where is the {subject.words} relative to the {reference.words}?",
             f"How is the {subject.words} placed relative to the {reference.words}?", f"Where do you see the {subject.words}?"),
            f"The {subject.words} is {how} the {reference.words}.",
        ),
        ask(
            random, "other",
            (f"What is {how} the {reference.words}?", f"Which shape is {how} the {reference.words}?",
             f"What do you see {how} the {reference.words}?", f"Name the object {how} the {reference.words}."),
            f"{capital(article(subject.words))} is {how} the {reference.words}.", subject.words,
        ),
        ask(
            random, "side",
            (f"What is {side[0 if asked is first else 1]}?", f"Which object is {side[0 if asked is first else 1]}?",
             f"What do you see {side[0 if asked is first else 1]}?"),
            f"{capital(article(asked.words))} is {side[0 if asked is first else 1]}.", asked.words,
        ),
        ask(
            random, "count",
            ("How many objects are there?", "How many shapes do you see?", "Count the shapes.",
             "How many shapes are in the picture?"),
            "There are two shapes.", "two",
        ),
        ask(
            random, "background",
            ("What color is the background?", "What is the background color?", "Which color is behind the shapes?"),
            f"The background is {scene.ground.name}.", scene.ground.name,
        ),
    ]  # fmt: skip
    if first.name != second.name:
        turns.append(
            ask(
                random, "colour",
                (f"What color is the {asked.name}?", f"Which color does the {asked.name} have?",
                 f"What is the color of the {asked.name}?", f"Tell me the color of the {asked.name}."),
                f"The {asked.name} is {asked.paint.name}.", asked.paint.name,
            )
        )  # fmt: skip
    if first.paint.name != second.paint.name:
        turns.append(
            ask(
                random, "shape",
                (f"What shape is {asked.paint.name}?", f"Which shape is {asked.paint.name}?",
                 f"What is the {asked.paint.name} object?", f"Name the {asked.paint.name} shape."),
                f"The {asked.paint.name} shape is {article(asked.name)}.", asked.name,
            )
        )  # fmt: skip
    if not 1 / 1.5 < first.radius / second.radius < 1.5:
        larger, smaller = (first, second) if first.radius > second.radius else (second, first)
        which, found = random.choice([("larger", larger), ("bigger", larger), ("smaller", smaller)])
        turns.append(
            ask(random, "size", (f"Which shape is {which}?", f"Which object is {which}?", f"What is {which}?"),
                f"The {found.words} is {which}.", found.words)
        )  # fmt: skip
    return turns


def trio_turns(random: Random, scene: ShapeScene) -> list[Turn]:
    asked = random.choice(scene.shapes)
    listed = join([f"{article(shape.words)} {place(shape)}" for shape in scene.shapes])
    plain = join([article(shape.words) for shape in scene.shapes])
    absent = random.choice([name for name in SHAPES if all(name != shape.name for shape in scene.shapes)])
    sought, verdict = random.choice([(asked.name, "Yes"), (absent, "No")])
    turns = [
        ask(random, "describe", DESCRIBE, f"The picture shows {listed}."),
        ask(random, "list", ("Which objects do you see?", "List the shapes.", "Which shapes are there?",
                             "Name all the shapes.", "What shapes are in the picture?"), f"I see {plain}."),
        ask(random, "where", (f"Where is the {asked.name}?", f"Where is the {asked.words}?",
                              f"In which part of the picture is the {asked.name}?"),
            f"The {asked.words} is {place(asked)}."),
        ask(random, "colour", (f"What color is the {asked.name}?", f"Which color does the {asked.name} have?",
                               f"What is the color of the {asked.name}?"),
            f"The {asked.name} is {asked.paint.name}.", asked.paint.name),
        ask(random, "place", (f"What is {place(asked)}?", f"What do you see {place(asked)}?",
                              f"Which shape is {place(asked)}?"),
            f"{capital(article(asked.words))} is {place(asked)}.", asked.words),
        ask(random, "yes or no", (f"Is there {article(sought)}?", f"Do you see {article(sought)} in the picture?",
                                  f"Does the picture contain {article(sought)}?"),
            f"{verdict}, there is {article(asked.words)}." if verdict == "Yes" else f"No, there is no {absent}.",
            verdict.lower()),
        ask(random, "count", ("How many objects are there?", "How many shapes do you see?", "Count the objects."),
            "There are three shapes.", "three"),
    ]  # fmt: skip
    return turns


def counting_turns(random: Random, scene: ShapeScene) -> list[Turn]:
    shape = scene.shapes[0]
    same = [other for other in scene.shapes if other.name == shape.name]
    rest = [other for other in scene.shapes if other.name != shape.name]
    count, total = NUMBERS[len(same)], NUMBERS[len(scene.shapes)]
    are = "is" if len(same) == 1 else "are"
    many = plural(shape.name, 2)
    parts = [f"{count} {shape.paint.name} {plural(shape.name, len(same))}"]
    if rest:
        parts.append(f"{NUMBERS[len(rest)]} {rest[0].paint.name} {plural(rest[0].name, len(rest))}")
    turns = [
        ask(
            random, "count",
            (f"How many {many} are there?", f"How many {many} do you see?", f"Count the {many}.",
             f"How many {many} are in the picture?", f"What is the number of {many}?",
             f"Can you count the {many}?", f"How many {shape.paint.name} {many} are there?",
             f"Tell me how many {many} you see.", f"How many {many} can you find?"),
            f"There {are} {count} {plural(shape.name, len(same))}.", count,
        ),
        ask(random, "describe", DESCRIBE, f"The picture shows {join(parts)} {on_ground(scene)}."),
        ask(random, "total", ("How many objects are there in all?", "How many shapes are there altogether?",
                              "Count all the shapes.", "How many things do you see in total?"),
            f"There {'is' if len(scene.shapes) == 1 else 'are'} {total} {plural('shape', len(scene.shapes))}.", total),
    ]  # fmt: skip
    if rest:
        colours = f"The {plural(shape.name, len(same))} {are} {shape.paint.name}."
        turns.append(ask(random, "colour", (f"What color {are} the {plural(shape.name, len(same))}?",), colours,
                         shape.paint.name))  # fmt: skip
    return turns


def plain_picture(random: Random) -> tuple[Pixels, list[Turn]]:
    """A surface, a gradient, noise or a pattern: nothing that could be named as an object."""
    style = random.choice(("plain", "plain", "gradient", "noise", "gray noise", "stripes", "checks"))
    first = cv.shade(random, random.choice(COLOUR_NAMES))
    second = cv.contrasting(random, first)
    if style == "plain":
        picture, seen = cv.blank(first.rgb), f"only a plain {first.name} surface"
    elif style == "gradient":
        ramp = np.linspace(0, 1, SIZE, dtype=np.float32)
        vertical = random.random() < 0.5
        weight = np.broadcast_to(ramp[:, None] if vertical else ramp[None, :], (SIZE, SIZE))[:, :, None]
        mixed = np.array(first.rgb, np.float32) * (1 - weight) + np.array(second.rgb, np.float32) * weight
        picture = mixed.astype(np.uint8)
        way = "from top to bottom" if vertical else "from left to right"
        seen = f"only a gradient from {first.name} to {second.name}, {way}"
    elif style.endswith("noise"):
        channels = 3 if style == "noise" else 1
        grain = cv.numpy_generator(random).integers(0, 256, (SIZE, SIZE, channels), dtype=np.uint8)
        size = random.choice((1, 1, 2, 4))
        grain = np.repeat(np.repeat(grain[: SIZE // size, : SIZE // size], size, axis=0), size, axis=1)
        picture = np.broadcast_to(grain, (SIZE, SIZE, 3)).copy()
        seen = "only colored noise" if channels == 3 else "only gray noise"
    else:
        step = random.choice((8, 16, 32))
        rows, columns = np.indices((SIZE, SIZE)) // step
        vertical = random.random() < 0.5
        pattern = ((rows + columns) if style == "checks" else (columns if vertical else rows)) % 2
        colours = np.array([first.rgb, second.rgb], np.uint8)
        picture = colours[pattern]
        name = "checkerboard" if style == "checks" else f"{'vertical' if vertical else 'horizontal'} striped"
        seen = f"only a {name} pattern in {first.name} and {second.name}"
    asked = random.choice(("digit", "word", "emoji", "face", "shape", "flag"))
    empty = {
        "digit": ("Which digit is this?", "What number do you see?"),
        "word": ("What does it say?", "Read the word."),
        "emoji": ("Which emoji is this?", "What emoji do you see?"),
        "face": ("Who is in the picture?", "Do you see a face?"),
        "shape": ("What shape is this?", "How many shapes are there?"),
        "flag": ("Which country's flag is this?", "Whose flag is it?"),
    }[asked]
    turns = [
        ask(random, "describe", DESCRIBE + WHAT_IS_THIS, f"I see {seen}."),
        ask(random, "absent", empty, f"There is no {asked} in the picture. I see {seen}."),
    ]
    if style == "plain":
        turns.append(ask(random, "colour", ("What color is it?", "Which color do you see?", "What color is this?"),
                         f"It is {first.name}.", first.name))  # fmt: skip
    return cv.degrade(random, picture, 0.3), turns
