"""Whether a query has anything to do with a collection: its reports must come nearer to it than decoys do.

Decoys (``decoys.toml``) are short texts that say nothing, or speak of everyday things in four languages. To some models
invented words are nearer to some report than most questions are, but they are nearest to one another.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Self

import numpy as np

from embeddings.encoder import Encoder
from embeddings.index import VectorIndex
from embeddings.vectors import Vectors

_STOPPED: Final = 0.98
"""The share of the decoys that find nothing themselves: few texts that say nothing get through, and few questions fail.
See docs/decisions/0031."""


@cache
def texts() -> tuple[str, ...]:
    """The decoys, in the order of the file."""
    file = resources.files("search").joinpath("decoys.toml").read_text(encoding="utf-8")
    return tuple(line for several in tomllib.loads(file).values() for line in several.splitlines() if line)


@dataclass(frozen=True, slots=True, eq=False)
class Decoys:
    """Decoys as queries, float32 (n, d), and the ``margin`` by which a report must be nearer to a query than they are.

    It may be negative. It depends on the model and on the reports that there are, not on how they came.
    """

    vectors: Vectors
    margin: float

    @classmethod
    def of(cls, encoder: Encoder, index: VectorIndex) -> Self:
        """The decoys of a collection: takes a second or less, so keep them.

        Each decoy is a query to the others, and to the reports. The margin is what most of them cannot reach.
        """
        vectors = encoder.encode_queries(texts())
        if not index.size:
            return cls(vectors, 0.0)
        among = vectors @ vectors.T
        np.fill_diagonal(among, -1)
        reached = [float(index.search(vector, 1).scores[0]) for vector in vectors] - among.max(axis=1)
        return cls(vectors, float(np.quantile(reached, _STOPPED)))

    def least(self, query: Vectors) -> float:
        """The similarity from which on a report has something to do with a query (d,)."""
        return float((self.vectors @ query).max()) + self.margin
