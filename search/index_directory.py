"""Opens directories that tantivy wrote, on storage that may be read-only too."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import tantivy

from search.errors import DamagedSnapshotError


@dataclass(frozen=True, slots=True)
class IndexDirectory:
    """An index and, where it was opened by links to its files, their folder, which lives as long as it is held."""

    index: tantivy.Index
    linked: tempfile.TemporaryDirectory[str] | None

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open an index for reading; raises :class:`~search.errors.DamagedSnapshotError`."""
        try:
            # Even reading makes a lock file: on storage that cannot be written, it is made beside links to the files.
            linked = None if os.access(directory, os.W_OK) else _links(directory)
            return cls(tantivy.Index.open(linked.name if linked else str(directory)), linked)
        except (ValueError, OSError) as error:
            raise DamagedSnapshotError(directory, str(error)) from error


def _links(directory: Path) -> tempfile.TemporaryDirectory[str]:
    folder: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory(prefix="reportgraph-index-")
    for path in directory.iterdir():
        if not path.name.endswith(".lock"):
            (Path(folder.name) / path.name).symlink_to(path.resolve())
    return folder
