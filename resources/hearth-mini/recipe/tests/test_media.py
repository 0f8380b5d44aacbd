"""Picture and sound data: drawing, labels, the stored layout and scoring, on assets made in a temporary folder."""

from __future__ import annotations

import io
import json
import lzma
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

cv2 = pytest.importorskip("cv2")
image_font = pytest.importorskip("PIL.ImageFont")
pytest.importorskip("scipy")
soundfile = pytest.importorskip("soundfile")

from hearth_mini.media import acoustics, canvas, generate, glyphs, heldout, score, shapes, symbols, words
from hearth_mini.media.chat import AUDIO, END, IMAGE, NO_LOSS, USER, encode
from hearth_mini.media.phrases import Turn, article, join, number_words
from hearth_mini.media.pictures import PictureSource
from hearth_mini.media.recordings import LETTER_NAMES, RecordingSource
from hearth_mini.media.speech import Voice
from hearth_mini.media.store import SAMPLE_RATE, Assets, is_held_out, write_array, write_blob

WORDS = [a + b + c for a in "bdfglmnprst" for b in "aeiou" for c in ("n", "t", "r", "ll", "st")]
COMMANDS = words.COMMAND_WORDS + ("bird",)


class LetterTokenizer:
    """One token a character, above the special ids."""

    def ids(self, text: str) -> list[int]:
        return [32 + ord(letter) % 16_000 for letter in text]


class ToneSpeaker:
    """A beep as long as the text."""

    sample_rate = 22_050

    def random_voice(self, random: Random, held_out: bool = False) -> Voice:
        return Voice("held out" if held_out else "known", random.randint(120, 200), 50, 50)

    def say(self, text: str, voice: Voice) -> np.ndarray[Any, Any]:
        count = int(self.sample_rate * len(text) * 10 / voice.rate)
        return (8000 * np.sin(np.arange(count) * 0.06)).astype(np.int16)


def opus(samples: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, SAMPLE_RATE, format="OGG", subtype="OPUS")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    folder: Path = tmp_path_factory.mktemp("assets")
    generator = np.random.default_rng(0)

    def png(number: int) -> bytes:
        picture = np.zeros((72, 72, 4), np.uint8)
        cv2.circle(picture, (36, 36), 10 + number % 25, (number % 256, 200, 40, 255), -1)
        return bytes(cv2.imencode(".png", picture)[1])

    names = [*symbols.ON_LAND, *symbols.IN_SKY, "grinning face", "red heart"]
    drawn = [(png(n), {"name": name, "category": "Objects", "tags": ["a"]}) for n, name in enumerate(names)]
    write_blob(folder, "emoji", drawn)
    write_array(folder / "icons.npy.xz", generator.integers(0, 256, (12, 64, 64), dtype=np.uint8))
    (folder / "icons.json").write_text(json.dumps([{"name": f"icon {n}"} for n in range(12)]))
    write_array(folder / "flags.npy.xz", generator.integers(0, 256, (5, 72, 96, 3), dtype=np.uint8))
    flags = [{"name": f"Land {n}", "capital": f"Town {n}", "continent": "Asia"} for n in range(5)]
    (folder / "flags.json").write_text(json.dumps(flags))
    for split in ("train", "test"):
        rows = generator.integers(0, 256, (40, 785), dtype=np.uint8)
        rows[:, 0] = np.arange(40) % 10
        write_array(folder / f"mnist_{split}.npy.xz", rows)
    noise = generator.normal(0, 0.1, SAMPLE_RATE // 2)
    clip = opus(noise)
    entries = [
        {"set": name, "label": label, "speaker": f"{split} speaker", "split": split}
        for split in ("train", "test")
        for name, labels in (
            ("digits", [number_words(n) for n in range(10)]), ("commands", COMMANDS), ("noise", ["silence"])
        )
        for label in labels
    ]  # fmt: skip
    write_blob(folder, "speech", ((clip, entry) for entry in entries))
    sentences = [f"The {a} {b} is here." for a in WORDS[:40] for b in WORDS[40:60]]
    for name, lines in (("sentences", sentences), ("words", WORDS)):
        (folder / f"{name}.txt.xz").write_bytes(lzma.compress("\n".join(lines).encode()))
    # Pillow carries one scalable font; it stands for both sides of the split.
    font = image_font.load_default(size=20).path.getvalue()
    for split in ("train", "evaluation"):
        (folder / "fonts" / split).mkdir(parents=True)
        (folder / "fonts" / split / "font.ttf").write_bytes(font)
    return Assets(folder)


@pytest.fixture(scope="module")
def maker(assets: Assets) -> generate.SampleMaker:
    return generate.SampleMaker(PictureSource(assets), RecordingSource(assets, ToneSpeaker()), LetterTokenizer(), 5)


def test_fit_keeps_proportions_on_white() -> None:
    picture = canvas.fit(np.zeros((50, 200, 3), np.uint8))
    assert picture.shape == (128, 128, 3)
    assert (picture[:48] == 255).all() and (picture[80:] == 255).all()
    assert (picture[48:80] == 0).all()


def test_fit_puts_transparency_over_white() -> None:
    transparent = np.zeros((128, 128, 4), np.uint8)
    transparent[:, 64:, 3] = 255
    picture = canvas.fit(transparent)
    assert (picture[:, :64] == 255).all() and (picture[:, 64:] == 0).all()


def test_contrasting_colour_differs() -> None:
    random = Random(3)
    for name in canvas.COLOUR_NAMES:
        ground = canvas.shade(random, name)
        other = canvas.contrasting(random, ground)
        assert other.name != name and canvas.contrast(other.rgb, ground.rgb) >= canvas.MIN_CONTRAST


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_every_shape_leaves_ink_inside_the_picture(name: str) -> None:
    picture = canvas.blank((255, 255, 255))
    shapes.draw(picture, shapes.Shape(name, canvas.Paint("black", (0, 0, 0)), 64, 64, 40))
    share = float((picture[:, :, 0] < 128).mean())
    assert 0.05 < share < 0.42
    assert (picture[:16] == 255).all() and (picture[-16:] == 255).all()


@pytest.mark.parametrize(("direction", "dx", "dy"), [("right", 1, 0), ("left", -1, 0), ("up", 0, -1), ("down", 0, 1)])
def test_arrow_points_where_it_says(direction: str, dx: int, dy: int) -> None:
    """The head holds more ink than the shaft."""
    picture = canvas.blank((255, 255, 255))
    shapes.draw(picture, shapes.Shape("arrow", canvas.Paint("black", (0, 0, 0)), 64, 64, 40, 0, direction))
    ink = picture[:, :, 0] < 128
    halves = {(1, 0): ink[:, 64:], (-1, 0): ink[:, :64], (0, -1): ink[:64], (0, 1): ink[64:]}
    assert halves[dx, dy].sum() > halves[-dx, -dy].sum()


def test_pair_relation_is_never_ambiguous() -> None:
    for seed in range(200):
        first, second = shapes.pair_scene(Random(seed)).shapes
        assert shapes.relation(first, second) in ("to the left of", "above")
        assert shapes.relation(second, first) in ("to the right of", "below")


def test_counted_shapes_do_not_touch() -> None:
    for seed in range(100):
        scene = shapes.counting_scene(Random(seed))
        for number, one in enumerate(scene.shapes):
            for other in scene.shapes[:number]:
                distance = np.hypot(one.x - other.x, one.y - other.y)
                assert distance > 1 or one.name != other.name
        assert 1 <= sum(shape.name == scene.shapes[0].name for shape in scene.shapes) <= 6


def test_twins_share_all_but_one_attribute(assets: Assets) -> None:
    for seed in range(20):
        first, second = heldout.PictureSets(assets).counting_twins(Random(seed), 1)
        assert first.pixels is not None and second.pixels is not None
        changed = (np.abs(first.pixels.astype(int) - second.pixels.astype(int)).max(axis=2) > 40).mean()
        assert 0 < changed < 0.2
        assert first.twin == second.twin and first.question == second.question and first.expected != second.expected


def test_text_fits_and_is_visible(assets: Assets) -> None:
    for seed in range(60):
        random = Random(seed)
        look = glyphs.lettering(random, assets.fonts("train"))
        text = glyphs.cased(random, glyphs.letter_string(random, 1 + seed % 8))
        picture = look.render([text])
        ink = np.abs(picture.astype(int) - np.array(look.ink.rgb)).max(axis=2) < 60
        assert ink.sum() > 12, (seed, text)


def test_number_words() -> None:
    assert number_words(0) == "zero"
    assert number_words(21) == "twenty one"
    assert number_words(305) == "three hundred five"
    assert number_words(12_040) == "twelve thousand forty"
    assert article("orange star") == "an orange star" and join(["a", "b", "c"]) == "a, b and c"


def test_letter_names_cover_the_alphabet() -> None:
    assert len(LETTER_NAMES) == 26 and LETTER_NAMES["w"] == "double you" and LETTER_NAMES["z"] == "zee"


def test_sentences_of_the_two_sides_never_meet(assets: Assets) -> None:
    random = Random(1)
    train, test = words.SentenceSource(assets), words.SentenceSource(assets, held_out=True)
    for _ in range(200):
        assert not is_held_out(train.draw(random))
        assert is_held_out(test.draw(random))


def test_transcripts_have_plain_form(assets: Assets) -> None:
    source = words.SentenceSource(assets)
    random = Random(2)
    for _ in range(300):
        sentence = source.draw(random)
        assert sentence[0].isupper() and sentence[-1] in ".?"
        assert len(sentence.split()) <= words.MAX_WORDS
        assert all(letter.isalpha() or letter in " '" for letter in sentence[:-1]), sentence


def test_environment_reaches_the_noise_level_asked_for() -> None:
    speech = acoustics.tone(440.0, 1.0)
    around = acoustics.Surroundings(reverberation=0, microphone=0, noise=1, snr_db=(10, 10))
    for seed in range(5):
        out = acoustics.environment(Random(seed), speech, None, around).astype(np.float64)
        spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out)))) ** 2
        frequency = np.fft.rfftfreq(len(out), 1 / SAMPLE_RATE)
        tone = spectrum[np.abs(frequency - 440) < 20].sum()
        rest = spectrum[np.abs(frequency - 440) >= 20].sum()
        assert 2 < 10 * np.log10(tone / rest) < 14


@pytest.mark.parametrize("name", list(acoustics.SOUNDS))
def test_named_sounds_are_audible_and_finite(name: str) -> None:
    samples = acoustics.SOUNDS[name](Random(1), 2 * SAMPLE_RATE)
    assert abs(len(samples) - 2 * SAMPLE_RATE) <= 1
    assert np.isfinite(samples).all() and acoustics.rms(samples) > 1e-3


def test_recordings_are_bounded(maker: generate.SampleMaker) -> None:
    for number in range(60):
        sample = maker.recording(number)
        assert sample.audio is not None and sample.audio.dtype == np.int16
        assert 0 < len(sample.audio) <= acoustics.MAX_SECONDS * SAMPLE_RATE


def test_samples_repeat_by_seed(maker: generate.SampleMaker, assets: Assets) -> None:
    other = generate.SampleMaker(PictureSource(assets), RecordingSource(assets, ToneSpeaker()), LetterTokenizer(), 5)
    for make, again in ((maker.picture, other.picture), (maker.recording, other.recording), (maker.mixed, other.mixed)):
        for number in (3, 1, 2):
            first, second = make(number), again(number)
            assert first.family == second.family and np.array_equal(first.ids, second.ids)
            for a, b in ((first.pixels, second.pixels), (first.audio, second.audio)):
                assert (a is None and b is None) or np.array_equal(a, b)  # type: ignore[arg-type]
    assert any(not np.array_equal(maker.picture(n).ids, maker.picture(n + 1).ids) for n in range(3))


def test_loss_falls_on_answers_only() -> None:
    ids = encode(LetterTokenizer(), [IMAGE, AUDIO], [Turn("a", "q", "xy"), Turn("b", "r", "z")])
    plain = (ids & 0x7FFF).tolist()
    learnt = [token for token, raw in zip(plain, ids, strict=True) if not raw & NO_LOSS]
    letters = LetterTokenizer().ids
    assert plain[:3] == [USER, IMAGE, AUDIO] and plain[-1] == 0
    assert learnt == [*letters("xy"), END, *letters("z"), END]
    assert plain.count(IMAGE) == plain.count(AUDIO) == 1


def test_stored_files_match_the_index(maker: generate.SampleMaker, tmp_path: Path) -> None:
    generate.PictureFile.create(tmp_path / "images.npy", 9)
    writer = generate.SampleWriter(tmp_path)
    for block in generate.Counts(pictures=6, recordings=4, mixed=3).blocks(tmp_path, 5):
        for stored in generate.make_block(maker, block):
            writer.add(stored)
    writer.close()
    pictures = np.load(tmp_path / "images.npy")
    audio = np.load(tmp_path / "audio.npy")
    index = np.load(tmp_path / "index.npy")
    ids = np.fromfile(tmp_path / "samples.u16", "<u2")
    assert pictures.shape == (9, 128, 128, 3) and index.shape == (13, 5)
    assert sorted(index[index[:, 2] >= 0, 2]) == list(range(9))
    assert index[-1, 1] == len(ids) and index[:, 4].max() == len(audio)
    assert ((ids[index[:, 1] - 1] & 0x7FFF) == 0).all()
    for first, end, picture, audio_first, audio_end in index:
        tokens = ids[first:end] & 0x7FFF
        assert (IMAGE in tokens) == (picture >= 0) and (AUDIO in tokens) == (audio_end > audio_first)
    assert np.array_equal(pictures[index[-1, 2]], maker.picture(5).pixels)


FAMILIES = (
    "emoji word handwritten handwritten_number clock shape pair trio counting icon lines number flag chart card scene "
    "plain"
).split()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_draws_a_picture_with_questions(assets: Assets, family: str) -> None:
    source = PictureSource(assets)
    for seed in range(8):
        picture = getattr(source, f"_{family}")(Random(seed))
        assert picture.pixels.shape == (128, 128, 3) and picture.pixels.dtype == np.uint8
        assert picture.turns
        for turn in picture.turns:
            assert turn.question.strip() and turn.answer.strip()
            assert "  " not in turn.question + turn.answer


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [(0, 0, "twelve o'clock"), (3, 30, "half past three"), (11, 45, "quarter to twelve"), (0, 20, "twenty past twelve"),
     (12 - 1, 35, "twenty five to twelve"), (7, 15, "quarter past seven")],
)  # fmt: skip
def test_clock_says_the_time(assets: Assets, hour: int, minute: int, said: str) -> None:
    clock = glyphs.random_clock(Random(1), assets.fonts("train"))
    assert replace(clock, hour=hour, minute=minute).words == said


def test_held_out_items_are_written(assets: Assets, tmp_path: Path) -> None:
    pictures = heldout.PictureSets(assets)
    sound = heldout.RecordingSets(assets, ToneSpeaker())

    def items() -> Any:
        yield from pictures.shapes(Random(1), 6)
        yield from pictures.word_twins(Random(2), 3)
        yield from sound.sentences(Random(3), 4, noisy=False)
        yield from sound.tones(Random(4), 12)

    counts = heldout.write_items(items(), tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "items.jsonl").read_text().splitlines()]
    assert sum(counts.values()) == len(lines) == 28
    for line in lines:
        assert (tmp_path / line["file"]).stat().st_size > 44
        pair = [(line["answer"], line["expected"])]
        assert score.score(line["measure"], pair) == 1.0, line


def test_scores() -> None:
    assert score.exact('It says "Hello".', "it says hello")
    assert score.contains("The digit is 7.", "7") and not score.contains("The digit is 17.", "7")
    assert score.contains("It is the red heart emoji.", "red heart") and not score.contains("A redheart.", "red heart")
    assert score.contains("It is the keycap: # emoji", "#")
    assert score.edit_distance("kitten", "sitting") == 3
    assert score.edit_distance([], ["a"]) == 1 and score.edit_distance("", "") == 0
    pairs = [("turn on the light", "Turn on the light."), ("stop the", "Stop the music.")]
    assert score.word_error_rate(pairs) == pytest.approx(1 / 7)
    assert score.word_error_rate([]) == 0.0
    assert score.score("wer", [("a b c d e f", "x")]) == 0.0
    items = [{"kind": "k", "expected": "a", "measure": "exact", "twin": None}] + [
        {"kind": "t", "expected": letter, "measure": "contains", "twin": 0} for letter in "bc"
    ]
    assert score.report(items, ["A.", "b", "x"]) == {"k": 1.0, "t": 0.0}
    right, wrong = ("red", "red"), ("red", "blue")
    assert score.twin_score("contains", [(right, right), (right, wrong)]) == 0.5
