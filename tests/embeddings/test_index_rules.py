"""The rules in `embeddings.index` that every adapter shares."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings.index import BACKGROUND_ROWS, background_sample, best


@pytest.mark.parametrize("size", [BACKGROUND_ROWS + 1, 15_495, 1_000_000])
def test_the_sample_of_a_large_index_is_distinct_rows_from_all_over_it(size: int) -> None:
    sample = background_sample(size)
    assert sample.dtype == np.int64
    assert len(set(sample.tolist())) == BACKGROUND_ROWS
    assert sample.tolist() == sorted(sample.tolist())
    assert 0 <= sample[0] < size / 50
    assert size * 0.98 < sample[-1] < size
    np.testing.assert_array_equal(sample, background_sample(size))


@pytest.mark.parametrize("size", [0, 1, BACKGROUND_ROWS])
def test_the_sample_of_a_small_index_is_all_of_it(size: int) -> None:
    assert background_sample(size).tolist() == list(range(size))


def test_the_best_keep_their_ordinals_whatever_order_they_come_in() -> None:
    ordinals = np.array([40, 10, 30, 20])
    scores = np.array([0.5, 0.5, 0.9, 0.5], dtype=np.float32)
    hits = best(ordinals, scores, 3)
    assert hits.ordinals.tolist() == [30, 10, 20]
    assert hits.scores.tolist() == [np.float32(0.9), 0.5, 0.5]
    assert best(ordinals, scores, 9).ordinals.tolist() == [30, 10, 20, 40]
