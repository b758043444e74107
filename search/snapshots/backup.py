"""A snapshot into one file (:mod:`search.snapshots.backup_file`), while it is live, and back from it."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embeddings.durable import replacing, sync_directory
from search.errors import BackupError, DamagedSnapshotError
from search.snapshots.backup_file import SNAPSHOT, Contents, see_that_it_is_a_backup, unpack, written
from search.snapshots.checks import FileDigest, ReadProgress, State, damages, unwatched
from search.snapshots.digest_memory import DigestMemory
from search.snapshots.leases import leased
from search.snapshots.snapshot import MANIFEST, Adapters, DataDirectory, Manifest, Snapshot, sync_tree
from search.snapshots.writing import writing

_SETTINGS_FILE: Final = "reportgraph.toml"
_DECISIONS: Final = "decisions"
"""What a data directory holds beside snapshots that is not made of anything else."""
_STAGING: Final = ".restoring"


@dataclass(frozen=True, slots=True)
class Saved:
    """A backup that was made: the snapshot's name, the number of files, and the size of the backup in bytes."""

    snapshot: str
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What is live now. ``left`` are files of the collection that were there with other content: they stay so."""

    manifest: Manifest
    left: tuple[str, ...]


def backup(data: DataDirectory, target: Path, name: str | None = None, *, progress: ReadProgress = unwatched) -> Saved:
    """Write a snapshot, the live one unless another is named, with all that belongs to it into one file.

    Its files are compared with their digests on the way. The file is whole under its name, or not there; one that was
    there before stays until then. No writer waits: what is read is not pruned meanwhile. ``progress`` gets the bytes
    read.

    Raises :class:`~search.errors.DamagedSnapshotError`, :class:`~search.errors.UnknownSnapshotError`,
    :class:`~search.errors.NoSnapshotError` and :class:`OSError`.
    """
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "Not a file that can be replaced", str(target))
    with leased(data, name or data.live().name) as directory:
        manifest = Manifest.read(directory)
        small = {f"{SNAPSHOT}/{MANIFEST}": (directory / MANIFEST).read_bytes(), **_collection_files(data.path)}
        large = {f"{SNAPSHOT}/{path}": digest for path, digest in manifest.files.items()}
        listed = {path: _digest_of(content) for path, content in small.items()} | large
        with (
            _blaming(target),
            replacing(target) as temporary,
            written(temporary, Contents(manifest.name, listed)) as archive,
        ):
            for path, content in small.items():
                archive.add(path, content)
            for path, expected in manifest.files.items():
                source = directory / path
                whole = source.is_file() and source.stat().st_size == expected.size
                if (
                    not whole
                    or archive.add_file(f"{SNAPSHOT}/{path}", source, expected.size, progress) != expected.digest
                ):
                    raise DamagedSnapshotError(directory, f"its file {path} is {_state(source)}", path)
        return Saved(manifest.name, len(listed), target.stat().st_size)


def restore(
    data: DataDirectory,
    source: Path,
    adapters: Adapters,
    *,
    force: bool = False,
    wait: float = 0.0,
    progress: ReadProgress = unwatched,
) -> Restored:
    """Publish the snapshot of a backup: under its own name in a directory without snapshots, or with ``force`` as a new
    snapshot beside those that there are. ``progress`` gets the bytes read.

    Everything is unpacked aside, read back and opened before it is published. Files of the collection
    that are there already stay as they are.

    Raises :class:`~search.errors.BackupError`, :class:`~search.errors.DamagedSnapshotError` for a snapshot that cannot
    be opened, what :func:`~search.snapshots.writing.writing` does and :class:`OSError`. The collection is then as it
    was.
    """
    see_that_it_is_a_backup(source)
    with writing(data, f"restore {source.name}", wait=wait):
        if not force and (data.names() or data.pointer() is not None):
            raise BackupError(
                source,
                f"there is a collection in {data.path}",
                "Give an empty --data directory, or --force to publish the backup as a new snapshot of that one",
            )
        staging = data.snapshots / _STAGING
        shutil.rmtree(staging, ignore_errors=True)
        try:
            with _blaming(data.path):
                staging.mkdir(parents=True)
                return _restore(data, source, staging, adapters, progress)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            with suppress(OSError):
                data.snapshots.rmdir()  # if it was made for this, and nothing came of it


def _restore(data: DataDirectory, source: Path, staging: Path, adapters: Adapters, progress: ReadProgress) -> Restored:
    contents = unpack(source, staging, progress)
    memory = DigestMemory()
    if found := damages(staging, contents.files, memory=memory):
        raise BackupError(source, f"{found[0].path} does not come back from the disk as written", "Check the disk")
    snapshot = staging / SNAPSHOT
    manifest = _renamed(snapshot, data, source)
    Snapshot.open(snapshot, adapters, memory)
    left, new = _beside(data, source, staging, contents)
    sync_tree(staging)
    try:
        for path in new:
            (data.path / path).parent.mkdir(parents=True, exist_ok=True)
            (staging / path).rename(data.path / path)
            sync_directory((data.path / path).parent)
        data.publish(snapshot, manifest)
    except BaseException:
        live = data.current()
        if live is None or live.name != manifest.name:
            shutil.rmtree(data.snapshots / manifest.name, ignore_errors=True)
            for path in new:
                (data.path / path).unlink(missing_ok=True)
        raise
    memory.save(data.verified_file)
    return Restored(manifest, tuple(left))


def _renamed(snapshot: Path, data: DataDirectory, source: Path) -> Manifest:
    """The manifest of an unpacked snapshot, rewritten where its name is not the next one here."""
    manifest = Manifest.read(snapshot)
    if not data.names() and manifest.name.isdecimal() and data.next_name() <= manifest.name:
        return manifest
    live = data.current()
    renamed = dataclasses.replace(
        manifest,
        name=data.next_name(),
        parent=live.name if live is not None else None,
        cause=f"restore of {manifest.name} from {source.name}",
    )
    (snapshot / MANIFEST).write_bytes(renamed.to_json())
    return renamed


def _beside(data: DataDirectory, source: Path, staging: Path, contents: Contents) -> tuple[list[str], list[str]]:
    """The files of the collection in a backup: those that differ from what is there, and those that are not there."""
    paths = [path for path in contents.files if not path.startswith(f"{SNAPSHOT}/")]
    for path in paths:
        if path != _SETTINGS_FILE and not path.startswith(f"{_DECISIONS}/"):
            raise BackupError(source, f"it holds {path}, which belongs to no collection", "Do not trust it")
    there = [path for path in paths if (data.path / path).exists()]
    left = [path for path in there if (data.path / path).read_bytes() != (staging / path).read_bytes()]
    return left, [path for path in paths if path not in there]


def _collection_files(data: Path) -> dict[str, bytes]:
    paths = [data / _SETTINGS_FILE, *sorted((data / _DECISIONS).rglob("*"))]
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def _digest_of(content: bytes) -> FileDigest:
    return FileDigest(len(content), hashlib.sha256(content).hexdigest())


def _state(path: Path) -> State:
    return State.DAMAGED if path.is_file() else State.MISSING


@contextmanager
def _blaming(path: Path) -> Iterator[None]:
    """Errors of the system that name no file, as that of a full disk, name this one."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise
