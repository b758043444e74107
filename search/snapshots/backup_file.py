"""The file that holds a backup: an archive that says what is in it, and a seal over every byte.

    backup.json            which snapshot of which layout, and the size and SHA-256 of every file that follows
    snapshot/graph/..      its files, without locks
    reportgraph.toml       what the collection is, where there is such a file
    decisions/..           the same
    (the end of the archive)
    sha256 <64 hex>        of everything before: one line, which programs that read archives never get to

A plain tar archive, so that nothing but ``tar`` is needed to look inside. It is not compressed: zlib's level 1 makes
164 MB into 89 MB at 68 MB a second and core, where copying them takes .4 s; any other program can do it.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final

import orjson

from search.errors import BackupError
from search.snapshots.checks import FileDigest, Files, ReadProgress

if TYPE_CHECKING:
    # Of Python 3.12's collections.abc; only the type checker needs it.
    from typing_extensions import Buffer

SNAPSHOT: Final = "snapshot"
"""The folder of the archive that holds the snapshot; what else there is lies beside it."""

_LAYOUT: Final = 1
_LIST: Final = "backup.json"
_CHUNK: Final = 1 << 20
_SEAL: Final = b"sha256 "
_SEAL_SIZE: Final = len(_SEAL) + 64 + 1
_ANOTHER: Final = "Take another backup, or make a new one with `reportgraph backup`"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: the name of the snapshot, and the files of the archive by path."""

    snapshot: str
    files: Files
    layout: int = _LAYOUT


class BackupWriter:
    """Adds files to a backup. Made by :func:`written`."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive

    def add(self, path: str, content: bytes) -> None:
        """Add a file that is in memory."""
        self._add(path, len(content), io.BytesIO(content))

    def add_file(self, path: str, source: Path, size: int, progress: ReadProgress) -> str:
        """Add a file of a known size, and return the SHA-256 (hex) of what was read; ``progress`` gets the bytes."""
        with source.open("rb") as file:
            read = _Hashing(file, size, progress)
            self._add(path, size, read)
            return read.digest

    def _add(self, path: str, size: int, source: io.BytesIO | _Hashing) -> None:
        member = tarfile.TarInfo(path)
        member.size = size
        self._archive.addfile(member, source)


@contextmanager
def written(target: Path, contents: Contents) -> Iterator[BackupWriter]:
    """Write a backup to a new file, with the list of its contents first; they are added in the block."""
    with target.open("wb") as file:
        sealed = _Sealing(file)
        with tarfile.TarFile(fileobj=sealed, mode="w", format=tarfile.PAX_FORMAT, copybufsize=_CHUNK) as archive:
            writer = BackupWriter(archive)
            writer.add(_LIST, orjson.dumps(asdict(contents), option=orjson.OPT_INDENT_2))
            yield writer
        file.write(_seal(sealed.digest))


def unpack(source: Path, directory: Path, progress: ReadProgress) -> Contents:
    """Write the files of a backup below a new directory; ``progress`` gets the bytes read.

    Nothing is written outside the directory, and nothing but the regular files that the backup lists. Raises
    :class:`~search.errors.BackupError` if it is no backup, or any byte of it is not as it was written: what has been
    written until then must not be used.
    """
    size = source.stat().st_size - _SEAL_SIZE
    with source.open("rb") as file:
        seal = _read_seal(source, file, size)
        read = _Hashing(file, size, progress)
        try:
            # Known before a file of a stranger is unpacked: its seal is of this form.
            with tarfile.open(fileobj=read, mode="r|", bufsize=_CHUNK) as archive:
                contents = _unpack(archive, directory)
            while read.read(_CHUNK):
                pass  # what fills the archive's last block counts as well
        except (tarfile.TarError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise BackupError(source, f"it is damaged ({error})", _ANOTHER) from error
    if _seal(read.digest) != seal:
        raise BackupError(source, "it is damaged: its bytes do not fit its seal", _ANOTHER)
    return contents


def see_that_it_is_a_backup(source: Path) -> None:
    """Raises :class:`~search.errors.BackupError` if a file does not end as a backup does: it is none, or it was cut."""
    with source.open("rb") as file:
        _read_seal(source, file, source.stat().st_size - _SEAL_SIZE)


def _unpack(archive: tarfile.TarFile, directory: Path) -> Contents:
    contents: Contents | None = None
    missing: set[str] = set()
    for member in archive:
        # What leads out of the directory is refused before the list is asked, which a stranger may have written too.
        # Python 3.11.2, which a Debian has, lacks the filters of tarfile.
        path = PurePosixPath(member.name)
        file = archive.extractfile(member) if member.isreg() else None
        if file is None or path.is_absolute() or ".." in path.parts:
            raise ValueError(f"{member.name} is no regular file below it")
        if contents is None:
            contents = _contents(member.name, file.read())
            missing = set(contents.files)
            continue
        missing.remove(member.name)
        _write(file, directory / path)
    if contents is None or missing:
        raise ValueError(f"it lacks {min(missing, default=_LIST)}")
    return contents


def _contents(name: str, content: bytes) -> Contents:
    values = orjson.loads(content)
    if name != _LIST or values["layout"] != _LAYOUT:
        raise ValueError("it is not of a form that this program knows")
    files = {path: FileDigest(**digest) for path, digest in values["files"].items()}
    return Contents(values["snapshot"], files)


def _write(file: IO[bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as written_to:
        while chunk := file.read(_CHUNK):
            written_to.write(chunk)


def _seal(digest: str) -> bytes:
    return _SEAL + digest.encode("ascii") + b"\n"


def _read_seal(source: Path, file: IO[bytes], place: int) -> bytes:
    """The last line of a backup; the file is at its beginning afterwards."""
    file.seek(max(0, place))
    seal = file.read()
    file.seek(0)
    if place <= 0 or not seal.startswith(_SEAL):
        raise BackupError(source, "it is no backup, or it was cut", _ANOTHER)
    return seal


class _Sealing(io.RawIOBase):
    """Passes on what is written, and digests it."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._digest = hashlib.sha256()
        self._place = 0

    def write(self, data: Buffer, /) -> int:
        self._digest.update(data)
        written_bytes = self._file.write(data)
        self._place += written_bytes
        return written_bytes

    def tell(self) -> int:
        return self._place

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


class _Hashing(io.RawIOBase):
    """The first ``size`` bytes of a file, digested as they are read."""

    def __init__(self, file: IO[bytes], size: int, progress: ReadProgress) -> None:
        super().__init__()
        self._file = file
        self._left = size
        self._progress = progress
        self._digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(chunk)
        self._digest.update(chunk)
        self._progress(len(chunk))
        return chunk

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()
