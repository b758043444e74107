"""A second look at the head of a ranking: a reranker reads the query together with each of the first reports.

The scores of the reranker are scaled to the span of the scores that it looks at, and take a share of them:

    score = (1 - w) * fused + w * (low + (high - low) * scaled)

where ``fused`` is the score of the first ranking, ``low`` and ``high`` its smallest and largest among the reports that
were read, and ``scaled`` the reranker's score, scaled to 0..1 over the same reports. So the first ranking is still
heard, no report that was read falls behind one that was not, and scores stay in 0..1 and in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.reranker import Reranker
from search.fusion import Fused, normalised

RERANKER: Final = "reranker"
"""The part of a score that a reranker gave, beside the legs of `search.fusion`."""

RERANKER_WEIGHT: Final = 0.5
"""The reranker's share ``w``. See docs/decisions/0016."""

RERANKED: Final = 10
"""How many reports are read, unless the settings say otherwise. See docs/decisions/0016."""

_REMEMBERED: Final = 16
"""Heads of rankings whose scores are kept, for who turns a page."""


class Reranking:
    """A reranker and how many reports it reads: the first ``depth`` of a ranking."""

    def __init__(self, reranker: Reranker, depth: int = RERANKED) -> None:
        self.depth = depth
        # Kept by what was read, so that a remembered score is the one that reading again would give.
        self._scores = lru_cache(maxsize=_REMEMBERED)(reranker.scores)

    def rerank(self, ranked: Fused, query: str, texts: Sequence[str]) -> Fused:
        """The ranking with its head in a new order; ``texts`` are those of the head, in the old order."""
        return blended(ranked, self._scores(query, tuple(texts))) if texts else ranked


def blended(ranked: Fused, scores: NDArray[np.float32], weight: float = RERANKER_WEIGHT) -> Fused:
    """The ranking with its head, as many reports as there are ``scores``, put into the order of both scores.

    At least one score is needed; ``weight`` is the share ``w`` of the reranker. Ties keep the old order, and everyone
    behind the head keeps place and score.
    """
    size = len(scores)
    low, high = ranked.scores[size - 1], ranked.scores[0]
    added = np.zeros(len(ranked.ordinals))
    added[:size] = weight * (low + (high - low) * normalised(scores))
    kept = np.ones(len(ranked.ordinals))
    kept[:size] = 1.0 - weight
    parts = {name: kept * part for name, part in ranked.parts.items()} | {RERANKER: added}
    blend = Fused(ranked.ordinals, kept * ranked.scores + added, parts)
    head = np.argsort(-blend.scores[:size], kind="stable")
    return blend.take(np.concatenate((head, np.arange(size, len(ranked.ordinals)))))
