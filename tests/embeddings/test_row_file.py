from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import DamagedIndexError
from embeddings.row_file import map_rows, rows_in_a_temporary_file, write_rows
from embeddings.vectors import Vectors
from tests.contracts.vector_index_contract import random_rows
from tests.vector_rows import Blocks


class Announced:
    """Blocks that hold something else than was announced."""

    def __init__(self, shape: tuple[int, int], *blocks: Vectors) -> None:
        self.shape = shape
        self._blocks = blocks

    def __iter__(self) -> Iterator[Vectors]:
        return iter(self._blocks)


@given(count=st.integers(0, 30), dimension=st.integers(1, 9), size=st.integers(1, 40))
def test_rows_come_back_whatever_the_blocks(
    tmp_path_factory: pytest.TempPathFactory, count: int, dimension: int, size: int
) -> None:
    rows = np.random.default_rng(count).standard_normal((count, dimension)).astype(np.float32)
    path = tmp_path_factory.mktemp("rows") / "rows.npy"
    digest = write_rows(path, Blocks(rows, size))
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    mapped = map_rows(path, digest)
    assert mapped.dtype == np.float32
    assert mapped.shape == (count, dimension)
    np.testing.assert_array_equal(mapped, rows)
    np.testing.assert_array_equal(np.load(path), rows)


def test_mapped_rows_are_aligned_and_cannot_be_written(tmp_path: Path) -> None:
    rows = random_rows(1, 50, 7)
    mapped = map_rows(tmp_path / "rows.npy", write_rows(tmp_path / "rows.npy", Blocks(rows)))
    assert mapped.ctypes.data % 64 == 0
    with pytest.raises(ValueError, match="read-only"):
        mapped[0] = 0


def test_progress_is_told_after_every_block(tmp_path: Path) -> None:
    told: list[int] = []
    write_rows(tmp_path / "rows.npy", Blocks(random_rows(2, 250, 3)), told.append)
    assert told == [100, 200, 250]


def test_a_temporary_file_holds_the_same_and_leaves_nothing(tmp_path: Path) -> None:
    rows = random_rows(3, 120, 5)
    mapped, digest = rows_in_a_temporary_file(Blocks(rows))
    np.testing.assert_array_equal(mapped, rows)
    assert digest == write_rows(tmp_path / "rows.npy", Blocks(rows))


@pytest.mark.parametrize("blocks", [(), (3,), (5, 1)])
def test_another_number_of_rows_than_announced_is_refused(tmp_path: Path, blocks: tuple[int, ...]) -> None:
    path = tmp_path / "rows.npy"
    with pytest.raises(ValueError, match="where 5 were announced"):
        write_rows(path, Announced((5, 2), *(np.zeros((count, 2), dtype=np.float32) for count in blocks)))
    assert list(tmp_path.iterdir()) == []


def test_a_block_of_another_dimension_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="dimension 2"):
        write_rows(tmp_path / "rows.npy", Announced((1, 2), np.zeros((1, 3), dtype=np.float32)))


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty"])
def test_a_damaged_file_is_not_used(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "rows.npy"
    digest = write_rows(path, Blocks(random_rows(4, 50, 4)))
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes({"flipped": bytes(content), "cut": path.read_bytes()[:-1], "empty": b""}[damage])
    with pytest.raises(DamagedIndexError) as caught:
        map_rows(path, digest)
    assert caught.value.path == path
    assert caught.value.expected == digest
    assert caught.value.actual != digest


def test_another_version_of_the_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.npy"
    with path.open("wb") as file:
        np.lib.format.write_array(file, random_rows(5, 2, 2), version=(2, 0))
    with pytest.raises(ValueError, match=r"version 1\.0"):
        map_rows(path, hashlib.sha256(path.read_bytes()).hexdigest())
