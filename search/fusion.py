"""Two ranked lists become one: a convex combination of scores, each normalised over its own candidates.

After Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 2023), with the floor of
each list taken from its candidates: the cosines of some encoders all lie in a narrow band, and a fixed floor would
let the other list decide alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.index import Hits

SEMANTIC_WEIGHT = 0.5
"""Weight of the semantic list when the text index knows every word of the query. See docs/decisions/0008."""


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """The union of the candidates, best first, ties by ordinal; the score is the sum of the two parts.

    ``lexical`` and ``semantic`` are what each list contributed, weight included: all float64 (n,).
    """

    ordinals: NDArray[np.int64]
    scores: NDArray[np.float64]
    lexical: NDArray[np.float64]
    semantic: NDArray[np.float64]

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> Fused:
        """The candidates at some places, or where a mask is true, in that order."""
        return Fused(self.ordinals[places], self.scores[places], self.lexical[places], self.semantic[places])


def semantic_weight(known: int, words: int) -> float:
    """How much the semantic list counts, between ``SEMANTIC_WEIGHT`` and 1.

    Full text deserves its share of trust only as far as the index knows the query's content words: with none of
    ``words`` known it has nothing to say.
    """
    if words == 0:
        return 1.0
    return 1.0 - (1.0 - SEMANTIC_WEIGHT) * known / words


def fuse(lexical: Hits, semantic: Hits, alpha: float) -> Fused:
    """Combine two lists; ``alpha`` in 0..1 is the weight of the semantic one. A candidate missing from a list gets
    nothing from it.
    """
    ordinals = np.union1d(lexical.ordinals, semantic.ordinals)
    parts = []
    for hits, weight in ((lexical, 1.0 - alpha), (semantic, alpha)):
        part = np.zeros(len(ordinals))
        part[np.searchsorted(ordinals, hits.ordinals)] = weight * normalised(hits.scores)
        parts.append(part)
    scores = parts[0] + parts[1]
    return Fused(ordinals, scores, parts[0], parts[1]).take(np.lexsort((ordinals, -scores)))


def normalised(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Scores scaled to 0..1 over themselves; equal scores are all 1."""
    if len(scores) == 0:
        return np.empty(0)
    wide = scores.astype(np.float64)
    low, high = wide.min(), wide.max()
    return (wide - low) / (high - low) if high > low else np.ones(len(wide))
