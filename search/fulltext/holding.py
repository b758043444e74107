"""How much of what a query says each report holds, and how much of it is enough.

What a word tells is its inverse document frequency, counted in hundredths of a nat: sums of whole numbers are the same
in any order. See docs/decisions/0032-result-sets-that-narrow.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kg.facets.counting import Mask
from search.request import Match

NAT: Final = 100
"""Units of weight in a nat."""

_HELD_WHOLE: Final = 1.5
"""Up to so many times the logarithm of the number of reports, all that a query says must be held. ln n nats single out
one report among n; half as much again is hardly held by chance."""


def telling(rarity: float) -> int:
    """The weight of a word by its inverse document frequency in nats. Even a word that all reports hold has some."""
    return max(1, round(NAT * rarity))


def weights_of(known: Sequence[int | None]) -> tuple[int, ...]:
    """The weights of a query's words; ``None`` stands for a word that no report holds.

    What such a word tells cannot be known. It weighs as much as the others do on average, so that it counts as missing
    and cannot outweigh all that is there.
    """
    given = [weight for weight in known if weight is not None]
    usual = round(sum(given) / len(given)) if given else 1
    return tuple(usual if weight is None else weight for weight in known)


def enough(total: int, size: int) -> int:
    """The weight that a report must hold of a query that weighs ``total``, in a collection of ``size`` reports.

    It is all of it up to 1.5 ln ``size`` nats. Beyond, it grows with the logarithm of the total: the more was said
    before, the less of what is added must be held, and what may be missing always grows more slowly than what is added.
    """
    whole = NAT * _HELD_WHOLE * math.log(max(size, 2))
    return total if total <= whole else math.ceil(whole * (1 + math.log(total / whole)))


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What each report holds of a query: ``weights`` int32 (reports,), each of at most ``total``.

    ``enough`` is the weight that suffices. Where it is 0, the query asks for no words, and every report holds them.
    """

    weights: NDArray[np.int32]
    total: int
    enough: int

    def by(self, match: Match) -> Mask:
        """The reports that match to a degree: bool (reports,). Those of a stricter degree are among them."""
        least = {Match.ALL: self.total, Match.MOST: self.enough, Match.ANY: min(1, self.enough)}[match]
        return self.weights >= least

    @property
    def shares(self) -> NDArray[np.uint8]:
        """Which part of what suffices each report holds, in 255ths, rounded down: uint8 (reports,)."""
        return np.minimum(self.weights.astype(np.int64) * 255 // max(self.enough, 1), 255).astype(np.uint8)
