"""Reports that are gone: what is still known of them, and since when. Carried from snapshot to snapshot.

The IRI of a report is made of its id, which the source gives; so long as the ledger holds it, it is answered as gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

from search.errors import DamagedSnapshotError

GONE: Final = "gone.jsonl"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A report that is gone ``since`` a moment (ISO 8601, UTC). Of one that was purged nothing but the id is known."""

    id: str
    since: str
    title: str | None = None
    source: str | None = None
    purged: bool = False


class Ledger(Mapping[str, Tombstone]):
    """The tombstones of a collection by the ids of the reports."""

    def __init__(self, tombstones: Iterable[Tombstone] = ()) -> None:
        self._by_id = {one.id: one for one in sorted(tombstones, key=lambda one: one.id)}

    @classmethod
    def open(cls, snapshot: Path) -> Ledger:
        """The ledger of a snapshot. Raises :class:`~search.errors.DamagedSnapshotError`."""
        try:
            lines = (snapshot / GONE).read_bytes().splitlines()
            return cls(Tombstone(**orjson.loads(line)) for line in lines)
        except (OSError, ValueError, TypeError) as error:
            raise DamagedSnapshotError(snapshot, f"{GONE} cannot be read ({error})") from error

    def save(self, snapshot: Path) -> None:
        """Write the ledger into a snapshot that is being made."""
        (snapshot / GONE).write_bytes(b"".join(orjson.dumps(asdict(one)) + b"\n" for one in self.values()))

    def changed(self, buried: Iterable[Tombstone], returned: Iterable[str]) -> Ledger:
        """The ledger with further reports that are gone, and without those that came back."""
        by_id = dict(self._by_id)
        for tombstone in buried:
            by_id[tombstone.id] = tombstone
        for report_id in returned:
            by_id.pop(report_id, None)
        return Ledger(by_id.values())

    def __getitem__(self, report_id: str) -> Tombstone:
        return self._by_id[report_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)
