"""FAISS finds the candidates, the stored rows decide: exact search with the same answers as the NumPy oracle."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from embeddings.durable import replacing
from embeddings.errors import DamagedIndexError
from embeddings.index import Allowed, Background, Hits, Ordinals, allowed_ordinals, best, checked_query, no_hits
from embeddings.indexes.exact import ExactIndex
from embeddings.vectors import Vectors

# Up to here visiting the allowed rows one by one is faster than testing every row against a bitmap.
ARRAY_UP_TO: Final = 30_000
# Rows beyond k, so that the next score usually lies clearly below the k-th and one search is enough.
_EXTRA: Final = 64


class FaissIndex:
    """An `IndexFlatIP` with filters. Make it with `from_vectors` or `load`.

    ``threads`` is how many threads one search may use: a server answers several at a time, so the default is one.
    ``array_up_to`` is the number of allowed rows above which the filter is a bitmap.
    """

    __slots__ = ("_array_up_to", "_exact", "_index", "_threads")

    def __init__(self, index: Any, *, threads: int = 1, array_up_to: int = ARRAY_UP_TO) -> None:
        self._index = index
        self._threads = threads
        self._array_up_to = array_up_to
        # A view of the rows inside FAISS, not a second copy: it lives as long as the index beside it.
        self._exact = ExactIndex(_stored_rows(index))

    @classmethod
    def from_vectors(cls, vectors: Vectors, *, threads: int = 1, array_up_to: int = ARRAY_UP_TO) -> Self:
        """An index over a copy of ``vectors`` float32 (n, d), L2-normalised."""
        index = _faiss().IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index, threads=threads, array_up_to=array_up_to)

    @classmethod
    def load(cls, path: Path, digest: str, *, threads: int = 1) -> Self:
        """Read what `save` wrote. ``digest`` is what it returned.

        FAISS trusts the file it reads, so nothing is read before the SHA-256 matches: raises DamagedIndexError.
        """
        actual = _sha256(path)
        if actual != digest:
            raise DamagedIndexError(path, digest, actual)
        return cls(_faiss().read_index(str(path)), threads=threads)

    def save(self, path: Path) -> str:
        """Write the index to ``path`` at once or not at all, and return the file's SHA-256 (hex)."""
        with replacing(path) as temporary:
            _faiss().write_index(self._index, str(temporary))
            return _sha256(temporary)

    @property
    def size(self) -> int:
        return self._exact.size

    @property
    def dimension(self) -> int:
        return self._exact.dimension

    def search(self, query: Vectors, k: int, allowed: Allowed | None = None) -> Hits:
        query = checked_query(query, self.dimension)
        ordinals = None if allowed is None else allowed_ordinals(allowed, self.size)
        count = self.size if ordinals is None else len(ordinals)
        if k <= 0 or count == 0:
            return no_hits()
        # Two float32 inner products of the same row, summed in another order, differ by at most this (Higham,
        # Accuracy and Stability of Numerical Algorithms, 3.1: d * u each way, times the norms).
        margin = self.dimension * float(np.finfo(np.float32).eps) * float(np.linalg.norm(query))
        fetched = k + _EXTRA
        while fetched < count:
            candidates, lowest = self._nearest(query, fetched, allowed, ordinals)
            hits = best(candidates, self._exact.scores_of(query, candidates), k)
            # No row outside the candidates can reach the k-th score: the cut is right, ties included.
            if lowest + margin < hits.scores[-1]:
                return hits
            fetched *= 4
        return self._exact.search(query, k, allowed)

    def scores_of(self, query: Vectors, ordinals: Ordinals) -> Vectors:
        return self._exact.scores_of(query, ordinals)

    def background(self, query: Vectors) -> Background:
        return self._exact.background(query)

    def vectors_of(self, ordinals: Ordinals) -> Vectors:
        return self._exact.vectors_of(ordinals)

    def _nearest(
        self, query: Vectors, fetched: int, allowed: Allowed | None, ordinals: Ordinals | None
    ) -> tuple[Ordinals, float]:
        """The ``fetched`` best rows for FAISS, of more than that many, and the lowest score among them."""
        faiss = _faiss()
        # FAISS counts threads per calling thread, and a server calls from many.
        faiss.omp_set_num_threads(self._threads)
        parameters = None
        if allowed is not None and ordinals is not None:
            # A selector points into its array, so `ordinals` and `bitmap` keep their names until the search is over.
            if len(ordinals) <= self._array_up_to:
                selector = faiss.IDSelectorArray(ordinals)
            else:
                bitmap = np.packbits(allowed, bitorder="little")
                selector = faiss.IDSelectorBitmap(bitmap)
            parameters = faiss.SearchParameters(sel=selector)
        scores, found = self._index.search(query[np.newaxis, :], fetched, params=parameters)
        return found[0], float(scores[0, -1])


def _stored_rows(index: Any) -> Vectors:
    if index.ntotal == 0:
        return np.empty((0, index.d), dtype=np.float32)
    rows: Vectors = _faiss().rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)
    return rows


def _faiss() -> Any:
    # Heavy: only who searches vectors waits for it. Any, because its type stubs lack the Python conveniences.
    import faiss  # noqa: PLC0415 - see above

    return faiss


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
