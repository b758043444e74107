"""What the lists propose, and what an index with lists finds: clustered rows, and filters of every kind."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.errors import DamagedIndexError
from embeddings.index import Hits, Mask
from embeddings.indexes.compressed_lists import CompressedLists, number_of_lists
from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.faiss import FaissIndex
from embeddings.indexes.strategy import Costs
from embeddings.vectors import Vectors, unit_rows
from tests.contracts.vector_index_contract import assert_same, random_rows
from tests.vector_rows import Subjects, rows_of_subjects

SIZE, DIMENSION, SUBJECTS = 6000, 128, 24
ALWAYS_LISTS = Costs(in_order=1e9, scattered=1e9)


@pytest.fixture(scope="module")
def subjects() -> Subjects:
    return rows_of_subjects(1, SIZE, DIMENSION, SUBJECTS)


@pytest.fixture(scope="module")
def lists(subjects: Subjects) -> CompressedLists:
    return CompressedLists.build(subjects.rows)


@pytest.fixture(scope="module")
def index(subjects: Subjects, lists: CompressedLists) -> FaissIndex:
    return FaissIndex(subjects.rows, lists, costs=ALWAYS_LISTS)


@pytest.fixture(scope="module")
def queries(subjects: Subjects) -> Vectors:
    random = np.random.default_rng(2)
    return unit_rows(subjects.rows[:40] + 0.5 * unit_rows(random.standard_normal((40, DIMENSION))))


def recall(index: FaissIndex, oracle: ExactIndex, query: Vectors, k: int, allowed: Mask | None) -> float:
    expected = oracle.search(query, k, allowed).ordinals
    found = index.search(query, k, allowed).ordinals
    assert len(found) == len(expected)
    return len(np.intersect1d(found, expected)) / max(1, len(expected))


@pytest.mark.parametrize("k", [1, 10, 100, 1000])
@pytest.mark.parametrize(
    "kind", ["all", "half", "tenth", "one subject", "nearest subject", "all but the nearest", "far half"]
)
def test_of_the_best_99_in_100_are_found(
    index: FaissIndex, subjects: Subjects, queries: Vectors, kind: str, k: int
) -> None:
    oracle = ExactIndex(subjects.rows)
    random = np.random.default_rng(3)
    recalls = []
    for number, query in enumerate(queries):
        nearest = subjects.subject == subjects.subject[number]
        allowed = {
            "all": None,
            "half": random.random(SIZE) < 0.5,
            "tenth": random.random(SIZE) < 0.1,
            "one subject": subjects.subject == (subjects.subject[number] + 1) % SUBJECTS,
            "nearest subject": nearest,
            "all but the nearest": ~nearest,
            "far half": subjects.rows @ query < np.median(subjects.rows @ query),
        }[kind]
        recalls.append(recall(index, oracle, query, k, allowed))
    assert np.mean(recalls) >= 0.99


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_whatever_is_allowed_the_count_is_right_and_hardly_any_hit_is_lost(
    index: FaissIndex, subjects: Subjects, queries: Vectors, data: st.DataObject
) -> None:
    chosen = data.draw(st.sets(st.integers(0, SUBJECTS - 1)), label="subjects")
    share = data.draw(st.sampled_from([0.002, 0.05, 0.5, 1.0]), label="share of them")
    alone = data.draw(st.integers(0, SIZE - 1), label="one more row")
    k = data.draw(st.sampled_from([1, 10, 200]), label="k")
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1), label="seed"))
    allowed = np.isin(subjects.subject, list(chosen)) & (random.random(SIZE) < share)
    allowed[alone] = True
    oracle = ExactIndex(subjects.rows)
    assert recall(index, oracle, queries[alone % len(queries)], k, allowed) >= 0.9


@pytest.mark.parametrize("row", [0, 17, SIZE - 1])
def test_one_allowed_row_is_found_however_far_it_lies(
    index: FaissIndex, lists: CompressedLists, subjects: Subjects, row: int
) -> None:
    allowed = np.arange(SIZE) == row
    query = -subjects.rows[row]
    assert index.search(query, 10, allowed).ordinals.tolist() == [row]
    assert lists.propose(query, 84, allowed, np.array([row])).ordinals.tolist() == [row]


def test_more_hits_than_are_allowed_gives_all_of_them(index: FaissIndex, subjects: Subjects) -> None:
    allowed = np.arange(SIZE) % 100 == 0
    hits = index.search(subjects.rows[1], 1000, allowed)
    assert sorted(hits.ordinals.tolist()) == list(range(0, SIZE, 100))


def test_proposals_are_allowed_distinct_and_as_many_as_asked_for(
    lists: CompressedLists, subjects: Subjects, queries: Vectors
) -> None:
    allowed = np.arange(SIZE) % 3 == 1
    proposed = lists.propose(queries[0], 84, allowed, np.flatnonzero(allowed))
    assert len(proposed.ordinals) == 84
    assert len(set(proposed.ordinals.tolist())) == 84
    assert allowed[proposed.ordinals].all()
    truth = ExactIndex(subjects.rows).scores_of(queries[0], proposed.ordinals)
    assert np.corrcoef(truth, proposed.estimates)[0, 1] > 0.8
    assert (np.diff(proposed.estimates) <= 0).all()
    assert 84 < proposed.looked_at <= np.count_nonzero(allowed)


def test_a_query_amid_its_neighbours_is_answered_from_fewer_lists_than_one_far_from_all_that_is_allowed(
    lists: CompressedLists, subjects: Subjects
) -> None:
    query = subjects.rows[0]
    away = subjects.rows @ query < np.median(subjects.rows @ query)
    assert lists.propose(query, 20).looked_at < SIZE
    assert lists.propose(query, 20, away, np.flatnonzero(away)).looked_at == np.count_nonzero(away)


def test_of_more_equal_rows_than_there_are_candidates_the_lowest_ordinals_are_found(subjects: Subjects) -> None:
    rows = subjects.rows.copy()
    rows[1000:3000] = rows[0]
    index = FaissIndex(rows, CompressedLists.build(rows), costs=ALWAYS_LISTS)
    expected = ExactIndex(rows).search(rows[0], 10)
    assert expected.ordinals.tolist() == [0, *range(1000, 1009)]
    assert_same(index.search(rows[0], 10), expected)


def test_few_equal_rows_are_ordered_by_ordinal(subjects: Subjects) -> None:
    rows = subjects.rows.copy()
    rows[[4000, 70, 900]] = rows[5]
    index = FaissIndex(rows, CompressedLists.build(rows), costs=ALWAYS_LISTS)
    assert index.search(rows[5], 4).ordinals.tolist() == [5, 70, 900, 4000]


def test_the_same_rows_give_the_same_file_and_the_same_answers(
    tmp_path: Path, lists: CompressedLists, subjects: Subjects, queries: Vectors
) -> None:
    again = CompressedLists.build(subjects.rows.copy())
    assert again.save(tmp_path / "again") == lists.save(tmp_path / "first")
    first, second = (FaissIndex(subjects.rows, made, costs=ALWAYS_LISTS) for made in (lists, again))
    for query in queries:
        assert_same(first.search(query, 50), second.search(query, 50))


def test_several_threads_may_search_through_filters_of_their_own(index: FaissIndex, queries: Vectors) -> None:
    def search(number: int) -> Hits:
        return index.search(queries[number], 20, np.arange(SIZE) % (number + 2) != 0)

    alone = [search(number) for number in range(len(queries))]
    with ThreadPoolExecutor(max_workers=4) as pool:
        at_once = list(pool.map(search, range(len(queries))))
    for hits, expected in zip(at_once, alone, strict=True):
        assert_same(hits, expected)


def test_saved_lists_propose_the_same(
    tmp_path: Path, lists: CompressedLists, subjects: Subjects, queries: Vectors
) -> None:
    path = tmp_path / "lists.faiss"
    digest = lists.save(path)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    loaded = CompressedLists.load(path, digest)
    assert loaded.size == SIZE
    for query in queries[:5]:
        ours, theirs = lists.propose(query, 84), loaded.propose(query, 84)
        np.testing.assert_array_equal(ours.ordinals, theirs.ordinals)
        np.testing.assert_array_equal(ours.estimates, theirs.estimates)


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty"])
def test_a_damaged_file_is_not_read(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "lists.faiss"
    digest = CompressedLists.build(random_rows(5, 50, 8)).save(path)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes({"flipped": bytes(content), "cut": path.read_bytes()[:-1], "empty": b""}[damage])
    with pytest.raises(DamagedIndexError) as caught:
        CompressedLists.load(path, digest)
    assert caught.value.path == path
    assert caught.value.expected == digest
    assert caught.value.actual != digest


def test_progress_ends_with_the_number_of_rows() -> None:
    told: list[int] = []
    CompressedLists.build(random_rows(6, 20_000, 4), told.append)
    assert told == [1 << 14, 20_000]


@pytest.mark.parametrize(("size", "expected"), [(1, 1), (50_000, 112), (1_000_000, 500)])
def test_the_number_of_lists_follows_the_size(size: int, expected: int) -> None:
    assert number_of_lists(size) == expected
