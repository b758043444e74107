"""From candidates to a result set and its order: values in, values out. `search.engine` looks everything up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.index import Background, Hits
from embeddings.vectors import Vectors
from kg.facets.columns import Columns
from kg.facets.counting import Mask, distinct
from kg.facets.filters import Filters
from search.fusion import LEXICAL, SEMANTIC, Fused, Leg, fuse
from search.request import Request, Sort

STANDS_OUT: Final = 0.68
"""A report stands out from this share on of the distance at which the farthest of as many unrelated reports is to be
expected, in spreads of the query's background (:class:`embeddings.index.Background`). A fixed cosine would keep five
results for one query and a thousand for another. See docs/decisions/0009."""


def floor(background: Background, size: int) -> float:
    """The similarity from which on a report stands out in a collection of ``size`` reports.

    The more reports there are, the farther chance alone carries the nearest of them: the greatest of n normal
    deviations lies near sqrt(2 ln n) (Leadbetter, Lindgren and Rootzén, "Extremes", 1983, theorem 1.5.3). A handful of
    similarities has hardly a background at all.
    """
    farthest = math.sqrt(2 * math.log(max(size, 1)))
    return background.centre + min(STANDS_OUT * farthest, (size - 1) / 2) * background.spread


def combined(masks: Mapping[str, Mask], size: int) -> Mask:
    """The reports that pass every mask: bool (size,)."""
    allowed = np.ones(size, dtype=np.bool_)
    for mask in masks.values():
        allowed &= mask
    return allowed


def narrowing(columns: Columns, filters: Filters) -> list[list[int]]:
    """The choices of some filters as numbers of facet values: a report that passes the filters has one of each list."""
    choices = [*filters.chosen.items(), *((facet, values) for facet in filters.also for values in filters.also[facet])]
    numbers = [columns.numbers(facet, values) for facet, values in choices if values]
    if filters.year_from is not None or filters.year_to is not None:
        numbers.append(columns.numbers("year", columns.years_within(filters.year_from, filters.year_to)))
    return numbers


@dataclass(frozen=True, slots=True, eq=False)
class Bar:
    """What a report must reach to be a result without enough of the words.

    Words and meaning speak for it together. How far it has come from the ``centre`` of the query's background to the
    ``floor``, where reports stand out, squared, and the share of enough that it holds must add up to 1: both are
    logarithms of how rarely chance does as much. And its similarity must be ``least`` or more.
    """

    centre: float
    floor: float
    least: float = -math.inf

    @classmethod
    def none(cls) -> Bar:
        """What no report reaches."""
        return cls(0.0, 0.0, math.inf)

    def passed(self, similarities: Vectors, shares: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which reports reach it: bool (n,), by their similarities (n,) and their ``shares`` (n,), 0 to 1."""
        if self.floor > self.centre:
            nearness = np.maximum(similarities - self.centre, 0) / (self.floor - self.centre)
        else:
            nearness = (similarities >= self.floor).astype(np.float32)
        passed: NDArray[np.bool_] = (shares + nearness**2 >= 1) & (similarities >= self.least)
        return passed


def raised(bar: Bar, similarities: Vectors, most: int) -> Bar:
    """The bar, raised so that at most ``most`` of the similarities (n,), best first, reach it; equal ones stay."""
    if len(similarities) <= most:
        return bar
    return replace(bar, least=max(bar.least, float(similarities[most - 1])))


@dataclass(frozen=True, slots=True, eq=False)
class ResultSet:
    """The result set inside some filters: all of it, who is there by words, and the nearest candidates, best first."""

    members: Mask
    by_words: Mask
    nearest: Hits


def result_set(by_words: Mask, nearest: Hits, passed: NDArray[np.bool_]) -> ResultSet:
    """The reports that hold the words of a query, and those of the nearest (n,) that ``passed`` (n,)."""
    members = by_words.copy()
    members[nearest.ordinals[passed]] = True
    return ResultSet(members, by_words, nearest)


def both_legs(lexical: Hits, semantic: Hits, weight: float) -> Fused:
    """The candidates of both legs in one order; ``weight`` is that of the semantic one (docs/decisions/0018)."""
    return fuse({LEXICAL: Leg(lexical, 1.0 - weight), SEMANTIC: Leg(semantic, weight)})


def candidates(lexical: Hits, nearest: Hits) -> NDArray[np.int64]:
    """The reports that either leg found: their ordinals, ascending."""
    return distinct(lexical.ordinals, nearest.ordinals)


def shows_head(request: Request, depth: int) -> bool:
    """Whether a page has any of the first ``depth`` results by relevance: deeper pages need no second look."""
    return request.sort is Sort.RELEVANCE and request.limit > 0 and request.offset < depth


def with_rest(ranked: Fused, members: Mask) -> Fused:
    """The ranking, then the members that are not in it, by IRI and without a score."""
    rest = members.copy()
    rest[ranked.ordinals] = False
    return ranked.followed_by(np.flatnonzero(rest))


def by_year(ranked: Fused, years: NDArray[np.int64], *, newest_first: bool) -> Fused:
    """The ranking sorted by year, undated reports last, then by score, then by IRI."""
    dated = years[ranked.ordinals]
    key = -dated if newest_first else np.where(dated == 0, np.iinfo(np.int64).max, dated)
    return ranked.take(np.lexsort((ranked.ordinals, -ranked.scores, key)))


def years_of(columns: Columns) -> NDArray[np.int64]:
    """The year of each report, 0 where it has none."""
    column = columns.facets["year"]
    values = np.array([int(value.value) if value.value.isdigit() else 0 for value in column.values] or [0])
    years = np.zeros(len(columns.reports), dtype=np.int64)
    years[column.stated.rows] = values[column.stated.codes]
    return years


def page_of(ranked: Fused, request: Request) -> Fused:
    """The results that a request shows."""
    return ranked.take(np.arange(len(ranked.ordinals))[request.offset :][: request.limit])
