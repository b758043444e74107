from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kg.facets.merging import Merge

numbers = st.sets(st.integers(0, 30), max_size=12)


@given(numbers, numbers, numbers)
def test_what_stays_and_what_is_fresh_make_one_sequence(held: set[int], leaving: set[int], coming: set[int]) -> None:
    old = sorted(held)
    fresh = sorted(coming - (held - leaving))
    merge = Merge.of(
        np.array([number not in leaving for number in old], dtype=np.bool_),
        np.searchsorted(old, fresh).astype(np.int64),
    )
    new = sorted((held - leaving) | coming)
    both = [*old, *fresh]
    assert [both[place] for place in merge.order] == new
    assert merge.old.tolist() == [-1 if number in leaving else new.index(number) for number in old]
    assert merge.fresh.tolist() == [new.index(number) for number in fresh]
