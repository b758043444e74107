"""What is damaged in a collection, what each file holds, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from search.errors import DamagedPointerError, DamagedSnapshotError
from search.snapshots.checks import Damage, ReadProgress, State, damages, unexpected, unwatched
from search.snapshots.digest_memory import DigestMemory
from search.snapshots.ledger import GONE
from search.snapshots.snapshot import (
    ANN,
    FACETS,
    FIELDS,
    GRAPH,
    MANIFEST,
    MENTIONS,
    PROBLEMS,
    RECORDS,
    SUGGEST,
    TEXT,
    VECTOR_KEYS,
    VECTORS,
    DataDirectory,
    Manifest,
)


class Part(StrEnum):
    """What the files of a collection belong to. Each part can be rebuilt as one."""

    RECORDS = "records"
    GONE = "gone"
    FIELDS = "fields"
    MENTIONS = "mentions"
    GRAPH = "graph"
    VECTORS = "vectors"
    ANN = "ann"
    TEXT = "text"
    SUGGEST = "suggest"
    FACETS = "facets"
    PROBLEMS = "problems"
    MANIFEST = "manifest"
    POINTER = "pointer"
    OTHER = "other"
    """Nothing that the program made."""


_PARTS: Final = {
    GRAPH: Part.GRAPH,
    VECTORS: Part.VECTORS,
    VECTOR_KEYS: Part.VECTORS,
    ANN: Part.ANN,
    TEXT: Part.TEXT,
    SUGGEST: Part.SUGGEST,
    FACETS: Part.FACETS,
    RECORDS: Part.RECORDS,
    GONE: Part.GONE,
    FIELDS: Part.FIELDS,
    MENTIONS: Part.MENTIONS,
    PROBLEMS: Part.PROBLEMS,
    MANIFEST: Part.MANIFEST,
}

HOLDS: Final[dict[Part, str]] = {
    Part.RECORDS: "the records as their sources gave them, of which all else is made",
    Part.GONE: "which reports are gone, and since when",
    Part.FIELDS: "the field map by which records were read",
    Part.MENTIONS: "how often and by which names records mention people, subjects and others",
    Part.GRAPH: "the graph",
    Part.VECTORS: "the vectors of texts, which take long to encode again",
    Part.ANN: "the index of vectors, made again from them at every start: searches are right but slower",
    Part.TEXT: "the index of words",
    Part.SUGGEST: "the index of suggestions",
    Part.FACETS: "the columns of facets",
    Part.PROBLEMS: "the list of records that could not be used",
    Part.MANIFEST: "what the snapshot holds, and the digests of all its files",
    Part.POINTER: "the name of the live snapshot",
    Part.OTHER: "nothing that belongs to a snapshot",
}

_BUILD: Final = (
    "Run `reportgraph build SOURCE...` again, go back to another snapshot with `reportgraph rollback NAME`, "
    "or restore a backup."
)
_REPAIR: Final = "Run `reportgraph check --repair`, which makes it anew from the records."
REPAIRABLE: Final = frozenset(
    {Part.MENTIONS, Part.GRAPH, Part.VECTORS, Part.ANN, Part.TEXT, Part.SUGGEST, Part.FACETS, Part.PROBLEMS}
)
"""Parts that are made of others; of the records, of what is gone, and of the manifest there is no second source."""
REMEDIES: Final[dict[Part, str]] = (
    dict.fromkeys(Part, _BUILD)
    | dict.fromkeys(REPAIRABLE, _REPAIR)
    | {
        Part.POINTER: "Run `reportgraph rollback NAME` with the snapshot that is to be live.",
        Part.OTHER: "Look at it and remove it.",
    }
)


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """A file that is not as it was published. ``path`` is relative to the data directory."""

    path: str
    state: State
    part: Part

    @property
    def holds(self) -> str:
        return HOLDS[self.part]

    @property
    def remedy(self) -> str:
        return REMEDIES[self.part]


def part_of(path: str) -> Part:
    """The part that a file of a snapshot belongs to, by its path in the snapshot."""
    return _PARTS.get(path.partition("/")[0], Part.OTHER)


def find_damage(
    data: DataDirectory, *, memory: DigestMemory | None = None, progress: ReadProgress = unwatched
) -> list[DamagedFile]:
    """Every file of the live snapshot, and of what names it, that is damaged, missing or not expected there.

    All of them are read but those that ``memory`` knows; ``progress`` gets their bytes. Where the manifest is damaged,
    nothing else can be compared.
    Raises :class:`~search.errors.NoSnapshotError`, and :class:`~search.errors.DamagedSnapshotError` for one of another
    layout.
    """
    try:
        live = data.live()
        manifest = Manifest.read(live)
    except DamagedPointerError as error:
        return [DamagedFile(error.path.name, State.DAMAGED, Part.POINTER)]
    except DamagedSnapshotError as error:
        if error.file is None:  # of another layout
            raise
        state = State.DAMAGED if (error.snapshot / MANIFEST).is_file() else State.MISSING
        return [_named(error.snapshot, Damage(MANIFEST, state))]
    found = [
        *damages(live, manifest.files, memory=memory, progress=progress),
        *unexpected(live, {*manifest.files, MANIFEST}),
    ]
    return [_named(live, damage) for damage in sorted(found, key=lambda damage: damage.path)]


def _named(live: Path, damage: Damage) -> DamagedFile:
    part = Part.OTHER if damage.state is State.UNEXPECTED else part_of(damage.path)
    return DamagedFile(f"snapshots/{live.name}/{damage.path}", damage.state, part)
