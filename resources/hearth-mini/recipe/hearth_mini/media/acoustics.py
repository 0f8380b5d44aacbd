"""Sound processing and synthetic sounds. Samples are float32 at 16 kHz, speech at an RMS of about 0.08."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter, oaconvolve, resample_poly

from hearth_mini.media.store import SAMPLE_RATE, Samples

MAX_SECONDS = 6.0
SPEECH_RMS = 0.08

# Noise and room responses are drawn once with fixed seeds and then cut at random, which is far cheaper than fresh
# noise for each recording and equal in every worker.
_POOL_SECONDS = 20
_NUM_ROOMS = 96


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples)) + 1e-12))


def scaled(samples: Samples, level: float) -> Samples:
    return np.asarray(samples * np.float32(level / max(rms(samples), 1e-6)), np.float32)


@lru_cache(maxsize=8)
def noise_pool(kind: str) -> Samples:
    """Twenty seconds of noise of RMS 1 whose power falls with frequency: white not, pink 1/f, brown 1/f^2."""
    generator = np.random.default_rng({"white": 1, "pink": 2, "brown": 3}[kind])
    count = _POOL_SECONDS * SAMPLE_RATE
    spectrum = np.fft.rfft(generator.standard_normal(count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE), 20)
    spectrum *= frequency ** {"white": 0.0, "pink": -0.5, "brown": -1.0}[kind]
    return scaled(np.fft.irfft(spectrum, count).astype(np.float32), 1.0)


def noise(random: Random, kind: str, count: int) -> Samples:
    pool: Samples = noise_pool(kind)
    start = random.randrange(len(pool) - count)
    return pool[start : start + count]


@lru_cache(maxsize=1)
def rooms() -> list[Samples]:
    """Decaying noise after a direct sound: RT60 of 0.1 to 0.5 s, direct-to-reverberant ratio of 0 to 12 dB."""
    generator = np.random.default_rng(4)
    responses = []
    for _ in range(_NUM_ROOMS):
        decay = generator.uniform(0.1, 0.5)
        count = int(decay * SAMPLE_RATE)
        time = np.arange(count) / SAMPLE_RATE
        tail = generator.standard_normal(count) * np.exp(-6.9 * time / decay)
        tail[: int(generator.uniform(0.002, 0.012) * SAMPLE_RATE)] = 0
        tail *= 10 ** (-generator.uniform(0, 12) / 20) / np.sqrt(np.sum(tail**2))
        tail[0] = 1.0
        responses.append(tail.astype(np.float32))
    return responses


def resampled(samples: NDArray[np.int16], rate: int, speed: float = 1.0) -> Samples:
    """int16 at `rate` to float32 at 16 kHz, played `speed` times as fast."""
    # The ratio in hundredths is exact enough: one per cent of pitch.
    down = max(1, round(100 * rate * speed / SAMPLE_RATE))
    out = resample_poly(samples.astype(np.float32) / 32768, 100, down) if down != 100 else samples / 32768
    return np.asarray(out, np.float32)


def sped_up(samples: Samples, speed: float) -> Samples:
    """Linear interpolation: good enough for clips whose band ends well below 8 kHz."""
    positions = np.arange(0, len(samples) - 1, speed)
    return np.asarray(np.interp(positions, np.arange(len(samples)), samples), np.float32)


def trimmed(samples: Samples, threshold: float = 0.004) -> Samples:
    """Without the quiet beginning and end."""
    loud = np.flatnonzero(np.abs(samples) > threshold)
    if len(loud) == 0:
        return samples
    margin = 320
    return samples[max(0, loud[0] - margin) : loud[-1] + margin]


def coloured(random: Random, samples: Samples) -> Samples:
    """A cheap microphone: one-pole low-pass and high-pass with random corners."""
    low = math.exp(-2 * math.pi * random.uniform(2500, 7000) / SAMPLE_RATE)
    high = math.exp(-2 * math.pi * random.uniform(40, 250) / SAMPLE_RATE)
    out = lfilter([1 - low], [1, -low], samples)
    return np.asarray(lfilter([1, -1], [1, -high], out), np.float32)


@dataclass(frozen=True)
class Surroundings:
    """Shares of recordings with reverberation, a coloured microphone and audible noise; noise level in dB."""

    reverberation: float = 0.35
    microphone: float = 0.25
    noise: float = 0.75
    snr_db: tuple[float, float] = (5.0, 30.0)


EVERYDAY = Surroundings()
CALM = Surroundings(reverberation=0.0, microphone=0.0, noise=1.0, snr_db=(20.0, 35.0))


def environment(
    random: Random, speech: Samples, extra_noise: Samples | None = None, around: Surroundings = EVERYDAY
) -> NDArray[np.int16]:
    """Puts speech into its surroundings, with pauses before and after, and a random gain."""
    speech = scaled(speech, SPEECH_RMS)
    if random.random() < around.reverberation:
        speech = oaconvolve(speech, random.choice(rooms())).astype(np.float32)
    if random.random() < around.microphone:
        speech = coloured(random, speech)
    before, after = (int(random.random() ** 2 * 0.6 * SAMPLE_RATE) for _ in range(2))
    room_left = max(0, int(MAX_SECONDS * SAMPLE_RATE) - len(speech))
    before, after = min(before, room_left // 2), min(after, room_left // 2)
    out = np.zeros(len(speech) + before + after, np.float32)
    out[before : before + len(speech)] = speech
    if random.random() < around.noise:
        level = SPEECH_RMS * 10 ** (-random.uniform(*around.snr_db) / 20)
        if extra_noise is not None and random.random() < 0.4:
            repeated = np.resize(extra_noise, len(out))
            out += scaled(repeated, level)
        elif random.random() < 0.15:
            out += scaled(hum(random, len(out)), level)
        else:
            out += noise(random, random.choice(("white", "pink", "pink", "brown")), len(out)) * np.float32(level)
    else:
        out += noise(random, "white", len(out)) * np.float32(10 ** random.uniform(-4, -3.3))
    return to_int16(out * np.float32(10 ** random.uniform(-0.9, 0.25)))


def to_int16(samples: Samples) -> NDArray[np.int16]:
    limit = int(MAX_SECONDS * SAMPLE_RATE)
    return np.rint(np.clip(samples[:limit], -1, 1) * 32767).astype(np.int16)


def faded(samples: Samples, seconds: float = 0.01) -> Samples:
    count = min(int(seconds * SAMPLE_RATE), len(samples) // 2)
    ramp = np.linspace(0, 1, count, dtype=np.float32)
    samples[:count] *= ramp
    samples[len(samples) - count :] *= ramp[::-1]
    return samples


def tone(frequency: float | NDArray[np.float64], seconds: float, timbre: str = "sine") -> Samples:
    """A tone of constant pitch, or of one frequency a sample, with soft edges."""
    count = int(seconds * SAMPLE_RATE)
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(np.asarray(frequency, np.float64), (count,))) / SAMPLE_RATE
    if timbre == "sine":
        wave = np.sin(phase)
    elif timbre == "soft":
        wave = np.sin(phase) + 0.4 * np.sin(2 * phase) + 0.2 * np.sin(3 * phase)
    else:
        wave = np.sin(phase) + np.sin(3 * phase) / 3 + np.sin(5 * phase) / 5
    return faded(scaled(wave.astype(np.float32), 0.1))


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def hum(random: Random, count: int) -> Samples:
    time = np.arange(count) / SAMPLE_RATE
    base = random.choice((50, 60, 100, 120))
    wave = sum(random.uniform(0.2, 1) / k * np.sin(2 * np.pi * base * k * time + random.uniform(0, 6)) for k in (1, 2, 3, 5))
    return np.asarray(wave, np.float32)


def clicks(random: Random, count: int) -> Samples:
    out = np.zeros(count, np.float32)
    step = int(random.uniform(0.2, 0.7) * SAMPLE_RATE)
    length = 160
    pulse = noise(random, "white", length) * np.exp(-np.arange(length) / 25).astype(np.float32)
    for start in range(random.randrange(step // 2), count - length, step):
        out[start : start + length] = pulse
    return out


def chirps(random: Random, count: int) -> Samples:
    """A bird: short upward sweeps between 2 and 5 kHz."""
    out = np.zeros(count, np.float32)
    low = random.uniform(1800, 2800)
    length = random.uniform(0.06, 0.14)
    sweep = tone(np.linspace(low, low * random.uniform(1.4, 1.9), int(length * SAMPLE_RATE)), length)
    position = random.randrange(SAMPLE_RATE // 6)
    while position + len(sweep) < count:
        out[position : position + len(sweep)] += sweep
        position += int(random.uniform(1.3, 3.0) * len(sweep))
    return out


def siren(random: Random, count: int) -> Samples:
    time = np.arange(count) / SAMPLE_RATE
    period = random.uniform(0.6, 1.4)
    low, high = random.uniform(450, 600), random.uniform(800, 1100)
    swing = np.sin(2 * np.pi * time / period)
    frequency = (low + high) / 2 + (high - low) / 2 * (np.sign(swing) if random.random() < 0.5 else swing)
    # Half a sample more, so that the division cannot lose the last one.
    return tone(frequency, (count + 0.5) / SAMPLE_RATE, "square")


def bell(random: Random, count: int) -> Samples:
    time = np.arange(count) / SAMPLE_RATE
    base = random.uniform(400, 900)
    partials = ((1, 1.0, 2.0), (2.01, 0.6, 3.0), (2.76, 0.5, 4.0), (5.4, 0.3, 7.0))
    wave = sum(a * np.sin(2 * np.pi * base * m * time) * np.exp(-d * time) for m, a, d in partials if base * m < 7500)
    return faded(np.asarray(wave, np.float32), 0.002)


def knocks(random: Random, count: int) -> Samples:
    out = np.zeros(count, np.float32)
    length = int(0.08 * SAMPLE_RATE)
    time = np.arange(length) / SAMPLE_RATE
    pulse = (np.sin(2 * np.pi * random.uniform(120, 260) * time) * np.exp(-time * 60)).astype(np.float32)
    pulse += 0.2 * noise(random, "pink", length) * np.exp(-time * 120).astype(np.float32)
    step = int(random.uniform(0.18, 0.3) * SAMPLE_RATE)
    for knock in range(random.randint(3, 5)):
        start = 800 + knock * step
        if start + length < count:
            out[start : start + length] = pulse
    return out


def engine(random: Random, count: int) -> Samples:
    time = np.arange(count) / SAMPLE_RATE
    rate = random.uniform(22, 45)
    pulses = np.maximum(0, np.sin(2 * np.pi * rate * time + 0.3 * np.sin(2 * np.pi * 1.3 * time))) ** 6
    return (pulses * noise(random, "brown", count)).astype(np.float32)


def waves(random: Random, count: int) -> Samples:
    """The sea: pink noise that swells every few seconds."""
    time = np.arange(count) / SAMPLE_RATE
    swell = (0.55 - 0.45 * np.cos(2 * np.pi * time / random.uniform(1.6, 2.6) + random.uniform(0, 1))) ** 2
    return (swell * noise(random, "pink", count)).astype(np.float32)


SOUNDS: dict[str, Callable[[Random, int], Samples]] = {
    "white noise": lambda random, count: noise(random, "white", count).copy(),
    "a low rumble": lambda random, count: noise(random, "brown", count).copy(),
    "an electric hum": hum,
    "ticking": clicks,
    "a bird chirping": chirps,
    "a siren": siren,
    "a bell": bell,
    "knocking": knocks,
    "an engine": engine,
    "waves": waves,
}
