"""An index on disk: found again as it was, and made anew or done without where it is damaged."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import DamagedIndexError
from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.index_files import DIGESTS, LISTS, ROWS, open_index, save_index
from embeddings.row_file import RowBlocks
from embeddings.vectors import Vectors
from tests.contracts.vector_index_contract import assert_same
from tests.vector_rows import Blocks, rows_of_subjects

SIZE = 3000


@pytest.fixture(scope="module")
def rows() -> Vectors:
    return rows_of_subjects(1, SIZE, 32, 12).rows


def nothing_to_ask() -> RowBlocks:
    message = "the rows were asked for although the files are whole"
    raise AssertionError(message)


def damage(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "missing":
        path.unlink()
    elif how == "flipped":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path.write_bytes(content[:-1])


def test_a_large_index_has_lists_and_a_small_one_has_not(tmp_path: Path, rows: Vectors) -> None:
    small = save_index(tmp_path / "small", Blocks(rows), lists_from=SIZE + 1)
    large = save_index(tmp_path / "large", Blocks(rows), lists_from=SIZE)
    assert sorted(path.name for path in (tmp_path / "small").iterdir()) == [DIGESTS, ROWS]
    assert sorted(path.name for path in (tmp_path / "large").iterdir()) == [DIGESTS, LISTS, ROWS]
    assert not open_index(tmp_path / "small", small, nothing_to_ask).looks_through_lists(1, SIZE)
    assert open_index(tmp_path / "large", large, nothing_to_ask).has_lists


def test_the_same_rows_give_the_same_digest(tmp_path: Path, rows: Vectors) -> None:
    digests = {save_index(tmp_path / name, Blocks(rows), lists_from=0) for name in ("one", "two")}
    assert len(digests) == 1
    assert save_index(tmp_path / "three", Blocks(rows[:-1]), lists_from=0) not in digests


def test_progress_goes_up_to_the_number_of_rows(tmp_path: Path, rows: Vectors) -> None:
    for lists_from in (0, SIZE + 1):
        told: list[int] = []
        save_index(tmp_path / str(lists_from), Blocks(rows), told.append, lists_from=lists_from)
        assert told == sorted(told)
        assert told[-1] == SIZE


def test_an_empty_collection_has_an_index_too(tmp_path: Path) -> None:
    nothing = np.empty((0, 32), dtype=np.float32)
    digest = save_index(tmp_path / "ann", Blocks(nothing), lists_from=0)
    assert open_index(tmp_path / "ann", digest, nothing_to_ask).size == 0


@pytest.mark.parametrize("how", ["missing", "flipped", "cut"])
@pytest.mark.parametrize("name", [ROWS, LISTS, DIGESTS])
def test_what_is_damaged_is_not_used_and_the_answers_stay(
    tmp_path: Path, rows: Vectors, name: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    digest = save_index(tmp_path / "ann", Blocks(rows), lists_from=0)
    damage(tmp_path / "ann" / name, how)
    with caplog.at_level(logging.WARNING):
        index = open_index(tmp_path / "ann", digest, lambda: Blocks(rows))
    assert "until the next build" in caplog.text
    assert index.has_lists == (name == ROWS)
    assert_same(index.search(rows[3], 10), ExactIndex(rows).search(rows[3], 10))


def test_an_index_of_something_else_is_not_used(tmp_path: Path, rows: Vectors) -> None:
    save_index(tmp_path / "ann", Blocks(rows[:100]))
    digest = save_index(tmp_path / "other", Blocks(rows))
    assert open_index(tmp_path / "ann", digest, lambda: Blocks(rows)).size == SIZE
    assert open_index(tmp_path / "nowhere", digest, lambda: Blocks(rows)).size == SIZE


def test_rows_that_are_not_those_of_the_index_are_refused(tmp_path: Path, rows: Vectors) -> None:
    digest = save_index(tmp_path / "ann", Blocks(rows))
    damage(tmp_path / "ann" / ROWS, "flipped")
    with pytest.raises(DamagedIndexError) as caught:
        open_index(tmp_path / "ann", digest, lambda: Blocks(rows[::-1]))
    assert caught.value.path == tmp_path / "ann" / ROWS
