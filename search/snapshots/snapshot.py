"""A snapshot: one directory that holds graph, vectors, text, suggestions, facets and records of the same reports.

It never changes. ``<data>/CURRENT`` names the live one and is replaced by one atomic rename; readers keep the old one
until their last query ends (:mod:`search.live`). See docs/architecture.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from embeddings.encoder import ModelIdentity
from embeddings.encoding import Gathered, gathered
from embeddings.errors import EmbeddingError
from embeddings.index import VectorIndex
from embeddings.row_file import RowBlocks, Tell
from embeddings.segments import SegmentStore
from kg.errors import KgError
from kg.facets.columns import Columns
from kg.facets.files import columns_digest, load_columns
from kg.importers import FieldMap
from kg.store import GraphStore
from search.errors import DamagedSnapshotError, GoneReportError, NoSnapshotError, UnknownReportError
from search.fulltext.index import TextIndex
from search.fulltext.suggestion_index import SuggestionIndex
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


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds. ``digests`` are of content (sorted N-Quads, vectors by text, columns, records, labels).

    They are not of files, whose bytes differ from build to build. ``files`` are sizes in bytes by path;
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
    files: Mapping[str, int]
    schema_version: int = SCHEMA_VERSION

    def to_json(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)

    @classmethod
    def read(cls, directory: Path) -> Manifest:
        """The manifest of a snapshot directory; raises :class:`~search.errors.DamagedSnapshotError`."""
        try:
            values = orjson.loads((directory / MANIFEST).read_bytes())
            version = values["schema_version"]
            if version != SCHEMA_VERSION:
                raise DamagedSnapshotError(directory, f"it has layout {version}, this program reads {SCHEMA_VERSION}")
            values["model"] = ModelIdentity(**values["model"])
            values["sources"] = tuple(values["sources"])
            return cls(**values)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DamagedSnapshotError(directory, f"its manifest cannot be read ({error})") from error


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
    save_index: Callable[[Path, RowBlocks, Tell], str]
    open_index: Callable[[Path, str, Callable[[], RowBlocks]], VectorIndex]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A snapshot opened for reading. The ordinal of a report is the same in columns, index and text."""

    manifest: Manifest
    graph: GraphStore
    columns: Columns
    index: VectorIndex
    text: TextIndex
    records: RecordLog
    gone: Ledger
    suggestions: SuggestionIndex

    @classmethod
    def open(cls, directory: Path, adapters: Adapters) -> Snapshot:
        """Open a snapshot and see that its parts fit; raises :class:`~search.errors.DamagedSnapshotError`."""
        manifest = Manifest.read(directory)
        _see_that_files_are_whole(directory, manifest)
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
        if columns_digest(columns) != manifest.digests["facets"]:
            raise DamagedSnapshotError(directory, "its facet columns are not those that were built")
        return snapshot


def missing(snapshot: Snapshot, report_id: str) -> UnknownReportError | GoneReportError:
    """What is to be said of a report that a snapshot does not hold: it never was there, or it is gone."""
    gone = snapshot.gone.get(report_id)
    return UnknownReportError(report_id) if gone is None else GoneReportError(gone.id, gone.since, gone.title)


def _see_that_files_are_whole(directory: Path, manifest: Manifest) -> None:
    """Missing or cut files are found by their sizes, before an engine trips over them."""
    for name, size in manifest.files.items():
        path = directory / name
        if not name.startswith(f"{ANN}/") and (not path.is_file() or path.stat().st_size != size):
            raise DamagedSnapshotError(directory, f"its file {name} is missing or cut")


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

    def live(self) -> Path:
        """The directory of the live snapshot; raises :class:`~search.errors.NoSnapshotError` before the first build."""
        directory = self.current()
        if directory is None:
            raise NoSnapshotError(self.path)
        return directory

    def current(self) -> Path | None:
        """The directory of the live snapshot, ``None`` before the first build."""
        try:
            name = self.current_file.read_bytes().strip()
        except FileNotFoundError:
            return None
        # Anything but a number is damage: a build must be able to mend it, so it is as if there were none.
        return self.snapshots / name.decode() if name.isdigit() else None

    def names(self) -> list[str]:
        """The names of all published snapshots, oldest first."""
        if not self.snapshots.is_dir():
            return []
        return sorted(entry.name for entry in self.snapshots.iterdir() if entry.name.isdigit())


def timestamp(moment: dt.datetime) -> str:
    """A moment as a manifest writes it: UTC, whole seconds."""
    return moment.astimezone(dt.UTC).replace(microsecond=0).isoformat()
