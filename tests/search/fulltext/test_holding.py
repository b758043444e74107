from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.fulltext.holding import NAT, Held, enough, telling, weights_of
from search.request import Match

WEIGHTS = st.lists(st.integers(1, 13 * NAT), min_size=1, max_size=12)
SIZES = st.integers(0, 1_000_000)


@given(weights=WEIGHTS, size=SIZES)
def test_what_may_be_missing_grows_more_slowly_than_what_is_added(weights: list[int], size: int) -> None:
    totals = list(itertools.accumulate(weights))
    needed = [enough(total, size) for total in totals]
    assert all(0 < least <= total for least, total in zip(needed, totals, strict=True))
    # So that a report without the added word is never the better for it.
    assert needed == sorted(needed)


@given(word=st.integers(1, 13 * NAT), size=st.integers(1, 10_000))
def test_of_few_words_all_are_needed(word: int, size: int) -> None:
    whole = min(2, size) * word
    assert enough(whole, 10_000_000) == whole or whole > 20 * NAT


@given(weights=WEIGHTS, data=st.data(), size=SIZES)
def test_a_stricter_degree_finds_what_a_laxer_one_does(weights: list[int], data: st.DataObject, size: int) -> None:
    holds = data.draw(st.lists(st.tuples(*(st.booleans() for _ in weights)), min_size=1, max_size=8))
    total = sum(weights)
    held = Held(np.array(holds, dtype=np.int32) @ np.array(weights, dtype=np.int32), total, enough(total, size))
    every, most, some = (held.by(match) for match in (Match.ALL, Match.MOST, Match.ANY))
    assert (every <= most).all()
    assert (most <= some).all()
    assert every.tolist() == [all(one) for one in holds]
    assert some.tolist() == [any(one) for one in holds]
    assert ((held.shares == 255) == most).all()


def test_a_word_that_nobody_holds_weighs_as_the_others_do() -> None:
    assert weights_of([100, None, 300]) == (100, 200, 300)
    assert weights_of([None, None]) == (1, 1)
    assert telling(0.0) == 1
