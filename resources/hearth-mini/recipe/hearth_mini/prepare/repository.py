"""Reading files out of bare git directories."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Blob:
    """A file in a commit; ``size`` is 0 where the object is absent from the snapshot."""

    path: str
    object_id: str
    size: int


class Repository:
    """A bare git directory, read with ``git ls-tree`` and ``git cat-file``."""

    def __init__(self, directory: Path) -> None:
        """Open ``directory``, which must be a git directory."""
        self.directory = directory

    def blobs(self, commit: str) -> list[Blob]:
        """List the files of ``commit``, in path order."""
        command = ["git", "-C", str(self.directory), "ls-tree", "-r", "-l", "-z", commit]
        listing = subprocess.run(command, check=True, capture_output=True).stdout
        blobs = []
        for entry in listing.split(b"\0"):
            if not entry:
                continue
            fields, path = entry.split(b"\t", 1)
            _, kind, object_id, size = fields.split()
            if kind == b"blob":
                name = path.decode("utf-8", "replace")
                blobs.append(Blob(name, object_id.decode(), int(size) if size.isdigit() else 0))
        return blobs

    def read(self, blobs: Iterable[Blob]) -> Iterator[tuple[Blob, bytes]]:
        """Yield each blob that is present with its content."""
        command = ["git", "-C", str(self.directory), "cat-file", "--batch"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for blob in blobs:
                process.stdin.write(blob.object_id.encode() + b"\n")
                process.stdin.flush()
                header = process.stdout.readline().split()
                if len(header) != 3 or not header[2].isdigit():
                    continue
                content = process.stdout.read(int(header[2]))
                process.stdout.read(1)
                yield blob, content
            process.stdin.close()


def locate(mirror: Path, name: str) -> Path:
    """Return the git directory of repository ``owner/name`` below ``mirror``."""
    folder = mirror / name.replace("/", "+")
    for candidate in (folder / "repo", folder, *sorted(folder.glob("*"))):
        if (candidate / "HEAD").is_file() and (candidate / "objects").is_dir():
            return candidate
    raise FileNotFoundError(f"no git directory for {name} below {mirror}")
