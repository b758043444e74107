"""Which snapshots there are, which stay, and which one is live."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embeddings.durable import sync_directory
from search.errors import DamagedPointerError, DamagedSnapshotError, NoSnapshotError
from search.snapshots.checks import ReadProgress, unwatched
from search.snapshots.digest_memory import DigestMemory
from search.snapshots.leases import is_leased
from search.snapshots.snapshot import Adapters, DataDirectory, Manifest, Snapshot
from search.snapshots.writing import writing

_REMOVED: Final = ".removed-"


@dataclass(frozen=True, slots=True)
class Listed:
    """One snapshot of a list. ``manifest`` is ``None`` where it cannot be read; ``problem`` says why.

    ``size`` is in bytes, ``own`` are those that no other snapshot of the list shares by links.
    """

    name: str
    live: bool
    kept: bool
    size: int
    own: int
    manifest: Manifest | None
    problem: str


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed: snapshots by name, what killed writers left, and the bytes that became free."""

    snapshots: tuple[str, ...]
    leftovers: tuple[str, ...]
    freed: int


def listed(data: DataDirectory) -> list[Listed]:
    """All published snapshots, oldest first. Their manifests are read, their other files only counted."""
    live, kept = _live_name(data), kept_names(data)
    files = {name: {_inode(status): status for _, status in _statuses(data.snapshots / name)} for name in data.names()}
    shared = Counter(inode for inodes in files.values() for inode in inodes)
    found = []
    for name, inodes in files.items():
        manifest, problem = _manifest(data.snapshots / name)
        found.append(
            Listed(
                name=name,
                live=name == live,
                kept=name in kept,
                size=sum(status.st_size for status in inodes.values()),
                own=sum(status.st_size for inode, status in inodes.items() if shared[inode] == 1),
                manifest=manifest,
                problem=problem,
            )
        )
    return found


def keep(data: DataDirectory, name: str, *, wait: float = 0.0) -> None:
    """See that a snapshot is never pruned; raises :class:`~search.errors.UnknownSnapshotError`.

    Raises what :func:`~search.snapshots.writing.writing` does, as all that follows.
    """
    data.named(name)
    with writing(data, f"snapshots keep {name}", wait=wait):
        data.named(name)
        # An empty file: its name is all there is to it, and nothing in it can be damaged.
        _marks(data).mkdir(exist_ok=True)
        (_marks(data) / name).touch()
        sync_directory(_marks(data))
        sync_directory(data.path)


def unkeep(data: DataDirectory, name: str, *, wait: float = 0.0) -> None:
    """Let a snapshot be pruned again; raises :class:`~search.errors.UnknownSnapshotError`."""
    data.named(name)
    with writing(data, f"snapshots unkeep {name}", wait=wait):
        (_marks(data) / name).unlink(missing_ok=True)


def kept_names(data: DataDirectory) -> frozenset[str]:
    """The names of the snapshots that are never pruned."""
    return frozenset(path.name for path in _marks(data).glob("*"))


def rollback(
    data: DataDirectory, name: str, adapters: Adapters, *, wait: float = 0.0, progress: ReadProgress = unwatched
) -> Manifest:
    """Make another snapshot the live one, older or newer, after reading all of it; ``progress`` gets the bytes read.

    The next change starts from it, under a name that was never used. Raises
    :class:`~search.errors.UnknownSnapshotError` and what :meth:`~search.snapshots.snapshot.Snapshot.open` does.
    """
    data.named(name)
    with writing(data, f"rollback {name}", wait=wait):
        manifest = Snapshot.open(data.named(name), adapters, progress=progress).manifest
        data.point_to(manifest)
        return manifest


def prune(data: DataDirectory, newest: int, *, wait: float = 0.0) -> Pruned:
    """Remove all snapshots but the ``newest``, the live one, those kept and those leased, and what killed writers left.

    What a killed build has encoded goes with it.
    """
    with writing(data, "prune", wait=wait):
        if data.pointer() is not None:
            data.live()  # where that is not sure, what is live might be removed
        leftovers = tuple(sorted(path.name for path in data.snapshots.glob(".*") if path.is_dir()))
        aside = [data.snapshots / name for name in leftovers]
        freed = _freed(aside)
        for directory in aside:
            shutil.rmtree(directory)
        pruned = prune_snapshots(data, newest)
        return Pruned(pruned.snapshots, leftovers, freed + pruned.freed)


def prune_snapshots(data: DataDirectory, newest: int, *, purge: bool = False) -> Pruned:
    """Remove snapshots as :func:`prune` does, for a writer that holds the lock. What cannot be removed stays.

    To ``purge`` is to remove them also where somebody keeps or leases them; then what cannot be removed is an
    :class:`OSError`. What a killed process was removing goes as well.
    """
    for left in data.snapshots.glob(f"{_REMOVED}*"):
        shutil.rmtree(left, ignore_errors=not purge)
    live, names = data.current(), data.names()
    kept = frozenset[str]() if purge else kept_names(data)
    stay = {*names[-newest:], *kept, *([live.name] if live is not None else [])}
    gone = [name for name in names if name not in stay]
    with _carrying_links(data):
        aside = {name: path for name in gone if (path := _put_aside(data, name, purge=purge)) is not None}
        freed = _freed(aside.values())
        for name, directory in aside.items():
            shutil.rmtree(directory, ignore_errors=not purge)
            (_marks(data) / name).unlink(missing_ok=True)
    return Pruned(tuple(aside), (), freed)


def _put_aside(data: DataDirectory, name: str, *, purge: bool) -> Path | None:
    """Give a snapshot a name that says that it is being removed: what is listed is whole.

    ``None`` if it is leased, unless that counts for nothing.
    """
    directory, aside = data.snapshots / name, data.snapshots / f"{_REMOVED}{name}"
    if not purge and is_leased(data, name):
        return None
    directory.rename(aside)
    # Asked again: whoever takes a lease looks whether the snapshot is there once it has one.
    if not purge and is_leased(data, name):
        aside.rename(directory)
        return None
    return aside


@contextmanager
def _carrying_links(data: DataDirectory) -> Iterator[None]:
    """Files that snapshots share lose a link in the block: what short commands remember of them stays true."""
    memory = DigestMemory.load(data.verified_file)
    before = [
        path
        for name in data.names()
        for path, status in _statuses(data.snapshots / name)
        if status.st_nlink > 1 and memory.digest(status) is not None
    ]
    yield
    for path in before:
        with suppress(FileNotFoundError):
            memory.carry(path.stat())
    memory.save(data.verified_file)


def _freed(directories: Iterable[Path]) -> int:
    """The bytes of files that have no link beside those in some directories."""
    found = [status for directory in directories for _, status in _statuses(directory)]
    links = Counter(map(_inode, found))
    last = {_inode(status): status.st_size for status in found if links[_inode(status)] == status.st_nlink}
    return sum(last.values())


def _live_name(data: DataDirectory) -> str | None:
    try:
        return data.live().name
    except DamagedSnapshotError as error:
        return error.snapshot.name
    except (NoSnapshotError, DamagedPointerError):
        return None


def _manifest(directory: Path) -> tuple[Manifest | None, str]:
    try:
        return Manifest.read(directory), ""
    except DamagedSnapshotError as error:
        return None, error.reason


def _marks(data: DataDirectory) -> Path:
    return data.path / "kept"


def _statuses(directory: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Every file below a directory, and its status."""
    for folder, _, names in os.walk(directory):
        for name in names:
            # Gone since it was listed: a lock, or a snapshot that is being pruned.
            with suppress(FileNotFoundError):
                yield Path(folder) / name, (Path(folder) / name).stat()


def _inode(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
