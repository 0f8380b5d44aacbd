"""Evaluation sets as plain files: `python -m hearth_mini.media.heldout --assets DIR --out DIR`.

Writes `NAME/NNNN.png` or `NAME/NNNN.wav` for each kind and `items.jsonl`, one object a line:

    file      path below the folder (two paths for a picture with a recording)
    kind      name of the set
    question  text after the media; may be empty for a spoken question
    answer    the full answer in the manner of the training data
    expected  what has to be found in the answer, by `measure`: "exact", "contains" or "wer" (see score.py)
    twin      number shared by two items that differ in one attribute, else null

Nothing here is trained on: pictures use the test digits, evaluation fonts and held-out words; recordings use speakers,
sentences and, for half of the synthetic ones, voices of the held-out side; all drawing seeds differ from training.
"""

from __future__ import annotations

import argparse
import json
import wave
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from hearth_mini.media import acoustics as ac
from hearth_mini.media import canvas as cv
from hearth_mini.media import glyphs, recordings, shapes, symbols
from hearth_mini.media.phrases import NUMBERS, Turn, article
from hearth_mini.media.recordings import RecordingSource
from hearth_mini.media.speech import Speaker, SpeechEngine
from hearth_mini.media.store import SAMPLE_RATE, Assets, Pixels
from hearth_mini.media.words import COMMAND_WORDS


@dataclass(frozen=True)
class Item:
    """One question; `pixels` and `samples` are the media it is about."""

    kind: str
    question: str
    answer: str
    expected: str
    measure: str
    pixels: Pixels | None = None
    samples: NDArray[np.int16] | None = None
    twin: int | None = None


def from_turn(kind: str, turn: Turn, expected: str, measure: str = "contains", **media: object) -> Item:
    return Item(kind, turn.question, turn.answer, expected, measure, **media)  # type: ignore[arg-type]


def turn_of(turns: Sequence[Turn], *kinds: str) -> Turn | None:
    return next((turn for turn in turns if turn.kind in kinds), None)


class PictureSets:
    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._fonts = assets.fonts("evaluation")
        self._words = glyphs.drawable_words(assets, held_out=True)

    def digits(self, random: Random, count: int) -> Iterator[Item]:
        for index in random.sample(range(len(self._assets.mnist("test"))), count):
            digit, mask = glyphs.handwritten_mask(self._assets, "test", index)
            look = glyphs.digit_look(random)
            yield Item("handwritten digits", random.choice(glyphs.WHICH_DIGIT), f"The digit is {digit}.", str(digit),
                       "contains", look.render(mask))  # fmt: skip

    def digit_twins(self, random: Random, count: int) -> Iterator[Item]:
        test = self._assets.mnist("test")
        for number in range(count):
            look, question = glyphs.digit_look(random), random.choice(glyphs.WHICH_DIGIT)
            first = random.randrange(len(test))
            second = random.randrange(len(test))
            while test[second, 0] == test[first, 0]:
                second = random.randrange(len(test))
            for index in (first, second):
                digit, mask = glyphs.handwritten_mask(self._assets, "test", index)
                yield Item("digit twins", question, f"The digit is {digit}.", str(digit), "contains",
                           look.render(mask), twin=number)  # fmt: skip

    def shapes(self, random: Random, count: int) -> Iterator[Item]:
        """A third each asks for the object, its colour and its shape."""
        for number in range(count):
            scene = shapes.single_scene(random)
            shape = scene.shapes[0]
            kind, expected = (("object", shape.words), ("colour", shape.paint.name), ("shape", shape.name))[number % 3]
            turn = turn_of(shapes.single_turns(random, scene), kind)
            assert turn is not None
            yield from_turn("shapes and colours", turn, expected, pixels=scene.render())

    def shape_twins(self, random: Random, count: int) -> Iterator[Item]:
        """Twins differ in the colour or in the shape of the one object."""
        for number in range(count):
            scene = shapes.single_scene(random)
            shape = scene.shapes[0]
            if number % 2:
                other = replace(shape, paint=cv.contrasting(random, scene.ground, shape.paint))
                question = f"What color is the {shape.name}?"
            else:
                name = random.choice([name for name in shapes.SHAPES if name != shape.name])
                shape = replace(shape, outline=0)
                other = replace(shape, name=name, direction="right" if name == "arrow" else "",
                                turn=min(shape.turn, 8.0) if shape.turn > 0 else max(shape.turn, -8.0))  # fmt: skip
                question = "What is this?"
            for one in (shape, other):
                picture = replace(scene, shapes=(one,)).render()
                if number % 2:
                    answer, expected = f"The {one.name} is {one.paint.name}.", one.paint.name
                else:
                    answer, expected = f"{article(one.words).capitalize()}.", one.words
                yield Item("shape twins", question, answer, expected, "contains", picture, twin=number)

    def relations(self, random: Random, count: int) -> Iterator[Item]:
        for _ in range(count):
            scene = shapes.pair_scene(random)
            first, second = scene.shapes
            subject, reference = random.choice([(first, second), (second, first)])
            how = shapes.relation(subject, reference)
            yield Item("relations", f"What is {how} the {reference.words}?",
                       f"{article(subject.words).capitalize()} is {how} the {reference.words}.", subject.words,
                       "contains", scene.render())  # fmt: skip

    def relation_twins(self, random: Random, count: int) -> Iterator[Item]:
        """The two objects change places; the question stays."""
        for number in range(count):
            scene = shapes.pair_scene(random)
            first, second = scene.shapes
            swapped = (replace(second, x=first.x, y=first.y), replace(first, x=second.x, y=second.y))
            question = f"Where is the {first.words}?"
            for one in (scene, replace(scene, shapes=swapped)):
                subject = next(shape for shape in one.shapes if shape.words == first.words)
                other = next(shape for shape in one.shapes if shape.words == second.words)
                how = shapes.relation(subject, other)
                yield Item("relation twins", question, f"The {first.words} is {how} the {second.words}.", how,
                           "contains", one.render(), twin=number)  # fmt: skip

    def counting(self, random: Random, count: int) -> Iterator[Item]:
        for number in range(count):
            scene = shapes.counting_scene(random, 1 + number % 6)
            turn = turn_of(shapes.counting_turns(random, scene), "count")
            assert turn is not None
            yield from_turn("counting", turn, NUMBERS[1 + number % 6], pixels=scene.render())

    def counting_twins(self, random: Random, count: int) -> Iterator[Item]:
        """One object less in the second picture."""
        for number in range(count):
            total = 2 + number % 5
            scene = shapes.counting_scene(random, total, others=0)
            name = shapes.plural(scene.shapes[0].name, 2)
            for num_shapes in (total, total - 1):
                one = replace(scene, shapes=scene.shapes[:num_shapes])
                be = "is" if num_shapes == 1 else "are"
                yield Item("counting twins", f"How many {name} are there?",
                           f"There {be} {NUMBERS[num_shapes]} {shapes.plural(scene.shapes[0].name, num_shapes)}.",
                           NUMBERS[num_shapes], "contains", one.render(), twin=number)  # fmt: skip

    def emoji(self, random: Random, count: int) -> Iterator[Item]:
        for index in random.sample(range(len(self._assets.emoji)), min(count, len(self._assets.emoji))):
            name = self._assets.emoji[index]["name"]
            yield Item("emoji", random.choice(symbols.WHICH_EMOJI), f"It is the {name} emoji.", name, "contains",
                       symbols.emoji_look(random).render(self._assets, index))  # fmt: skip

    def emoji_twins(self, random: Random, count: int) -> Iterator[Item]:
        for number in range(count):
            look, question = symbols.emoji_look(random), random.choice(symbols.WHICH_EMOJI)
            for index in random.sample(range(len(self._assets.emoji)), 2):
                name = self._assets.emoji[index]["name"]
                yield Item("emoji twins", question, f"It is the {name} emoji.", name, "contains",
                           look.render(self._assets, index), twin=number)  # fmt: skip

    def icons(self, random: Random, count: int) -> Iterator[Item]:
        for index in random.sample(range(len(self._assets.icon_names)), count):
            name = self._assets.icon_names[index]
            yield Item("icons", random.choice(symbols.WHICH_ICON), f"It is the {name} icon.", name, "contains",
                       symbols.icon_look(random).render(self._assets.icons[index]))  # fmt: skip

    def flags(self, random: Random, count: int) -> Iterator[Item]:
        for index in random.sample(range(len(self._assets.flags)), min(count, len(self._assets.flags))):
            name = self._assets.flag_entries[index]["name"]
            yield Item("flags", "Which country's flag is this?", f"It is the flag of {name}.", name, "contains",
                       symbols.flag_look(random).render(self._assets.flags[index]))  # fmt: skip

    def words(self, random: Random, count: int) -> Iterator[Item]:
        """Half real words that were never drawn in training, half letter strings, in unseen fonts."""
        for number in range(count):
            if number % 2:
                text = random.choice(self._words)
            else:
                text = glyphs.letter_string(random, 1 + number // 2 % 8)
            text = glyphs.cased(random, text)
            look = glyphs.lettering(random, self._fonts)
            yield Item("drawn words", random.choice(glyphs.READ_ONLY), text, text, "exact", look.render([text]))

    def word_twins(self, random: Random, count: int) -> Iterator[Item]:
        """One letter differs."""
        for number in range(count):
            text = random.choice([word for word in self._words if len(word) > 2])
            at = random.randrange(len(text))
            letter = random.choice([letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter != text[at]])
            look, question = glyphs.lettering(random, self._fonts), random.choice(glyphs.READ_ONLY)
            for one in (text, text[:at] + letter + text[at + 1 :]):
                yield Item("word twins", question, one, one, "exact", look.render([one]), twin=number)

    def lines(self, random: Random, count: int) -> Iterator[Item]:
        for _ in range(count):
            lines = glyphs.text_lines(random, self._words)
            text = " ".join(lines)
            look = glyphs.lettering(random, self._fonts)
            yield Item("drawn lines", "Read the text.", text, text, "exact", look.render(lines))

    def numbers(self, random: Random, count: int) -> Iterator[Item]:
        for number in range(count):
            value = random.randrange(10 ** (1 + number % 4))
            look = glyphs.lettering(random, self._fonts)
            yield Item("drawn numbers", "Which number is this?", f"The number is {value}.", str(value), "contains",
                       look.render([str(value)]))  # fmt: skip

    def handwritten_numbers(self, random: Random, count: int) -> Iterator[Item]:
        for number in range(count):
            figures, mask = glyphs.handwritten_number(random, self._assets, "test", 2 + number % 3)
            look = glyphs.fitted(glyphs.digit_look(random), mask)
            yield Item("handwritten numbers", "Which number is this?", f"The number is {figures}.", figures, "contains",
                       look.render(mask))  # fmt: skip

    def clocks(self, random: Random, count: int) -> Iterator[Item]:
        for _ in range(count):
            clock = glyphs.random_clock(random, self._fonts)
            yield Item("clocks", "What time is it?", f"It is {clock.words}.", clock.words, "contains", clock.render())

    def charts(self, random: Random, count: int) -> Iterator[Item]:
        for number in range(count):
            chart = glyphs.random_chart(random, self._fonts)
            ranked = sorted(chart.bars, key=lambda bar: bar.value)
            word, bar = (("largest", ranked[-1]), ("smallest", ranked[0]))[number % 2]
            yield Item("bar charts", f"Which bar is the {word}?", f"{bar.label} has the {word} bar.", bar.label,
                       "contains", chart.render())  # fmt: skip

    def chart_twins(self, random: Random, count: int) -> Iterator[Item]:
        """The values of the largest bar and of another one are exchanged."""
        for number in range(count):
            chart = glyphs.random_chart(random, self._fonts)
            bars = list(chart.bars)
            top = max(range(len(bars)), key=lambda index: bars[index].value)
            other = random.choice([index for index in range(len(bars)) if index != top])
            swapped = list(bars)
            swapped[top] = replace(bars[top], value=bars[other].value)
            swapped[other] = replace(bars[other], value=bars[top].value)
            for one, winner in ((bars, top), (swapped, other)):
                label = bars[winner].label
                yield Item("chart twins", "Which bar is the largest?", f"{label} has the largest bar.", label, "contains",
                           replace(chart, bars=tuple(one)).render(), twin=number)  # fmt: skip

    def cards(self, random: Random, count: int) -> Iterator[Item]:
        for _ in range(count):
            card = glyphs.random_card(random, self._fonts, self._words)
            yield Item("cards", "What is the title?", f'The title is "{card.title}".', card.title, "contains",
                       card.render())  # fmt: skip

    def scenes(self, random: Random, count: int) -> Iterator[Item]:
        for _ in range(count):
            scene = symbols.random_scene(random, self._assets, random.randint(2, 3))
            side, name = random.choice((("left", scene.things[0][0]), ("right", scene.things[-1][0])))
            yield Item("scenes", f"What is on the {side}?", f"{article(name).capitalize()} is on the {side}.", name,
                       "contains", scene.render(self._assets))  # fmt: skip

    def plain(self, random: Random, count: int) -> Iterator[Item]:
        for _ in range(count):
            pixels, turns = shapes.plain_picture(random)
            turn = turns[random.randrange(2)]
            seen = turn.answer.split("I see ")[-1].rstrip(".")
            yield from_turn("nothing to name", turn, seen, pixels=pixels)


class RecordingSets:
    def __init__(self, assets: Assets, engine: Speaker) -> None:
        self._assets = assets
        self._source = RecordingSource(assets, engine, held_out=True)

    def _voice_samples(self, random: Random, text: str, around: ac.Surroundings, unseen: bool) -> NDArray[np.int16]:
        voice = self._source.engine.random_voice(random, unseen)
        return ac.environment(random, self._source.say(random, text, voice), None, around)

    def digits(self, random: Random, count: int, noisy: bool) -> Iterator[Item]:
        for number in range(count):
            label = recordings.DIGIT_WORDS[number % 10]
            index = random.choice(self._assets.speech_clips("digits", "test", label))
            if noisy:
                samples = self._source.real_digit(random, label, index).samples
            else:
                samples = ac.to_int16(self._assets.speech(index))
            yield Item("spoken digits in noise" if noisy else "spoken digits", random.choice(recordings.WHICH_DIGIT),
                       f"The digit is {label}.", label, "contains", samples=samples)  # fmt: skip

    def commands(self, random: Random, count: int, noisy: bool) -> Iterator[Item]:
        for number in range(count):
            label = COMMAND_WORDS[number % 10]
            index = random.choice(self._assets.speech_clips("commands", "test", label))
            if noisy:
                samples = self._source.real_command(random, label, index).samples
            else:
                samples = ac.to_int16(self._assets.speech(index))
            yield Item("spoken commands in noise" if noisy else "spoken commands",
                       random.choice(recordings.WHICH_COMMAND), f'The command is "{label}".', label, "contains",
                       samples=samples)  # fmt: skip

    def sentences(self, random: Random, count: int, noisy: bool) -> Iterator[Item]:
        """Every second one in a voice that training never used."""
        for number in range(count):
            text = self._source.sentences.draw(random)
            around = ac.EVERYDAY if noisy else ac.CALM
            samples = self._voice_samples(random, text, around, unseen=number % 2 == 1)
            yield Item("sentences in noise" if noisy else "sentences", random.choice(recordings.TRANSCRIBE), text, text,
                       "wer", samples=samples)  # fmt: skip

    def sentence_twins(self, random: Random, count: int) -> Iterator[Item]:
        """The same request and voice with another number."""
        for number in range(count):
            voice = self._source.engine.random_voice(random, True)
            pattern = random.choice(("Set a timer for {} minutes.", "Set an alarm for {} o'clock.",
                                     "We will meet at {}.", "Add {} apples to my list."))  # fmt: skip
            question = random.choice(recordings.TRANSCRIBE)
            for value in random.sample(range(2, 13), 2):
                text = pattern.format(NUMBERS[value])
                samples = ac.environment(random, self._source.say(random, text, voice), None, ac.CALM)
                yield Item("sentence twins", question, text, text, "exact", samples=samples, twin=number)

    def tones(self, random: Random, count: int) -> Iterator[Item]:
        for _ in range(count):
            recording = self._source.tones(random)
            turn = recording.turns[0]
            # The last word says it, but for beeps, where the count stands before.
            answer = turn.answer.lower().rstrip(".").split()
            expected = answer[-2] if turn.kind == "count" and len(answer) > 1 else answer[-1]
            yield from_turn("tones", turn, expected, samples=recording.samples)

    def sounds(self, random: Random, count: int) -> Iterator[Item]:
        for number in range(count):
            recording = self._source.quiet(random) if number % 8 == 0 else self._source.sound(random)
            turn = recording.turns[0]
            expected = turn.answer.removeprefix("I hear ").removeprefix("only ").rstrip(".")
            yield from_turn("sounds", turn, expected, samples=recording.samples)


def spoken_questions(random: Random, count: int, pictures: PictureSets, source: RecordingSource) -> Iterator[Item]:
    """A recording asks about a picture."""
    asked = list(pictures.shapes(random, count // 2)) + list(pictures.digits(random, count - count // 2))
    for item in asked:
        audio = ac.environment(random, source.say(random, item.question), None, ac.CALM)
        yield replace(item, kind="spoken questions", question="", samples=audio)


def all_sets(assets: Assets, engine: Speaker, seed: int) -> Iterator[Item]:
    pictures, sound = PictureSets(assets), RecordingSets(assets, engine)
    source = RecordingSource(assets, engine, held_out=True)
    plan: list[tuple[Callable[[Random, int], Iterator[Item]], int]] = [
        (pictures.digits, 1000), (pictures.digit_twins, 150), (pictures.shapes, 900), (pictures.shape_twins, 200),
        (pictures.relations, 300), (pictures.relation_twins, 150), (pictures.counting, 300),
        (pictures.counting_twins, 150), (pictures.emoji, 1000), (pictures.emoji_twins, 150), (pictures.icons, 300),
        (pictures.flags, 230), (pictures.words, 800), (pictures.word_twins, 150), (pictures.lines, 200),
        (pictures.numbers, 200), (pictures.charts, 300), (pictures.chart_twins, 150), (pictures.cards, 200),
        (pictures.scenes, 200), (pictures.plain, 200), (pictures.handwritten_numbers, 200), (pictures.clocks, 200),
        (partial(sound.digits, noisy=False), 600), (partial(sound.digits, noisy=True), 300),
        (partial(sound.commands, noisy=False), 600), (partial(sound.commands, noisy=True), 300),
        (partial(sound.sentences, noisy=False), 400), (partial(sound.sentences, noisy=True), 300),
        (sound.sentence_twins, 100), (sound.tones, 200), (sound.sounds, 200),
        (partial(spoken_questions, pictures=pictures, source=source), 200),
    ]  # fmt: skip
    for number, (make, count) in enumerate(plan):
        if not assets.has_mnist and make in (pictures.digits, pictures.digit_twins, pictures.handwritten_numbers):
            continue
        yield from make(Random(f"held out {seed} {number}"), count)


def write_items(items: Iterator[Item], out: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    out.mkdir(parents=True, exist_ok=True)
    with (out / "items.jsonl").open("w", encoding="utf-8") as lines:
        for item in items:
            folder = item.kind.replace(" ", "-")
            (out / folder).mkdir(exist_ok=True)
            stem = f"{folder}/{counts[item.kind]:04d}"
            counts[item.kind] += 1
            files = []
            if item.pixels is not None:
                files.append(f"{stem}.png")
                cv2.imwrite(str(out / files[-1]), cv2.cvtColor(item.pixels, cv2.COLOR_RGB2BGR))
            if item.samples is not None:
                files.append(f"{stem}.wav")
                with wave.open(str(out / files[-1]), "wb") as file:
                    file.setparams((1, 2, SAMPLE_RATE, len(item.samples), "NONE", ""))
                    file.writeframes(item.samples.astype("<i2").tobytes())
            entry = {
                "file": files[0] if len(files) == 1 else files, "kind": item.kind, "question": item.question,
                "answer": item.answer, "expected": item.expected, "measure": item.measure, "twin": item.twin,
            }  # fmt: skip
            lines.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the held-out evaluation sets.")
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    assets = Assets(arguments.assets)
    engine = SpeechEngine(arguments.assets / "espeak")
    counts = write_items(all_sets(assets, engine, arguments.seed), arguments.out)
    for kind, count in counts.items():
        print(f"{count:6d} {kind}")


if __name__ == "__main__":
    main()
