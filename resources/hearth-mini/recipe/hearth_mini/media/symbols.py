"""Pictures named from a list: emoji, icons, flags, and small scenes put together from emoji."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import cv2
import numpy as np

from hearth_mini.media import canvas as cv
from hearth_mini.media.canvas import SIZE, Paint
from hearth_mini.media.phrases import DESCRIBE, NUMBERS, WHAT_IS_THIS, Turn, article, ask, capital, join
from hearth_mini.media.store import Assets, Pixels

WHICH_EMOJI = (
    "Which emoji is this?", "What emoji is this?", "What emoji do you see?", "Name the emoji.", "Identify this emoji.",
    "What is this emoji called?", "What does this emoji show?", "Tell me the name of this emoji.",
    "Which emoji is shown here?", "What is the name of the emoji?", "Can you name this emoji?",
)  # fmt: skip
# Spoken category of an emoji, by the group it is listed in.
CATEGORY_WORDS = {
    "Smileys & Emotion": "a smiley or emotion", "People & Body": "a person or a part of the body",
    "Animals & Nature": "an animal or a plant", "Food & Drink": "food or drink",
    "Travel & Places": "a place or a means of travel", "Activities": "an activity", "Objects": "an object",
    "Symbols": "a symbol",
}  # fmt: skip


@dataclass(frozen=True)
class EmojiLook:
    """Placement and wear of one emoji; `height` in pixels."""

    ground: Paint
    height: int
    x: float
    y: float
    turn: float
    seed: int

    def render(self, assets: Assets, index: int) -> Pixels:
        random = Random(self.seed)
        picture = cv.background(random, self.ground)
        rgba = assets.emoji_rgba(index)
        scale = self.height / max(rgba.shape[:2])
        rgba = cv.resize(rgba, round(rgba.shape[1] * scale), round(rgba.shape[0] * scale))
        if self.turn:
            rgba = cv.rotate(rgba, self.turn)
        left, top = round(self.x - rgba.shape[1] / 2), round(self.y - rgba.shape[0] / 2)
        cv.blend_rgba(picture, rgba, left, top)
        return cv.degrade(random, picture)


def emoji_look(random: Random) -> EmojiLook:
    ground = cv.shade(random, "white" if random.random() < 0.4 else random.choice(cv.COLOUR_NAMES))
    height = random.randint(44, 118)
    slack = max(2.0, SIZE / 2 - height * 0.55)
    x, y = (SIZE / 2 + random.uniform(-slack, slack) for _ in range(2))
    turn = 0.0 if random.random() < 0.35 else random.uniform(-20, 20)
    return EmojiLook(ground, height, x, y, turn, random.getrandbits(40))


def emoji_turns(random: Random, assets: Assets, index: int, look: EmojiLook) -> list[Turn]:
    entry = assets.emoji[index]
    name: str = entry["name"]
    turns = [
        ask(random, "name", WHICH_EMOJI, f"It is the {name} emoji.", name, 0.25),
        ask(random, "name", WHICH_EMOJI + WHAT_IS_THIS, f"It is the {name} emoji.", name, 0.25),
        ask(random, "name", WHAT_IS_THIS, f"It is the {name} emoji.", name, 0.25),
        ask(random, "describe", DESCRIBE, f"The picture shows the {name} emoji on {article(look.ground.name)} background."),
        ask(random, "background", ("What color is the background?", "Which color is behind the emoji?"),
            f"The background is {look.ground.name}.", look.ground.name),
    ]  # fmt: skip
    if entry["category"]:
        turns.append(
            ask(random, "category", ("What kind of emoji is it?", "Which category does this emoji belong to?",
                                     "What sort of thing does the emoji show?", "What group is this emoji from?"),
                f"It shows {CATEGORY_WORDS[entry['category']]}.")
        )  # fmt: skip
    if entry["tags"] and random.random() < 0.4:
        tags = join(entry["tags"][:3])
        turns.append(ask(random, "meaning", ("What is this emoji used for?", "What does this emoji stand for?"),
                         f"The {name} emoji stands for {tags}."))  # fmt: skip
    other = assets.emoji[random.randrange(len(assets.emoji))]["name"]
    asked = random.choice((name, other))
    verdict = "Yes" if asked == name else "No"
    turns.append(ask(random, "yes or no", (f"Is this the {asked} emoji?",), f"{verdict}, it is the {name} emoji.",
                     verdict.lower()))  # fmt: skip
    return turns


WHICH_ICON = (
    "Which icon is this?", "What icon is this?", "What does the icon show?", "Name the icon.", "Identify this icon.",
    "What is this icon called?", "What symbol is this?", "Which symbol do you see?", "What does this symbol show?",
    "What icon do you see?",
)  # fmt: skip


@dataclass(frozen=True)
class IconLook:
    ground: Paint
    ink: Paint
    height: int
    x: float
    y: float
    turn: float
    plate: str
    seed: int

    def render(self, mask: Pixels) -> Pixels:
        random = Random(self.seed)
        picture = cv.background(random, self.ground)
        if self.plate:
            radius = round(self.height * 0.72)
            corner = (round(self.x) - radius, round(self.y) - radius)
            light = sum(self.ink.rgb) < 380
            rgb = (250, 250, 250) if light else (40, 40, 44)
            if self.plate == "round":
                cv2.circle(picture, (round(self.x), round(self.y)), radius, rgb, -1, cv2.LINE_AA)
            else:
                cv2.rectangle(picture, corner, (corner[0] + 2 * radius, corner[1] + 2 * radius), rgb, -1)
        big = np.asarray(cv2.resize(mask, (self.height, self.height), interpolation=cv2.INTER_CUBIC), np.uint8)
        if self.turn:
            big = cv.rotate(big, self.turn)
        left, top = round(self.x - big.shape[1] / 2), round(self.y - big.shape[0] / 2)
        cv.blend_mask(picture, big, self.ink.rgb, left, top)
        return cv.degrade(random, picture)


def icon_look(random: Random) -> IconLook:
    ground = cv.shade(random, "white" if random.random() < 0.35 else random.choice(cv.COLOUR_NAMES))
    ink = cv.contrasting(random, ground, minimum=cv.MIN_STROKE_CONTRAST)
    height = random.randint(52, 118)
    plate = random.choice(("round", "square")) if height < 76 and random.random() < 0.3 else ""
    if plate:
        # The plate takes the background's place behind the icon.
        while not 130 < cv.contrast(ink.rgb, (250, 250, 250) if sum(ink.rgb) < 380 else (40, 40, 44)):
            ink = cv.contrasting(random, ground)
    slack = max(1.0, SIZE / 2 - height * 0.55)
    x, y = (SIZE / 2 + random.uniform(-slack, slack) for _ in range(2))
    turn = 0.0 if random.random() < 0.5 else random.uniform(-10, 10)
    return IconLook(ground, ink, height, x, y, turn, plate, random.getrandbits(40))


def icon_turns(random: Random, name: str, look: IconLook) -> list[Turn]:
    return [
        ask(random, "name", WHICH_ICON, f"It is the {name} icon.", name, 0.25),
        ask(random, "name", WHICH_ICON, f"It is the {name} icon.", name, 0.25),
        ask(random, "name", WHAT_IS_THIS, f"It is the {name} icon.", name, 0.15),
        ask(random, "colour", ("What color is the icon?", "Which color does the icon have?", "What colour is the symbol?"),
            f"The icon is {look.ink.name}.", look.ink.name),
        ask(random, "describe", DESCRIBE, f"The picture shows {article(look.ink.name)} {name} icon."),
    ]  # fmt: skip


@dataclass(frozen=True)
class FlagLook:
    ground: Paint
    width: int
    height: int
    x: float
    y: float
    turn: float
    wave: float
    seed: int

    def render(self, flag: Pixels) -> Pixels:
        random = Random(self.seed)
        picture = cv.background(random, self.ground)
        alpha = np.full((*flag.shape[:2], 1), 255, np.uint8)
        rgba = cv.resize(np.concatenate([flag, alpha], axis=2), self.width, self.height)
        cv2.rectangle(rgba, (0, 0), (self.width - 1, self.height - 1), (120, 120, 120, 255), 1)
        if self.wave:
            pad = math.ceil(self.wave) + 1
            rgba = np.pad(rgba, ((pad, pad), (0, 0), (0, 0)))
            columns, rows = np.meshgrid(
                np.arange(self.width, dtype=np.float32), np.arange(self.height + 2 * pad, dtype=np.float32)
            )
            phase = random.uniform(0, 6)
            rows = rows + (self.wave * np.sin(columns / self.width * 7 + phase)).astype(np.float32)
            rgba = np.asarray(cv2.remap(rgba, columns, rows, cv2.INTER_LINEAR), np.uint8)
        if self.turn:
            rgba = cv.rotate(rgba, self.turn)
        cv.blend_rgba(picture, rgba, round(self.x - rgba.shape[1] / 2), round(self.y - rgba.shape[0] / 2))
        return cv.degrade(random, picture)


def flag_look(random: Random) -> FlagLook:
    ground = cv.shade(random, "white" if random.random() < 0.5 else random.choice(cv.COLOUR_NAMES))
    width = random.randint(70, 120)
    height = round(width * random.choice((0.75, 0.67, 0.6)))
    x, y = (SIZE / 2 + random.uniform(-1, 1) * max(0, SIZE / 2 - width / 2 - 4) for _ in range(2))
    turn = 0.0 if random.random() < 0.6 else random.uniform(-8, 8)
    wave = random.uniform(1.5, 4) if random.random() < 0.3 else 0.0
    return FlagLook(ground, width, height, x, y, turn, wave, random.getrandbits(40))


def flag_turns(random: Random, entry: dict[str, str]) -> list[Turn]:
    name = entry["name"]
    turns = [
        ask(random, "country", ("Which country's flag is this?", "Whose flag is this?", "Which flag is this?",
                                "What flag do you see?", "Identify the flag.", "To which country does this flag belong?",
                                "Name the country of this flag.", "What country does this flag stand for?"),
            f"It is the flag of {name}.", name, 0.25),
        ask(random, "country", ("Which country's flag is this?", "Which flag is this?") + WHAT_IS_THIS,
            f"It is the flag of {name}.", name, 0.1),
        ask(random, "describe", DESCRIBE, f"The picture shows the flag of {name}."),
    ]  # fmt: skip
    if entry["continent"]:
        turns.append(ask(random, "continent", ("On which continent is this country?", "Which continent is it in?"),
                         f"{name} is in {entry['continent']}.", entry["continent"]))  # fmt: skip
    if entry["capital"]:
        turns.append(ask(random, "capital", ("What is the capital of this country?", "Name the capital."),
                         f"The capital of {name} is {entry['capital']}.", entry["capital"]))  # fmt: skip
    return turns


ON_LAND = (
    "dog", "cat", "horse", "sheep", "pig", "cow", "rabbit", "chicken", "elephant", "fox", "house", "evergreen tree",
    "deciduous tree", "palm tree", "cactus", "sunflower", "tulip", "mushroom", "automobile", "bicycle", "tractor",
    "tent", "chair", "camel", "penguin", "snowman without snow", "bus", "delivery truck", "soccer ball", "umbrella",
)  # fmt: skip
IN_SKY = ("cloud", "airplane", "balloon", "helicopter", "butterfly", "bird", "kite", "rocket")
# What people call it, where the emoji's own name is stiff.
PLAIN_NAMES = {
    "automobile": "car", "evergreen tree": "fir tree", "deciduous tree": "tree", "snowman without snow": "snowman",
    "delivery truck": "truck", "soccer ball": "ball",
}  # fmt: skip
GROUNDS = {
    "on grass": (104, 176, 80), "on sand": (226, 200, 140), "on snow": (240, 244, 248), "on a gray road": (128, 128, 130),
}  # fmt: skip
SKIES = {"by day": (150, 206, 246), "at night": (24, 30, 66), "at sunset": (248, 168, 110)}


@lru_cache(maxsize=4)
def _emoji_index(names: tuple[str, ...], wanted: tuple[str, ...]) -> dict[str, int]:
    positions = {name: index for index, name in enumerate(names)}
    return {name: positions[name] for name in wanted if name in positions}


@dataclass(frozen=True)
class Scene:
    """One to three things on the ground from left to right, perhaps one in the sky."""

    ground: str
    sky: str
    things: tuple[tuple[str, int], ...]
    flying: tuple[str, int] | None
    seed: int

    def render(self, assets: Assets) -> Pixels:
        random = Random(self.seed)
        picture = cv.blank(SKIES[self.sky])
        horizon = random.randint(60, 76)
        picture[horizon:] = GROUNDS[self.ground]
        jitter = cv.numpy_generator(random).normal(0, 4, (SIZE, SIZE, 1)).astype(np.float32)
        picture = np.clip(picture + jitter, 0, 255).astype(np.uint8)
        x = random.choice((18, 110))
        if self.sky == "at night":
            cv2.circle(picture, (x, 20), 9, (244, 240, 210), -1, cv2.LINE_AA)
        else:
            cv2.circle(picture, (x, 20), 11, (252, 220, 70), -1, cv2.LINE_AA)
        step = SIZE / len(self.things)
        for position, (_, index) in enumerate(self.things):
            height = random.randint(32, 38 if len(self.things) == 3 else 50)
            self._paste(picture, assets, index, round(step * (position + 0.5)), horizon + random.randint(12, 26), height)
        if self.flying is not None:
            self._paste(picture, assets, self.flying[1], 64 + random.randint(-12, 12), 42, random.randint(24, 34))
        return cv.degrade(random, picture, 0.6)

    @staticmethod
    def _paste(picture: Pixels, assets: Assets, index: int, x: int, foot: int, height: int) -> None:
        rgba = assets.emoji_rgba(index)
        scale = height / max(rgba.shape[:2])
        rgba = cv.resize(rgba, round(rgba.shape[1] * scale), round(rgba.shape[0] * scale))
        cv.blend_rgba(picture, rgba, x - rgba.shape[1] // 2, foot - rgba.shape[0])


def random_scene(random: Random, assets: Assets, count: int = 0) -> Scene:
    names = tuple(entry["name"] for entry in assets.emoji)
    land, sky = _emoji_index(names, ON_LAND), _emoji_index(names, IN_SKY)
    chosen = random.sample(sorted(land), count or random.randint(1, 3))
    things = tuple((PLAIN_NAMES.get(name, name), land[name]) for name in chosen)
    flying = None
    if random.random() < 0.4:
        name = random.choice(sorted(sky))
        flying = (name, sky[name])
    return Scene(random.choice(list(GROUNDS)), random.choice(list(SKIES)), things, flying, random.getrandbits(40))


def scene_turns(random: Random, scene: Scene) -> list[Turn]:
    names = [name for name, _ in scene.things]
    listed = join([article(name) for name in names])
    flying = f" with {article(scene.flying[0])} in the sky" if scene.flying else ""
    absent = random.choice([name for name in ON_LAND if name not in names and name not in PLAIN_NAMES])
    sought = random.choice([names[0], absent])
    answer = f"Yes, there is {article(sought)}." if sought in names else f"No, there is no {sought}."
    turns = [
        ask(random, "describe", DESCRIBE, f"The picture shows {listed} {scene.ground} {scene.sky}{flying}."),
        ask(random, "list", ("Which things do you see on the ground?", "What stands on the ground?",
                             "Name what is on the ground."), f"I see {listed}.", names[0] if len(names) == 1 else ""),
        ask(random, "time", ("Is it day or night?", "What time of day is it?"),
            {"by day": "It is day.", "at night": "It is night.", "at sunset": "It is sunset."}[scene.sky]),
        ask(random, "yes or no", (f"Is there {article(sought)}?", f"Do you see {article(sought)}?"), answer,
            answer.split(",")[0].lower()),
        ask(random, "sky", ("What is in the sky?", "What is flying in the sky?", "What do you see in the sky?"),
            f"There is {article(scene.flying[0])} in the sky." if scene.flying else
            f"There is only the {'moon' if scene.sky == 'at night' else 'sun'} in the sky."),
        ask(random, "count", ("How many things are on the ground?",),
            f"There {'is' if len(names) == 1 else 'are'} {NUMBERS[len(names)]}.", NUMBERS[len(names)]),
    ]  # fmt: skip
    if len(names) > 1:
        position = random.randrange(len(names) - 1)
        turns.append(ask(random, "relation", (f"What is to the left of the {names[position + 1]}?",),
                         f"{capital(article(names[position]))} is to the left of the {names[position + 1]}.",
                         names[position]))  # fmt: skip
        side, name = random.choice((("left", names[0]), ("right", names[-1])))
        turns.append(ask(random, "side", (f"What is on the {side}?", f"What do you see on the {side}?"),
                         f"{capital(article(name))} is on the {side}.", name))  # fmt: skip
    return turns

