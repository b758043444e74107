"""Digests of the files of a snapshot: made before it is published, compared before an engine reads it.

Engines trust their files: one flipped byte in a graph made its engine take 21 GB of memory. So a manifest holds the
size and the SHA-256 of every file beside it but locks, which are empty and come and go as engines open a snapshot;
opening writes nothing else. SHA-256 is the fastest digest of the standard library where processors help with it
(1.1 GB a second and core; blake2b .9, MD5 .7), and runs on several cores at once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from search.snapshots.digest_memory import DigestMemory

MOST_THREADS: Final = 4
"""More read no faster from one disk, and a server needs the other cores for its readers."""

_LOCK: Final = "LOCK"
_LOCK_SUFFIX: Final = ".lock"


@dataclass(frozen=True, slots=True)
class FileDigest:
    """What a file holds: its ``size`` in bytes and its SHA-256 (hex)."""

    size: int
    digest: str


class State(StrEnum):
    """What is wrong with a file."""

    DAMAGED = "damaged"
    """It holds something else than what was published, or cannot be read."""
    MISSING = "missing"
    UNEXPECTED = "unexpected"
    """It lies in a snapshot that was published without it."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that is not as it was published; ``path`` is relative to the directory that was looked at."""

    path: str
    state: State


Files = Mapping[str, FileDigest]
"""Digests by the path of a file below its snapshot, with slashes."""

ReadProgress = Callable[[int], None]
"""Is told how many bytes more have been looked at."""


def unwatched(_bytes: int, /) -> None:
    """The progress of work that nobody watches."""


def file_names(directory: Path) -> list[str]:
    """The paths of all files below a directory, in order, without locks."""
    return sorted(
        (Path(folder) / name).relative_to(directory).as_posix()
        for folder, _, names in os.walk(directory)
        for name in names
        if name != _LOCK and not name.endswith(_LOCK_SUFFIX)
    )


def digests_of(
    directory: Path, *, parent: tuple[Path, Files] | None = None, memory: DigestMemory | None = None
) -> dict[str, FileDigest]:
    """The digests of all files below a directory that is about to be published and has no manifest yet.

    A file that is a hard link to the file of that path in ``parent``, the directory and the digests of a published
    snapshot, is not read: its digest is taken over. Should it be damaged, it stays so in both, and is found in both.
    A copy of a file is read, as copying it was: no time and no size tells that it has the same bytes.

    ``memory`` learns what was read, so that opening what is published next does not read it once more.
    """
    memory = memory or DigestMemory()
    found: dict[str, FileDigest] = {}
    for name in file_names(directory):
        known = _linked(directory, name, parent)
        if known is not None:
            memory.carry((directory / name).stat())
            found[name] = known
    others = [name for name in file_names(directory) if name not in found]
    sizes = {name: (directory / name).stat().st_size for name in others}
    with _readers() as readers:
        digests = readers.map(lambda name: _digest(directory / name, memory, unwatched), _largest_first(sizes))
        found |= {
            name: FileDigest(sizes[name], digest) for name, digest in zip(_largest_first(sizes), digests, strict=True)
        }
    return dict(sorted(found.items()))


def damages(
    directory: Path, files: Files, *, memory: DigestMemory | None = None, progress: ReadProgress = unwatched
) -> list[Damage]:
    """Those of the ``files`` that are missing or damaged, in order. Files that are not listed are not looked at.

    What ``memory`` holds of a file is believed instead of reading it; without one, every file is read.
    """
    memory = memory or DigestMemory()
    found = []
    whole = {}
    for name, published in files.items():
        size = _size(directory / name)
        if size is None:
            found.append(Damage(name, State.MISSING))
        elif size != published.size:
            found.append(Damage(name, State.DAMAGED))
        else:
            whole[name] = size
    names = _largest_first(whole)
    with _readers() as readers:
        digests = readers.map(lambda name: _readable_digest(directory / name, memory, progress), names)
        changed = [name for name, digest in zip(names, digests, strict=True) if digest != files[name].digest]
    return sorted([*found, *(Damage(name, State.DAMAGED) for name in changed)], key=lambda damage: damage.path)


def unexpected(directory: Path, expected: Iterable[str]) -> list[Damage]:
    """The files below a directory, locks aside, that are not among those ``expected``."""
    known = frozenset(expected)
    return [Damage(name, State.UNEXPECTED) for name in file_names(directory) if name not in known]


def _linked(directory: Path, name: str, parent: tuple[Path, Files] | None) -> FileDigest | None:
    """The digest that a file has in the parent, if it is that very file."""
    if parent is None:
        return None
    older, files = parent
    try:
        same = name in files and (directory / name).samefile(older / name)
    except OSError:
        return None
    return files[name] if same else None


def _readers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="digest")


def _largest_first(sizes: Mapping[str, int]) -> list[str]:
    # The largest file takes longest: begun last, it would keep one core busy while the others wait.
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def _readable_digest(path: Path, memory: DigestMemory, progress: ReadProgress) -> str | None:
    try:
        return _digest(path, memory, progress)
    except OSError:
        return None


def _digest(path: Path, memory: DigestMemory, progress: ReadProgress) -> str:
    status = path.stat()
    digest = memory.digest(status)
    if digest is None:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        memory.remember(status, digest)
    progress(status.st_size)
    return digest
