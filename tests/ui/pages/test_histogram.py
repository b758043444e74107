from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.facets.columns import FacetCount
from kg.facets.values import FacetValue
from ui.pages.histogram import bars

COUNTS = st.dictionaries(st.integers(1, 9999), st.integers(0, 5000), min_size=1, max_size=40)
YEARS = st.none() | st.integers(1, 9999)


def counted(counts: dict[int, int]) -> list[FacetCount]:
    """As the engine gives them: commonest first, years as four digits."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [FacetCount(FacetValue(f"{year:04d}", f"{year:04d}"), count) for year, count in ordered]


@given(COUNTS, YEARS, YEARS)
def test_bars_cover_all_years_once_and_count_all_reports(
    counts: dict[int, int], year_from: int | None, year_to: int | None
) -> None:
    drawn = bars(counted(counts), year_from, year_to)
    covered = [year for bar in drawn for year in range(bar.first, bar.last + 1)]
    assert covered == list(range(min(counts), max(counts) + 1))
    assert sum(bar.count for bar in drawn) == sum(counts.values())
    assert len(drawn) <= 80
    for bar in drawn:
        assert bar.count == sum(counts.get(year, 0) for year in range(bar.first, bar.last + 1))


@given(COUNTS)
def test_heights_follow_the_counts(counts: dict[int, int]) -> None:
    drawn = bars(counted(counts), None, None)
    tallest = max(bar.count for bar in drawn)
    for bar in drawn:
        assert bar.height == pytest.approx(math.sqrt(bar.count / tallest) if tallest else 0.0)
        assert 0.0 <= bar.height <= 1.0


@given(COUNTS, YEARS, YEARS)
def test_a_bar_is_chosen_when_a_year_of_it_is(
    counts: dict[int, int], year_from: int | None, year_to: int | None
) -> None:
    for bar in bars(counted(counts), year_from, year_to):
        inside = [
            year
            for year in range(bar.first, bar.last + 1)
            if (year_from is None or year >= year_from) and (year_to is None or year <= year_to)
        ]
        assert bar.chosen == bool(inside) or (year_from is not None and year_to is not None and year_from > year_to)


def test_one_year_is_one_bar_and_none_is_none() -> None:
    assert [(bar.first, bar.last, bar.count, bar.height) for bar in bars(counted({2019: 3}), None, None)] == [
        (2019, 2019, 3, 1.0)
    ]
    assert bars([], None, None) == ()
    assert bars([FacetCount(FacetValue("undated", "undated"), 3)], None, None) == ()


def test_a_thousand_years_are_drawn_in_wide_bars_and_the_last_ends_with_the_newest() -> None:
    drawn = bars(counted({1000: 1, 2100: 2}), 2000, None)
    assert (drawn[0].first, drawn[-1].last) == (1000, 2100)
    assert {bar.last - bar.first + 1 for bar in drawn[:-1]} == {14}
    assert [bar.count for bar in drawn if bar.count] == [1, 2]
    assert [bar.chosen for bar in drawn].index(True) == next(n for n, bar in enumerate(drawn) if bar.last >= 2000)


def test_a_range_without_reports_is_drawn_flat() -> None:
    assert [(bar.count, bar.height) for bar in bars(counted({2001: 0, 2003: 0}), None, None)] == [(0, 0.0)] * 3
