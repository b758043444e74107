"""Years as a picture: bars without gaps, however the reports lie in time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kg.facets.columns import FacetCount

_MOST_BARS: Final = 80
"""More would be thinner than a finger or a pointer can hit; then a bar stands for several years."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The reports of ``first`` to ``last``, both included.

    ``height`` is the square root of the share (0..1) of the tallest bar: beside one tall year the others stay visible.
    """

    first: int
    last: int
    count: int
    height: float
    chosen: bool


def bars(counts: Sequence[FacetCount], year_from: int | None, year_to: int | None) -> tuple[Bar, ...]:
    """The bars over all counted years, oldest first; none where no report is dated."""
    years = {int(counted.value.value): counted.count for counted in counts if counted.value.value.isdigit()}
    if not years:
        return ()
    oldest, newest = min(years), max(years)
    width = -(-(newest - oldest + 1) // _MOST_BARS)
    spans = [(first, min(first + width - 1, newest)) for first in range(oldest, newest + 1, width)]
    sums = [sum(years.get(year, 0) for year in range(first, last + 1)) for first, last in spans]
    tallest = max(sums)
    return tuple(
        Bar(
            first,
            last,
            count,
            height=math.sqrt(count / tallest) if tallest else 0.0,
            chosen=(year_from is None or last >= year_from) and (year_to is None or first <= year_to),
        )
        for (first, last), count in zip(spans, sums, strict=True)
    )
