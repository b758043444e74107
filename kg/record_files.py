"""The raw records of a collection in one SQLite file: what the source gave, beside the reports made of it.

A page that shows a report as the catalogue's staff see it reads one record of a million; nothing searches here.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import weakref
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import orjson

from kg.errors import RecordFileError
from kg.model import Record

_LEVEL: Final = 3
"""Of zlib: 1 is no faster, 6 makes the file 5% smaller and takes a third longer to write."""

_TABLE: Final = """CREATE TABLE records (
    id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, line INTEGER NOT NULL, content BLOB NOT NULL
)"""
# The whole file is flushed to disk once it is published, and thrown away if it is not: no journal, no waiting.
_FRESH: Final = (
    "PRAGMA page_size = 16384",  # with the usual 4096 a sixth of the file is empty: a record has some 2 kB
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA locking_mode = EXCLUSIVE",
    _TABLE,
    "BEGIN",
)
_INSERT: Final = "INSERT INTO records VALUES (?, ?, ?, ?)"
_SELECT: Final = "SELECT source, line, content FROM records WHERE id = ?"
_COUNT: Final = "SELECT count(*) FROM records"
_EVERY: Final = "SELECT id, content FROM records ORDER BY id"


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record, and where each property of its report was read.

    ``origins`` maps a property, as a field map names it, to the fields that the record has for it, the preferred
    first: a property that holds one value was read from the first that has one.
    """

    record: Record
    origins: Mapping[str, tuple[str, ...]]


class RecordWriter:
    """Writes the records of a collection to a new file, one at a time. Use as a context manager.

    Leaving the block makes the file whole, an error removes it; either way nothing is left beside it. What is written
    survives a power cut only when the caller has flushed the file to disk.
    """

    def __init__(self, path: Path) -> None:
        """Raises :class:`FileExistsError`, :class:`OSError` and :class:`~kg.errors.RecordFileError`."""
        path.open("xb").close()
        self._path = path
        with _reported(path):
            self._connection = _connect(path, "mode=rw")
            for statement in _FRESH:
                self._connection.execute(statement)

    def __enter__(self) -> Self:
        return self

    def add(self, report_id: str, record: Record, origins: Mapping[str, tuple[str, ...]]) -> None:
        """Keep the record that a report was made of; ``origins`` as in :class:`StoredRecord`.

        Raises :class:`~kg.errors.RecordFileError` if the id is there already, if a text is no Unicode, or if the file
        cannot be written.
        """
        with _reported(self._path):
            content = zlib.compress(orjson.dumps((record.fields, origins)), _LEVEL)
            self._connection.execute(_INSERT, (report_id, record.source, record.line, content))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        whole = False
        try:
            if kind is None:
                with _reported(self._path):
                    self._connection.execute("COMMIT")
                whole = True
        finally:
            self._connection.close()
            if not whole:
                self._path.unlink(missing_ok=True)


class RecordFile:
    """The records of a collection, opened for reading. Safe to use from many threads.

    The file must not change while it is open. It is closed when nobody holds it any more, or before by :meth:`close`.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, size: int) -> None:
        """Use :meth:`open`."""
        self._path = path
        self._connection = connection
        self._size = size
        # Whether one connection may answer two threads at once depends on how SQLite was compiled.
        self._one_at_a_time = threading.Lock()
        self._closing = weakref.finalize(self, connection.close)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file written by :class:`RecordWriter`, on storage that may be read-only.

        Raises :class:`~kg.errors.RecordFileError` if it is missing or no such file. Damage inside a record is found
        when the record is read.
        """
        with _reported(path):
            connection = _connect(path, "mode=ro&immutable=1")
            try:
                (size,) = connection.execute(_COUNT).fetchone()
            except BaseException:
                connection.close()
                raise
            return cls(path, connection, size)

    def get(self, report_id: str) -> StoredRecord | None:
        """The record that a report was made of, ``None`` if there is no such report.

        Raises :class:`~kg.errors.RecordFileError` if it is damaged.
        """
        with _reported(self._path):
            row = self._row(report_id)
            if row is None:
                return None
            source, line, content = row
            fields, origins = orjson.loads(zlib.decompress(content))
            return StoredRecord(Record(source, line, _tuples(fields)), _tuples(origins))

    def _row(self, report_id: str) -> tuple[str, int, bytes] | None:
        with self._one_at_a_time:
            try:
                row: tuple[str, int, bytes] | None = self._connection.execute(_SELECT, (report_id,)).fetchone()
            except UnicodeEncodeError:  # half a surrogate pair: no id has one
                return None
        return row

    def digest(self) -> str:
        """The SHA-256 (hex) of every id, in the order of code points, with its fields and their origins.

        Sources and lines are left out: the same records in another order, or out of another file, are the same content.
        Reads everything, and lets nobody else read meanwhile. Raises :class:`~kg.errors.RecordFileError`.
        """
        digest = hashlib.sha256()
        with _reported(self._path), self._one_at_a_time:
            for report_id, content in self._connection.execute(_EVERY):
                digest.update(orjson.dumps(report_id) + zlib.decompress(content) + b"\n")
        return digest.hexdigest()

    def digests(self) -> Iterator[tuple[str, bytes]]:
        """Every id, in the order of code points, with the SHA-256 of what :meth:`digest` takes of its record.

        Lets nobody else read meanwhile. Raises :class:`~kg.errors.RecordFileError`.
        """
        with _reported(self._path), self._one_at_a_time:
            for report_id, content in self._connection.execute(_EVERY):
                yield report_id, hashlib.sha256(zlib.decompress(content)).digest()

    def __len__(self) -> int:
        return self._size

    def close(self) -> None:
        """Close the file; reading it is an error from then on."""
        with self._one_at_a_time:
            self._closing()


def _connect(path: Path, parameters: str) -> sqlite3.Connection:
    # As a URI, since a path may begin like one, and its "?" and "#" must be escaped then.
    uri = f"{path.absolute().as_uri()}?{parameters}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def _tuples(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in lists.items()}


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, zlib.error, ValueError, TypeError) as error:
        raise RecordFileError(path, str(error)) from error
