"""Texts in, stored vectors out: only what is new is encoded, and what was finished stays finished."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.errors import MissingVectorsError, ModelMismatchError
from embeddings.row_file import ROWS_PER_BLOCK
from embeddings.segments import Keys, SegmentStore, SegmentWriter, key_array, sortable, text_key
from embeddings.vectors import Vectors

# The writer gets rows this often: enough for the encoder to fill its batches with texts of one length, about
# ten seconds of work on two cores.
_CHUNK: Final = 512


ReadTexts = Callable[[NDArray[np.int64]], Iterable[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts that need not be in memory, where at most 44 bytes of each are.

    ``keys`` void32 (n,) may repeat, ``lengths`` int32 (n,) are in characters. ``distinct`` are the places int64 (m,) of
    the texts that differ, ascending: of equal ones the first. ``read`` gives the texts at some places, in the order of
    the places.
    """

    keys: Keys
    lengths: NDArray[np.int32]
    distinct: NDArray[np.int64]
    read: ReadTexts

    @classmethod
    def of(cls, texts: Iterable[str], read: ReadTexts) -> Self:
        """Looks at all ``texts`` once, one after the other; ``read`` gives the same ones."""
        lengths = array("i")

        def key(text: str) -> bytes:
            lengths.append(len(text))
            return text_key(text)

        keys = key_array(map(key, texts))
        _, firsts = np.unique(sortable(keys), return_index=True)
        return cls(keys, np.frombuffer(lengths, dtype=np.int32), np.sort(firsts), read)


@dataclass(frozen=True, slots=True)
class EncodingReport:
    """What a run did: ``encoded`` + ``reused`` is the number of distinct keys; ``seconds`` is wall time."""

    encoded: int
    reused: int
    seconds: float


def encode_missing(
    texts: Texts,
    store: SegmentStore,
    writer: SegmentWriter,
    encoder: Encoder,
    *,
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> EncodingReport:
    """Encode the ``texts`` whose key ``store`` lacks, and append them to ``writer``; few are in memory at a time.

    ``store`` shows the segments as they were opened: open it again, after the writer is closed, to see the new rows.
    A run that dies loses at most the rows the writer had not published; the next run encodes only those.
    ``progress`` gets the number of texts done and the number to do, first with 0 done.
    Raises ModelMismatchError when store, writer and encoder are not of one model.
    """
    for identity in (store.identity, writer.identity):
        if identity != encoder.identity:
            raise ModelMismatchError(expected=encoder.identity.label, actual=identity.label)
    started = clock()
    missing = texts.distinct[~store.lookup(texts.keys[texts.distinct]).found]
    # The longest first, like the encoder in its batches: the time left is then over- rather than underestimated.
    missing = missing[np.argsort(-texts.lengths[missing], kind="stable")]
    advance, total = progress or _unwatched, len(missing)
    advance(0, total)
    for start in range(0, total, _CHUNK):
        chunk = missing[start : start + _CHUNK]

        def advance_chunk(done: int, before: int = start) -> None:
            advance(before + done, total)

        writer.append(texts.keys[chunk], encoder.encode_documents(list(texts.read(chunk)), progress=advance_chunk))
    return EncodingReport(encoded=total, reused=len(texts.distinct) - total, seconds=clock() - started)


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The vectors of ``store`` at ``rows`` int64 (n,), had a block at a time: `embeddings.row_file.RowBlocks`."""

    store: SegmentStore
    rows: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), self.store.identity.dimension

    def __iter__(self) -> Iterator[Vectors]:
        for start in range(0, len(self.rows), ROWS_PER_BLOCK):
            yield self.store.vectors_at(self.rows[start : start + ROWS_PER_BLOCK])


def gathered(keys: Keys, store: SegmentStore) -> Gathered:
    """The vectors of ``keys`` in their order, a block at a time; a key may repeat.

    Raises MissingVectorsError when some have none.
    """
    lookup = store.lookup(keys)
    if not lookup.found.all():
        raise MissingVectorsError(missing=int(np.count_nonzero(~lookup.found)), total=len(keys))
    return Gathered(store, lookup.rows)


def gather(keys: Keys, store: SegmentStore) -> Vectors:
    """The same at once, float32 (n, d)."""
    return store.vectors_at(gathered(keys, store).rows)


def _unwatched(_done: int, _total: int) -> None:
    """The progress of a run that nobody watches."""
