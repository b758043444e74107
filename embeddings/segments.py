"""Append-only vectors, keyed by the hash of the text they stand for: the source of truth of every index.

A directory holds immutable files ``000000.vec``, ``000001.vec``.. (`embeddings.segment_file`). A new snapshot links the
files of the last one and appends its own; no file is ever rewritten, and a text that comes back costs nothing. Only
when most of their rows are of texts that are gone, a snapshot links none and begins with a copy of the other rows.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from embeddings.durable import link, sync_directory
from embeddings.encoder import ModelIdentity
from embeddings.segment_file import KEY_SIZE, Segment, read_segment, write_segment
from embeddings.vectors import Vectors

ROWS_PER_SEGMENT: Final = 4096

Keys = NDArray[np.void]
"""Keys of texts, void32 (n,)."""


def text_key(text: str) -> bytes:
    """SHA-256 of the UTF-8 text (32 bytes): what a text's vector is stored under, together with the model."""
    # surrogatepass: a record may carry half a surrogate pair, which plain UTF-8 refuses.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def key_array(keys: Iterable[bytes]) -> Keys:
    """Keys void32 (n,). Raises ValueError for a key that is not 32 bytes long."""
    joined = bytearray()
    for key in keys:
        if len(key) != KEY_SIZE:
            message = f"a key has {KEY_SIZE} bytes (see text_key)"
            raise ValueError(message)
        joined += key
    return np.frombuffer(joined, dtype=f"V{KEY_SIZE}")


def sortable(keys: Keys) -> NDArray[np.bytes_]:
    """The same keys as NumPy sorts and compares them: it does not do so with void, and widths do not differ here."""
    return keys.view(f"S{KEY_SIZE}")


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """Where keys are: ``found`` bool (n,), ``rows`` int64 (n,) numbers for `SegmentStore.vectors_at`, -1 if absent."""

    found: NDArray[np.bool_]
    rows: NDArray[np.int64]


class SegmentWriter:
    """Appends vectors of one model to a directory, which is made if need be. One writer per directory at a time.

    Rows are published ``rows_per_segment`` at a time, the rest by `close`. As a context manager it closes however
    the block ends: rows that were appended are good even when the next ones could not be made.
    """

    def __init__(self, directory: Path, identity: ModelIdentity, *, rows_per_segment: int = ROWS_PER_SEGMENT) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.identity: Final = identity
        self._directory = directory
        self._rows_per_segment = rows_per_segment
        self._next = max((number for number, _ in _numbered(directory)), default=-1) + 1
        self._keys = np.empty(rows_per_segment, dtype=f"V{KEY_SIZE}")
        self._rows = np.empty((rows_per_segment, identity.dimension), dtype=np.float32)
        self._filled = 0

    def append(self, keys: Keys, vectors: Vectors) -> None:
        """Add ``vectors`` (n, d) under ``keys`` (n,). Raises ValueError when the two do not fit."""
        if vectors.shape != (len(keys), self.identity.dimension):
            message = f"{len(keys)} keys of dimension {self.identity.dimension} got vectors of shape {vectors.shape}"
            raise ValueError(message)
        taken = 0
        while taken < len(keys):
            step = min(self._rows_per_segment - self._filled, len(keys) - taken)
            self._keys[self._filled : self._filled + step] = keys[taken : taken + step]
            self._rows[self._filled : self._filled + step] = vectors[taken : taken + step]
            self._filled += step
            taken += step
            if self._filled == self._rows_per_segment:
                self._publish()

    def close(self) -> None:
        """Publish what is left. Nothing was appended, nothing is written; closing twice is harmless."""
        if self._filled:
            self._publish()

    def _publish(self) -> None:
        path = self._directory / f"{self._next:06d}.vec"
        write_segment(path, self.identity, self._keys[: self._filled], self._rows[: self._filled])
        self._next += 1
        self._filled = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class SegmentStore:
    """The vectors of one model in a directory, as they were when it was opened; rows count through the segments.

    ``keys`` void32 (n,) are those of all rows. Where a key was written twice, the first row counts, so that a published
    vector never changes.
    """

    def __init__(self, identity: ModelIdentity, segments: Sequence[Segment]) -> None:
        self.identity: Final = identity
        self._segments = tuple(segments)
        self._starts = np.cumsum([0, *(len(segment.keys) for segment in self._segments)], dtype=np.int64)
        self.keys: Final[Keys] = np.concatenate([key_array(()), *(segment.keys for segment in self._segments)])
        self._order = np.argsort(sortable(self.keys), kind="stable")
        self._sorted = sortable(self.keys)[self._order]

    @classmethod
    def open(cls, directory: Path, identity: ModelIdentity, *, verify: bool = True) -> Self:
        """Open every segment of ``directory``; a directory that does not exist yet holds none.

        ``verify`` False skips reading the rows to check their digests; sizes and headers are always checked.
        Raises DamagedSegmentError, and ModelMismatchError when a segment is another model's.
        """
        return cls(identity, [read_segment(path, identity, verify=verify) for _, path in _numbered(directory)])

    def __len__(self) -> int:
        return len(self.keys)

    def lookup(self, keys: Keys) -> Lookup:
        """Find the rows of ``keys``, in their order."""
        wanted = sortable(keys)
        if not len(self):
            return Lookup(found=np.zeros(len(wanted), dtype=bool), rows=np.full(len(wanted), -1, dtype=np.int64))
        places = np.searchsorted(self._sorted, wanted)
        places[places == len(self)] = 0
        found = self._sorted[places] == wanted
        return Lookup(found=found, rows=np.where(found, self._order[places], -1))

    def vectors_at(self, rows: NDArray[np.int64]) -> Vectors:
        """A copy of the vectors at ``rows`` (n,), float32 (n, d). Raises IndexError outside [0, len)."""
        if len(rows) and (rows.min() < 0 or rows.max() >= len(self)):
            message = f"rows must lie in [0, {len(self)})"
            raise IndexError(message)
        vectors = np.empty((len(rows), self.identity.dimension), dtype=np.float32)
        holders = np.searchsorted(self._starts, rows, side="right") - 1
        for number in np.unique(holders):
            mine = holders == number
            vectors[mine] = self._segments[number].rows[rows[mine] - self._starts[number]]
        return vectors

    def link_into(self, directory: Path) -> None:
        """Give ``directory`` these segments under the same names: hard links, or copies where those cannot be.

        It is made if need be and must not hold segments of these names: raises FileExistsError.
        """
        directory.mkdir(parents=True, exist_ok=True)
        for segment in self._segments:
            target = directory / segment.path.name
            if target.exists():
                raise FileExistsError(errno.EEXIST, "the directory already holds this segment", str(target))
            link(segment.path, target)
        sync_directory(directory)

    def remove(self) -> None:
        """Remove these segments from where they lie; links to them in other directories stay."""
        for segment in self._segments:
            segment.path.unlink()


def _numbered(directory: Path) -> list[tuple[int, Path]]:
    """The segments of ``directory`` with their numbers, in order; what a killed writer left (``*.tmp``) is not one."""
    return sorted((int(path.stem), path) for path in directory.glob("*.vec") if path.stem.isdecimal())
