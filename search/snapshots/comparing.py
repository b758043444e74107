"""What two snapshots differ in: which reports were added, changed, deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from search.snapshots.record_log import RecordLog
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
    """The ids of a snapshot's reports, in no order, each with a digest of its record.

    Equal digests mean equal records, in whatever snapshot. Where a record came from is left out.
    """
    with closing(RecordLog.open(directory / RECORDS)) as log:
        for report_id, content in log.digests():
            yield report_id, hashlib.sha256(content).digest()


def compared(before: Iterable[tuple[str, bytes]], after: Iterable[tuple[str, bytes]]) -> Difference:
    """The difference between two runs of ids and digests, in any order."""
    left = dict(before)
    added: list[str] = []
    changed: list[str] = []
    for report_id, digest in after:
        known = left.pop(report_id, None)
        if known is None:
            added.append(report_id)
        elif known != digest:
            changed.append(report_id)
    return Difference(tuple(sorted(added)), tuple(sorted(changed)), tuple(sorted(left)))
