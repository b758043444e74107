"""Directories of tantivy: made for a build, and opened on storage that may be read-only too."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Final

import tantivy

from search.errors import DamagedSnapshotError


class IndexDirectory:
    """An index opened for reading; its files must not change while it is open.

    Raises :class:`~search.errors.DamagedSnapshotError`.
    """

    def __init__(self, directory: Path) -> None:
        read_from = directory
        # Even reading makes a lock file: on storage that cannot be written, it is made beside links to the files.
        if directory.is_dir() and not os.access(directory, os.W_OK):
            read_from = Path(tempfile.mkdtemp(prefix="reportgraph-index-"))
            weakref.finalize(self, shutil.rmtree, read_from, ignore_errors=True)
            _link(directory, read_from)
        try:
            self.index: Final = _unwatched(tantivy.Index.open(str(read_from)))
        except (ValueError, OSError) as error:
            raise DamagedSnapshotError(directory, str(error)) from error


def new_index(directory: Path, schema: tantivy.Schema) -> tantivy.Index:
    """An index in a new directory, to be written once; ``reload`` it to read what was committed."""
    directory.mkdir()
    return _unwatched(tantivy.Index(schema, path=str(directory)))


def _unwatched(index: tantivy.Index) -> tantivy.Index:
    """The index without the thread that looks twice a second whether its files changed, and locks them if they did."""
    index.config_reader("Manual")
    return index


def _link(directory: Path, folder: Path) -> None:
    for path in directory.iterdir():
        if not path.name.endswith(".lock"):
            (folder / path.name).symlink_to(path.resolve())
