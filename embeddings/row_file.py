"""The rows of an index in one file: NumPy's own format, written a block at a time and mapped, never read into memory.

Rows lie in the order of their ordinals, float32, in a plain ``.npy`` file, which any program that knows NumPy's format
can read. A mapped row costs memory only while it is looked at, and the system takes that back when it needs it.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, Protocol

import numpy as np

from embeddings.durable import replacing
from embeddings.errors import DamagedIndexError
from embeddings.vectors import Vectors

ROWS_PER_BLOCK: Final = 1 << 14


class RowBlocks(Protocol):
    """Rows float32 (n, d) that are had a block at a time, so that a collection need not fit into memory."""

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows n and of components d."""
        ...

    def __iter__(self) -> Iterator[Vectors]:
        """The rows in order, in blocks float32 (m, d)."""
        ...


class Progress(Protocol):
    """Takes how many rows are done so far."""

    def __call__(self, done: int, /) -> None: ...


def unwatched(_done: int, /) -> None:
    """The progress of work that nobody watches."""


def write_rows(path: Path, rows: RowBlocks, progress: Progress = unwatched) -> str:
    """Write ``rows`` to ``path`` at once or not at all, and return the file's SHA-256 (hex).

    Raises ValueError when the blocks hold another number of rows than ``rows.shape`` says.
    """
    with replacing(path) as temporary, temporary.open("wb") as file:
        return _write(file, rows, progress)


def map_rows(path: Path, digest: str) -> Vectors:
    """The rows float32 (n, d) that `write_rows` wrote, mapped from the file; ``digest`` is what it returned.

    Raises DamagedIndexError when the file has another SHA-256, and FileNotFoundError.
    """
    actual = file_digest(path)
    if actual != digest:
        raise DamagedIndexError(path, digest, actual)
    with path.open("rb") as file:
        return _mapped(file)


def rows_in_a_temporary_file(rows: RowBlocks) -> tuple[Vectors, str]:
    """The ``rows`` mapped from a file that is gone when they are, and its SHA-256 as of `write_rows`."""
    with tempfile.TemporaryFile() as file:
        digest = _write(file, rows, unwatched)
        file.flush()
        file.seek(0)
        return _mapped(file), digest


def file_digest(path: Path) -> str:
    """The SHA-256 (hex) of a file, read a piece at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(file: IO[bytes], rows: RowBlocks, progress: Progress) -> str:
    count, dimension = rows.shape
    header = io.BytesIO()
    described = {"descr": "<f4", "fortran_order": False, "shape": (count, dimension)}
    np.lib.format.write_array_header_1_0(header, described)
    digest = hashlib.sha256(header.getvalue())
    file.write(header.getvalue())
    written = 0
    for block in rows:
        if block.ndim != 2 or block.shape[1] != dimension:
            message = f"a block of shape {block.shape} among rows of dimension {dimension}"
            raise ValueError(message)
        content = np.ascontiguousarray(block, dtype="<f4").view(np.uint8).data
        digest.update(content)
        file.write(content)
        written += len(block)
        progress(written)
    if written != count:
        message = f"{written} rows came where {count} were announced"
        raise ValueError(message)
    return digest.hexdigest()


def _mapped(file: IO[bytes]) -> Vectors:
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        message = f"rows are kept in version 1.0 of NumPy's format, not {version}"
        raise ValueError(message)
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    if not shape[0]:
        # Nothing cannot be mapped.
        return np.empty(shape, dtype=np.float32)
    # A plain array over the map: np.memmap looks at every slice whether it is still a map, which small queries notice.
    return np.asarray(np.memmap(file, dtype=dtype, mode="r", offset=file.tell(), shape=shape))
