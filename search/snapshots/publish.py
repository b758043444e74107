"""The last steps of a new snapshot: checked, flushed to disk, put in its place, and made the live one by one rename."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from search.errors import DamagedSnapshotError
from search.snapshots.checks import Files, digests_of
from search.snapshots.digest_memory import DigestMemory
from search.snapshots.keeping import prune_snapshots
from search.snapshots.snapshot import MANIFEST, DataDirectory, Manifest, Snapshot
from search.snapshots.staging import Staging


def publish(
    staging: Staging, data: DataDirectory, manifest: Manifest, memory: DigestMemory, *, kept: int, purge: bool = False
) -> Manifest:
    """Publish what lies in the staging directory, and remove all but the newest ``kept`` snapshots.

    Those that are to be kept or are being saved stay as well, unless the task was to ``purge``. Files that are links to
    those of the live snapshot are not read again; ``memory`` learns what was. Returns the manifest with all files.

    Raises :class:`~search.errors.DamagedSnapshotError` if its parts do not fit, before anything is published.
    """
    whole = replace(manifest, files=_digests(staging, data, memory))
    (staging.directory / MANIFEST).write_bytes(whole.to_json())
    Snapshot.open(staging.directory, staging.adapters, memory)
    data.publish(staging.directory, whole)
    # From here on the task is done: what cannot be removed now is removed by the next one.
    memory.save(data.verified_file)
    prune_snapshots(data, kept, purge=purge)
    return whole


def _digests(staging: Staging, data: DataDirectory, memory: DigestMemory) -> Files:
    live, parent = data.current(), None
    if live is not None:
        # Of a live snapshot that cannot be read nothing is taken over.
        with suppress(DamagedSnapshotError):
            parent = (live, Manifest.read(live).files)
    return digests_of(staging.directory, parent=parent, memory=memory)
