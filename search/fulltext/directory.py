"""Directories of tantivy: made for a build, continued in links, and opened on storage that may be read-only too.

Tantivy never changes a file that it has written: what is new, deletes among it, goes to files of new names, and its
lists of files (``meta.json``, ``.managed.json``) are replaced by renaming. So a directory of links can be written to
while the one that it was made of is read, or kept for ever.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson
import tantivy

from embeddings.durable import link
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
            for path in _files(directory):
                (read_from / path.name).symlink_to(path.resolve())
        try:
            self.index: Final = _unwatched(tantivy.Index.open(str(read_from)))
        except (ValueError, OSError) as error:
            raise DamagedSnapshotError(directory, str(error)) from error


class IndexWriter:
    """Writes documents into the index of a directory, and tells of a disk that fails as one: tantivy raises
    :class:`ValueError` for everything, and gives its threads up. Each method raises :class:`OSError`.
    """

    _HEAP: Final = 128_000_000

    def __init__(self, index: tantivy.Index, directory: Path) -> None:
        self._directory = directory
        with self._told():
            self._writer = index.writer(heap_size=self._HEAP, num_threads=1)

    def add(self, document: tantivy.Document) -> None:
        with self._told():
            self._writer.add_document(document)

    def delete(self, query: tantivy.Query) -> None:
        """Delete the documents that a query finds."""
        with self._told():
            self._writer.delete_documents_by_query(query)

    def delete_term(self, field: str, value: int) -> None:
        """Delete the documents that have a value in a field."""
        with self._told():
            self._writer.delete_documents_by_term(field, value)

    def commit(self) -> None:
        """Write what is left; nothing can be added afterwards."""
        with self._told():
            self._writer.commit()
            self._writer.wait_merging_threads()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            said = f"the index could not be written ({error})"
            raise OSError(errno.EIO, said, str(self._directory)) from error


def new_index(directory: Path, schema: tantivy.Schema) -> tantivy.Index:
    """An index in a new directory, to be written once; ``reload`` it to read what was committed."""
    directory.mkdir()
    return _unwatched(tantivy.Index(schema, path=str(directory)))


def continued_index(directory: Path, parent: Path, *, without: Collection[str] = ()) -> tantivy.Index:
    """The index of a published directory in a new one, to be written to; the published files stay as they are.

    All files are linked but those named in ``without``, which are the caller's to write. ``reload`` as for
    :func:`new_index`. Raises :class:`~search.errors.DamagedSnapshotError`, and :class:`OSError` where the new directory
    cannot be made.
    """
    directory.mkdir()
    try:
        shared = [path for path in _files(parent) if path.name not in without]
    except OSError as error:
        raise DamagedSnapshotError(parent, str(error)) from error
    for path in shared:
        link(path, directory / path.name)
    try:
        return _unwatched(tantivy.Index.open(str(directory)))
    except ValueError as error:
        raise DamagedSnapshotError(parent, str(error)) from error


def deleted_share(directory: Path) -> float:
    """Which share of the documents in the files of an index is deleted: they are read, and passed over, in each query.

    Raises :class:`~search.errors.DamagedSnapshotError`.
    """
    try:
        segments = orjson.loads((directory / "meta.json").read_bytes())["segments"]
        written = sum(segment["max_doc"] for segment in segments)
        deleted = sum(segment["deletes"]["num_deleted_docs"] for segment in segments if segment["deletes"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DamagedSnapshotError(directory, str(error)) from error
    return deleted / written if written else 0.0


def _unwatched(index: tantivy.Index) -> tantivy.Index:
    """The index without the thread that looks twice a second whether its files changed, and locks them if they did."""
    index.config_reader("Manual")
    return index


def _files(directory: Path) -> Iterator[Path]:
    """All files but locks, which must not be shared: whoever holds one would keep all others from writing."""
    return (path for path in directory.iterdir() if not path.name.endswith(".lock"))
