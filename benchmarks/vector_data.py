"""Vectors to measure with: those of a collection, more like them where there are too few, and filters over them.

Where a collection is too small, further rows are a real row plus .6 of the difference of two others, brought back to
norm 1, so that they scatter as real ones do. Queries are real rows that are taken away first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from embeddings.index import Mask
from embeddings.row_file import ROWS_PER_BLOCK
from embeddings.vectors import Vectors, unit_rows

SELECTIVITIES: Final = (1.0, 0.5, 0.1, 0.01, 0.001, 0.0001, 0.00001)
KINDS: Final = ("random", "topic", "away")
"""Rows drawn at random; the rows nearest to one drawn at random; the rows farthest from the query."""

_SEED: Final = 20_480
_STRAYING: Final = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """``queries`` (q, d), and ``count`` rows, the first of them ``given`` (n, d); had a block at a time.

    ``real`` is whether those given are of real texts.
    """

    queries: Vectors
    given: Vectors
    count: int
    real: bool

    @property
    def shape(self) -> tuple[int, int]:
        return self.count, self.given.shape[1]

    def __iter__(self) -> Iterator[Vectors]:
        random = np.random.default_rng(_SEED)
        given = min(self.count, len(self.given))
        for start in range(0, given, ROWS_PER_BLOCK):
            yield self.given[start : min(given, start + ROWS_PER_BLOCK)]
        for start in range(given, self.count, ROWS_PER_BLOCK):
            drawn = random.integers(0, len(self.given), (3, min(ROWS_PER_BLOCK, self.count - start)))
            row, one, other = (self.given[numbers] for numbers in drawn)
            yield strayed(row, one, other)

    @property
    def origin(self) -> str:
        """How many rows are real, for the title of a table."""
        real = f"{min(self.count, len(self.given)):,}" if self.real else "none"
        return f"{self.count:,} rows, {real} of them of real texts"


def strayed(rows: Vectors, ones: Vectors, others: Vectors) -> Vectors:
    """Rows moved by the difference of others, all (n, d)."""
    return unit_rows(rows + _STRAYING * (ones - others))


def load(source: Path | None, count: int, queries: int) -> Data:
    """``count`` rows and ``queries`` of a data directory or of an ``.npy`` file (n, d).

    Without a source nothing is real: 20,000 rows around 50 centres stand for it.
    """
    vectors = _invented() if source is None else _of(source)
    order = np.random.default_rng(_SEED).permutation(len(vectors))
    return Data(vectors[np.sort(order[:queries])], vectors[np.sort(order[queries:])], count, source is not None)


def filters(kind: str, selectivity: float, rows: Vectors, queries: Vectors) -> Iterator[Mask]:
    """For each query the allowed rows: that share of them, and one at least."""
    random = np.random.default_rng(_SEED)
    count = max(1, round(len(rows) * selectivity))
    for query in queries:
        chosen = random.choice(len(rows), count, replace=False)
        if kind == "topic":
            chosen = np.argpartition(-np.vecdot(rows, rows[random.integers(len(rows))]), count - 1)[:count]
        elif kind == "away":
            chosen = np.argpartition(np.vecdot(rows, query), count - 1)[:count]
        allowed = np.zeros(len(rows), dtype=np.bool_)
        allowed[chosen] = True
        yield allowed


def _of(source: Path) -> Vectors:
    if source.suffix == ".npy":
        vectors: Vectors = np.load(source, mmap_mode="r")
        return vectors
    from search.snapshots.snapshot import DataDirectory, Manifest, vectors_of

    live = DataDirectory(source).live()
    return np.concatenate(list(vectors_of(live, Manifest.read(live).model)))


def _invented() -> Vectors:
    random = np.random.default_rng(_SEED)
    weights = np.arange(1, 385) ** -0.25
    centres = unit_rows(random.standard_normal((50, 384)))
    return unit_rows(
        centres[random.integers(0, 50, 20_000)] + unit_rows(weights * random.standard_normal((20_000, 384)))
    )
