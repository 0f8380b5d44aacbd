#!/usr/bin/env python3
"""Fails when a source file includes what its folder may not use.

Arrows only go down: app/desktop -> ui -> app/core -> {app/storage, inference, media} -> kernels -> kernels/base.
Framework headers (Qt, SQLite, FFmpeg, OpenCV, CUDA, ...) are allowed in the folders named below and nowhere else.
Usage: check_includes.py REPOSITORY_ROOT
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

# Longest matching folder wins; the value lists the project folders it may include from, its own aside.
ALLOWED: dict[str, tuple[str, ...]] = {
    "kernels/base": (),
    "kernels/api": ("kernels/base",),
    "kernels/ref": ("kernels/base", "kernels/api"),
    "kernels/cpu": ("kernels/base", "kernels/api", "kernels/ref"),
    "kernels/cuda": ("kernels/base", "kernels/api"),
    "kernels/dispatch": ("kernels",),
    "inference": ("kernels",),
    "media": ("kernels/base",),
    "app/storage": ("kernels/base",),
    "app/core": ("app/storage", "inference", "media", "kernels/base"),
    "app/cli": ("app/core", "app/storage", "inference", "media", "kernels"),
    "ui": ("app/core", "app/storage/records.h", "kernels/base"),  # of the store its plain values alone
    "app/desktop": ("ui", "app/core", "kernels/base"),
    "tests": ("app", "inference", "kernels", "media", "ui"),
}

# Header pattern -> folders that may include it. tests/ may include what the folder under test may.
FRAMEWORKS: dict[str, tuple[str, ...]] = {
    r"Q[A-Z]\w*|Qt\w+/.*": ("ui", "app/desktop", "tests/gui"),
    r"sqlite3\.h": ("app/storage", "tests/integration", "tests/unit/app/storage"),
    r"opencv2/(core|imgproc).*": ("media", "tests/unit/media", "tests/integration", "tests/fuzz"),
    r"opencv2/.*": ("media/decoder", "tests/unit/media", "tests/integration", "tests/fuzz"),
    r"lib(av\w+|sw\w+)/.*": ("media/decoder", "tests/unit/media", "tests/integration", "tests/fuzz"),
    r"poppler/.*|archive.*\.h|libxml/.*|uchardet.*": ("media/decoder", "tests/unit/media", "tests/integration", "tests/fuzz"),
    r"cuda.*|cublas.*|cufft.*": ("kernels/cuda",),
    r"immintrin\.h": ("kernels/cpu",),
}

SOURCES = {".h", ".cpp", ".cu", ".cuh"}
FOLDERS = ("kernels", "inference", "media", "app", "ui", "tests")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def longest_match(path: str, folders: tuple[str, ...] | list[str]) -> str | None:
    """The longest of `folders` that `path` lies in."""
    inside = [folder for folder in folders if path == folder or path.startswith(folder + "/")]
    return max(inside, key=len, default=None)


def check_file(root: Path, file: Path) -> list[str]:
    """Messages about forbidden includes of one file."""
    relative = file.relative_to(root).as_posix()
    home = longest_match(relative, list(ALLOWED))
    if home is None:
        return [f"{relative}: lies in no folder that cmake/check_includes.py knows"]
    problems = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, header = match.groups()
        if quote == '"':
            if header.endswith(".moc"):  # made by Qt's meta-object compiler in the build folder
                continue
            if not (root / header).exists() and not (file.parent / header).exists():
                problems.append(f'{relative}:{number}: "{header}" is not a path from the repository root')
            elif longest_match(header, (home, *ALLOWED[home])) is None:
                problems.append(f'{relative}:{number}: {home} may not include "{header}"')
            continue
        for pattern, homes in FRAMEWORKS.items():
            if re.fullmatch(pattern, header):
                if longest_match(relative, homes) is None:
                    problems.append(f"{relative}:{number}: <{header}> belongs in {', '.join(homes)} alone")
                break
    return problems


def main() -> int:
    root = Path(sys.argv[1]).resolve()
    problems: list[str] = []
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in SOURCES:
                problems += check_file(root, file)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
