from __future__ import annotations

import gc
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import DamagedIndexError
from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.faiss import ARRAY_UP_TO, FaissIndex
from tests.contracts.vector_index_contract import Build, VectorIndexContract, assert_same, random_rows


class TestFaiss(VectorIndexContract):
    @pytest.fixture(scope="class")
    @classmethod
    def build(cls) -> Build:
        return FaissIndex.from_vectors


class TestFaissWithBitmaps(VectorIndexContract):
    @pytest.fixture(scope="class")
    @classmethod
    def build(cls) -> Build:
        return partial(FaissIndex.from_vectors, array_up_to=0)


class TestFaissLoaded(VectorIndexContract):
    @pytest.fixture(scope="class")
    @classmethod
    def build(cls, tmp_path_factory: pytest.TempPathFactory) -> Build:
        path = tmp_path_factory.mktemp("index") / "ann.faiss"

        def saved_and_loaded(rows: np.ndarray) -> FaissIndex:
            return FaissIndex.load(path, FaissIndex.from_vectors(rows).save(path))

        return saved_and_loaded


def test_both_filters_agree_where_one_takes_over_from_the_other() -> None:
    rows = random_rows(1, ARRAY_UP_TO + 200, 8)
    index, oracle = FaissIndex.from_vectors(rows), ExactIndex(rows)
    for count in (ARRAY_UP_TO, ARRAY_UP_TO + 1):
        allowed = np.arange(len(rows)) < count
        assert_same(index.search(rows[7], 10, allowed), oracle.search(rows[7], 10, allowed))


def test_the_rows_outlive_the_array_they_came_from() -> None:
    rows = random_rows(2, 1000, 16)
    index = FaissIndex.from_vectors(rows.copy())
    gc.collect()
    np.testing.assert_array_equal(index.vectors_of(np.arange(1000)), rows)


def test_saving_leaves_one_file_and_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "ann.faiss"
    first = FaissIndex.from_vectors(random_rows(3, 10, 4)).save(path)
    second = FaissIndex.from_vectors(random_rows(4, 20, 4)).save(path)
    assert first != second
    assert [file.name for file in tmp_path.iterdir()] == ["ann.faiss"]
    assert FaissIndex.load(path, second).size == 20


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty"])
def test_a_damaged_file_is_not_read(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "ann.faiss"
    digest = FaissIndex.from_vectors(random_rows(5, 50, 4)).save(path)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes({"flipped": bytes(content), "cut": path.read_bytes()[:-1], "empty": b""}[damage])
    with pytest.raises(DamagedIndexError) as caught:
        FaissIndex.load(path, digest)
    assert caught.value.path == path
    assert caught.value.expected == digest
    assert caught.value.actual != digest


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FaissIndex.load(tmp_path / "ann.faiss", "0" * 64)
