"""The last steps of a new snapshot: checked, flushed to disk, put in its place, and made the live one by one rename."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from embeddings.durable import replacing, sync_directory
from search.snapshots.snapshot import MANIFEST, DataDirectory, Manifest, Snapshot
from search.snapshots.staging import Staging


def publish(staging: Staging, data: DataDirectory, manifest: Manifest, *, kept: int) -> Manifest:
    """Publish what lies in the staging directory, and remove all but the newest ``kept`` snapshots.

    Returns the manifest with all files.

    Raises :class:`~search.errors.DamagedSnapshotError` if its parts do not fit, before anything is published.
    """
    whole = replace(manifest, files=_sizes(staging.directory))
    (staging.directory / MANIFEST).write_bytes(whole.to_json())
    Snapshot.open(staging.directory, staging.adapters)
    _sync_tree(staging.directory)
    staging.directory.rename(data.snapshots / manifest.name)
    sync_directory(data.snapshots)
    with replacing(data.current_file) as temporary:
        temporary.write_text(f"{manifest.name}\n", encoding="ascii")
    # From here on the task is done: what cannot be removed now is removed by the next one.
    for name in data.names()[:-kept]:
        if name != manifest.name:
            shutil.rmtree(data.snapshots / name, ignore_errors=True)
    return whole


def _sizes(directory: Path) -> dict[str, int]:
    """Bytes of every file below a directory by its path there; locks come and go and are left out."""
    files = (path for path in directory.rglob("*") if path.is_file() and not path.name.endswith(".lock"))
    return {path.relative_to(directory).as_posix(): path.stat().st_size for path in sorted(files)}


def _sync_tree(directory: Path) -> None:
    """Make every file below a directory, and every name, survive a power cut."""
    for folder, _, files in os.walk(directory):
        for name in files:
            with (Path(folder) / name).open("rb") as file:
                os.fsync(file.fileno())
        sync_directory(Path(folder))
