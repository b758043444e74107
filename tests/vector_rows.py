"""Rows for tests of vector indexes: had in blocks, and lying as texts of several subjects do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from embeddings.vectors import Vectors, unit_rows


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """``rows`` in blocks of a size, as `embeddings.row_file.RowBlocks`."""

    rows: Vectors
    size: int = 100

    @property
    def shape(self) -> tuple[int, int]:
        count, dimension = self.rows.shape
        return count, dimension

    def __iter__(self) -> Iterator[Vectors]:
        for start in range(0, len(self.rows), self.size):
            yield self.rows[start : start + self.size]


@dataclass(frozen=True, slots=True, eq=False)
class Subjects:
    """Rows around centres, with the number of its centre for each."""

    rows: Vectors
    subject: np.ndarray


def rows_of_subjects(seed: int, size: int, dimension: int, subjects: int) -> Subjects:
    """``size`` unit rows around so many centres; rows of one centre have cosines of about .5.

    As with embeddings of texts, some directions matter more than others; among rows that are alike in all of them no
    compressed form could tell which are nearest.
    """
    random = np.random.default_rng(seed)
    weights = np.arange(1, dimension + 1) ** -0.5
    centres = unit_rows(random.standard_normal((subjects, dimension)))
    subject = random.integers(0, subjects, size)
    noise = unit_rows(weights * random.standard_normal((size, dimension)))
    return Subjects(unit_rows(centres[subject] + noise), subject)
