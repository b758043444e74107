"""A snapshot: one directory that holds graph, vectors, text and facets of the same reports, and never changes.

``<data>/CURRENT`` names the live one and is replaced by one atomic rename; readers keep the old one until their last
query ends. See DESIGN in docs/architecture.md.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from embeddings.encoder import ModelIdentity
from embeddings.encoding import gather
from embeddings.errors import EmbeddingError
from embeddings.index import VectorIndex
from embeddings.segments import SegmentStore
from embeddings.vectors import Vectors
from kg.errors import KgError
from kg.facet_files import load_columns
from kg.facets import Columns
from kg.store import GraphStore
from search.errors import DamagedSnapshotError, NoSnapshotError
from search.text_index import TextIndex

SCHEMA_VERSION: Final = 1
"""Raised when the layout of a snapshot changes: an older one is then built again, not guessed at."""

GRAPH: Final = "graph"
VECTORS: Final = "vectors"
VECTOR_KEYS: Final = "vector-keys.npy"
ANN: Final = "ann.faiss"
TEXT: Final = "text"
FACETS: Final = "facets"
MANIFEST: Final = "manifest.json"
PROBLEMS: Final = "problems.jsonl"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds. ``digests`` are of content (sorted N-Quads, vectors by text, columns), not of files."""

    name: str
    parent: str | None
    created: str
    base: str
    records: int
    reports: int
    triples: int
    problems: Mapping[str, int]
    model: ModelIdentity
    digests: Mapping[str, str]
    ann_digest: str
    sources: tuple[str, ...]
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

    ``save_index`` writes an index over vectors (n, d) and returns its digest; ``open_index`` opens it again, or makes
    it anew from the vectors it can ask for when the file is missing or damaged.
    """

    create_graph: Callable[[Path], GraphStore]
    open_graph: Callable[[Path], GraphStore]
    save_index: Callable[[Path, Vectors], str]
    open_index: Callable[[Path, str, Callable[[], Vectors]], VectorIndex]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A snapshot opened for reading. The ordinal of a report is the same in columns, index and text."""

    manifest: Manifest
    graph: GraphStore
    columns: Columns
    index: VectorIndex
    text: TextIndex

    @classmethod
    def open(cls, directory: Path, adapters: Adapters) -> Snapshot:
        """Open a snapshot and see that its parts fit; raises :class:`~search.errors.DamagedSnapshotError`."""
        manifest = Manifest.read(directory)
        try:
            columns = load_columns(directory / FACETS)
            index = adapters.open_index(
                directory / ANN, manifest.ann_digest, lambda: vectors_of(directory, manifest.model)
            )
            snapshot = cls(
                manifest, adapters.open_graph(directory / GRAPH), columns, index, TextIndex.open(directory / TEXT)
            )
        except (KgError, EmbeddingError, OSError, ValueError) as error:
            raise DamagedSnapshotError(directory, str(error)) from error
        sizes = {
            "manifest": manifest.reports,
            "facets": len(columns.reports),
            "vectors": index.size,
            "text": snapshot.text.size,
        }
        if len(set(sizes.values())) > 1:
            raise DamagedSnapshotError(directory, f"its parts hold different numbers of reports: {sizes}")
        return snapshot


def vectors_of(directory: Path, model: ModelIdentity) -> Vectors:
    """The vectors of a snapshot's reports in the order of their ordinals, float32 (n, d), from the segments."""
    keys = np.load(directory / VECTOR_KEYS)
    store = SegmentStore.open(directory / VECTORS, model, verify=False)
    return gather([key.tobytes() for key in keys], store)


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

    def current(self) -> Path | None:
        """The directory of the live snapshot, ``None`` before the first build."""
        try:
            name = self.current_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        return self.snapshots / name

    def names(self) -> list[str]:
        """The names of all published snapshots, oldest first."""
        if not self.snapshots.is_dir():
            return []
        return sorted(entry.name for entry in self.snapshots.iterdir() if entry.name.isdigit())


class LiveSnapshot:
    """The live snapshot of a data directory, followed as it changes.

    A new snapshot is opened in the background while the old one answers; whoever still holds the old one keeps it.
    """

    def __init__(self, data: DataDirectory, adapters: Adapters) -> None:
        """Open the live snapshot; raises :class:`~search.errors.NoSnapshotError` if there is none."""
        self._data = data
        self._adapters = adapters
        self._switching = threading.Lock()
        self._failed: Path | None = None
        self._opening: threading.Thread | None = None
        self._directory = self._named()
        self._snapshot = Snapshot.open(self._directory, adapters)

    def current(self) -> Snapshot:
        """The newest snapshot that is open; asks the disk whether there is a newer one, and opens that meanwhile."""
        named = self._named()
        if named not in (self._directory, self._failed) and self._switching.acquire(blocking=False):
            self._opening = threading.Thread(target=self._switch, args=(named,), name="open-snapshot", daemon=True)
            self._opening.start()
        return self._snapshot

    def settle(self) -> None:
        """Wait until a snapshot that is being opened is open, or has failed to."""
        if self._opening is not None:
            self._opening.join()

    def _named(self) -> Path:
        directory = self._data.current()
        if directory is None:
            raise NoSnapshotError(self._data.path)
        return directory

    def _switch(self, directory: Path) -> None:
        try:
            self._snapshot = Snapshot.open(directory, self._adapters)
            self._directory = directory
        except DamagedSnapshotError:
            # The old one goes on answering; a damaged one is not tried again at every request.
            self._failed = directory
        finally:
            self._switching.release()


def timestamp(moment: dt.datetime) -> str:
    """A moment as a manifest writes it: UTC, whole seconds."""
    return moment.astimezone(dt.UTC).replace(microsecond=0).isoformat()
