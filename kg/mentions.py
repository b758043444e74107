"""How often each entity is mentioned, and by which names: labels are chosen by it, and an entity that nobody mentions
any more is gone. Kept beside the graph, so that a change counts its own reports and no others.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from rdflib import URIRef

from kg.authority.labels import Labels
from kg.errors import MentionFileError

ORCIDS: Final = "orcid"
"""Not a kind of entity: the labels are the ORCIDs under which a person signed."""

METHODS: Final = "method"
"""Neither: the node is the graph of what a method infers, the label its confidence."""

_ROWS_AT_ONCE: Final = 500
_TABLE: Final = """CREATE TABLE mentions (
    node TEXT NOT NULL, kind TEXT NOT NULL, graph TEXT NOT NULL, label TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (node, kind, graph, label)
) WITHOUT ROWID"""
_ADD: Final = """INSERT INTO mentions VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (node, kind, graph, label) DO UPDATE SET count = count + excluded.count"""
_NO_LONGER: Final = "DELETE FROM mentions WHERE node IN ({}) AND count = 0"
_NEGATIVE: Final = "SELECT node, label FROM mentions WHERE node IN ({}) AND count < 0"
_OF: Final = "SELECT node, kind, graph, label, count FROM mentions WHERE node IN ({})"
_BEGINNING: Final = "SELECT node, kind, graph, label, count FROM mentions WHERE node >= ? AND node < ?"
_EVERY: Final = "SELECT node, kind, graph, label, count FROM mentions"
_FRESH: Final = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA locking_mode = EXCLUSIVE")


class Group(NamedTuple):
    """Mentions of one kind of entity in the statements of one graph; ``None``: what records state."""

    kind: str
    graph: URIRef | None


class Mentioned(NamedTuple):
    """An entity with how often it was mentioned in a group by each label."""

    group: Group
    node: URIRef
    counts: Mapping[str, int]


class Mentions:
    """Counts of mentions in memory."""

    def __init__(self) -> None:
        self._groups: dict[Group, Labels] = {}

    def add(self, group: Group, node: URIRef, label: str, count: int = 1) -> None:
        """Count a mention, or several; a negative count takes some back."""
        held = self._groups.get(group)
        if held is None:
            held = self._groups[group] = Labels()
        held.add(node, label, count)

    def __iter__(self) -> Iterator[Mentioned]:
        for group, labels in self._groups.items():
            for node, counts in labels:
                yield Mentioned(group, node, counts)

    def less(self, others: Mentions) -> Mentions:
        """These mentions without some others: where there are more of those, counts are negative."""
        left = Mentions()
        for sign, mentions in ((1, self), (-1, others)):
            for group, node, counts in mentions:
                for label, count in counts.items():
                    left.add(group, node, label, sign * count)
        return left


class MentionFile:
    """Counts of mentions on disk. Close it when done. A published file is only read, and copied to be changed."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Use :meth:`create`, :meth:`copy` or :meth:`open`."""
        self._path = path
        self._connection = connection

    @classmethod
    def create(cls, path: Path, mentions: Iterable[Mentioned]) -> MentionFile:
        """A new file of some mentions. Raises :class:`~kg.errors.MentionFileError`."""
        with _reported(path):
            path.open("xb").close()
            file = cls(path, _connect(path, "mode=rw", _FRESH))
            file._connection.execute(_TABLE)
        file.add(mentions)
        return file

    @classmethod
    def copy(cls, source: Path, path: Path) -> MentionFile:
        """A copy of a file to be changed. Raises :class:`~kg.errors.MentionFileError`."""
        with _reported(source):
            shutil.copyfile(source, path)
            return cls(path, _connect(path, "mode=rw", _FRESH))

    @classmethod
    def open(cls, path: Path) -> MentionFile:
        """A file to be read. Raises :class:`~kg.errors.MentionFileError`."""
        with _reported(path):
            return cls(path, _connect(path, "mode=ro&immutable=1", ()))

    def add(self, mentions: Iterable[Mentioned]) -> None:
        """Add counts to those that are there; what is mentioned no more is left out.

        Raises :class:`~kg.errors.MentionFileError` if a count would be negative, which means that the file is not of
        the reports that the change was made from.
        """
        touched: dict[str, None] = {}

        def rows() -> Iterator[tuple[str, str, str, str, int]]:
            for group, node, counts in mentions:
                touched[str(node)] = None
                for label, count in counts.items():
                    yield str(node), group.kind, str(group.graph or ""), label, count

        with _reported(self._path):
            self._connection.execute("BEGIN")
            self._connection.executemany(_ADD, rows())
            for batch in _batches(tuple(touched)):
                wrong = self._connection.execute(_NEGATIVE.format(_places(batch)), batch).fetchone()
                if wrong is not None:
                    raise MentionFileError(self._path, f"{wrong[0]} is mentioned as {wrong[1]!r} less than never")
                self._connection.execute(_NO_LONGER.format(_places(batch)), batch)
            self._connection.execute("COMMIT")

    def of(self, nodes: Iterable[URIRef]) -> list[Mentioned]:
        """The mentions of some entities, in the order of nodes, kinds and graphs."""
        rows: list[tuple[str, str, str, str, int]] = []
        with _reported(self._path):
            for batch in _batches(sorted(map(str, nodes))):
                rows += self._connection.execute(_OF.format(_places(batch)), batch)
        return _grouped(sorted(rows))

    def beginning(self, prefix: str) -> list[Mentioned]:
        """The mentions of all entities whose IRIs begin with a text that ends in an ASCII character."""
        with _reported(self._path):
            after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
            return _grouped(self._connection.execute(_BEGINNING, (prefix, after)))

    def __iter__(self) -> Iterator[Mentioned]:
        with _reported(self._path):
            return iter(_grouped(self._connection.execute(_EVERY)))

    def close(self) -> None:
        """Close the file; using it is an error from then on."""
        self._connection.close()


def _connect(path: Path, parameters: str, pragmas: Sequence[str]) -> sqlite3.Connection:
    # As a URI, since a path may begin like one, and its "?" and "#" must be escaped then.
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{parameters}", uri=True, isolation_level=None)
    for pragma in pragmas:
        connection.execute(pragma)
    return connection


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _ROWS_AT_ONCE):
        yield values[start : start + _ROWS_AT_ONCE]


def _places(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))


def _grouped(rows: Iterable[tuple[str, str, str, str, int]]) -> list[Mentioned]:
    found: defaultdict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for node, kind, graph, label, count in rows:
        found[node, kind, graph][label] = count
    return [
        Mentioned(Group(kind, URIRef(graph) if graph else None), URIRef(node), counts)
        for (node, kind, graph), counts in found.items()
    ]


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise MentionFileError(path, str(error)) from error
