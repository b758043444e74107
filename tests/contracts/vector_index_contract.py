"""What vector indexes promise. A test class inherits a contract and gives the ``build`` fixture.

`VectorIndexContract` is what all promise, `ExactIndexContract` what those promise besides that score every row.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.index import BACKGROUND_ROWS, SCORE_TOLERANCE, Hits, Mask, VectorIndex
from embeddings.indexes.exact import ExactIndex
from embeddings.vectors import Vectors, unit_rows

Build = Callable[[Vectors], VectorIndex]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    rows: Vectors
    query: Vectors
    k: int
    allowed: Mask | None


def random_rows(seed: int, size: int, dimension: int, *, distinct: int | None = None) -> Vectors:
    """``size`` unit rows, drawn from only ``distinct`` different ones when that is given, so that scores tie."""
    random = np.random.default_rng(seed)
    pool = unit_rows(random.standard_normal((distinct or size, dimension)))
    if distinct is None:
        return pool
    chosen: Vectors = pool[random.integers(0, distinct, size)]
    return chosen


@st.composite
def cases(draw: st.DrawFn) -> Case:
    size = draw(st.sampled_from([0, 1, 2, 7, 66, 300, 700]))
    dimension = draw(st.sampled_from([1, 3, 16, 33]))
    distinct = draw(st.sampled_from([None, 1, 2, 20]))
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    selectivity = draw(st.sampled_from([None, 0.0, 0.01, 0.3, 0.9, 1.0]))
    return Case(
        rows=random_rows(seed, size, dimension, distinct=distinct),
        query=unit_rows(random.standard_normal((1, dimension)))[0],
        k=draw(st.sampled_from([-1, 0, 1, 2, 10, 100, 1000])),
        allowed=None if selectivity is None else random.random(size) < selectivity,
    )


# The oracle is inherited: one @given serves every adapter, which hypothesis otherwise takes for a mistake.
inherited = settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None, max_examples=150)


def assert_as_good(hits: Hits, expected: Hits) -> None:
    """Rows whose scores lie within the tolerance may stand for each other."""
    assert len(hits.ordinals) == len(expected.ordinals)
    np.testing.assert_allclose(hits.scores, expected.scores, atol=SCORE_TOLERANCE, rtol=0)


def assert_same(hits: Hits, expected: Hits) -> None:
    """The same to the last bit, as one index answers each time."""
    assert hits.ordinals.dtype == np.int64
    assert hits.scores.dtype == np.float32
    np.testing.assert_array_equal(hits.ordinals, expected.ordinals)
    np.testing.assert_array_equal(hits.scores, expected.scores)


class VectorIndexContract:
    @pytest.fixture(scope="class")
    @classmethod
    def build(cls) -> Build:
        raise NotImplementedError

    @inherited
    @given(case=cases())
    def test_what_is_found_is_allowed_scored_and_ordered_by_the_definition(self, build: Build, case: Case) -> None:
        index = build(case.rows)
        hits = index.search(case.query, case.k, case.allowed)
        allowed = np.ones(len(case.rows), dtype=bool) if case.allowed is None else case.allowed
        truth = case.rows.astype(np.float64) @ case.query.astype(np.float64)
        assert len(hits.ordinals) == min(max(case.k, 0), np.count_nonzero(allowed))
        assert allowed[hits.ordinals].all()
        assert hits.ordinals.dtype == np.int64
        assert hits.scores.dtype == np.float32
        np.testing.assert_allclose(hits.scores, truth[hits.ordinals], atol=SCORE_TOLERANCE, rtol=0)
        ranked = list(zip(-hits.scores, hits.ordinals, strict=True))
        assert ranked == sorted(set(ranked))

    def test_a_tie_at_the_cut_goes_to_the_lowest_ordinals(self, build: Build) -> None:
        rows = random_rows(4, 2000, 16, distinct=1)
        hits = build(rows).search(rows[0], 5)
        assert hits.ordinals.tolist() == [0, 1, 2, 3, 4]
        allowed = np.arange(2000) >= 1000
        assert build(rows).search(rows[0], 3, allowed).ordinals.tolist() == [1000, 1001, 1002]

    @pytest.mark.parametrize("k", [-3, 0])
    def test_k_of_nothing_finds_nothing(self, build: Build, k: int) -> None:
        rows = random_rows(6, 10, 4)
        hits = build(rows).search(rows[0], k)
        assert hits.ordinals.shape == (0,)
        assert hits.scores.shape == (0,)

    def test_an_empty_index_answers(self, build: Build) -> None:
        index = build(np.empty((0, 4), dtype=np.float32))
        query = random_rows(7, 1, 4)[0]
        nothing = np.empty(0, dtype=np.int64)
        assert (index.size, index.dimension) == (0, 4)
        assert index.search(query, 3).ordinals.shape == (0,)
        assert index.search(query, 3, np.empty(0, dtype=bool)).ordinals.shape == (0,)
        assert index.scores_of(query, nothing).shape == (0,)
        assert index.vectors_of(nothing).shape == (0, 4)
        assert (index.background(query).centre, index.background(query).spread) == (0.0, 0.0)

    def test_the_search_leaves_its_arguments_as_they_were(self, build: Build) -> None:
        rows = random_rows(8, 50, 8)
        query, allowed = rows[3].copy(), np.arange(50) % 2 == 0
        build(rows).search(query, 5, allowed)
        np.testing.assert_array_equal(query, rows[3])
        np.testing.assert_array_equal(allowed, np.arange(50) % 2 == 0)

    def test_scores_of_are_those_of_the_search_in_the_order_asked(self, build: Build) -> None:
        rows = random_rows(9, 400, 20)
        index = build(rows)
        hits = index.search(rows[0], 50)
        backwards = index.scores_of(rows[0], hits.ordinals[::-1])
        assert backwards.dtype == np.float32
        np.testing.assert_allclose(backwards[::-1], hits.scores, atol=SCORE_TOLERANCE, rtol=0)
        repeated = index.scores_of(rows[0], np.array([5, 5, 0]))
        assert repeated[0] == repeated[1]
        assert repeated[2] == pytest.approx(1, abs=1e-6)

    def test_vectors_of_gives_the_rows_back(self, build: Build) -> None:
        rows = random_rows(10, 40, 12)
        index = build(rows)
        taken = index.vectors_of(np.array([7, 0, 7]))
        assert taken.dtype == np.float32
        np.testing.assert_array_equal(taken, rows[[7, 0, 7]])
        taken[:] = 0
        np.testing.assert_array_equal(index.vectors_of(np.array([7])), rows[[7]])

    @pytest.mark.parametrize("ordinal", [-1, 40])
    def test_an_ordinal_outside_is_refused(self, build: Build, ordinal: int) -> None:
        rows = random_rows(11, 40, 12)
        index = build(rows)
        with pytest.raises(IndexError, match="40"):
            index.vectors_of(np.array([0, ordinal]))
        with pytest.raises(IndexError, match="40"):
            index.scores_of(rows[0], np.array([0, ordinal]))

    def test_the_background_of_a_small_index_is_that_of_all_rows(self, build: Build) -> None:
        rows = random_rows(12, 500, 10)
        background = build(rows).background(rows[0])
        truth = rows.astype(np.float64) @ rows[0].astype(np.float64)
        centre = np.median(truth)
        assert background.centre == pytest.approx(centre, abs=1e-6)
        assert background.spread == pytest.approx(np.sqrt(((truth[truth <= centre] - centre) ** 2).mean()), abs=1e-6)

    def test_the_background_of_a_large_index_is_sampled_alike_by_all(self, build: Build) -> None:
        rows = random_rows(13, 2 * BACKGROUND_ROWS + 1, 6)
        first, second = build(rows).background(rows[0]), ExactIndex(rows).background(rows[0])
        assert first.centre == pytest.approx(second.centre, abs=SCORE_TOLERANCE)
        assert first.spread == pytest.approx(second.spread, abs=SCORE_TOLERANCE)
        truth = rows.astype(np.float64) @ rows[0].astype(np.float64)
        assert first.centre == pytest.approx(np.median(truth), abs=6 * truth.std() / BACKGROUND_ROWS**0.5)
        assert first.centre != pytest.approx(np.median(truth), abs=1e-9)

    def test_a_query_of_another_dimension_is_refused(self, build: Build) -> None:
        rows = random_rows(14, 10, 4)
        index = build(rows)
        for wrong in (rows[0][:3], rows[:1]):
            with pytest.raises(ValueError, match="dimension 4"):
                index.search(wrong, 1)
            with pytest.raises(ValueError, match="dimension 4"):
                index.scores_of(wrong, np.array([0]))
            with pytest.raises(ValueError, match="dimension 4"):
                index.background(wrong)

    def test_a_filter_of_another_shape_or_type_is_refused(self, build: Build) -> None:
        rows = random_rows(15, 10, 4)
        index = build(rows)
        with pytest.raises(ValueError, match=r"\(10,\)"):
            index.search(rows[0], 1, np.ones(9, dtype=bool))
        with pytest.raises(ValueError, match="bool"):
            index.search(rows[0], 1, np.ones(10, dtype=np.int64).view())  # type: ignore[arg-type]  # on purpose

    def test_several_threads_may_search_at_once(self, build: Build) -> None:
        rows = random_rows(16, 3000, 16)
        index = build(rows)
        allowed = np.arange(3000) % 3 == 0
        alone = [index.search(row, 10, allowed) for row in rows[:60]]
        with ThreadPoolExecutor(max_workers=4) as pool:
            at_once = list(pool.map(lambda row: index.search(row, 10, allowed), rows[:60]))
        for hits, expected in zip(at_once, alone, strict=True):
            assert_same(hits, expected)


class ExactIndexContract(VectorIndexContract):
    @inherited
    @given(case=cases())
    def test_nothing_left_out_is_better_by_the_definition(self, build: Build, case: Case) -> None:
        hits = build(case.rows).search(case.query, case.k, case.allowed)
        allowed = np.ones(len(case.rows), dtype=bool) if case.allowed is None else case.allowed
        truth = case.rows.astype(np.float64) @ case.query.astype(np.float64)
        left_out = np.setdiff1d(np.flatnonzero(allowed), hits.ordinals)
        if len(hits.ordinals):
            assert (truth[left_out] <= hits.scores[-1] + SCORE_TOLERANCE).all()

    @inherited
    @given(case=cases())
    def test_search_finds_what_the_oracle_finds(self, build: Build, case: Case) -> None:
        expected = ExactIndex(case.rows).search(case.query, case.k, case.allowed)
        assert_as_good(build(case.rows).search(case.query, case.k, case.allowed), expected)

    @pytest.mark.parametrize("selectivity", [0.001, 0.02, 0.2, 0.7])
    def test_a_filter_of_many_rows_loses_nothing(self, build: Build, selectivity: float) -> None:
        rows = random_rows(1, 5000, 24)
        index, oracle = build(rows), ExactIndex(rows)
        random = np.random.default_rng(2)
        for query in random_rows(3, 10, 24):
            allowed = random.random(len(rows)) < selectivity
            assert_as_good(index.search(query, 10, allowed), oracle.search(query, 10, allowed))
