"""The mix of picture families used for training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

from hearth_mini.media import glyphs, shapes, symbols
from hearth_mini.media.phrases import Turn
from hearth_mini.media.store import Assets, Pixels


@dataclass(frozen=True)
class Picture:
    """A 128 x 128 RGB picture with everything that may be asked about it."""

    family: str
    pixels: Pixels
    turns: list[Turn]


@dataclass
class PictureSource:
    """Draws training pictures: held-out fonts, words and digits never appear."""

    assets: Assets

    @cached_property
    def _fonts(self) -> list[Path]:
        return self.assets.fonts("train")

    @cached_property
    def _words(self) -> list[str]:
        return glyphs.drawable_words(self.assets, held_out=False)

    def _handwritten(self, random: Random) -> Picture:
        index = random.randrange(len(self.assets.mnist("train")))
        digit, mask = glyphs.handwritten_mask(self.assets, "train", index)
        look = glyphs.digit_look(random)
        return Picture("handwritten digit", look.render(mask), glyphs.digit_turns(random, digit, look))

    def _handwritten_number(self, random: Random) -> Picture:
        figures, mask = glyphs.handwritten_number(random, self.assets, "train", random.randint(2, 4))
        look = glyphs.fitted(glyphs.digit_look(random), mask)
        turns = glyphs.number_picture_turns(random, int(figures), look)
        return Picture("handwritten number", look.render(mask), turns)

    def _clock(self, random: Random) -> Picture:
        clock = glyphs.random_clock(random, self._fonts)
        return Picture("clock", clock.render(), glyphs.clock_turns(random, clock))

    def _number(self, random: Random) -> Picture:
        value = random.randrange(10 ** random.choice((1, 1, 2, 2, 3, 4)))
        look = glyphs.lettering(random, self._fonts)
        return Picture("number", look.render([str(value)]), glyphs.number_picture_turns(random, value, look))

    def _word(self, random: Random) -> Picture:
        text = glyphs.drawn_word(random, self._words)
        look = glyphs.lettering(random, self._fonts)
        return Picture("word", look.render([text]), glyphs.word_turns(random, text, look))

    def _lines(self, random: Random) -> Picture:
        lines = glyphs.text_lines(random, self._words)
        look = glyphs.lettering(random, self._fonts)
        return Picture("lines", look.render(lines), glyphs.lines_turns(random, lines, look))

    def _chart(self, random: Random) -> Picture:
        chart = glyphs.random_chart(random, self._fonts)
        return Picture("chart", chart.render(), glyphs.chart_turns(random, chart))

    def _card(self, random: Random) -> Picture:
        card = glyphs.random_card(random, self._fonts, self._words)
        return Picture("card", card.render(), glyphs.card_turns(random, card))

    def _shape(self, random: Random) -> Picture:
        scene = shapes.single_scene(random)
        return Picture("shape", scene.render(), shapes.single_turns(random, scene))

    def _pair(self, random: Random) -> Picture:
        scene = shapes.pair_scene(random)
        return Picture("two shapes", scene.render(), shapes.pair_turns(random, scene))

    def _trio(self, random: Random) -> Picture:
        scene = shapes.trio_scene(random)
        return Picture("three shapes", scene.render(), shapes.trio_turns(random, scene))

    def _counting(self, random: Random) -> Picture:
        scene = shapes.counting_scene(random)
        return Picture("counting", scene.render(), shapes.counting_turns(random, scene))

    def _plain(self, random: Random) -> Picture:
        pixels, turns = shapes.plain_picture(random)
        return Picture("plain", pixels, turns)

    def _emoji(self, random: Random) -> Picture:
        index = random.randrange(len(self.assets.emoji))
        look = symbols.emoji_look(random)
        turns = symbols.emoji_turns(random, self.assets, index, look)
        return Picture("emoji", look.render(self.assets, index), turns)

    def _icon(self, random: Random) -> Picture:
        index = random.randrange(len(self.assets.icon_names))
        look = symbols.icon_look(random)
        turns = symbols.icon_turns(random, self.assets.icon_names[index], look)
        return Picture("icon", look.render(self.assets.icons[index]), turns)

    def _flag(self, random: Random) -> Picture:
        index = random.randrange(len(self.assets.flag_entries))
        look = symbols.flag_look(random)
        turns = symbols.flag_turns(random, self.assets.flag_entries[index])
        return Picture("flag", look.render(self.assets.flags[index]), turns)

    def _scene(self, random: Random) -> Picture:
        scene = symbols.random_scene(random, self.assets)
        return Picture("scene", scene.render(self.assets), symbols.scene_turns(random, scene))

    @cached_property
    def _families(self) -> tuple[list[Callable[[Random], Picture]], list[float]]:
        weighted: list[tuple[Callable[[Random], Picture], float]] = [
            (self._emoji, 20),
            (self._word, 19),
            (self._handwritten, 8 if self.assets.has_mnist else 0),
            (self._handwritten_number, 2 if self.assets.has_mnist else 0),
            (self._clock, 2),
            (self._shape, 9),
            (self._pair, 7),
            (self._trio, 4),
            (self._counting, 6),
            (self._icon, 8),
            (self._lines, 4),
            (self._number, 4),
            (self._flag, 3),
            (self._chart, 3),
            (self._card, 2),
            (self._scene, 2),
            (self._plain, 2),
        ]
        return [draw for draw, _ in weighted], [weight for _, weight in weighted]

    def draw(self, random: Random) -> Picture:
        families, weights = self._families
        return random.choices(families, weights)[0](random)
