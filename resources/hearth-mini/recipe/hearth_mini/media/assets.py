"""Packs the base assets of the picture and sound data: `python -m hearth_mini.media.assets --mirror DIR --out DIR`.

`--mirror` holds one bare git repository per source of manifest-media.toml, at `owner+name/repo`. Fonts, espeak-ng and
its voices come from the Debian packages that the manifest names and must be installed. A C compiler is needed once:
libespeak-ng links an audio-output library that would pull in the desktop's sound and window system, and is given an
empty one instead, since speech is fetched as samples and never played.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import lzma
import random
import re
import shutil
import subprocess
import tempfile
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cairosvg
import cv2
import numpy as np
import soundfile
from scipy.signal import resample_poly

from hearth_mini.media.store import SAMPLE_RATE, Pixels, write_array, write_blob

MANIFEST = Path(__file__).resolve().parents[2] / "manifest-media.toml"
MAX_TOTAL_BYTES = 50 * 1024 * 1024

TRAIN_FONTS = (
    "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSansMono.ttf",
    "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", "LiberationSerif-Regular.ttf",
    "LiberationSerif-Bold.ttf", "LiberationMono-Regular.ttf", "Lato-Regular.ttf", "OpenSans-Regular.ttf",
    "OpenSans-ExtraBold.ttf", "ComicNeue-Regular.otf", "ComicNeue-Bold.otf", "RobotoSlab-Regular.otf",
    "RobotoSlab-Bold.otf", "Roboto-Regular.ttf", "Roboto-Bold.ttf", "RobotoCondensed-Regular.ttf",
    "Cantarell-Regular.otf", "Courier Prime.otf", "Dosis-SemiBold.otf", "Hack-Regular.ttf", "Junction.otf",
    "Quattrocento-Regular.otf", "Vollkorn-Regular.ttf", "YanoneKaffeesatz-Regular.otf", "Andika-Regular.ttf",
    "Play-Regular.ttf", "Oxygen-Sans.ttf", "Oxygen-Sans-Bold.ttf",
)  # fmt: skip
EVALUATION_FONTS = ("Cabin-Regular.otf", "Caladea-Regular.ttf")

DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

# Speakers of the digit set kept for evaluation only.
HELD_OUT_DIGIT_SPEAKERS = frozenset({"theo", "lucas"})

# Opus at this compression level needs about 4 kB a second at 16 kHz, 16 dB signal-to-error: above the noise that
# the generator adds itself.
OPUS_COMPRESSION = 0.9

SILENT_AUDIO_SOURCE = """
/* Stands in for libpcaudio: every output device is absent. */
struct audio_object;
struct audio_object *create_audio_device_object(const char *d, const char *a, const char *s)
{ (void)d; (void)a; (void)s; return 0; }
int audio_object_open(struct audio_object *o, int f, unsigned r, unsigned char c)
{ (void)o; (void)f; (void)r; (void)c; return -1; }
void audio_object_close(struct audio_object *o) { (void)o; }
void audio_object_destroy(struct audio_object *o) { (void)o; }
int audio_object_write(struct audio_object *o, const void *d, unsigned long n) { (void)o; (void)d; (void)n; return -1; }
int audio_object_drain(struct audio_object *o) { (void)o; return -1; }
int audio_object_flush(struct audio_object *o) { (void)o; return -1; }
const char *audio_object_strerror(struct audio_object *o, int e) { (void)o; (void)e; return "no audio output"; }
"""


class GitTree:
    """One commit of a bare repository."""

    def __init__(self, repository: Path, commit: str) -> None:
        self._repository = repository
        listing = subprocess.run(
            ["git", "-C", str(repository), "ls-tree", "-r", "-l", "-z", commit], check=True, capture_output=True
        ).stdout.decode("utf-8", "replace")
        self._objects: dict[str, str] = {}
        for line in listing.split("\0"):
            if line:
                head, path = line.split("\t", 1)
                _, _, object_id, size = head.split()
                if size.isdigit():
                    self._objects[path] = object_id

    def paths(self, pattern: str) -> list[str]:
        """Sorted paths that match the regular expression from their beginning to their end."""
        expression = re.compile(pattern)
        return sorted(path for path in self._objects if expression.fullmatch(path))

    def read_all(self, paths: list[str]) -> Iterator[tuple[str, bytes]]:
        process = subprocess.Popen(
            ["git", "-C", str(self._repository), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdin is not None and process.stdout is not None
        with process:
            for path in paths:
                process.stdin.write(self._objects[path].encode() + b"\n")
                process.stdin.flush()
                header = process.stdout.readline().split()
                if header[1] == b"missing":
                    continue
                data = process.stdout.read(int(header[2]) + 1)[:-1]
                yield path, data
            process.stdin.close()

    def read(self, path: str) -> bytes:
        return next(iter(self.read_all([path])))[1]


def emoji_key(code_points: list[int]) -> tuple[int, ...]:
    """Code points without the presentation selector, so that file names and text agree."""
    return tuple(point for point in code_points if point != 0xFE0F)


def pack_emoji(noto: GitTree, gemoji: GitTree, out: Path) -> int:
    known = {
        emoji_key([ord(letter) for letter in entry["emoji"]]): entry
        for entry in json.loads(gemoji.read("db/emoji.json"))
    }
    skin_tones = range(0x1F3FB, 0x1F400)
    wanted: list[tuple[str, dict[str, Any]]] = []
    names: set[str] = set()
    for path in noto.paths(r"png/72/emoji_u[0-9a-f_]+\.png"):
        points = emoji_key([int(part, 16) for part in path.split("emoji_u")[1][:-4].split("_")])
        # Tones repeat the same name; a lone letter or regional indicator is not a picture of anything.
        if any(point in skin_tones for point in points) or (len(points) == 1 and points[0] < 0x80):
            continue
        entry = known.get(points)
        if entry is not None:
            name, category, tags = entry["description"], entry["category"], entry["tags"]
        elif len(points) == 1 and unicodedata.name(chr(points[0]), "") and not 0x1F1E6 <= points[0] <= 0x1F1FF:
            name, category, tags = unicodedata.name(chr(points[0])).lower(), "", []
        else:
            continue
        name = name.replace("\u201c", '"').replace("\u201d", '"').replace("\u2019", "'")
        # Squares of several sizes look alike once scaled.
        if re.search(r"(medium|small).*(square|circle)|^family: man, man, boy$", name):
            continue
        if category != "Flags" and name not in names:
            names.add(name)
            wanted.append((path, {"name": name, "category": category, "tags": tags}))
    data = dict(noto.read_all([path for path, _ in wanted]))
    return write_blob(out, "emoji", ((data[path], entry) for path, entry in wanted))


def rasterise_svg(job: tuple[bytes, int, int]) -> Pixels | None:
    """RGBA of an SVG, or None for one that the renderer cannot read."""
    data, width, height = job
    try:
        png = cairosvg.svg2png(bytestring=data, output_width=width, output_height=height)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None
    decoded = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.ndim != 3:
        return None
    # A picture without transparency is decoded to three channels.
    conversion = cv2.COLOR_BGRA2RGBA if decoded.shape[2] == 4 else cv2.COLOR_BGR2RGBA
    return np.asarray(cv2.cvtColor(decoded, conversion), np.uint8)


# Endings that name a drawing variant or a badge, not another thing.
ICON_VARIANT = re.compile(
    r"-(outline|variant|variant-\d|off|box|circle|alert|check|cancel|edit|lock|minus|multiple|plus|remove|search|sync|"
    r"settings|cog|key|clock|import|export|refresh|question|marker|arrow-\w+|\d+)(-|$)"
)


def pack_icons(tree: GitTree, out: Path, limit: int, processes: int) -> int:
    chosen: list[str] = []
    for entry in json.loads(tree.read("meta.json")):
        name = entry["name"]
        if entry["deprecated"] or "Brand / Logo" in entry["tags"] or ICON_VARIANT.search(name):
            continue
        if len(name) <= 32 and name.count("-") <= 3:
            chosen.append(name)
    available = set(tree.paths(r"svg/[^/]+\.svg"))
    paths = [f"svg/{name}.svg" for name in chosen if f"svg/{name}.svg" in available][:limit]
    names: list[dict[str, Any]] = []
    masks: list[Pixels] = []
    thumbnails: list[np.ndarray[Any, Any]] = []
    files = list(tree.read_all(paths))
    with ProcessPoolExecutor(processes) as pool:
        pictures = pool.map(rasterise_svg, [(data, 64, 64) for _, data in files], chunksize=50)
        for (path, _), picture in zip(files, pictures, strict=True):
            if picture is None or picture[:, :, 3].max() <= 128:
                continue
            thumbnail = cv2.resize(picture[:, :, 3], (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
            # Some drawings have two names; the first one stays.
            if all(np.square(thumbnail - other).mean() > 10 for other in thumbnails):
                thumbnails.append(thumbnail)
                names.append({"name": Path(path).stem.replace("-", " ")})
                # Sixteen levels compress to half the bytes and look the same.
                masks.append((picture[:, :, 3] // 17 * 17).astype(np.uint8))
    write_array(out / "icons.npy.xz", np.stack(masks))
    (out / "icons.json").write_text(json.dumps(names), encoding="utf-8")
    return len(names)


# Territories under the flag of another country.
BORROWED_FLAGS = frozenset("hm bq gf gp yt re bl mf pm wf sj bv sh um".split())


def pack_flags(tree: GitTree, out: Path, processes: int) -> int:
    entries = [
        entry
        for entry in json.loads(tree.read("country.json"))
        if (entry.get("iso") or entry["code"] == "eu") and entry["code"] not in BORROWED_FLAGS
    ]
    files = dict(tree.read_all([entry["flag_4x3"] for entry in entries]))
    kept: list[dict[str, Any]] = []
    pictures: list[Pixels] = []
    with ProcessPoolExecutor(processes) as pool:
        jobs = [(files[entry["flag_4x3"]], 192, 144) for entry in entries]
        for entry, picture in zip(entries, pool.map(rasterise_svg, jobs, chunksize=10), strict=True):
            if picture is not None:
                alpha = picture[:, :, 3:].astype(np.float32) / 255
                flat = picture[:, :, :3] * alpha + 255 * (1 - alpha)
                small = cv2.resize(flat.astype(np.uint8), (96, 72), interpolation=cv2.INTER_AREA)
                pictures.append(np.asarray(small, np.uint8))
                kept.append({key: entry.get(key, "") for key in ("name", "capital", "continent")})
    write_array(out / "flags.npy.xz", np.stack(pictures))
    (out / "flags.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    return len(kept)


def pack_digits(tree: GitTree, out: Path, train_count: int) -> tuple[int, int]:
    counts = []
    for split, limit in (("train", train_count), ("test", None)):
        paths = tree.paths(rf"{split}/\d/[^/]+\.png")
        random.Random(1).shuffle(paths)
        rows = []
        for path, data in tree.read_all(paths[:limit]):
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
            if pixels is None:
                raise ValueError(f"{path} cannot be decoded")
            rows.append(np.concatenate(([int(path.split("/")[1])], pixels.reshape(-1))).astype(np.uint8))
        write_array(out / f"mnist_{split}.npy.xz", np.stack(rows))
        counts.append(len(rows))
    return counts[0], counts[1]


def encode_speech(samples: np.ndarray[Any, Any], rate: int) -> bytes:
    if rate != SAMPLE_RATE:
        samples = resample_poly(samples, SAMPLE_RATE, rate)
    buffer = io.BytesIO()
    soundfile.write(
        buffer,
        np.clip(samples, -1, 1),
        SAMPLE_RATE,
        format="OGG",
        subtype="OPUS",
        compression_level=OPUS_COMPRESSION,
    )
    return buffer.getvalue()


def pack_speech(commands: GitTree, digits: GitTree | None, out: Path) -> Counter[str]:
    counts: Counter[str] = Counter()

    def items() -> Iterator[tuple[bytes, dict[str, Any]]]:
        prefix = "MLTK_keyworkSpotting/dataset/"
        for path, data in commands.read_all(commands.paths(re.escape(prefix) + r"\w+/[^/]+\.wav")):
            label, file = path[len(prefix) :].split("/")
            if label == "_silence_":
                # Recorded room noise; a hundred clips are variety enough.
                if int(hashlib.sha256(file.encode()).hexdigest(), 16) % 4:
                    continue
                speaker, dataset, word = "", "noise", "silence"
            else:
                speaker = file.split("_nohash")[0].split("_")[-1]
                word = file.split("_")[0] if label == "_unknown_" else label
                dataset = "digits" if word in DIGIT_WORDS else "commands"
            # Split by speaker, so that no evaluated voice was ever heard.
            held_out = int(hashlib.sha256((speaker or file).encode()).hexdigest(), 16) % 5 == 0
            samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
            entry = {"set": dataset, "label": word, "speaker": speaker, "split": "test" if held_out else "train"}
            counts[f"{dataset} {entry['split']}"] += 1
            yield encode_speech(samples, rate), entry
        if digits is None:
            return
        for path, data in digits.read_all(digits.paths(r"recordings/\d_[a-z]+_\d+\.wav")):
            digit, speaker, _ = Path(path).stem.split("_")
            samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
            split = "test" if speaker in HELD_OUT_DIGIT_SPEAKERS else "train"
            counts[f"digits {split}"] += 1
            entry = {"set": "digits", "label": DIGIT_WORDS[int(digit)], "speaker": speaker, "split": split}
            yield encode_speech(samples, rate), entry

    write_blob(out, "speech", items())
    return counts


# Old-fashioned, foreign or unfit for a household assistant.
UNWANTED = frozenset(
    """thou thee thy thine ye hath doth hast shalt wilt art tis twas unto whence thence hither thither nay verily ere oft
    quoth methinks canst nigger niggers negro negroes savage savages whore slave slaves bastard bitch hell damn damned
    rape raped nigh o er mr mrs m s th ii iii iv vi vii viii ix xi xii chapter heathen jew jews breast breasts naked
    kill killed killing murder murdered corpse dead death die died blood bloody slain hang hanged sin sins devil
    """.split()
)
SENTENCE = re.compile(r"(?:(?<=[.!?] )|(?<=^)|(?<=\n))[\"“]?([A-Z][a-z']*(?:,? [A-Za-z][a-z']*){2,11}[.?])(?=[\s\"”]|$)")


def pack_text(gutenberg: GitTree, books: GitTree, out: Path, num_books: int = 400) -> tuple[int, int]:
    paths = gutenberg.paths(r".*\.txt")
    random.Random(2).shuffle(paths)
    counts: Counter[str] = Counter()
    found: dict[str, None] = {}

    def take(text: str) -> None:
        text = re.sub(r"[’‘]", "'", text)
        text = re.sub(r"(?<=\S)\r?\n(?=\S)", " ", text)
        counts.update(re.findall(r"(?<![A-Za-z'.])[a-z]+(?![A-Za-z'])", text))
        for match in SENTENCE.finditer(text):
            found.setdefault(match.group(1))

    for _, data in books.read_all(books.paths(r"en/.*\.md")):
        take(data.decode("utf-8", "replace"))
    for _, data in gutenberg.read_all(paths[:num_books]):
        if b"copyrighted" not in data[:20_000].lower():
            take(data[20_000:-20_000].decode("utf-8", "replace"))
    single = {"a", "i"}
    words = [
        word
        for word, count in counts.most_common()
        if count >= 25 and word not in UNWANTED and (len(word) > 2 or word in single or count > 5000) and len(word) < 13
    ][:12_000]
    common = set(words[:7_000])
    sentences = []
    for sentence in found:
        parts = re.findall(r"[a-z']+", sentence.lower())
        plain = [re.sub(r"'(s|ll|re|ve|d|m|t)$", "", part) for part in parts]
        capitals = re.findall(r" [A-Z][a-z']*", sentence)
        if len(sentence) > 70 or any(word.strip() != "I" and not word.startswith(" I'") for word in capitals):
            continue
        if all((word in common or part in ("don't", "won't", "can't")) for word, part in zip(plain, parts, strict=True)):
            sentences.append(sentence)
    random.Random(3).shuffle(sentences)
    for name, lines in (("sentences", sentences[:60_000]), ("words", words)):
        (out / f"{name}.txt.xz").write_bytes(lzma.compress("\n".join(lines).encode(), preset=9))
    return len(sentences[:60_000]), len(words)


def pack_fonts(out: Path, font_root: Path) -> int:
    installed = {path.name: path for path in font_root.rglob("*") if path.suffix in (".ttf", ".otf")}
    for split, names in (("train", TRAIN_FONTS), ("evaluation", EVALUATION_FONTS)):
        (out / "fonts" / split).mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copyfile(installed[name], out / "fonts" / split / name.replace(" ", ""))
    return len(TRAIN_FONTS) + len(EVALUATION_FONTS)


def pack_espeak(out: Path) -> int:
    """The program, its two libraries and the English voices; returns the number of voice variants."""
    libraries = Path("/usr/lib/x86_64-linux-gnu")
    target = out / "espeak"
    shutil.rmtree(target, ignore_errors=True)
    for part in ("lib", "bin"):
        (target / part).mkdir(parents=True)
    shutil.copyfile(libraries / "libespeak-ng.so.1", target / "lib" / "libespeak-ng.so.1")
    shutil.copyfile(libraries / "libsonic.so.0", target / "lib" / "libsonic.so.0")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "silent_audio.c"
        source.write_text(SILENT_AUDIO_SOURCE)
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O2", "-Wl,-soname,libpcaudio.so.0", "-o",
             str(target / "lib" / "libpcaudio.so.0"), str(source)],
            check=True,
        )  # fmt: skip
    shutil.copy2("/usr/bin/espeak-ng", target / "bin" / "espeak-ng")
    data, copy = libraries / "espeak-ng-data", target / "espeak-ng-data"
    copy.mkdir()
    for name in ("phondata", "phonindex", "phontab", "intonations", "en_dict"):
        shutil.copyfile(data / name, copy / name)
    (copy / "lang" / "gmw").mkdir(parents=True)
    for path in sorted((data / "lang" / "gmw").glob("en*")):
        shutil.copyfile(path, copy / "lang" / "gmw" / path.name)
    shutil.copytree(data / "voices" / "!v", copy / "voices" / "!v")
    for package in ("libespeak-ng1", "libsonic0"):
        shutil.copyfile(f"/usr/share/doc/{package}/copyright", target / f"{package}.copyright")
    return len(list((copy / "voices" / "!v").iterdir()))


def open_sources(mirror: Path) -> dict[str, GitTree]:
    trees = {}
    for source in tomllib.loads(MANIFEST.read_text())["source"]:
        owner, name = source["repository"].rstrip("/").split("/")[-2:]
        trees[source["key"]] = GitTree(mirror / f"{owner}+{name}" / "repo", source["commit"])
    return trees


def main() -> None:
    parser = argparse.ArgumentParser(description="Pack the base assets of the picture and sound data.")
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fonts", type=Path, default=Path("/usr/share/fonts"))
    parser.add_argument("--mnist-train", type=int, default=24_000)
    parser.add_argument("--icons", type=int, default=4_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--without-share-alike", action="store_true")
    parser.add_argument("--only", nargs="*", default=[], help="pack these parts alone")
    arguments = parser.parse_args()
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    trees = open_sources(arguments.mirror)
    share_alike = not arguments.without_share_alike
    parts = {
        "emoji": lambda: pack_emoji(trees["noto-emoji"], trees["gemoji"], out),
        "icons": lambda: pack_icons(trees["material-design"], out, arguments.icons, arguments.processes),
        "flags": lambda: pack_flags(trees["flag-icons"], out, arguments.processes),
        "fonts": lambda: pack_fonts(out, arguments.fonts),
        "espeak": lambda: pack_espeak(out),
        "text": lambda: pack_text(trees["gutenberg"], trees["picture-books"], out),
        "speech": lambda: pack_speech(
            trees["speech-commands"], trees["spoken-digits"] if share_alike else None, out
        ),
    }
    if share_alike:
        parts["digits"] = lambda: pack_digits(trees["mnist"], out, arguments.mnist_train)
    for name, pack in parts.items():
        if not arguments.only or name in arguments.only:
            print(name, pack(), flush=True)
    total = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{total / 2**20:.1f} MiB in all")
    if total > MAX_TOTAL_BYTES:
        raise SystemExit(f"assets exceed {MAX_TOTAL_BYTES} bytes")


if __name__ == "__main__":
    main()
