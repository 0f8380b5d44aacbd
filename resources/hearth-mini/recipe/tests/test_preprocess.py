"""Preparation of pictures and sound, and its batched twin of training."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hearth_mini import preprocess
from hearth_mini.data import frame_batch
from hearth_mini.encoders import SoundEncoder


def test_fitting_keeps_proportions_on_white() -> None:
    image = np.zeros((50, 200, 3), np.uint8)
    fitted = preprocess.fit_image(image)
    rows = (fitted == 0).all((1, 2))
    assert fitted.shape == (128, 128, 3) and rows.sum() == 32 and rows[48:80].all()
    assert (fitted[~rows] == 255).all()


def test_transparency_lies_over_white() -> None:
    image = np.zeros((128, 128, 4), np.uint8)
    image[:, :, 3] = 51
    assert (preprocess.fit_image(image) == 204).all()


def test_small_pictures_are_enlarged() -> None:
    assert (preprocess.fit_image(np.full((2, 2), 7, np.uint8)) == 7).all()


@pytest.mark.parametrize("samples", [1, 160, 161, 640, 641, 16_000])
def test_frames_cover_the_recording(samples: int) -> None:
    sound = np.arange(1, samples + 1, dtype=np.float32)
    frames = preprocess.frame_sound(sound)
    assert len(frames) == preprocess.num_frames(samples) and len(frames) % 4 == 0
    assert frames[0, preprocess.FRAME_LEAD] == 1 and (frames[0, : preprocess.FRAME_LEAD] == 0).all()
    t = len(frames) - 1
    for offset in (0, 120, 399):
        at = 160 * t - 120 + offset
        assert frames[t, offset] == (sound[at] if 0 <= at < samples else 0)


def test_loudness_is_normalised() -> None:
    sound = preprocess.normalise_sound(np.sin(np.arange(16_000)) * 0.01 + 0.2)
    assert abs(sound.mean()) < 1e-6 and abs(np.sqrt((sound**2).mean()) - 0.1) < 1e-6
    assert np.abs(preprocess.normalise_sound(np.full(100, 0.5))).max() < 1e-6


def test_mel_filters_peak_between_their_neighbours() -> None:
    filters = preprocess.mel_filters()
    assert filters.shape == (64, 257) and filters.max() <= 1.0 and (filters.sum(1) > 0).all()
    assert filters[:, 0].sum() == 0 and filters[:, 244:].sum() == 0


def test_spectrogram_on_the_device_equals_numpy() -> None:
    rng = np.random.default_rng(1)
    frames = preprocess.frame_sound(preprocess.normalise_sound(rng.normal(0, 0.1, 8_000)))
    actual = SoundEncoder(64).log_mel(torch.from_numpy(frames)[None])[0].numpy()
    np.testing.assert_allclose(actual, preprocess.log_mel(frames), atol=2e-4)


def test_batched_framing_equals_numpy() -> None:
    rng = np.random.default_rng(2)
    lengths = (3_200, 5_001)
    waves = np.zeros((2, 6_400), np.float32)
    for row, length in enumerate(lengths):
        waves[row, :length] = rng.normal(0.1, 0.05, length)
    batch = frame_batch(torch.from_numpy(waves), torch.tensor(lengths)).numpy()
    for row, length in enumerate(lengths):
        expected = preprocess.frame_sound(preprocess.normalise_sound(waves[row, :length]))
        np.testing.assert_allclose(batch[row, : len(expected)], expected, atol=1e-6)
