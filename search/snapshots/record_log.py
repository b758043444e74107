"""The raw record of every report, as its source gave it: a log of changes, and the truth that all else is made of.

A log is a directory of segments, files of SQLite. A snapshot links the segments of the last one and adds its own
changes in a new one; of the changes of an id the one in the newest segment counts. A new segment takes in older ones
that are not at least twice as large, so that there are never more than a handful.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import orjson

from embeddings.durable import link
from kg.digest import SetDigest
from kg.errors import RecordFileError
from kg.model import Record
from search.snapshots.changes import Change, Delete, Origin, Put

_LEVEL: Final = 3
"""Of zlib: 1 is no faster, 6 makes the file 5% smaller and takes a third longer to write."""

_LARGER: Final = 2
"""How many times as large as the next one a segment is at least."""

_TABLES: Final = """
CREATE TABLE changes (
    id TEXT NOT NULL UNIQUE, source TEXT, identifier TEXT, datestamp TEXT, place TEXT, line INTEGER, content BLOB
);
CREATE TABLE state (live INTEGER NOT NULL, digest TEXT NOT NULL);
"""
# The whole file is flushed to disk once it is published, and thrown away if it is not: no journal, no waiting.
_FRESH: Final = (
    "PRAGMA page_size = 16384",  # with the usual 4096 a sixth of the file is empty: a record has some 2 kB
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA locking_mode = EXCLUSIVE",
)
_REPLACE: Final = "INSERT OR REPLACE INTO changes VALUES (?, ?, ?, ?, ?, ?, ?)"
_SELECT: Final = "SELECT * FROM changes WHERE id = ?"
_EVERY: Final = "SELECT * FROM changes"
_IDS: Final = "SELECT id, content IS NULL FROM changes"
_IDS_OF: Final = "SELECT id FROM changes WHERE source = ?"
_COUNT: Final = "SELECT count(*) FROM changes"
_STATE: Final = "SELECT live, digest FROM state"
_OLDER: Final = "INSERT OR IGNORE INTO changes SELECT * FROM older.changes"
_DELETIONS: Final = "DELETE FROM changes WHERE content IS NULL"


class _Row(NamedTuple):
    """A row of the table; a deletion has no content."""

    id: str
    source: str
    identifier: str
    datestamp: str | None
    place: str
    line: int
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Held:
    """How many reports a log holds, and the :class:`~kg.digest.SetDigest` (hex) of their records.

    The digest is of ids, fields and what each property was read from. Where a record came from is left out: the same
    records in another order, or out of another file, are the same content.
    """

    live: int
    digest: str


class RecordLog:
    """The records of a snapshot, opened for reading. Safe to use from many threads.

    Its files must not change while they are open. They are closed when nobody holds the log any more, or before by
    :meth:`close`.
    """

    def __init__(self, directory: Path, segments: tuple[sqlite3.Connection, ...], held: Held) -> None:
        """Use :meth:`open`."""
        self.directory: Final = directory
        self._newest_first = segments
        self.held: Final = held
        # Whether one connection may answer two threads at once depends on how SQLite was compiled.
        self._one_at_a_time = threading.Lock()
        self._closing = weakref.finalize(self, _close, segments)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open a log, on storage that may be read-only.

        Raises :class:`~kg.errors.RecordFileError` if it is missing or no log. Damage inside a record is found when the
        record is read.
        """
        with _reported(directory):
            opened: list[sqlite3.Connection] = []
            try:
                opened.extend(_connect(path, "mode=ro&immutable=1") for path in reversed(segment_files(directory)))
                return cls(directory, tuple(opened), _held(directory, opened))
            except BaseException:
                _close(opened)
                raise

    def get(self, report_id: str) -> Put | None:
        """The record that a report was made of, ``None`` if there is no such report.

        Raises :class:`~kg.errors.RecordFileError` if it is damaged.
        """
        with _reported(self.directory):
            row = self.row(report_id)
            return None if row is None or row.content is None else _put(row)

    def row(self, report_id: str) -> _Row | None:
        """The newest change of an id as it lies on disk; ``None`` if there is none."""
        with self._one_at_a_time:
            try:
                for segment in self._newest_first:
                    found = segment.execute(_SELECT, (report_id,)).fetchone()
                    if found is not None:
                        return _Row(*found)
            except UnicodeEncodeError:  # half a surrogate pair: no id has one
                pass
            return None

    def __iter__(self) -> Iterator[Put]:
        """Every record, in no order. Lets others read in between. Raises :class:`~kg.errors.RecordFileError`."""
        with _reported(self.directory):
            yield from map(_put, self._live_rows())

    def ids(self) -> Iterator[str]:
        """The ids of all reports, in no order. Raises :class:`~kg.errors.RecordFileError`."""
        with _reported(self.directory):
            for row in self._live_rows():
                yield row.id

    def ids_of(self, source: str) -> set[str]:
        """The ids of the reports whose records came from a source."""
        with _reported(self.directory), self._one_at_a_time:
            found: set[str] = set()
            for segment in reversed(self._newest_first):
                found.difference_update(report_id for report_id, _ in segment.execute(_IDS))
                found.update(report_id for (report_id,) in segment.execute(_IDS_OF, (source,)))
            return found

    def digests(self) -> Iterator[tuple[str, bytes]]:
        """Every id with the content of its record, for comparing logs. Raises :class:`~kg.errors.RecordFileError`."""
        with _reported(self.directory):
            for row in self._live_rows():
                assert row.content is not None
                yield row.id, zlib.decompress(row.content)

    def checked(self) -> Held:
        """What the log holds, counted anew from every record. Raises :class:`~kg.errors.RecordFileError`."""
        live, digest = 0, SetDigest()
        for report_id, content in self.digests():
            live += 1
            digest.add((_line(report_id, content),))
        return Held(live, digest.hex)

    def __len__(self) -> int:
        return self.held.live

    def close(self) -> None:
        """Close the files; reading them is an error from then on."""
        with self._one_at_a_time:
            self._closing()

    def _live_rows(self) -> Iterator[_Row]:
        newer: set[str] = set()
        for place, segment in enumerate(self._newest_first):
            oldest = place == len(self._newest_first) - 1
            # A cursor of its own, so that a slow reader of all records keeps nobody waiting.
            for found in segment.cursor().execute(_EVERY):
                row = _Row(*found)
                if row.id in newer:
                    continue
                if not oldest:
                    newer.add(row.id)
                if row.content is not None:
                    yield row


class Outcome(Enum):
    """What a change did to a log."""

    ADDED = "added"
    REPLACED = "replaced"
    DELETED = "deleted"
    UNCHANGED = "unchanged"


class RecordLogWriter:
    """Writes changes to the log of a new snapshot, one at a time. Use as a context manager.

    With a parent, its segments are linked and the changes come on top. Leaving the block makes the log whole, an error
    leaves a directory to be thrown away. What is written survives a power cut only when the caller has flushed the
    directory to disk.
    """

    def __init__(self, directory: Path, parent: RecordLog | None = None) -> None:
        """Make ``directory``, which must not be there. Raises :class:`~kg.errors.RecordFileError`."""
        self._directory = directory
        self._parent = parent
        self._live = len(parent) if parent is not None else 0
        self._digest = SetDigest(parent.held.digest if parent is not None else "0")
        with _reported(directory):
            directory.mkdir()
            older = segment_files(parent.directory) if parent is not None else []
            for path in older:
                link(path, directory / path.name)
            self._path = directory / f"{int(older[-1].stem) + 1 if older else 0:06d}.sqlite"
            self._connection = _connect(self._path, "mode=rwc")
            for pragma in _FRESH:
                self._connection.execute(pragma)
            self._connection.executescript(_TABLES)
            self._connection.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def apply(self, change: Change) -> Outcome:
        """Write a change, unless it changes nothing. Raises :class:`~kg.errors.RecordFileError`."""
        with _reported(self._directory):
            return self._delete(change) if isinstance(change, Delete) else self._put(change)

    def changed(self) -> Iterator[str]:
        """The ids that were changed, each once."""
        with _reported(self._directory):
            for report_id, _ in self._connection.execute(_IDS):
                yield report_id

    @property
    def held(self) -> Held:
        """What the log holds so far."""
        return Held(self._live, self._digest.hex)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with _reported(self._directory):
                    self._connection.execute("INSERT INTO state VALUES (?, ?)", (self._live, self._digest.hex))
                    self._connection.execute("COMMIT")
                    self._merge()
        finally:
            self._connection.close()

    def _put(self, put: Put) -> Outcome:
        content = orjson.dumps((put.record.fields, put.fields_of))
        before = self._before(put.id)
        origin = put.origin
        if before is not None and before.content is not None:
            known = zlib.decompress(before.content)
            if known == content and before[1:4] == (origin.source, origin.identifier, origin.datestamp):
                return Outcome.UNCHANGED
            self._digest.remove((_line(put.id, known),))
            outcome = Outcome.REPLACED
        else:
            self._live += 1
            outcome = Outcome.ADDED
        self._digest.add((_line(put.id, content),))
        row = _Row(
            put.id,
            origin.source,
            origin.identifier,
            origin.datestamp,
            put.record.source,
            put.record.line,
            zlib.compress(content, _LEVEL),
        )
        self._connection.execute(_REPLACE, row)
        return outcome

    def _delete(self, delete: Delete) -> Outcome:
        before = self._before(delete.id)
        if before is None or before.content is None:
            return Outcome.UNCHANGED
        self._live -= 1
        self._digest.remove((_line(delete.id, zlib.decompress(before.content)),))
        self._connection.execute(_REPLACE, (delete.id, None, None, None, None, None, None))
        return Outcome.DELETED

    def _before(self, report_id: str) -> _Row | None:
        found = self._connection.execute(_SELECT, (report_id,)).fetchone()
        if found is not None:
            return _Row(*found)
        return self._parent.row(report_id) if self._parent is not None else None

    def _merge(self) -> None:
        """Take older segments in while the next one is not large enough beside this one."""
        segments = segment_files(self._directory)
        while len(segments) > 1:
            (mine,) = self._connection.execute(_COUNT).fetchone()
            older = segments[-2]
            self._connection.execute("ATTACH ? AS older", (f"{older.absolute().as_uri()}?mode=ro&immutable=1",))
            (theirs,) = self._connection.execute("SELECT count(*) FROM older.changes").fetchone()
            if theirs < _LARGER * mine:
                self._connection.execute(_OLDER)
            self._connection.execute("DETACH older")
            if theirs >= _LARGER * mine:
                break
            older.unlink()
            segments.remove(older)
        if len(segments) == 1:
            # Nothing older is left that a deletion could be of.
            self._connection.execute(_DELETIONS)


def rewritten(source: RecordLog, directory: Path) -> None:
    """Write the live records of a log as a new one, in one segment, without any trace of what was deleted from it.

    Raises :class:`~kg.errors.RecordFileError`.
    """
    with RecordLogWriter(directory) as writer:
        for put in source:
            writer.apply(put)


def segment_files(directory: Path) -> list[Path]:
    """The segments of a log, oldest first."""
    return sorted(path for path in directory.glob("*.sqlite") if path.stem.isdecimal())


def _held(directory: Path, newest_first: Sequence[sqlite3.Connection]) -> Held:
    state = newest_first[0].execute(_STATE).fetchone() if newest_first else None
    if state is None:
        raise RecordFileError(directory, "it is no log of records")
    return Held(*state)


def _line(report_id: str, content: bytes) -> bytes:
    return orjson.dumps(report_id) + content + b"\n"


def _put(row: _Row) -> Put:
    assert row.content is not None
    fields, fields_of = orjson.loads(zlib.decompress(row.content))
    origin = Origin(row.source, row.identifier, row.datestamp)
    return Put(row.id, Record(row.place, row.line, _tuples(fields)), origin, _tuples(fields_of))


def _tuples(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in lists.items()}


def _connect(path: Path, parameters: str) -> sqlite3.Connection:
    # As a URI, since a path may begin like one, and its "?" and "#" must be escaped then.
    uri = f"{path.absolute().as_uri()}?{parameters}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def _close(connections: Iterable[sqlite3.Connection]) -> None:
    for connection in connections:
        connection.close()


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, zlib.error, ValueError, TypeError, OSError) as error:
        raise RecordFileError(path, str(error)) from error
