"""An index on disk: ``rows.npy``, in large collections ``lists.faiss``, and ``digests.json``, which seals both.

All of it can be made again from the segments. What is damaged is not used: rows are then gathered from the segments
into a file that is gone when the index is; without lists every search scores all rows, which is slower and loses
nothing. Files are mapped: while an index is open they may be replaced or removed, not written into.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from embeddings.durable import replacing
from embeddings.errors import DamagedIndexError
from embeddings.indexes.compressed_lists import CompressedLists
from embeddings.indexes.faiss import FaissIndex
from embeddings.indexes.strategy import LISTS_FROM
from embeddings.row_file import Progress, RowBlocks, map_rows, rows_in_a_temporary_file, unwatched, write_rows
from embeddings.vectors import Vectors

ROWS: Final = "rows.npy"
LISTS: Final = "lists.faiss"
DIGESTS: Final = "digests.json"

_log = logging.getLogger(__name__)


def save_index(
    directory: Path, rows: RowBlocks, progress: Progress = unwatched, *, lists_from: int = LISTS_FROM
) -> str:
    """Write an index over ``rows`` into ``directory``, which is made, and return its digest for `open_index`.

    Rows pass through memory a block at a time. With ``lists_from`` rows or more lists are made as well: a minute of
    CPU time for a million rows. ``progress`` gets the number of rows done.
    """
    directory.mkdir(parents=True, exist_ok=True)
    count = rows.shape[0]
    with_lists = count >= max(1, lists_from)
    digests = {ROWS: write_rows(directory / ROWS, rows, (lambda done: progress(done // 2)) if with_lists else progress)}
    if with_lists:
        written = map_rows(directory / ROWS, digests[ROWS])
        lists = CompressedLists.build(written, lambda done: progress((count + done) // 2))
        digests[LISTS] = lists.save(directory / LISTS)
    content = json.dumps(digests, sort_keys=True).encode()
    with replacing(directory / DIGESTS) as temporary:
        temporary.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def open_index(directory: Path, digest: str, rows: Callable[[], RowBlocks]) -> FaissIndex:
    """The index that `save_index` wrote, mapped; ``digest`` is what it returned.

    ``rows`` are asked for only where the files are damaged. Raises DamagedIndexError when they are not those that the
    index was made of.
    """
    digests = _digests(directory / DIGESTS, digest)
    if digests is None:
        return FaissIndex(rows_in_a_temporary_file(rows())[0])
    return FaissIndex(_rows(directory / ROWS, digests[ROWS], rows), _lists(directory / LISTS, digests.get(LISTS)))


def _digests(path: Path, digest: str) -> Mapping[str, str] | None:
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        _log.warning("%s is missing: searches score all rows until the next build", path)
        return None
    if hashlib.sha256(content).hexdigest() != digest:
        _log.warning("%s is damaged: searches score all rows until the next build", path)
        return None
    digests: Mapping[str, str] = json.loads(content)
    return digests


def _rows(path: Path, digest: str, rows: Callable[[], RowBlocks]) -> Vectors:
    try:
        return map_rows(path, digest)
    except (DamagedIndexError, FileNotFoundError) as error:
        _log.warning("the rows are gathered from the segments at every start until the next build: %s", error)
    gathered, actual = rows_in_a_temporary_file(rows())
    if actual != digest:
        raise DamagedIndexError(path, digest, actual)
    return gathered


def _lists(path: Path, digest: str | None) -> CompressedLists | None:
    if digest is None:
        return None
    try:
        return CompressedLists.load(path, digest)
    except (DamagedIndexError, FileNotFoundError) as error:
        _log.warning("searches score all rows until the next build: %s", error)
        return None
