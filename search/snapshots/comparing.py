"""What two snapshots differ in: which reports were added, changed, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kg.record_files import RecordFile
from search.snapshots.snapshot import RECORDS, DataDirectory, read_whole


@dataclass(frozen=True, slots=True)
class Difference:
    """Ids of reports in the order of code points. Changed is a report whose record has another value or field."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]


def difference(data: DataDirectory, older: str, newer: str) -> Difference:
    """What became of the reports of one snapshot in another.

    Raises :class:`~search.errors.UnknownSnapshotError`, and :class:`~search.errors.DamagedSnapshotError` if the records
    of either are damaged.
    """
    before, after = data.named(older), data.named(newer)
    manifests = [read_whole(directory, (RECORDS,)) for directory in (before, after)]
    if manifests[0].digests["records"] == manifests[1].digests["records"]:
        return Difference((), (), ())
    return compared(record_digests(before), record_digests(after))


def record_digests(directory: Path) -> Iterator[tuple[str, bytes]]:
    """The ids of a snapshot's reports, in the order of code points, each with a digest of its record.

    Equal digests mean equal records, in whatever snapshot. Where a record came from is left out.
    """
    with closing(RecordFile.open(directory / RECORDS)) as records:
        yield from records.digests()


def compared(before: Iterator[tuple[str, bytes]], after: Iterator[tuple[str, bytes]]) -> Difference:
    """The difference between two runs of ids and digests, both in the order of ids; nothing but it is held."""
    added: list[str] = []
    changed: list[str] = []
    deleted: list[str] = []
    left, right = next(before, None), next(after, None)
    while left is not None or right is not None:
        if left is None or (right is not None and right[0] < left[0]):
            assert right is not None
            added.append(right[0])
            right = next(after, None)
        elif right is None or left[0] < right[0]:
            deleted.append(left[0])
            left = next(before, None)
        else:
            if left[1] != right[1]:
                changed.append(left[0])
            left, right = next(before, None), next(after, None)
    return Difference(tuple(added), tuple(changed), tuple(deleted))
