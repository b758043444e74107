from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings.indexes.exact import ExactIndex
from tests.contracts.vector_index_contract import Build, ExactIndexContract, assert_same, random_rows


class TestExact(ExactIndexContract):
    @pytest.fixture(scope="class")
    @classmethod
    def build(cls) -> Build:
        return ExactIndex


def test_rows_may_be_mapped_from_a_file(tmp_path: Path) -> None:
    rows = random_rows(1, 200, 8)
    rows.tofile(tmp_path / "rows")
    mapped = np.memmap(tmp_path / "rows", dtype=np.float32, mode="r", shape=(200, 8))
    assert_same(ExactIndex(mapped).search(rows[3], 7), ExactIndex(rows).search(rows[3], 7))


def test_more_allowed_rows_than_fit_a_block_are_all_scored() -> None:
    rows = random_rows(2, (1 << 16) + 10, 2)
    index = ExactIndex(rows)
    everything = np.ones(len(rows), dtype=bool)
    assert_same(index.search(rows[-1], 5, everything), index.search(rows[-1], 5))


@pytest.mark.parametrize("wrong", [np.zeros((3, 2)), np.zeros(3, dtype=np.float32)])
def test_vectors_of_another_type_or_shape_are_refused(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match="float32"):
        ExactIndex(wrong)
