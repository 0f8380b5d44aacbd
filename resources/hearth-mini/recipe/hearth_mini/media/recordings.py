"""The mix of recordings used for training: synthetic and real speech, tones, sounds and silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

import numpy as np
from numpy.typing import NDArray

from hearth_mini.media import acoustics as ac
from hearth_mini.media.acoustics import MAX_SECONDS
from hearth_mini.media.phrases import NUMBERS, Turn, ask, capital, number_words
from hearth_mini.media.speech import Speaker, Voice
from hearth_mini.media.store import SAMPLE_RATE, Assets, Samples
from hearth_mini.media.words import COMMAND_WORDS, SentenceSource

DIGIT_WORDS = tuple(NUMBERS[:10])

TRANSCRIBE = (
    "What is said?", "Transcribe the recording.", "Transcribe this.", "Write down what you hear.",
    "What does the speaker say?", "Please transcribe the audio.", "What was said?", "Type what is spoken.",
    "Give me the transcript.", "What did I say?", "Turn this recording into text.", "Write the spoken words.",
    "What are the words?", "What does the voice say?", "Convert the speech to text.",
)  # fmt: skip
HEAR = (
    "What do you hear?", "What can you hear?", "Describe the recording.", "What is in the recording?",
    "What sound is this?", "Tell me what you hear.", "What is this recording?", "Describe the sound.",
)  # fmt: skip
WHICH_DIGIT = (
    "Which digit was spoken?", "Which digit is it?", "What digit do you hear?", "Which number was said?",
    "What number is spoken?", "Name the spoken digit.", "Which digit did I say?",
)  # fmt: skip
WHICH_COMMAND = (
    "Which command was spoken?", "What command is it?", "Which command do you hear?", "What is the command?",
    "Name the command.", "Which command did I give?", "Which word was spoken?",
)  # fmt: skip
_LETTER_SOUNDS = (
    "ay,bee,see,dee,ee,eff,jee,aitch,eye,jay,kay,ell,em,en,oh,pee,cue,are,ess,tee,you,vee,double you,ex,why,zee"
)
LETTER_NAMES = dict(zip("abcdefghijklmnopqrstuvwxyz", _LETTER_SOUNDS.split(","), strict=True))


@dataclass(frozen=True)
class Recording:
    """int16 samples at 16 kHz, at most six seconds, with everything that may be asked about them."""

    family: str
    samples: NDArray[np.int16]
    turns: list[Turn]


def speech_turns(random: Random, transcript: str) -> list[Turn]:
    read = Turn("transcript", random.choice(TRANSCRIBE), transcript)
    turns = [read] * 5
    turns.append(ask(random, "hear", HEAR[:4] + HEAR[5:7], f'I hear a voice saying: "{transcript}"'))
    turns.append(
        ask(random, "speech", ("Is there speech in the recording?", "Does anyone speak?", "Do you hear a voice?"),
            "Yes, someone speaks.", "yes")
    )  # fmt: skip
    return turns if random.random() < 0.3 else turns[:6]


def digit_turns(random: Random, digit: str) -> list[Turn]:
    other = random.choice(DIGIT_WORDS)
    verdict = "Yes" if other == digit else "No"
    which = ask(random, "digit", WHICH_DIGIT, f"The digit is {digit}.", digit, 0.3)
    return [
        which, which, which,
        Turn("transcript", random.choice(TRANSCRIBE), f"{capital(digit)}."),
        Turn("figure", random.choice(("Write the digit as a figure.", "Which digit is it? Answer with the figure.")),
             str(NUMBERS.index(digit))),
        ask(random, "hear", HEAR, f"I hear the digit {digit}."),
        ask(random, "yes or no", (f"Is the digit {other}?", f"Did I say {other}?"), f"{verdict}, the digit is {digit}.",
            verdict.lower()),
    ]  # fmt: skip


def command_turns(random: Random, word: str) -> list[Turn]:
    known = word in COMMAND_WORDS
    answer = f'The command is "{word}".' if known else f'That is none of the commands. The word is "{word}".'
    which = ask(random, "command", WHICH_COMMAND[:6] if not known else WHICH_COMMAND, answer, word if known else "", 0.3)
    return [
        which, which, which,
        Turn("transcript", random.choice(TRANSCRIBE), f"{capital(word)}."),
        Turn("transcript", random.choice(TRANSCRIBE), f"{capital(word)}."),
        ask(random, "hear", HEAR, f'I hear the word "{word}".'),
    ]  # fmt: skip


def sound_turns(random: Random, answer: str, short: str) -> list[Turn]:
    turns = [ask(random, "hear", HEAR, answer, short, 0.2)] * 3
    turns.append(
        ask(random, "speech", TRANSCRIBE[:8] + ("Is there speech in the recording?", "Does anyone speak?"),
            f"There is no speech. {answer}")
    )  # fmt: skip
    return turns


@dataclass
class RecordingSource:
    """Draws recordings of one side of the split: voices, speakers and sentences of the other side never appear."""

    assets: Assets
    engine: Speaker
    held_out: bool = False

    @cached_property
    def sentences(self) -> SentenceSource:
        return SentenceSource(self.assets, self.held_out)

    @property
    def _split(self) -> str:
        return "test" if self.held_out else "train"

    @cached_property
    def _room_noise(self) -> list[Samples]:
        return [self.assets.speech(index) for index in self.assets.speech_clips("noise", self._split, "silence")]

    def _background(self, random: Random) -> Samples | None:
        return random.choice(self._room_noise) if self._room_noise else None

    def say(self, random: Random, text: str, voice: Voice | None = None) -> Samples:
        """Synthetic speech; too long a sentence is spoken faster."""
        voice = voice or self.engine.random_voice(random, self.held_out)
        speed = random.uniform(0.88, 1.14)
        samples = self.engine.say(text, voice)
        seconds = len(samples) / self.engine.sample_rate
        limit = MAX_SECONDS - 0.3
        if seconds / speed > limit:
            faster = Voice(voice.name, min(300, round(voice.rate * seconds / speed / limit * 1.1)), voice.pitch,
                           voice.range)  # fmt: skip
            samples = self.engine.say(text, faster)
        return ac.trimmed(ac.resampled(samples, self.engine.sample_rate, speed))

    def _speech(
        self, random: Random, family: str, spoken: str, turns: Callable[[], list[Turn]], voice: Voice | None = None
    ) -> Recording | None:
        samples = self.say(random, spoken, voice)
        # A clipped sentence would have a wrong transcript.
        if len(samples) > int(MAX_SECONDS * SAMPLE_RATE) or len(samples) < 800:
            return None
        return Recording(family, ac.environment(random, samples, self._background(random)), turns())

    def sentence(self, random: Random, text: str = "", voice: Voice | None = None) -> Recording | None:
        text = text or self.sentences.draw(random)
        return self._speech(random, "sentence", text, lambda: speech_turns(random, text), voice)

    def _clip(self, random: Random, index: int, speeds: tuple[float, float]) -> Samples:
        # Six speakers of digits are few; a wide range of speeds also makes shorter and longer vocal tracts.
        return ac.sped_up(ac.trimmed(self.assets.speech(index), 0.01), random.uniform(*speeds))

    def real_digit(self, random: Random, label: str = "", index: int | None = None) -> Recording:
        label = label or random.choice(DIGIT_WORDS)
        if index is None:
            index = random.choice(self.assets.speech_clips("digits", self._split, label))
        samples = self._clip(random, index, (0.85, 1.2) if self.held_out else (0.78, 1.28))
        turns = digit_turns(random, label)
        return Recording("spoken digit", ac.environment(random, samples, self._background(random)), turns)

    def real_command(self, random: Random, label: str = "", index: int | None = None) -> Recording:
        if not label:
            labels = self.assets.speech_labels("commands", self._split)
            unknown = [word for word in labels if word not in COMMAND_WORDS]
            label = random.choice(COMMAND_WORDS) if random.random() < 0.88 or not unknown else random.choice(unknown)
        if index is None:
            index = random.choice(self.assets.speech_clips("commands", self._split, label))
        samples = self._clip(random, index, (0.85, 1.2))
        turns = command_turns(random, label)
        return Recording("spoken command", ac.environment(random, samples, self._background(random)), turns)

    def _synthetic_word(self, random: Random) -> Recording | None:
        if random.random() < 0.5:
            digit = random.choice(DIGIT_WORDS)
            return self._speech(random, "synthetic digit", f"{digit}.", lambda: digit_turns(random, digit))
        word = random.choice(COMMAND_WORDS) if random.random() < 0.6 else self.sentences.dictionary_word(random)
        return self._speech(random, "synthetic word", f"{word}.", lambda: command_turns(random, word))

    def _word_list(self, random: Random) -> Recording | None:
        text = self.sentences.word_list(random)
        spoken = text.replace(" ", ", ") if random.random() < 0.3 else text
        return self._speech(random, "word list", spoken, lambda: speech_turns(random, text))

    def _number(self, random: Random) -> Recording | None:
        value = random.randrange(10, random.choice((20, 100, 100, 1000, 10_000)))
        words = number_words(value)

        def turns() -> list[Turn]:
            return [
                ask(random, "number", ("Which number was spoken?", "What number do you hear?", "Which number is it?"),
                    f"The number is {words}."),
                Turn("transcript", random.choice(TRANSCRIBE), f"{capital(words)}."),
                Turn("figure", random.choice(("Write the number in figures.", "Which number is it? Use figures.")),
                     str(value)),
            ]  # fmt: skip

        return self._speech(random, "number", f"{words}.", turns)

    def _digit_string(self, random: Random) -> Recording | None:
        digits = [random.randrange(10) for _ in range(random.randint(2, 6))]
        words = " ".join(NUMBERS[digit] for digit in digits)
        figures = "".join(map(str, digits))

        def turns() -> list[Turn]:
            return [
                ask(random, "digits", ("Which digits were spoken?", "What digits do you hear?", "Name the digits."),
                    f"The digits are {words}."),
                Turn("transcript", random.choice(TRANSCRIBE), f"{capital(words)}."),
                Turn("figures", random.choice(("Write the digits as figures.", "Write the number in figures.")), figures),
            ]  # fmt: skip

        if len(digits) <= 4 and random.random() < 0.4:
            # Real clips of one speaker in a row.
            clips = self._digit_clips_by_speaker
            by_digit = clips[random.choice(sorted(clips))]
            parts: list[Samples] = []
            for digit in digits:
                clip = self.assets.speech(random.choice(by_digit[digit]))
                parts += [ac.scaled(ac.trimmed(clip, 0.01), ac.SPEECH_RMS), ac.silence(random.uniform(0.03, 0.3))]
            samples = ac.environment(random, np.concatenate(parts), self._background(random))
            return Recording("real digit string", samples, turns())
        spoken = words.replace(" ", ", " if random.random() < 0.6 else " ")
        return self._speech(random, "digit string", f"{spoken}.", turns)

    @cached_property
    def _digit_clips_by_speaker(self) -> dict[str, list[Sequence[int]]]:
        """Speakers with clips of all ten digits."""
        speakers: dict[str, list[list[int]]] = {}
        for value, label in enumerate(DIGIT_WORDS):
            for index in self.assets.speech_clips("digits", self._split, label):
                speaker = self.assets.speech_entry(index)["speaker"]
                speakers.setdefault(speaker, [[] for _ in range(10)])[value].append(index)
        return {speaker: list(groups) for speaker, groups in speakers.items() if all(groups)}

    def _spelled(self, random: Random) -> Recording | None:
        word = self.sentences.dictionary_word(random)[:7]
        spoken = ", ".join(LETTER_NAMES[letter] for letter in word if letter in LETTER_NAMES)
        letters = " ".join(word)

        def turns() -> list[Turn]:
            return [
                Turn("transcript", random.choice(TRANSCRIBE), letters),
                ask(random, "spelled", ("Which word is spelled?", "What word do the letters make?",
                                        "Which letters do you hear?"), f'The letters {letters} spell "{word}".'),
            ]  # fmt: skip

        return self._speech(random, "spelled word", f"{spoken}.", turns)

    def tones(self, random: Random) -> Recording:
        kind = random.choice(("beeps", "pitch", "sweep", "pair"))
        timbre = random.choice(("sine", "soft", "square"))
        if kind == "beeps":
            count = random.randint(1, 5)
            pitch, length, gap = random.uniform(300, 1800), random.uniform(0.1, 0.3), random.uniform(0.12, 0.35)
            parts: list[Samples] = []
            for _ in range(count):
                parts += [ac.tone(pitch, length, timbre), ac.silence(gap)]
            words = f"{NUMBERS[count]} {'beep' if count == 1 else 'beeps'}"
            turns = [ask(random, "count", ("How many beeps are there?", "How many beeps do you hear?",
                                           "Count the beeps.", "How often does it beep?"),
                         f"There {'is' if count == 1 else 'are'} {words}.", NUMBERS[count])] * 2
            turns += sound_turns(random, f"I hear {words}.", words)
            samples = np.concatenate(parts)
        elif kind == "pitch":
            name = random.choice(("low", "high"))
            pitch = random.uniform(110, 260) if name == "low" else random.uniform(1200, 3000)
            samples = ac.tone(pitch, random.uniform(0.4, 2.0), timbre)
            turns = [ask(random, "pitch", ("Is the tone high or low?", "What pitch does the tone have?",
                                           "Is it a low or a high tone?"), f"The tone is {name}.", name)] * 2
            turns += sound_turns(random, f"I hear a {name} tone.", f"a {name} tone")
        elif kind == "sweep":
            name = random.choice(("rising", "falling"))
            low = random.uniform(200, 600)
            ends = (low, low * random.uniform(1.8, 4))
            seconds = random.uniform(0.5, 2.0)
            count = int(seconds * SAMPLE_RATE)
            path = np.geomspace(*(ends if name == "rising" else ends[::-1]), count)
            samples = ac.tone(path, seconds, timbre)
            turns = [ask(random, "direction", ("Does the tone rise or fall?", "Is the tone rising or falling?",
                                               "How does the pitch change?"), f"The tone is {name}.", name)] * 2
            turns += sound_turns(random, f"I hear a {name} tone.", f"a {name} tone")
        else:
            first = random.uniform(250, 900)
            name = random.choice(("higher", "lower"))
            second = first * random.uniform(1.25, 1.9) if name == "higher" else first / random.uniform(1.25, 1.9)
            length = random.uniform(0.25, 0.6)
            samples = np.concatenate([ac.tone(first, length, timbre), ac.silence(random.uniform(0.05, 0.3)),
                                      ac.tone(second, length, timbre)])
            turns = [ask(random, "compare", ("Is the second tone higher or lower?", "How is the second tone?"),
                         f"The second tone is {name}.", name)] * 2
            turns += sound_turns(random, f"I hear two tones, the second is {name}.", "two tones")  # fmt: skip
        return Recording("tones", ac.environment(random, samples), turns)

    def sound(self, random: Random) -> Recording:
        name = random.choice(list(ac.SOUNDS))
        count = int(random.uniform(1.0, 3.5) * SAMPLE_RATE)
        samples = ac.scaled(ac.SOUNDS[name](random, count), 0.1)
        samples = samples * np.float32(10 ** random.uniform(-0.8, 0.2))
        if name not in ("white noise", "a low rumble", "waves"):
            samples = samples + noise_floor(random, len(samples))
        return Recording("sound", ac.to_int16(samples), sound_turns(random, f"I hear {name}.", name))

    def quiet(self, random: Random) -> Recording:
        if random.random() < 0.5 and self._room_noise:
            samples = ac.scaled(random.choice(self._room_noise), 10 ** random.uniform(-2.4, -1.3))
            answer, short = "I hear only background noise.", "background noise"
            return Recording("background noise", ac.to_int16(samples), sound_turns(random, answer, short))
        # Kept below the level that the model's loudness scaling would lift to that of a sound.
        count = int(random.uniform(0.5, 3.0) * SAMPLE_RATE)
        generator = np.random.default_rng(random.getrandbits(63))
        steps = (generator.random(count) < random.choice((0.0, 0.02, 0.1))).astype(np.int16)
        answer = random.choice(("I hear nothing.", "I hear only silence."))
        return Recording("silence", steps, sound_turns(random, answer, "silence"))

    @cached_property
    def _families(self) -> tuple[list[Callable[[Random], Recording | None]], list[float]]:
        weighted: list[tuple[Callable[[Random], Recording | None], float]] = [
            (self.sentence, 46),
            (self.real_command, 13),
            (self.real_digit, 12),
            (self._synthetic_word, 5),
            (self._word_list, 6),
            (self._digit_string, 5),
            (self._number, 4),
            (self._spelled, 3),
            (self.tones, 4),
            (self.sound, 3),
            (self.quiet, 2),
        ]
        return [draw for draw, _ in weighted], [weight for _, weight in weighted]

    def draw(self, random: Random) -> Recording:
        families, weights = self._families
        while True:
            recording = random.choices(families, weights)[0](random)
            if recording is not None:
                return recording

    def spoken_question(self, random: Random, question: str) -> NDArray[np.int16]:
        return ac.environment(random, self.say(random, question), self._background(random))


def noise_floor(random: Random, count: int) -> Samples:
    return ac.noise(random, "pink", count) * np.float32(10 ** random.uniform(-4, -2.5))

