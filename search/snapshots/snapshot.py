"""A snapshot: one directory that holds graph, vectors, text, suggestions, facets and records of the same reports.

It never changes. ``<data>/CURRENT`` names the live one and is replaced by one atomic rename; readers keep the old one
until their last query ends (:mod:`search.live`). See docs/architecture.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from embeddings.durable import replacing, sync_directory
from embeddings.encoder import ModelIdentity
from embeddings.encoding import Gathered, gathered
from embeddings.errors import EmbeddingError
from embeddings.index import VectorIndex
from embeddings.row_file import Progress, RowBlocks
from embeddings.segments import SegmentStore
from kg.errors import KgError
from kg.facets.columns import Columns
from kg.facets.files import load_columns
from kg.importers import FieldMap
from kg.store import GraphStore
from search.errors import (
    DamagedPointerError,
    DamagedSnapshotError,
    GoneReportError,
    NoSnapshotError,
    UnknownReportError,
    UnknownSnapshotError,
)
from search.fulltext.index import TextIndex
from search.fulltext.suggestion_index import SuggestionIndex
from search.snapshots.checks import FileDigest, Files, ReadProgress, damages, unwatched
from search.snapshots.digest_memory import DigestMemory
from search.snapshots.ledger import Ledger
from search.snapshots.record_log import RecordLog

SCHEMA_VERSION: Final = 6
"""Raised when the layout of a snapshot changes: an older one is then built again, not guessed at."""

GRAPH: Final = "graph"
VECTORS: Final = "vectors"
VECTOR_KEYS: Final = "vector-keys.npy"
ANN: Final = "ann"
TEXT: Final = "text"
SUGGEST: Final = "suggest"
FACETS: Final = "facets"
RECORDS: Final = "records"
MENTIONS: Final = "mentions.sqlite"
FIELDS: Final = "fields.json"
MANIFEST: Final = "manifest.json"
PROBLEMS: Final = "problems.jsonl"

_SEALED_SINCE: Final = 6
"""The first layout whose manifests carry a seal."""
_POINTER: Final = re.compile(rb"(?P<name>[0-9]+)(?:\n(?P<mark>[ \t]{32}))?\n?")
"""What ``CURRENT`` holds: a name and, on a line of its own, the mark of the manifest that it names.

The mark is the first 32 bits of the manifest's seal, written as spaces and tabs: whoever reads a name from the file
(``cat``, a script, a person) finds nothing else, and no changed byte makes another snapshot live. A name without a mark
was written by hand and is believed.
"""
_MARKS: Final = str.maketrans("01", " \t")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds.

    ``digests`` are of content (a sum over the lines of N-Quads, vectors by text, columns, records, labels), not of
    files, whose bytes differ from build to build: those are in ``files`` (:mod:`.checks`).
    ``model_source`` is the name or the directory that the model was opened by. ``cause`` says what made it (build,
    update..), ``changes`` what that changed, ``records`` how many it read. ``unusable`` are records of which no report
    can be made any more, ``derived_by`` is the version of what makes the parts.
    """

    name: str
    parent: str | None
    created: str
    cause: str
    base: str
    records: int
    reports: int
    unusable: int
    triples: int
    changes: Mapping[str, int]
    problems: Mapping[str, int]
    model: ModelIdentity
    model_source: str
    derived_by: int
    digests: Mapping[str, str]
    ann_digest: str
    sources: tuple[str, ...]
    files: Files
    schema_version: int = SCHEMA_VERSION

    @property
    def seal(self) -> str:
        """The SHA-256 (hex) of everything that the manifest says."""
        return _seal(asdict(self))

    def to_json(self) -> bytes:
        values = asdict(self)
        return _canonical(values | {_SEAL: _seal(values)})

    @classmethod
    def read(cls, directory: Path) -> Manifest:
        """The manifest of a snapshot directory.

        Raises :class:`~search.errors.DamagedSnapshotError`: with the file if it is missing or any byte of it is not as
        it was written, without one if the snapshot has another layout.
        """
        try:
            values = _sealed_values((directory / MANIFEST).read_bytes())
            version = values["schema_version"]
            if version != SCHEMA_VERSION:
                raise _other_layout(directory, version)
            values["model"] = ModelIdentity(**values["model"])
            values["sources"] = tuple(values["sources"])
            values["files"] = {name: FileDigest(**digest) for name, digest in values["files"].items()}
            return cls(**values)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise DamagedSnapshotError(directory, f"its file {MANIFEST} cannot be read ({error})", MANIFEST) from error


_SEAL: Final = "seal"


def _canonical(values: Mapping[str, Any]) -> bytes:
    return orjson.dumps(values, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def _seal(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(values)).hexdigest()


def _other_layout(directory: Path, layout: int) -> DamagedSnapshotError:
    """A snapshot that is whole, and of another version of the program."""
    if layout > SCHEMA_VERSION:
        advice = "Use the version of the program that made it, or a newer one."
    else:
        advice = "Run `reportgraph build SOURCE...` again: texts that have not changed are not encoded again."
    reason = f"it has layout {layout}, this program reads {SCHEMA_VERSION}"
    return DamagedSnapshotError(directory, reason, advice=advice)


def _sealed_values(content: bytes) -> dict[str, Any]:
    """What a manifest says without its seal; raises :class:`ValueError` if the two do not fit.

    Every byte counts, even those that mean nothing in JSON. Older layouts had no seal.
    """
    values: dict[str, Any] = orjson.loads(content)
    whole = _canonical(values) == content
    seal = values.pop(_SEAL, None)
    older = seal is None and values["schema_version"] < _SEALED_SINCE
    if not older and not (whole and seal == _seal(values)):
        raise ValueError("its bytes do not fit its seal")
    return values


@dataclass(frozen=True, slots=True)
class Adapters:
    """How the engines behind a snapshot are opened: the one thing that :mod:`ui.wiring` decides for this room.

    Graphs are made, copied to be changed, and opened for the base of their IRIs. ``save_index`` writes an index over
    rows into a directory, tells how many are done, and returns its digest; ``open_index`` opens it again, or makes it
    anew from the rows it can ask for when files are missing or damaged.
    """

    create_graph: Callable[[Path, str], GraphStore]
    copy_graph: Callable[[Path, Path, str], GraphStore]
    open_graph: Callable[[Path, str], GraphStore]
    save_index: Callable[[Path, RowBlocks, Progress], str]
    open_index: Callable[[Path, str, Callable[[], RowBlocks]], VectorIndex]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A snapshot opened for reading. The ordinal of a report is the same in columns, index and text.

    ``graph_location`` is where another process opens the graph (:mod:`kg.query_workers`).
    """

    manifest: Manifest
    graph: GraphStore
    columns: Columns
    index: VectorIndex
    text: TextIndex
    records: RecordLog
    gone: Ledger
    suggestions: SuggestionIndex
    graph_location: str

    @classmethod
    def open(
        cls, directory: Path, adapters: Adapters, memory: DigestMemory | None = None, progress: ReadProgress = unwatched
    ) -> Snapshot:
        """Open a snapshot after seeing that its files are as they were published and that its parts fit.

        Every file is read for that, unless ``memory`` knows it. Damage in the index of vectors is no error: it
        has digests of its own, and is made again from the vectors.

        Raises :class:`~search.errors.DamagedSnapshotError`.
        """
        manifest = read_whole(directory, memory=memory, progress=progress)
        try:
            columns = load_columns(directory / FACETS)
            index = adapters.open_index(
                directory / ANN, manifest.ann_digest, lambda: vectors_of(directory, manifest.model)
            )
            snapshot = cls(
                manifest,
                adapters.open_graph(directory / GRAPH, manifest.base),
                columns,
                index,
                TextIndex(directory / TEXT),
                RecordLog.open(directory / RECORDS),
                Ledger.open(directory),
                SuggestionIndex.open(directory / SUGGEST),
                graph_location(directory),
            )
        except (KgError, EmbeddingError, OSError, ValueError) as error:
            raise DamagedSnapshotError(directory, str(error)) from error
        sizes = {
            "manifest": manifest.reports,
            "facets": len(columns.reports),
            "vectors": index.size,
            "text": snapshot.text.size,
            "records": len(snapshot.records) - manifest.unusable,
            "suggestions": snapshot.suggestions.reports,
        }
        if len(set(sizes.values())) > 1:
            raise DamagedSnapshotError(directory, f"its parts hold different numbers of reports: {sizes}")
        return snapshot


def read_whole(
    directory: Path,
    parts: tuple[str, ...] | None = None,
    *,
    memory: DigestMemory | None = None,
    progress: ReadProgress = unwatched,
) -> Manifest:
    """The manifest of a snapshot, after seeing that the files of some ``parts`` of it are whole.

    Parts are named as above (:data:`GRAPH`..); without any, all are looked at but the index of vectors.
    Raises :class:`~search.errors.DamagedSnapshotError`, which names a file.
    """
    manifest = Manifest.read(directory)
    wanted = {
        name: digest
        for name, digest in manifest.files.items()
        if (part := name.partition("/")[0]) != ANN and (parts is None or part in parts)
    }
    found = damages(directory, wanted, memory=memory, progress=progress)
    if found:
        first = found[0]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise DamagedSnapshotError(directory, f"its file {first.path} is {first.state}{more}", first.path)
    return manifest


def missing(snapshot: Snapshot, report_id: str) -> UnknownReportError | GoneReportError:
    """What is to be said of a report that a snapshot does not hold: it never was there, or it is gone."""
    gone = snapshot.gone.get(report_id)
    return UnknownReportError(report_id) if gone is None else GoneReportError(gone.id, gone.since, gone.title)


def graph_location(directory: Path) -> str:
    """Where the adapter of the graph's engine opens the graph of a snapshot. Nothing else knows what lies there."""
    return str(directory / GRAPH)


def vectors_of(directory: Path, model: ModelIdentity) -> Gathered:
    """The vectors of a snapshot's reports in the order of their ordinals, from the segments."""
    keys = np.load(directory / VECTOR_KEYS)
    store = SegmentStore.open(directory / VECTORS, model, verify=False)
    return gathered(keys, store)


def kept_field_map(directory: Path) -> FieldMap:
    """The field map that a snapshot was made with; raises :class:`~search.errors.DamagedSnapshotError`."""
    try:
        return FieldMap.from_json((directory / FIELDS).read_bytes())
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DamagedSnapshotError(directory, f"{FIELDS} cannot be read ({error})") from error


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """Where the snapshots of one collection lie."""

    path: Path

    @property
    def snapshots(self) -> Path:
        return self.path / "snapshots"

    @property
    def current_file(self) -> Path:
        return self.path / "CURRENT"

    @property
    def lock_file(self) -> Path:
        return self.path / "lock"

    @property
    def verified_file(self) -> Path:
        """Where short commands remember which files they have read (:mod:`search.snapshots.digest_memory`)."""
        return self.path / "verified.json"

    def pointer(self) -> bytes | None:
        """What ``CURRENT`` holds, ``None`` before the first build: it changes whenever another snapshot goes live."""
        try:
            return self.current_file.read_bytes()
        except FileNotFoundError:
            return None

    def live(self) -> Path:
        """The directory of the live snapshot.

        Raises :class:`~search.errors.NoSnapshotError` before the first build,
        :class:`~search.errors.DamagedPointerError` if what names it is not what was written, and what
        :meth:`Manifest.read` does.
        """
        pointer = self.pointer()
        if pointer is None:
            raise NoSnapshotError(self.path)
        named = _POINTER.fullmatch(pointer)
        names = self.names()
        if named is None or named["name"].decode() not in names:
            raise DamagedPointerError(self.current_file, names[-1] if names else None)
        directory = self.snapshots / named["name"].decode()
        if named["mark"] is not None and _mark(Manifest.read(directory)) != named["mark"].decode():
            raise DamagedPointerError(self.current_file, names[-1])
        return directory

    def current(self) -> Path | None:
        """The directory of the live snapshot, ``None`` before the first build.

        A pointer that is damaged is as if there were none: a build must be able to mend it.
        """
        named = _POINTER.fullmatch(self.pointer() or b"")
        return self.snapshots / named["name"].decode() if named else None

    def named(self, name: str) -> Path:
        """The directory of a snapshot by its name; raises :class:`~search.errors.UnknownSnapshotError`."""
        names = self.names()
        if name not in names:
            raise UnknownSnapshotError(name, tuple(names))
        return self.snapshots / name

    def publish(self, staging: Path, manifest: Manifest) -> None:
        """Give a directory that is ready its name and make it live. The caller holds the lock.

        Its files survive a power cut before anything names them. Killed at any instant, this leaves the old snapshot
        live or the new one.
        """
        sync_tree(staging)
        staging.rename(self.snapshots / manifest.name)
        sync_directory(self.snapshots)
        self.point_to(manifest)

    def point_to(self, manifest: Manifest) -> None:
        """Make a snapshot that has its name the live one. The caller holds the lock."""
        with replacing(self.current_file) as temporary:
            temporary.write_bytes(f"{manifest.name}\n{_mark(manifest)}\n".encode("ascii"))

    def next_name(self) -> str:
        """A name that no snapshot of this collection ever had: readers take a name for what they have open.

        The newest snapshot is never removed, so that names go on rising.
        """
        return f"{max(map(int, self.names()), default=0) + 1:06d}"

    def names(self) -> list[str]:
        """The names of all published snapshots, oldest first."""
        if not self.snapshots.is_dir():
            return []
        return sorted(entry.name for entry in self.snapshots.iterdir() if entry.name.isdigit())


def _mark(manifest: Manifest) -> str:
    return f"{int(manifest.seal[:8], 16):032b}".translate(_MARKS)


def sync_tree(directory: Path) -> None:
    """Make every file below a directory, and every name, survive a power cut."""
    for folder, _, files in os.walk(directory):
        for name in files:
            with (Path(folder) / name).open("rb") as file:
                os.fsync(file.fileno())
        sync_directory(Path(folder))


def timestamp(moment: dt.datetime) -> str:
    """A moment as a manifest writes it: UTC, whole seconds."""
    return moment.astimezone(dt.UTC).replace(microsecond=0).isoformat()
