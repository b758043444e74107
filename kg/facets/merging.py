"""Two sorted sequences become one: what stays of an old one, and what is fresh, each to its place by NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Merge:
    """Which members make the new sequence, and where each went. All arrays are int64.

    ``order`` (new,) holds the places of the members in the old sequence; fresh ones are counted on from its end.
    ``old`` (old,) is where each old member stands now, -1 if it left; ``fresh`` (fresh,) where each fresh one does.
    """

    order: NDArray[np.int64]
    old: NDArray[np.int64]
    fresh: NDArray[np.int64]

    @classmethod
    def of(cls, stays: NDArray[np.bool_], before: NDArray[np.int64]) -> Self:
        """``stays`` tells which old members stay. ``before`` holds, ascending, for each fresh one the place of the
        old member before which it comes, whether or not that one stays.
        """
        staying = np.flatnonzero(stays)
        among = np.searchsorted(staying, before)
        numbers = np.arange(len(before))
        order = np.insert(staying, among, len(stays) + numbers)
        old = np.full(len(stays), -1, dtype=np.int64)
        from_old = np.flatnonzero(order < len(stays))
        old[order[from_old]] = from_old
        return cls(order, old, among + numbers)
