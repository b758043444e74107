"""Ranked lists become one: a convex combination of scores, each normalised over its own candidates.

After Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 2023), with the floor of
each list taken from its candidates: the cosines of some encoders all lie in a narrow band, and a fixed floor would
let the other list decide alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.index import Hits
from kg.facets.counting import distinct

LEXICAL: Final = "lexical"
SEMANTIC: Final = "semantic"
GRAPH: Final = "graph"
"""The legs that a search or a related list may walk on."""

SEMANTIC_WEIGHT: Final = 0.6
"""Weight of the semantic list when the text index knows every word of the query. See docs/decisions/0018."""


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """A ranked list and how much it counts."""

    hits: Hits
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """The union of the candidates, best first, ties by ordinal; the score is the sum of the parts: all float64 (n,).

    ``parts`` is what each leg contributed, weight included.
    """

    ordinals: NDArray[np.int64]
    scores: NDArray[np.float64]
    parts: Mapping[str, NDArray[np.float64]]

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> Fused:
        """The candidates at some places, or where a mask is true, in that order."""
        parts = {name: part[places] for name, part in self.parts.items()}
        return Fused(self.ordinals[places], self.scores[places], parts)

    def followed_by(self, ordinals: NDArray[np.int64]) -> Fused:
        """The ranking, then the ordinals that are not in it yet, in their order and without a score."""
        fresh = ordinals[~np.isin(ordinals, self.ordinals)]
        nothing = np.zeros(len(fresh))
        parts = {name: np.concatenate((part, nothing)) for name, part in self.parts.items()}
        return Fused(np.concatenate((self.ordinals, fresh)), np.concatenate((self.scores, nothing)), parts)


def semantic_weight(evidence: float) -> float:
    """How much the semantic list counts, between ``SEMANTIC_WEIGHT`` and 1.

    Full text deserves its share of trust only as far as the index knows what the query says (``evidence``, 0 to 1):
    where it knows nothing, as when the query is in another language than the texts, it has nothing to say.
    """
    return 1.0 - (1.0 - SEMANTIC_WEIGHT) * evidence


def fuse(legs: Mapping[str, Leg]) -> Fused:
    """Combine ranked lists whose weights add up to 1. A candidate missing from a list gets nothing from it."""
    ordinals = distinct(np.empty(0, dtype=np.int64), *(leg.hits.ordinals for leg in legs.values()))
    parts = {}
    for name, leg in legs.items():
        parts[name] = np.zeros(len(ordinals))
        parts[name][np.searchsorted(ordinals, leg.hits.ordinals)] = leg.weight * normalised(leg.hits.scores)
    scores = sum(parts.values(), np.zeros(len(ordinals)))
    return Fused(ordinals, scores, parts).take(np.lexsort((ordinals, -scores)))


def normalised(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Scores scaled to 0..1 over themselves; equal scores are all 1."""
    if len(scores) == 0:
        return np.empty(0)
    wide = scores.astype(np.float64)
    low, high = wide.min(), wide.max()
    return (wide - low) / (high - low) if high > low else np.ones(len(wide))
