"""A reranker that needs no model: it counts the letters of the query's words that a text holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_WINDOW = 4000


class WordReranker:
    """Remembers what it was asked, so that a test sees what was read, and how often."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    @property
    def name(self) -> str:
        return "words"

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append((query, tuple(texts)))
        words = set(query.casefold().split())
        held = [words & set(text[:_WINDOW].casefold().split()) for text in texts]
        return np.array([sum(map(len, found)) for found in held], dtype=np.float32)
