"""The strategy of a search: which way costs less, and how much of the lists is looked at. All of it arithmetic.

The figures are CPU time measured by ``benchmarks/vectors.py``, which prints them anew, and rounded up for the lists,
whose cost varies more; docs/decisions/0014-strategy.md says how they were found and what they mean for recall. Only
their ratios matter, so that another machine may be faster or slower without choosing worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LISTS_FROM: Final = 50_000
"""Rows from which on an index has lists at all: below, scoring every row takes 3 ms."""

SURE: Final = 2.0
"""The k-th score must lie so many standard errors of the estimates above the last candidate's estimate. At 2 hardly a
row that was left out can belong to the best k; see the decision for recall by this figure."""

ENOUGH: Final = 0.01
"""The share of the best candidates that a round of lists must bring for another round to be worth while."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What the steps of a search cost, in nanoseconds of CPU time at 384 dimensions.

    ``in_order`` is the score of a row when all are read one after the other, ``scattered`` that of a row picked out of
    the file; ``visited`` is a row of a list that the filter is asked about, ``estimated`` a row whose score is
    estimated from its code; ``candidate`` a row that is kept and then scored; ``lists`` is there once a search.
    """

    in_order: float = 65
    scattered: float = 240
    visited: float = 20
    estimated: float = 20
    candidate: float = 600
    lists: float = 300_000


MEASURED: Final = Costs()


def exact_cost(size: int, count: int, costs: Costs = MEASURED) -> float:
    """What scoring the ``count`` allowed of ``size`` rows costs, in nanoseconds."""
    return min(size * costs.in_order, count * costs.scattered)


def lists_cost(size: int, count: int, k: int, costs: Costs = MEASURED) -> float:
    """What finding the best ``k`` of ``count`` allowed rows through the lists costs, in nanoseconds."""
    share = expected_share(k, count)
    asked = size * costs.visited if count < size else 0
    return costs.lists + share * (asked + count * costs.estimated) + candidates(k) * costs.candidate


def lists_are_cheaper(size: int, count: int, k: int, costs: Costs = MEASURED) -> bool:
    """Whether the best ``k`` of ``count`` allowed rows are found through the lists, rather than by scoring all."""
    return candidates(k) < count and lists_cost(size, count, k, costs) < exact_cost(size, count, costs)


def candidates(k: int) -> int:
    """How many rows are kept by their estimated scores, of which the exact ones choose ``k``."""
    return k + k // 4 + 200


def first_share(wanted: int, count: int) -> float:
    """The share of ``count`` allowed rows that the first round of lists must hold, for so many candidates."""
    return min(1.0, 0.15 * _relative(wanted, count))


def expected_share(k: int, count: int) -> float:
    """The share of ``count`` allowed rows that will have been looked at when a round brings nothing worth while."""
    return min(1.0, 1.2 * _relative(k, count))


def _relative(k: float, count: int) -> float:
    # How far the neighbours of a query spread over the lists grows with their share of the rows, as this power.
    return (1000 * k / count) ** 0.22 if count else 1.0
