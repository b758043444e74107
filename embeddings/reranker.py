"""The port that reads a query and a text together and says how well they fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Reranker(Protocol):
    """Scores texts for a query, each pair read as a whole: finer than vectors, and as slow as that.

    Every score is finite, and the larger, the better the text fits. Scores of one query compare with each other only:
    they have no scale. A text longer than the model's window counts up to its end. The same query and texts give the
    same scores; a text alone gets nearly the score that it gets in company (`embeddings.encoder.VECTOR_TOLERANCE`).
    Calls from several threads are safe.
    """

    @property
    def name(self) -> str:
        """What people call the model."""
        ...

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Float32 (n,): element i belongs to ``texts[i]``. No texts give (0,)."""
        ...
