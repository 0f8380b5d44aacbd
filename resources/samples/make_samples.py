#!/usr/bin/env python3
"""Draws picture.png and speaks recording.wav, the bundled samples of `./dev run`. Needs Pillow and espeak-ng.

Usage: make_samples.py FOLDER
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageDraw

SENTENCE = "Please close the window before the rain comes."


def draw_picture(path: Path) -> None:
    """A blue circle to the left of a red star on warm white, 800 x 600, drawn at twice the size for smooth edges."""
    image = Image.new("RGB", (1600, 1200), "#FBFAF8")
    draw = ImageDraw.Draw(image)
    draw.ellipse((220, 360, 700, 840), fill="#1D4ED8")
    outer, inner, cx, cy = 290, 116, 1130, 610
    # cos and sin of multiples of 36 degrees, starting at the top.
    directions = [(0, -1), (0.5878, -0.8090), (0.9511, -0.3090), (0.9511, 0.3090), (0.5878, 0.8090)]
    directions += [(-x, -y) for x, y in directions]
    points = [
        (cx + (outer if i % 2 == 0 else inner) * x, cy + (outer if i % 2 == 0 else inner) * y)
        for i, (x, y) in enumerate(directions)
    ]
    draw.polygon(points, fill="#DC2626")
    image.resize((800, 600), Image.Resampling.LANCZOS).save(path, optimize=True)


def speak(path: Path) -> None:
    """The sentence in espeak-ng's British English voice, 22.05 kHz mono."""
    subprocess.run(["espeak-ng", "-v", "en-gb", "-s", "150", "-w", str(path), SENTENCE], check=True)


def main() -> None:
    folder = Path(sys.argv[1])
    draw_picture(folder / "picture.png")
    speak(folder / "recording.wav")


if __name__ == "__main__":
    main()
