from __future__ import annotations

import gc
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from embeddings.indexes.compressed_lists import CompressedLists
from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.faiss import FaissIndex
from embeddings.indexes.index_files import open_index, save_index
from embeddings.indexes.strategy import MEASURED, Costs
from embeddings.vectors import unit_rows
from tests.contracts.vector_index_contract import (
    Build,
    Case,
    ExactIndexContract,
    VectorIndexContract,
    assert_same,
    cases,
    inherited,
    random_rows,
)
from tests.vector_rows import Blocks

ALWAYS_LISTS = Costs(in_order=1e9, scattered=1e9)


class ExactToTheLastBit(ExactIndexContract):
    """More than the contract asks: whichever way a search is done, it finds the same in the same order."""

    @inherited
    @given(case=cases())
    def test_search_agrees_with_the_oracle_to_the_last_bit(self, build: Build, case: Case) -> None:
        expected = ExactIndex(case.rows).search(case.query, case.k, case.allowed)
        assert_same(build(case.rows).search(case.query, case.k, case.allowed), expected)

    def test_rows_that_differ_by_rounding_are_ranked_by_their_scores(self, build: Build) -> None:
        random = np.random.default_rng(5)
        rows = unit_rows(random_rows(5, 1, 64) + random.standard_normal((3000, 64)) * 1e-6)
        assert_same(build(rows).search(rows[9], 20), ExactIndex(rows).search(rows[9], 20))


class TestFaiss(ExactToTheLastBit):
    @pytest.fixture(scope="class")
    @classmethod
    def build(cls) -> Build:
        return FaissIndex.from_vectors


class TestFaissReadingRowsInOrder(ExactToTheLastBit):
    @pytest.fixture(scope="class")
    @classmethod
    def build(cls) -> Build:
        return partial(FaissIndex.from_vectors, costs=Costs(in_order=0))


class TestFaissPickingRows(ExactToTheLastBit):
    @pytest.fixture(scope="class")
    @classmethod
    def build(cls) -> Build:
        return partial(FaissIndex.from_vectors, costs=Costs(scattered=0))


class TestFaissWithLists(VectorIndexContract):
    @pytest.fixture(scope="class")
    @classmethod
    def build(cls) -> Build:
        return partial(FaissIndex.from_vectors, lists_from=0, costs=ALWAYS_LISTS)

    @inherited
    @given(case=cases())
    def test_scores_are_those_of_the_exact_index_to_the_last_bit(self, build: Build, case: Case) -> None:
        hits = build(case.rows).search(case.query, case.k, case.allowed)
        np.testing.assert_array_equal(hits.scores, ExactIndex(case.rows).scores_of(case.query, hits.ordinals))


class TestFaissOpened(ExactToTheLastBit):
    @pytest.fixture(scope="class")
    @classmethod
    def build(cls, tmp_path_factory: pytest.TempPathFactory) -> Build:
        directory = tmp_path_factory.mktemp("index")

        def saved_and_opened(rows: np.ndarray) -> FaissIndex:
            blocks = Blocks(rows)
            return open_index(directory, save_index(directory, blocks), lambda: blocks)

        return saved_and_opened


def test_all_ways_of_scoring_agree_where_one_takes_over_from_the_other() -> None:
    rows = random_rows(1, 3000, 8)
    index, oracle = FaissIndex.from_vectors(rows), ExactIndex(rows)
    turn = int(len(rows) * MEASURED.in_order / MEASURED.scattered)
    for count in (turn - 1, turn, turn + 1, turn + 2):
        allowed = np.arange(len(rows)) < count
        assert_same(index.search(rows[7], 10, allowed), oracle.search(rows[7], 10, allowed))


def test_the_rows_outlive_the_name_they_had() -> None:
    rows = random_rows(2, 1000, 16)
    index = FaissIndex.from_vectors(rows.copy())
    gc.collect()
    np.testing.assert_array_equal(index.vectors_of(np.arange(1000)), rows)
    assert index.search(rows[5], 1).ordinals.tolist() == [5]


def test_rows_mapped_from_a_file_are_searched(tmp_path: Path) -> None:
    rows = random_rows(3, 200, 8)
    np.save(tmp_path / "rows.npy", rows)
    index = FaissIndex(np.load(tmp_path / "rows.npy", mmap_mode="r"))
    assert_same(index.search(rows[3], 7), ExactIndex(rows).search(rows[3], 7))


def test_lists_of_other_rows_are_refused() -> None:
    rows = random_rows(4, 100, 8)
    with pytest.raises(ValueError, match="100 rows beside 99"):
        FaissIndex(rows[:99], CompressedLists.build(rows))


def test_lists_are_made_from_so_many_rows_on() -> None:
    rows = random_rows(5, 300, 8)
    assert not FaissIndex.from_vectors(rows, lists_from=301, costs=ALWAYS_LISTS).looks_through_lists(1, 300)
    index = FaissIndex.from_vectors(rows, lists_from=300, costs=ALWAYS_LISTS)
    assert index.looks_through_lists(1, 300)
    # So many candidates would be all of them.
    assert not index.looks_through_lists(80, 300)


def test_a_narrow_filter_is_answered_from_the_rows_themselves() -> None:
    index = FaissIndex.from_vectors(random_rows(6, 60_000, 4))
    assert index.looks_through_lists(10, 60_000)
    assert not index.looks_through_lists(10, 600)
