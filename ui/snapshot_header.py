"""From which snapshot an answer comes: whoever turns pages or compares answers sees whether the collection changed."""

from __future__ import annotations

from typing import Final

from search.snapshots.snapshot import Snapshot

SNAPSHOT_HEADER: Final = "Reportgraph-Snapshot"


def snapshot_header(snapshot: Snapshot) -> dict[str, str]:
    """The header of an answer that was made from one snapshot and no other."""
    return {SNAPSHOT_HEADER: snapshot.manifest.name}
