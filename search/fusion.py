"""Two ranked lists become one: a convex combination of scores, each normalised over its own candidates.

After Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 2023), with the floor of
each list taken from its candidates: the cosines of some encoders all lie in a narrow band, and a fixed floor would
let the other list decide alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.index import Hits
from embeddings.vectors import Vectors, unit_rows

SEMANTIC_WEIGHT: Final = 0.6
"""Weight of the semantic list when the text index knows every word of the query. See docs/decisions/0014."""

FEEDBACK: Final = 3
"""How many of the best candidates the query's vector is moved towards, and by how much. See docs/decisions/0014."""
FEEDBACK_WEIGHT: Final = 0.5


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


def semantic_weight(evidence: float) -> float:
    """How much the semantic list counts, between ``SEMANTIC_WEIGHT`` and 1.

    Full text deserves its share of trust only as far as the index knows what the query says (``evidence``, 0 to 1):
    where it knows nothing, as when the query is in another language than the texts, it has nothing to say.
    """
    return 1.0 - (1.0 - SEMANTIC_WEIGHT) * evidence


def moved(query: Vectors, best: Vectors) -> Vectors:
    """The vector (d,) of a query, moved towards the vectors (n, d) of its best candidates: float32 of norm 1.

    After Rocchio, "Relevance feedback in information retrieval" (1971), with the best candidates taken for relevant.
    """
    if not len(best):
        return query
    nearer: Vectors = unit_rows((query + FEEDBACK_WEIGHT * best.mean(axis=0))[np.newaxis])[0]
    return nearer


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
