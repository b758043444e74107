"""What encoders make and indexes search: float32 vectors of norm 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""One vector (d,) or a matrix of them (n, d), float32, C-contiguous."""


def unit_rows(matrix: NDArray[np.floating]) -> Vectors:
    """The rows of ``matrix`` (n, d) scaled to norm 1, as a new float32 C-contiguous array.

    Raises ValueError when a row is zero or not finite: such a row has no direction.
    """
    rows = np.array(matrix, dtype=np.float32, order="C")
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (np.isfinite(norms).all() and (norms > 0).all()):
        message = "a vector is zero or not finite: it has no direction"
        raise ValueError(message)
    rows /= norms
    return rows
