"""Rows of a byte a component, in lists around centroids: they propose candidates, which the full rows decide about.

An `IndexIVFScalarQuantizer` of FAISS behind a random rotation. Its codes are whole numbers and so is the query, which
makes a score a sum of products of bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from embeddings.durable import replacing
from embeddings.errors import DamagedIndexError
from embeddings.index import Mask, Ordinals
from embeddings.indexes.strategy import ENOUGH, first_share
from embeddings.row_file import ROWS_PER_BLOCK, Progress, file_digest, unwatched
from embeddings.vectors import Vectors

_LARGEST: Final = 127
_DEVIATIONS: Final = 6
"""How far codes reach. After a random rotation the components of a unit vector are as normal deviates of standard
deviation 1 / sqrt(d); those beyond are cut off."""
_SEED: Final = 20_480
_TRAINED_ON: Final = 64
"""Rows a list that centroids are learned from: with 256 a search looks at as many rows."""
_ROUNDS_OF_TRAINING: Final = 10
_WIDE: Final = 6
"""A filter that lets one row in so many pass is wide: to estimate all rows and drop some is faster than to ask it about
each, since the processor cannot guess the answers."""


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """Candidates: ``ordinals`` int64 (n,) with estimated scores float32 (n,), best first.

    ``looked_at`` is how many allowed rows the lists held that were looked at.
    """

    ordinals: Ordinals
    estimates: Vectors
    looked_at: int


_Found = tuple[Ordinals, Vectors]
"""Rows with their estimates, in no order."""


class CompressedLists:
    """The lists of an immutable index. Make them with `build` or `load`; calls from several threads are safe."""

    __slots__ = ("_centroids", "_index", "_list_of", "_rotated", "_rotation", "_sizes", "_step")

    def __init__(self, rotated: Any) -> None:
        faiss = _faiss()
        # What is below belongs to it.
        self._rotated = rotated
        self._rotation = faiss.downcast_VectorTransform(rotated.chain.at(0))
        self._index = index = faiss.downcast_index(rotated.index)
        flat = faiss.downcast_index(index.quantizer)
        self._step = _step(index.d)
        self._centroids = faiss.rev_swig_ptr(flat.get_xb(), index.nlist * index.d).reshape(index.nlist, index.d).copy()
        self._sizes = np.array([index.invlists.list_size(number) for number in range(index.nlist)])
        self._list_of = np.empty(index.ntotal, dtype=np.uint16)
        for number in np.flatnonzero(self._sizes).tolist():
            members = faiss.rev_swig_ptr(index.invlists.get_ids(number), int(self._sizes[number]))
            self._list_of[members] = number

    @classmethod
    def build(cls, rows: Vectors, progress: Progress = unwatched) -> Self:
        """Lists of ``rows`` float32 (n, d), n > 0, which may be mapped: they are read a block at a time.

        The same rows give the same lists.
        """
        faiss = _faiss()
        # One thread: sums of several would depend on how many there are.
        faiss.omp_set_num_threads(1)
        count, dimension = rows.shape
        by_residual = False
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dimension),
            dimension,
            number_of_lists(count),
            faiss.ScalarQuantizer.QT_8bit_direct_signed,
            faiss.METRIC_INNER_PRODUCT,
            by_residual,
        )
        index.cp.seed = _SEED
        index.cp.niter = _ROUNDS_OF_TRAINING
        # FAISS warns on its own output below 39 rows a list, which the smallest collections of tests have.
        index.cp.min_points_per_centroid = 1
        # One scale for all components fails where a few hold most of what tells rows apart, as with some models. After
        # a rotation all hold as much.
        rotation = faiss.RandomRotationMatrix(dimension, dimension)
        rotation.init(_SEED)
        index.train(_coded(rotation, _sample(rows, index.nlist * _TRAINED_ON)))
        for start in range(0, count, ROWS_PER_BLOCK):
            index.add(_coded(rotation, np.ascontiguousarray(rows[start : start + ROWS_PER_BLOCK])))
            progress(min(start + ROWS_PER_BLOCK, count))
        rotated = faiss.IndexPreTransform(rotation, index)
        return cls(rotated)

    def save(self, path: Path) -> str:
        """Write the lists to ``path`` at once or not at all, and return the file's SHA-256 (hex)."""
        with replacing(path) as temporary:
            _faiss().write_index(self._rotated, str(temporary))
            return file_digest(temporary)

    @classmethod
    def load(cls, path: Path, digest: str) -> Self:
        """Map what `save` wrote. ``digest`` is what it returned.

        FAISS trusts the file it reads, so nothing is read before the SHA-256 matches: raises DamagedIndexError, and
        FileNotFoundError.
        """
        actual = file_digest(path)
        if actual != digest:
            raise DamagedIndexError(path, digest, actual)
        faiss = _faiss()
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self._list_of)

    def propose(
        self, query: Vectors, wanted: int, allowed: Mask | None = None, ordinals: Ordinals | None = None
    ) -> Proposed:
        """The ``wanted`` > 0 rows with the best estimates where ``allowed`` is true; ``ordinals`` are those rows.

        Lists are looked at in rounds, those with the most similar centroids first and only such as hold allowed rows,
        until a round brings hardly any of the best candidates. So a filter whose rows lie far from the query, where
        centroids say little, is looked at whole, and a query amid its neighbours is answered from few lists.
        """
        held = self._sizes if ordinals is None else np.bincount(self._list_of[ordinals], minlength=len(self._sizes))
        query, step = _whole_numbers(self._rotation.apply(query[np.newaxis, :])[0])
        similarities = np.vecdot(self._centroids, query)
        order = np.argsort(-similarities, kind="stable")
        order = order[held[order] > 0]
        looking = _Look(self._index, query, allowed)
        best = Proposed(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32), 0)
        for number, lists in enumerate(_rounds(order, held[order], wanted)):
            if len(best.ordinals) < wanted:
                found = looking.best(wanted, lists, similarities[lists])
            else:
                found = looking.better_than(float(best.estimates[-1]), lists, similarities[lists])
            best, share = _merged(best, found, int(held[lists].sum()), wanted)
            if number and share <= ENOUGH:
                break
        return Proposed(best.ordinals, best.estimates * np.float32(step * self._step), best.looked_at)


class _Look:
    """Looks at lists for one query, at the allowed rows (None: all). Estimates are in steps of the codes.

    The wrappers of FAISS's bindings take no parameters here, so addresses are passed on: every array has a name for as
    long as FAISS is at work.
    """

    def __init__(self, index: Any, query: Vectors, allowed: Mask | None) -> None:
        faiss = _faiss()
        # FAISS counts threads per calling thread, and a server calls from many.
        faiss.omp_set_num_threads(1)
        self._faiss = faiss
        self._index = index
        self._query = query
        self._allowed = allowed
        # A selector points into its bitmap.
        self._bitmap = None if allowed is None else np.packbits(allowed, bitorder="little")
        self._selector = None if allowed is None else faiss.IDSelectorBitmap(self._bitmap)
        self._wide = allowed is not None and _WIDE * np.count_nonzero(allowed) > len(allowed)

    def best(self, wanted: int, lists: NDArray[np.int64], similarities: Vectors) -> _Found:
        """At most ``wanted`` rows with the best estimates."""
        pointer = self._faiss.swig_ptr
        chosen, near = _contiguous(lists, similarities)
        estimates, ordinals = np.empty(wanted, dtype=np.float32), np.empty(wanted, dtype=np.int64)
        out = (pointer(estimates), pointer(ordinals))
        parameters, pairs = self._parameters(lists, self._selector), False
        self._index.search_preassigned_c(
            1, pointer(self._query), wanted, pointer(chosen), pointer(near), *out, pairs, parameters
        )
        return ordinals[ordinals >= 0], estimates[ordinals >= 0]

    def better_than(self, estimate: float, lists: NDArray[np.int64], similarities: Vectors) -> _Found:
        """All rows with better estimates, which need not be kept in order."""
        pointer = self._faiss.swig_ptr
        chosen, near = _contiguous(lists, similarities)
        result = self._faiss.RangeSearchResult(1)
        parameters, pairs = self._parameters(lists, None if self._wide else self._selector), False
        self._index.range_search_preassigned_c(
            1, pointer(self._query), estimate, pointer(chosen), pointer(near), result, pairs, parameters
        )
        count = int(self._faiss.rev_swig_ptr(result.lims, 2)[1])
        if not count:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        ordinals, estimates = (self._faiss.rev_swig_ptr(found, count) for found in (result.labels, result.distances))
        if self._allowed is None:
            return ordinals.copy(), estimates.copy()
        kept = self._allowed[ordinals]
        return ordinals[kept], estimates[kept]

    def _parameters(self, lists: NDArray[np.int64], selector: Any) -> Any:
        parameters = self._faiss.SearchParametersIVF(nprobe=len(lists))
        if selector is not None:
            parameters.sel = selector
        return parameters


def _contiguous(lists: NDArray[np.int64], similarities: Vectors) -> tuple[NDArray[np.int64], Vectors]:
    return np.ascontiguousarray(lists, dtype=np.int64), np.ascontiguousarray(similarities, dtype=np.float32)


def _step(dimension: int) -> float:
    """What one more in a code of a row of ``dimension`` components is worth."""
    return _DEVIATIONS / (_LARGEST * math.sqrt(dimension))


def _coded(rotation: Any, rows: Vectors) -> Vectors:
    """The codes of ``rows`` (n, d), whole numbers in float32 (n, d)."""
    codes: Vectors = np.rint(rotation.apply(rows) / np.float32(_step(rows.shape[1])))
    return np.clip(codes, -_LARGEST, _LARGEST, out=codes)


def _whole_numbers(query: Vectors) -> tuple[Vectors, float]:
    """The query (d,) in steps, and how large a step is: FAISS would cut off what comes after the point."""
    step = float(np.abs(query).max()) / _LARGEST or 1.0
    return np.rint(query / np.float32(step)), step


def number_of_lists(size: int) -> int:
    """How many lists ``size`` rows are put into: half the square root, 500 for a million."""
    return max(1, round(math.sqrt(size) / 2))


def _rounds(order: NDArray[np.int64], held: NDArray[np.int64], wanted: int) -> Iterator[NDArray[np.int64]]:
    """The lists ``order`` (n,), holding ``held`` (n,) allowed rows each, in rounds that double what was looked at."""
    up_to = np.cumsum(held)
    count = int(up_to[-1]) if len(up_to) else 0
    start, target = 0, max(first_share(wanted, count) * count, wanted)
    while start < len(order):
        end = int(np.searchsorted(up_to, target)) + 1
        yield order[start:end]
        start, target = end, 2 * up_to[min(end, len(order)) - 1]


def _merged(best: Proposed, found: _Found, looked_at: int, wanted: int) -> tuple[Proposed, float]:
    """The ``wanted`` best of both, and the share of them that was found now."""
    ordinals = np.concatenate((best.ordinals, found[0]))
    estimates = np.concatenate((best.estimates, found[1]))
    kept = np.arange(len(ordinals))
    if wanted < len(kept):
        kept = np.flatnonzero(estimates >= np.partition(estimates, -wanted)[-wanted])
    kept = kept[np.argsort(-estimates[kept], kind="stable")][:wanted]
    share = np.count_nonzero(kept >= len(best.ordinals)) / max(1, len(kept))
    return Proposed(ordinals[kept], estimates[kept], best.looked_at + looked_at), share


def _sample(rows: Vectors, most: int) -> Vectors:
    if len(rows) <= most:
        return np.ascontiguousarray(rows)
    chosen = np.random.default_rng(_SEED).choice(len(rows), most, replace=False)
    return rows[np.sort(chosen)]


def _faiss() -> Any:
    # Heavy: only who searches vectors waits for it. Any, because its type stubs lack the Python conveniences.
    import faiss  # noqa: PLC0415 - see above

    return faiss
