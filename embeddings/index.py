"""The port through which vectors are searched, and the rules that every index shares.

A row's number is its ordinal: the position of its report in the snapshot. Indexes are immutable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.vectors import Vectors

Ordinals = NDArray[np.int64]
Mask = NDArray[np.bool_]
"""A set of rows: bool (n,), true where a row belongs to it."""

SCORE_TOLERANCE: Final = 1e-5
"""How far scores of the same rows may lie apart in two indexes, which sum in different orders; nearer rows may then
change places. Measured with 384 dimensions: 4e-8."""

BACKGROUND_ROWS: Final = 2048
_BACKGROUND_SEED: Final = 20_480


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Rows found, best first: ``ordinals`` int64 (n,), ``scores`` float32 (n,), the cosine similarities."""

    ordinals: Ordinals
    scores: Vectors


@dataclass(frozen=True, slots=True)
class Background:
    """How similar a query is to this collection at large: the median similarity over a sample of rows, and the spread
    below it (root mean square distance of the lower half from the median).

    What stands out is judged against it, since cosines of one model lie in .0-.6 and of another in .7-.9. The upper
    half has no say: what answers the query must not widen the measure by which it stands out.
    """

    centre: float
    spread: float

    @classmethod
    def of(cls, scores: NDArray[np.floating]) -> Background:
        """The background of the scores (n,) of a sample; of none, it is 0 and 0."""
        if not len(scores):
            return cls(centre=0.0, spread=0.0)
        centre = np.median(scores.astype(np.float64))
        below = scores[scores <= centre].astype(np.float64)
        return cls(centre=float(centre), spread=float(np.sqrt(np.mean((below - centre) ** 2))))


class VectorIndex(Protocol):
    """Finds the rows nearest to a query by inner product, the cosine of unit vectors; rows are (n, d), L2-normalised.

    Scores are computed from the stored rows, not from a compressed form, right to ``SCORE_TOLERANCE``, float32; equal
    rows have equal scores.
    A query is float32 (d,), L2-normalised; another shape raises ValueError. Calls from several threads are safe.
    """

    @property
    def size(self) -> int:
        """The number of rows n."""
        ...

    @property
    def dimension(self) -> int:
        """The number of components d."""
        ...

    def search(self, query: Vectors, k: int, allowed: Mask | None = None) -> Hits:
        """The best ``k`` of the rows where ``allowed`` bool (n,) is true (None: of all), ties by ordinal.

        At most k hits, and fewer only when fewer are allowed: a narrow filter loses nothing. An index of many rows may
        miss some of the best, but of the best 10 and of the best 1,000 it finds 99 in 100 on average, whatever is
        allowed; hits, scores and order of those it finds are right, and the same each time. ``k`` <= 0, an empty index
        or nothing allowed gives no hits. Raises ValueError when ``allowed`` has another shape or type.
        """
        ...

    def scores_of(self, query: Vectors, ordinals: Ordinals) -> Vectors:
        """The scores of ``ordinals`` (m,) in their order, float32 (m,), as `search` gives them to ``SCORE_TOLERANCE``.

        Raises IndexError for an ordinal outside [0, n).
        """
        ...

    def background(self, query: Vectors) -> Background:
        """The query against a fixed sample of at most 2,048 rows, the same rows in all indexes of this size.

        An empty index gives 0 and 0.
        """
        ...

    def vectors_of(self, ordinals: Ordinals) -> Vectors:
        """A copy of the rows ``ordinals`` (m,), float32 (m, d). Raises IndexError for an ordinal outside [0, n)."""
        ...


def no_hits() -> Hits:
    """Nothing found."""
    return Hits(ordinals=np.empty(0, dtype=np.int64), scores=np.empty(0, dtype=np.float32))


def best(ordinals: Ordinals, scores: Vectors, k: int) -> Hits:
    """The ``k`` highest of ``scores``, ties by ordinal: the order that every index returns."""
    if k < len(scores):
        # All rows as good as the k-th stay in, so that a tie at the cut is decided by ordinal.
        cut = np.partition(scores, -k)[-k]
        kept = scores >= cut
        ordinals, scores = ordinals[kept], scores[kept]
    order = np.lexsort((ordinals, -scores))[:k]
    return Hits(ordinals=ordinals[order], scores=scores[order])


def background_sample(size: int) -> Ordinals:
    """The ordinals of the sample for `VectorIndex.background`, ascending; the same for every index of ``size`` rows."""
    if size <= BACKGROUND_ROWS:
        return np.arange(size, dtype=np.int64)
    chosen = np.random.default_rng(_BACKGROUND_SEED).choice(size, BACKGROUND_ROWS, replace=False)
    return np.sort(chosen.astype(np.int64))


def checked_query(query: Vectors, dimension: int) -> Vectors:
    """The query as float32, C-contiguous. Raises ValueError when it is not (dimension,)."""
    if query.shape != (dimension,):
        message = f"a query of shape {query.shape} for an index of dimension {dimension}"
        raise ValueError(message)
    return np.ascontiguousarray(query, dtype=np.float32)


def checked_ordinals(ordinals: Ordinals, size: int) -> Ordinals:
    """The ordinals. Raises IndexError outside [0, size): NumPy would count negative ones from the end."""
    if len(ordinals) and (ordinals.min() < 0 or ordinals.max() >= size):
        message = f"ordinals must lie in [0, {size})"
        raise IndexError(message)
    return ordinals


def allowed_ordinals(allowed: Mask, size: int) -> Ordinals:
    """The ordinals where ``allowed`` is true. Raises ValueError when it is not bool (size,)."""
    if allowed.shape != (size,) or allowed.dtype != np.bool_:
        message = f"allowed must be bool of shape ({size},), not {allowed.dtype} of shape {allowed.shape}"
        raise ValueError(message)
    return np.flatnonzero(allowed)
