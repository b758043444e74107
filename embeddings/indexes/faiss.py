"""FAISS finds the candidates, the stored rows decide: by scoring every allowed row, or through compressed lists.

Which of the two costs less is `embeddings.indexes.strategy`'s to say.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from embeddings.index import Background, Hits, Mask, Ordinals, allowed_ordinals, best, checked_query, no_hits
from embeddings.indexes.compressed_lists import CompressedLists, Proposed
from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.strategy import LISTS_FROM, MEASURED, SURE, Costs, candidates, lists_are_cheaper
from embeddings.vectors import Vectors


class FaissIndex:
    """An index over ``rows`` float32 (n, d), L2-normalised, which may be mapped from a file; they are not copied.

    Without ``lists`` every allowed row is scored and the hits are those of the oracle. With them, a search for which
    that would cost more looks through the lists: see the port for what it may miss. ``costs`` decide which.
    """

    __slots__ = ("_costs", "_exact", "_lists", "_rows")

    def __init__(self, rows: Vectors, lists: CompressedLists | None = None, *, costs: Costs = MEASURED) -> None:
        if lists is not None and lists.size != len(rows):
            message = f"lists of {lists.size} rows beside {len(rows)} rows"
            raise ValueError(message)
        self._exact = ExactIndex(rows)
        self._rows = np.ascontiguousarray(rows)
        self._lists = lists
        self._costs = costs

    @classmethod
    def from_vectors(cls, vectors: Vectors, *, lists_from: int = LISTS_FROM, costs: Costs = MEASURED) -> Self:
        """An index over ``vectors`` float32 (n, d), L2-normalised, with lists if there are ``lists_from`` or more."""
        lists = CompressedLists.build(vectors) if len(vectors) >= max(1, lists_from) else None
        return cls(vectors, lists, costs=costs)

    @property
    def size(self) -> int:
        return self._exact.size

    @property
    def dimension(self) -> int:
        return self._exact.dimension

    @property
    def has_lists(self) -> bool:
        """Whether searches may go through lists."""
        return self._lists is not None

    def looks_through_lists(self, k: int, count: int) -> bool:
        """Whether a search for the best ``k`` of ``count`` allowed rows goes through the lists."""
        return self._lists is not None and lists_are_cheaper(self.size, count, k, self._costs)

    def search(self, query: Vectors, k: int, allowed: Mask | None = None) -> Hits:
        query = checked_query(query, self.dimension)
        ordinals = None if allowed is None else allowed_ordinals(allowed, self.size)
        if ordinals is not None and len(ordinals) == self.size:
            allowed = ordinals = None
        count = self.size if ordinals is None else len(ordinals)
        if k <= 0 or count == 0:
            return no_hits()
        if self._lists is not None and self.looks_through_lists(k, count):
            hits = self._chosen(query, k, self._lists.propose(query, candidates(k), allowed, ordinals))
            if hits is not None:
                return hits
        return self._scan(query, k, ordinals)

    def scores_of(self, query: Vectors, ordinals: Ordinals) -> Vectors:
        return self._exact.scores_of(query, ordinals)

    def background(self, query: Vectors) -> Background:
        return self._exact.background(query)

    def vectors_of(self, ordinals: Ordinals) -> Vectors:
        return self._exact.vectors_of(ordinals)

    def _chosen(self, query: Vectors, k: int, proposed: Proposed) -> Hits | None:
        """The best ``k`` of the candidates, or None when rows that were left out could be among the best."""
        ordinals, estimates = proposed.ordinals, proposed.estimates
        if len(ordinals) < k:
            return None
        scores = self._exact.scores_of(query, ordinals)
        hits = best(ordinals, scores, k)
        # Estimates of what was left out are lower than the last one here. How far they err is seen on the candidates.
        if hits.scores[-1] - estimates[-1] < SURE * np.std(scores - estimates):
            return None
        # Equal rows have equal estimates. Where one of them was the last candidate, others may have been cut off, and
        # the tie must go to the lowest ordinals.
        if (estimates[scores == hits.scores[-1]] <= estimates[-1]).any():
            return None
        return hits

    def _scan(self, query: Vectors, k: int, ordinals: Ordinals | None) -> Hits:
        """The best ``k`` of all ``ordinals`` (None: of all rows)."""
        scores = self._quick_scores(query, ordinals)
        if k >= len(scores):
            places = np.arange(len(scores), dtype=np.int64)
        else:
            # Two float32 inner products of the same row, summed in another order, differ by at most this (Higham,
            # Accuracy and Stability of Numerical Algorithms, 3.1: d * u each way, times the norms). What lies within
            # it of the k-th on either side is decided by the scores that all indexes share.
            margin = self.dimension * float(np.finfo(np.float32).eps) * float(np.linalg.norm(query))
            places = np.flatnonzero(scores >= np.partition(scores, -k)[-k] - 2 * margin)
        found = places if ordinals is None else ordinals[places]
        return best(found, self._exact.scores_of(query, found), k)

    def _quick_scores(self, query: Vectors, ordinals: Ordinals | None) -> Vectors:
        """The scores of ``ordinals`` as FAISS computes them, float32 (m,)."""
        faiss = _faiss()
        # FAISS counts threads per calling thread. Its kernels divide queries among them, not rows: with one query a
        # second thread has nothing to do but to be waited for, which took 4 ms on a busy machine.
        faiss.omp_set_num_threads(1)
        # What is passed on is an address: every array keeps its name until FAISS is done with it.
        rows, asked = faiss.swig_ptr(self._rows), faiss.swig_ptr(query)
        # Reading all rows in order is faster than picking out many.
        if ordinals is None or len(ordinals) * self._costs.scattered > self.size * self._costs.in_order:
            scores = np.empty(self.size, dtype=np.float32)
            faiss.fvec_inner_products_ny(faiss.swig_ptr(scores), asked, rows, self.dimension, self.size)
            return scores if ordinals is None else scores[ordinals]
        scores = np.empty(len(ordinals), dtype=np.float32)
        faiss.fvec_inner_products_by_idx(
            faiss.swig_ptr(scores), asked, rows, faiss.swig_ptr(ordinals), self.dimension, 1, len(ordinals)
        )
        return scores


def _faiss() -> Any:
    # Heavy: only who searches vectors waits for it. Any, because its type stubs lack the Python conveniences.
    import faiss  # noqa: PLC0415 - see above

    return faiss
