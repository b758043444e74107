"""The strategy of a search is arithmetic: cheap where few rows are allowed, looking at more the more is asked for."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.indexes.strategy import (
    Costs,
    candidates,
    exact_cost,
    expected_share,
    first_share,
    lists_are_cheaper,
    lists_cost,
)

MILLION = 1_000_000


@given(size=st.integers(1, 2 * MILLION), k=st.integers(1, 5000), data=st.data())
def test_shares_lie_between_nothing_and_all(size: int, k: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, size))
    assert 0 < first_share(k, count) <= expected_share(k, count) <= 1
    assert exact_cost(size, count) > 0
    assert lists_cost(size, count, k) > 0
    assert candidates(k) > k


@given(count=st.integers(1, MILLION), k=st.integers(1, 1000))
def test_the_more_is_asked_for_the_more_is_looked_at(count: int, k: int) -> None:
    assert first_share(k + 1, count) >= first_share(k, count)
    assert first_share(k, count) >= first_share(k, count + 1)
    assert lists_cost(MILLION, count, k + 1) >= lists_cost(MILLION, count, k)


@pytest.mark.parametrize("k", [10, 1000])
def test_few_allowed_rows_are_scored_and_all_of_many_are_not(k: int) -> None:
    for count in (1, 10, 100, 1000, 5000):
        assert not lists_are_cheaper(MILLION, count, k)
    assert lists_are_cheaper(MILLION, MILLION, k)


def test_what_reads_all_rows_in_order_costs_no_more_than_that() -> None:
    costs = Costs(in_order=1, scattered=10)
    assert exact_cost(1000, 50, costs) == 500
    assert exact_cost(1000, 900, costs) == 1000


def test_only_ratios_matter() -> None:
    one = Costs()
    twice = Costs(**{field.name: 2 * getattr(one, field.name) for field in dataclasses.fields(Costs)})
    for count in range(1, MILLION, 9973):
        assert lists_are_cheaper(MILLION, count, 1000, one) == lists_are_cheaper(MILLION, count, 1000, twice)
