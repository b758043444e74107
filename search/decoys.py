"""Whether a query has anything to do with a collection: its reports must come nearer to it than decoys do.

Decoys (``decoys.toml``) are short texts that say nothing, or speak of everyday things in four languages. To some models
invented words are nearer to some report than most questions are, but they are nearest to one another.
"""

from __future__ import annotations

import math
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
See docs/decisions/0032."""


@cache
def texts() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The decoys, in the order of the file: those that say nothing, and those of everyday things."""
    file = resources.files("search").joinpath("decoys.toml").read_text(encoding="utf-8")
    said = {name: tuple(filter(None, lines.splitlines())) for name, lines in tomllib.loads(file).items()}
    nonsense = said.pop("nonsense")
    return nonsense, tuple(line for lines in said.values() for line in lines)


@dataclass(frozen=True, slots=True, eq=False)
class Decoys:
    """Decoys as queries, float32 (n, d), and the ``margin`` by which a report must be nearer to a query than they are.

    It may be negative, and depends on the model and on the reports that there are, not on how they came. It is minus
    infinity where decoys have no say: in an empty collection, and for a model to which nonsense is not alike.
    """

    vectors: Vectors
    margin: float

    @classmethod
    def of(cls, encoder: Encoder, index: VectorIndex) -> Self:
        """The decoys of a collection: takes a second or less, so keep them.

        Each decoy is a query to the others, and to the reports. The margin is what most of them cannot reach.
        """
        nonsense, everyday = texts()
        vectors = encoder.encode_queries([*nonsense, *everyday])
        if not index.size or not _alike(vectors[: len(nonsense)], index):
            return cls(vectors, -math.inf)
        among = vectors @ vectors.T
        np.fill_diagonal(among, -1)
        reached = [float(index.search(vector, 1).scores[0]) for vector in vectors] - among.max(axis=1)
        return cls(vectors, float(np.quantile(reached, _STOPPED)))

    def least(self, query: Vectors) -> float:
        """The similarity from which on a report has something to do with a query (d,)."""
        return float((self.vectors @ query).max()) + self.margin


def _alike(nonsense: Vectors, index: VectorIndex) -> bool:
    """Whether texts that say nothing (n, d) are commonly more like one another than like the reports.

    To a model that compares spelling alone they are not, so that nothing can be concluded from them.
    """
    backgrounds = [index.background(vector) for vector in nonsense]
    usual = np.median([background.centre + background.spread for background in backgrounds])
    pairs = (nonsense @ nonsense.T)[~np.eye(len(nonsense), dtype=np.bool_)]
    return bool(np.median(pairs) > usual)
