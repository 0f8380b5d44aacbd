"""Drawing primitives: colours, the 128 x 128 fit, backgrounds, polygons, text and picture degradation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from hearth_mini.media.store import Pixels

SIZE = 128
Rgb = tuple[int, int, int]

# Anchors lie far enough apart that the jitter of `shade` never changes a colour's name.
COLOURS: dict[str, Rgb] = {
    "red": (218, 38, 40),
    "orange": (246, 138, 28),
    "yellow": (246, 222, 48),
    "green": (48, 160, 68),
    "blue": (42, 92, 212),
    "purple": (132, 52, 172),
    "pink": (246, 142, 192),
    "brown": (122, 74, 36),
    "black": (22, 22, 22),
    "white": (248, 248, 248),
    "gray": (136, 136, 136),
}
COLOUR_NAMES = tuple(COLOURS)
JITTER = 14
MIN_CONTRAST = 120.0
# Thin strokes need more; this excludes yellow on white, which shapes may have.
MIN_STROKE_CONTRAST = 150.0


@dataclass(frozen=True)
class Paint:
    """A named colour and the exact shade in use."""

    name: str
    rgb: Rgb


def shade(random: Random, name: str) -> Paint:
    if name in ("black", "white", "gray"):
        delta = random.randint(-JITTER, JITTER)
        red, green, blue = (min(255, max(0, value + delta)) for value in COLOURS[name])
    else:
        red, green, blue = (min(255, max(0, value + random.randint(-JITTER, JITTER))) for value in COLOURS[name])
    return Paint(name, (red, green, blue))


def contrast(first: Rgb, second: Rgb) -> float:
    """Euclidean distance with the eye's weights for red, green and blue, 0 to 765."""
    weights = (0.9, 1.2, 0.6)
    return math.sqrt(sum((weight * (a - b)) ** 2 for weight, a, b in zip(weights, first, second, strict=True)))


def contrasting(random: Random, *others: Paint, minimum: float = MIN_CONTRAST) -> Paint:
    """A random colour that differs clearly from all of `others`."""
    for _ in range(40):
        name = random.choice(COLOUR_NAMES)
        paint = shade(random, name)
        if all(name != other.name and contrast(paint.rgb, other.rgb) >= minimum for other in others):
            return paint
    return shade(random, "white" if all(contrast(COLOURS["white"], o.rgb) >= minimum for o in others) else "black")


def fit(picture: Pixels) -> Pixels:
    """RGB or RGBA of any size to [128, 128, 3]: over white, proportions kept, centred on white."""
    if picture.shape[2] == 4:
        alpha = picture[:, :, 3:].astype(np.float32) / 255
        picture = np.rint(picture[:, :, :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    height, width = picture.shape[:2]
    scale = SIZE / max(height, width)
    if scale != 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        picture = np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)
    height, width = picture.shape[:2]
    if (height, width) == (SIZE, SIZE):
        return np.ascontiguousarray(picture)
    canvas = np.full((SIZE, SIZE, 3), 255, np.uint8)
    top, left = (SIZE - height) // 2, (SIZE - width) // 2
    canvas[top : top + height, left : left + width] = picture
    return canvas


def numpy_generator(random: Random) -> np.random.Generator:
    return np.random.default_rng(random.getrandbits(63))


def blank(rgb: Rgb) -> Pixels:
    canvas = np.empty((SIZE, SIZE, 3), np.uint8)
    canvas[:] = rgb
    return canvas


def background(random: Random, paint: Paint) -> Pixels:
    """Plain most of the time, else a soft gradient or grain within the same named colour."""
    canvas = blank(paint.rgb)
    style = random.random()
    if style < 0.6:
        return canvas
    if style < 0.8:
        angle = random.uniform(0, 2 * math.pi)
        ramp = np.linspace(-1, 1, SIZE, dtype=np.float32)
        slope = ramp[None, :] * math.cos(angle) + ramp[:, None] * math.sin(angle)
        return np.asarray(np.clip(canvas + slope[:, :, None] * random.uniform(4, 14), 0, 255), np.uint8)
    grain = numpy_generator(random).normal(0, random.uniform(2, 7), (SIZE, SIZE, 1)).astype(np.float32)
    return np.clip(canvas + grain, 0, 255).astype(np.uint8)


def fill_polygon(canvas: Pixels, points: NDArray[np.float64], rgb: Rgb) -> None:
    fixed = np.rint(points * 16).astype(np.int32)
    cv2.fillPoly(canvas, [fixed], rgb, cv2.LINE_AA, 4)


def stroke_polygon(canvas: Pixels, points: NDArray[np.float64], rgb: Rgb, thickness: int) -> None:
    fixed = np.rint(points * 16).astype(np.int32)
    cv2.polylines(canvas, [fixed], True, rgb, thickness, cv2.LINE_AA, 4)


def blend_mask(canvas: Pixels, mask: Pixels, rgb: Rgb, left: int, top: int) -> None:
    """Paints `rgb` through a coverage mask placed at (left, top); parts outside the canvas are dropped."""
    height, width = mask.shape
    x0, y0, x1, y1 = max(0, left), max(0, top), min(SIZE, left + width), min(SIZE, top + height)
    if x0 >= x1 or y0 >= y1:
        return
    alpha = mask[y0 - top : y1 - top, x0 - left : x1 - left, None].astype(np.float32) / 255
    region = canvas[y0:y1, x0:x1]
    canvas[y0:y1, x0:x1] = np.rint(region + (np.array(rgb, np.float32) - region) * alpha).astype(np.uint8)


def blend_rgba(canvas: Pixels, rgba: Pixels, left: int, top: int) -> None:
    height, width = rgba.shape[:2]
    x0, y0, x1, y1 = max(0, left), max(0, top), min(SIZE, left + width), min(SIZE, top + height)
    if x0 >= x1 or y0 >= y1:
        return
    part = rgba[y0 - top : y1 - top, x0 - left : x1 - left]
    alpha = part[:, :, 3:].astype(np.float32) / 255
    region = canvas[y0:y1, x0:x1]
    canvas[y0:y1, x0:x1] = np.rint(region + (part[:, :, :3] - region.astype(np.float32)) * alpha).astype(np.uint8)


def rotate(picture: Pixels, degrees: float, fill: int = 0) -> Pixels:
    """Turns a mask or an RGBA picture about its centre, growing the frame so that nothing is cut off."""
    height, width = picture.shape[:2]
    cosine, sine = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    new_width = math.ceil(width * cosine + height * sine)
    new_height = math.ceil(width * sine + height * cosine)
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    matrix[:, 2] += ((new_width - width) / 2, (new_height - height) / 2)
    turned = cv2.warpAffine(picture, matrix, (new_width, new_height), flags=cv2.INTER_LINEAR, borderValue=(fill,) * 4)
    return np.asarray(turned, np.uint8)


def resize(picture: Pixels, width: int, height: int) -> Pixels:
    shrinking = width * height < picture.shape[0] * picture.shape[1]
    method = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (max(1, width), max(1, height)), interpolation=method), np.uint8)


@lru_cache(maxsize=1024)
def load_font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


def text_mask(text: str, font: Path, size: int) -> Pixels:
    """Coverage mask of one line of text, cropped to its ink."""
    face = load_font(font, size)
    left, top, right, bottom = face.getbbox(text)
    mask = Image.new("L", (max(1, math.ceil(right - left)), max(1, math.ceil(bottom - top))), 0)
    ImageDraw.Draw(mask).text((-left, -top), text, font=face, fill=255)
    return np.asarray(mask)


def font_size_for(text: str, font: Path, width: int, height: int, limit: int = 96) -> int:
    """The largest size whose line fits into width x height pixels, at least 8."""
    left, top, right, bottom = load_font(font, 48).getbbox(text)
    scale = min(width / max(1, right - left), height / max(1, bottom - top))
    return max(8, min(limit, int(48 * scale)))


def degrade(random: Random, picture: Pixels, strength: float = 1.0) -> Pixels:
    """Brightness, blur, noise and JPEG losses, each present in a part of the pictures."""
    out = picture
    if random.random() < 0.3 * strength:
        # Kept small: white must not become gray, nor gray black.
        gain, offset = random.uniform(0.92, 1.06), random.uniform(-8, 8)
        out = np.asarray(cv2.convertScaleAbs(out, alpha=gain, beta=offset), np.uint8)
    if random.random() < 0.2 * strength:
        sigma = random.uniform(0.4, 0.9)
        out = np.asarray(cv2.GaussianBlur(out, (0, 0), sigma), np.uint8)
    if random.random() < 0.25 * strength:
        noise = numpy_generator(random).normal(0, random.uniform(2, 10), out.shape).astype(np.float32)
        out = np.clip(out + noise, 0, 255).astype(np.uint8)
    if random.random() < 0.25 * strength:
        _, data = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, random.randint(45, 90)])
        out = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return out
